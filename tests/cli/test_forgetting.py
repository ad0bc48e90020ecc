"""`umot forget` at the command line: it shows, asks, erases, proves, and keeps out."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import duckdb
import pytest

from tests.cli.conftest import Ran, Umot

REVIEWS = """\
id,date,text,klant,link
1,2026-03-01 10:00,"Kwartelstroop in de remmen, en niemand die het oploste.",Jan-Pieter Zwaluw,https://shop.example/r/1
2,2026-03-01 11:00,"Prima fiets.",Bert,https://shop.example/r/2
3,2026-03-01 12:00,"Ook die van Jan-Pieter Zwaluw rammelt.",Carla,https://shop.example/r/3
"""
MAP = "native_id=id,posted_at=date,body=text,author=klant,url=link"


@pytest.fixture
def umot(umot: Umot, monkeypatch: pytest.MonkeyPatch) -> Umot:
    """Runs a command in this process; `typed` is what is answered when it asks."""

    def run(*arguments: str, typed: str = "") -> Ran:
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        return umot(*arguments)

    return run


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    path = tmp_path / "reviews.csv"
    path.write_text(REVIEWS, "utf-8")
    return path


@pytest.fixture
def imported(umot: Umot, reviews: Path) -> Umot:
    assert umot("import", str(reviews), "--platform", "shop", "--map", MAP).code == 0
    return umot


def posts(home: Path) -> list[str]:
    with duckdb.connect(str(home / "warehouse" / "published.duckdb"), read_only=True) as db:
        return [row[0] for row in db.execute("SELECT post_id FROM posts ORDER BY 1").fetchall()]


def test_it_shows_what_goes_and_asks_first(imported: Umot, home: Path) -> None:
    author = ("--author", "Jan-Pieter Zwaluw", "--platform", "shop")
    ran = imported("forget", *author, typed="n\n")
    assert ran.code == 1
    assert ran.out == ""
    assert "rows that go: 1 in post_brands, 1 in posts, 1 in private.raw_items" in ran.err
    assert "1 posts of others have the name in their words; they stay" in ran.err
    assert "Erase it for good?" in ran.err
    assert posts(home) == ["shop:1", "shop:2", "shop:3"]
    assert not (home / "forgetting").exists()
    assert not (home / "tombstones.jsonl").exists()

    ran = imported("forget", *author, typed="y\n")
    assert ran.code == 0
    proof = Path(ran.out.strip())
    assert proof.parent == home / "proofs"
    assert json.loads(proof.read_text("utf-8"))["rows_by_table"]["posts"] == 1
    assert posts(home) == ["shop:2", "shop:3"]
    for path in home.rglob("*"):
        assert not path.is_file() or b"Kwartelstroop" not in path.read_bytes(), path


def test_importing_the_same_again_passes_it_over(imported: Umot, home: Path, reviews: Path) -> None:
    assert imported("forget", "--url", "https://shop.example/r/1", "--yes").code == 0
    again = reviews.with_name("again.csv")
    again.write_text(REVIEWS, "utf-8")
    ran = imported("import", str(again), "--platform", "shop", "--map", MAP)
    assert "3 rows, 0 new, 0 changed, 1 passed over (erased before)" in ran.err
    assert posts(home) == ["shop:2", "shop:3"]


def test_a_post_that_is_not_there_is_kept_out_all_the_same(
    umot: Umot, home: Path, reviews: Path
) -> None:
    ran = umot("forget", "--post", "shop:1", "--yes")
    assert ran.code == 0
    assert "no post 'shop:1' was stored here" in ran.err
    assert "the warehouse holds nothing of it" in ran.err
    ran = umot("import", str(reviews), "--platform", "shop", "--map", MAP)
    assert "2 new, 0 changed, 1 passed over" in ran.err


def test_the_users_own_file_with_the_words_is_named(
    imported: Umot, home: Path, reviews: Path
) -> None:
    reviews.rename(home / "reviews.csv")
    ran = imported("forget", "--post", "shop:1", "--yes")
    assert ran.code == 0
    assert "still holds the words: reviews.csv; take them out yourself" in ran.err


def test_what_is_due_goes_on_request(umot: Umot, home: Path) -> None:
    home.mkdir()
    (home / "reviews.csv").write_text(REVIEWS, "utf-8")
    mapping = "".join(
        f'{field} = "{column}"\n' for field, column in (pair.split("=") for pair in MAP.split(","))
    )
    source = '[[sources]]\nname = "shop"\nconnector = "files"\npath = "reviews.csv"\n'
    config = home / "umot.toml"
    config.write_text(f"{source}[sources.map]\n{mapping}", "utf-8")
    assert umot("collect").code == 0
    assert "nothing is due" in umot("forget", "--due", "--yes").err
    with_limit = source + "retention_days = 7\n"
    config.write_text(f"{with_limit}[sources.map]\n{mapping}", "utf-8")
    ran = umot("forget", "--due", "--yes")
    assert ran.code == 0, ran.err
    assert "shop: all from before" in ran.err
    assert posts(home) == []
    (home / "reviews.csv").write_text(REVIEWS + "\n", "utf-8")
    assert (
        "3 seen, 0 new, 3 passed over (not about the brand, erased, or too old)"
        in umot("collect").err
    )


@pytest.mark.parametrize(
    "arguments",
    [(), ("--author", "Jan"), ("--platform", "shop"), ("--post", "a", "--url", "b"),
     ("--due", "--post", "a")],
    ids=" ".join,
)  # fmt: skip
def test_what_makes_no_sense_is_bad_usage(umot: Umot, arguments: tuple[str, ...]) -> None:
    assert umot("forget", *arguments).code == 2
