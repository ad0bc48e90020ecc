"""Forgetting that is killed, or meets a damaged file: the next run finishes it."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import textwrap
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from tests.warehouse.dying import killed
from tests.warehouse.forgotten import BACKUP, NAME, NOW, WORDS, asked, erase, holders, rows
from umot import forgetting
from umot.errors import Fatal
from umot.pipeline import Monitor
from warehouse import Warehouse, backup, files, forget, manifest

ROOT = Path(__file__).parents[2]

# Where a kill may come: before each step, and half-way through the rewriting of files.
POINTS = [
    *((step, False) for step in ("look", "warehouse", "rewrite", "publish")),
    *((f"{step} {BACKUP}", False) for step in ("backup", "rewrite")),
    *((step, True) for step in ("rewrite", f"rewrite {BACKUP}")),
    *((step, False) for step in ("digests", "logs", "history", "proof", "cross out")),
]


@pytest.fixture
def home(spoken: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(spoken, tmp_path / "home"))


@pytest.mark.parametrize(
    "points",
    [
        [("rewrite", False), (f"rewrite {BACKUP}", True), ("history", False)],
        pytest.param(POINTS, marks=pytest.mark.slow),
    ],
    ids=["three points", "all points"],
)
def test_killed_before_and_within_steps_the_next_run_finishes(
    home: Path, points: list[tuple[str, bool]]
) -> None:
    request = asked(home)
    for step, within in points:
        assert killed(home, request, NOW, step, within) == -signal.SIGKILL
        (request,) = forgetting.pending(home)
        for path in (home / "warehouse" / "umot.duckdb", home / "backups" / BACKUP):
            with duckdb.connect(str(path)) as db:  # it opens, whole
                assert ("forum:3",) in db.execute("SELECT post_id FROM posts").fetchall()
    (proof,) = forgetting.settle(Monitor.open(home), NOW)
    found = json.loads(proof.read_text("utf-8"))
    assert holders(home) == {word: set() for word in WORDS}
    assert found["rows_by_table"]["posts"] == 2
    assert found["rows_by_backup"] == {BACKUP: sum(found["rows_by_table"].values())}
    assert (found["digests_changed"], found["rows_in_run_history"]) == (1, 2)
    assert not forgetting.pending(home)
    assert forgetting.settle(Monitor.open(home), NOW) == []


def test_a_damaged_backup_stops_no_other_and_keeps_the_request(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bad = home / "backups" / "a-damaged.duckdb"
    bad.write_bytes(b"no database" * 1000)
    with pytest.raises(Fatal, match=r"a-damaged.duckdb cannot be opened"):
        erase(home)
    assert rows(home / "backups" / "umot-20260301.duckdb", "SELECT post_id FROM posts") == [
        ("forum:3",)
    ]
    monitor = Monitor.open(home)
    assert forgetting.settle(monitor, NOW) == []
    assert "a-damaged.duckdb cannot be opened" in caplog.text
    bad.unlink()
    assert forgetting.settle(monitor, NOW + timedelta(hours=1)) == [], (
        "it is tried again a day later"
    )
    assert len(forgetting.settle(monitor, NOW + timedelta(days=1))) == 1
    assert holders(home) == {word: set() for word in WORDS}


def test_a_backup_damaged_in_its_midst_stops_no_other(home: Path) -> None:
    good = home / "backups" / BACKUP
    bad = Path(shutil.copy(good, home / "backups" / "a-damaged.duckdb"))
    content = bytearray(bad.read_bytes())
    content[content.index(b"kwartelstroop")] ^= 255
    bad.write_bytes(content)
    with pytest.raises(Fatal, match=r"a-damaged.duckdb"):
        erase(home)
    assert rows(good, "SELECT post_id FROM posts") == [("forum:3",)]
    assert (home / "logs" / "worker.log").read_text("utf-8").splitlines()[::2] == [
        "reading",
        "read",
    ]
    assert len(forgetting.pending(home)) == 1
    assert forgetting.settle(Monitor.open(home), NOW) == []


def test_a_rewrite_that_fails_leaves_the_file_as_it_was(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Warehouse(home).path

    def full_disk(fresh: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(forget, "secure", full_disk)
    with pytest.raises(OSError, match="No space"):
        forget.rewrite(path)
    monkeypatch.setattr(forget, "secure", files.secure)
    assert len(rows(path, "SELECT post_id FROM posts")) == 3
    forget.rewrite(path)
    assert not [left for left in path.parent.iterdir() if "rewritten" in left.name]


FULL_DISK = """
    import resource, sys
    from pathlib import Path
    from umot.errors import Retriable
    from warehouse import forget

    path = Path(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size // 4, resource.RLIM_INFINITY))
    try:
        forget.rewrite(path)
    except Retriable as error:
        print(error)
"""


def test_a_full_disk_is_not_left_with_half_a_file_on_it(home: Path) -> None:
    path = Warehouse(home).path
    command = [sys.executable, "-c", textwrap.dedent(FULL_DISK), str(path)]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert "umot.duckdb could not be written anew" in said
    assert not list(path.parent.glob(".*.rewritten*"))
    assert len(rows(path, "SELECT post_id FROM posts")) == 3


def test_backups_of_any_name_are_erased(home: Path) -> None:
    names = ("weekly.db", "older/weekly", "umot-20260301.duckdb.bak")
    others = [home / "backups" / name for name in names]
    (home / "backups" / "older").mkdir()
    for path in others:
        backup.backup(Warehouse(home), path, now=NOW)
    proof = erase(home)
    assert holders(home) == {word: set() for word in WORDS}
    assert proof["rows_by_backup"].keys() == {BACKUP, *(path.name for path in others)}
    assert all(manifest.check(path).rows for path in others), "they stay fit to be restored"


def test_what_is_no_backup_of_ours_is_left_and_named(home: Path) -> None:
    own = [home / "backups" / "notes.db", home / "analysis.duckdb"]
    for path in own:
        path.write_text(f"about {NAME}")
    assert erase(home)["still_held_by"] == ["analysis.duckdb", "backups/notes.db"]
    assert all(NAME in path.read_text() for path in own)


def test_what_a_killed_backup_left_goes(home: Path) -> None:
    warehouse = Warehouse(home)
    for name in (".umot-20260302T020000Z.duckdb.part", ".weekly.db.part"):
        backup.copied(warehouse.path, home / "backups" / name)  # it was killed here
    proof = erase(home)
    assert holders(home) == {word: set() for word in WORDS}
    assert [path.name for path in (home / "backups").iterdir()] == [BACKUP]
    assert proof["rows_by_backup"].keys() == {BACKUP}


def test_the_next_backup_clears_away_a_killed_one_of_any_name(home: Path) -> None:
    warehouse = Warehouse(home)
    backup.copied(warehouse.path, home / "backups" / ".weekly.db.part")
    made = backup.backup(warehouse, home / "backups" / "other.db", now=NOW).path
    assert {path.name for path in (home / "backups").iterdir()} == {BACKUP, made.name}


def test_a_backup_that_only_names_the_writer_in_a_failure_stays_fit(home: Path) -> None:
    erase(home)
    with Warehouse(home).transaction("test") as db:
        db.execute(
            "INSERT INTO source_runs (run_id, source, started_at, seen, new, changed, deleted, "
            "rejected, error) VALUES ('r', 'forum', $1, 0, 0, 0, 0, 0, $2)",
            [NOW, f"no date in the post of {NAME}"],
        )
    made = backup.backup(Warehouse(home), home / "backups" / "umot-later.duckdb", now=NOW).path
    erase(home)
    assert rows(made, "SELECT error FROM source_runs") == [("[erased]",)]
    assert manifest.check(made).rows
