"""The weights that a training leaves: what they keep of their start, and never half of them."""

import dataclasses
import shutil

import pytest

from models import metadata
from models.card import calibration as in_words
from models.training import recipe, results, starts
from models.training.jobs import Job
from umot.errors import Fatal


@pytest.fixture
def start(tiny_weights):
    return starts.FromWeights.of(tiny_weights)


def test_temperatures_are_kept_where_this_training_cannot_tell_them(start):
    old = dataclasses.replace(start.described, temperature=0.8, temperatures={"nl": 0.7, "de": 0.6})
    new = dataclasses.replace(old, temperature=1.5, temperatures={"nl": 1.4}, mean=(0.0,) * 64)

    def kept(**how):
        found = results.with_kept(new, old, **how)
        return found.temperature, found.temperatures, found.mean == old.mean

    assert kept(calibrates=False, same=True) == (0.8, {"nl": 0.7, "de": 0.6}, True)
    assert kept(calibrates=True, same=False) == (1.5, {"nl": 1.4, "de": 0.6}, False)
    bent = dataclasses.replace(old, bend=0.01)
    found = results.with_kept(new, bent, calibrates=False, same=False)
    assert (found.bend, found.temperatures) == (0.01, old.temperatures)
    assert found.notes["calibrated"] == "tiny-1"
    found = results.with_kept(new, old, calibrates=True, same=False)
    assert "Taken over from tiny-1, for too few of their rows were there: de." in in_words(found)
    again = results.with_kept(
        new, dataclasses.replace(found, name="later"), calibrates=True, same=False
    )
    assert again.notes["taken_over"] == {"de": "tiny-1"}
    wholly = results.with_kept(new, again, calibrates=False, same=False)
    assert wholly.notes["taken_over"] == {"de": "tiny-1"}
    # A temperature that was fitted with another bend would say nothing.
    assert results.with_kept(new, bent, calibrates=True, same=False).temperatures == {"nl": 1.4}
    assert results.with_kept(new, None, calibrates=False, same=True) == new


def test_old_weights_give_way_to_whole_ones_only(tiny_weights, tmp_path):
    folder, fresh = tmp_path / "weights", tmp_path / "weights.new"
    shutil.copytree(tiny_weights, folder)
    shutil.copytree(tiny_weights, fresh)
    (fresh / metadata.GRAPH).write_bytes(b"half")
    with pytest.raises(Fatal, match="damaged"):
        results.put(fresh, folder)
    metadata.read(folder)
    shutil.rmtree(fresh)
    shutil.copytree(tiny_weights, fresh)
    folder.rename(tmp_path / "weights.old")  # where a kill may leave it
    results.put(fresh, folder)
    metadata.read(folder)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["weights"]


def test_a_mean_with_other_weights_has_other_vectors(start, tiny_weights, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(tiny_weights, other)
    with (other / metadata.TOKENIZER).open("a", encoding="utf-8") as file:
        file.write("\n")
    files = {name: metadata.digest(other / name) for name in start.described.files}
    dataclasses.replace(start.described, files=files).write(other)
    frozen = dataclasses.replace(recipe.FINE, frozen_layers=start.described.tap_layer)
    alone = Job(tmp_path, start)
    assert results.same_vectors(alone, frozen)
    assert results.same_vectors(dataclasses.replace(alone, mean_with=tiny_weights), frozen)
    assert not results.same_vectors(alone, recipe.FINE)
    assert not results.same_vectors(dataclasses.replace(alone, mean_with=other), frozen)
