"""Writers are kept as keyed hashes; the key lives outside the warehouse."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from umot.errors import Fatal

VARIABLE = "UMOT_AUTHOR_KEY"
FILE = "author.key"


def key(home: Path) -> bytes:
    """The key: UMOT_AUTHOR_KEY, else a generated file in the data folder only its owner reads."""
    if given := os.environ.get(VARIABLE):
        return given.encode()
    path = home / FILE
    home.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        # Written whole under another name and linked: of two processes that start at once the
        # second keeps the first one's key, and none ever reads half a key.
        fresh = path.with_name(f"{FILE}.{os.getpid()}.{secrets.token_hex(4)}")
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
        raise Fatal(f"{path} is damaged: restore it, for another key makes other hashes")
    return value.encode()


def hashed(author: str, platform: str, secret: bytes) -> str:
    """32 hexadecimal digits that stand for a writer on a platform."""
    text = f"{platform}\0{author}".encode("utf-8", "surrogatepass")
    return hmac.new(secret, text, hashlib.sha256).hexdigest()[:32]
