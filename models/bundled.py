"""The model that ships: a small multilingual encoder with its weights inside the package."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from umot.plugins import Readings

if TYPE_CHECKING:
    from models.encoder import Encoder

WEIGHTS = Path(__file__).parent / "weights"


class Bundled:
    """Small multilingual encoder on the CPU (nl, en, de, fr, es, it, pt); no network needed."""

    def __init__(self, threads: int = 0, path: str | Path | None = None) -> None:
        """Load the weights in `path`, by default those that ship. `threads` 0: all cores.

        Raises `Fatal` where they are missing, damaged or of another version.
        """
        from models.encoder import Encoder  # onnxruntime takes a second to import

        self.encoder: Encoder = Encoder(Path(path) if path else WEIGHTS, threads=threads)

    @property
    def name(self) -> str:
        """Name and version of the weights."""
        return self.encoder.metadata.name

    @property
    def languages(self) -> frozenset[str]:
        """The languages it was trained and tested on."""
        return frozenset(self.encoder.metadata.languages)

    def read(self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]) -> Readings:
        """Read `texts` and `spans` of each, in context and in one pass; see `Encoder.read`."""
        return self.encoder.read(texts, spans)
