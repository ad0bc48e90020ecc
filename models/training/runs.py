"""A whole training in a folder of its own: begun, gone on with after any end, and exported.

The folder holds ``training.json`` (what is being trained), ``training.ckpt``, for a fresh start
the trimmed vocabulary, a teacher's answers, and in the end ``weights``.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from filelock import FileLock, Timeout
from tokenizers import Tokenizer

from models import metadata
from models.training import fit, means, student, teacher
from models.training.data import Row
from models.training.examples import collate, encode
from models.training.jobs import WEIGHTS, Job, Result
from models.training.material import Material
from models.training.network import Encoder
from models.training.results import exported
from umot import config
from umot.errors import Fatal

SETTINGS = "training.json"
CHECKPOINT = "training.ckpt"
HOW_ONLY = ("threads", "half")  # settings that change how fast, not what is learnt
Show = Callable[[str, int, int], None]


def train(
    job: Job,
    material: Material,
    settings: fit.Recipe,
    *,
    report: Callable[[fit.At], None],
    show: Show,
    save_every: float = fit.SAVE_EVERY,
) -> Result:
    """Do the job, or what is left of it. Raises `Fatal` where the folder holds another one."""
    with alone(job.out):
        identity = begun(job, material.rows, settings)
        if settings.threads:
            torch.set_num_threads(settings.threads)
        torch.manual_seed(settings.seed)  # of the heads, where the start has none
        network, words, tokenizer = job.start.network(job.out)
        cutter = Tokenizer.from_str(json.dumps(tokenizer))
        device = torch.device(job.device)
        network.to(device)
        before = right(network, cutter, material.held, settings) if job.start.described else 0
        keeper = student.below_tap(network) if settings.vectors else None
        other: means.State = {}
        if job.mean_with:
            other = means.other(job.mean_with, network, words)
        elif settings.kept:
            other = deepcopy(network.state_dict())
        if job.layers not in (None, network.shape.layers):
            network = student.shrink(network, job.layers or 0)
        rows = taught(job, material.rows, settings, show)
        checkpoint = job.out / CHECKPOINT
        steps = fit.fit(
            network,
            cutter,
            rows,
            settings,
            checkpoint=checkpoint,
            report=report,
            keeper=keeper,
            save_every=save_every,
        )
        means.mix(network, other, settings.kept)
        after = right(network, cutter, material.held, settings)
        show("exporting", 0, 1)
        described = exported(
            job, material, settings, (network.cpu(), words, tokenizer), identity, steps
        )
        show("exporting", 1, 1)
    return Result(job.out / WEIGHTS, described, len(material.held), before, after)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder, made where it is not there. Raises `Fatal` where another run holds it."""
    lock = FileLock(folder / "training.lock")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise Fatal(f"another training is at work in {folder}") from error
    except OSError as error:
        raise Fatal(f"{folder} cannot be written: {error.strerror or error}") from error
    try:
        yield
    finally:
        lock.release()


def begun(job: Job, rows: Sequence[Row], settings: fit.Recipe) -> str:
    """Write down what is trained in the folder; returns a digest of it.

    Raises `Fatal` where a folder would be lost, or where a checkpoint of something else is there.
    One without a description (copied there by hand) is taken at its word.
    """
    for name in (WEIGHTS, f"{WEIGHTS}.new", f"{WEIGHTS}.old"):
        must_be_weights(job.out / name)
    wanted = description(job, rows, settings)
    path, checkpoint = job.out / SETTINGS, job.out / CHECKPOINT
    if path.exists():
        changed = differences(read_settings(path), wanted)
        if changed and checkpoint.exists():
            raise Fatal(
                f"{job.out} holds a training that was begun otherwise ({', '.join(changed)}): "
                f"go on as it was begun, take another --out, or remove {checkpoint}"
            )
        if changed:
            job.start.forget(job.out)
    content = json.dumps(wanted, ensure_ascii=False, indent=1) + "\n"
    fresh = path.with_suffix(".new")
    fresh.write_text(content, "utf-8")
    fresh.replace(path)
    return hashlib.sha256(content.encode()).hexdigest()[:8]


def must_be_weights(folder: Path) -> None:
    """Raise `Fatal` where something else than weights is: it would give way to the new ones."""
    if not folder.exists() or any(
        (folder / name).is_file() for name in (metadata.FILE, metadata.GRAPH)
    ):
        return
    if not folder.is_dir() or any(folder.iterdir()):
        raise Fatal(f"{folder} holds no weights, and would give way to them: take another --out")


def description(job: Job, rows: Sequence[Row], settings: fit.Recipe) -> dict[str, Any]:
    """What is trained, as JSON has it: the settings, the start, the teacher, the rows' digest."""
    given = {key: value for key, value in asdict(settings).items() if key not in HOW_ONLY}
    given["budget"] = None if math.isinf(settings.budget) else settings.budget
    digest = hashlib.sha256()
    for row in rows:
        digest.update(json.dumps(asdict(row), ensure_ascii=False).encode("utf-8", "replace"))
    return {
        "start": job.start.identity(),
        "layers": job.layers,
        "teacher": job.teacher and teacher.identity(job.teacher),
        **({"mean_with": metadata.digest(job.mean_with / metadata.FILE)} if job.mean_with else {}),
        "rows": len(rows),
        "rows_sha256": digest.hexdigest(),
        **given,
    }


def read_settings(path: Path) -> dict[str, Any]:
    """The description of an earlier run; empty where it cannot be read, so that all differs."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def differences(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """What differs between two descriptions, a phrase each."""
    keys = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    if "rows_sha256" in keys and "rows" not in keys:
        keys[keys.index("rows_sha256")] = "rows"
        return ["other texts or labels" if key == "rows" else phrase(key, old, new) for key in keys]
    return [phrase(key, old, new) for key in keys if key != "rows_sha256"]


def phrase(key: str, old: dict[str, Any], new: dict[str, Any]) -> str:
    """How a setting differs."""
    was, is_ = (str(one.get(key, "nothing"))[:60] for one in (old, new))
    return f"{key} was {was}, is {is_}"


def taught(job: Job, rows: list[Row], settings: fit.Recipe, show: Show) -> list[Row]:
    """The rows, with the teacher's answers where there is one."""
    if job.teacher is None:
        return rows
    from models.named import scorer

    name = job.teacher
    return teacher.taught(
        rows,
        lambda: scorer(name, config.Model(threads=settings.threads, device=job.device)),
        job.out,
        identity=teacher.identity(name),
        show=lambda done, total: show("teacher", done, total),
    )


def right(network: Encoder, tokenizer: Tokenizer, rows: Sequence[Row], settings: fit.Recipe) -> int:
    """How many of the rows the network gives their label."""
    network.eval()
    device = next(network.parameters()).device
    examples = encode(tokenizer, rows, tokens=settings.tokens, joined=0, seed=0) if rows else []
    correct = 0
    with torch.no_grad():
        for start in range(0, len(examples), settings.batch):
            batch = collate(examples[start : start + settings.batch]).to(device)
            logits, _ = network(batch.ids, batch.mask, batch.pool)
            correct += int((logits[:, 0].argmax(-1) == batch.labels[:, 0]).sum())
    return correct
