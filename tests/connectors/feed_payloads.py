"""Feeds in the shapes that Apple's App Store, forums and blogs send."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from umot.testing import Ask, Item, Reply

ATOM = "application/atom+xml; charset=utf-8"


def atom_entry(item: Item) -> str:
    """Make an Atom entry whose content is plain text."""
    return (
        f"<entry><id>tag:forum.example,2026:{item.number}</id><title>Titel {item.number}</title>"
        f'<link href="https://forum.example/t/{item.number}"/>'
        f"<published>{item.at.isoformat()}</published><author><name>lid</name></author>"
        f'<content type="text">{escape(item.text)}</content></entry>'
    )


def atom(entries: str, onward: str = "") -> bytes:
    """Make an Atom feed, with the address of its next page if there is one."""
    link = f'<link rel="next" href="{escape(onward)}"/>' if onward else ""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>tag:forum.example,2026:feed</id><title>Forum</title>{link}{entries}</feed>"
    ).encode()


class PagedFeed:
    """An Atom feed in pages of `size`, at /feed?page=N."""

    def __init__(self, size: int = 500) -> None:
        self.items: Sequence[Item] = ()
        self.size = size

    def serve(self, items: Sequence[Item]) -> None:
        self.items = items

    def answer(self, ask: Ask) -> Reply:
        page = int(ask.query.get("page", 1))
        shown = self.items[(page - 1) * self.size : page * self.size]
        more = page * self.size < len(self.items)
        onward = f"/feed?page={page + 1}&key={ask.query.get('key', '')}" if more else ""
        body = atom("".join(map(atom_entry, shown)), onward)
        return Reply(200, body, {"Content-Type": ATOM})


APP_STORE = b"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns:im="http://itunes.apple.com/rss" xmlns="http://www.w3.org/2005/Atom" xml:lang="nl">
<id>https://itunes.apple.com/nl/rss/customerreviews/id=999/xml</id>
<title>iTunes Store: Recensies van klanten</title><updated>2026-11-20T01:00:00-07:00</updated>
<link rel="self" href="https://itunes.apple.com/nl/rss/customerreviews/id=999/xml"/>
<link rel="first" href="https://itunes.apple.com/nl/rss/customerreviews/page=1/id=999/xml"/>
<entry><id>https://apps.apple.com/nl/app/id999</id><title>Vlotwiel - Vlotwiel BV</title>
<im:name>Vlotwiel</im:name><im:contentType term="Application" label="Application"/>
<summary>De app zelf</summary></entry>
<entry><updated>2026-11-19T09:14:00-07:00</updated><id>13210448102</id>
<title>Eindelijk &lt;3 &amp; snel</title>
<content type="text">Eerste regel
tweede regel &lt;b&gt;vet&lt;/b&gt; &amp;amp; klaar</content>
<im:contentType term="Application" label="Application"/>
<im:voteSum>6</im:voteSum><im:voteCount>7</im:voteCount><im:rating>4</im:rating>
<im:version>4.8.0</im:version>
<author><name>Twijfelkont033</name><uri>https://itunes.apple.com/nl/reviews/id1</uri></author>
<link rel="related" href="https://itunes.apple.com/nl/review?id=999&amp;type=Purple%20Software"/>
<content type="html">&lt;table&gt;&lt;tr&gt;&lt;td&gt;winkel&lt;/table&gt;</content>
</entry>
</feed>"""

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:slash="http://purl.org/rss/1.0/modules/slash/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Fietspraat</title>
<link>https://forum.fietspraat.example</link>
<item><guid isPermaLink="false">fp-48102</guid><title>Vlotwiel &amp;amp; de rest</title>
<link>https://forum.fietspraat.example/t/48102</link><dc:creator>kettingvet</dc:creator>
<pubDate>Thu, 19 Nov 2026 19:20:00 +0100</pubDate><description>kort</description>
<slash:comments>14</slash:comments>
<content:encoded><![CDATA[<p>Hallo &amp; dag</p><p>twee<br>drie &euro;&nbsp;5
<img class="emoji" alt="😀" src="x"></p>
<script>alert(1)</script><style>p{}</style>]]></content:encoded></item>
<item><title>Zonder guid</title><link>https://forum.fietspraat.example/t/2</link>
<description>regel een
regel twee &amp;lt;3</description></item>
<item><title>Alleen een titel</title></item>
<item><guid>javascript:alert(1)</guid><link>javascript:alert(1)</link><title>Kwaad</title>
<pubDate>geen datum</pubDate></item>
</channel></rss>""".encode()
