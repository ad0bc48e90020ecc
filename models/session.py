"""The network at work on the CPU: a graph in onnxruntime, and what it is run with."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from models.windows import Batch

Array = NDArray[np.float32]

# Tokens of a batch, padding included. What a layer makes of them should stay in the cache of one
# core: 192 and 256 took least, 128 and 384 up to a tenth longer.
BUDGET = 256


class Session:
    """A graph in onnxruntime, run by `threads` workers at once (0: one for each core).

    Each run has one thread. Batches side by side keep two cores busy; one batch shared by both, as
    small as is good for their caches, leaves them waiting for each other a quarter of the time.
    Raises what onnxruntime does.
    """

    def __init__(self, path: Path, *, threads: int = 0) -> None:
        self.budget = BUDGET
        self.workers = threads or cores()
        self._session = onnxruntime.InferenceSession(
            path, session_options(), ["CPUExecutionProvider"]
        )

    def run(self, batch: Batch) -> tuple[Array, Array]:
        """See `models.encoder.Backend`."""
        feed = {"input_ids": batch.ids, "attention_mask": batch.mask, "pool": batch.pool}
        logits, vectors = self._session.run(["logits", "vectors"], feed)
        return logits, vectors


def session_options() -> onnxruntime.SessionOptions:
    """How onnxruntime runs the graph: a run has the thread that calls it, and no other."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Batches come in thousands of shapes; a plan kept for each would be memory never given back.
    options.enable_mem_pattern = False
    # The graph names its fused kernels itself; more fusing makes its layer norms slower.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    return options


def cores() -> int:
    """How many cores this process may use; macOS and Windows only tell how many there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
