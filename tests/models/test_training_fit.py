"""Steps of training, and students of fewer layers, on networks of a few layers."""

import copy
import dataclasses
import json
import os
import signal

import pytest
import torch
from tokenizers import Tokenizer

from models.training import fit, losses
from models.training.data import Row
from models.training.examples import collate, encode
from models.training.student import below_tap, fits, shrink, spaced
from umot.errors import Fatal

TEXTS = ("de levering was snel", "de service was slecht", "een product", "niet goed", "traag!")
ROWS = [
    Row(f"{text} {number}", number % 3, "nl", "test", number % 6)
    for number, text in enumerate(TEXTS * 8)
]
RECIPE = fit.Recipe(epochs=2, batch=8, tokens=40, threads=1, rate=1e-3, half=False)
LABELLED = {"snel": 2, "traag": 0, "een": 1}


@pytest.fixture(scope="module")
def tokenizer(network):
    return Tokenizer.from_str(json.dumps(network[2]))


@pytest.fixture
def fresh(network):
    """A network to train: the tests' own is left as it is."""
    return lambda: copy.deepcopy(network[0])


@pytest.fixture(autouse=True)
def threads():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def run(network, tokenizer, checkpoint, rows=ROWS, recipe=RECIPE, **more):
    seen = []
    report = more.pop("report", seen.append)
    fit.fit(network, tokenizer, rows, recipe, checkpoint=checkpoint, report=report, **more)
    return seen


def same(first, second):
    states = first.state_dict(), second.state_dict()
    return all(torch.equal(states[0][name], states[1][name]) for name in states[0])


def encoded(tokenizer, rows, tokens=40, joined=0.0):
    return encode(tokenizer, rows, tokens=tokens, joined=joined, seed=1)


def test_it_learns_and_the_same_seed_makes_the_same_weights(fresh, tokenizer, tmp_path):
    rows = [
        Row(f"{word} {number}", label, "nl", "x")
        for word, label in LABELLED.items()
        for number in range(20)
    ]
    recipe = dataclasses.replace(RECIPE, epochs=5)
    first, second, third = fresh(), fresh(), fresh()
    seen = run(first, tokenizer, tmp_path / "a.ckpt", rows, recipe)
    run(second, tokenizer, tmp_path / "b.ckpt", rows, recipe)
    run(third, tokenizer, tmp_path / "c.ckpt", rows, dataclasses.replace(recipe, seed=2))
    assert same(first, second)
    assert not same(first, third)
    assert seen[-1].loss < seen[4].loss
    assert [at.step for at in seen] == list(range(1, seen[0].total + 1))
    assert seen[-1].left == 0
    batch = collate(encoded(tokenizer, rows))
    with torch.no_grad():
        logits, _ = first(batch.ids, batch.mask, batch.pool)
    assert float((logits[:, 0].argmax(-1) == batch.labels[:, 0]).float().mean()) > 0.8


class Killed(Exception):
    """What ends a run in the middle here."""


def test_a_run_that_was_cut_short_ends_as_if_it_had_not_been(fresh, tokenizer, tmp_path):
    whole = fresh()
    steps = [at.step for at in run(whole, tokenizer, tmp_path / "whole.ckpt")]

    def kill(at):
        if at.step == 4:
            raise Killed

    checkpoint = tmp_path / "cut.ckpt"
    with pytest.raises(Killed):
        run(fresh(), tokenizer, checkpoint, report=kill, save_every=0)
    cut = fresh()
    rest = [at.step for at in run(cut, tokenizer, checkpoint)]
    assert rest == steps[3:]  # step 4 was done, not yet saved: it is had again, none twice
    assert same(cut, whole)
    assert run(cut, tokenizer, checkpoint) == []
    assert same(cut, whole)


def test_ctrl_c_saves_the_step_it_came_in(fresh, tokenizer, tmp_path):
    whole = fresh()
    run(whole, tokenizer, tmp_path / "whole.ckpt")
    before = signal.getsignal(signal.SIGINT)

    def interrupt(at):
        if at.step == 4:
            os.kill(os.getpid(), signal.SIGINT)

    checkpoint = tmp_path / "cut.ckpt"
    with pytest.raises(KeyboardInterrupt):
        run(fresh(), tokenizer, checkpoint, report=interrupt)
    assert signal.getsignal(signal.SIGINT) is before
    cut = fresh()
    assert run(cut, tokenizer, checkpoint)[0].step == 5
    assert same(cut, whole)


def test_a_budget_ends_a_run_early_with_its_rate_come_down(fresh, tokenizer, tmp_path):
    recipe = dataclasses.replace(RECIPE, epochs=100_000, budget=0.5)
    network = fresh()
    seen = run(network, tokenizer, tmp_path / "x.ckpt", recipe=recipe)
    assert 1 <= len(seen) < seen[0].total
    state = torch.load(tmp_path / "x.ckpt", weights_only=True)
    assert set(state) == {"network", "optimizer", "step", "spent"}
    assert state["step"] == seen[-1].step
    assert state["spent"] >= 0.5
    assert "words.weight" not in state["network"]
    assert state["optimizer"]["param_groups"][0]["lr"] < RECIPE.rate


