"""Forgetting at an address where others write too: theirs stay, and more of theirs may come."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from flows.digest_files import write_digest
from tests.warehouse.forgotten import CONFIG, NOW, erase, post, read, rows, store
from umot import forgetting
from umot.forgetting import Request, job, words
from umot.pipeline import Monitor
from umot.post import Kind, Post, Role
from warehouse import Warehouse, authors, backup, tombstones

APP = "https://apps.apple.com/nl/app/vlotte-fiets/id1"
OWN = "https://forum.example/t/van-annemiek-alleen"
LEFT = [("forum:1/reply",), ("forum:2",), ("forum:3",)]
SAVED = "umot-20260301T120000Z.duckdb"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Reviews of an app, which share one address, an answer, digests, logs and a backup."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "umot.toml").write_text(CONFIG)
    reviews = [
        post("1", "Kwartelstroop in de remmen, en niemand die het oploste.", url=APP),
        post("2", "Bij mij kwam de fiets met een kapotte ketting aan.", "Bert", url=APP),
        post("3", "De levering duurde drie weken langer dan beloofd.", "Carla", url=APP),
        post("4", "Ook hier nog kwartelstroop, en dat al weken lang.", url=OWN),
    ]
    answer = post(
        "1/reply", "Dank voor je bericht, we kijken ernaar.", None, url=APP, kind=Kind.COMMENT,
        author_role=Role.BRAND, parent_id="forum:1", thread_id="forum:1",
    )  # fmt: skip
    store(home, *reviews)
    store(home, answer)
    read(home, *reviews)
    warehouse = Warehouse(home)
    warehouse.publish()
    write_digest(home, date(2026, 3, 1))
    backup.backup(warehouse, home / "backups" / SAVED, now=NOW)
    (home / "logs").mkdir()
    (home / "logs" / "worker.log").write_text(f"GET {APP} 200\nGET {OWN} 200\n")
    return home


def asked(home: Path, **what: str) -> Request:
    return job.asked(Monitor.open(home), NOW, **what)


def files(home: Path) -> list[Path]:
    own = home / "warehouse"
    return [own / "umot.duckdb", own / "published.duckdb", home / "backups" / SAVED]


def quoted(home: Path) -> set[str]:
    """The posts that the digest quotes."""
    page = json.loads((home / "digests" / "digest-2026-03-01-nl.json").read_text("utf-8"))
    return {quote["post_id"] for quote in page["negative"]}


def newer() -> Post:
    return post("9", "Helemaal tevreden met deze app.", "Dora", url=APP)


def test_others_at_the_address_of_an_erased_writer_stay_and_may_come(home: Path) -> None:
    assert "forum:2" in quoted(home)
    erase(home, asked(home, author="Annemiek van Zuijlén", platform="forum"))
    for path in files(home):
        assert rows(path, "SELECT post_id FROM posts ORDER BY 1") == LEFT
    assert quoted(home) & {"forum:1", "forum:4"} == set()
    assert "forum:2" in quoted(home), "another at that address is quoted as before"
    assert "Kwartelstroop" not in (home / "digests" / "digest-2026-03-01-nl.md").read_text("utf-8")
    assert {stone.kind for stone in tombstones.read(home)} == {"author", "post"}
    counts = store(home, newer(), gate=tombstones.Gate(home, authors.key(home)))
    assert (counts.new, counts.passed_over) == (1, 0)


def test_others_at_the_address_of_an_erased_post_stay_and_may_come(home: Path) -> None:
    erase(home, asked(home, post="forum:1"))
    for path in files(home):
        assert rows(path, "SELECT post_id FROM posts ORDER BY 1") == [*LEFT, ("forum:4",)]
    assert {stone.kind for stone in tombstones.read(home)} == {"post"}
    assert tombstones.Gate(home, authors.key(home)).lets(newer())


def test_only_an_address_of_nobody_else_is_taken_out_of_logs(home: Path) -> None:
    erase(home, asked(home, author="Annemiek van Zuijlén", platform="forum"))
    logged = (home / "logs" / "worker.log").read_text("utf-8").splitlines()
    assert logged == [f"GET {APP} 200", f"GET {'*' * len(OWN)} 200"]


def test_an_address_that_only_a_backup_shares_is_nobodys_own(home: Path) -> None:
    with Warehouse(home).transaction("test") as db:
        db.execute("UPDATE posts SET url = NULL WHERE post_id <> 'forum:1'")
    request = asked(home, post="forum:1")
    forgetting.look(Monitor.open(home), request)
    assert (request.urls, request.addresses) == ([], [])
    assert words.places(request) == []


def test_an_address_that_was_asked_for_takes_all_that_is_there(home: Path) -> None:
    erase(home, asked(home, url=APP))
    for path in files(home):
        assert rows(path, "SELECT post_id FROM posts") == [("forum:4",)]


@pytest.mark.parametrize(("kind", "asked_for"), [("author", []), ("url", [APP])])
def test_a_request_saved_by_an_earlier_version_asks_for_no_more_than_was_asked(
    home: Path, kind: str, asked_for: list[str]
) -> None:
    request = Request.new(kind, NOW)
    request.urls = [APP, OWN]
    request.posts = ["forum:1"]
    request.save(home)
    path = request.path(home)
    saved = json.loads(path.read_text("utf-8"))
    del saved["addresses"]
    path.write_text(json.dumps(saved))
    (loaded,) = forgetting.pending(home)
    assert loaded.urls == asked_for
    assert set(loaded.urls + loaded.addresses) == {APP, OWN}
    forgetting.settle(Monitor.open(home), NOW)
    stayed = rows(
        files(home)[0], "SELECT post_id FROM posts WHERE post_id IN ('forum:2', 'forum:3')"
    )
    assert len(stayed) == (0 if asked_for else 2)
