import json
import shutil

import numpy as np
import onnx
import pytest

from models import metadata
from models.bundled import Bundled
from models.encoder import Encoder
from umot.errors import Fatal


@pytest.fixture
def folder(tiny_weights, tmp_path):
    copy = tmp_path / "weights"
    shutil.copytree(tiny_weights, copy)
    return copy


def edit(folder, **changes):
    path = folder / metadata.FILE
    content = json.loads(path.read_text("utf-8"))
    for name, value in changes.items():
        if value is None:
            del content[name]
        else:
            content[name] = value
    path.write_text(json.dumps(content), "utf-8")


def test_what_is_written_is_read_again(folder):
    found = metadata.read(folder)
    found.write(folder)
    assert metadata.read(folder) == found
    assert found.space == "tiny-1/layer1"


def test_no_weights(tmp_path):
    with pytest.raises(Fatal, match=r"no weights in .*model\.json is missing"):
        Bundled(path=tmp_path)


@pytest.mark.parametrize("file", [metadata.GRAPH, metadata.TOKENIZER])
def test_a_missing_file(folder, file):
    (folder / file).unlink()
    with pytest.raises(Fatal, match=f"{file} is missing"):
        Encoder(folder)


@pytest.mark.parametrize("file", [metadata.GRAPH, metadata.TOKENIZER])
def test_a_file_with_one_wrong_byte(folder, file):
    content = bytearray((folder / file).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / file).write_bytes(content)
    with pytest.raises(Fatal, match=f"{file} is damaged or from another version"):
        Encoder(folder)


def test_another_format(folder):
    edit(folder, format=metadata.FORMAT + 1)
    with pytest.raises(Fatal, match="has format 2, this version of umot reads format 1"):
        Encoder(folder)


@pytest.mark.parametrize(
    "changes",
    [
        {"mean": [0.0]},
        {"mean": [float("nan")] * 64},
        {"temperature": 0},
        {"temperature": "warm"},
        {"temperature": float("inf")},
        {"bend": -0.1},
        {"bend": float("nan")},
        {"bend": "much"},
        {"temperatures": {"nl": 0}},
        {"temperatures": {"nl": "warm"}},
        {"temperatures": [1.0]},
        {"files": "model.onnx"},
        {"name": None},
        {"window": 2},
        {"files": {}},
    ],
)
def test_a_damaged_description(folder, changes):
    edit(folder, **changes)
    with pytest.raises(Fatal, match="is damaged"):
        Encoder(folder)


@pytest.mark.parametrize("content", ["{", "[]", "\x00"])
def test_a_description_that_is_none(folder, content):
    (folder / metadata.FILE).write_text(content)
    with pytest.raises(Fatal, match=r"model\.json is damaged"):
        Encoder(folder)


def put(folder, file, content):
    """Another file, which the description names as if it were the right one."""
    (folder / file).write_bytes(content)
    files = {name: metadata.digest(folder / name) for name in (metadata.GRAPH, metadata.TOKENIZER)}
    edit(folder, files=files)


def test_weights_of_before_there_were_temperatures(folder):
    edit(folder, temperatures=None, bend=None)
    found = metadata.read(folder)
    assert (found.temperatures, found.bend) == ({}, 0.0)
    Encoder(folder)


@pytest.mark.parametrize("file", [metadata.GRAPH, metadata.TOKENIZER])
@pytest.mark.parametrize("content", [b"", b"not this", b"{}", None])
def test_a_file_that_is_none_although_described(folder, file, content):
    whole = (folder / file).read_bytes()
    put(folder, file, whole[: len(whole) // 2] if content is None else content)
    with pytest.raises(Fatal, match="cannot be loaded"):
        Encoder(folder)


def test_a_tokenizer_with_other_specials(folder):
    content = (folder / metadata.TOKENIZER).read_text("utf-8").replace("</s>", "[SEP]")
    put(folder, metadata.TOKENIZER, content.encode())
    with pytest.raises(Fatal, match=r"do not fit together: its specials are \[0, None\]"):
        Encoder(folder)


def test_a_graph_of_another_width(folder):
    edit(folder, hidden=3, mean=[0.0] * 3)
    with pytest.raises(Fatal, match="do not fit together"):
        Encoder(folder)


def test_a_graph_with_other_inputs(folder):
    model = onnx.load(folder / metadata.GRAPH)
    for node in model.graph.node:
        node.input[:] = ["other" if name == "pool" else name for name in node.input]
    model.graph.input[2].name = "other"
    put(folder, metadata.GRAPH, model.SerializeToString())
    with pytest.raises(Fatal, match="do not fit together"):
        Encoder(folder)


def test_a_graph_of_damaged_numbers(folder):
    model = onnx.load(folder / metadata.GRAPH)
    (head,) = (one for one in model.graph.initializer if tuple(one.dims) == (64, 3))
    head.raw_data = np.full((64, 3), np.nan, np.float32).tobytes()
    put(folder, metadata.GRAPH, model.SerializeToString())
    with pytest.raises(Fatal, match="damaged: they answer with NaN"):
        Encoder(folder)
