"""`umot reprocess` as its users meet it: items parsed again, posts read by a second model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Umot, umot
from tests.pipeline.conftest import Brand, dump, rows
from umot.pipeline import Monitor

__all__ = ["umot"]
REVIEWS = """\
id;datum;tekst;cijfer
1;2026-03-01;Goed en snel;8
2;2026-03-02;Traag en slecht;2
"""


@pytest.fixture
def home(collected: Monitor, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The brand's data folder, where every command of the test works."""
    monkeypatch.setenv("UMOT_HOME", str(collected.home))
    return collected.home


def test_the_command_prints_a_line_a_source(umot: Umot, home: Path, brand: Brand) -> None:
    brand(edition=2)
    line = "notes\t4 items\t1 changed\t2 new\t0 deleted\t1 rejected\t1 rejects usable\n"
    tried = umot("reprocess", "--dry-run", "--source", "notes")
    assert (tried.code, tried.out) == (0, line)
    assert "nothing was stored" in tried.err
    done = umot("reprocess", "--since", "2026-01-01")
    assert (done.code, done.out) == (0, line)
    assert "umot classify" in done.err
    shown = umot("sql", "SELECT count(*) AS n FROM posts", "--format", "json")
    assert json.loads(shown.out) == [{"n": 6}]


def test_a_second_model_reads_beside_the_first(umot: Umot, home: Path, brand: Brand) -> None:
    monitor = brand()
    assert umot("classify").code == 0
    language = "SELECT post_id, language FROM posts ORDER BY 1"
    before = rows(monitor, language)
    asked = umot("reprocess", "--classify", "--model", "test-signs", "--dry-run")
    assert asked.out == "test-signs-1\t4 posts to read\n"
    done = umot("reprocess", "--classify", "--model", "test-signs")
    assert (done.code, done.out) == (
        0,
        "test-words-1\ttest-signs-1\t4 posts\t2 differ\t50.0 %\n",
    ), done.err
    assert "active is still test-words-1" in done.err
    assert rows(monitor, language) == before
    assert rows(monitor, "SELECT model, count(*) FROM sentiments GROUP BY 1 ORDER BY 1") == [
        ("test-signs-1", 4),
        ("test-words-1", 4),
    ]
    differ = (
        "SELECT post_id, label, other_label, score, other_score FROM model_comparison "
        "WHERE NOT same_label"
    )
    shown = json.loads(umot("sql", differ, "--format", "json").out)
    labels = [(one["post_id"], one["label"], one["other_label"]) for one in shown]
    assert sorted(labels) == [
        ("notes:a", "neutral", "positive"),
        ("notes:c", "neutral", "negative"),
    ]
    stored = dump(monitor)
    again = umot("reprocess", "--classify", "--model", "test-signs", "--activate")
    assert "active is now test-signs-1" in again.err
    assert "umot.toml" in again.err
    assert again.out == "test-signs-1\ttest-words-1\t4 posts\t2 differ\t50.0 %\n"
    after = dump(monitor)
    assert after["main.sentiments"] == stored["main.sentiments"]
    assert after["main.moment_readings"] == stored["main.moment_readings"]
    assert umot("reprocess", "--classify").err.count("active is still test-signs-1") == 1


def test_imported_rows_are_parsed_with_the_settings_of_their_import(
    umot: Umot, home: Path, tmp_path: Path, brand: Brand
) -> None:
    path = tmp_path / "reviews.csv"
    path.write_text(REVIEWS, "utf-8")
    columns = "native_id=id,posted_at=datum,body=tekst"
    imported = umot("import", str(path), "--platform", "winkel", "--map", columns)
    assert imported.code == 0, imported.err
    path.unlink()
    before = dump(brand())
    done = umot("reprocess", "--source", "import:reviews.csv")
    assert done.out.startswith("import:reviews.csv\t2 items\t0 changed\t0 new"), done.err
    assert dump(brand()) == before
    with brand().warehouse.write("test") as db:
        db.execute("DELETE FROM private.imports")
    failed = umot("reprocess")
    assert failed.code == 1
    assert failed.out.startswith("notes\t")
    assert "import the file again" in failed.err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--model", "vader"], 2, "--classify"),
        (["--classify", "--activate", "--source", "notes"], 2, "without --source"),
        (["--since", "gisteren"], 2, "gisteren"),
        (["--source", "elders"], 1, "notes"),
        (["--classify", "--model", "geen"], 1, "unknown model 'geen'"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    umot: Umot, home: Path, arguments: list[str], code: int, said: str
) -> None:
    ran = umot("reprocess", *arguments)
    assert ran.code == code
    assert said in ran.err
    assert "Traceback" not in ran.err
