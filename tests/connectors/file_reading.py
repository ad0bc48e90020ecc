"""Exports written into a folder, and read from it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.files import Files
from umot.errors import Skippable
from umot.post import Post
from umot.testing import NOW


@dataclass
class Result:
    posts: list[Post]
    rejects: list[str]


def read(path: Path, **settings: Any) -> Result:
    connector = Files(str(path), **settings)
    result = Result([], [])
    for batch in connector.fetch(None, now=NOW):
        for raw in batch.items:
            json.dumps(raw.payload, ensure_ascii=False, allow_nan=False).encode()
            try:
                result.posts += connector.parse(raw)
            except Skippable as error:
                result.rejects.append(str(error))
    return result


def written(tmp_path: Path, content: str | bytes, called: str = "export.csv") -> Path:
    path = tmp_path / called
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path
