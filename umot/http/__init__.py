"""The polite HTTP client that connectors read with, those of other packages included.

It asks under a name of its own, keeps to limits of time and size, waits when told to, and says
what went wrong without ever showing a key::

    from umot.http import Client, Limits, Refused

    with Client(Limits(read=20)) as http:
        page = http.get(url, params={"page": 1}, headers={"Authorization": f"Bearer {key}"})
        for item in page.json():
            ...

`Client.post` signs in where a platform wants that. What both raise:

- `Retriable`: a time-out, a lost connection, 408, 429 or 5xx. Its `retry_after` is the number of
  seconds that the server asked for (``Retry-After`` as seconds or a date; with 429 also
  ``X-RateLimit-Reset``), None where it asked for none. So is a request beyond a quota that the
  server has just called used up (``X-RateLimit-Remaining: 0``): it is not sent at all.
- `Refused`, a `Fatal` with the `status`: any other answer that is not 2xx (or 304). What the
  server said with it is in its `content`, which may hold anything: never show it.
- `Fatal`: no valid address, no safe connection, a redirect that leads nowhere or from https to
  http, a body that is too large.

A body that stops early is no error by itself: `Answer.cut` says why, `Answer.content` is what
arrived, and `Answer.whole` and `Answer.json` raise it.

Messages and logs name scheme, host and path of an address, never its query, password or headers;
headers stay with the origin they were given for.
"""

from umot.http.addresses import address, follow, origin, show, web_link
from umot.http.client import MAX_REDIRECTS, USER_AGENT, Answer, Client, Limits
from umot.http.failures import Refused
from umot.http.waiting import retry_after

__all__ = [
    "MAX_REDIRECTS",
    "USER_AGENT",
    "Answer",
    "Client",
    "Limits",
    "Refused",
    "address",
    "follow",
    "origin",
    "retry_after",
    "show",
    "web_link",
]
