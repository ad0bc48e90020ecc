"""Digests kept as files: quotes of what was erased go, the day's numbers stay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from umot.digest import Digest, from_json, render, sending
from umot.digest.facts import Quote, Ratings, Stage, Theme
from umot.digest.quotes import SOURCE
from umot.digest.render import FORMATS
from umot.digest.text import plain, shorten
from umot.errors import Fatal
from umot.forgetting.request import AGE, Request
from umot.pipeline import Monitor
from warehouse import files
from warehouse.digests import bare

FOLDER = "digests"


def redact(home: Path, request: Request) -> None:
    """Take out the quotes and alerts about what is erased.

    Pages are made again from the JSON beside them. One that cannot be (its JSON is gone or of a
    later version, or it is of another format) is removed; `umot digest` makes it again.
    """
    folder = home / FOLDER
    if not folder.is_dir():
        return
    for left in folder.glob(".digest-*.new"):  # of killed writers: those that live hold `alone`
        left.unlink()
    stems = {path.name.split(".")[0] for path in folder.glob("digest-*.*")}
    for stem in sorted(stems):
        pages = sorted(folder.glob(f"{stem}.*"))
        try:
            before = from_json((folder / f"{stem}.json").read_text("utf-8"))
        except (FileNotFoundError, UnicodeDecodeError, Fatal):
            after = None
        else:
            after = without(before, request)
            if after == before:
                continue
        request.went(home, f"digest {stem}", 1)
        rewrite(pages, after)


def remail(monitor: Monitor) -> None:
    """Make the mails of kept digests again that went with the quotes in them."""
    with monitor.warehouse.transaction("umot forget") as db:
        sending.mend(db, monitor.settings)


def rewrite(pages: list[Path], digest: Digest | None) -> None:
    """Make the pages again, the JSON last: it tells a later attempt whether this one was whole."""
    for page in sorted(pages, key=lambda page: page.suffix == ".json"):
        form = page.suffix.removeprefix(".")
        if digest is None or form not in FORMATS:
            page.unlink(missing_ok=True)
        else:
            files.write(page, render(digest, form), mode=0o644)


def without(digest: Digest, request: Request) -> Digest:
    """A digest less the quotes and alerts of what is erased."""
    gone = judge(digest, request)
    posts = frozenset(map(bare, request.posts))
    return replace(
        digest,
        negative=tuple(quote for quote in digest.negative if not gone(quote)),
        positive=tuple(quote for quote in digest.positive if not gone(quote)),
        answers=tuple(quote for quote in digest.answers if not gone(quote)),
        stages=tuple(unquoted(stage, gone) for stage in digest.stages),
        ratings=digest.ratings and unquoted(digest.ratings, gone),
        themes=digest.themes
        and replace(
            digest.themes,
            complaints=tuple(unquoted(one, gone) for one in digest.themes.complaints),
            praise=tuple(unquoted(one, gone) for one in digest.themes.praise),
            new=None
            if digest.themes.new is None
            else tuple(unquoted(one, gone) for one in digest.themes.new),
        ),
        alerts=tuple(
            alert
            for alert in digest.alerts
            if not (bare(alert.subject) in posts or (alert.post and gone(alert.post)))
        ),
    )


Quoting = TypeVar("Quoting", Stage, Theme, Ratings)


def unquoted(part: Quoting, gone: Callable[[Quote], bool]) -> Quoting:
    """A part of a digest without its quote, where that is of what is erased."""
    return replace(part, quote=None) if part.quote and gone(part.quote) else part


def judge(digest: Digest, request: Request) -> Callable[[Quote], bool]:
    """Whether a quote of this digest is of what is erased."""
    if request.kind != AGE:
        # Not by an address that was merely found: the reviews of an app all have the same one.
        posts, urls = frozenset(map(bare, request.posts)), frozenset(request.urls)
        return lambda quote: bare(quote.post_id) in posts or (quote.url or "") in urls
    limits = {shorten(plain(rule.source), SOURCE): rule.before for rule in request.wanted.rules}

    def too_old(quote: Quote) -> bool:
        before = limits.get(quote.source)
        # One without a date is as old as the day it stands in.
        return before is not None and (quote.posted_at or digest.ends_at) < before

    return too_old
