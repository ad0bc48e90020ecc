"""The `daily-digest` flow: yesterday's digest as files, in Prefect, and sent to people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger
from prefect.runtime import flow_run

from flows.digest_files import send_digest, write_digest, yesterday
from flows.secret_blocks import load_secrets
from umot import config

__all__ = ["daily_digest", "write_digest"]

Language = Literal["nl", "en"]
ARTIFACT = "umot-digest"


@task(name="write", cache_policy=NO_CACHE, persist_result=False)
def write(home: Path, day: date, language: Language | None) -> list[Path]:
    """Write the files of a day."""
    return write_digest(home, day, language)


@task(name="send", cache_policy=NO_CACHE, persist_result=False)
def send(home: Path, day: date) -> list[str]:
    """Send it to whoever has not had it; a line for each channel that it did not reach."""
    sent = send_digest(home, day)
    get_run_logger().info("revision %d: %d channels", sent.revision, len(sent.sendings))
    return [f"{one.recipient}: {one.error}" for one in sent.missing]


@flow(name="daily-digest", persist_result=False)
def daily_digest(
    home: str | None = None, day: date | None = None, language: Language | None = None
) -> list[str]:
    """Write the digest of `day`, else of the day before it was due, in the brand's time zone.

    Returns the paths. It is sent first where there are ``[[digest.channels]]``: once to each,
    however often this runs. What does not arrive is logged, and tried again at every pass. The
    files are in the folder ``digests`` of the data folder: html, md and json, as they were sent.
    """
    load_secrets()
    folder = config.home(Path(home) if home else None)
    settings = config.load(folder)
    wanted = day or yesterday(settings.brand.time_zone, due())
    if settings.digest.channels:
        for line in send(folder, wanted):
            get_run_logger().warning("digest of %s not delivered to %s", wanted, line)
    paths = write(folder, wanted, language)
    create_markdown_artifact(page(paths), key=ARTIFACT, description=f"Digest of {wanted}")
    get_run_logger().info("digest of %s: %s", wanted, paths[0])
    return [str(path) for path in paths]


def due() -> datetime:
    """When this run was to start: one that a sleeping machine missed is of the day it was for."""
    planned: datetime = flow_run.scheduled_start_time or datetime.now(UTC)
    return planned


def page(paths: Sequence[Path]) -> str:
    """Link the files, and show the digest itself from the one in markdown."""
    links = " · ".join(f"[{path.name}]({path.absolute().as_uri()})" for path in paths)
    shown = [path.read_text("utf-8") for path in paths if path.suffix == ".md"]
    return "\n\n".join([*shown, links])
