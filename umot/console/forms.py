"""The pages that do something: sign in and out, put right, take up alerts, ask SQL."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse

from umot.console import charts, models, statements, writing
from umot.console.guard import client, set_cookie, who
from umot.console.sessions import COOKIE, same
from umot.console.state import utc_now
from umot.console.view import address, console_of, go, language_for, local_path, page, session_of
from umot.errors import Fatal, UmotError
from warehouse.cookbook import queries

log = logging.getLogger("umot.console")
router = APIRouter(include_in_schema=False)
FIRST_STATEMENT = "SELECT * FROM stage_sentiment ORDER BY day DESC LIMIT 50"


@router.get("/sign-in")
def sign_in_page(request: Request) -> Response:
    """Ask for the password."""
    to = local_path(request.query_params.get("to"))
    if request.state.session is not None:
        return go(to)
    return page(request, "signin.html", to=to, wrong=False, wait=0, name="")


@router.post("/sign-in")
def sign_in(request: Request) -> Response:
    """Let in who knows the password, or the token."""
    console, given, address_ = console_of(request), fields(request), client(request)
    to, name = local_path(given.get("to")), given.get("name", "")
    if wait := console.limiter.wait(address_):
        shown = page(request, "signin.html", 429, to=to, wrong=False, wait=wait, name=name)
        shown.headers["Retry-After"] = str(wait)
        return shown
    secrets = [one for one in (console.access.password, console.access.token) if one]
    word = given.get("password", "")
    if not any([same(word, one) for one in secrets]):  # noqa: C419 - each takes the same time
        console.limiter.failed(address_)
        log.warning("a wrong password from %s", address_)
        return page(request, "signin.html", 401, to=to, wrong=True, wait=0, name=name)
    _session, cookie = console.sessions.start(name or who(), time.time())
    response = go(to)
    response.headers.append("Set-Cookie", set_cookie(cookie, request))
    return response


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    """End the session, here and for whoever may have copied its cookie."""
    console_of(request).sessions.end(session_of(request), time.time())
    response = go("/sign-in")
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    return response


@router.post("/post")
def correct(request: Request) -> Response:
    """Put a reading of a post right."""
    given = fields(request)
    stage, _, touchpoint = given.get("place", "").partition(":")
    wish = shaped(
        models.Wish,
        post_id=given.get("id", ""),
        content_hash=given.get("hash", ""),
        field=given.get("field") or "post",
        start=given.get("start") or None,
        stop=given.get("stop") or None,
        label=given.get("label") or None,
        stage=stage or None,
        touchpoint=touchpoint or None,
        withdraw=given.get("withdraw") == "1",
        note=given.get("note") or None,
    )
    writing.correct(console_of(request), wish, by=session_of(request).name, now=utc_now())
    return go(address("/post", {"id": wish.post_id, "done": 1}))


@router.post("/alerts")
def alert(request: Request) -> Response:
    """Acknowledge, snooze or close an alert."""
    given = fields(request)
    wish = shaped(
        models.AlertWish,
        action=given.get("action", ""),
        hours=given.get("hours") or 24,
        note=given.get("note") or None,
    )
    by = session_of(request).name
    writing.change_alert(console_of(request), given.get("id", ""), wish, by=by, now=utc_now())
    return go(address("/alerts", {"state": given.get("state"), "done": 1}))


@router.get("/sql")
def sql_page(request: Request) -> HTMLResponse:
    """The editor. A statement in the address is shown, never run: a link must not ask by itself."""
    given = request.query_params
    recipe = queries().get(given.get("recipe") or "")
    statement = recipe.sql if recipe else given.get("q") or FIRST_STATEMENT
    return editor(request, statement, recipe=given.get("recipe"))


@router.post("/sql")
def sql(request: Request) -> Response:
    """Run a statement; as CSV where that is asked for."""
    given = fields(request)
    statement = given.get("sql", "")
    try:
        if given.get("as") == "csv":
            found = statements.answer(console_of(request), statement)
            name = {"Content-Disposition": 'attachment; filename="umot.csv"'}
            return StreamingResponse(statements.as_csv(found), media_type="text/csv", headers=name)
        started = time.monotonic()
        answer = statements.shape(
            statements.answer(console_of(request), statement, statements.ROWS)
        )
    except UmotError as error:
        return editor(request, statement, status=400, error=str(error))
    took = time.monotonic() - started
    return editor(request, statement, answer=answer, chart=charts.quick(answer), took=took)


def editor(request: Request, statement: str, *, status: int = 200, **parts: Any) -> HTMLResponse:
    """The page of the editor."""
    nothing: dict[str, Any] = dict.fromkeys(("answer", "chart", "took", "error", "recipe"))
    recipes = [
        (one.name, one.title_nl if language_for(request) == "nl" else one.title_en)
        for one in queries().values()
    ]
    shown = nothing | parts
    return page(request, "sql.html", status, statement=statement, recipes=recipes, **shown)


def fields(request: Request) -> Mapping[str, str]:
    """The fields of the form, as the door read them. Raises `Fatal` where it was none."""
    found = getattr(request.state, "form", None)
    if not isinstance(found, dict):
        raise Fatal("this is sent by a form of the console only")
    return found


def shaped(kind: type[Any], **values: Any) -> Any:
    """What a form asks for. Raises `Fatal` for what it cannot have asked."""
    try:
        return kind(**values)
    except ValidationError as error:
        told = "; ".join(
            f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()
        )
        raise Fatal(told) from error
