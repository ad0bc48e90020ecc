"""A pass as people read it in Prefect: a line, and a page of markdown."""

from __future__ import annotations

from umot.pipeline import Report, Visit
from umot.pipeline.watching import Look, Watched

COLUMNS = ("source", "seen", "new", "changed", "deleted", "rejected", "remark")


def line(report: Report) -> str:
    """One line: which sources failed, else what arrived."""
    if report.failures:
        return failed(report.failures, len(report.visits))
    new = sum(visit.counts.new for visit in report.visits)
    alerts = count(len(report.alerts), "new alert")
    return f"{count(len(report.visits), 'source')}: {count(new, 'new post')}, {alerts}"


def page(report: Report) -> str:
    """Show the whole pass: a row for each source, then what was read, warned of and published."""
    rows = [COLUMNS, ("---", *["---:"] * 5, "---"), *map(row, report.visits)]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in rows)
    read = report.classified
    lines = [
        f"Read {count(read.scored, 'post')} with {count(read.moments, 'moment')}; "
        f"{read.unscored} unscored (another language, or empty), {read.failed} failed.",
        "Published." if report.published else "Nothing to publish: no row changed.",
    ]
    sent = report.delivered.sent
    lines += [f"Sent {count(sent, 'message')} about alerts."] if sent else []
    lines += [f"**{cell(failure)}**" for failure in report.delivered.failures]
    alerts = [
        f"- **{alert.severity}** {cell(alert.subject)}: {cell(alert.reason)}"
        for alert in report.alerts
    ]
    parts = ["# " + cell(line(report)), table, *lines]
    if alerts:
        parts += ["## New alerts", "\n".join(alerts)]
    return "\n\n".join(parts) + "\n"


def watched(done: Watched) -> str:
    """One line about a pass that looked at posts again."""
    if done.failures:
        return failed(done.failures, len(done.looks))
    asked = count(sum(look.asked for look in done.looks), "post")
    return f"{asked} looked at again, {count(len(done.alerts), 'new alert')}"


def watch_page(done: Watched) -> str:
    """Show such a pass: a line for each source, then what it warned of."""
    parts = ["# " + cell(watched(done)), "\n".join(f"- {cell(looked(one))}" for one in done.looks)]
    parts += [f"**{cell(failure)}**" for failure in done.delivered.failures]
    parts += [f"**{one.severity}** {cell(one.subject)}: {cell(one.reason)}" for one in done.alerts]
    return "\n\n".join(parts) + "\n"


def looked(look: Look) -> str:
    """What came of looking at the posts of one source."""
    if look.skipped or look.error:
        return f"{look.source}: {look.error or look.skipped}"
    seen = f"{count(look.asked, 'post')}, {look.counts.observed} with other counts"
    return f"{look.source}: {seen}, {look.counts.deleted} deleted, {look.left} left for later"


def failed(failures: list[str], sources: int) -> str:
    """Which of so many sources failed, and why."""
    return f"{len(failures)} of {count(sources, 'source')} failed: {'; '.join(failures)}"


def row(visit: Visit) -> tuple[str, ...]:
    """Return the cells of one source."""
    counts = visit.counts
    numbers = (counts.seen, counts.new, counts.changed, counts.deleted, counts.rejected)
    remark = f"**failed**: {cell(visit.error)}" if visit.error else cell(visit.truncated or "")
    return (cell(visit.source), *map(str, numbers), remark)


def cell(text: str) -> str:
    """Text that stays in its cell and is no markup: it may come from a platform."""
    flat = " ".join(text.split())
    for sign in "\\`*_[]<>|#":
        flat = flat.replace(sign, f"\\{sign}")
    return flat


def count(number: int, noun: str) -> str:
    """``1 post``, ``2 posts``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
