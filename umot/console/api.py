"""The JSON twins of the pages, described by OpenAPI."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.requests import Request

from umot.console import alerts as alert_lists
from umot.console import journey as journeys
from umot.console import models, statements, writing
from umot.console import overview as overviews
from umot.console import posts as post_lists
from umot.console import sources as source_lists
from umot.console.alerts import full
from umot.console.asked import a_day
from umot.console.filters import filter_of
from umot.console.state import utc_now
from umot.console.view import console_of, language_for, session_of

ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"description": "What is asked for cannot be; error says why."},
    401: {"description": "Not signed in."},
    404: {"description": "It does not exist."},
    429: {"description": "Too many attempts."},
    503: {"description": "The warehouse is busy; try again."},
}
WRITES: dict[int | str, dict[str, Any]] = {
    **ERRORS,
    403: {"description": "The header X-CSRF-Token is missing or old; see /api/session."},
    413: {"description": "Longer than 400,000 bytes."},
}
router = APIRouter(prefix="/api", responses=ERRORS)

Day = Annotated[date | None, Query(description="a local day of the brand, 1990 to 2200")]
Brand = Annotated[str | None, Query(description="a brand; else our own", max_length=200)]
Size = Annotated[int, Query(ge=1, le=100, description="rows of a page")]
After = Annotated[str | None, Query(description="next of the page before", max_length=2_000)]
SORTED = "any but time looks at the last 90 days, or as many up to until, unless since is given"
SourceName = Annotated[str | None, Query(max_length=200)]


@router.get("/session")
def session(request: Request) -> models.Who:
    """Who is signed in, and the token that writes must carry."""
    found = session_of(request)
    return models.Who(name=found.name, csrf=console_of(request).sessions.token(found))


@router.get("/overview")
def overview(
    request: Request, brand: Brand = None, day: Day = None, since: Day = None, until: Day = None
) -> models.Overview:
    """The digest of a day and the period around it."""
    language = language_for(request)
    return overviews.overview(console_of(request), brand, *days(day, since, until), language)[0]


def days(*given: date | None) -> tuple[date | None, date | None, date | None]:
    """Days within what is answered to. Raises `Fatal`."""
    first, second, third = (a_day(one) for one in given)
    return first, second, third


@router.get("/journey")
def journey(
    request: Request,
    brand: Brand = None,
    until: Day = None,
    weeks: Annotated[int, Query(ge=1, le=53)] = journeys.WEEKS,
) -> models.Journey:
    """The heat map: stages and touchpoints by week."""
    last = days(until, None, None)[0]
    return journeys.journey(console_of(request), brand, last, weeks, language_for(request))


@router.get("/posts")
def posts(
    request: Request,
    q: Annotated[str | None, Query(description="words to look for", max_length=300)] = None,
    label: models.Label | None = None,
    stage: models.StageKey | None = None,
    touchpoint: Annotated[str | None, Query(max_length=200)] = None,
    tone: Annotated[models.Label | None, Query(description="of the moment at stage")] = None,
    source: SourceName = None,
    language: Annotated[str | None, Query(max_length=20)] = None,
    since: Day = None,
    until: Day = None,
    brand: Brand = None,
    sort: Annotated[models.SortKey, Query(description=SORTED)] = "time",
    after: After = None,
    size: Size = 25,
) -> models.Posts:
    """Posts that fit all of these, a page at a time."""
    given = {
        "q": q, "label": label, "stage": stage, "touchpoint": touchpoint, "tone": tone,
        "source": source, "language": language, "since": since, "until": until,
        "brand": brand, "sort": sort,
    }  # fmt: skip
    wanted = filter_of(console_of(request), given)
    return post_lists.search(console_of(request), wanted, after, size, language_for(request))


PostId = Annotated[str, Query(alias="id", description="platform:native id", max_length=2_000)]


@router.get("/post")
def post(
    request: Request, post_id: PostId, whole: bool = False, thread: After = None
) -> models.WholePost:
    """A post with its reach over time, a page of its thread and what was put right."""
    language = language_for(request)
    return post_lists.one(console_of(request), post_id, language, whole=whole, thread=thread)


@router.post("/corrections", responses=WRITES)
def correct(request: Request, wish: models.Wish) -> models.Corrections:
    """Put a label, or the stage and touchpoint of a moment, right."""
    by = session_of(request).name
    made = writing.correct(console_of(request), wish, by=by, now=utc_now())
    return models.Corrections(corrections=made)


@router.get("/alerts")
def alerts(
    request: Request, state: models.AlertState = "open", after: After = None, size: Size = 50
) -> models.Alerts:
    """Alerts in a state, the newest first, a page at a time."""
    language = language_for(request)
    return alert_lists.listed(console_of(request), state, after, size, language, utc_now())


@router.post("/alerts/{alert_id}", responses=WRITES)
def change_alert(
    request: Request, alert_id: Annotated[str, Path(max_length=200)], wish: models.AlertWish
) -> models.Alert:
    """Acknowledge, snooze or close an alert."""
    console = console_of(request)
    by = session_of(request).name
    changed = writing.change_alert(console, alert_id, wish, by=by, now=utc_now())
    with console.copy.read() as db:
        return full(console, db, [changed.alert], {alert_id: changed}, language_for(request))[0]


@router.post("/sql", responses=WRITES)
def sql(request: Request, statement: models.Statement) -> models.Answer:
    """Run one SELECT-like statement on the published copy; at most 1,000 rows."""
    found = statements.answer(console_of(request), statement.sql, statements.ROWS)
    return statements.shape(found)


@router.get("/sources")
def sources(request: Request) -> models.Sources:
    """Every source and how well it is heard."""
    return source_lists.sources(console_of(request))


@router.get("/runs")
def runs(
    request: Request,
    source: SourceName = None,
    failed: bool = False,
    after: After = None,
    size: Size = 50,
) -> models.Runs:
    """Visits to sources, the latest first, a page at a time."""
    return source_lists.runs(console_of(request), source, failed, after, size)


@router.get("/rejects")
def rejects(
    request: Request, source: SourceName = None, after: After = None, size: Size = 50
) -> models.Rejects:
    """Items that could not be used, the latest first, a page at a time."""
    return source_lists.rejects(console_of(request), source, after, size)
