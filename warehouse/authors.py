"""Writers are kept as keyed hashes; the key lives outside the warehouse."""

from __future__ import annotations

import hashlib
import hmac
import os
from pathlib import Path

from warehouse import files

VARIABLE = "UMOT_AUTHOR_KEY"
FILE = "author.key"


def key(home: Path) -> bytes:
    """The key: UMOT_AUTHOR_KEY, else a generated file in the data folder only its owner reads."""
    if given := os.environ.get(VARIABLE):
        return given.encode()
    return files.secret(home / FILE, "restore it, for another key makes other hashes")


def hashed(author: str, platform: str, secret: bytes) -> str:
    """32 hexadecimal digits that stand for a writer on a platform."""
    text = f"{platform}\0{author}".encode("utf-8", "surrogatepass")
    return hmac.new(secret, text, hashlib.sha256).hexdigest()[:32]
