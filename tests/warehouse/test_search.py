"""The search of the copy for readers: what it finds, what its index carries over and forgets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from umot.errors import Fatal
from umot.post import Post, RawItem
from warehouse import Warehouse, load, publish, search
from warehouse.adhoc import ask

FTS = pytest.mark.skipif(search.extension() is None, reason="duckdb-extension-fts is not installed")

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
