"""Reads a stream of made-up posts and prints the process's memory (MB) as it goes.

    stream.py WEIGHTS POSTS EVERY [whole]

`whole`: with language, moments and tracing, as a run reads them; else texts and spans only.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from models.bundled import Bundled
from models.reader import Reader, Unread
from umot import journey

SAID = (
    "de het een was niet goed slecht traag snel maar en bezorging monteur helpdesk the delivery "
    "late never again great 👍 😡 wachten bellen terug geld 1 2 3 , . ! ? . ."
)
WORDS = SAID.split()
AT_ONCE = 200


def texts(count: int) -> Iterator[str]:
    """Posts of 1 to 60 words, each with a word that no other has."""
    chooser = random.Random(1)
    for number in range(count):
        words = chooser.choices(WORDS, k=int(1 + 60 * chooser.random() ** 6))
        yield " ".join([*words, f"order{number:x}"])


def resident() -> float:
    """Memory in use by this process, in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


def main() -> None:
    """Read and print."""
    weights, count, every = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    model = Bundled(path=weights, threads=1, device="cpu")
    reader = Reader(model, journey.default(), ["nl", "en"]) if "whole" in sys.argv else None
    stream, done = texts(count), 0
    while part := list(islice(stream, AT_ONCE)):
        if reader:
            reader.read_posts([Unread("p", "h", None, text, None, None) for text in part])
        else:
            model.read(part, [[(0, len(text) // 2)] for text in part])
        done += len(part)
        if done % every == 0:
            print(resident(), flush=True)


if __name__ == "__main__":
    main()
