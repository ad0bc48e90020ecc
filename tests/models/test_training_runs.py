"""Whole trainings from tiny weights: begun, killed, gone on with, made smaller."""

import dataclasses
import importlib.util
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from filelock import FileLock

from models import metadata, restored
from models.encoder import Encoder as Reader
from models.training import fit, jobs, means, recipe, runs, starts
from models.training.data import Row
from models.training.material import Material
from models.training.network import Encoder as Network
from umot.errors import Fatal

ROOT = Path(__file__).parents[2]
DRIVER = Path(__file__).parent / "training_driver.py"
TEXTS = ("de levering was snel", "de service was slecht", "een product", "niet goed", "traag!")
ROWS = [Row(f"{text} {n}", n % 3, "nl", "posts.csv") for n, text in enumerate(TEXTS * 6)]
MATERIAL = Material(
    ROWS, ROWS[:6], [row.text for row in ROWS[:8]], ROWS[:4], False, {"posts.csv": "yours"}
)
SETTINGS = fit.Recipe(epochs=2, batch=8, tokens=40, threads=1, frozen_layers=1, half=False)


@pytest.fixture(autouse=True)
def threads():
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def train(start, out, given=MATERIAL, settings=SETTINGS, **job):
    steps = []
    result = runs.train(
        jobs.Job(out, start, **job),
        given,
        settings,
        report=lambda at: steps.append(at.step),
        show=lambda *_: None,
    )
    return result, steps


@pytest.fixture
def start(tiny_weights):
    return starts.FromWeights.of(tiny_weights)


def test_fine_tuned_weights_read_and_say_what_they_are_made_of(start, tiny_weights, tmp_path):
    out = tmp_path / "mine"
    result, steps = train(start, out)
    assert steps == list(range(1, 9))
    assert result.folder == out / "weights"
    assert (result.held, result.after in range(7)) == (6, True)
    before, after = metadata.read(tiny_weights), metadata.read(result.folder)
    assert after.name.startswith("mine-")
    assert (after.temperature, after.mean) == (before.temperature, before.mean)
    notes = after.notes
    assert notes["sets"] == {"posts.csv": {"rows": 30, "licence": "yours"}}
    assert (notes["steps"], notes["rows"], notes["start"]["name"]) == (8, 30, "tiny-1")
    assert notes["recipe"]["epochs"] == 2
    assert "against_fp32" in notes
    readings = [
        Reader(folder, threads=1).read(list(TEXTS), [[]] * 5).texts
        for folder in (tiny_weights, result.folder)
    ]
    assert np.abs(readings[0] - readings[1]).max() > 0.01
    trained, restarted = (restored.network(one)[0] for one in (result.folder, tiny_weights))
    ids = torch.tensor([[0, 5, 6, 2]])
    with torch.no_grad():
        vectors = [
            one(ids, torch.ones_like(ids), torch.full((1, 1, 4), 0.25))[1]
            for one in (trained, restarted)
        ]
    cosine = torch.cosine_similarity(vectors[0].flatten(), vectors[1].flatten(), dim=0)
    assert float(cosine) > 0.999  # below the tap layer nothing was trained
    assert not list(out.glob("*.new*"))

    again, steps = train(start, out)
    assert steps == []  # the checkpoint holds them all: only the export is made again
    assert again.described == result.described


def test_another_training_in_the_same_folder_is_refused(start, tmp_path):
    train(start, tmp_path, settings=dataclasses.replace(SETTINGS, epochs=0.3))
    other = [*ROWS[:-1], dataclasses.replace(ROWS[-1], label=0)]
    assert other != ROWS
    for given, settings, reason in (
        (MATERIAL, SETTINGS, "epochs was 0.3, is 2"),
        (dataclasses.replace(MATERIAL, rows=other), None, "other texts or labels"),
        (dataclasses.replace(MATERIAL, rows=ROWS[:9]), None, "rows was 30, is 9"),
    ):
        settings = settings or dataclasses.replace(SETTINGS, epochs=0.3)
        with pytest.raises(Fatal, match=f"begun otherwise \\({reason}\\).*remove .*ckpt"):
            train(start, tmp_path, given, settings)
    (tmp_path / runs.CHECKPOINT).unlink()
    assert train(start, tmp_path)[1]
    faster = dataclasses.replace(SETTINGS, threads=2)
    assert train(start, tmp_path, settings=faster)[1] == []


def test_a_checkpoint_without_a_description_is_taken_at_its_word(start, tmp_path):
    train(start, tmp_path)
    (tmp_path / runs.SETTINGS).unlink()
    assert train(start, tmp_path)[1] == []


def test_one_training_at_a_time_in_a_folder(start, tmp_path):
    with (
        FileLock(tmp_path / "training.lock"),
        pytest.raises(Fatal, match="another training is at work"),
    ):
        train(start, tmp_path)
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(Fatal, match="file/out cannot be written"):
        train(start, file / "out")


@dataclasses.dataclass(frozen=True)
class Given:
    """A start that is simply there."""

    made: starts.Made
    origin: str = "nothing"
    described: metadata.Metadata | None = None

    @property
    def notes(self):
        return {}

    def shape(self):
        return self.made[0].shape

    def identity(self):
        return "given"

    def network(self, out):
        return self.made

    def forget(self, out):
        pass


