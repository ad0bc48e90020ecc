"""Commands as their users give them, in this process."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.labelled_posts import ROWS, written
from umot.cli import main

PLUGIN = Path(__file__).parents[1] / "flows" / "plugin"


class Ran(NamedTuple):
    """What a command ended with, and what it wrote."""

    code: int
    out: str
    err: str


Umot = Callable[..., Ran]


@pytest.fixture
def umot(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Umot:
    """Runs a command in this process, in an empty data folder."""
    # The command line sets up logging for its process; here that is the tests' process too.
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", root.handlers[:])
    monkeypatch.setattr(root, "level", root.level)

    def run(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["umot", *map(str, arguments)])
        try:
            main.run()
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 0
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return run


@pytest.fixture
def fast_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test model, which looks for a few words, reads in place of the one that ships."""
    monkeypatch.syspath_prepend(str(PLUGIN))
    monkeypatch.setenv("UMOT_MODEL__NAME", "test-words")


@pytest.fixture
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model reads on one thread."""
    monkeypatch.setenv("UMOT_MODEL__THREADS", "1")


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """A file of a few labelled posts."""
    return written(tmp_path / "labelled.csv", ROWS)
