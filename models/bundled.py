"""The model that ships: a small multilingual encoder with its weights inside the package."""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from models import devices
from umot.plugins import Readings

if TYPE_CHECKING:
    from models.encoder import Encoder

log = logging.getLogger("umot")
WEIGHTS = Path(__file__).parent / "weights"


class Bundled:
    """Small multilingual encoder (nl, en, de, fr, es, it, pt); no network needed."""

    def __init__(
        self, threads: int = 0, path: str | Path | None = None, device: str = "auto"
    ) -> None:
        """Load the weights in `path`, by default those that ship. `threads` 0: all cores.

        `device` cpu is onnxruntime; cuda is torch in halves, which needs the package ``onnx`` to
        read the weights; auto is CUDA where both are here. Raises `Fatal` for weights that are
        missing, damaged or of another version, and for a device that is absent.
        """
        from models.encoder import Encoder  # onnxruntime takes a second to import

        self.folder = folder = Path(path) if path else WEIGHTS
        where = devices.chosen(device)
        if device == "auto" and where == "cuda" and importlib.util.find_spec("onnx") is None:
            log.warning("CUDA is not used: that needs pip install 'umot[training]'")
            where = "cpu"
        self.encoder: Encoder
        if where == "cuda":
            import torch

            from models.torch_session import TorchSession

            backend = TorchSession(folder, device=where, precision=torch.float16)
            self.encoder = Encoder(folder, threads=threads, backend=backend)
        else:
            self.encoder = Encoder(folder, threads=threads)

    @property
    def name(self) -> str:
        """Name and version of the weights."""
        return self.encoder.metadata.name

    @property
    def languages(self) -> frozenset[str]:
        """The languages it was trained and tested on."""
        return frozenset(self.encoder.metadata.languages)

    def read(
        self,
        texts: Sequence[str],
        spans: Sequence[Sequence[tuple[int, int]]],
        languages: Sequence[str | None] | None = None,
    ) -> Readings:
        """Read `texts` and `spans` of each, in context and in one pass; see `Encoder.read`."""
        return self.encoder.read(texts, spans, languages)
