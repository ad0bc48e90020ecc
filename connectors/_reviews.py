"""What review sites have in common: a review, and the company's reply as a post of its own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from umot.post import Kind, Post, Role


def reply_id(review: str) -> str:
    """Name the company's reply to a review, which most sites give no id."""
    return f"{review}/reply"


def reply(review: Post, text: str, at: datetime | None, *, edited: datetime | None = None) -> Post:
    """Make a post of the company's reply to `review`."""
    return Post(
        platform=review.platform,
        native_id=reply_id(review.native_id),
        kind=Kind.COMMENT,
        body=text,
        url=review.url,
        author_role=Role.BRAND,
        posted_at=at,
        edited_at=edited if at and edited and edited > at else None,
        thread_id=review.thread_id,
        parent_id=review.post_id,
    )


def utc(written: Any) -> datetime:
    """Read ISO 8601; a time without a zone is UTC. Raises ValueError or TypeError."""
    at = datetime.fromisoformat(written)
    try:
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError as error:  # the last hours of 9999 elsewhere are none in UTC
        raise ValueError(f"{written!r} is beyond all calendars") from error


def later(updated: Any, posted: datetime) -> datetime | None:
    """Give the time of an edit where one is told that is after the posting."""
    at = utc(updated) if updated else posted
    return at if at > posted else None


def stars(given: Any) -> float | None:
    """Take 1 to 5 stars; None for none. Raises ValueError for another number."""
    if given is None:
        return None
    number = float(given)
    if not 1 <= number <= 5:
        raise ValueError(f"{given!r} stars")
    return number
