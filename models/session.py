"""The network at work on the CPU: a graph in onnxruntime, and what it is run with."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from models.windows import Batch

Array = NDArray[np.float32]

# Tokens of a batch, padding included: in all at least, and for each thread. What a layer makes of
# them should stay in the processor's cache: twice as many took 5 to 20 % longer.
BUDGET, BUDGET_OF_THREAD = 384, 192


class Session:
    """A graph in onnxruntime. `threads` 0 is all cores; raises what onnxruntime does."""

    def __init__(self, path: Path, *, threads: int = 0) -> None:
        options = session_options(threads)
        self.budget = max(BUDGET, BUDGET_OF_THREAD * options.intra_op_num_threads)
        self._session = onnxruntime.InferenceSession(path, options, ["CPUExecutionProvider"])

    def run(self, batch: Batch) -> tuple[Array, Array]:
        """See `models.encoder.Backend`."""
        feed = {"input_ids": batch.ids, "attention_mask": batch.mask, "pool": batch.pool}
        logits, vectors = self._session.run(["logits", "vectors"], feed)
        return logits, vectors


def session_options(threads: int) -> onnxruntime.SessionOptions:
    """How onnxruntime runs the graph."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or len(os.sched_getaffinity(0))
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Batches come in thousands of shapes; a plan kept for each would be memory never given back.
    options.enable_mem_pattern = False
    # Waiting threads sleep: spinning ones take the processor from everything else that runs.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # The graph names its fused kernels itself; more fusing makes its layer norms slower.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    return options
