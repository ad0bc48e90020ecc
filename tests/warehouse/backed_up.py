"""A data folder with a backup of it, and what looks at both."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from warehouse import Warehouse, backup, manifest
from warehouse.forget import opened

NOW = datetime(2026, 3, 10, 19, tzinfo=UTC)
SAVED = "umot-20260310T190000Z.duckdb"
HOSTILE = '=HYPERLINK("http://x")\x00\x1b[31m "\'; DROP TABLE posts; --'


@pytest.fixture(scope="session")
def backed_up(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with three posts, a raw item each and a cursor, and a backup of it."""
    from tests.warehouse.conftest import Stories

    home = tmp_path_factory.mktemp("backed-up") / "brand"
    shutil.copytree(empty_home, home)
    warehouse = Warehouse(home)
    with warehouse.write("test") as db:
        stories = Stories(warehouse, db)
        stories.tell("a", "2026-02-01 10:00", (0.9, "ride", "Heerlijk gefietst."))
        stories.tell("b", "2026-03-01 10:00", (-0.9, "delivery", HOSTILE), author="piet")
        stories.tell("c", "2026-03-02 10:00", (0.0, "site"))
    backup.backup(warehouse, home / "backups" / SAVED, now=NOW)
    return home


def held(path: Path) -> dict[str, tuple[int, int]]:
    """Rows and checksum of every table, less what every restore and migration changes."""
    with opened(path) as db:
        return {
            one.table: (one.rows, one.checksum)
            for one in manifest.contents(db)
            if one.table not in ('"private"."changes"', '"main"."schema_versions"')
        }


def posts(warehouse: Warehouse) -> list[str]:
    with warehouse.read() as db:
        return [row[0] for row in db.execute("SELECT post_id FROM posts ORDER BY 1").fetchall()]
