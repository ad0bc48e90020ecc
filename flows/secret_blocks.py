"""Secrets kept in Prefect: blocks named ``umot-…`` become the variables that connectors read."""

from __future__ import annotations

import os
from collections.abc import MutableMapping

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import BlockDocument
from prefect.exceptions import ObjectNotFound
from prefect.logging import get_run_logger

PREFIX = "umot-"


def load_secrets(environment: MutableMapping[str, str] | None = None) -> list[str]:
    """As `fill`, in a run, whose log says which; values are never logged."""
    loaded = fill(environment)
    if loaded:
        get_run_logger().info("secrets from Prefect: %s", ", ".join(sorted(loaded)))
    return loaded


def fill(environment: MutableMapping[str, str] | None = None) -> list[str]:
    """Set the variable of each Secret block where it is not set; returns the names that were.

    ``umot-reddit-client-id`` gives UMOT_REDDIT_CLIENT_ID.
    """
    values = os.environ if environment is None else environment
    loaded = []
    for block in secret_blocks():
        name = variable(block.name or "")
        secret = block.data.get("value")
        if name and name not in values and isinstance(secret, str | int):
            values[name] = str(secret)
            loaded.append(name)
    return loaded


def secret_blocks() -> list[BlockDocument]:
    """All Secret blocks of this Prefect; none where it does not know that kind of block yet."""
    with get_client(sync_client=True) as client:
        try:
            return client.read_block_documents_by_type("secret", include_secrets=True)
        except ObjectNotFound:
            return []


def variable(block: str) -> str | None:
    """Return the environment variable that a block of this name sets; None for blocks of others."""
    return block.replace("-", "_").upper() if block.startswith(PREFIX) else None
