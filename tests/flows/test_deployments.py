"""prefect.yaml: what is deployed exists, and fires when it should."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from prefect import Flow
from prefect.flows import load_flow_from_entrypoint
from prefect.server.schemas.schedules import CronSchedule

from flows.up import POOL, deployments, fitted

FILE = yaml.safe_load(deployments().read_text("utf-8"))


@pytest.mark.parametrize("one", FILE["deployments"], ids=lambda one: one["name"])
def test_a_deployment_can_run(one: dict[str, Any]) -> None:
    flow = load_flow_from_entrypoint(one["entrypoint"], use_placeholder_flow=False)
    assert isinstance(flow, Flow)
    assert flow.name == one["name"]
    assert set(one["parameters"]) <= set(flow.parameters.properties)
    flow.validate_parameters(one["parameters"])
    assert one["work_pool"]["name"] == POOL
    assert one["concurrency_limit"]["limit"] == 1
    for schedule in one["schedules"]:
        CronSchedule(cron=schedule["cron"], timezone=schedule["timezone"])  # checks both
        assert schedule["timezone"] == "Europe/Amsterdam"


def fires(name: str, after: datetime) -> list[datetime]:
    """The next two times a deployment runs."""
    (one,) = [one for one in FILE["deployments"] if one["name"] == name]
    cron = CronSchedule(cron=one["schedules"][0]["cron"], timezone=one["schedules"][0]["timezone"])
    return asyncio.run(cron.get_dates(2, after))


@pytest.mark.parametrize(("month", "offset"), [(1, 1), (7, 2)], ids=["winter", "summer"])
def test_schedules_fire_at_local_times(month: int, offset: int) -> None:
    start = datetime(2026, month, 10, tzinfo=ZoneInfo("Europe/Amsterdam"))
    digests = fires("daily-digest", start)
    assert [fire.astimezone(UTC).hour for fire in digests] == [7 - offset] * 2
    first, second = fires("monitor", start)
    assert (second - first).total_seconds() == 1800
    looks = fires("watch", start)
    assert [fire.minute for fire in looks] == [2, 12]


def test_umot_up_keeps_the_brands_hours(tmp_path: Path) -> None:
    (tmp_path / "umot.toml").write_text(
        '[brand]\ntime_zone = "America/New_York"\n[digest]\nat = "06:45"\n', "utf-8"
    )
    found = yaml.safe_load(fitted(tmp_path).read_text("utf-8"))
    schedules = {one["name"]: one["schedules"][0] for one in found["deployments"]}
    assert schedules["daily-digest"] == {"cron": "45 6 * * *", "timezone": "America/New_York"}
    assert schedules["monitor"]["timezone"] == "America/New_York"
    assert found["definitions"] == FILE["definitions"]


def test_a_pass_too_many_is_left_out_but_no_digest_is() -> None:
    strategies = {
        one["name"]: one["concurrency_limit"]["collision_strategy"] for one in FILE["deployments"]
    }
    assert strategies == {
        "monitor": "CANCEL_NEW",
        "watch": "CANCEL_NEW",
        "daily-digest": "ENQUEUE",
    }
