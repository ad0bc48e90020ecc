"""The forum's RSS 2.0 feed, with conditional requests as a well-behaved site answers them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import blake2b
from xml.sax.saxutils import escape

from samples.content import Topic, brand, topics
from samples.timeline import grown
from samples.web import NOT_FOUND, Request, Response

PATH = "/forum/feed.rss"
REPLY_PACE = 14.0
EXCERPT = 140


class Forum:
    """The topics as of a moment."""

    def __init__(self, anchor: datetime) -> None:
        zone = brand().zone
        dated = [(topic.when.moment(anchor, zone), topic) for topic in topics()]
        self._topics = sorted(dated, key=lambda pair: pair[0], reverse=True)

    def respond(self, request: Request, now: datetime) -> Response:
        """Return the feed, or 304 for a reader who has this very version."""
        if request.path != PATH:
            return NOT_FOUND
        shown = [pair for pair in self._topics if pair[0] <= now]
        body = _feed(shown, now).encode()
        changed = shown[0][0] if shown else datetime.fromtimestamp(0, UTC)
        tag = f'"{blake2b(body, digest_size=8).hexdigest()}"'
        headers = {"ETag": tag, "Last-Modified": format_datetime(changed, usegmt=True)}
        if _unchanged(request, tag, changed):
            return Response(304, headers=headers)
        return Response(200, body, "application/rss+xml; charset=utf-8", headers)


def _unchanged(request: Request, tag: str, changed: datetime) -> bool:
    """Whether the reader's copy is current; its ETag, where it sends one, outranks its date."""
    if known := request.header("if-none-match"):
        return tag in (part.strip().removeprefix("W/") for part in known.split(","))
    try:
        return changed <= parsedate_to_datetime(request.header("if-modified-since"))
    except (TypeError, ValueError):  # absent, or no date: then the whole feed
        return False


def _feed(shown: list[tuple[datetime, Topic]], now: datetime) -> str:
    """Return the whole document; it says nothing that changes while its topics do not."""
    forum = brand().forum
    built = format_datetime(shown[0][0]) if shown else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:slash="http://purl.org/rss/1.0/modules/slash/">\n'
        f"<channel>\n<title>{escape(forum['title'])}</title>\n"
        f"<link>{forum['home']}/webshops</link>\n"
        "<description>Nieuwe onderwerpen over webshops en merken</description>\n"
        f"<language>nl</language>\n<lastBuildDate>{built}</lastBuildDate>\n"
        + "".join(_item(topic, posted, now) for posted, topic in shown)
        + "</channel>\n</rss>\n"
    )


def _item(topic: Topic, posted: datetime, now: datetime) -> str:
    """One topic: an excerpt as description, the whole text as content:encoded."""
    paragraphs = topic.body.split("\n\n")
    html = "".join(f"<p>{escape(text)}</p>" for text in paragraphs)
    flat = " ".join(topic.body.split())
    excerpt = flat if len(flat) <= EXCERPT else flat[:EXCERPT].rsplit(" ", 1)[0] + " […]"
    replies = grown(topic.replies, (now - posted) / timedelta(hours=1), REPLY_PACE)
    return (
        f"<item>\n<title>{escape(topic.title)}</title>\n"
        f"<link>{brand().forum['home']}/t/{topic.id}</link>\n"
        f'<guid isPermaLink="false">{topic.id}</guid>\n'
        f"<pubDate>{format_datetime(posted)}</pubDate>\n"
        f"<dc:creator>{escape(topic.author)}</dc:creator>\n"
        f"<category>{escape(topic.category)}</category>\n"
        f"<slash:comments>{replies}</slash:comments>\n"
        f"<description>{escape(excerpt)}</description>\n"
        f"<content:encoded><![CDATA[{html.replace(']]>', ']]]]><![CDATA[>')}]]></content:encoded>\n"
        "</item>\n"
    )
