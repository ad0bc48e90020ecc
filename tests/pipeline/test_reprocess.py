"""Stored items parsed again: nothing lost, nothing double, whatever the parser says today."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
from datetime import timedelta
from pathlib import Path

import pytest

from tests.pipeline.conftest import NOTES, NOW, PLUGINS, Brand, dump, rows, write
from umot import forgetting, pipeline
from umot.errors import UnknownName
from umot.pipeline import Monitor
from umot.pipeline.reprocessing import Parsed, parse_again

ROOT = Path(__file__).parents[2]
LATER = NOW + timedelta(days=1)


def parsed(monitor: Monitor, **options: object) -> Parsed:
    (done,) = parse_again(monitor, now=LATER, **options)  # type: ignore[arg-type]
    return done


def test_a_better_parser_changes_texts_and_finds_what_was_missed(
    collected: Monitor, brand: Brand
) -> None:
    assert rows(collected, "SELECT count(*), max(edited_at) FROM posts") == [(4, None)]
    assert rows(collected, "SELECT place, reason FROM rejects") == [("note 3", "it has no id")]
    monitor = brand(edition=2)
    done = parsed(monitor)
    assert done.error is None
    assert (done.counts.seen, done.counts.changed, done.counts.new) == (4, 1, 2)
    assert (done.counts.rejected, done.recovered) == (1, 1)
    assert rows(monitor, "SELECT post_id, body FROM posts ORDER BY 1") == [
        ("notes:a", "Een fijn en snel bericht!"),
        ("notes:b", "Wat een slecht bericht?"),
        ("notes:b1", "En traag ook nog"),
        ("notes:c", "Koop nu onze fijne fietsen?"),  # refused now, kept as it is
        ("notes:e", "Gewoon een bericht"),
        ("notes:note 3", "Geen nummer, wel een bericht"),
    ]
    # Nobody edited anything: the parser did.
    assert rows(monitor, "SELECT max(edited_at) FROM posts") == [(None,)]
    assert rows(monitor, "SELECT post_id, likes FROM engagement") == [("notes:a", 3)]
    assert rows(monitor, "SELECT place, reason FROM rejects") == [
        ("note 2", "it is an advertisement")
    ]
    assert rows(monitor, "SELECT count(DISTINCT post_id), count(*) FROM post_brands") == [(6, 6)]
    before = dump(monitor)
    again = parsed(monitor)
    assert (again.counts.changed, again.counts.new, again.recovered) == (0, 0, 0)
    assert dump(monitor) == before
    assert rows(monitor, "SELECT cursor FROM private.cursors") == [('{"seen": 5}',)]


def test_the_old_reading_stays_and_the_new_text_is_read(collected: Monitor, brand: Brand) -> None:
    from models.reader import make

    reader = make(collected.settings.model, collected.journey)
    assert pipeline.classify(collected, reader, now=NOW).scored == 4
    monitor = brand(edition=2)
    parsed(monitor)
    assert pipeline.classify(monitor, reader, now=LATER).scored == 3
    assert rows(monitor, "SELECT post_id FROM sentiments GROUP BY 1 HAVING count(*) > 1") == [
        ("notes:a",)
    ]
    unread = "SELECT count(*) FROM mentions WHERE label IS NULL"
    assert rows(monitor, unread) == [(0,)]


def test_an_item_that_calls_its_post_otherwise_is_a_reject_until_it_does_not(
    collected: Monitor, brand: Brand
) -> None:
    before = dump(collected)
    monitor = brand(edition=3)
    for _ in range(2):
        done = parsed(monitor)
        assert (done.counts.new, done.counts.changed) == (0, 0)
        reasons = rows(monitor, "SELECT reason FROM rejects ORDER BY 1")
        assert ("parsed again it gives notes:new-a instead of notes:a",) in reasons
        assert len(reasons) == 1 + 4  # the one without an id, and those that stand behind a post
    kept = rows(
        monitor,
        "SELECT payload FROM private.rejected_items JOIN rejects USING (reject_id) "
        "WHERE reason LIKE 'parsed again%'",
    )
    assert len(kept) == 4
    assert all("umot_item_of" in payload and "fijn" not in payload for (payload,) in kept)
    monitor = brand(edition=1)
    assert parsed(monitor).recovered == 4
    assert dump(monitor) == before


def test_an_older_item_of_another_source_brings_no_old_text_back(
    brand: Brand, tmp_path: Path
) -> None:
    write(tmp_path / "notes.json", NOTES[:1])
    write(tmp_path / "others.json", [{**NOTES[0], "text": "Een <i>later</i> bericht"}])
    monitor = brand(second=True)
    for source, at in zip(monitor.sources(), (NOW, LATER), strict=True):
        pipeline.collect(monitor, source, now=at)
    monitor = brand(second=True, edition=2)
    for names in (["notes"], ["others"], ["notes"], []):
        parse_again(monitor, names, now=LATER)
        if names == ["notes"]:
            continue
        assert rows(monitor, "SELECT body FROM posts") == [("Een later bericht",)]
    with pytest.raises(UnknownName, match=r"'onbekend'.*notes, others"):
        parse_again(monitor, ["onbekend"], now=LATER)


def test_a_dry_run_tells_the_same_and_stores_nothing(collected: Monitor, brand: Brand) -> None:
    monitor = brand(edition=2)
    before = dump(monitor)
    tried = parsed(monitor, dry_run=True)
    assert dump(monitor) == before
    assert parsed(monitor) == tried


def test_only_posts_since_a_day(collected: Monitor, brand: Brand) -> None:
    monitor = brand(edition=2)
    assert parsed(monitor, since=NOW - timedelta(days=30), dry_run=True).counts.seen == 3
    assert parsed(monitor, since=LATER, dry_run=True).counts.seen == 0


def test_what_was_forgotten_stays_forgotten(collected: Monitor, brand: Brand) -> None:
    monitor = brand(edition=2)
    parsed(monitor)
    assert len(rows(monitor, "SELECT 1 FROM rejects")) == 1  # of the advertisement, a post too
    for asked in ({"post": "notes:c"}, {"author": "carla", "platform": "notes"}):
        request = forgetting.asked(monitor, LATER, **asked)
        with forgetting.alone(monitor.home, wait=5):
            forgetting.carry_out(monitor, request, LATER)
    assert rows(monitor, "SELECT 1 FROM rejects UNION SELECT 1 FROM private.rejected_items") == []
    parsed(monitor)
    assert rows(monitor, "SELECT post_id FROM posts ORDER BY 1") == [
        ("notes:a",),
        ("notes:b",),
        ("notes:e",),
        ("notes:note 3",),
    ]


def test_one_source_that_cannot_be_parsed_stops_no_other(
    brand: Brand, tmp_path: Path, collected: Monitor
) -> None:
    write(tmp_path / "others.json", [{"id": "z", "text": "<i>Elders</i>"}])
    monitor = brand(second=True)
    pipeline.collect(monitor, monitor.sources(["others"])[0], now=NOW)
    monitor = brand(edition=2)
    done = {one.source: one for one in parse_again(monitor, now=LATER)}
    assert done["notes"].counts.changed == 1
    assert "no longer in umot.toml" in (done["others"].error or "")


CHILD = """
    import os, sys
    from datetime import datetime
    from pathlib import Path
    from umot.pipeline import Monitor, reprocessing

    monitor, now = Monitor.open(Path(sys.argv[1])), datetime.fromisoformat(sys.argv[2])
    reprocessing.AT_ONCE = 2  # many transactions for few items
    print("ready", flush=True)
    sys.stdin.readline()
    reprocessing.parse_again(monitor, now=now)
"""


def test_killed_at_any_moment_and_run_again_it_ends_the_same(
    collected: Monitor, brand: Brand, tmp_path: Path
) -> None:
    monitor = brand(edition=2)
    chooser = random.Random(5)
    paths = os.pathsep.join([str(ROOT), *map(str, PLUGINS)])
    command = [sys.executable, "-c", textwrap.dedent(CHILD), str(monitor.home), LATER.isoformat()]
    for _ in range(3):
        process = subprocess.Popen(
            command, env={**os.environ, "PYTHONPATH": paths}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            process.communicate("go\n", timeout=chooser.uniform(0, 0.3))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
        assert rows(monitor, "SELECT count(DISTINCT post_id) = count(*) FROM posts") == [(True,)]
    parsed(monitor)
    ended = dump(monitor)
    assert len(ended["main.posts"]) == len(set(ended["main.posts"])) == 6
    parsed(monitor)
    assert dump(monitor) == ended
