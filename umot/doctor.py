"""What `umot doctor` looks at: each check says what it found and how to mend it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path

from umot import forgetting, pipeline
from umot.config import Recipient, Source
from umot.errors import Retriable, UmotError
from umot.pipeline import Monitor, Progress
from warehouse import health, outbox
from warehouse.health import Finding

SCARCE = 2_000_000_000  # bytes of free disk below which a warning is due


def examine(
    home: Path, progress: Progress = pipeline.silent, names: Sequence[str] = ()
) -> Iterator[Finding]:
    """All checks, those of one part failing without stopping the others.

    `names` are sources: then only those are looked at. Raises `UnknownName` for one there is not.
    """
    try:
        monitor = Monitor.open(home)
    except UmotError as error:
        yield Finding(
            "configuration", "error", str(error), "mend the file named; umot init shows one"
        )
        return
    if names:
        yield from examine_sources(monitor, monitor.sources(names), progress)
        return
    sources = monitor.settings.sources
    has_file = (home / "umot.toml").is_file()
    yield Finding(
        "configuration",
        "ok" if has_file else "warning",
        f"{home / 'umot.toml'}, {len(sources)} sources" if has_file else f"none in {home}",
        "" if has_file else "umot init writes one; importing files works without",
    )
    yield Finding("journey", "ok", f"{len(monitor.journey.touchpoints)} touchpoints")
    yield disk(home)
    yield Finding("warehouse home", "ok", monitor.warehouse.home.words)
    yield from warehouse(monitor)
    yield guarded("erasures", lambda: erasures(monitor))
    yield guarded("model", lambda: model(monitor))
    for channel in monitor.settings.alerts.channels:
        yield guarded(f"channel {channel.name}", partial(speaks, channel))
    for reader in monitor.settings.digest.channels:
        yield guarded(f"digest channel {reader.name}", partial(speaks, reader, "digest channel"))
    yield guarded("deliveries", lambda: deliveries(monitor))
    yield from examine_sources(monitor, sources, progress)


def examine_sources(
    monitor: Monitor, sources: Sequence[Source], progress: Progress
) -> Iterator[Finding]:
    """A check of each source."""
    for done, source in enumerate(sources):
        progress("sources", done, len(sources))
        yield guarded(f"source {source.name}", partial(reach, monitor, source))


def guarded(what: str, check: Callable[[], Finding]) -> Finding:
    """A check whose failure is its finding."""
    try:
        return check()
    except Exception as error:  # whatever is wrong with a part is what the doctor was asked for
        return Finding(what, "error", pipeline.one_line(error), remedy(error))


def remedy(error: BaseException) -> str:
    """What mends a failure, where its message does not say it."""
    retriable = isinstance(error, Retriable)
    return "try again later; the next run catches up" if retriable else ""


def disk(home: Path) -> Finding:
    """Whether there is room to grow."""
    folder = next(path for path in (home, *home.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    finding = f"{free / 1e9:.1f} GB free at {folder}"
    if free < SCARCE:
        return Finding("disk", "warning", finding, "make room: a published copy needs its double")
    return Finding("disk", "ok", finding)


def warehouse(monitor: Monitor) -> Iterator[Finding]:
    """Whether the warehouse is sound and its sources are heard."""
    names = [source.name for source in monitor.settings.sources]
    try:
        if not monitor.warehouse.exists():
            yield Finding("warehouse", "ok", "none yet; the first run or import makes it")
            return
        yield from health.examine(monitor.warehouse, names, datetime.now(UTC))
    except Exception as error:  # a damaged file may fail anywhere, and that is the finding
        told = remedy(error) or "umot restore --force puts a backup in its place"
        yield Finding("warehouse", "error", pipeline.one_line(error), told)


def erasures(monitor: Monitor) -> Finding:
    """Whether everything that was to be forgotten is."""
    left = forgetting.pending(monitor.home)
    if not left:
        return Finding("erasures", "ok", "none is unfinished")
    asked = min(one.asked_at for one in left)[:10]
    return Finding(
        "erasures",
        "error",
        f"{len(left)} begun and not finished, the first of {asked}",
        "umot forget finishes them, as does the next umot run",
    )


def mend(home: Path) -> list[str]:
    """Keep the warehouse as it is and mend its rows; returns lines on what was wrong with them."""
    monitor = Monitor.open(home)
    now = datetime.now(UTC)
    with forgetting.alone(home, wait=60):  # what is erased now must not live on in the backup
        kept = health.keep(monitor.warehouse, home, now)
        gone = health.mend(monitor.warehouse)
    monitor.warehouse.publish("umot doctor")
    lines = [kept]
    lines += [f"mended {one.name}: {one.rows:,} {one.what}" for one in gone]
    return lines if gone else [*lines, "nothing to mend"]


def model(monitor: Monitor) -> Finding:
    """Whether the model loads and reads."""
    from models.reader import make

    settings = monitor.settings
    reader = make(settings.model, monitor.journey, fallback=settings.brand.language)
    text = "De bezorger was vriendelijk en snel, heel tevreden!"
    sentiments, _ = reader.read_posts([("doctor:1", "0", None, text, None, "nl")])
    label = sentiments[0].label
    finding = f"{reader.model} reads {', '.join(reader.languages)}"
    if label != "positive":
        return Finding("model", "warning", f"{finding}, but takes praise for {label}")
    return Finding("model", "ok", finding)


def speaks(channel: Recipient, what: str = "channel") -> Finding:
    """Whether the address of a channel is there and understood; nothing is sent."""
    from umot.notify.channels import Speaker

    Speaker(channel)
    tries = "umot digest --send" if what != "channel" else "umot alerts test"
    return Finding(f"{what} {channel.name}", "ok", f"its address is known; {tries} tries it")


def deliveries(monitor: Monitor) -> Finding:
    """Whether messages about alerts arrived."""
    if not monitor.warehouse.published.exists():
        return Finding("deliveries", "ok", "nothing to deliver yet")
    with monitor.warehouse.read() as db:
        troubled = outbox.undelivered(db)
    if not troubled:
        return Finding("deliveries", "ok", "no message is held up")
    findings = [
        f"{one.count} to {one.recipient!r} "
        f"{'given up' if one.state == 'given_up' else 'still being tried'}: {one.error}"
        for one in troubled
    ]
    return Finding("deliveries", "warning", "; ".join(findings), "umot alerts test tries a channel")


def reach(monitor: Monitor, source: Source) -> Finding:
    """Whether a source answers: its first few items are fetched and parsed, nothing is stored."""
    made, _ = pipeline.prepared(monitor, source)
    posts = rejected = 0
    for batch in islice(made.fetch(None, now=datetime.now(UTC)), 1):
        parsed, rejects = pipeline.parse(made, batch.items[:20])
        posts, rejected = len(parsed), len(rejects)
    if rejected:
        return Finding(
            f"source {source.name}", "warning", f"{rejected} of its first items are unusable"
        )
    return Finding(f"source {source.name}", "ok", f"answers, first posts: {posts}")
