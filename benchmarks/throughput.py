"""How fast the bundled model reads, against what a team would take otherwise.

    throughput.py [FOLDER] [--texts N] [--rounds N] [--threads N] [--base BASE] [--no-torch]
                  [--weights WEIGHTS] [--student STUDENT]

FOLDER holds the labelled texts (default ../shared/data/sentiment): its airline tweets and its long
Dutch reviews are read. The other model is as large as XLM-R-base (12 layers, hidden 768, random
weights, the same pieces) in ``transformers.pipeline``, a text at a time, as its quick tour shows;
BASE is where the file of its pieces is kept once it was downloaded. STUDENT is a folder of weights
of fewer layers (`umot models train --layers 6 --teacher bundled`). All take turns in one run, so
only ratios count; seconds (wall, and those of the CPU) are the least of the rounds, since whatever
else the machine does only adds to them. Writes results/throughput.json.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pyarrow.parquet as parquet
import torch
from machine import described

from models.bundled import WEIGHTS, Bundled
from models.encoder import Encoder
from models.metadata import GRAPH
from models.reader import Reader, Unread
from models.session import Session, cores, session_options
from models.training import base
from umot import journey

HERE = Path(__file__).parent
SETS = {"tweets": ("us_airline_tweets_en", "en"), "reviews": ("bolcom_books_nl", "nl")}
BARS = {"tweets": (20, 30), "reviews": (12, 18)}  # times the pipeline: at least, aimed at
LONGEST, LARGEST = 2.0, 250.0  # seconds and MB of a first answer
SLOW = 8  # of so many texts, by length, the pipeline reads one
PIPELINE, OURS, STUDENT = "pipeline", "umot", "umot, student"
SHARED, WHOLE = "umot, a batch shared", "umot, moments traced"
SHARED_BUDGET = 192  # tokens of a batch for each core that shares it
COLD = """
import sys, time
start = time.perf_counter()
from models.bundled import Bundled
text = "De bezorging was snel, maar de helpdesk nam niet op."
Bundled(path=sys.argv[1]).read([text], [[(0, 22), (24, 52)]])
print(time.perf_counter() - start, time.process_time())
# Not getrusage: that counts what the parent had before this program took its place.
print(open("/proc/self/status").read().split("VmHWM:")[1].split()[0])
"""

Read = Callable[[Sequence[str]], object]


def texts_of(folder: Path, name: str, count: int) -> list[str]:
    """So many texts of a set's validation and test halves, drawn with a fixed seed."""
    files = sorted(folder.glob(f"{SETS[name][0]}_[tv][ea][sl]*.parquet"))
    if not files:
        sys.exit(f"no {SETS[name][0]} in {folder}")
    every = [text for file in files for text in parquet.read_table(file)["text"].to_pylist()]
    chosen = np.random.default_rng(0).permutation(len(every))[:count]
    return [every[place] for place in chosen]


class Shared(Session):
    """One batch at a time, shared by all cores: what a batch for each core is held against."""

    def __init__(self, path: Path, threads: int) -> None:
        options = session_options()
        options.intra_op_num_threads = threads or cores()
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self.budget = SHARED_BUDGET * options.intra_op_num_threads
        self.workers = 1
        self._session = onnxruntime.InferenceSession(path, options, ["CPUExecutionProvider"])


def pipeline(cache: Path) -> Read:
    """``transformers.pipeline`` with a model of XLM-R-base's size, a text at a time."""
    import transformers as typed

    transformers: Any = typed  # its types refuse what it documents (num_labels)
    names = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_file=str(base.fetch(cache) / base.TOKENIZER), model_max_length=512, **names
    )
    settings = transformers.XLMRobertaConfig(
        vocab_size=250_002, max_position_embeddings=514, type_vocab_size=1, num_labels=3
    )
    model = transformers.XLMRobertaForSequenceClassification(settings).eval()
    made = transformers.pipeline(
        "text-classification", model=model, tokenizer=tokenizer, device="cpu"
    )
    return lambda texts: [made(text, truncation=True) for text in texts]


def whole(model: Bundled, language: str) -> Read:
    """What a run does with posts: language, moments, sentiment and tracing."""
    reader = Reader(model, journey.default(), sorted(model.languages))

    def read(texts: Sequence[str]) -> object:
        return reader.read_posts(
            [Unread(str(row), "", None, text, None, language) for row, text in enumerate(texts)]
        )

    return read


def alone(encoder: Bundled | Encoder) -> Read:
    """The sentiment of texts, nothing else: what the pipeline does."""
    return lambda texts: encoder.read(texts, [[] for _ in texts])


