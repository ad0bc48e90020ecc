"""A pass of `umot watch` killed with SIGKILL at one line after another: nothing lost, nothing double.

Each of the processes that are killed has a data folder of its own, asks a Reddit on loopback and
sends to a webhook there; after the kill the same pass is made again, as the next one would be.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.connectors.fake_reddit import CLIENT_ID, CLIENT_SECRET, FakeReddit, submission
from tests.dying_lines import child
from umot import pipeline
from umot.pipeline import Monitor
from umot.post import Label, Sentiment, Status
from umot.testing import BASE, Ask, LocalServer, Reply
from warehouse import load

NOW = BASE + timedelta(hours=1)
POSTS = 110  # two requests, stored one after the other
GROWN = 500
TABLES = {
    "posts": "*", "post_brands": "*", "engagement": "*", "sentiments": "*", "alert_history": "*",
    "private.raw_items": "*", "private.cursors": "*", "alerts": "* EXCLUDE (delivered_at)",
    "outbox": "message_id, kind, key, alert_id, recipient, state, created_at",
}  # fmt: skip
CHILD = """
    import json, os, shutil, sys
    from datetime import UTC, datetime, timedelta
    from functools import partial
    from pathlib import Path

    from tests.dying_lines import dying, fork
    from umot.notify import deliver
    from umot.pipeline import Monitor, alerting, collecting, relevance, watching
    from warehouse import alert_states, batches, connect, load, outbox, publish
    from warehouse import watching as watched

    sending = sys.modules["umot.notify.deliver"]
    folder, now, names = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), sys.argv[3:]
    whole, STEP = not names, 10
    if whole:
        import umot.notify.channels
    modules = (alerting, collecting, relevance, watching, sending, alert_states, batches, connect,
               load, outbox, publish, watched)

    def passed(home, kill):
        monitor = Monitor.open(home)
        with dying(modules, kill) as lines:
            if whole:
                done = watching.watch(monitor, now=now)
                assert not done.failures, done.failures
            else:
                watching.look(monitor, *monitor.sources(), now=now)
                alerting.raise_alerts(monitor, now=now)
        (home / "lines.json").write_text(json.dumps(lines))
        if not whole:
            return
        # What was being sent when a pass was killed is left alone for ten minutes.
        later = lambda: datetime.now(UTC) + timedelta(minutes=11)
        assert not deliver(monitor.warehouse, monitor.settings, clock=later).failures
        monitor.warehouse.publish("test")

    def killed(kill):
        home = folder / str(kill)
        shutil.copytree(folder / "told", home)
        hook = (home / "umot.toml").read_text().replace("UMOT_HOOK", f"UMOT_HOOK_N{kill}")
        (home / "umot.toml").write_text(hook)
        os.environ[f"UMOT_HOOK_N{kill}"] = f"{os.environ['UMOT_HOOK']}/{kill}"
        fork(partial(passed, home, kill), killed=kill > 0)
        if kill:
            fork(partial(passed, home, 0), killed=False)

    killed(0)
    every = dict(enumerate(json.loads((folder / "0" / "lines.json").read_text()), start=1))
    last = {line.split(":")[0]: number for number, line in every.items()}
    chosen = {last[name]: every[last[name]] for name in names} or {
        kill: every[kill] for kill in list(every)[::STEP]
    }
    for kill in chosen:
        killed(kill)
    (folder / "kills.json").write_text(json.dumps(chosen))
