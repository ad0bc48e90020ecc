"""What the pages say of connectors is what those have."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from umot import plugins

FOLDER = Path(__file__).parents[2] / "docs" / "connectors"
TABLE = (FOLDER / "README.md").read_text("utf-8")
OURS = [
    name
    for name, point in plugins.available(plugins.CONNECTORS).items()
    if point.value.startswith("connectors.")
]


@pytest.mark.parametrize("name", OURS)
def test_the_table_has_every_connector(name: str) -> None:
    assert re.search(rf"^\| `{name}` \|", TABLE, re.MULTILINE)


@pytest.mark.parametrize(
    "page", sorted(path.stem for path in FOLDER.glob("[!R]*.md") if path.stem != "tutorial")
)
def test_a_page_has_every_setting_with_its_default(page: str) -> None:
    text = (FOLDER / f"{page}.md").read_text("utf-8")
    assert f"[{page}]({page}.md)" in TABLE
    known = inspect.signature(plugins.load(plugins.CONNECTORS, page)).parameters
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \| ([^|]*) \|", text, re.MULTILINE)
    told = {name: default for names, default in rows for name in re.findall(r"`(\w+)`", names)}
    assert told.keys() == known.keys()
    for name, default in told.items():
        value = known[name].default
        if isinstance(value, bool | float):
            assert default == (str(value).lower() if isinstance(value, bool) else f"{value:g}")
        elif value is inspect.Parameter.empty:
            assert default == "required"
        elif value in ((), ""):
            assert default == "none"
        elif isinstance(value, tuple):
            assert default == ", ".join(f"`{one}`" for one in value)
        elif not name.endswith("_url"):
            assert default == f"`{value}`"


def test_links_lead_somewhere() -> None:
    for page in FOLDER.glob("*.md"):
        for target in re.findall(r"\]\(([^)#]+)", page.read_text("utf-8")):
            assert "://" in target or (page.parent / target).exists(), f"{page.name}: {target}"
