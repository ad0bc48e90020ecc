"""What is measured of a filled warehouse; each phase runs in a process of its own."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from warehouse_fill import BRANDS, ENDS, MODEL, fill, sql, texts
from warehouse_load import drawn, material, ours, race

from models.bundled import Bundled
from models.reader import Reader
from umot import config, journey
from umot.digest.build import build
from umot.digest.days import ago, midnight
from umot.errors import Fatal
from umot.pipeline import reading
from umot.pipeline.alerting import raise_alerts
from umot.pipeline.monitor import Monitor, silent
from umot.post import Moment, Sentiment
from warehouse import Connection, Warehouse, cookbook, publish, state
from warehouse.adhoc import ask

ROUNDS = 3
NEW, PAGE = 5_000, 1_000  # posts of a pass, and in a batch
DAY = date(2026, 11, 19)  # the last whole day
ZONE = "Europe/Amsterdam"
BARE = ("posts", "moments", "quotes", "memory", "complaints", "voices")
CONFIG = f'[brand]\nname = "{BRANDS[0]}"\n'


class Limited(Warehouse):
    """A warehouse whose connections keep to a limit of memory."""

    memory = "4GB"

    @contextmanager
    def write(self, command: str, **other: Any) -> Iterator[Connection]:
        """As it is, limited."""
        with super().write(command, **other) as db:
            db.execute(f"SET memory_limit = '{self.memory}'")
            yield db

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """As it is, limited."""
        with super().read() as db:
            db.execute(f"SET memory_limit = '{self.memory}'")
            yield db


def peak() -> float:
    """The most memory (MB) that this process had so far."""
    status = Path("/proc/self/status").read_text("utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6


def least(rounds: int, work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of the fastest round, and its CPU's: whatever else the machine does only adds."""
    taken = []
    for _ in range(rounds):
        started, cpu = time.perf_counter(), time.process_time()
        work()
        taken.append((time.perf_counter() - started, time.process_time() - cpu))
    return min(one for one, _ in taken), min(one for _, one in taken)


def filling(home: Path, size: int) -> dict[str, Any]:
    """Make the warehouse, unless it is there."""
    seconds = 0.0
    if not (home / "warehouse" / "umot.duckdb").exists():
        started = time.perf_counter()
        fill(home, size, Limited.memory)
        seconds = time.perf_counter() - started
    (home / "umot.toml").write_text(CONFIG)
    return {"seconds": seconds, "mb": Limited(home).path.stat().st_size / 1e6}


def loading(home: Path, size: int) -> dict[str, Any]:
    """Load that many posts anew, by umot and by bare statements."""
    folder = home / "race"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        return race(folder, size, Limited.memory)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publishing(home: Path, size: int) -> dict[str, Any]:
    """Publish the whole; beside it, a copy of the writer's file byte by byte."""
    warehouse = Limited(home)
    warehouse.published.unlink(missing_ok=True)
    with warehouse.write("benchmark") as db:
        started, cpu = time.perf_counter(), time.process_time()
        publish.publish(db, warehouse.published)
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    copied = home / "copied"
    started = time.perf_counter()
    shutil.copyfile(warehouse.path, copied)
    bytewise = time.perf_counter() - started
    copied.unlink()
    return {
        "seconds": seconds,
        "cpu_seconds": cpu,
        "mb": warehouse.published.stat().st_size / 1e6,
        "copy_of_bytes_seconds": bytewise,
    }


def digesting(home: Path, size: int) -> dict[str, Any]:
    """The digest of a day, against bare SQL for the same numbers."""
    values = {
        "brand": BRANDS[0],
        "starts_at": midnight(DAY, ZONE),
        "ends_at": midnight(DAY + timedelta(days=1), ZONE),
        "since": ago(DAY, 14, ZONE),
        "month": ago(DAY, 28, ZONE),
    }

    def plain(db: Connection) -> None:
        for name in BARE:
            text = sql(f"bare_{name}")
            used = {key: value for key, value in values.items() if f"${key}" in text}
            db.execute(text, used).fetchall()

    with Limited(home).read() as db:
        seconds, cpu = least(ROUNDS, lambda: build(db, BRANDS[0], DAY, language="nl"))
        bare, bare_cpu = least(ROUNDS, lambda: plain(db))
    return {
        "seconds": seconds,
        "cpu_seconds": cpu,
        "bare_sql_seconds": bare,
        "bare_sql_cpu_seconds": bare_cpu,
        "ratio": seconds / bare,
        "cpu_ratio": cpu / bare_cpu,
    }


def cooking(home: Path, size: int) -> dict[str, Any]:
    """Each query of the cookbook as `umot sql` asks it, with its limits."""
    found: dict[str, Any] = {}
    published = Limited(home).readable()
    for name, query in cookbook.queries().items():
        started = time.perf_counter()
        try:
            ask(published, query.sql)
        except Fatal as error:
            found[name] = str(error)
            continue
        found[name] = time.perf_counter() - started
    return found


def passing(home: Path, size: int) -> dict[str, Any]:
    """One pass over new posts: load, read and trace, store the readings, and the alert rules.

    What the model takes of it, and publishing, which carries over what the copy before knows of
    words, are reported apart too.
    """
    monitor = Monitor(home, config.load(home), journey.default(), Limited(home))
    with monitor.warehouse.write("benchmark") as db:
        ((most,),) = db.execute("SELECT max(number) FROM posts").fetchall()
    with material() as source:
        places = range(most, most + NEW, PAGE)
        batches = [drawn(source, size, after, after + PAGE) for after in places]
    reader = Timed(monitor.journey)
    started, cpu = time.perf_counter(), time.process_time()
    for tables in batches:
        with monitor.warehouse.write("benchmark") as db:
            ours(db, tables)
    loaded = time.perf_counter()
    classified = reading.read(monitor, reader, state.ALL, now=ENDS, progress=silent, quiet=False)
    done, model = time.perf_counter(), reader.seconds
    del reader  # as in a run, what the model held is given back before the rest
    raise_alerts(monitor, now=ENDS + timedelta(hours=12))
    ended, used = time.perf_counter(), time.process_time() - cpu
    with monitor.warehouse.write("benchmark") as db:
        publish.publish(db, monitor.warehouse.published)
    return {
        "seconds": ended - started,
        "without_model_seconds": ended - started - model,
        "cpu_seconds": used,
        "publish_again_seconds": time.perf_counter() - ended,
        "load_seconds": loaded - started,
        "model_seconds": model,
        "readings_seconds": done - loaded - model,
        "rules_seconds": ended - done,
        "read": classified.scored,
    }


class Timed(Reader):
    """The reader that ships, under the name by which the filled warehouse was read."""

    def __init__(self, mapped: journey.JourneyMap) -> None:
        languages = sorted({one for one in texts()["language"].to_pylist() if one})
        super().__init__(Bundled(device="cpu"), mapped, languages)
        self.model, self.languages = MODEL, tuple(languages)
        self.seconds = 0.0

    def read_posts(
        self, posts: Sequence[tuple[str, str, str | None, str, float | None, str | None]]
    ) -> tuple[list[Sentiment], list[Moment]]:
        """See `Reader`."""
        started = time.perf_counter()
        found = super().read_posts(posts)
        self.seconds += time.perf_counter() - started
        return found


PHASES: dict[str, Callable[[Path, int], dict[str, Any]]] = {
    "fill": filling,
    "load": loading,
    "publish": publishing,
    "digest": digesting,
    "cookbook": cooking,
    "pass": passing,
}
