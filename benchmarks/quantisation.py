"""What the export costs: the network of a checkpoint in fp32 against the weights made from it.

    quantisation.py OUT LABELLED [--start WEIGHTS] [--rows N]

OUT is the folder of a training (`umot models train --out OUT`): its ``training.ckpt`` is compared
with its ``weights``. Where those are a mean of what was learnt and of other weights (those it
started from, or ``--mean-with``), WEIGHTS is the folder of the latter. LABELLED is the folder of
SET_test.parquet files. Both read the test splits with the same tokens, windows and batches, so
that only numbers differ. Macro-F1 in percent of all rows, per language, of the four Dutch sets and
of two sets of tweets, and what is lost with its 95 % interval; the share of labels that differ; and
how far a text's probabilities are from themselves alone and in any batch. N reads the first rows of
each set only.
Writes results/quantisation.json.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as parquet
import torch
from machine import described
from numpy.typing import NDArray

from models import figures, restored
from models.encoder import Encoder
from models.training import means
from models.training.jobs import WEIGHTS
from models.training.network import Encoder as Network
from models.training.runs import CHECKPOINT, SETTINGS
from models.windows import Batch
from umot.post import LABELS

HERE = Path(__file__).parent
LANGUAGES = ("nl", "en", "de", "fr", "es", "it", "pt")
DUTCH = ("bolcom_books_nl", "mabsa_nl", "political_tweets_nl", "semeval16_restaurants_nl")
TWEETS = ("semeval_tweets_en", "us_airline_tweets_en")
LOSS, APART = 0.5, 1e-3  # points of macro-F1; of a probability, alone and in a batch
MATES = 400  # texts that are read alone and in two orders

Array = NDArray[np.float32]
Counts = NDArray[np.int64]


class Float:
    """A network in fp32 behind the encoder's tokens, windows and batches."""

    budget = 768
    workers = 1

    def __init__(self, network: Network) -> None:
        self.network = network.eval()

    def run(self, batch: Batch) -> tuple[Array, Array]:
        """See `models.encoder.Backend`."""
        inputs = map(torch.from_numpy, (batch.ids, batch.mask, batch.pool))
        with torch.inference_mode():
            logits, vectors = self.network(*inputs)
        return logits.numpy(), vectors.numpy()


def trained(out: Path, start: Path | None) -> Network:
    """The network that a training exported, in fp32: its checkpoint's, mixed with its start."""
    # For its words and sizes; the rest is replaced.
    network, words, _ = restored.network(out / WEIGHTS)
    state = torch.load(out / CHECKPOINT, weights_only=True)["network"]
    places = "positions.weight"  # those beyond the window are not in the graph
    state[places] = state[places][: network.positions.num_embeddings]
    network.load_state_dict(state, strict=False)
    if kept := json.loads((out / SETTINGS).read_text("utf-8"))["kept"]:
        if start is None:
            raise SystemExit(
                f"{out} is a mean of which other weights are {kept}: name their folder by --start"
            )
        means.mix(network, means.other(start, network, words), kept)
    return network


def labelled(folder: Path, rows: int | None) -> dict[str, tuple[list[str], Counts]]:
    """Texts and labels of each test split in the languages that are read."""
    found = {}
    for path in sorted(folder.glob("*_test.parquet")):
        name = path.name.removesuffix("_test.parquet")
        if name.rpartition("_")[2] in LANGUAGES:
            table = parquet.read_table(path, columns=["text", "label"]).slice(0, rows)
            labels = np.array([LABELS.index(one) for one in table["label"].to_pylist()])
            found[name] = table["text"].to_pylist(), labels
    return found


def groups(names: Sequence[str]) -> dict[str, list[str]]:
    """Which sets are counted together, by the name of the group."""
    found = {one: [name for name in names if name.endswith(f"_{one}")] for one in LANGUAGES}
    found["all"] = list(names)
    found["nl, four sets"] = [name for name in names if name in DUTCH]
    found |= {name: [name] for name in (*DUTCH, *TWEETS) if name in names}
    return {group: sets for group, sets in found.items() if sets}


def compared(truth: Counts, exact: Array, whole: Array) -> dict[str, Any]:
    """Macro-F1 of both from their probabilities, what is lost, and how much they differ.

    The interval of the loss (95 %) is of drawing the rows anew, each with both answers.
    """
    first, second = exact.argmax(1), whole.argmax(1)
    joint = np.zeros((len(LABELS),) * 3, np.int64)
    np.add.at(joint, (truth, first, second), 1)
    gained, (least, most) = figures.differences(joint)["macro_f1"]
    apart = np.abs(exact - whole).max(axis=1)
    return {
        "rows": len(truth),
        "fp32": float(figures.rates(joint.sum(2))["macro_f1"]),
        "int8": float(figures.rates(joint.sum(1))["macro_f1"]),
        "loss": -gained,
        "loss_interval": [-most, -least],
        "labels_differ": 100 * float((exact.argmax(1) != whole.argmax(1)).mean()),
        "probability_mean": float(apart.mean()),
        "probability_most": float(apart.max()),
    }


def mates(encoder: Encoder, texts: Sequence[str]) -> dict[str, float]:
    """How far the answers for texts in batches, and in other batches, are from those alone."""
    alone = np.concatenate([encoder.read([text], [[]]).texts for text in texts])
    orders = np.arange(len(texts)), np.random.default_rng(0).permutation(len(texts))
    together = np.empty((2, len(texts), 3), np.float32)
    for turn, order in enumerate(orders):
        encoder.budget //= 1 + turn
        together[turn, order] = encoder.read([texts[row] for row in order], [[]] * len(order)).texts
    encoder.budget = encoder.backend.budget
    differ = (together.argmax(2) != alone.argmax(1)).any(axis=0).sum()
    apart = float(np.abs(together - alone).max())
    return {"texts": len(texts), "labels_differ": int(differ), "probability_most": apart}


def main() -> None:
    """Read everything twice, and write what differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("out", "labelled"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--start", type=Path)
    parser.add_argument("--rows", type=int)
    given = parser.parse_args()
    whole = Encoder(given.out / WEIGHTS)
    exact = Encoder(given.out / WEIGHTS, backend=Float(trained(given.out, given.start)))
    read: dict[str, tuple[Counts, Array, Array]] = {}
    sets = labelled(given.labelled, given.rows)
    for name, (texts, truth) in sets.items():
        languages = [name.rpartition("_")[2]] * len(texts)
        of_exact, of_whole = (
            one.read(texts, [[]] * len(texts), languages).texts for one in (exact, whole)
        )
        read[name] = truth, of_exact, of_whole
        print(f"{name}: {len(texts)}", flush=True)
    result: dict[str, Any] = {"model": whole.metadata.name, "machine": described(), "groups": {}}
    for group, names in groups(list(sets)).items():
        parts = [np.concatenate(one) for one in zip(*(read[name] for name in names), strict=True)]
        result["groups"][group] = one = compared(*parts)
        interval = "[{:.2f}, {:.2f}]".format(*one["loss_interval"])
        print(
            f"{group:26} {one['rows']:6} rows  fp32 {one['fp32']:5.2f}  int8 {one['int8']:5.2f}  "
            f"loss {one['loss']:5.2f} {interval} (at most {LOSS})  "
            f"labels differ {one['labels_differ']:.2f} %"
        )
    texts = [text for some, _ in sets.values() for text in some]
    result["batch_mates"] = one = mates(whole, texts[:: max(1, len(texts) // MATES)])
    print(f"alone or in any batch: {one} (at most {APART})")
    target = HERE / "results" / "quantisation.json"
    target.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
