"""Replacing files in one step, and for good."""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path

from umot.errors import Fatal
from umot.folders import ensure


def secure(fresh: Path, target: Path) -> None:
    """Put a written file in the place of another at once, with its rights, safe on the disk."""
    if target.exists():
        shutil.copymode(target, fresh)
    with fresh.open("rb") as file:
        os.fsync(file.fileno())
    fresh.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def write(path: Path, content: str, mode: int = 0o600) -> None:
    """Write a small file in one step, safe on the disk when this returns."""
    ensure(path.parent)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, mode), "wb") as file:
            file.write(content.encode())
        secure(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)  # where the disk was full


def secret(path: Path, remedy: str) -> bytes:
    """The key in a file that only its owner reads, made where there is none.

    Raises `Fatal` with the `remedy` where the file is damaged.
    """
    ensure(path.parent)
    if not path.exists():
        # Written whole under another name and linked: of two processes that start at once the
        # second keeps the first one's key, and none ever reads half a key.
        fresh = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    value = path.read_text("ascii").strip()
    if len(value) < 32:
        raise Fatal(f"{path} is damaged: {remedy}")
    return value.encode()


def remove(path: Path) -> None:
    """Remove a DuckDB file with its write-ahead log and what it laid aside, where they exist."""
    for one in (path, path.with_name(f"{path.name}.wal")):
        one.unlink(missing_ok=True)
    shutil.rmtree(path.with_name(f"{path.name}.tmp"), ignore_errors=True)


def quote(path: Path | str) -> str:
    """A path, or another text, inside an SQL string. Give s3://… as text: a Path alters it."""
    return str(path).replace("'", "''")
