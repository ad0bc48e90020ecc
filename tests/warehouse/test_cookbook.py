"""Every question of the cookbook, on the sample brand as the shipped model reads it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import samples
from models.reader import make
from umot import pipeline
from umot.post import Role
from warehouse import Connection, Warehouse, cage, search
from warehouse.adhoc import ask
from warehouse.cookbook import queries

ANCHOR = datetime(2026, 5, 20, 14, 30, tzinfo=UTC)
PAGE = (Path(__file__).parents[2] / "docs" / "sql-cookbook.md").read_text("utf-8")
# Nobody in the sample is negative twice; tested on a story below.
NOT_IN_THE_SAMPLE = {"repeat-complainers"}
FTS = pytest.mark.skipif(search.extension() is None, reason="duckdb-extension-fts is not installed")
NAMES = [
    pytest.param(name, marks=FTS) if "search_posts" in one.sql else name
    for name, one in queries().items()
]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The sample brand after two passes, alerts and all, published."""
    home = tmp_path_factory.mktemp("sample")
    moments = samples.passes(ANCHOR)
    with pytest.MonkeyPatch.context() as patch, samples.SampleServer(ANCHOR) as server:
        for name, value in samples.CREDENTIALS.items():
            patch.setitem(os.environ, name, value)
        for moment in (moments[2], moments[-1]):
            server.set_now(moment)
            samples.write_home(home, server.url, moment, anchor=ANCHOR)
            monitor = pipeline.Monitor.open(home)
            # Twice where the counts of reactions grow; once is enough elsewhere.
            for source in monitor.sources(["reddit"] if moment != moments[-1] else ()):
                pipeline.collect(monitor, source, now=moment)
    reader = make(monitor.settings.model, monitor.journey, fallback="nl")
    pipeline.classify(monitor, reader, now=moment)
    pipeline.raise_alerts(monitor, now=moment)
    monitor.warehouse.publish()
    return monitor.warehouse


@pytest.fixture(scope="module")
def db(sample: Warehouse) -> Iterator[Connection]:
    with sample.read() as opened:
        yield opened


def rows(db: Connection, name: str) -> list[dict[str, Any]]:
    """The answer to a question."""
    answer = db.execute(queries()[name].sql)
    columns = [one[0] for one in answer.description]
    return [dict(zip(columns, row, strict=True)) for row in answer.fetchall()]


def test_questions_have_a_name_and_stand_in_both_languages() -> None:
    assert len(queries()) >= 15
    for name, one in queries().items():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
        assert one.name == name
        assert one.title_nl.endswith("?")
        assert one.title_en.endswith("?")
        assert one.title_nl != one.title_en
        assert one.remark.endswith(".")
        assert ";" not in one.sql


def test_a_malformed_file_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    queries.cache_clear()
    monkeypatch.setattr(
        "warehouse.sql.folder", lambda _: [("01-half.sql", "-- nl: Wat?\nSELECT 1")]
    )
    with pytest.raises(ValueError, match="01-half"):
        queries()
    monkeypatch.undo()
    assert queries()


@pytest.mark.parametrize("name", NAMES)
def test_each_question_is_answered_on_the_sample(db: Connection, name: str) -> None:
    statement = queries()[name].sql
    cage.check(db, statement)  # it may be asked by anyone
    promised = re.search(rf"^## {name}$[\s\S]+?^Columns: (.+)\.$", PAGE, re.MULTILINE)
    assert promised
    answer = db.execute(statement)
    assert [f"`{one[0]}`" for one in answer.description] == promised[1].split(", ")
    found = answer.fetchall()
    assert bool(found) != (name in NOT_IN_THE_SAMPLE)
    assert len(found) == len(set(found)), "a row stands twice"
    again = db.execute(statement).fetchall()
    assert again == found, "the order is left to chance"


def test_in_the_cage_too(sample: Warehouse, db: Connection) -> None:
    for name in ("touchpoints-that-sank", "new-words-in-complaints"):
        answer = ask(sample.published, queries()[name].sql)
        assert answer.table.to_pylist() == rows(db, name)


