"""What is stored of a source, whom it is about, and what of it counts: the real job on real files."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from umot.pipeline import Monitor, Visit, collect
from umot.relevance.likeness import ALIKE, bands, likeness, shingles
from warehouse import Warehouse

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CONFIG = """\
[brand]
name = "Klaver"
query = 'klaver NOT gras'
accounts = {{ forum = ["KlaverTeam"] }}
[[brand.competitors]]
name = "Roos"
query = "roos"
[[sources]]
name = "forum"
connector = "files"
path = "posts-*.jsonl"
platform = "forum"
about_brand = false
{more}
"""
STORY = (
    "Drie weken gewacht op mijn nieuwe polis van Klaver en daarna stond er een verkeerde naam op, "
    "terwijl ik die twee keer had gespeld aan de telefoon."
)


@cache
def template() -> Path:
    """A data folder with an empty warehouse, made once."""
    home = Path(tempfile.mkdtemp(prefix="umot-relevance-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    with Warehouse(home).write("test"):
        pass
    return home


class Place:
    """A data folder with one source, which reads files that are written here."""

    def __init__(self, home: Path, more: str = "") -> None:
        self.home, self.files = home, 0
        shutil.copytree(template(), home)
        (home / "umot.toml").write_text(CONFIG.format(more=more), "utf-8")

    def visit(self, *posts: dict[str, Any], source: str = "forum") -> Visit:
        """Put posts in a new file, and visit."""
        self.files += 1
        lines = [json.dumps({"posted_at": "2026-11-20T10:00:00Z", **post}) for post in posts]
        name = f"{'posts' if source == 'forum' else source}-{self.files:03}.jsonl"
        (self.home / name).write_text("\n".join(lines), "utf-8")
        monitor = Monitor.open(self.home)
        at = NOW + timedelta(minutes=self.files)
        return collect(monitor, monitor.sources([source])[0], now=at)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the writer's own file."""
        with Monitor.open(self.home).warehouse.write("test") as db:
            rows: list[tuple[Any, ...]] = db.execute(sql).fetchall()
            return rows


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "home")


REASONS = "SELECT post_id, excluded_reason FROM posts ORDER BY post_id"
BRANDS = "SELECT post_id, brand, role, matched_by FROM post_brands ORDER BY ALL"


def test_what_is_about_nobody_is_not_stored(place: Place) -> None:
    visit = place.visit(
        {"id": "1", "body": "Klaver belt niet terug", "author": "Anna"},
        {"id": "2", "body": "een klaver in het gras", "author": "Bo"},
        {"id": "3", "body": "Roos of Klaver?", "author": "Klaverteam"},
        {"id": "4", "body": "mooi weer", "author": "Cas"},
    )
    assert (visit.counts.seen, visit.counts.new, visit.counts.passed_over) == (4, 2, 2)
    assert place.ask(BRANDS) == [
        ("forum:1", "Klaver", "own", "query: klaver"),
        ("forum:3", "Klaver", "own", "query: klaver"),
        ("forum:3", "Roos", "competitor", "query: roos"),
    ]
    roles = place.ask("SELECT post_id, author_role FROM posts ORDER BY post_id")
    assert roles == [("forum:1", "unknown"), ("forum:3", "brand")]
    raw = place.ask("SELECT post_id FROM private.raw_items ORDER BY post_id")
    assert raw == [("forum:1",), ("forum:3",)], "nothing of the others is kept"


def test_comments_are_about_what_their_thread_is_about(place: Place) -> None:
    reply = {"kind": "comment", "thread_id": "forum:1"}
    place.visit(
        {"id": "2", "body": "ik ook!", **reply},
        {"id": "1", "body": "Klaver belt niet terug"},
        {"id": "9", "body": "ik ook!", "kind": "comment", "thread_id": "forum:8"},
    )
    place.visit({"id": "3", "body": "nog steeds niet", **reply})
    assert place.ask(BRANDS) == [
        ("forum:1", "Klaver", "own", "query: klaver"),
        ("forum:2", "Klaver", "own", "thread"),
        ("forum:3", "Klaver", "own", "thread"),
    ]


def test_a_post_that_an_edit_makes_irrelevant_is_kept_and_not_counted(place: Place) -> None:
    place.visit({"id": "1", "body": "Klaver belt niet"})
    place.visit({"id": "1", "body": "opgelost, laat maar"})
    assert place.ask(REASONS) == [("forum:1", "not_about_us")]
    assert place.ask("SELECT body FROM posts") == [("opgelost, laat maar",)]
    place.visit({"id": "1", "body": "toch niet, Klaver"})
    assert place.ask(REASONS) == [("forum:1", None)]


