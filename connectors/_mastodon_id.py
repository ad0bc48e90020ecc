"""The id of a post on Mastodon, the same by whichever server or feed it was read."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

NAMED = re.compile(r"/(?:@[^/]+|(?:ap/)?users/[^/]+/statuses)/([^/]+)/?")


def mastodon_id(address: str) -> str:
    """Make ``server/number`` of the address of a post; another kind of address is kept whole.

    The writer's name is left out: an id outlives a text that was deleted.
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    match = NAMED.fullmatch(parts.path)
    return f"{parts.hostname}/{match[1]}" if match and parts.hostname else address
