"""The pages and their twins show what the warehouse holds."""

from __future__ import annotations

import re
from datetime import date
from threading import Event
from typing import Any

import pytest

from umot.console.asked import packed

PAGES = ("/", "/digest", "/journey", "/posts", "/alerts?state=all", "/sql", "/sources")


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("path", [*PAGES, "/post?id=forum:own-001"])
def test_every_page_is_there_in_both_languages(visitor: Any, path: str, language: str) -> None:
    visitor.client.cookies.set("umot_language", language, domain="127.0.0.1")
    found = visitor.client.get(path)
    assert found.status_code == 200
    assert f'<html lang="{language}">' in found.text


def test_both_catalogues_have_the_same_words() -> None:
    from umot.console.words import words

    dutch, english = words("nl").entries, words("en").entries
    assert dutch.keys() == english.keys()
    for key, text in english.items():
        assert set(re.findall(r"{\w+}", str(text))) == set(re.findall(r"{\w+}", str(dutch[key])))


def test_posts_are_paged_without_gap_or_repetition(visitor: Any) -> None:
    for sort in ("time", "reach", "negative", "positive"):
        found: list[str] = []
        after = None
        while True:
            values = {"size": 30, "sort": sort, **({"after": after} if after else {})}
            page = visitor.client.get("/api/posts", params=values).json()
            found += [post["post_id"] for post in page["posts"]]
            after = page["next"]
            if after is None:
                break
        assert len(found) == len(set(found)) == 82
    newest = visitor.client.get("/api/posts", params={"size": 3}).json()["posts"]
    assert newest[2]["post_id"] == "forum:own-000"


@pytest.mark.parametrize(
    ("given", "count"),
    [
        ({"label": "negative"}, 62),
        ({"stage": "end"}, 13),
        ({"touchpoint": "delivery", "tone": "neutral"}, 6),
        ({"brand": "Trage Fiets"}, 6),
        ({"source": "elders"}, 0),
        ({"language": "en"}, 0),
        ({"since": "2026-11-21"}, 4),
        ({"until": "2026-11-01"}, 40),
        ({"q": "Titel 17"}, 1),
    ],
)
def test_posts_are_filtered(visitor: Any, given: dict[str, str], count: int) -> None:
    found = visitor.client.get("/api/posts", params={"size": 100, **given}).json()["posts"]
    assert len(found) == count


def test_a_moment_is_marked_in_its_text_and_explained(visitor: Any) -> None:
    page = visitor.client.get("/post", params={"id": "forum:own-001"}).text
    assert re.search(r'<mark class="is-negative">Bericht 1 gaat goed\.<sup>', page)
    assert "an example phrase" in page
    listed = visitor.client.get("/posts", params={"stage": "definitive"}).text
    assert '<mark class="is-negative">Bericht 1 gaat goed.' in listed
    assert '">iets over de accu' not in listed  # it stands elsewhere on the journey


def test_a_thread_and_reach_are_shown(visitor: Any) -> None:
    found = visitor.client.get("/api/post", params={"id": "forum:own-002"}).json()
    assert [one["post_id"][-3:] for one in found["thread"]] == ["004", "003", "002", "001", "000"]
    assert found["engagement"][0]["likes"] == 6


def test_the_heat_map_counts_as_the_views_do(visitor: Any) -> None:
    found = visitor.client.get("/api/journey").json()
    cells = [cell for row in found["rows"] if row["touchpoint"] is None for cell in row["cells"]]
    with visitor.console.copy.read() as db:
        counted = db.execute(
            "SELECT sum(moments) FROM stage_sentiment WHERE brand = 'Vlotte Fiets'"
        ).fetchall()
    assert sum(cell["moments"] for cell in cells if cell) == counted[0][0] == 162
    page = visitor.client.get("/journey").text
    assert 'href="/posts?stage=end&amp;touchpoint=delivery&amp;since=2026-11-16' in page


def test_the_sql_behind_a_page_gives_the_same_rows(visitor: Any) -> None:
    found = visitor.client.get("/api/posts", params={"size": 5, "stage": "end"}).json()
    asked = {"sql": found["sql"]}
    given = visitor.client.post("/api/sql", json=asked, headers={"X-CSRF-Token": visitor.csrf()})
    rows = [row[1] for row in given.json()["rows"]]
    assert rows == [post["post_id"] for post in found["posts"]]


def test_the_overview_shows_the_digest_and_a_period(visitor: Any) -> None:
    found = visitor.client.get("/api/overview", params={"since": "2026-11-10"}).json()
    assert found["day"] == "2026-11-21"
    assert len(found["days"]) == 12
    assert found["digest"]["brand"] == "Vlotte Fiets"
    assert sum(day["posts"] for day in found["days"]) == 26
    assert found["digest"]["headline"] in visitor.client.get("/").text.replace("&#39;", "'")