def test_copies_are_kept_and_counted_once(place: Place) -> None:
    place.visit(
        {"id": "b", "body": STORY, "posted_at": "2026-11-20T09:00:00Z"},
        {"id": "a", "body": STORY.upper() + "!! https://kort.example/x"},
        {"id": "c", "body": "Klaver belt niet terug"},
        {"id": "d", "body": "Klaver belt niet terug"},
    )
    place.visit({"id": "e", "body": f"RT @anna: {STORY} Ongelooflijk."})
    copies = [("forum:a", "duplicate_of"), ("forum:e", "duplicate_of")]
    rest = [("forum:b", None), ("forum:c", None), ("forum:d", None)]
    assert place.ask(REASONS) == sorted(copies + rest), "short texts are often the same"
    found = place.ask("SELECT post_id, original, likeness FROM duplicates ORDER BY 1")
    assert [row[:2] for row in found] == [("forum:a", "forum:b"), ("forum:e", "forum:b")]
    assert found[0][2] == 1
    assert ALIKE <= found[1][2] < 1
    # Told anew, it is a story of its own again.
    place.visit({"id": "a", "body": "Klaver heeft het netjes opgelost, niets dan lof nu verder."})
    assert place.ask(REASONS)[0] == ("forum:a", None)
    assert place.ask("SELECT post_id FROM duplicates") == [("forum:e",)]


def test_a_copy_counts_again_when_its_original_is_erased(place: Place) -> None:
    place.visit({"id": "1", "body": STORY}, {"id": "2", "body": STORY})
    assert place.ask(REASONS)[1] == ("forum:2", "duplicate_of")
    monitor = Monitor.open(place.home)
    with monitor.warehouse.transaction("test") as db:
        db.execute("DELETE FROM posts WHERE post_id = 'forum:1'")
    place.visit()
    assert place.ask(REASONS) == [("forum:2", None)]
    assert place.ask("SELECT * FROM duplicates") == []


def test_a_copy_counts_again_when_its_original_is_deleted_by_its_writer(place: Place) -> None:
    place.visit({"id": "1", "body": STORY}, {"id": "2", "body": STORY})
    monitor = Monitor.open(place.home)
    with monitor.warehouse.transaction("test") as db:
        db.execute("UPDATE posts SET deleted_at = now(), body = '' WHERE post_id = 'forum:1'")
    place.visit()
    assert place.ask(REASONS) == [("forum:1", None), ("forum:2", None)]
    assert place.ask("SELECT * FROM duplicates") == []


def test_the_same_words_about_another_brand_are_no_copy(place: Place) -> None:
    place.visit({"id": "1", "body": STORY}, {"id": "2", "body": STORY.replace("Klaver", "Roos")})
    assert place.ask(REASONS) == [("forum:1", None), ("forum:2", None)]


def test_adverts_are_kept_with_their_reason_and_answers_of_the_company_are_no_copies(
    place: Place,
) -> None:
    answer = f"Wat vervelend om te lezen! Stuur ons een bericht, dan kijkt Klaver ernaar. {STORY}"
    place.visit(
        {"id": "1", "body": "Klaver: vacature, wij zoeken jou (m/v/x), 36 uur per week"},
        {"id": "2", "body": answer, "author": "KlaverTeam"},
        {"id": "3", "body": answer, "author": "KlaverTeam"},
    )
    assert place.ask(REASONS) == [("forum:1", "job_advert"), ("forum:2", None), ("forum:3", None)]
    assert place.ask("SELECT count(*) FROM mentions") == [(2,)]


def test_an_import_is_about_whom_it_is_said_to_be(tmp_path: Path) -> None:
    place = Place(
        tmp_path / "home",
        '[[sources]]\nname = "survey"\nconnector = "files"\npath = "survey-*.jsonl"',
    )
    place.visit({"id": "1", "body": "prima geholpen"}, source="survey")
    assert [row[1:] for row in place.ask(BRANDS)] == [("Klaver", "own", "source")]


def test_like_texts_share_a_band() -> None:
    one = shingles(None, STORY)
    near = shingles(None, STORY.replace("nieuwe", "laatste"))
    assert ALIKE > likeness(one, near) > 0.6
    assert likeness(one, shingles("Titel", STORY)) > ALIKE
    assert set(bands(one)) & set(bands(shingles("Titel", STORY)))
    far = shingles(
        None, "Heel andere woorden over iets dat er niets mee te maken heeft, echt waar."
    )
    assert not set(bands(one)) & set(bands(far))
    assert shingles(None, "te kort") == frozenset()
    assert bands(frozenset()) == []
