"""How spans feel by themselves, and that a post's peak hangs little on the order it is told in."""

import numpy as np
import pytest

from models import feelings, stage_head, stage_words
from models.feelings import OwnFeeling
from models.reader import Reader, Unread
from models.stage_head import CLASSES, StageHead
from models.tracing import Trace
from models.training import data, own_feelings
from models.training.data import Row
from umot import journey
from umot.errors import Fatal
from umot.plugins import Readings

RARITIES = np.ones(stage_words.BUCKETS, np.float32)


@pytest.fixture
def feeling():
    """Glad of what points along the first axis, and angry about anything broken."""
    vectors = np.array([[0, 1, 0], [0, 0, 0], [4, 0, 0]], np.float32)
    words = np.zeros((stage_words.BUCKETS, 3), np.float32)
    words[stage_words.bucket("kapot"), 0] = 40
    return OwnFeeling(vectors, words, np.array([0, 1, 0], np.float32))


def test_vector_and_words_tell_together(feeling):
    units = np.array([[1, 0, 0], [1, 0, 0], [0, 0, 1]], np.float32)
    glad, torn, calm = feeling.scores(units, ["mooi", "mooi, maar kapot", "tja"], RARITIES)
    assert glad > 0.8
    assert torn < 0
    assert calm == pytest.approx(0, abs=1e-6)


def test_a_span_is_as_strong_as_both_say():
    assert feelings.strength(-0.5, None) == 0.5
    assert feelings.strength(-0.5, -0.5) == pytest.approx(0.5)
    assert feelings.strength(0.4, -0.4) == pytest.approx(abs(0.4 - feelings.OWN * 0.8))


def head(feeling):
    shapes = (len(CLASSES), 3), (stage_words.BUCKETS, len(CLASSES))
    vectors, words = (np.zeros(shape, np.float32) for shape in shapes)
    bias = np.zeros(len(CLASSES), np.float32)
    return StageHead("tiny", "0", vectors, words, RARITIES, bias, 0.1, feeling=feeling)


def read_back(folder):
    with np.load(folder / stage_head.FILE) as arrays:
        return stage_head.parse(folder / stage_head.FILE, arrays)


def test_a_feeling_is_kept_with_its_head(tmp_path, feeling):
    head(feeling).write(tmp_path)
    found = read_back(tmp_path)
    units, texts = np.eye(3, dtype=np.float32), ["mooi", "kapot", "tja"]
    wanted = feeling.scores(units, texts, RARITIES)
    assert found.feelings(units, texts) == pytest.approx(wanted.tolist(), abs=0.01)
    head(None).write(tmp_path)
    assert read_back(tmp_path).feelings(units, texts) == [None] * 3


def test_a_feeling_that_does_not_fit_is_damage(tmp_path, feeling):
    head(OwnFeeling(feeling.vectors[:2], feeling.words, feeling.bias)).write(tmp_path)
    with pytest.raises(ValueError, match="do not fit together"):
        read_back(tmp_path)


class Model:
    """A scorer whose answers are given."""

    name = "given"
    languages = frozenset()

    def __init__(self, shares, vectors):
        self.shares, self.vectors = shares, vectors

    def read(self, texts, spans, languages=None):
        count = sum(map(len, spans))
        shares = np.resize(np.array(self.shares, np.float32), (count, 3))
        vectors = np.ones((count, 3), np.float32) if self.vectors else None
        return Readings(np.full((len(texts), 3), 1 / 3, np.float32), shares, vectors, "given")


def test_the_peak_is_what_is_strong_in_context_and_by_itself():
    reader = Reader(
        Model([[0.1, 0.2, 0.7], [0.8, 0.1, 0.1]], vectors=True), journey.default(), ["nl"]
    )
    draft = reader.prepare(Unread("1", "x", None, "Het was mooi. Het was kapot.", None, "nl"))
    readings = reader.score([draft])
    for own, peak in (((None, None), 1), ((0.9, -0.2), 0), ((0.5, -0.9), 1)):
        traces = [Trace("none", "none", 1.0, feeling=one) for one in own]
        moments = list(reader.moments(draft, readings, traces))
        assert [one.is_peak for one in moments] == [place == peak for place in (0, 1)]
        assert [one.score for one in moments] == pytest.approx([0.6, -0.7])  # as before


def test_a_model_without_vectors_finds_its_peaks_itself(bundled):
    scorer = Model([[0.1, 0.2, 0.7], [0.3, 0.4, 0.3]], vectors=False)
    reader = Reader(scorer, journey.default(), ["nl"], tracer=lambda: bundled)
    draft = reader.prepare(Unread("1", "x", None, "Best aardig. Vreselijk slecht!", None, "nl"))
    ((readings, traces),) = reader.read([draft])
    assert [one.feeling for one in traces] == [None, None]
    assert next(reader.moments(draft, readings, traces)).is_peak


def test_the_end_moves_and_a_clear_peak_stays_when_a_story_is_told_backwards(bundled):
    reader = Reader(bundled, journey.default(), ("nl", "en"))
    told = [
        [row.text[part.start : part.stop] for part in row.parts]
        for row in data.own_posts(languages=["nl", "en"])[::40]
        if len(row.parts) > 1
    ]
    clear = same = 0
    for texts in told:
        peaks = []
        for lines in (texts, texts[::-1]):
            draft = reader.prepare(Unread("1", "x", None, "\n".join(lines), None, None))
            ((readings, traces),) = reader.read([draft])
            moments = list(reader.moments(draft, readings, traces))
            assert [one.is_end for one in moments] == [False] * (len(moments) - 1) + [True]
            strengths = [
                feelings.strength(one.score, trace.feeling)
                for one, trace in zip(moments, traces, strict=True)
            ]
            said = [draft.text[start:stop] for start, stop in draft.ranges]
            peaks.append((said[int(np.argmax(strengths))], sorted(strengths)))
        (first, strengths), (second, _) = peaks
        if len(strengths) > 1 and strengths[-1] - strengths[-2] >= 0.15:
            clear += 1
            same += first == second
    assert clear >= 15
    assert same / clear >= 0.8  # the benchmark shows the share over all


def test_posts_of_several_steady_moments_teach():
    row = Row("Snel geleverd. De doos was stuk!", 1, "nl", "x")
    assert own_feelings.moments(row) == ["Snel geleverd.", "De doos was stuk!"]
    assert own_feelings.moments(Row("Snel geleverd.", 2, "nl", "x")) == []
    assert own_feelings.moments(Row("Heel goed! " * 20, 2, "nl", "x")) == []


def test_moments_are_read_in_both_orders_and_alone(bundled):
    told = [(["Snel geleverd.", "De doos was stuk!"], "nl"), (["So so.", "Great!"], "en")]
    found = own_feelings.read(bundled, told)
    assert found.texts == ("Snel geleverd.", "De doos was stuk!", "So so.", "Great!")
    forth, back = found.vectors
    assert (np.sum(forth * back, axis=1) > 0.7).all()  # each beside itself
    assert found.alone.argmax(axis=1)[[1, 3]].tolist() == [0, 2]
    learnt = own_feelings.fitted(found, RARITIES)
    scores = learnt.scores(forth, found.texts, RARITIES)
    assert scores[1] < 0 < scores[3]


def test_without_the_sets_there_is_no_feeling(tmp_path, bundled, caplog):
    assert own_feelings.fit(bundled, tmp_path, RARITIES) is None
    assert "none of the sets" in caplog.text
    with pytest.raises(Fatal, match="no vectors"):
        own_feelings.read(Model([[0, 1, 0]], vectors=False), [(["a", "b"], "nl")])