"""
CONFIG = """
[[sources]]
name = "place"
connector = "reddit"
about_brand = true
subreddits = ["Vlotwiel"]
site_url = "{url}"
[[alerts.channels]]
name = "team"
url_variable = "UMOT_HOOK"
"""


class Platform(FakeReddit):
    """Reddit, and a webhook below /hook; `taken` are the numbers of the kills it was told of."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[int] = []

    def answer(self, ask: Ask) -> Reply:
        if ask.path.startswith("/hook/"):
            self.taken.append(int(ask.path.rsplit("/", 1)[-1]))
            return Reply(200)
        return super().answer(ask)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Platform]]:
    """A folder with a data folder ``told``: posts that were read an hour ago and grew since."""
    platform = Platform()
    at = BASE.timestamp()
    platform.posts = [submission(f"t3_n{n:03}", at) for n in range(POSTS)]
    folder = tmp_path_factory.mktemp("watched")
    with pytest.MonkeyPatch.context() as patch, LocalServer(platform.answer) as server:
        patch.setenv("UMOT_REDDIT_CLIENT_ID", CLIENT_ID)
        patch.setenv("UMOT_REDDIT_CLIENT_SECRET", CLIENT_SECRET)
        patch.setenv("UMOT_HOOK", f"json{server.url.removeprefix('http')}/hook")
        home = folder / "told"
        home.mkdir()
        (home / "umot.toml").write_text(CONFIG.format(url=server.url), "utf-8")
        monitor = Monitor.open(home)
        assert pipeline.collect(monitor, *monitor.sources(), now=NOW).counts.new == POSTS
        angry(monitor, "reddit:t3_n105")
        for number, post in enumerate(platform.posts):
            post["score"] = GROWN if number == 105 else 6
        yield folder, platform


def angry(monitor: Monitor, post_id: str) -> None:
    """Let a post be read as negative."""
    with monitor.warehouse.transaction("test") as db:
        row = db.execute("SELECT content_hash FROM posts WHERE post_id = $1", [post_id]).fetchone()
        assert row
        read = Sentiment(post_id, row[0], "m", Status.SCORED, "nl", Label.NEGATIVE, 0.9, 0.1, 0.0)
        load.store_readings(db, [read], [], NOW)
        db.execute("UPDATE active SET model = 'm', map_version = 'v'")


def stored(home: Path) -> dict[str, Any]:
    """Every row that a pass writes, and what readers see of it where it was published."""
    warehouse = Monitor.open(home).warehouse
    with warehouse.write("test") as db:
        found: dict[str, Any] = {
            table: sorted(map(str, db.execute(f"SELECT {columns} FROM {table}").fetchall()))
            for table, columns in TABLES.items()
        }
    if warehouse.published.exists():
        with warehouse.read() as db:
            shown = db.execute("SELECT count(*), count(delivered_at) FROM alerts").fetchall()
            found["published"] = (shown, db.execute("SELECT count(*) FROM engagement").fetchall())
    return found


def attempts(home: Path) -> int:
    """How often the message was taken up to be sent."""
    with Monitor.open(home).warehouse.write("test") as db:
        ((number,),) = db.execute("SELECT attempts FROM outbox").fetchall()
    return int(number)


def killed(told: tuple[Path, Platform], folder: Path, *names: str) -> dict[int, str]:
    """Kill passes at the last line of the functions named, or all over; returns the lines.

    Each was made again, and has stored what one that was not killed does. With names a pass
    neither sends nor publishes.
    """
    shutil.copytree(told[0] / "told", folder / "told")
    told[1].taken.clear()
    at = (NOW + timedelta(hours=1)).isoformat()
    child(CHILD, str(folder), at, *names)
    expected = stored(folder / "0")
    assert len(expected["engagement"]) == 2 * POSTS
    assert len(expected["alerts"]) == len(expected["outbox"]) == 1
    lines = json.loads((folder / "kills.json").read_text("utf-8"))
    for kill, line in lines.items():
        assert stored(folder / kill) == expected, line
    return {int(kill): line for kill, line in lines.items()}


def test_killed_while_storing_and_made_again_it_is_as_if_it_was_not(
    told: tuple[Path, Platform], tmp_path: Path
) -> None:
    assert len(killed(told, tmp_path, "store", "raise_alerts")) == 2


@pytest.mark.slow
def test_killed_anywhere_also_the_message_arrives(
    told: tuple[Path, Platform], tmp_path: Path
) -> None:
    lines = killed(told, tmp_path)
    assert len(lines) > 30
    taken = told[1].taken
    assert taken.count(0) == 1
    for kill, line in lines.items():
        # Twice only where it was taken up twice: killed between the channel's yes and the note.
        assert 1 <= taken.count(kill) <= attempts(tmp_path / str(kill)), line
