"""A request and a response, as the sample's platforms see them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request; ``query`` and ``form`` keep the last value of each name."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    form: Mapping[str, str] = field(default_factory=dict)

    def header(self, name: str) -> str:
        """Return a header by its lower-case name, empty where it is absent."""
        return self.headers.get(name, "")


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response; ``length`` is what Content-Length claims when that is not the truth."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None


def as_json(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a JSON response."""
    body = json.dumps(value, ensure_ascii=False).encode()
    return Response(status, body, "application/json; charset=UTF-8", headers or {})


NOT_FOUND = Response(404, b"not found\n")
