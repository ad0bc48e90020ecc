"""Whose turn it is to write: a queue in front of the warehouse's own lock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import (
    GlobalConcurrencyLimitCreate,
    GlobalConcurrencyLimitUpdate,
)
from prefect.client.schemas.responses import GlobalConcurrencyLimitResponse
from prefect.concurrency.sync import concurrency
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound
from prefect.logging import get_run_logger

from flows.environment import FOLDER
from umot.folders import ensure

WRITER = "umot-writer"  # the global concurrency limit: one slot
WAIT = 600.0  # seconds; as long as a writer waits for the warehouse itself
LEASE = 60.0  # seconds, the least Prefect allows; a killed run's slot is free again after it


@contextmanager
def turn(home: Path) -> Iterator[None]:
    """Wait until no other run writes, in this folder or at this Prefect server.

    Waiting ends after `WAIT` seconds: the queue keeps order, the warehouse's lock keeps the data
    safe. So no queue that got stuck can ever stop the monitoring.
    """
    with ExitStack() as held:
        alone = local_turn(home, held)
        with get_client(sync_client=True) as client:
            limit = ensure_limit(client)
            # A server that lives as long as one run has none of the services that give a killed
            # run's slot back. Then whoever has the folder to itself knows the slot is left over.
            if alone and limit.active_slots and client.server_type.name == "EPHEMERAL":
                free = GlobalConcurrencyLimitUpdate(active_slots=0)
                client.update_global_concurrency_limit(WRITER, free)
        slot = concurrency(
            WRITER,
            timeout_seconds=WAIT,
            lease_duration=LEASE,
            strict=True,
            raise_on_lease_renewal_failure=False,
        )
        try:
            held.enter_context(slot)
        except TimeoutError:
            get_run_logger().warning("%s gave no turn for %.0f s; going on", WRITER, WAIT)
        yield


def local_turn(home: Path, held: ExitStack) -> bool:
    """Hold this folder's lock, which the kernel frees when we die; False after `WAIT` seconds."""
    folder = ensure(home / FOLDER)
    lock = FileLock(folder / "turn.lock")
    try:
        held.enter_context(lock.acquire(timeout=0))
        return True
    except Timeout:
        get_run_logger().info("waiting for another run of umot in %s", home)
    try:
        held.enter_context(lock.acquire(timeout=WAIT))
    except Timeout:
        get_run_logger().warning("another run took over %.0f s; going on beside it", WAIT)
        return False
    return True


def ensure_limit(client: SyncPrefectClient) -> GlobalConcurrencyLimitResponse:
    """Return the limit, created where it is absent; one that was changed by hand stays as it is."""
    with suppress(ObjectNotFound):
        return client.read_global_concurrency_limit_by_name(WRITER)
    with suppress(ObjectAlreadyExists):  # another run may be as quick
        client.create_global_concurrency_limit(GlobalConcurrencyLimitCreate(name=WRITER, limit=1))
    return client.read_global_concurrency_limit_by_name(WRITER)
