"""The pages to read: overview, digest, journey, posts, sources."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from umot.console import alerts as alert_lists
from umot.console import journey as journeys
from umot.console import overview as overviews
from umot.console import posts as post_lists
from umot.console import sources as source_lists
from umot.console.asked import FIRST, a_day, a_number, kept, one_of
from umot.console.filters import DAYS, NAMES, completed, filter_of
from umot.console.state import utc_now
from umot.console.view import COOKIE, YEAR, console_of, go, language_for, page
from umot.console.words import languages, words
from umot.digest import render
from umot.journey import NONE, STAGES
from umot.language import language_name
from warehouse import console_journey

router = APIRouter(include_in_schema=False)
PAGE = 25  # posts on a page
ROWS = 50  # rows of other lists
# The digest carries its style within itself; it is a page of its own and runs no script either.
DIGEST_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)


@router.get("/")
def overview(request: Request) -> HTMLResponse:
    """The digest of a day and the period around it."""
    given, console = request.query_params, console_of(request)
    found, digest = overviews.overview(
        console,
        given.get("brand"),
        a_day(given.get("day")),
        a_day(given.get("since")),
        a_day(given.get("until")),
        language_for(request),
    )
    brands = choices(request)["brand"]
    return page(
        request, "overview.html", found=found, digest=digest, brands=brands, given=dict(given)
    )


@router.get("/digest")
def digest(request: Request) -> Response:
    """The whole digest of a day, as it is sent."""
    given = request.query_params
    form = one_of("format", given.get("format"), ("html", "md", "json")) or "html"
    made = overviews.digest(
        console_of(request), given.get("brand"), a_day(given.get("day")), language_for(request)
    )
    text = render(made, form)
    if form != "html":
        return Response(text, media_type="application/json" if form == "json" else "text/plain")
    return HTMLResponse(text, headers={"Content-Security-Policy": DIGEST_POLICY})


@router.get("/journey")
def journey(request: Request) -> HTMLResponse:
    """The heat map."""
    given = request.query_params
    weeks = a_number(given.get("weeks"), journeys.WEEKS, 1, 53)
    found = journeys.journey(
        console_of(request), given.get("brand"), a_day(given.get("until")), weeks,
        language_for(request),
    )  # fmt: skip
    brands = choices(request)["brand"]
    return page(request, "journey.html", found=found, weeks=weeks, brands=brands, given=dict(given))


@router.get("/posts")
def posts(request: Request) -> HTMLResponse:
    """A page of posts."""
    console = console_of(request)
    given = completed(console, request.query_params)
    wanted = filter_of(console, given)
    size = a_number(given.get("size"), PAGE, 1, 100)
    found = post_lists.search(console, wanted, given.get("after"), size, language_for(request))
    with console.copy.read() as db:
        names = post_lists.touchpoint_names(console, db, language_for(request))
        places = post_lists.places(console, db)
    return page(
        request, "posts.html", found=found, wanted=wanted, names=names,
        places=places, given=kept({name: given.get(name) for name in NAMES}),
        first=not given.get("after"), days=DAYS, first_day=FIRST.isoformat(), **options(request),
    )  # fmt: skip


@router.get("/post")
def post(request: Request) -> HTMLResponse:
    """One post."""
    console, given = console_of(request), request.query_params
    found = post_lists.one(
        console, given.get("id") or "", language_for(request),
        whole=given.get("whole") == "1", thread=given.get("thread"),
    )  # fmt: skip
    with console.copy.read() as db:
        names = post_lists.touchpoint_names(console, db, language_for(request))
        places = post_lists.places(console, db)
    return page(
        request, "post.html", found=found, post=found.post, names=names, places=places,
        done=given.get("done") == "1",
    )  # fmt: skip


@router.get("/alerts")
def alerts(request: Request) -> HTMLResponse:
    """A page of alerts. Those that are put off are open all the same, and say so."""
    given = request.query_params
    state = one_of("state", given.get("state"), alert_lists.STATES) or "open"
    wanted = alert_lists.WAITING if state == "open" else state
    found = alert_lists.listed(
        console_of(request), wanted, given.get("after"), ROWS, language_for(request), utc_now()
    )
    return page(
        request, "alerts.html", found=found, state=state, states=alert_lists.STATES,
        first=not given.get("after"), done=given.get("done") == "1",
    )  # fmt: skip


@router.get("/sources")
def sources(request: Request) -> HTMLResponse:
    """Health, the last visits, and what could not be used."""
    console, given = console_of(request), request.query_params
    source = given.get("source") or None
    failed = given.get("failed") == "1"
    return page(
        request,
        "sources.html",
        found=source_lists.sources(console),
        runs=source_lists.runs(console, source, failed, given.get("runs"), ROWS),
        rejects=source_lists.rejects(console, source, given.get("rejects"), ROWS),
        source=source,
        failed=failed,
        given=kept(dict(given)),
    )


@router.get("/language/{code}")
def language(request: Request, code: str) -> Response:
    """Choose the language of the pages."""
    response = go(request.query_params.get("to") or "/")
    if code in languages():
        response.set_cookie(COOKIE, code, max_age=YEAR, httponly=True, samesite="strict")
    return response


def options(request: Request) -> dict[str, Any]:
    """What the filter of posts can choose from, by the names people know."""
    chosen, language = choices(request), language_for(request)
    w = words(language)
    return {
        "choices": chosen,
        "stage_options": [(key, w(f"stage.{key}")) for key in (*STAGES, NONE)],
        "language_options": [(code, language_name(code, language)) for code in chosen["language"]],
    }


def choices(request: Request) -> dict[str, list[str]]:
    """What can be chosen from: brands, sources, languages."""
    console = console_of(request)
    with console.copy.read() as db:
        return console.kept("choices", lambda: console_journey.choices(db))
