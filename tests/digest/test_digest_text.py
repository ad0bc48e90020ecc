"""The words of strangers, made safe to show."""

from __future__ import annotations

import pytest

from umot.digest.text import Link, markdown, plain, shorten, web_link


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("een\n\ntwee\tdrie\u2028vier", "een twee drie vier"),
        ("\x1b[31mrood\x1b[0m", "[31mrood[0m"),
        ("\x1b]0;titel\x07", "]0;titel"),
        ("\x9b2J\x00\x7f", "2J"),
        ("\u202egnp.exe\u202c \u2066x\u2069\u200f", "gnp.exe x"),
        ("on\u00adzicht\u200bbaar\ufeff", "onzichtbaar"),
        ("\U000e0041\U000e0042 tags", "tags"),
        ("👩‍👩‍👧 café ﷽ שלום", "👩‍👩‍👧 café ﷽ שלום"),
        ("z" + "\u0300" * 40 + "a", "z\u0300\u0300\u0300a"),
        ("\ud83d half", "half"),
        ("\x85regel", "regel"),
    ],
)
def test_nothing_steers_what_is_read(given: str, shown: str) -> None:
    assert plain(given) == shown


def test_text_is_cut_at_a_word() -> None:
    assert shorten("kort") == "kort"
    assert shorten("een twee drie vier", 12) == "een twee…"
    assert shorten("een twee, drie vier", 11) == "een twee…"
    assert len(shorten("woord " * 100)) <= 280


def test_a_very_long_word_is_cut_itself() -> None:
    assert shorten("x" * 1000, 10) == "x" * 9 + "…"


@pytest.mark.parametrize("sign", ["👩‍👩‍👧‍👦", "👍🏽", "e\u0301"])
def test_a_cut_never_halves_what_is_seen_as_one(sign: str) -> None:
    for limit in range(40, 60):
        assert shorten(sign * 100, limit).rstrip("…").replace(sign, "") == ""


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://www.reddit.com/r/x/?a=1&b=2#c",
         Link("https://www.reddit.com/r/x/?a=1&b=2#c", "reddit.com")),
        ("HTTP://Voorbeeld.NL", Link("http://voorbeeld.nl/", "voorbeeld.nl")),
        ("https://x.nl/a(b)<c>\"'[d]`|\\", Link(
            "https://x.nl/a%28b%29%3Cc%3E%22%27%5Bd%5D%60%7C%5C", "x.nl")),
        ("https://fietsé.nl/é", Link("https://xn--fiets-fsa.nl/%C3%A9", "xn--fiets-fsa.nl")),
        ("http://[::1]:8080/x", Link("http://[::1]:8080/x", "::1")),
    ],
)  # fmt: skip
def test_web_addresses_are_links(url: str, link: Link) -> None:
    assert web_link(url) == link


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt://x.nl/%0aalert(1)",
        "data:text/html,<script>",
        "ftp://x.nl/",
        "//x.nl/",
        "/pad",
        "https://",
        "https://bank.nl@kwaad.nl/",
        "https://x.nl/a b",
        "https://x.nl:99999/",
        "https://a..b/",
        "https://x<y>/",
        "http://[::1",
        "",
        None,
    ],
)
def test_other_addresses_are_not(url: str | None) -> None:
    assert web_link(url) is None


def test_markdown_reads_well_where_nothing_is_meant() -> None:
    text = "Prima (echt!), 9.5 van de 10: 12:30 geleverd - top + netjes."
    assert markdown(text) == text
