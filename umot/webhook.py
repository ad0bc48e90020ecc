"""Receiving posts from other tools: a signed message is put on disk before it is thanked for.

    receipt = webhook.receive(home, "tickets", body, header, now)

The sender signs with the secret of UMOT_WEBHOOK_SECRET, as many services do::

    X-Umot-Signature: t=1763632800,v1=<hex of HMAC-SHA256(secret, "1763632800." + body)>

What was received lies in ``spool/NAME/`` of the data folder until the connector `webhook` has read
it and the warehouse has stored it. A message that comes twice is one: its posts have the same ids.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import shutil
import uuid
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from umot.errors import Fatal, Skippable

VARIABLE = "UMOT_WEBHOOK_SECRET"
HEADER = "X-Umot-Signature"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
LARGEST = 2**20  # bytes of a message
MOST = 1_000  # posts in a message
TOLERANCE = 300.0  # seconds between the sender's clock and ours
SPARE = 500_000_000  # bytes of free disk that are left to the rest of the program


class Refused(Skippable):
    """A message that is not taken; `status` is the HTTP status to answer with."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Receipt:
    """That a message is on disk: where, and how many posts it holds."""

    path: Path
    posts: int


def folder(home: Path, name: str) -> Path:
    """Where messages for `name` wait. Raises `Fatal` for a name that is none for a folder."""
    if not NAME.fullmatch(name):
        raise Fatal(f"{name!r} is no name for a webhook: letters, digits, - and _")
    return home / "spool" / name


def sign(secret: str, body: bytes, at: datetime) -> str:
    """The header that a sender puts beside `body`."""
    stamp = str(int(at.timestamp()))
    return f"t={stamp},v1={_mac(secret, stamp, body)}"


def verify(secret: str, body: bytes, header: str, now: datetime) -> None:
    """Make sure that who knows the secret sent `body` just now. Raises `Refused` (401)."""
    parts = dict(part.strip().split("=", 1) for part in header.split(",") if "=" in part)
    stamp, given = parts.get("t", ""), parts.get("v1", "")
    if not stamp.isdecimal() or len(stamp) > 12 or not given:
        raise Refused(f"the header {HEADER} is missing or not t=…,v1=…", 401)
    if not hmac.compare_digest(_mac(secret, stamp, body).encode(), given.encode()):
        raise Refused("the signature is not right", 401)
    if abs(now.timestamp() - int(stamp)) > TOLERANCE:
        raise Refused(f"the signature is more than {TOLERANCE:g} s old, or a clock is wrong", 401)


def receive(home: Path, name: str, body: bytes, header: str, now: datetime) -> Receipt:
    """Check a message and put it on disk; it is there when this returns.

    Raises `Refused` with the status to answer with, `Fatal` where no secret is set.
    """
    secret = os.environ.get(VARIABLE, "").strip()
    if not secret:
        raise Fatal(f"a webhook needs the environment variable {VARIABLE}")
    place = folder(home, name)
    if len(body) > LARGEST:
        raise Refused(f"more than {LARGEST} bytes", 413)
    verify(secret, body, header, now)
    posts = read(body)
    place.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(place).free < SPARE:
        raise Refused("the disk is full; try again later", 503)
    kept = {"received_at": now.isoformat(), "posts": posts}
    return Receipt(_on_disk(place, json.dumps(kept).encode()), len(posts))


def read(body: bytes) -> list[dict[str, Any]]:
    """The posts of a message: one object, a list of them, or {"posts": […]}.

    Raises `Refused` (400).
    """
    try:
        given = json.loads(body, parse_constant=lambda name: _no_constant(name))
    except (ValueError, RecursionError) as error:
        raise Refused("the message is no JSON", 400) from error
    posts = given.get("posts", [given]) if isinstance(given, dict) else given
    if not isinstance(posts, list) or not all(isinstance(one, dict) for one in posts):
        raise Refused("a message is an object with a post, or a list of these", 400)
    if len(posts) > MOST:
        raise Refused(f"more than {MOST} posts in a message", 413)
    return posts


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _mac(secret: str, stamp: str, body: bytes) -> str:
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _on_disk(place: Path, content: bytes) -> Path:
    """Write a file that is whole or not there, and stays when the power goes."""
    name = f"{uuid.uuid4().hex}.json"
    rough = place / f"{name}.part"
    with rough.open("xb") as file:
        os.fchmod(file.fileno(), 0o600)  # it holds names
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    rough.replace(place / name)
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return place / name
