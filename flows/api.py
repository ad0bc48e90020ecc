"""A few questions to Prefect's server on this machine, without importing Prefect (3 seconds)."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

HERE = "http://127.0.0.1:"
PATIENCE = 2.0  # seconds to wait for an answer to whether it is there
LONG = 30.0  # seconds to wait for any other answer


def healthy(url: str) -> bool:
    """Whether a Prefect server on this machine answers at this API address."""
    if not url.startswith(HERE):
        return False
    try:
        ask(f"{url}/health", patience=PATIENCE)
    except (OSError, ValueError):
        return False
    return True


def exists(url: str) -> bool:
    """Whether the server has this object. Raises `OSError` where it does not answer."""
    try:
        ask(url)
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return False
        raise
    return True


def close_cut_off(url: str) -> int:
    """Mark runs as crashed that a server without workers has as running; returns how many.

    A run that was killed together with its server would look busy for ever, and keep the next
    ones waiting.
    """
    busy = {"flow_runs": {"state": {"type": {"any_": ["RUNNING", "PENDING", "CANCELLING"]}}}}
    runs = ask(f"{url}/flow_runs/filter", busy)
    crashed = {"type": "CRASHED", "message": "It was cut off: umot up stopped while it ran."}
    for run in runs:
        ask(f"{url}/flow_runs/{run['id']}/set_state", {"state": crashed, "force": True})
    return len(runs)


def ask(url: str, body: Any = None, *, patience: float = LONG) -> Any:
    """GET, or POST a body, and return the JSON answer. No proxy is asked: it is this machine."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(  # noqa: S310 - callers build it from HERE
        url, data, {"Content-Type": "application/json"}
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=patience) as answer:
        return json.loads(answer.read() or b"null")
