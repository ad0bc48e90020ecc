"""HTML to text, and texts that a database can take."""

from __future__ import annotations

import time

import pytest

from connectors._text import html_to_text, storable


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Hallo &amp; dag</p><p>twee<br>drie</p>", "Hallo & dag\ntwee\ndrie"),
        ("a<script>if (a<b) x('<p>1')</script><style>p{}</style>b", "ab"),
        ("<ul><li>een<li>twee</ul>", "een\ntwee"),
        ("<b>een</b>  <i>twee</i>\n drie&nbsp;&euro;", "een twee drie €"),
        ("plat\nmet regels &lt;b&gt; &#x1F600;", "plat\nmet regels <b> 😀"),
        ("<p>&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"),
        ("<p>a < b en <3, 5 > 4", "a < b en <3, 5 > 4"),
        ("<p>x<!-- <b>niet</b> --> y <!-- open", "x y <!-- open"),
        ("a <![if !foo[x]]> b <![CDATA[c]]> <b>d</b>", "a b d"),
        ('<p><img class="emoji" alt="😀" src="x"><img alt="foto" src="y">', "😀"),
        ('<a title="1 > 0" href="x">link</a>', "link"),
        ("</p></div>", ""),
        ("<!DOCTYPE html><p>x", "x"),
        ("<style>open", ""),
        ("", ""),
    ],
)
def test_html_to_text(markup: str, text: str) -> None:
    assert html_to_text(markup) == text


@pytest.mark.parametrize(
    "hostile",
    ["<a ", "<a b='", "<!--", "<!", "<![", "</", "<?", "<a b='>", "<script>", "&#", "<a/>"],
)
def test_odd_html_takes_no_time(hostile: str) -> None:
    started = time.process_time()
    html_to_text("<p>" + hostile * 20_000)
    assert time.process_time() - started < 3, "html.parser alone takes minutes for some of these"


def test_storable() -> None:
    given = {"a\ud83d\ude00": ["\ud83d", "é\x00", {"b": None}], "n": 1.5, "t": True}
    assert storable(given) == {"a😀": ["\ufffd", "é\x00", {"b": None}], "n": 1.5, "t": True}
