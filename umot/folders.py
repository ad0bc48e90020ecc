"""Making the folders that data goes into."""

from __future__ import annotations

from pathlib import Path

from umot.errors import Fatal, in_words


def ensure(folder: Path) -> Path:
    """The folder, made with those above it where it is not there yet. Raises `Fatal`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Fatal(f"the folder {folder} cannot be made: {in_words(error)}") from error
    return folder
