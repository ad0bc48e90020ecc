"""What Prefect needs to know before it is imported: where its data live, and to keep quiet."""

from __future__ import annotations

import json
import os
from collections.abc import MutableMapping
from pathlib import Path

from flows.api import healthy
from flows.leftovers import sweep
from umot.errors import Retriable
from umot.folders import ensure

FOLDER = "prefect"  # in the data folder: Prefect's database, results and leases
ADDRESS = "server.json"  # in that folder: where the server of `umot up` listens

LEASES = "prefect.server.concurrency.lease_storage"
COMMON = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    # Warnings of our own code show in the run's log too, and nothing complains outside a run.
    "PREFECT_LOGGING_EXTRA_LOGGERS": "umot",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
}
SERVER = {
    # Without a server Prefect starts one of its own; its first start migrates a database (20 s).
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    # On disk, so that the slot of a killed run is given back even after the server restarts.
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": f"{LEASES}.filesystem",
    # 48 passes a day would make the database grow for ever; runs are kept for 90 days.
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
}
QUIET = {
    # A person at a terminal gets our own lines; Prefect's are kept with the run.
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
}


def prepare(home: Path, environment: MutableMapping[str, str] | None = None) -> None:
    """Set what Prefect reads when it is imported, for a command at a terminal.

    What is set already stays. Where neither PREFECT_API_URL nor PREFECT_HOME is given, runs are
    kept below `home`, on the server of `umot up` while that runs there. Raises `Fatal` where
    their folder cannot be made.
    """
    values = os.environ if environment is None else environment
    fill(values, COMMON | QUIET)
    if values.get("PREFECT_API_URL"):
        return
    fill(values, SERVER)
    if not values.get("PREFECT_HOME"):
        folder = ensure(home / FOLDER)  # Prefect would start without one, and fail much later
        values["PREFECT_HOME"] = str(folder)
        sweep(folder)
        if url := running(home):
            values["PREFECT_API_URL"] = url


def borrowed(home: Path) -> list[str]:
    """Set what this shell lacks from the Secret blocks of a Prefect server; returns the names.

    For commands outside a run. Of the server of PREFECT_API_URL, else of the one that `umot up`
    runs for `home`; none is started. Raises `Retriable` where it does not answer.
    """
    own = None if os.environ.get("PREFECT_HOME") else running(home)
    url = os.environ.get("PREFECT_API_URL") or own
    if not url:
        return []
    prepare(home)
    import httpx

    from flows.secret_blocks import fill

    try:
        return sorted(fill())
    except (httpx.HTTPError, RuntimeError) as error:  # the latter is Prefect's word for it
        raise Retriable(f"Prefect at {url} was not asked for secrets: {error}") from error


def for_children(home: Path, url: str) -> dict[str, str]:
    """Return the environment of a server and worker that keep their data below `home`."""
    values = dict(os.environ)
    fill(values, COMMON | SERVER)
    values |= {
        "UMOT_HOME": str(home),
        "PREFECT_HOME": str(home / FOLDER),
        "PREFECT_API_URL": url,
        "PYTHONUNBUFFERED": "1",
    }
    return values


def fill(values: MutableMapping[str, str], defaults: dict[str, str]) -> None:
    """Set what is not set yet."""
    for name, value in defaults.items():
        values.setdefault(name, value)


def announce(home: Path, url: str) -> Path:
    """Note the address of a running server, for `running`; returns the file."""
    path = home / FOLDER / ADDRESS
    ensure(path.parent)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps({"url": url, "pid": os.getpid()}), "utf-8")
    fresh.replace(path)
    return path


def running(home: Path) -> str | None:
    """Return the API address of the server that `umot up` runs for this folder, if it answers."""
    try:
        url = str(json.loads((home / FOLDER / ADDRESS).read_text("utf-8"))["url"])
    except (OSError, ValueError, KeyError, TypeError):  # none, or one that was being written
        return None
    return url if healthy(url) else None
