"""The HTML page: sound, safe, and complete in itself."""

from __future__ import annotations

import re
import subprocess
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests import chromium
from tests.digest.conftest import opened
from umot.digest import Digest, render

VOID = {"meta", "br", "hr", "img", "link", "input"}


class Page(HTMLParser):
    """What is in a page; fails on tags that do not nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words = ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data if "style" not in self.open else ""

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def nasty(tmp_path_factory: pytest.TempPathFactory) -> Digest:
    """A day whose posts try to become markup."""
    world = opened(tmp_path_factory.mktemp("nasty"))
    with world.at_once():
        for number, text in enumerate(
            (
                "<script>alert(1)</script>",
                '"><img src=x onerror=alert(1)>',
                "</style></title><svg onload=alert(1)>",
                "W" * 4000,
                "{{ 7 * 7 }}",
            )
        ):
            world.say("2026-11-21 10:00", text, "-", url="javascript:alert(1)", title=text)
            world.say("2026-11-21 10:00", text, "+", url=f'https://x.example/"><b>{number}',
                      language='nl" onclick="x')  # fmt: skip
        world.visit("forum", "2026-11-21 11:00", error="<script>alert(2)</script>")
    return world.digest("2026-11-21")


@pytest.fixture(params=["nl", "en", "nasty", "empty"])
def page(request: pytest.FixtureRequest) -> str:
    if request.param == "nasty":
        return render(request.getfixturevalue("nasty"), "html")
    if request.param == "empty":
        return render(request.getfixturevalue("world").digest("2026-11-21"), "html")
    return render(request.getfixturevalue("saturdays")[request.param], "html")


def test_nothing_is_fetched_or_run(page: str) -> None:
    parsed = Page(page)
    names = {name for name, _ in parsed.tags}
    assert not names & {"script", "link", "img", "iframe", "object", "embed", "form", "base"}
    # The one picture is ours: shapes and words, nothing that is fetched or moves.
    assert names.isdisjoint({"image", "use", "foreignobject", "animate", "set"})
    for _, attributes in parsed.tags:
        assert not attributes.keys() & {"src", "srcset", "background", "action", "poster"}
        assert not [name for name in attributes if name.startswith("on")]
        assert "url(" not in (attributes.get("style") or "")
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    assert "url(" not in style[1]
    assert "@import" not in style[1]
    policy = [one for one in parsed.named("meta") if one.get("http-equiv")]
    assert "default-src 'none'" in str(policy[0]["content"])


def test_links_lead_to_the_web_only_and_tell_nobody(page: str) -> None:
    for link in Page(page).named("a"):
        assert str(link["href"]).startswith(("http://", "https://"))
        assert link["rel"] == "noopener noreferrer nofollow"


def test_it_is_built_for_every_reader(page: str) -> None:
    parsed = Page(page)
    levels = [int(name[1]) for name, _ in parsed.tags if re.fullmatch("h[1-6]", name)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert parsed.named("html")[0]["lang"] in ("nl", "en")
    assert parsed.named("meta")[0] == {"charset": "utf-8"}
    for _, attributes in parsed.tags:
        if attributes.get("role") in ("img", "region"):
            assert attributes.get("aria-label")
    assert all(head.get("scope") in ("col", "row") for head in parsed.named("th"))
    assert len([name for name, _ in parsed.tags if name == "main"]) == 1


def test_the_numbers_of_the_bars_are_in_words(saturdays: dict[str, Digest]) -> None:
    page = render(saturdays["nl"], "html")
    labels = [attributes.get("aria-label") for _, attributes in Page(page).tags]
    assert "14 negatief (50%), 6 neutraal (21%), 8 positief (29%)" in labels
    assert any(", hoogstens 32" in label for label in labels if label)
    # Nothing is said of the days before the first post: nobody may have listened.
    assert not any("minstens 0" in label for label in labels if label)
    assert "Nettosentiment" in Page(page).words


def test_hostile_posts_are_shown_as_text(nasty: Digest) -> None:
    words = Page(render(nasty, "html")).words
    assert "<script>alert(1)</script>" in words
    assert "{{ 7 * 7 }}" in words
    assert "javascript:alert(1)" in words  # as text: the test above finds no such link
    assert "49" not in words


def test_a_quote_says_its_language_where_that_is_one(
    saturdays: dict[str, Digest], nasty: Digest
) -> None:
    page = Page(render(saturdays["nl"], "html"))
    assert {"nl", "en"} <= {one.get("lang") for one in page.named("blockquote")}
    assert {one.get("lang") for one in Page(render(nasty, "html")).named("blockquote")} <= {
        "nl",
        None,
    }


def contrast(one: str, other: str) -> float:
    """WCAG's contrast ratio of two colours, 1 to 21."""

    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
                  for part in parts]  # fmt: skip
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_colours_can_be_told_apart_in_light_and_dark(world: Any) -> None:
    page = render(world.digest("2026-11-21"), "html")
    themes = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
              for block in re.findall(r":root \{(.*?)\}", page, re.DOTALL)[:2]]  # fmt: skip
    assert len(themes) == 2
    for theme in themes:
        for ground in ("page", "card", "warn-page"):
            for text in ("text", "soft", "link"):
                assert contrast(theme[text], theme[ground]) >= 4.5, (text, ground)
        for bar in ("negative", "neutral", "positive"):
            assert contrast(theme[bar], theme["page"]) >= 3, bar


@chromium.NEEDED
def test_it_fits_a_phone_in_a_browser(
    nasty: Digest, saturdays: dict[str, Digest], tmp_path: Path
) -> None:
    pages = (render(nasty, "html"), render(saturdays["nl"], "html"))
    frames = "".join(
        f'<iframe style="width: 360px; height: 700px" srcdoc="{quoted(text)}"></iframe>'
        for text in pages
    )
    outer = tmp_path / "phone.html"
    outer.write_text(
        f"<body>{frames}<script>onload = () => document.title = [...document.querySelectorAll("
        "'iframe')].map(one => one.contentDocument.documentElement.scrollWidth).join()</script>",
        "utf-8",
    )
    command = [str(chromium.CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom",
               f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=5000",
               outer.as_uri()]  # fmt: skip
    shown = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    title = re.search(r"<title>(.*?)</title>", shown.stdout)
    assert title is not None
    widths = [int(width) for width in title[1].split(",")]
    assert len(widths) == 2
    assert max(widths) <= 360


@pytest.mark.slow
@chromium.NEEDED
def test_axe_finds_nothing_serious(saturdays: dict[str, Digest], tmp_path: Path) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    driver = pytest.importorskip("playwright.sync_api")
    path = tmp_path / "page.html"
    found = []
    with driver.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=chromium.CHROMIUM, args=["--no-sandbox"])
        for language, scheme, width in (("nl", "light", 390), ("en", "dark", 1280)):
            path.write_text(render(saturdays[language], "html"), "utf-8")
            context = browser.new_context(
                color_scheme=scheme, viewport={"width": width, "height": 900}
            )
            page = context.new_page()
            page.goto(path.as_uri())
            session = context.new_cdp_session(page)
            session.send("Page.setBypassCSP", {"enabled": True})  # for the script of axe
            violations = axe.Axe().run(page).response["violations"]
            found += [one["id"] for one in violations if one["impact"] in ("serious", "critical")]
            context.close()
        browser.close()
    assert found == []


def quoted(text: str) -> str:
    """A page as the value of an attribute."""
    return text.replace("&", "&amp;").replace('"', "&quot;")
