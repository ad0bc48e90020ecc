"""The application: pages, their JSON twins, and what is told when something goes wrong."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles

from umot.console import api, forms, pages, webhooks
from umot.console.asked import NotFound
from umot.console.guard import HEADERS, Guard
from umot.console.state import Console
from umot.console.view import page
from umot.errors import Retriable, UmotError

log = logging.getLogger("umot.console")
ABOUT = (
    "The same as the pages show, as JSON. Sign in at /sign-in, or send the token as "
    "Authorization: Bearer. Writes by a session carry the header X-CSRF-Token (see /api/session). "
    "Lists come a page at a time: give next as after."
)


def make_app(console: Console) -> FastAPI:
    """The application over one console; closes it when the server stops."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        console.close()

    app = FastAPI(
        title="umot console",
        version=version("umot"),
        description=ABOUT,
        # FastAPI's own pages of documentation load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=lifespan,
    )
    app.state.console = console
    for module in (pages, forms, api, webhooks):
        app.include_router(module.router)
    static = Path(str(files("umot.console") / "static"))
    app.mount("/static", StaticFiles(directory=static), name="static")
    app.add_exception_handler(UmotError, told)
    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(RequestValidationError, malformed)
    app.add_exception_handler(Exception, failed)
    app.add_middleware(Guard, console=console)
    return app


def told(request: Request, error: Exception) -> Response:
    """A reason meant for people."""
    status = 503 if isinstance(error, Retriable) else 404 if isinstance(error, NotFound) else 400
    response = answer(request, status, str(error))
    if status == 503:
        response.headers["Retry-After"] = "10"
    return response


def refused(request: Request, error: Exception) -> Response:
    """A page that does not exist, or not in this way."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = error.headers if isinstance(error, HTTPException) else None
    response = answer(request, status, "")
    for name, value in (headers or {}).items():
        response.headers[name] = value
    return response


def malformed(request: Request, error: Exception) -> Response:
    """Parameters that are not as described; what was given is not repeated."""
    problems = error.errors() if isinstance(error, RequestValidationError) else []
    told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in problems)
    return answer(request, 422, told)


def failed(request: Request, error: Exception) -> Response:
    """A fault of ours: the log has it, without what was asked for."""
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    response = answer(request, 500, "")
    response.headers.update(HEADERS)  # it is made outside the door
    return response


def answer(request: Request, status: int, reason: str) -> Response:
    """A refusal, as JSON or as a page."""
    if request.url.path.startswith("/api"):
        return JSONResponse({"error": reason or f"{status}"}, status)
    return page(request, "message.html", status, status=status, reason=reason)
