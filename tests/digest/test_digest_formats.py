"""One digest as JSON, Markdown and terminal lines; hostile posts in all of them."""

from __future__ import annotations

import email
import email.policy
import json
import re
import unicodedata
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.digest.conftest import opened
from umot.digest import Digest, file_name, from_json, render, summary
from umot.errors import Fatal, UnknownName

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "# Kop\n\n- [klik](javascript:alert(1)) ![plaat](https://kwaad.example/p.png)",
    "| a | b |\n|---|---|\n`code` **vet** &lt;b&gt; $x$ ~~weg~~",
    "Kijk op https://kwaad.example/x en www.kwaad.example of mail ik@kwaad.example @iedereen",
    "<https://kwaad.example/> [1]: https://kwaad.example/ [1]",
    "1. een\n2. twee\n=====\n-----",
    "\x1b[2J\x1b]0;gekaapt\x07 \u202eslecht\u202c \x9b31m",
    "{{ 7 * 7 }} {% include '/etc/passwd' %} {n} {0.__class__}",
    "W" + "o" * 3000 + "w",
    "&#x3c;b&#x3e; </blockquote></figure><h1>weg</h1>",
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Digest:
    """A day on which everybody means ill, the sources too."""
    world = opened(tmp_path_factory.mktemp("hostile"))
    with world.at_once():
        for number, text in enumerate(HOSTILE):
            url = ("javascript:alert(1)", 'https://kwaad.example/)](x)<b>"')[number % 2]
            post = world.say(
                "2026-11-21 10:00", text, "-+"[number % 2], "delivery",
                url=url, title=HOSTILE[-number], language="nl\"><b>",
            )  # fmt: skip
            world.warn(post, "2026-11-21 11:00", key=f"k{number}", reason=text)
        world.visit("forum", "2026-11-21 12:00", error="<b>503</b> \x1b[31m [x](javascript:1)")
        world.visit("winkel", "2026-11-21 12:00", truncated="<i>de helft</i> \u202e")
    return world.digest("2026-11-21", examples=20)


@pytest.fixture(params=["nl", "en"])
def either(saturdays: dict[str, Digest], request: pytest.FixtureRequest) -> Digest:
    return saturdays[request.param]


def test_json_comes_back_as_the_same_digest(either: Digest, hostile: Digest) -> None:
    for digest in (either, hostile):
        text = render(digest, "json")
        assert from_json(text) == digest
        assert render(from_json(text), "json") == text
        assert render(from_json(text), "html") == render(digest, "html")


def test_json_times_are_utc_and_keys_are_in_order(either: Digest) -> None:
    values = json.loads(render(either, "json"))
    assert list(values)[:5] == ["schema", "brand", "day", "language", "time_zone"]
    assert values["starts_at"] == "2026-11-20T23:00:00Z"
    assert values["day"] == "2026-11-21"
    assert values["posts"]["net"] == -21.43
    assert values["negative"][0]["posted_at"] == "2026-11-20T23:00:00Z"


def test_what_is_no_digest_is_refused(either: Digest) -> None:
    with pytest.raises(Fatal, match="no digest"):
        from_json("{}")
    with pytest.raises(Fatal, match="schema 99"):
        from_json(render(replace(either, schema=99), "json"))


def steering(text: str) -> list[str]:
    """The characters in a text that a terminal or the bidi algorithm would act on."""
    return [
        character
        for character in text
        if character != "\n"
        and unicodedata.category(character) in ("Cc", "Cf")
        and character not in "\u200d\u2060"  # in emoji; put in by the Markdown
    ]


@pytest.mark.parametrize("form", ["html", "md", "json"])
def test_no_format_steers_a_terminal(hostile: Digest, form: str) -> None:
    assert steering(render(hostile, form)) == []


def test_the_summary_is_ten_plain_lines(either: Digest, hostile: Digest) -> None:
    for digest in (either, hostile):
        lines = summary(digest)
        assert len(lines) <= 10
        assert steering("".join(lines)) == []
        assert not any("\n" in line for line in lines)
        assert lines[1] == digest.headline