def test_sources_show_health_and_page_their_visits(visitor: Any) -> None:
    found = visitor.client.get("/api/runs", params={"size": 50}).json()
    rest = visitor.client.get("/api/runs", params={"size": 50, "after": found["next"]}).json()
    assert len(found["runs"]) == 50
    assert len(rest["runs"]) == 10
    failed = visitor.client.get("/api/runs", params={"failed": True}).json()["runs"]
    assert [run["error_kind"] for run in failed] == ["retriable"]
    assert len(visitor.client.get("/api/rejects").json()["rejects"]) == 3


def test_statements_are_shown_as_a_table_with_a_chart_and_as_csv(visitor: Any) -> None:
    asked = "SELECT stage, count(*) AS n, '=1+1' AS formula FROM moments GROUP BY 1 ORDER BY 2"
    page = visitor.send("/sql", sql=asked).text
    assert "<svg" in page
    assert page.count("<tr>") == 6
    lines = visitor.send("/sql", sql=asked, **{"as": "csv"}).text.splitlines()
    assert lines[0] == "stage,n,formula"
    assert lines[1].endswith(",'=1+1")
    refused = visitor.send("/sql", sql="DELETE FROM posts")
    assert refused.status_code == 400
    assert "only statements that read" in refused.text


def test_a_link_does_not_run_a_statement(visitor: Any) -> None:
    page = visitor.client.get("/sql", params={"q": "SELECT 41 + 1 AS never_run"}).text
    assert "SELECT 41 + 1 AS never_run" in page
    assert ">42<" not in page


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/posts?since=soon", 400),
        ("/posts?after=x", 400),
        (f"/posts?after={packed(-1e16, 'x')}", 400),
        ("/posts?brand=Niemand", 404),
        ("/post?id=forum:none", 404),
        ("/api/post?id=forum:none", 404),
        ("/api/posts?since=0001-01-01", 400),
        ("/nowhere", 404),
        ("/api/nowhere", 404),
    ],
)
def test_what_cannot_be_is_refused_in_words(visitor: Any, path: str, status: int) -> None:
    found = visitor.client.get(path)
    assert found.status_code == status
    assert "Traceback" not in found.text


def test_without_a_published_copy_it_says_what_to_do(tmp_path: Any) -> None:
    from starlette.testclient import TestClient

    from umot.console import Access, Console, make_app

    with TestClient(make_app(Console(tmp_path, Access())), base_url="http://localhost") as client:
        found = client.get("/posts")
    assert found.status_code == 400
    assert "umot run" in found.text


def test_lists_by_strength_look_at_ninety_days_and_say_so(visitor: Any) -> None:
    page = visitor.client.get("/posts?sort=negative").text
    assert 'name="since" value="2026-08-24"' in page  # the last day is 21 November
    page = visitor.client.get("/posts?sort=reach&since=2026-11-20").text
    assert 'name="since" value="2026-11-20"' in page
    page = visitor.client.get("/posts?sort=reach&until=2026-11-10").text
    assert 'name="since" value="2026-08-13"' in page
    assert "since=1990-01-01" in page  # the link to all days
    assert 'name="since" value=""' in visitor.client.get("/posts").text


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_rule_has_a_name(language: str) -> None:
    from umot.console.words import words
    from umot.notify.words import KINDS

    named = {key.removeprefix("alerts.kind_") for key in words(language).entries}
    assert set(KINDS[language]) <= named


def test_the_overview_is_made_before_somebody_asks(writer: Any) -> None:
    from umot.console.serve import keep_ready

    over = Event()
    over.set()
    keep_ready(writer.console, over)

    def late() -> None:
        raise AssertionError("it was not ready")

    with writer.console.copy.read():
        found = writer.console.kept(("digest", "Vlotte Fiets", date(2026, 11, 21), "nl"), late)
    assert found.brand == "Vlotte Fiets"


def test_both_ways_to_look_for_words_are_otherwise_the_same() -> None:
    """One statement for both would ask the index where nobody looks for words."""
    from warehouse.sql import query

    def without_words(name: str) -> str:
        rest = query(name).split("WITH fitting AS", 1)[1]
        filters, order = rest.split("\n)\nSELECT number", 1)
        before = re.split(r"        AND (?:f\.number IN \(SELECT s|\(\n +\$letters)", filters)[0]
        return before + order

    assert without_words("console_found") == without_words("console_posts")
