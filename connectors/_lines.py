"""The lines of a text file: its encoding found out, gzip unpacked, damage told of."""

from __future__ import annotations

import codecs
import gzip
import re
import zlib
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from umot.errors import Fatal

LONGEST = 8 * 2**20  # characters in a line; a longer one is no line of a table
CHUNK = 2**20
ESCAPED = re.compile("[\udc80-\udcff]")  # how Python holds bytes that an encoding does not know
DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile)
SIGNS = re.compile("[^\x00-\x7f\udc80-\udcff]")


class Lines:
    """Lines that are counted, and can be given back when a row turns out to be none."""

    def __init__(self, stream: IO[str], name: str, encoding: str) -> None:
        self.encoding = encoding
        self._stream = stream
        self._name = name
        self._back: deque[str] = deque()
        self.number = 0
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else self._stream.readline(LONGEST)
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) >= LONGEST:
            raise Fatal(f"{self._name} line {self.number} is longer than {LONGEST} characters")
        self.taken.append(line)
        return line

    def return_line(self, line: str) -> None:
        """Give back the line taken last."""
        self._back.appendleft(line)
        self.number -= 1

    def give_back(self) -> str:
        """Give back all lines taken but the first, which is returned."""
        first, *rest = self.taken
        self._back.extendleft(reversed(rest))
        self.number -= len(rest)
        return first


@contextmanager
def open_lines(path: Path, encoding: str | None) -> Iterator[Lines]:
    """Open a text file, unpacking .gz. Raises `Fatal` where it cannot be read (any further)."""
    opener = gzip.open if path.suffix.lower() == ".gz" else open
    try:
        if encoding is None:
            with opener(path, "rb") as data:
                encoding = detect(cast("IO[bytes]", data))
        with opener(path, "rt", encoding=encoding, errors="surrogateescape", newline="") as stream:
            yield Lines(cast("IO[str]", stream), path.name, encoding)
    except DAMAGED as error:
        raise Fatal(f"{path.name} is a damaged gzip file: {error}") from error
    except OSError as error:
        raise Fatal(f"{path} cannot be read: {error.strerror or error}") from error
    except UnicodeError as error:
        raise Fatal(f"{path.name} is not in {encoding}: {error}") from error


def known_encoding(given: str) -> str:
    """Return the encoding to read `given` with. Raises `Fatal` where there is none."""
    try:
        name = codecs.lookup(given).name
    except LookupError as error:
        raise Fatal(f"unknown encoding {given!r}, e.g. utf-8 or cp1252") from error
    # The mark that Windows puts in front is no part of the first column's name.
    return "utf-8-sig" if name == "utf-8" else name


def detect(data: IO[bytes]) -> str:
    """Return utf-16, utf-8-sig or cp1252 for a binary stream, which is read to its end.

    Text that is UTF-8 but for a few damaged rows stays UTF-8: it has more signs that can be
    read than bytes that cannot.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    signs = wrong = 0
    try:
        chunk = data.read(CHUNK)
        if chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        while chunk:
            text = decoder.decode(chunk)
            if not text.isascii():
                signs += len(SIGNS.findall(text))
                wrong += len(ESCAPED.findall(text))
            chunk = data.read(CHUNK)
        wrong += len(decoder.decode(b"", final=True))
    except DAMAGED:
        pass  # reading the rows raises it again, after those that can be read
    return "utf-8-sig" if signs >= wrong else "cp1252"


def readable(text: str) -> str:
    r"""Write bytes that could not be decoded as \x.., so that the text can be stored."""
    return ESCAPED.sub(lambda sign: f"\\x{ord(sign[0]) - 0xDC00:02x}", text)
