"""A page: a template with the reader's words, the session and what every page shows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache, partial
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from umot.console import charts, shown
from umot.console.asked import kept
from umot.console.models import Post
from umot.console.sessions import Session
from umot.console.state import Console
from umot.console.words import languages, moment, words
from umot.digest.html import language_of
from umot.digest.text import web_link
from umot.errors import Fatal
from umot.journey import NONE, STAGES
from umot.language import DateStyle, format_date, format_signed, language_name
from warehouse.console_posts import Filter

COOKIE = "umot_language"
YEAR = 365 * 24 * 3600  # seconds


class Given(dict[str, str]):
    """The parameters of an address; those that are missing are empty."""

    def __missing__(self, name: str) -> str:
        return ""


@cache
def environment() -> Environment:
    """Jinja with every value escaped and every unknown name an error."""
    made = Environment(
        loader=PackageLoader("umot.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {
        "visible": shown.visible,
        "line": shown.line,
        "pieces": shown.pieces,
        "around": shown.around,
        "link": web_link,
        "language_of": language_of,
        "charts": charts,
        "STAGES": STAGES,
        "ALL_STAGES": (*STAGES, NONE),
        "address": address,
        "kept": kept,
        "zipped": lambda names: [(name, name) for name in names],
        "one_day": timedelta(days=1),
        "one_week": timedelta(days=6),  # its last day
        "fitting": fitting,
    }
    return made


def console_of(request: Request) -> Console:
    """The console of a request."""
    found = request.app.state.console
    if not isinstance(found, Console):
        raise TypeError("the application was made without its console")
    return found


def session_of(request: Request) -> Session:
    """Who asks. Raises `Fatal` where the door let nobody in."""
    found = request.state.session
    if not isinstance(found, Session):
        raise Fatal("sign in first")
    return found


def language_for(request: Request) -> str:
    """The reader's language: as chosen here, else the brand's."""
    chosen = request.cookies.get(COOKIE)
    own = console_of(request).settings.brand.language
    return chosen if chosen in languages() else own


def address(path: str, given: Mapping[str, Any] | None = None, **changed: Any) -> str:
    """A path with parameters, those that are empty left out."""
    values = kept(given or {}, **changed)
    return f"{path}?{urlencode(values)}" if values else path


def page(request: Request, template: str, status: int = 200, /, **parts: Any) -> HTMLResponse:
    """A page of a template."""
    console, language = console_of(request), language_for(request)
    session = getattr(request.state, "session", None)
    zone = console.settings.brand.time_zone
    own = console.settings.brand
    common = {
        "w": words(language),
        "language": language,
        "languages": languages(),
        "brand_name": own.name,
        "path": request.url.path,
        "here": address(request.url.path, dict(request.query_params))
        if request.method in ("GET", "HEAD")
        else request.url.path,
        "session": session,
        "open": console.access.open,
        "csrf": console.sessions.token(session) if session else "",
        "at": lambda time: moment(time, language, zone),
        "day": partial(format_day, language=language),
        "tongue": lambda code: language_name(code, language),
        "signed": lambda score: format_signed(score, language, 2),
    }
    parts["given"] = Given(parts.get("given", {}))
    text = environment().get_template(template).render({**common, **parts})
    return HTMLResponse(text, status)


def format_day(day: date, style: DateStyle = "medium", *, language: str) -> str:
    """A date in the reader's language."""
    return format_date(day, language, style)


def fitting(post: Post, wanted: Filter) -> list[int]:
    """The numbers of a post's moments that a list was asked for; none where it names no stage."""
    if wanted.stage is None:
        return []
    return [
        number
        for number, one in enumerate(post.moments)
        if one.stage == wanted.stage
        and wanted.touchpoint in (None, one.touchpoint)
        and wanted.tone in (None, one.label)
    ]


def local_path(given: str | None) -> str:
    """A path of this console to go on to; the first page for anything else."""
    to = given or "/"
    plain = to.startswith("/") and not to.startswith("//") and "\\" not in to
    return to if plain and to.isprintable() else "/"


def go(to: str) -> RedirectResponse:
    """Go on to a path after something was done."""
    return RedirectResponse(local_path(to), 303)
