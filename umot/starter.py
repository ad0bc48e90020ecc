"""The files that `umot init` writes."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote_plus

from umot import config, journey
from umot.errors import Fatal
from umot.journey_toml import toml_string

TEMPLATE = """\
# umot: what is monitored and where it is read. Every setting: docs/configuration.md
# Secrets never stand here: they come from the environment.

[brand]
name = {name}
time_zone = "{zone}"     # the days that digest and views count in
language = "{language}"                # of digest and alerts: nl or en

# Feeds need no key. These find news and posts that name the brand; take out what is of no use.
[[sources]]
name = "news"
connector = "feeds"
url = "https://news.google.com/rss/search?q={query}&hl={locale}"
platform = "news"

[[sources]]
name = "mastodon-{tag}"
connector = "feeds"
url = "https://mastodon.social/tags/{tag}.rss"
platform = "mastodon"

# An app's reviews: put its number (in its App Store address, after id) in the place of 000000000.
# [[sources]]
# name = "app-store"
# connector = "feeds"
# url = "https://itunes.apple.com/nl/rss/customerreviews/id=000000000/sortby=mostrecent/xml"
# platform = "app_store"

# Reddit needs UMOT_REDDIT_CLIENT_ID and UMOT_REDDIT_CLIENT_SECRET of a "script" app
# (https://www.reddit.com/prefs/apps).
# [[sources]]
# name = "reddit"
# connector = "reddit"
# subreddits = ["thenetherlands"]
# search = [{name}]

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
# map = {{ body = "text", posted_at = "date", rating = "stars" }}
"""


def write(
    folder: Path, brand: str, language: str, time_zone: str, sector: str = journey.GENERAL
) -> list[Path]:
    """Write ``umot.toml`` and ``journey.toml``, the latter with the map of a sector.

    Raises `Fatal` rather than overwrite one, and `UnknownName` for a sector without a map.
    """
    name = brand.strip()
    if not name or not name.isprintable():
        raise Fatal("the brand's name must be a line of text")
    config.Brand(name=name, time_zone=time_zone, language=language)
    tag = re.sub(r"[^a-z0-9]", "", name.lower()) or "brand"
    locale = {"nl": "nl&gl=NL&ceid=NL:nl", "en": "en&gl=GB&ceid=GB:en"}[language]
    text = TEMPLATE.format(
        name=toml_string(name),
        zone=time_zone,
        language=language,
        query=quote_plus(f'"{name}"'),
        locale=locale,
        tag=tag,
    )
    contents = {folder / config.FILE: text, folder / "journey.toml": journey.default_text(sector)}
    for path in contents:
        if path.exists():
            raise Fatal(f"{path} exists already; it is left as it is")
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in contents.items():
        path.write_text(content, "utf-8")
    return list(contents)
