"""The App Store's customer-review feed: Atom with Apple's ``im:`` elements.

The shape follows what itunes.apple.com serves: two contents a review (text and html), times in
Cupertino's offset, and paging links that never run out (on the last page ``next`` is that page).
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from xml.sax.saxutils import escape, quoteattr

from samples.content import Review, brand, reviews
from samples.timeline import grown
from samples.web import NOT_FOUND, Request, Response

PATH = re.compile(
    r"/(?P<country>[a-z]{2})/rss/customerreviews(?:/page=(?P<page>\d+))?"
    r"/id=(?P<app>\d+)/sort[bB]y=most[rR]ecent/xml"
)
CUPERTINO = timezone(timedelta(hours=-7))
PAGE_LIMIT = 10
VOTE_PACE = 30.0


class AppStore:
    """One app's reviews as of a moment."""

    def __init__(self, anchor: datetime, url: str) -> None:
        zone = brand().zone
        dated = [(post.when.moment(anchor, zone), post) for post in reviews()]
        self._reviews = sorted(dated, key=lambda pair: pair[0], reverse=True)
        self._url = url

    def respond(self, request: Request, now: datetime) -> Response:
        """Return the feed's page that the path asks for, newest review first."""
        match = PATH.fullmatch(request.path)
        if match is None:
            return NOT_FOUND
        page = int(match["page"] or 1)
        if page > PAGE_LIMIT:
            reason = b"CustomerReviews RSS page depth is limited to 10"
            return Response(400, reason, "text/plain; charset=utf-8")
        ours = (brand().app_store["country"], brand().app_store["id"])
        mine = [pair for pair in self._reviews if pair[0] <= now]
        known = mine if (match["country"], match["app"]) == ours else []
        size = int(brand().app_store["page_size"])
        last = max(1, -(-len(known) // size))
        shown = known[(page - 1) * size : page * size]
        head = self._head(match["country"], match["app"], page, last, now)
        entries = "".join(_entry(review, posted, now) for posted, review in shown)
        return Response(200, f"{head}{entries}</feed>\n".encode(), "text/xml; charset=UTF-8")

    def _head(self, country: str, app: str, page: int, last: int, now: datetime) -> str:
        """Everything before the first entry."""

        def link(rel: str, number: int) -> str:
            place = f"id={app}/sortby=mostrecent/xml"
            href = (
                f"{self._url}/{country}/rss/customerreviews/page={number}/{place}"
                f"?urlDesc=/customerreviews/page={page}/{place}"
            )
            return f'<link rel="{rel}" href={quoteattr(href)}/>\n'

        return (
            '<?xml version="1.0" encoding="utf-8"?>\n'
            '<feed xmlns:im="http://itunes.apple.com/rss" xmlns="http://www.w3.org/2005/Atom"'
            f' xml:lang="{country}">\n'
            f"<id>https://itunes.apple.com/{country}/rss/customerreviews/id={app}</id>\n"
            "<title>iTunes Store: klantrecensies</title>\n"
            f"<updated>{_stamp(now)}</updated>\n"
            + link("self", page)
            + link("first", 1)
            + link("last", last)
            + link("previous", max(1, page - 1))
            + link("next", min(last, page + 1))
            + "<icon>http://itunes.apple.com/favicon.ico</icon>\n"
            "<author><name>iTunes Store</name><uri>http://www.apple.com/nl/itunes/</uri></author>\n"
            "<rights>Copyright 2008 Apple Inc.</rights>\n"
        )


def _entry(review: Review, posted: datetime, now: datetime) -> str:
    """One review; its votes grow with its age."""
    hours = (now - posted) / timedelta(hours=1)
    vote_sum, vote_count = (grown(final, hours, VOTE_PACE) for final in review.votes)
    store = brand().app_store
    person = int(review.id) % 900_000_000 + 100_000_000
    related = f"https://itunes.apple.com/nl/review?id={store['id']}&type=Purple%20Software"
    html = (
        '<table border="0" width="100%"><tr><td><b>'
        f"{escape(store['name'])}</b><br/>"
        f'<font size="2" face="Helvetica,Arial">{escape(review.body)}</font></td></tr></table>'
    )
    return (
        "<entry>\n"
        f"<updated>{_stamp(posted)}</updated>\n"
        f"<id>{review.id}</id>\n"
        f"<title>{escape(review.title)}</title>\n"
        f'<content type="text">{escape(review.body)}</content>\n'
        '<im:contentType term="Application" label="App"/>\n'
        f"<im:voteSum>{vote_sum}</im:voteSum>\n"
        f"<im:voteCount>{vote_count}</im:voteCount>\n"
        f"<im:rating>{review.stars}</im:rating>\n"
        f"<im:version>{review.version}</im:version>\n"
        f"<author><name>{escape(review.author)}</name>"
        f"<uri>https://itunes.apple.com/nl/reviews/id{person}</uri></author>\n"
        f'<link rel="related" href={quoteattr(related)}/>\n'
        f'<content type="html">{escape(html)}</content>\n'
        "</entry>\n"
    )


def _stamp(moment: datetime) -> str:
    """Return a time as Apple writes it."""
    return moment.astimezone(CUPERTINO).isoformat(timespec="seconds")
