"""One training in a process of its own, to be killed by tests: WEIGHTS FILE OUT."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

from models.training import jobs, material, recipe, runs, starts
from umot.cli.own_rows import given_rows

EPOCHS = 12.0


def train(weights: Path, file: Path, out: Path) -> jobs.Result:
    """Fine-tune for a few dozen steps, each of them saved and told."""
    rows = given_rows([file], ("text", "label"), (), unlabelled=False)
    start = starts.FromWeights.of(weights)
    settings = recipe.settings(start.shape(), fresh=False, smaller=False)
    settings = dataclasses.replace(settings, epochs=EPOCHS, threads=1, tokens=24)
    gathered = material.from_rows(rows)
    thin = dataclasses.replace(
        gathered, rows=gathered.rows[:100], corpus=gathered.corpus[:8], labelled=[]
    )
    thin = dataclasses.replace(thin, labelled=gathered.labelled[:8])
    return runs.train(
        jobs.Job(out, start, name="driven"),
        thin,
        settings,
        report=lambda at: print(at.step, at.total, flush=True),
        show=lambda *_: None,
        save_every=0,
    )


if __name__ == "__main__":
    train(*map(Path, sys.argv[1:4]))
