"""Posts, errors and parameters that mean harm are shown as text."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest

from umot.console.shown import line, statement, visible

POST = "forum:hostile/0?a=b&c"


class Parsed(HTMLParser):
    """Tags and attributes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize(
    "path", ["/", "/posts", "/post", "/sources", "/alerts?state=all", "/posts?q=%3Cscript%3E", "/sql?q=</textarea><script>x</script>"]
)  # fmt: skip
def test_nothing_of_a_post_becomes_markup(visitor: Any, path: str) -> None:
    given = {"id": POST} if path == "/post" else None
    text = visitor.client.get(path, params=given).text
    for tag, attributes in Parsed(text).found:
        assert tag not in ("script", "img", "iframe", "object", "style", "base")
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert not str(attributes.get("href", "")).startswith("javascript")
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\U000e0041" not in text


def test_steering_characters_are_named(visitor: Any) -> None:
    text = visitor.client.get("/post", params={"id": POST}).text
    assert "‹U+001B›[31mrood" in text
    assert "‹U+202E›tsac" in text
    assert "{{ 7*7 }}" in text
    assert "&lt;script&gt;" in text


def test_a_megabyte_is_cut_until_all_of_it_is_asked_for(visitor: Any) -> None:
    given = {"id": "forum:hostile/1?a=b&c"}
    assert len(visitor.client.get("/post", params=given).text) < 100_000
    whole = visitor.client.get("/post", params={**given, "whole": "1"}).text
    assert whole.count("W") >= 1_000_000
    assert len(visitor.client.get("/posts").text) < 200_000


def test_visible_keeps_words_and_lines() -> None:
    assert visible("a\r\nb\tc é 👨\u200d👩") == "a\nb\tc é 👨\u200d👩"
    assert visible("x\u202e" * 3) == "x‹U+202E›" * 3
    assert visible("\u202e" * 99) == "‹U+202E U+202E U+202E U+202E …›"
    assert line("a\n\nb " * 200, 10) == "a b a b a…"


def test_values_in_shown_statements_are_quoted() -> None:
    text = statement("console_runs", {"source": "x'; DROP TABLE posts; --"})
    assert "source = 'x''; DROP TABLE posts; --'" in text
