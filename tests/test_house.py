"""The house rules that a program can keep: who imports whom, and where each library lives."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("umot", "connectors", "models", "warehouse", "flows", "samples")

# A module may import what stands on a lower level, and its own part.
LEVELS = {
    "umot.cli": 4,
    "flows": 3,
    "umot.console": 3,
    "umot.doctor": 3,
    "umot.trying": 3,
    "umot.pipeline": 2,
    "umot.digest": 2,
    "umot.alerts": 1.5,  # the pipeline raises alerts
    "umot.notify": 1.5,  # the pipeline sends what it raised
    "umot.forgetting": 2.5,  # it reaches what the pipeline and the digest wrote
    "connectors": 1,
    "models": 1,
    "warehouse": 1,
    "samples": 1,
    "umot": 0,  # post, errors, config, journey, plugins, language, queries, relevance, starter
}
HOMES = {
    "apprise": ("umot.notify",),
    "duckdb": ("warehouse",),
    "prefect": ("flows",),
    "torch": ("models",),
    "transformers": ("models",),
    "onnxruntime": ("models",),
    "tokenizers": ("models",),
    "py3langid": ("models",),
    "praw": ("connectors",),
    "feedparser": ("connectors",),
    "cryptography": ("connectors",),
    "httpx": ("umot.http", "flows"),
    "babel": ("umot.language",),
    "jinja2": ("umot.digest", "umot.console"),
    "fastapi": ("umot.console",),
    "starlette": ("umot.console",),
    "uvicorn": ("umot.console",),
    "typer": ("umot.cli",),
    "rich": ("umot.cli",),
    "prompt_toolkit": ("umot.cli",),
    "altair": ("umot.charts",),
    "vl_convert": ("umot.charts",),
    "sklearn": ("models",),
    "vaderSentiment": ("models",),
}


def modules() -> list[tuple[str, Path]]:
    found = []
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found.append((name, path))
    return found


@cache  # read once for all libraries
def imported(path: Path) -> set[str]:
    """What a file imports when it runs; imports for type checkers alone do not count."""
    names: set[str] = set()
    tree = ast.parse(path.read_text("utf-8"))
    skipped = {
        id(child)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for child in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def part(name: str) -> str | None:
    """The longest entry of `LEVELS` that a module belongs to; None for outside libraries."""
    pieces = name.split(".")
    for length in range(len(pieces), 0, -1):
        prefix = ".".join(pieces[:length])
        if prefix in LEVELS:
            return prefix
    return None


@pytest.mark.parametrize(("name", "path"), modules(), ids=lambda value: str(value)[-40:])
def test_imports_point_downwards_only(name: str, path: Path) -> None:
    own = part(name)
    assert own is not None, f"{name} has no level"
    for target in imported(path):
        theirs = part(target)
        if theirs is None or theirs == own or target in PACKAGES:
            continue
        assert LEVELS[theirs] < LEVELS[own], f"{name} imports {target}, which is not below it"


@pytest.mark.parametrize("library", sorted(HOMES))
def test_each_library_has_one_home(library: str) -> None:
    for name, path in modules():
        if library in {target.split(".")[0] for target in imported(path)}:
            homes = HOMES[library]
            assert any(name == home or name.startswith(f"{home}.") for home in homes), (
                f"{name} imports {library}, which lives in {homes}"
            )


def test_the_rule_would_notice_a_wrong_import(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text("from umot.pipeline import run\nif TYPE_CHECKING:\n    import duckdb\n")
    assert imported(wrong) == {"umot.pipeline", "umot.pipeline.run"}
    assert LEVELS[part("umot.pipeline.run") or ""] > LEVELS["warehouse"]


def test_no_stored_sql_counts_on_materialized() -> None:
    # DuckDB 1.5 drops the word when it stores a view or macro, and then plans otherwise.
    for path in sorted((ROOT / "warehouse" / "sql" / "views").glob("*.sql")):
        assert "MATERIALIZED (" not in path.read_text("utf-8"), path.name
