"""The `watch` flow: young and growing posts are looked at again, then alerts and the copy."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger
from prefect.states import Completed, Failed
from prefect.task_runners import ThreadPoolTaskRunner

from flows import summary
from flows.monitor import as_utc, deliver, opened, publish, raise_alerts
from flows.patience import each_source
from flows.turn import turn
from umot.config import Source
from umot.pipeline import Monitor, watching
from umot.pipeline.together import AT_ONCE
from umot.pipeline.watching import Look, Watched

ARTIFACT = "umot-watch"


@task(task_run_name="look at {source.name}", cache_policy=NO_CACHE, persist_result=False)
def look(monitor: Monitor, source: Source, now: datetime) -> Look:
    """Look again at the posts of one source whose time has come."""
    done = watching.look(monitor, source, now=now)
    get_run_logger().info("%s", summary.looked(done))
    return done


@flow(
    name="watch",
    task_runner=ThreadPoolTaskRunner(max_workers=AT_ONCE),  # type: ignore[arg-type] # invariant
    persist_result=False,
)
def watch(
    home: str | None = None, sources: list[str] | None = None, now: datetime | None = None
) -> Watched:
    """One pass over the posts that are young or growing, of all sources or of those named.

    A source that fails stops nothing else: the run fails only after everything is done, and
    names it. `now` is for making a past moment again; without a time zone it is UTC.
    """
    monitor, wanted = opened(home, sources)
    with turn(monitor.home):
        at = as_utc(now)  # here, for a turn may be waited for
        looks = each_source(
            look, monitor, wanted, at, failed=lambda name, error: Look(name, error=error)
        )
        alerts = raise_alerts(monitor, at)
        delivered = deliver(monitor)
        done = Watched(tuple(looks), tuple(alerts), publish(monitor), delivered)
    message = summary.watched(done)
    create_markdown_artifact(summary.watch_page(done), key=ARTIFACT, description=message)
    if done.failures:
        return cast(Watched, Failed(message=message))
    return cast(Watched, Completed(message=message, data=done))
