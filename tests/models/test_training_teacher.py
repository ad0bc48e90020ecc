"""What a teacher answers: asked for once, kept in a file, asked again where that is torn."""

import dataclasses

import numpy as np

from models.training import teacher
from models.training.data import Part, Row
from umot.plugins import Readings


class Counting:
    """A scorer that counts what it is asked; each text's answer depends on its length."""

    def __init__(self, vectors):
        self.asked = 0
        self.vectors = vectors

    def read(self, texts, spans):
        self.asked += len(texts)
        count = sum(map(len, spans))
        found = np.array([[len(text), 1, 2] for text in texts], np.float32)
        vectors = np.zeros((count, 2), np.float32) if self.vectors else None
        return Readings(found, np.full((count, 3), 0.5, np.float32), vectors, None)


def test_a_teacher_is_asked_once_and_a_torn_answer_again(tmp_path):
    parts = (Part(0, 2), Part(3, 5))
    rows = [Row("a" * (n % 300 + 1), 1, "nl", "x") for n in range(600)]
    rows.append(Row("in moments", 1, "nl", "x", None, parts))
    scorer = Counting(vectors=True)

    def taught(scorer=scorer):
        return teacher.taught(rows, lambda: scorer, tmp_path, identity="t", show=lambda *_: None)

    first = taught()
    assert scorer.asked == 301  # each text once
    assert [row.soft[0] for row in first] == [len(row.text) for row in rows]
    assert [part.soft for part in first[-1].parts] == [(0.5, 0.5, 0.5)] * 2
    assert dataclasses.replace(first[0], soft=None) == rows[0]
    assert taught() == first
    assert scorer.asked == 301
    (path,) = tmp_path.glob("teacher-*.f32")
    path.write_bytes(path.read_bytes()[: 256 * 12 + 7])  # killed while it wrote the second part
    assert taught() == first
    assert scorer.asked == 301 + 301 - 256
    alone = teacher.taught(
        rows, lambda: Counting(vectors=False), tmp_path, identity="u", show=lambda *_: None
    )
    assert [part.soft for part in alone[-1].parts] == [None, None]  # read without their post
    assert alone[-1].soft == first[-1].soft
