"""The address of a DuckLake: ``ducklake:postgres:KEYWORDS;data=FOLDER[;schema=NAME]``.

KEYWORDS are libpq's (``host=db.example port=5432 dbname=umot user=umot``); a password is never
among them.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from umot.errors import Fatal

LAKE = "ducklake:"
POSTGRES = f"{LAKE}postgres:"
PASSWORD = "UMOT_WAREHOUSE_PASSWORD"  # noqa: S105 - the name of a variable
EXAMPLE = f"{POSTGRES}host=db.example dbname=umot user=umot;data=/srv/umot/lake"
SCHEMA = "umot"  # of the catalogue's tables in Postgres, unless the address names another
SECRET = re.compile(r"\b(password|passwd|sslpassword)\s*=|://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a DuckLake is: `catalogue` for libpq, `data` a folder or s3://bucket/folder."""

    catalogue: str
    data: str
    schema: str = SCHEMA

    @classmethod
    def read(cls, text: str) -> Place:
        """Take an address apart. Raises `Fatal`, without repeating what may be a secret."""
        if not text.startswith(POSTGRES):
            raise Fatal(f"UMOT_WAREHOUSE must be empty or like {EXAMPLE!r}")
        catalogue, *rest = text.removeprefix(POSTGRES).split(";")
        options = dict(part.strip().partition("=")[::2] for part in rest if part.strip())
        if SECRET.search(catalogue) or "password" in options:
            raise Fatal(
                "UMOT_WAREHOUSE takes host=… dbname=… user=…, and no password: "
                f"put that in the environment as {PASSWORD}"
            )
        if unknown := sorted(options.keys() - {"data", "schema"}):
            raise Fatal(f"UMOT_WAREHOUSE has no part {', '.join(unknown)}; e.g. {EXAMPLE!r}")
        data, schema = options.get("data", ""), options.get("schema", SCHEMA)
        if not data.startswith(("/", "s3://")):
            raise Fatal(f"UMOT_WAREHOUSE needs data= with a whole path or s3://…, e.g. {EXAMPLE!r}")
        if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", schema):
            raise Fatal("the schema in UMOT_WAREHOUSE takes small letters, digits and _ only")
        return cls(catalogue.strip(), data.rstrip("/") + "/", schema)

    @property
    def words(self) -> str:
        """What and where it is, for people."""
        kept = re.findall(r"\b(?:host|hostaddr|port|dbname|service)\s*=\s*\S+", self.catalogue)
        catalogue = f"Postgres ({' '.join(kept)}, schema {self.schema})"
        return f"the DuckLake in {catalogue}, files in {self.data}"

    @property
    def lock(self) -> int:
        """The number of the advisory lock of this schema's writer; locks are of one database."""
        text = f"umot writer of {self.schema}".encode()
        return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), signed=True)
