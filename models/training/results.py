"""From a trained network to its folder of weights: whole, or not there at all."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from models import metadata, stage_head
from models.metadata import Metadata
from models.training import export, fit, recipe
from models.training.base import Quantised
from models.training.jobs import WEIGHTS, Job
from models.training.material import Material
from models.training.network import Encoder
from models.training.starts import FromWeights, lineage


def exported(
    job: Job,
    material: Material,
    settings: fit.Recipe,
    made: tuple[Encoder, Quantised, dict[str, Any]],
    identity: str,
    steps: int,
) -> Metadata:
    """Write the weights beside those of an earlier run, and only when whole in their place."""
    fresh = job.out / f"{WEIGHTS}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    about = recipe.notes(
        material.rows, material.licences, settings, origin=job.start.origin, steps=steps
    )
    about |= job.start.notes
    if job.mean_with:
        about["mean_with"] = lineage(metadata.read(job.mean_with))
    if job.teacher:
        about["teacher"] = job.teacher
    described = export.export(
        *made,
        fresh,
        name=job.name or f"{job.out.resolve().name}-{identity}",
        corpus=material.corpus,
        labelled=material.labelled,
        bend=job.start.described.bend if job.start.described else 0.0,
        notes=about,
        report=lambda _: None,
    )
    same = same_vectors(job, settings)
    described = with_kept(described, job.start.described, calibrates=material.calibrates, same=same)
    described.write(fresh)
    if same and isinstance(job.start, FromWeights):
        carry_head(job.start.folder, described, fresh)
    elif job.head is not None:
        job.head(fresh)
    put(fresh, job.out / WEIGHTS)
    return described


def same_vectors(job: Job, settings: fit.Recipe) -> bool:
    """Whether the vectors are those of the start: nothing is changed up to its tap layer."""
    start = job.start.described
    if start is None or job.layers is not None:
        return False
    if job.mean_with and metadata.read(job.mean_with).files != start.files:
        return False
    return settings.frozen_layers >= start.tap_layer


def with_kept(
    described: Metadata, start: Metadata | None, *, calibrates: bool, same: bool
) -> Metadata:
    """The description, with what of the start's still holds: it was measured on more than is here.

    The calibration, but for what this training `calibrates` (a temperature goes with its bend);
    where the vectors are the `same`, their mean.
    """
    if start is None:
        return described
    if same:
        described = replace(described, mean=start.mean)
    whose = start.notes.get("calibrated", start.name)
    earlier: dict[str, str] = start.notes.get("taken_over", {})
    if not calibrates:
        return replace(
            described,
            bend=start.bend,
            temperature=start.temperature,
            temperatures=start.temperatures,
            notes={**described.notes, "calibrated": whose, "taken_over": earlier},
        )
    if described.bend != start.bend:
        return described
    fitted = described.temperatures
    kept = {**dict.fromkeys(start.temperatures, whose), **earlier}
    taken = {language: name for language, name in kept.items() if language not in fitted}
    notes = {**described.notes, "taken_over": taken}
    return replace(described, temperatures={**start.temperatures, **fitted}, notes=notes)


def carry_head(source: Path, described: Metadata, folder: Path) -> None:
    """Write the stage head of `source`, if any, into weights that have the same vectors."""
    head = stage_head.load(source)
    if head is not None:
        graph = described.files[metadata.GRAPH]
        replace(head, space=described.space, graph=graph).write(folder)


def put(fresh: Path, folder: Path) -> None:
    """Give a whole folder the place of an older one."""
    metadata.read(fresh)
    old = folder.with_name(f"{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
