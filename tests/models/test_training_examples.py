"""What a step of training sees: texts as tokens with an answer for each moment, and the loss."""

import json
import math
import random

import pytest
import torch
from tokenizers import Tokenizer

from models.training import losses
from models.training.data import Part, Row
from models.training.examples import NONE, batches, collate, encode

ROWS = [
    Row(f"{text} {number}", number % 3, "nl", "test")
    for number in range(8)
    for text in (
        "de levering was snel",
        "de service was slecht",
        "een product",
        "niet goed",
        "traag!",
    )
]


@pytest.fixture(scope="module")
def tokenizer(network):
    return Tokenizer.from_str(json.dumps(network[2]))


def encoded(tokenizer, rows, tokens=40, joined=0.0):
    return encode(tokenizer, rows, tokens=tokens, joined=joined, seed=1)


def pieces(tokenizer, ids):
    return "".join(tokenizer.id_to_token(one) for one in ids).replace("▁", " ").strip()


def test_the_tokens_of_each_moment_cover_its_words(tokenizer):
    text = "de levering was snel maar de service was slecht"
    parts = (Part(0, 20, 2, 3), Part(21, 47, 0, 2))
    (example,) = encoded(tokenizer, [Row(text, 1, "nl", "x", None, parts)])
    whole, first, second = example.answers
    assert (whole.start, whole.stop, whole.label, whole.stage) == (0, len(example.ids), 1, NONE)
    assert pieces(tokenizer, example.ids[first.start : first.stop]) == text[:20]
    assert pieces(tokenizer, example.ids[second.start : second.stop]) == text[21:]
    assert (first.label, first.stage, second.label, second.stage) == (2, 3, 0, 2)


def test_moments_beyond_the_last_token_are_left_out_and_others_cut(tokenizer):
    text = "de levering was snel maar de service was slecht"
    parts = (Part(0, 20, 2), Part(21, 47, 0))
    (example,) = encoded(tokenizer, [Row(text, 1, "nl", "x", None, parts)], tokens=8)
    assert len(example.ids) == 8
    assert example.ids[-1] == tokenizer.token_to_id("</s>")
    assert [answer.stop for answer in example.answers[1:]][-1] == 7
    (example,) = encoded(tokenizer, [Row(text, 1, "nl", "x", None, parts)], tokens=5)
    assert len(example.answers) == 2


def test_joined_pairs_keep_an_answer_each(tokenizer):
    rows = [Row("de levering was snel", 2, "nl", "x", 3), Row("was bad, late", 0, "en", "x", 2)]
    answers = {row.language: (row.label, row.stage) for row in rows}
    for row, example in zip(rows, encoded(tokenizer, rows, joined=1.0), strict=True):
        first, second = example.answers  # each language has one row: it is its own partner
        assert [one[2:4] for one in (first, second)] == [answers[row.language]] * 2
        assert example.ids[0] == tokenizer.token_to_id("<s>")
        assert example.ids[-1] == tokenizer.token_to_id("</s>")
        assert example.ids.count(tokenizer.token_to_id("</s>")) == 1
        assert pieces(tokenizer, example.ids[first.start : first.stop]).startswith(row.text)
        assert pieces(tokenizer, example.ids[second.start : second.stop]) == row.text
        assert (second.start, second.stop) == (first.stop, len(example.ids) - 1)
    long = Row("de " * 30, 1, "nl", "x")
    assert [len(one.answers) for one in encoded(tokenizer, [long], joined=1.0)] == [1]


def test_batches_hold_every_example_once_and_weigh_tokens_evenly(tokenizer):
    examples = encoded(tokenizer, ROWS)
    groups = list(batches(examples, 8, random.Random(1)))
    assert sorted(id(one) for group in groups for one in group) == sorted(map(id, examples))
    batch = collate(groups[0])
    assert batch.pool.sum(-1).flatten().tolist() == pytest.approx([1.0] * 8)
    assert ((batch.pool[:, 0] > 0) == (batch.mask == 1)).all()
    assert (batch.soft == 0).all()


def test_the_loss_is_nothing_where_nothing_is_known():
    logits = torch.randn(4, 2, 3, requires_grad=True)
    answers = torch.full((4, 2), NONE)
    loss = losses.mean_loss(logits, answers, 0.05)
    assert float(loss.detach()) == 0
    loss.backward()
    assert float(logits.grad.abs().sum()) == 0
    answers[1, 0] = 2
    expected = torch.nn.functional.cross_entropy(logits[1, :1], torch.tensor([2]))
    assert float(losses.mean_loss(logits.detach(), answers, 0.0)) == pytest.approx(float(expected))


def test_a_teacher_pulls_towards_its_answers_where_it_has_any():
    soft = torch.zeros(2, 2, 3)
    assert float(losses.teacher_loss(torch.randn(2, 2, 3), soft)) == 0
    soft[0, 1] = torch.tensor([0.7, 0.2, 0.1])
    logits = torch.zeros(2, 2, 3, requires_grad=True)
    losses.teacher_loss(logits, soft).backward()
    assert (logits.grad[0, 1] < 0).tolist() == [True, False, False]
    assert float(logits.grad[1].abs().sum() + logits.grad[0, 0].abs().sum()) == 0
    right = torch.log(soft.clamp_min(1e-9))
    assert float(losses.teacher_loss(right, soft)) == pytest.approx(0, abs=1e-6)
    assert math.isfinite(float(losses.teacher_loss(logits, torch.eye(3)[:2].repeat(2, 1, 1))))
