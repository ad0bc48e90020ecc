"""The files that `umot init` writes, for a brand and what its company has."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

from umot import config, journey
from umot.errors import Fatal
from umot.folders import ensure
from umot.journey_toml import toml_string
from umot.queries import QueryError, parse

HEAD = """\
# umot: what is monitored and where it is read. Every setting: docs/configuration.md
# Secrets never stand here: they come from the environment.

[brand]
name = {name}
{query}# accounts = {{ reddit = ["our_account"] }}   # the company's own: no customer's words
time_zone = "{zone}"     # the days that digest and views count in
language = "{language}"                # of digest and alerts: nl or en
"""
RIVAL = """\

[[brand.competitors]]
name = {name}
{query}"""
TAIL = """\

# Alerts go to mail, Slack, Teams and more: docs/alerts.md. The variable holds the address.
# [[alerts.channels]]
# name = "team"
# url_variable = "UMOT_TEAM_URL"

# Exports of other tools, put in the folder imports/ beside this file.
# [[sources]]
# name = "exports"
# connector = "files"
# path = "imports/*.csv"
# platform = "survey"
# kind = "review"
# map = { body = "text", posted_at = "date", rating = "stars" }
"""
ZONES = {"nl": "Europe/Amsterdam", "be": "Europe/Brussels", "de": "Europe/Berlin",
         "fr": "Europe/Paris", "gb": "Europe/London", "ie": "Europe/Dublin"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Company:
    """What `umot init` is told. `country` is ISO 3166 in small letters, `languages` ISO 639-1."""

    brand: str
    language: str = "nl"
    time_zone: str | None = None
    country: str = "nl"
    languages: tuple[str, ...] = ("nl",)
    competitors: tuple[str, ...] = ()
    website: str = ""
    app_store: str = ""
    subreddit: str = ""
    youtube: str = ""
    forum: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A source to write down: why, its name, connector and settings."""

    why: str
    name: str
    connector: str
    settings: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Key:
    """What a key would add: for which connector, in which variables, and what it brings."""

    connector: str
    variables: tuple[str, ...]
    adds: str


KEYS = (
    Key("reddit", ("UMOT_REDDIT_CLIENT_ID", "UMOT_REDDIT_CLIENT_SECRET"),
        "Reddit with its comments and votes, further back; free for small use"),
    Key("mastodon", ("UMOT_MASTODON_TOKEN",), "mentions and searches on Mastodon; free"),
    Key("bluesky", ("UMOT_BLUESKY_PASSWORD",), "searches on Bluesky; free"),
    Key("youtube", ("UMOT_YOUTUBE_KEY",), "comments under videos; free within a daily quota"),
    Key("app_store", ("UMOT_APP_STORE_KEY",), "all App Store reviews of your app, with replies"),
    Key("google_play", ("UMOT_GOOGLE_PLAY_ACCOUNT",), "Google Play reviews of your app; free"),
    Key("google_business",
        ("UMOT_GOOGLE_BUSINESS_CLIENT_ID", "UMOT_GOOGLE_BUSINESS_CLIENT_SECRET",
         "UMOT_GOOGLE_BUSINESS_REFRESH_TOKEN"),
        "Google reviews of your branches; free"),
    Key("trustpilot", ("UMOT_TRUSTPILOT_KEY",), "Trustpilot reviews with answers"),
    Key("kiyoh", ("UMOT_KIYOH_TOKEN",), "Kiyoh or Klantenvertellen reviews"),
    Key("imap", ("UMOT_IMAP_PASSWORD",), "complaints and surveys in a mailbox of your own"),
    Key("webhook", ("UMOT_WEBHOOK_SECRET",), "what any other tool sends"),
    Key("x", ("UMOT_X_TOKEN",), "posts on X of the last seven days; paid"),
    Key("meta", ("UMOT_META_TOKEN",), "Facebook page and Instagram mentions and comments; free"),
)  # fmt: skip


