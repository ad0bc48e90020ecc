"""Plug-ins come from entry points, ours as any other's."""

from __future__ import annotations

from pathlib import Path

import pytest

from umot import plugins
from umot.errors import Fatal, UnknownName

BROKEN = "[umot.connectors]\nbroken = no_such_module:Thing\nextra = extra_connector:Extra\n"


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package of somebody else, installed."""
    info = tmp_path / "elsewhere-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: elsewhere\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(BROKEN)
    (tmp_path / "extra_connector.py").write_text("class Extra:\n    '''Reads elsewhere.'''\n")
    monkeypatch.syspath_prepend(str(tmp_path))


def test_the_built_in_ones_are_registered_the_same_way() -> None:
    assert {"feeds", "files", "reddit"} <= set(plugins.available(plugins.CONNECTORS))
    assert {"bundled", "transformers"} <= set(plugins.available(plugins.MODELS))


def test_another_package_can_add_one(outside: None) -> None:
    assert plugins.load(plugins.CONNECTORS, "extra").__name__ == "Extra"


def test_one_that_cannot_be_imported_says_so(outside: None) -> None:
    with pytest.raises(Fatal, match=r"broken cannot be loaded.*no_such_module"):
        plugins.load(plugins.CONNECTORS, "broken")


def test_an_unknown_name_lists_the_valid_ones() -> None:
    with pytest.raises(
        UnknownName, match=r"unknown connector 'redit'; valid: .*feeds, files.*reddit"
    ):
        plugins.load(plugins.CONNECTORS, "redit")