def test_the_answers_tell_the_samples_stories(db: Connection) -> None:
    fastest = rows(db, "posts-that-grew-fastest")[0]
    assert "overleden vader" in fastest["text"]
    assert fastest["gained"] > 500
    versions = {row["version"]: row["rating"] for row in rows(db, "app-versions")}
    assert min(versions, key=versions.__getitem__) == "4.9.0"  # the lock that did not open
    unread = {row["language"]: row["reason"] for row in rows(db, "posts-nobody-read")}
    assert unread == {"tr": "unscored_language", "pl": "unscored_language"}
    assert any(row["rating"] == 1 and row["label"] == "positive"
               for row in rows(db, "stars-against-words"))  # fmt: skip
    assert {row["rejected"] for row in rows(db, "source-health") if row["rejected"]}
    assert "overleden vader" in rows(db, "what-the-next-customer-reads")[0]["text"]
    open_ones = rows(db, "unanswered-complaints")
    assert open_ones == sorted(open_ones, key=lambda row: -row["weight"])
    assert [row["brand"] for row in rows(db, "us-against-competitors")] == ["Vlotwiel"]


def test_a_touchpoint_that_sank_beyond_chance_is_told_apart(stories: Any) -> None:
    for number in range(8):
        old, new = f"2026-11-1{number % 4} 10:00", f"2026-11-2{number % 4} 10:00"
        wobble = 0.1 if number % 2 else -0.1
        stories.tell(f"old{number}", old, (0.5 + wobble, "ride"), (0.3 + 3 * wobble, "delivery"))
        stories.tell(f"new{number}", new, (-0.5 + wobble, "ride"), (0.2 + 3 * wobble, "delivery"))
        if number < 4:
            stories.tell(f"few{number}", new, (-0.9, "order"))
    found = [
        (row["touchpoint"], row["change"], row["clear"])
        for row in rows(stories.db, "touchpoints-that-sank")
    ]
    assert found == [("ride", -1.0, True), ("delivery", -0.1, False)]


def test_who_complains_again_is_found_and_who_goes_on_is_not(stories: Any) -> None:
    again = {"author": "anna"}
    stories.tell("1", "2026-11-01 10:00", (-0.5, "ride"), **again)
    stories.tell("2", "2026-11-20 10:00", (-0.7, "delivery"), **again)
    stories.tell("3", "2026-11-20 12:00", (0.7, "delivery"), **again)
    stories.tell("4", "2026-11-20 10:00", (-0.7, "ride"), author="bob", thread="4")
    stories.tell("5", "2026-11-20 10:30", (-0.7, "ride"), author="bob", thread="4", parent="4")
    stories.tell("6", "2026-11-01 10:00", (-0.5, "ride"), author="shop", author_role=Role.BRAND)
    stories.tell("7", "2026-11-20 10:00", (-0.5, "ride"), author="shop", author_role=Role.BRAND)
    ((row),) = rows(stories.db, "repeat-complainers")
    assert (row["negative_posts"], row["threads"], row["score"]) == (2, 2, -0.6)


def test_a_rival_stands_beside_us_and_nowhere_else(stories: Any) -> None:
    for number in range(12):
        told = (0.8 if number % 3 else -0.8, "ride")
        stories.tell(f"own{number}", f"2026-11-20 1{number % 10}:00", told, author=str(number))
        if number < 6:
            stories.tell(f"rival{number}", f"2026-11-20 1{number % 10}:00", (-0.8, "ride"),
                         brand="Rivaal", author=str(number))  # fmt: skip
    stories.run("UPDATE post_brands SET role = 'competitor' WHERE brand = 'Rivaal'")
    found = [
        (row["brand"], row["role"], row["posts"], row["share"], row["net_sentiment"])
        for row in rows(stories.db, "us-against-competitors")
    ]
    assert found == [
        ("Vlotte Fiets", "own", 12, 66.7, 33),
        ("Rivaal", "competitor", 6, 33.3, -100),
    ]
    assert [row["quantity"] for row in rows(stories.db, "sum-of-contact-moments")] == [12]
    assert sum(row["posts"] for row in rows(stories.db, "languages-and-platforms")) == 12


def test_a_day_of_criticism_stands_out_from_the_weeks_before(stories: Any) -> None:
    for day in range(1, 11):
        for number in range(7 if day == 9 else day % 3):
            stories.tell(f"{day}-{number}", f"2026-11-{day:02} 1{number}:00", (-0.8, "ride"))
    ((row),) = rows(stories.db, "unusual-days")
    assert (row["day"].day, row["negative"], row["usually"]) == (9, 7, 1)


def test_words_that_only_complaints_of_this_week_have(stories: Any) -> None:
    for number in range(6):
        stories.tell(f"old{number}", "2026-11-01 10:00",
                     (-0.8, "ride", "De levering was traag."), language="nl")  # fmt: skip
        stories.tell(f"new{number}", "2026-11-20 10:00",
                     (-0.8, "ride", "De accu ontploft, de levering niet."), language="nl")  # fmt: skip
    found = [row["word"] for row in rows(stories.db, "new-words-in-complaints")]
    assert found == ["accu", "niet", "ontploft"]