def test_a_damaged_or_foreign_checkpoint_is_refused(fresh, tokenizer, tmp_path):
    checkpoint = tmp_path / "x.ckpt"
    run(fresh(), tokenizer, checkpoint, recipe=dataclasses.replace(RECIPE, epochs=0.2))
    good = checkpoint.read_bytes()
    for damage in (good[: len(good) // 2], b"", b"nonsense", b"PK\3\4 nonsense"):
        checkpoint.write_bytes(damage)
        with pytest.raises(Fatal, match="remove it to start anew"):
            run(fresh(), tokenizer, checkpoint)
    checkpoint.write_bytes(good)
    other = fresh()
    other.layers.append(copy.deepcopy(other.layers[0]))
    with pytest.raises(Fatal, match="another network"):
        run(other, tokenizer, checkpoint)


def test_frozen_layers_and_words_stay(fresh, tokenizer, tmp_path, network):
    trained = fresh()
    recipe = dataclasses.replace(RECIPE, frozen_layers=1)
    run(trained, tokenizer, tmp_path / "x.ckpt", recipe=recipe)
    before, after = network[0].state_dict(), trained.state_dict()
    moved = {name for name in before if not torch.equal(before[name], after[name])}
    still = ("words", "positions", "token_type", "norm.", "layers.0.")
    assert not [name for name in moved if name.startswith(still)]
    assert {"layers.1.query.weight", "head.weight", "stage_head.weight"} <= moved


def test_there_have_to_be_rows(fresh, tokenizer, tmp_path):
    with pytest.raises(Fatal, match="no rows"):
        run(fresh(), tokenizer, tmp_path / "x.ckpt", rows=[])


def four_layers(network):
    """A network of four layers with its tap at the second, all different."""
    from models.training.network import Encoder

    torch.manual_seed(5)
    made = Encoder(dataclasses.replace(network.shape, layers=4, tap_layer=2))
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.mul_(2.0)
    return made.eval()


def test_a_student_keeps_every_second_layer_and_the_tap_goes_along(network):
    teacher = four_layers(network[0])
    student = shrink(teacher, 2)
    assert (student.shape.layers, student.shape.tap_layer) == (2, 1)
    state, kept = teacher.state_dict(), student.state_dict()
    for number, old in enumerate((1, 3)):
        name = f"layers.{number}.query.weight"
        assert torch.equal(kept[name], state[f"layers.{old}.query.weight"])
    assert torch.equal(kept["head.weight"], state["head.weight"])
    with pytest.raises(Fatal, match="3 of 4 layers cannot be kept; try 2, 4"):
        shrink(teacher, 3)
    with pytest.raises(Fatal, match="1 of 4 layers"):
        shrink(teacher, 1)


def test_layers_are_spaced_alike_below_and_above_the_tap():
    assert [spaced(0, 6, n) for n in (1, 3, 4, 6)] == [
        [5],
        [1, 3, 5],
        [1, 2, 4, 5],
        [0, 1, 2, 3, 4, 5],
    ]
    assert spaced(6, 12, 5) == [7, 8, 9, 10, 11]
    assert [n for n in range(14) if fits(12, 6, n)] == [2, 4, 6, 8, 10, 12]
    assert [n for n in range(14) if fits(12, 4, n)] == [3, 6, 9, 12]


def test_what_lies_below_the_tap_gives_the_same_vectors(network, tokenizer):
    teacher = four_layers(network[0])
    batch = collate(encoded(tokenizer, ROWS[:5]))
    with torch.no_grad():
        _, wanted = teacher(batch.ids, batch.mask, batch.pool)
        _, found = below_tap(teacher)(batch.ids, batch.mask, batch.pool)
    assert torch.equal(wanted, found)
    assert float(losses.drift(below_tap(teacher), batch, wanted)) == 0
    apart = wanted + (wanted - wanted.mean(0)).square().mean().sqrt()
    assert float(losses.drift(teacher, batch, apart)) == pytest.approx(1, rel=1e-3)


def test_a_students_vectors_come_near_its_teachers(network, tokenizer, tmp_path):
    teacher = four_layers(network[0])
    keeper, batch = below_tap(teacher), collate(encoded(tokenizer, ROWS))
    recipe = dataclasses.replace(RECIPE, epochs=8, stage_weight=0.0)
    distances = {}
    for weight in (0.0, 5.0):
        student = shrink(teacher, 2)
        run(
            student,
            tokenizer,
            tmp_path / f"{weight}.ckpt",
            recipe=dataclasses.replace(recipe, vectors=weight),
            keeper=keeper,
        )
        with torch.no_grad():
            _, vectors = student(batch.ids, batch.mask, batch.pool)
        distances[weight] = float(losses.drift(keeper, batch, vectors))
    assert distances[5.0] < 0.7 * distances[0.0]