def test_the_summary_of_saturday(saturday: Any) -> None:
    saturday.warn("shop:0001", "2026-11-21 12:00")
    lines = summary(saturday.digest("2026-11-21"))
    assert len(lines) == 10
    assert lines[0] == "Vlotte Fiets · dagoverzicht"
    assert lines[3] == (
        "Stemming: 14 negatief (50%), 6 neutraal (21%), 8 positief (29%); netto −21."
    )
    assert "eindmoment 12 (netto −83)" in lines[4]
    assert lines[5] == "Meest besproken: Bezorging (10 momenten, netto −80)."
    assert lines[6].startswith("Meest negatief: “Al drie keer thuisgebleven")
    assert lines[8] == "Negatief bericht gaat rond (hoog): 120 reacties erbij."
    assert lines[9] == "Bronnen: forum 17, reddit 8, winkel 7."


def test_the_headline_in_both_languages(saturdays: dict[str, Digest]) -> None:
    assert saturdays["nl"].headline == (
        "Zaterdag 21 november: 32 berichten (meer dan de 8 van de dag ervoor), waarvan 28 gelezen: "
        "14 negatief en 8 positief. De stemming was duidelijk slechter dan de week ervoor; "
        "kritiek ging het vaakst over ‘Bezorging’."
    )
    assert saturdays["en"].headline == (
        "Saturday, 21 November: 32 posts (more than the 8 of the day before), 28 of them read: "
        "14 negative and 8 positive. The mood was clearly worse than the week before; "
        "criticism was most often about ‘Delivery’."
    )


def test_the_plain_text_of_a_mail_leaves_nothing_out(saturday: Any) -> None:
    with saturday.at_once():
        for number in range(12):
            saturday.warn(None, "2026-11-21 12:00", key=f"k{number}", kind="volume_spike")
    digest = saturday.digest("2026-11-21")
    mail = email.message_from_string(render(digest, "eml"), policy=email.policy.default)
    text = " ".join(mail.get_body(("plain",)).get_content().split())
    assert "En nog 2 waarschuwingen." in text
    assert "Klachten. Op deze dag kwamen er 12 klachten bij." in text
    assert f"“{digest.stages[3].quote.text}”" in text


def test_markdown_of_hostile_posts_is_text(hostile: Digest) -> None:
    parser = pytest.importorskip("markdown_it", reason="markdown-it-py is not installed")
    tokens = parser.MarkdownIt("gfm-like", {"html": True, "linkify": False}).parse(
        render(hostile, "md")
    )
    flat = [child for token in tokens for child in [token, *(token.children or [])]]
    kinds = {token.type for token in flat}
    assert not kinds & {"html_block", "html_inline", "image", "code_inline", "fence", "s_open"}
    assert not kinds & {"bullet_list_open", "ordered_list_open", "code_block"}
    links = [token.attrs["href"] for token in flat if token.type == "link_open"]
    assert links
    assert {re.match(r"https?://[^/]+/", link)[0] for link in links} == {"https://kwaad.example/"}
    headings = [token for token in tokens if token.type == "heading_open"]
    assert len(headings) == 12  # ours: none came with a post
    widths = [line.count(" | ") for line in render(hostile, "md").splitlines() if "503" in line]
    assert widths == [6]


def test_bare_addresses_are_broken_for_renderers_that_link_them(hostile: Digest) -> None:
    text = re.sub(r"\]\(<[^>]*>\)", "", render(hostile, "md"))  # all but the links we make
    for bare in (r"https?:/?/?/\w", r"www\.\w", r"\w@\w"):
        assert not re.search(bare, text)


def test_unknown_formats_name_the_known_ones(either: Digest) -> None:
    with pytest.raises(UnknownName, match="format 'doc'; valid: eml, html, json, md"):
        render(either, "doc")
    with pytest.raises(UnknownName, match="format 'pdf'"):
        file_name(date(2026, 11, 21), "nl", "pdf")
    assert file_name(date(2026, 11, 21), "nl", "html") == "digest-2026-11-21-nl.html"
