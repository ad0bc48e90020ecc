"""Before a warehouse is brought to a newer schema: a checked backup of it as it was."""

from __future__ import annotations

import logging
import re
from datetime import datetime
from pathlib import Path

from duckdb import DuckDBPyConnection as Connection

from umot.errors import Fatal
from warehouse import files, migrate, sql

KEPT = 2  # backups of this kind
NAMED = re.compile(r"umot-before-schema-\d+-\d{8}T\d{6}Z\.duckdb")
log = logging.getLogger("umot")


def due(db: Connection) -> bool:
    """Whether an existing warehouse lacks a migration; mere views lose nothing.

    Raises `Fatal` for a newer one.
    """
    try:
        return bool(migrate.versions(db)) and bool(migrate.behind(db).keys() - {migrate.VIEWS})
    except Fatal:
        db.close()
        raise


def save(path: Path, home: Path, now: datetime) -> Path:
    """Back up the warehouse at `path` among the backups of `home`, and say so; hold its turn.

    There `umot forget` reaches it. Of earlier ones of this kind the last is kept. Raises `Fatal`
    where there is no room: nothing was changed then.
    """
    # Here, for making backups knows the warehouse, which knows this.
    from warehouse.backup import FOLDER, seal

    version = len(sql.folder("migrations"))
    target = home / FOLDER / f"umot-before-schema-{version}-{now:%Y%m%dT%H%M%SZ}.duckdb"
    log.warning("a newer umot: the warehouse is backed up before it gets schema %s", version)
    seal(path, target, now)
    log.warning("it lies at %s; umot restore with the older umot goes back", target)
    earlier = sorted(
        (one for one in target.parent.iterdir() if NAMED.fullmatch(one.name) and one != target),
        key=lambda one: one.name.rsplit("-", 1)[-1],
    )
    for gone in earlier[: max(0, len(earlier) - (KEPT - 1))]:
        files.remove(gone)
        log.warning("removed %s", gone)
    return target
