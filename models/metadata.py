"""What a folder of weights says of itself in ``model.json``, and whether its files are whole."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from umot.errors import Fatal

FILE = "model.json"
GRAPH = "model.onnx"
TOKENIZER = "tokenizer.json"
ORIGINS = ("start", "mean_with")  # notes of the weights that went before
FORMAT = 1  # raised when what reads the folder has to change


@dataclass(frozen=True, slots=True)
class Metadata:
    """The description of one set of weights.

    `window` is the most tokens of one pass, `<s>` and `</s>` included. Before the softmax, logits
    are bent by `bend` (`models.calibration`) and divided: by what `temperatures` has for a text's
    language, by `temperature` for another or an unknown one. `mean` is the mean tap-layer vector
    of a corpus, [hidden]: vectors tell texts apart only once it is subtracted. `files` holds the
    SHA-256 of each file.
    """

    name: str
    languages: tuple[str, ...]
    tap_layer: int
    hidden: int
    window: int
    temperature: float
    mean: tuple[float, ...]
    files: dict[str, str]
    format: int = FORMAT
    temperatures: dict[str, float] = field(default_factory=dict)  # older weights have none
    bend: float = 0.0  # older weights have none
    notes: dict[str, Any] = field(default_factory=dict)  # for people: base, corpus, errors seen

    @property
    def space(self) -> str:
        """The name of the vector space of the tap layer."""
        return f"{self.name}/layer{self.tap_layer}"

    def write(self, folder: Path) -> None:
        """Write ``model.json``."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1)
        (folder / FILE).write_text(text + "\n", "utf-8")


def sets_of(notes: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each set and its licence, in the notes of weights and in those of what went before."""
    for name, about in dict(notes.get("sets", {})).items():
        yield name, str(about.get("licence", "unknown"))
    for origin in ORIGINS:
        if isinstance(notes.get(origin), dict):
            yield from sets_of(notes[origin])


def read(folder: Path) -> Metadata:
    """The description of a folder whose files are whole.

    Raises `Fatal` for a missing folder or file, another format version, or a file that is not
    the one described.
    """
    path = folder / FILE
    if not path.is_file():
        below = folder / "weights"  # where training puts them
        hint = f"; there are in {below}" if (below / FILE).is_file() else ""
        raise Fatal(f"no weights in {folder}: {FILE} is missing{hint}")
    try:
        content = json.loads(path.read_text("utf-8"))
        found = content.get("format")
    except (ValueError, AttributeError, OSError) as error:
        raise Fatal(f"{path} is damaged: {error}") from error
    if found != FORMAT:
        raise Fatal(f"{path} has format {found}, this version of umot reads format {FORMAT}")
    metadata = parse(path, content)
    for name, expected in metadata.files.items():
        check_file(folder / name, expected)
    return metadata


def parse(path: Path, content: dict[str, Any]) -> Metadata:
    """A description from its JSON. Raises `Fatal` naming `path`."""
    try:
        metadata = Metadata(
            name=str(content["name"]),
            languages=tuple(map(str, content["languages"])),
            tap_layer=int(content["tap_layer"]),
            hidden=int(content["hidden"]),
            window=int(content["window"]),
            temperature=float(content["temperature"]),
            mean=tuple(map(float, content["mean"])),
            files=dict(content["files"]),
            temperatures={
                str(language): float(value)
                for language, value in content.get("temperatures", {}).items()
            },
            bend=float(content.get("bend", 0.0)),
            notes=dict(content.get("notes", {})),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Fatal(f"{path} is damaged: {error!r}") from error
    divisors = (metadata.temperature, *metadata.temperatures.values())
    sound = (
        len(metadata.mean) == metadata.hidden
        and all(map(math.isfinite, metadata.mean))
        and all(math.isfinite(one) and one > 0 for one in divisors)
        and math.isfinite(metadata.bend)
        and metadata.bend >= 0
        and metadata.window > 2
        and {GRAPH, TOKENIZER} <= metadata.files.keys()
    )
    if not sound:
        raise Fatal(f"{path} is damaged: its numbers or files do not fit together")
    return metadata


def check_file(path: Path, expected: str) -> None:
    """Raise `Fatal` unless the file has the SHA-256 `expected`."""
    if not path.is_file():
        raise Fatal(f"the weights are incomplete: {path} is missing")
    if digest(path) != expected:
        raise Fatal(f"{path} is damaged or from another version: its checksum differs")


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