def test_a_second_pass_learns_all_and_keeps_a_share_of_the_first(network):
    shape = network[0].shape
    settings = recipe.settings(shape, fresh=False, smaller=False, public=True)
    assert (settings.frozen_layers, settings.kept) == (0, recipe.AGAIN.kept)
    joining = recipe.settings(shape, fresh=True, smaller=False, joining=True)
    assert (joining, joining.kept) == (recipe.JOINING, 0.6)
    own = recipe.settings(shape, fresh=False, smaller=False, joining=True)
    assert own == dataclasses.replace(recipe.FINE, frozen_layers=shape.tap_layer, kept=0.6)
    first, second = Network(shape), Network(shape)
    before = {name: value.clone() for name, value in second.state_dict().items()}
    means.mix(second, first.state_dict(), 0.25)
    for name, value in second.state_dict().items():
        mixed = torch.lerp(before[name], first.state_dict()[name], 0.25)
        kept = name == "words.weight" or name.startswith("stage_head.")
        assert torch.allclose(value, before[name] if kept else mixed)
    means.mix(second, {}, 0.0)


def test_a_mean_is_made_with_other_weights(start, tiny_weights, tmp_path):
    learnt, _ = train(start, tmp_path / "alone")
    kept = dataclasses.replace(SETTINGS, kept=0.75)
    mean, _ = train(start, tmp_path / "mean", settings=kept, mean_with=tiny_weights)
    assert mean.described.notes["mean_with"]["name"] == "tiny-1"
    heads = [
        restored.network(folder)[0].head.weight.detach()
        for folder in (tiny_weights, learnt.folder, mean.folder)
    ]
    far, near = (float((one - heads[0]).abs().mean()) for one in heads[1:])
    assert near == pytest.approx(far / 4, rel=0.02)
    with pytest.raises(Fatal, match="begun otherwise \\(mean_with was"):
        train(start, tmp_path / "mean", settings=kept)


def test_a_student_of_half_the_layers_is_taught_and_exported(network, tiny_weights, tmp_path):
    small, words, tokenizer = network
    torch.manual_seed(5)
    large = Network(dataclasses.replace(small.shape, layers=4, tap_layer=2))
    with torch.no_grad():
        large.words.weight.copy_(small.words.weight)
    begin = Given((large, words, tokenizer))
    settings = recipe.settings(begin.shape(), fresh=False, smaller=True)
    assert (settings.vectors, settings.frozen_layers) == (recipe.VECTORS, 0)
    settings = dataclasses.replace(settings, epochs=1, tokens=40, threads=1, distil=0.5, batch=8)
    texts = [*ROWS[:20], Row("zonder label", None, "nl", "posts.csv")]
    given = dataclasses.replace(MATERIAL, rows=texts)
    result, steps = train(
        begin, tmp_path, given, settings, layers=2, teacher=str(tiny_weights), name="small-1"
    )
    assert len(steps) == 3
    assert (result.described.name, result.described.tap_layer) == ("small-1", 1)
    assert result.described.notes["teacher"] == str(tiny_weights)
    assert restored.network(result.folder)[0].shape.layers == 2
    (answers,) = tmp_path.glob("teacher-*.f32")
    assert answers.stat().st_size == 21 * 3 * 4


def driver():
    """The module that the killed process runs, in this one."""
    spec = importlib.util.spec_from_file_location("training_driver", DRIVER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_killed_training_goes_on_and_ends_as_if_never_killed(tiny_weights, tmp_path, capfd):
    posts = tmp_path / "posts.jsonl"
    lines = [
        {"text": row.text, "label": ("negative", "neutral", "positive")[row.label]} for row in ROWS
    ]
    posts.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    whole = driver().train(tiny_weights, posts, tmp_path / "whole")
    steps = [int(line.split()[0]) for line in capfd.readouterr().out.splitlines()]

    command = [sys.executable, str(DRIVER), str(tiny_weights), str(posts), str(tmp_path / "cut")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        if int(line.split()[0]) >= 7:
            process.send_signal(signal.SIGKILL)
            break
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert not (tmp_path / "cut" / "weights").exists()

    cut = driver().train(tiny_weights, posts, tmp_path / "cut")
    rest = [int(line.split()[0]) for line in capfd.readouterr().out.splitlines()]
    assert rest == steps[-len(rest) :]
    assert 6 <= len(steps) - len(rest) < len(steps)  # step 7 was told, perhaps not yet saved
    assert cut.described.files == whole.described.files


@pytest.mark.parametrize("name", ["weights", "weights.old", "weights.new"])
def test_a_folder_of_something_else_is_never_removed(start, tmp_path, name):
    theirs = tmp_path / name / "thesis.txt"
    theirs.parent.mkdir()
    theirs.write_text("years of work", "utf-8")
    with pytest.raises(Fatal, match=f"{name} holds no weights, and would give way to them"):
        train(start, tmp_path)
    assert theirs.read_text("utf-8") == "years of work"