def places(company: Company) -> Iterator[Place]:
    """The sources that need no key."""
    name, tag = company.brand.strip(), hashtag(company.brand)
    country, languages = company.country, company.languages
    quoted = quote_plus(phrase(name) or name)
    for one in languages:
        locale = f"hl={one}&gl={country.upper()}&ceid={country.upper()}:{one}"
        yield Place(
            "News that names the brand.", f"news-{one}", "feeds",
            {"url": f"https://news.google.com/rss/search?q={quoted}&{locale}", "platform": "news"},
        )  # fmt: skip
    yield Place(
        "Reddit's own search feed: the newest posts, without votes (a key adds those).",
        "reddit", "feeds",
        {"url": f"https://www.reddit.com/search.rss?q={quoted}&sort=new", "platform": "reddit"},
    )  # fmt: skip
    if company.subreddit:
        url = f"https://www.reddit.com/r/{company.subreddit}/new/.rss"
        yield Place("Your subreddit.", "subreddit", "feeds",
                    {"url": url, "platform": "reddit", "about_brand": True})  # fmt: skip
    server = "https://mastodon.nl" if country in ("nl", "be") else "https://mastodon.social"
    yield Place("Posts on Mastodon with the brand as a hashtag.", "mastodon", "mastodon",
                {"instance": server, "hashtags": [tag]})  # fmt: skip
    yield Place("Of use where the customers build software; take it out otherwise.",
                "hacker-news", "hacker_news", {"search": [phrase(name) or name]})  # fmt: skip
    if company.app_store:
        settings = {"apps": [company.app_store], "countries": [country]}
        yield Place("Reviews of your app.", "app-store", "app_store", settings)
    if company.youtube:
        url = f"https://www.youtube.com/feeds/videos.xml?channel_id={company.youtube}"
        yield Place("Videos of your channel (a key adds the comments).", "youtube", "feeds",
                    {"url": url, "platform": "youtube", "about_brand": True})  # fmt: skip
    if company.forum:
        yield Place("Your forum, if it runs on Discourse.", "forum", "discourse",
                    {"url": company.forum, "about_brand": True})  # fmt: skip


def hashtag(name: str) -> str:
    """The brand as people write it behind a #."""
    return "".join(re.findall(r"\w", name.casefold())) or "brand"


def query(company: Company) -> str | None:
    """What a post must say: the name, or the address of the website."""
    host = re.sub(r"^(https?://)?(www\.)?|/.*$", "", company.website)
    terms = [phrase(company.brand), phrase(host) and host]
    try:
        return parse(" OR ".join(term for term in terms if term)).text
    except QueryError:  # no name that could be looked for
        return None


def phrase(name: str) -> str:
    """A name as a query has it; empty where there is no word in it."""
    words = " ".join(re.sub(r'["“”„]', " ", name).split())
    return f'"{words}"' if re.search(r"\w", words) else ""


def source_text(place: Place) -> str:
    """A table of a source, as it stands in the file."""
    lines = [f"\n# {place.why}" if place.why else "", "[[sources]]"]
    values = {"name": place.name, "connector": place.connector, **place.settings}
    return "\n".join([*lines, *(f"{key} = {toml(value)}" for key, value in values.items())]) + "\n"


def toml(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, str):
        plain = value.isprintable() and '"' in value and "'" not in value
        return f"'{value}'" if plain else toml_string(value)
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{toml(k)} = {toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)


def text(company: Company) -> str:
    """The whole of ``umot.toml``."""
    own = query(company)
    head = HEAD.format(
        name=toml_string(company.brand.strip()),
        query=f"query = {toml(own)}   # what a post must say to count\n" if own else "",
        zone=company.time_zone or ZONES.get(company.country, "UTC"),
        language=company.language,
    )
    rivals = [
        RIVAL.format(
            name=toml_string(name),
            query=f"query = {toml(wanted)}\n" if (wanted := phrase(name)) else "",
        )
        for name in company.competitors
    ]
    return "".join([head, *rivals, *map(source_text, places(company)), TAIL])


def write(folder: Path, company: Company, sector: str = journey.GENERAL) -> list[Path]:
    """Write ``umot.toml`` and ``journey.toml``, the latter with the map of a sector.

    Raises `Fatal` rather than overwrite one, and `UnknownName` for a sector without a map.
    """
    name = company.brand.strip()
    if not name or not name.isprintable():
        raise Fatal("the brand's name must be a line of text")
    contents = {
        folder / config.FILE: text(company),
        folder / "journey.toml": journey.default_text(sector),
    }
    for path in contents:
        if path.exists():
            raise Fatal(f"{path} exists already; it is left as it is")
    config.check(contents[folder / config.FILE], folder / config.FILE)
    ensure(folder)
    for path, content in contents.items():
        path.write_text(content, "utf-8")
    return list(contents)


def add(folder: Path, place: Place) -> None:
    """Write a source at the end of ``umot.toml``; the rest of it stays as it is.

    Raises `Fatal` where there is no such file, or it would not be valid any more.
    """
    path = folder / config.FILE
    if not path.is_file():
        raise Fatal(f"{path} does not exist; umot init writes one")
    before = path.read_text("utf-8")
    after = before.rstrip("\n") + "\n\n" + source_text(place).lstrip("\n")
    config.check(after, path)
    fresh = path.with_suffix(".toml.new")
    fresh.write_text(after, "utf-8")
    fresh.replace(path)
