"""Sending a day's digest: kept first, then put in the outbox, once per day and recipient.

A digest that is kept is never made again by itself: it is shown and sent as it is. Only
`refresh` makes a new revision, and only where something changed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import quote

from umot import notify
from umot.config import Recipient, Settings
from umot.digest import letter
from umot.digest.build import build
from umot.digest.facts import Digest
from umot.digest.render import from_json, to_json
from umot.digest.words import words
from umot.errors import Fatal, Retriable
from warehouse import Connection, Warehouse, digests, outbox
from warehouse.digests import Kept, Sending
from warehouse.outbox import Message

COMMAND = "umot digest"


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of sending a day's digest."""

    revision: int
    sendings: tuple[Sending, ...]

    @property
    def missing(self) -> tuple[Sending, ...]:
        """Those that did not arrive yet."""
        return tuple(one for one in self.sendings if one.state in ("waiting", "given_up"))


def utc_now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


def shown(db: Connection, settings: Settings, brand: str, day: date, language: str) -> Digest:
    """A day's digest as it was sent, else made now from what is known."""
    revision = digests.latest(db, brand, day)
    found = digests.kept(db, brand, day, revision, language) if revision else None
    return from_json(found.payload) if found else fresh(db, settings, brand, day, language)


def fresh(db: Connection, settings: Settings, brand: str, day: date, language: str) -> Digest:
    """A day's digest made now."""
    return build(db, brand, day, language=language, examples=settings.digest.examples)


def keep(
    warehouse: Warehouse,
    settings: Settings,
    brand: str,
    day: date,
    languages: Collection[str],
    *,
    refresh: bool = False,
    now: datetime,
) -> list[Kept]:
    """The newest revision of a day in these languages, made where it is not kept yet.

    `refresh` makes the next one where it would say anything else. Two that do this at once keep
    one revision. Raises `Retriable` where another one was kept meanwhile, in another language.
    """
    with warehouse.read() as db:
        revision = digests.latest(db, brand, day)
        wanted = [
            language
            for language in languages
            if refresh or not revision or not digests.kept(db, brand, day, revision, language)
        ]
        made = {language: fresh(db, settings, brand, day, language) for language in wanted}
    mails = {
        language: letter.mail(one, link(settings, day, language)) for language, one in made.items()
    }
    with warehouse.transaction(COMMAND) as db:
        revision = digests.latest(db, brand, day)
        known = {
            language: digests.kept(db, brand, day, revision, language) for language in languages
        }
        if refresh and any(differs(one, made[language]) for language, one in known.items()):
            revision += 1
            known = dict.fromkeys(languages)
        found = []
        for language in languages:
            one = known[language]
            if one is None:
                if language not in made:
                    raise Retriable(f"another revision of {day} was kept meanwhile; run this again")
                one = kept(brand, made[language], max(revision, 1), now)
                digests.keep(db, one, mails[language])
            found.append(one)
    return found


def differs(one: Kept | None, digest: Digest) -> bool:
    """Whether a digest says anything else than the one that is kept, if one is."""
    return one is None or json.loads(one.payload) != json.loads(to_json(digest))


def kept(brand: str, digest: Digest, revision: int, now: datetime) -> Kept:
    """A digest as it is stored."""
    return Kept(brand, digest.day, revision, digest.language, now, digest.headline, to_json(digest))


def send(
    warehouse: Warehouse,
    settings: Settings,
    brand: str,
    day: date,
    *,
    language: str | None = None,
    refresh: bool = False,
    clock: Callable[[], datetime] = utc_now,
    environment: Mapping[str, str] | None = None,
) -> Sent:
    """Send a day's digest to every channel of `[[digest.channels]]`, or those of a language.

    Who has this revision does not get it again. What fails stays in the outbox: this, called
    again, tries it at once, and so does every pass when it is due. Raises `Fatal` where there is
    no channel to send to.
    """
    channels = recipients(settings, language)
    spoken = sorted({tongue(settings, channel) for channel in channels})
    found = keep(warehouse, settings, brand, day, spoken, refresh=refresh, now=clock())
    by_language = {one.language: one for one in found}
    with warehouse.transaction(COMMAND) as db:
        mend(db, settings)
        for channel in channels:
            one = by_language[tongue(settings, channel)]
            outbox.put(db, message(one, channel, settings), clock())
        digests.supersede(db, found[0], clock())
    notify.deliver(warehouse, settings, clock=clock, environment=environment)
    with warehouse.write(COMMAND) as db:
        fares = digests.sendings(db, found[0].key)
    warehouse.publish(COMMAND)
    return Sent(found[0].revision, tuple(fares))


def recipients(settings: Settings, language: str | None) -> list[Recipient]:
    """The channels that get the digest. Raises `Fatal` where there is none."""
    channels = [
        channel
        for channel in settings.digest.channels
        if language is None or tongue(settings, channel) == language
    ]
    if not channels:
        which = f" that reads {language!r}" if language and settings.digest.channels else ""
        raise Fatal(f"there is no channel{which} to send the digest to: add [[digest.channels]]")
    return channels


def tongue(settings: Settings, channel: Recipient) -> str:
    """The language of a channel."""
    return channel.language or settings.brand.language


def message(one: Kept, channel: Recipient, settings: Settings) -> Message:
    """A kept digest as a message: its subject, and a few lines for chats."""
    digest = from_json(one.payload)
    return Message(
        kind=digests.KIND,
        key=one.key,
        recipient=channel.name,
        severity="low",
        language=one.language,
        title=letter.title(digest, words(one.language)),
        text=letter.brief(digest, link(settings, one.day, one.language)),
    )


def link(settings: Settings, day: date, language: str) -> str:
    """The address of a day's digest; empty where none is set."""
    filled = settings.digest.link.replace("{day}", day.isoformat())
    return filled.replace("{language}", quote(language))


def mend(db: Connection, settings: Settings) -> None:
    """Make the mails again that went with what was erased, from what is kept."""
    for one in digests.without_mail(db):
        address = link(settings, one.day, one.language)
        digests.remail(db, one, letter.mail(from_json(one.payload), address))
