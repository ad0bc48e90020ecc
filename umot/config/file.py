"""The file ``umot.toml``: where it is, and reading it."""

from __future__ import annotations

import os
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from umot.config.settings import Settings
from umot.errors import Fatal, in_words

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
    except OSError as error:  # no right to look into the folder, say
        raise Fatal(f"{path} cannot be read: {in_words(error)}") from error


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
        f"{'.'.join(map(str, one['loc']))}: "
        + (unknown(one["loc"]) if one["type"] == "extra_forbidden" else one["msg"])
        for one in error.errors()
    )


def unknown(place: tuple[int | str, ...]) -> str:
    """What to say of a setting that there is not: the one that was probably meant, if any."""
    section: type[BaseModel] | None = Settings
    for part in place[:-1]:
        if section and isinstance(part, str):  # a number is a place in a list
            field = section.model_fields.get(part)
            section = within(field.annotation) if field else None
    names = list(section.model_fields) if section else []
    near = get_close_matches(str(place[-1]), names, n=1)
    return f"unknown setting; did you mean {near[0]}?" if near else "unknown setting"


def within(annotation: Any) -> type[BaseModel] | None:
    """The section that a setting is, or is a list of; None where it is neither."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for one in get_args(annotation) if (found := within(one))), None)
