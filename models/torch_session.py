"""The network at work in torch: on CUDA, in halves.

Its answers are those of onnxruntime but for what 8 bits of the activations cost there (measured:
probabilities differ by .005 in the mean and by .05 at most). With products in float16, a text's
probabilities vary by less than .001 with its batch-mates; in bfloat16, as fast, by .004.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from models import restored
from models.windows import Batch

Array = NDArray[np.float32]

BUDGETS = {"cuda": 32_768, "cpu": 768}


class TorchSession:
    """The weights of a folder in torch. `precision` is that of products; sums have 32 bits.

    Raises `Fatal` where the weights are damaged or the package ``onnx`` is missing.
    """

    def __init__(self, folder: Path, *, device: str, precision: torch.dtype) -> None:
        self.budget = BUDGETS[device]
        self.workers = 1
        self._device = torch.device(device)
        self._precision = precision
        self._network = restored.network(folder)[0].to(self._device)

    def run(self, batch: Batch) -> tuple[Array, Array]:
        """See `models.encoder.Backend`."""
        ids, mask, pool = (
            torch.from_numpy(one).to(self._device) for one in (batch.ids, batch.mask, batch.pool)
        )
        with torch.inference_mode():
            half = self._precision != torch.float32
            with torch.autocast(self._device.type, self._precision, enabled=half):
                tapped, last = self._states(ids, mask)
            logits = self._network.head(pool @ last.float())
            vectors = pool @ tapped.float()
        return logits.cpu().numpy(), vectors.cpu().numpy()

    def _states(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """States [windows, tokens, hidden] of the tap layer and of the last one."""
        network = self._network
        places = torch.arange(ids.shape[1], device=self._device)
        states = network.words(ids) + network.positions(places)[None] + network.token_type
        states = tapped = network.norm(states)
        bias = (1.0 - mask[:, None, None, :].to(states.dtype)) * -1e4
        for number, layer in enumerate(network.layers, start=1):
            states = layer(states, bias)
            if number == network.shape.tap_layer:
                tapped = states
        return tapped, states
