"""From a complaint to the message about it, through the schedule as it is deployed.

    alerts_delivery.py [--minutes N]

`umot up` runs as people start it: Prefect's server, a worker, and the deployments of prefect.yaml
at their own times; nothing is sped up, so it takes as long as it says (48 minutes). It reads a
Hacker News of ours on loopback, where two weeks of ordinary posts lie and every other minute a
customer of the sample brand complains, with 8, 15 or 30 points a minute from then on. The rules and
the model are those that umot comes with, and a web server on loopback is told of alerts. For each
complaint: when it was posted, when it was met, when it had as many points as the rule wants at
least, when the pass began in which the alert was raised, when that was stored, and when the message
arrived. What was posted too late to be told of before the end is counted as such. Writes the part
"delivery" of results/alerts.json.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1]))

import httpx
import yaml
from alerts_delivery_site import EVERY, Complaint, Growing, Hook
from machine import described, recorded

from flows.up import deployments
from umot.testing import LocalServer
from warehouse import Warehouse

CONFIG = """
[brand]
name = "Vlotwiel"
time_zone = "Europe/Amsterdam"
[[sources]]
name = "hacker-news"
connector = "hacker_news"
search = ["Vlotwiel"]
search_url = "{url}/api/v1"
items_url = "{url}/v0"
[[alerts.channels]]
name = "webcare"
url_variable = "UMOT_WEBCARE_URL"
"""


def free_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command(*words: str) -> list[str]:
    """`umot` with these words."""
    return [sys.executable, "-c", "from umot.cli.main import run; run()", *words]


@contextmanager
def up(home: Path, environment: dict[str, str]) -> Iterator[str]:
    """`umot up`; gives the address of its Prefect."""
    port = free_port()
    words = ("up", "--port", str(port), "--console-port", "0")
    process = subprocess.Popen(command(*words), env=environment)
    try:
        note = home / "prefect" / "server.json"
        while not note.exists():
            if process.poll() is not None:
                raise SystemExit("umot up ended")
            time.sleep(0.5)
        yield str(json.loads(note.read_text("utf-8"))["url"])
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(120)


@dataclass(frozen=True)
class Pass:
    """A run of a deployment; seconds since 1970. `raised` is when its alerts were stored."""

    flow: str
    due: float
    began: float
    ended: float
    raised: float


def passes(url: str) -> list[Pass]:
    """The runs that came to their end, oldest first."""
    flows = {one["id"]: one["name"] for one in ask(f"{url}/flows/filter", {})}
    found = []
    done = {"flow_runs": {"state": {"type": {"any_": ["COMPLETED", "FAILED"]}}}}
    for run in ask(f"{url}/flow_runs/filter", done | {"sort": "START_TIME_ASC"}):
        of_run = {"flow_runs": {"id": {"any_": [run["id"]]}}}
        tasks = ask(f"{url}/task_runs/filter", of_run)
        ends = [seconds(one["end_time"]) for one in tasks if one["name"].startswith("alert")]
        found.append(
            Pass(
                flows[run["flow_id"]],
                due=seconds(run["expected_start_time"]),
                began=seconds(run["start_time"]),
                ended=seconds(run["end_time"]),
                raised=max(ends, default=0.0),
            )
        )
    return found


def ask(url: str, body: Any) -> Any:
    """What Prefect answers."""
    return httpx.post(url, json=body, timeout=60, trust_env=False).raise_for_status().json()


def seconds(text: str) -> float:
    """A time as Prefect writes it, in seconds since 1970."""
    return datetime.fromisoformat(text).timestamp()


def journeys(
    home: Path, made: Sequence[Complaint], ran: Sequence[Pass], taken: Sequence[tuple[float, str]]
) -> list[dict[str, float]]:
    """The seconds of each complaint that was told of, from its posting on."""
    with Warehouse(home).write("benchmark") as db:
        rows = db.execute(
            "SELECT alert_id, CAST(split_part(post_id, ':', 2) AS BIGINT), epoch(raised_at) "
            "FROM alerts WHERE post_id IS NOT NULL"
        ).fetchall()
    complaints = {one.number: one for one in made}
    found = []
    for alert_id, number, looked in rows:
        arrived = [at for at, text in taken if alert_id in text]
        # The pass whose moment the alert bears.
        by = min(ran, key=lambda one: abs(one.began - looked))
        if number in complaints and arrived:
            one = complaints[number]
            times = {"met": min(one.told), "enough": one.enough, "observed": looked,
                     "raised": by.raised, "delivered": min(arrived)}  # fmt: skip
            found.append({name: at - one.posted for name, at in times.items()})
    return found


def spread(values: Sequence[float]) -> dict[str, float]:
    """The least, the middle one and the most."""
    return {
        "least": round(min(values), 1),
        "median": round(statistics.median(values), 1),
        "most": round(max(values), 1),
    }


def summary(found: list[dict[str, float]], ran: Sequence[Pass]) -> dict[str, Any]:
    """Seconds of each stage, and of the passes."""
    stages = (("posted", "observed"), ("observed", "raised"), ("raised", "delivered"),
              ("posted", "met"), ("enough", "delivered"), ("posted", "delivered"))  # fmt: skip
    return {
        "seconds": {
            f"{first} to {last}": spread([one[last] - one.get(first, 0.0) for one in found])
            for first, last in stages
        },
        "passes": {
            flow: {
                "number": len(own),
                "late": spread([one.began - one.due for one in own]),
                "seconds": spread([one.ended - one.began for one in own]),
            }
            for flow in ("monitor", "watch")
            if (own := [one for one in ran if one.flow == flow])
        },
    }


def main() -> None:
    """Start it all, wait, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=48)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="umot-delivery-") as folder:
        result = measured(Path(folder), given.minutes)
    print(json.dumps(result, indent=1))
    recorded("alerts", "delivery", result)


def measured(home: Path, minutes: float) -> dict[str, Any]:
    """Run for so many minutes; returns the figures."""
    platform, hook = Growing(time.time() + 60, int(minutes * 60 / EVERY)), Hook()
    with LocalServer(platform.answer) as site, LocalServer(hook.answer) as receiver:
        (home / "umot.toml").write_text(CONFIG.format(url=site.url), "utf-8")
        environment = {
            **os.environ,
            "UMOT_HOME": str(home),
            "UMOT_WEBCARE_URL": receiver.url.replace("http", "json", 1) + "/hook",
            "NO_PROXY": "127.0.0.1",
        }
        subprocess.run(command("run"), env=environment, check=True)  # the ordinary posts
        ends = time.time() + minutes * 60
        with up(home, environment) as url:
            while time.time() < ends:
                time.sleep(1)
            ran = passes(url)
    posted = [one for one in platform.complaints if one.posted < ends]
    found = journeys(home, posted, ran, hook.taken)
    crons = {
        one["name"]: one["schedules"][0]["cron"]
        for one in yaml.safe_load(deployments().read_text("utf-8"))["deployments"]
    }
    return {
        "machine": described(),
        "minutes": minutes,
        "schedule": {name: crons[name] for name in ("monitor", "watch")},
        "complaints": len(posted),
        "told_of": len(found),
        "messages_about_them": sum(
            any(f"id={one.number}" in text for one in posted) for _, text in hook.taken
        ),
        **summary(found, ran),
    }


if __name__ == "__main__":
    main()
