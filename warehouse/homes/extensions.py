"""DuckDB's extensions as PyPI ships them: loaded from their wheels, never fetched by DuckDB."""

from __future__ import annotations

import os
import tempfile
from importlib.util import find_spec
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection as Connection

from umot.errors import Fatal
from warehouse.files import quote

# What DuckDB calls an extension, where the wheel calls it otherwise: it is loaded by that name.
NAMES = {"postgres": "postgres_scanner"}


def extension(name: str) -> Path | None:
    """The file of an extension for this DuckDB; None where its wheel is not installed."""
    spec = find_spec(f"duckdb_extension_{name}")
    if spec is None or not spec.origin:
        return None
    folder = Path(spec.origin).parent / "extensions" / f"v{duckdb.__version__}"
    file = folder / f"{name}.duckdb_extension"
    return file if file.exists() else None


def load(db: Connection, name: str) -> None:
    """Load an extension; DuckDB refuses a file that it has not signed. Raises `Fatal`."""
    file = extension(name)
    if file is None:
        raise Fatal(
            f"DuckLake needs duckdb-extension-{name}=={duckdb.__version__}: "
            'pip install "umot[ducklake]"'
        )
    with tempfile.TemporaryDirectory() as folder:
        link = Path(folder) / f"{NAMES.get(name, name)}.duckdb_extension"
        link.symlink_to(file)
        db.execute(f"LOAD '{quote(link)}'")


def needed(data: str) -> tuple[str, ...]:
    """The extensions of a DuckLake whose files lie in `data`."""
    lake = ("postgres", "ducklake")
    return (*lake, "httpfs") if data.startswith("s3://") else lake


def credentials(db: Connection, data: str) -> None:
    """Give DuckDB what S3 asks for, from the variables that every client of it reads."""
    if not data.startswith("s3://"):
        return
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL", "")
    told = {
        "KEY_ID": os.environ.get("AWS_ACCESS_KEY_ID", ""),
        "SECRET": os.environ.get("AWS_SECRET_ACCESS_KEY", ""),
        "SESSION_TOKEN": os.environ.get("AWS_SESSION_TOKEN", ""),
        "REGION": os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION", ""),
        "ENDPOINT": endpoint.partition("://")[2],
        "URL_STYLE": "path" if endpoint else "",
        "USE_SSL": "false" if endpoint.startswith("http://") else "",
        "SCOPE": data,
    }
    quoted = [
        f"{name} '{text.replace(chr(39), chr(39) * 2)}'" for name, text in told.items() if text
    ]
    db.execute(f"CREATE SECRET data (TYPE s3, {', '.join(quoted)})")
