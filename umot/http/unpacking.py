"""Unpacking of what servers send, never more at a time than is asked for."""

from __future__ import annotations

import zlib


class Gunzip:
    """Unpacks gzip, never more at a time than is asked for."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(wbits=31)

    @property
    def complete(self) -> bool:
        """Whether all of it was there."""
        return self._stream.eof

    def feed(self, data: bytes, room: int) -> bytes:
        """Return at most `room` bytes of what `data` unpacks to (which is then over the limit)."""
        out = self._stream.decompress(data, room)
        # A body may be several gzip members in a row; zeros after one are padding.
        while self._stream.eof and (rest := self._stream.unused_data.lstrip(b"\0")):
            if len(out) >= room:
                break
            self._stream = zlib.decompressobj(wbits=31)
            out += self._stream.decompress(rest, room - len(out))
        return out
