"""The file ``umot.toml``: where it is, and reading it."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

from pydantic import ValidationError

from umot.config.settings import Settings
from umot.errors import Fatal

FILE = "umot.toml"


def home(given: Path | None = None) -> Path:
    """The data folder: `given`, else UMOT_HOME, else here if umot.toml is here, else ~/.umot."""
    if given is not None:
        return given.expanduser().resolve()
    if named := os.environ.get("UMOT_HOME"):
        return Path(named).expanduser().resolve()
    here = Path.cwd()
    return here if (here / FILE).is_file() else Path.home() / ".umot"


def load(folder: Path) -> Settings:
    """The settings of a data folder; all defaults where it has no umot.toml.

    Raises `Fatal` naming the file and each wrong setting.
    """
    path = folder / FILE
    try:
        return check(path.read_text("utf-8") if path.is_file() else "", path)
    except UnicodeDecodeError as error:
        raise Fatal(f"{path}: {error}") from error


def check(text: str, path: Path) -> Settings:
    """The settings that a file of this text would give. Raises `Fatal` naming `path`."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Fatal(f"{path}: {error}") from error
    try:
        return Settings(**values)
    except ValidationError as error:
        raise Fatal(f"{path}: {explain(error)}") from error


def explain(error: ValidationError) -> str:
    """One line: each wrong setting and why. Values are left out, for one may be a secret."""
    return "; ".join(
        f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors()
    )