def contenders(
    ours: dict[str, Bundled], weights: Path, cache: Path, *, threads: int, others: bool
) -> dict[str, Read]:
    """All that take turns, by name, but for whole posts."""
    found: dict[str, Read] = {PIPELINE: pipeline(cache)}
    found |= {name: alone(model) for name, model in ours.items()}
    found[SHARED] = alone(Encoder(weights, backend=Shared(weights / GRAPH, threads)))
    if others:
        from models.torch_session import TorchSession

        for precision in (torch.float32, torch.bfloat16):
            backend = TorchSession(weights, device="cpu", precision=precision)
            name = f"umot, torch {str(precision).removeprefix('torch.')}"
            found[name] = alone(Encoder(weights, backend=backend))
    return found


def raced(readers: dict[str, Read], texts: Sequence[str], rounds: int) -> dict[str, Any]:
    """Milliseconds a text of each, wall and CPU: the least of the rounds."""
    least: dict[str, tuple[float, float]] = {}
    few = sorted(texts, key=len)[SLOW // 2 :: SLOW]
    for turn in range(rounds + 1):
        for name, read in readers.items():
            part = few if name == PIPELINE else texts
            part = part if turn else part[:4]  # the first turn warms up
            wall, cpu = time.perf_counter(), time.process_time()
            read(part)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            if turn:
                taken = 1000 * wall / len(part), 1000 * cpu / len(part)
                before = least.get(name, taken)
                least[name] = min(before[0], taken[0]), min(before[1], taken[1])
    theirs = least[PIPELINE]
    return {
        name: {"ms": wall, "cpu_ms": cpu, "times": theirs[0] / wall, "cpu_times": theirs[1] / cpu}
        for name, (wall, cpu) in least.items()
    }


def first_answer(weights: Path, runs: int = 3) -> dict[str, float]:
    """Seconds and peak memory (MB) of a new process until its first answer: the least of `runs`."""
    command = [sys.executable, "-c", COLD, str(weights.resolve())]
    found = []
    for _ in range(runs):
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=HERE.parent)
        found.append([float(one) for one in done.stdout.split()])
    seconds, cpu, peak = np.array(found).min(axis=0).tolist()
    return {"seconds": seconds, "cpu_seconds": cpu, "peak_mb": peak * 1024 / 1e6}


def main() -> None:
    """Race them, and write what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    default = HERE.parents[1] / "shared" / "data" / "sentiment"
    parser.add_argument("folder", type=Path, nargs="?", default=default)
    parser.add_argument("--texts", type=int, default=400, help="texts of each set")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--threads", type=int, default=0, help="0: all cores")
    parser.add_argument("--base", type=Path, default=Path(tempfile.gettempdir()) / "umot-base")
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--student", type=Path, help="weights of fewer layers")
    parser.add_argument("--no-torch", action="store_true", help="only the pipeline and ours")
    given = parser.parse_args()
    if given.threads:
        torch.set_num_threads(given.threads)
    paths = {OURS: given.weights} | ({STUDENT: given.student} if given.student else {})
    ours = {
        name: Bundled(threads=given.threads, path=path, device="cpu")
        for name, path in paths.items()
    }
    model = ours[OURS]
    result: dict[str, Any] = {"model": model.name, "machine": described()}
    result |= {"threads": given.threads or torch.get_num_threads(), "rounds": given.rounds}
    result["first_answer"] = cold = first_answer(given.weights)
    print(
        f"first answer: {cold['seconds']:.2f} s (at most {LONGEST}), {cold['peak_mb']:.0f} MB "
        f"(at most {LARGEST:.0f})"
    )
    readers: dict[str, Read] = {}
    for name, (_, language) in SETS.items():
        texts = texts_of(given.folder, name, given.texts)
        if not readers:
            readers = contenders(
                ours,
                given.weights,
                given.base,
                threads=given.threads,
                others=not given.no_torch,
            )
        readers[WHOLE] = whole(model, language)
        found = raced(readers, texts, given.rounds)
        tokens = np.mean([len(model.encoder.tokenizer.encode(text).ids) for text in texts])
        result[name] = {"texts": len(texts), "tokens": float(tokens), "readers": found}
        least, aim = BARS[name]
        print(f"{name}: {len(texts)} of {tokens:.0f} tokens; at least {least}x, aim {aim}x")
        for reader, one in found.items():
            print(
                f"  {reader:22} {one['ms']:8.2f} ms a text, {one['times']:6.1f}x; "
                f"CPU {one['cpu_ms']:8.2f} ms, {one['cpu_times']:6.1f}x",
                flush=True,
            )
    target = HERE / "results" / "throughput.json"
    target.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
