"""Which column of an export is which field of a post: given, or guessed from its name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from umot.errors import Fatal, UnknownName

# The fields, each with the names it is known by in English and Dutch exports, best first.
# "score" is left out: it is a rating here, a sentiment or a number of votes there.
NAMES: dict[str, tuple[str, ...]] = {
    "native_id": (
        "native_id", "id", "post_id", "review_id", "tweet_id", "comment_id", "message_id", "uuid",
        "nummer", "reviewnummer", "referentie", "kenmerk",
    ),
    "body": (
        "body", "text", "tekst", "full_text", "review", "review_text", "reviewtekst", "recensie",
        "content", "inhoud", "message", "bericht", "comment", "reactie", "opmerking", "feedback",
        "toelichting", "tweet", "description", "omschrijving",
    ),
    "title": (
        "title", "titel", "subject", "onderwerp", "headline", "kop", "review_title", "summary",
    ),
    "url": ("url", "link", "permalink"),
    "author": (
        "author", "auteur", "user", "username", "user_name", "screen_name", "reviewer", "naam",
        "name", "klant", "klantnaam", "customer", "gebruiker", "gebruikersnaam",
    ),
    "rating": (
        "rating", "stars", "sterren", "star_rating", "beoordeling", "waardering", "cijfer",
    ),
    "posted_at": (
        "posted_at", "date", "datum", "created_at", "published_at", "published", "timestamp",
        "created_utc", "created", "datetime", "time", "review_date", "geplaatst_op", "geplaatst",
        "datum_tijd", "tijdstip", "aangemaakt_op",
    ),
    "language": ("language", "lang", "taal"),
    "thread_id": ("thread_id", "conversation_id"),
    "parent_id": ("parent_id", "in_reply_to_id", "in_reply_to", "in_reply_to_status_id"),
    "likes": (
        "likes", "like_count", "favorite_count", "favorites", "favourites", "upvotes", "helpful",
        "vind_ik_leuks",
    ),
    "replies": (
        "replies", "reply_count", "num_comments", "comment_count", "reacties", "antwoorden",
    ),
    "shares": ("shares", "share_count", "retweets", "retweet_count", "reposts", "gedeeld"),
    "views": ("views", "view_count", "impressions", "weergaven"),
    "audience": ("audience", "followers", "follower_count", "followers_count", "volgers"),
    "observed_at": ("observed_at", "measured_at", "gemeten_op"),
    "kind": ("kind", "soort"),
    "platform": ("platform", "kanaal"),
}  # fmt: skip


def parse_mapping(text: str) -> dict[str, str]:
    """Read a mapping as it is typed, ``body=text,posted_at=date``: {field: column}.

    Raises `Fatal` saying which part is wrong. A column whose name has a comma needs a
    configured source, where the mapping is a table.
    """
    mapping: dict[str, str] = {}
    for part in text.split(","):
        field, equals, column = (piece.strip() for piece in part.partition("="))
        if not (field and equals and column):
            raise Fatal(f"{part.strip()!r} in the mapping is not field=column, e.g. body=text")
        if field in mapping:
            raise Fatal(f"the mapping names {field} twice")
        mapping[field] = column
    return check_mapping(mapping)


def check_mapping(mapping: Mapping[str, str]) -> dict[str, str]:
    """Return the mapping if its fields exist and one of them is a text. Raises `Fatal`."""
    for field, column in mapping.items():
        if field not in NAMES:
            raise UnknownName("field in the mapping", field, NAMES)
        if not isinstance(column, str) or not column.strip():
            raise Fatal(f"the mapping gives {field} no column")
    if not {"body", "title"} & mapping.keys():
        raise Fatal("the mapping has neither body nor title: there would be nothing to read")
    return {field: column.strip() for field, column in mapping.items()}


def guess_mapping(columns: Iterable[str]) -> dict[str, str]:
    """Guess {field: column} from the names of columns; a column serves one field at most."""
    plain = {re.sub(r"[\W_]+", "_", name.casefold()).strip("_"): name for name in columns}
    mapping: dict[str, str] = {}
    for field, names in NAMES.items():
        found = next((plain[name] for name in names if name in plain), None)
        if found is not None and found not in mapping.values():
            mapping[field] = found
    return mapping
