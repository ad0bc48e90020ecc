"""Prefect's temporary servers: none may outlive the run it was started for."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

APP = b"prefect.server.api.server:create_app"
MARK = b"PREFECT__SERVER_EPHEMERAL=1"


def sweep(prefect_home: Path, proc: Path = Path("/proc")) -> list[int]:
    """Stop the temporary servers of this folder whose run is gone; returns their pids.

    Prefect starts one for each command where no server is given, and stops it at the end. After
    ``kill -9`` it would stay for ever, with 380 MB. Only Linux tells enough to find them.
    """
    stopped = []
    wanted = b"PREFECT_HOME=" + os.fsencode(prefect_home)
    for folder in proc.glob("[0-9]*"):
        try:
            if APP not in fields(folder / "cmdline"):
                continue
            environment = fields(folder / "environ")
            if MARK in environment and wanted in environment and orphaned(folder, proc):
                os.kill(int(folder.name), signal.SIGTERM)
                stopped.append(int(folder.name))
        except OSError:  # it ended meanwhile, or is another user's
            continue
    return stopped


def leave(code: int) -> NoReturn:
    """End this process now, with the temporary server it started; threads are not waited for.

    The warehouse is safe whenever a run ends; Prefect would wait for sources to answer.
    """
    if module := sys.modules.get("prefect.server.api.server"):
        module.SubprocessASGIServer().stop()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def fields(path: Path) -> list[bytes]:
    """Return the parts of one of the kernel's files."""
    return path.read_bytes().split(b"\0")


def orphaned(folder: Path, proc: Path) -> bool:
    """Whether the Python that started this process is gone, so that an init adopted it."""
    status = (folder / "status").read_text("utf-8")
    parent = next(line.split()[1] for line in status.splitlines() if line.startswith("PPid:"))
    try:
        return (folder / "exe").readlink() != (proc / parent / "exe").readlink()
    except PermissionError:  # the parent is another user's: not the one who started it
        return True
