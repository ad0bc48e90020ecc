"""The views of the contract: local days across both clock changes, counts, comments; the search."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from umot.errors import Fatal
from umot.post import Post, RawItem, Role
from warehouse import Warehouse, load, publish, search
from warehouse.adhoc import ask

# Local times around midnight and around both changes of the clocks, and their days.
CLOCKS = {
    "2026-03-28 23:59": date(2026, 3, 28),  # 22:59 UTC
    "2026-03-29 00:00": date(2026, 3, 29),  # 23:00 UTC on the 28th
    "2026-03-29 01:59": date(2026, 3, 29),  # the last minute before they go forward
    "2026-03-29 03:00": date(2026, 3, 29),  # the next one
    "2026-03-29 23:59": date(2026, 3, 29),  # 21:59 UTC
    "2026-03-30 00:00": date(2026, 3, 30),  # 22:00 UTC on the 29th
    "2026-10-24 23:59": date(2026, 10, 24),  # 21:59 UTC
    "2026-10-25 00:00": date(2026, 10, 25),  # 22:00 UTC on the 24th
    "2026-10-25 02:30": date(2026, 10, 25),  # this half hour comes twice
    "2026-10-25 23:59": date(2026, 10, 25),  # 22:59 UTC, in the 25th hour of the day
    "2026-10-26 00:00": date(2026, 10, 26),  # 23:00 UTC on the 25th
}
BY_DAY = ("daily_sentiment", "touchpoint_sentiment", "stage_sentiment")
FTS = pytest.mark.skipif(search.extension() is None, reason="duckdb-extension-fts is not installed")


def test_days_are_local_across_both_changes_of_the_clocks(stories: Any) -> None:
    for at in CLOCKS:
        stories.tell(at, at, (-0.5, "delivery", "Nog steeds niet bezorgd."), author=at)
    for view in ("mentions", "complaints", "zero_moment"):
        found = stories.ask(f"SELECT post_id, day FROM {view}")
        assert {key.removeprefix("forum:"): day for key, day in found} == CLOCKS, view
    days = sorted(set(CLOCKS.values()))
    counts = [list(CLOCKS.values()).count(day) for day in days]
    for view in BY_DAY:
        posts = "posts" if view == "daily_sentiment" else "moments"
        found = stories.ask(f"SELECT day, {posts}, negative FROM {view} ORDER BY day")
        assert found == list(zip(days, counts, counts, strict=True)), view


def test_each_brand_has_days_of_its_own(stories: Any) -> None:
    stories.tell("1", "2026-11-20 00:30", (0.5, "ride"))
    load.save_brand(stories.db, "Lisboa", "Europe/Lisbon", "en")
    stories.run(
        "INSERT INTO post_brands SELECT post_id, 'Lisboa', 'competitor', 'x', NULL, number FROM posts"
    )
    for view in ("mentions", *BY_DAY, "zero_moment"):
        found = stories.ask(f"SELECT brand, day FROM {view} ORDER BY brand")
        assert found == [
            ("Lisboa", date(2026, 11, 19)),
            ("Vlotte Fiets", date(2026, 11, 20)),
        ], view
    assert stories.ask("SELECT brand, role, day, week FROM today ORDER BY brand") == [
        ("Lisboa", "competitor", date(2026, 11, 19), date(2026, 11, 16)),
        ("Vlotte Fiets", "own", date(2026, 11, 20), date(2026, 11, 16)),
    ]


def test_today_is_the_newest_post_but_none_from_the_future(stories: Any) -> None:
    stories.tell("1", "2026-11-20 10:00", (0.5, "ride"))
    later = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
    stories.tell("2", "2099-01-01 10:00", (0.5, "ride"), collected=later)
    assert stories.ask("SELECT day FROM today") == [(date(2026, 11, 20),)]


def test_the_days_sentiments_are_counted_of_customers_posts(stories: Any) -> None:
    stories.tell("1", "2026-11-20 10:00", (0.8, "ride"), (-0.4, "delivery"), rating=4)
    stories.tell("2", "2026-11-20 11:00", (-0.6, "delivery"), (-0.6, "order"), rating=1)
    stories.tell("3", "2026-11-20 12:00", (0.1, "ride"))
    stories.tell("4", "2026-11-20 13:00")  # not read
    stories.tell("5", "2026-11-20 14:00", (0.9, "ride"), author_role=Role.BRAND)
    stories.tell("6", "2026-11-20 15:00", (0.9, "ride"))
    stories.run("UPDATE posts SET excluded_reason = 'spam' WHERE post_id = 'forum:6'")
    ((*counts, net, score, rating),) = stories.ask(
        "SELECT posts, scored, negative, neutral, positive, net_sentiment, score, rating "
        "FROM daily_sentiment"
    )
    # Posts: 0.2 (neutral), -0.6 and 0.1 (neutral); 100 x (0 - 1) / 3.
    assert counts == [4, 3, 1, 2, 0]
    assert [net, score, rating] == [pytest.approx(-100 / 3), pytest.approx(-0.1), 2.5]
    assert stories.ask(
        "SELECT stage, moments, negative, neutral, positive, net_sentiment, round(score, 3), "
        "peaks, ends FROM stage_sentiment ORDER BY stage"
    ) == [
        ("definitive", 1, 1, 0, 0, -100.0, -0.6, 0, 1),
        ("end", 2, 2, 0, 0, -100.0, -0.5, 1, 1),
        ("peak", 2, 0, 1, 1, 50.0, 0.45, 2, 1),
    ]
    assert stories.ask(
        "SELECT touchpoint, moments FROM touchpoint_sentiment ORDER BY touchpoint"
    ) == [("delivery", 2), ("order", 1), ("ride", 2)]


def test_open_viral_alerts_stand_with_their_posts(stories: Any) -> None:
    for name in ("1", "2", "3"):
        post = stories.tell(name, "2026-11-20 10:00", (-0.8, "ride"))
        kind = "viral_negative" if name != "3" else "stage_drop"
        stories.run(
            "INSERT INTO alerts (alert_id, kind, brand, subject, post_id, severity, state, "
            "raised_at, reason) VALUES ($1, $2, 'Vlotte Fiets', $3, $3, 'high', 'open', now(), "
            "'why')", name, kind, post,
        )  # fmt: skip
    stories.run("UPDATE alerts SET state = 'acknowledged' WHERE alert_id = '2'")
    assert stories.ask("SELECT alert_id, severity, reason, label FROM viral_negative") == [
        ("1", "high", "why", "negative")
    ]


def test_an_author_has_a_history_on_a_platform(stories: Any) -> None:
    stories.tell("1", "2026-11-19 10:00", (0.8, "ride"))
    stories.tell("2", "2026-11-20 10:00", (-0.6, "ride"))
    stories.tell("3", "2026-11-21 10:00", (0.6, "ride"), author="shop", author_role=Role.BRAND)
    stories.tell("4", "2026-11-21 10:00", (0.6, "ride"), author=None)
    ((author, *rest),) = stories.ask(
        "SELECT author, posts, negative, positive, score, last_label FROM author_history"
    )
    assert "anna" not in author
    assert rest == [2, 1, 1, pytest.approx(0.1), "negative"]


CORPUS = {
    "form": "Twee klachten over de bezorging, véél te laat!",
    "other": "Een klacht over de prijs.",
    "english": "The delivery was late, two complaints.",
    "both": "Klacht: bezorging kwam later. Bezorging blijft een klacht.",
    "spam": "De accu en de prijs zijn gratis, klacht.",
    "short": "Nummer7 dan.",
    **{f"post{n}": f"Het is nummer{n} van de fiets." for n in range(12)},
}


def names(rows: list[tuple[str]]) -> list[str]:
    return [key.removeprefix("forum:") for (key,) in rows]


def found(warehouse: Warehouse, words: str) -> list[str]:
    """The posts that say these words, best match first."""
    with warehouse.read() as db:
        return names(db.execute("SELECT post_id FROM search_posts($1)", [words]).fetchall())


def tell(stories: Any, **said: str) -> None:
    """Store posts of these words, and publish."""
    for name, words in said.items():
        language = "en" if words.startswith("The") else "nl"
        stories.tell(name, "2026-11-20 10:00", (-0.5, "ride", words), language=language)
    publish.publish(stories.db, stories.warehouse.published)


@pytest.fixture(scope="module")
def corpus(storyteller: Any) -> Iterator[tuple[Warehouse, Callable[[str], list[str]]]]:
    """A published warehouse that says what `CORPUS` does, and how to search in it."""
    with storyteller() as stories, pytest.MonkeyPatch.context() as small:
        small.setattr(search, "PART", 5)
        tell(stories, spam=CORPUS["spam"])
        stories.run("UPDATE posts SET excluded_reason = 'spam'")
        tell(stories, **CORPUS)
        warehouse = stories.warehouse
    with warehouse.read() as db:
        ask = "SELECT post_id FROM search_posts($1)"
        yield warehouse, lambda words: names(db.execute(ask, [words]).fetchall())


@FTS
def test_words_are_found_in_every_form_and_language(corpus: Any) -> None:
    _, search_for = corpus
    assert set(search_for("klacht")) == {"form", "other", "both"}
    assert search_for("KLACHTEN bezorging")[0] == "both"  # it says both more often
    assert set(search_for("klachten, bezorging?")) == {"form", "both"}
    assert search_for("bezorging te laat") == ["form"]
    assert search_for("veel") == ["form"]
    assert search_for("complaint") == ["english"]
    assert set(search_for("bezorg* klacht")) == {"form", "both"}
    assert set(search_for("bezorgi")) == {"form", "both"}  # nobody says that: what begins so
    for nothing in ("klacht onzinwoord", "", "'; DROP TABLE posts --", "gratis", "*"):
        assert search_for(nothing) == []


@FTS
def test_words_that_nearly_all_posts_have_are_not_needed(corpus: Any) -> None:
    _, search_for = corpus
    assert set(search_for("de nummer7")) == {"post7", "short"}
    assert search_for("is nummer8") == ["post8"]
    assert len(search_for("de fiets")) == 12  # nothing rarer was asked for


@FTS
def test_anyone_may_search(corpus: Any) -> None:
    warehouse, _ = corpus
    ((row),) = ask(warehouse.published, "FROM search_posts('prijs')").table.to_pylist()
    assert row.pop("relevance") > 0
    assert row == {
        "brand": "Vlotte Fiets", "day": date(2026, 11, 20), "platform": "forum", "language": "nl",
        "author_role": "customer", "rating": None, "label": "negative", "score": -0.5,
        "title": None, "body": CORPUS["other"], "url": None, "post_id": "forum:other",
    }  # fmt: skip


@FTS
def test_the_index_follows_what_is_stored_and_reads_each_text_once(stories: Any) -> None:
    home = stories.warehouse
    tell(stories, one="Mijn Adelheidsfiets piept.", two="De accu is leeg.")
    lengths = "SELECT number, words FROM search.docs ORDER BY number"
    with duckdb.connect(str(home.published)) as db:
        db.execute("UPDATE search.docs SET words = 99")  # nobody can have read that in a text
    with home.read() as reader:  # an open reader is in nobody's way
        before = reader.execute(lengths).fetchall()
        tell(stories, three="De accu is vol.")
    with home.read() as db:
        after = db.execute(lengths).fetchall()
    assert before == [(1, 99), (2, 99)]
    assert after == [*before, (3, 4)]
    assert set(found(home, "accu")) == {"two", "three"}
    stories.tell("two", "2026-11-20 10:00", (0.5, "ride", "De motor loopt."), language="nl")
    stories.run("DELETE FROM posts WHERE post_id = 'forum:one'")
    load.touch(stories.db)
    tell(stories)
    assert found(home, "accu") == ["three"]
    assert found(home, "motor") == ["two"]
    assert found(home, "adelheidsfiets") == []
    with home.read() as db:
        known = db.execute("SELECT text FROM search.words").fetchall()
        assert ("adelheidsfiets",) not in known  # what is erased lies in no index
        assert ("motor",) in known
    assert b"adelheid" not in home.published.read_bytes().lower()


@FTS
def test_words_of_what_its_writer_deleted_are_not_found(stories: Any) -> None:
    tell(stories, one="Mijn Adelheidsfiets piept.", two="De accu is leeg.")
    assert found(stories.warehouse, "adelheidsfiets") == ["one"]
    gone = Post("forum", "one", body="", deleted_at=datetime(2026, 11, 21, tzinfo=UTC))
    origin = load.Origin("forum", "Vlotte Fiets", "own", b"key")
    stories.db.begin()
    load.store_batch(
        stories.db, origin, [(RawItem({}, gone.deleted_at), gone)], (), None, gone.deleted_at
    )
    stories.db.commit()
    publish.publish(stories.db, stories.warehouse.published)
    assert found(stories.warehouse, "adelheidsfiets") == []
    with stories.warehouse.read() as db:
        assert ("adelheidsfiets",) not in db.execute("SELECT text FROM search.words").fetchall()


def test_a_source_whose_visits_are_cut_off_is_not_healthy(stories: Any) -> None:
    def health(*visits: tuple[int, str | None]) -> tuple[bool, str]:
        stories.run("DELETE FROM source_runs")
        for hour, error in visits:
            at = datetime(2026, 11, 20, hour, tzinfo=UTC)
            load.start_run(stories.db, f"r{hour}", "forum", at)
            if error != "killed":
                kind = "retriable" if error else None
                load.finish_run(stories.db, f"r{hour}", at, load.Counts(), None, kind, error)
        ask = "SELECT healthy, last_error FROM source_health"
        (found,) = stories.db.execute(ask).fetchall()
        return found

    assert health((1, None)) == (True, "")
    assert health((1, None), (2, "killed")) == (True, "")  # it may be going on
    assert health((1, None), (2, "killed"), (3, "killed")) == (
        False, "the last 2 visits were cut off",
    )  # fmt: skip
    assert health((1, "503"), (2, "killed")) == (False, "503")
    assert health((1, "killed"), (2, "killed"), (3, None)) == (True, "")
    assert not health((1, "killed"))[0]


@FTS
def test_an_index_that_cannot_be_carried_over_is_made_anew(stories: Any) -> None:
    home = stories.warehouse
    home.published.write_bytes(b"half a file")
    tell(stories, one="De accu is leeg.")
    assert found(home, "accu") == ["one"]
    stories.run("UPDATE posts SET language = 'en'")  # identified anew: other stems
    tell(stories, two="De accu is vol.")
    languages = "SELECT DISTINCT language FROM search.words WHERE text = 'accu' ORDER BY ALL"
    with home.read() as db:
        assert db.execute(languages).fetchall() == [("en",), ("nl",)]
    assert set(found(home, "accu")) == {"one", "two"}


def test_without_the_extension_it_says_what_to_install(
    stories: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "PACKAGE", "no_such_package")
    tell(stories, one="De accu is leeg.")
    for words in ("accu", ""):
        with pytest.raises(Fatal, match=r'pip install "umot\[search\]"'):
            ask(stories.warehouse.published, f"FROM search_posts('{words}')")
    assert not publish.publish(stories.db, stories.warehouse.published)  # nothing changed
    monkeypatch.undo()
    if search.extension():  # installed since: the next publish makes the index
        assert publish.publish(stories.db, stories.warehouse.published)
        assert found(stories.warehouse, "accu") == ["one"]


def test_a_package_for_another_duckdb_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "other_fts"
    (folder / "extensions" / "v0.0.1").mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "extensions" / "v0.0.1" / "fts.duckdb_extension").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(search, "PACKAGE", "other_fts")
    assert search.extension() is None
    assert search.version() == "none"
