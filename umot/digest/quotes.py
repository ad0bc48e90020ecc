"""The posts a digest quotes: the strongest of the day, and those that alerts are about."""

from __future__ import annotations

from datetime import UTC

from umot.digest.asked import Asked, Names
from umot.digest.facts import OpenAlert, Quote
from umot.digest.text import plain, shorten
from umot.digest.words import Words
from umot.journey import STAGES
from warehouse import digest as store
from warehouse import digest_details as details

TITLE = 120  # characters of a title that are shown
SOURCE = 40  # characters of a source's name
REASON = 400  # characters of the sentence that says why an alert was raised


def strongest(asked: Asked, examples: int) -> dict[str, tuple[Quote, ...]]:
    """The strongest posts by label, negative and positive; digest_quotes.sql says how ranked."""
    rows = store.quotes(asked.db, asked.brand, asked.starts_at, asked.ends_at, examples)
    return {
        label: tuple(quote(row, asked.names, asked.w) for row in rows if row.label == label)
        for label in ("negative", "positive")
    }


def alerts(asked: Asked) -> tuple[OpenAlert, ...]:
    """The alerts that were open at the end of the day, the gravest first."""
    rows = store.open_alerts(asked.db, asked.brand, asked.ends_at)
    reasons = details.reasons(asked.db, [row.alert_id for row in rows], asked.w.language)
    return tuple(
        OpenAlert(
            alert_id=row.alert_id,
            kind=row.kind,
            severity=row.severity,
            raised_at=row.raised_at.astimezone(UTC),
            subject=plain(row.subject),
            reason=shorten(plain(reasons.get(row.alert_id, row.reason)), REASON),
            post=quote(row.post, asked.names, asked.w) if row.post else None,
        )
        for row in rows
    )


def quote(row: store.QuoteRow, names: Names, w: Words) -> Quote:
    """A post as the digest shows it: plain, short, with the stage of its emotional peak."""
    title, body = plain(row.title or ""), plain(row.body)
    if not body:  # a post that is a link only says what it says in its title
        title, body = "", title
    stage = row.peak_stage if row.peak_stage in STAGES else None
    place = names.get(row.peak_touchpoint or "") if stage else None
    return Quote(
        post_id=plain(row.post_id),
        platform=plain(row.platform),
        source=shorten(plain(row.source), SOURCE),
        url=plain(row.url) if row.url else None,
        title=shorten(title, TITLE) or None,
        text=shorten(body),
        language=plain(row.language) if row.language else None,
        rating=row.rating,
        posted_at=row.posted_at.astimezone(UTC) if row.posted_at else None,
        label=row.label,
        score=None if row.score is None else round(row.score, 4),
        likes=row.likes,
        replies=row.replies,
        shares=row.shares,
        stage=stage,
        stage_name=w(f"stage.{stage}") if stage else None,
        touchpoint_name=plain(named(*place, w)) if place else None,
    )


def touchpoint(count: store.MomentCount, w: Words) -> str:
    """A touchpoint's name; its key where the map has none."""
    if count.name_nl is None or count.name_en is None:
        return plain(count.touchpoint)
    return plain(named(count.name_nl, count.name_en, w))


def named(dutch: str, english: str, w: Words) -> str:
    """The one of a touchpoint's names to read; maps are written in Dutch and English only."""
    return dutch if w.language == "nl" else english
