"""The door: what every request passes before a page sees it, and what every answer carries."""

from __future__ import annotations

import getpass
import time
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from umot.console.sessions import COOKIE, LIFE, Session, same
from umot.console.state import Console

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
LARGEST = 400_000  # bytes of a body: a long statement, escaped
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'none'; "
    "script-src 'none'; connect-src 'none'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: forms would be sent without the origin that is checked here.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cache-Control": "no-store",
}

TOO_LONG = PlainTextResponse("Too long.", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


WEBHOOKS = "/webhooks/"


class Guard:
    """Host, session, origin and form token are checked here, so that no page can forget it."""

    def __init__(self, app: ASGIApp, console: Console) -> None:
        self.app = app
        self.console = console

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        fresh: list[str] = []

        async def carry(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                for cookie in fresh:
                    headers.append("Set-Cookie", cookie)
            await send(message)

        if request.url.path.startswith(WEBHOOKS):  # signed by who sends it
            await (self.host(request) or self.app)(scope, receive, carry)
            return
        refusal = self.host(request) or self.session(request, fresh)
        if refusal is None and request.method not in SAFE:
            body = await read_body(request)
            refusal = TOO_LONG if body is None else self.write(request, body)
            receive = again(body or b"", receive)
        await (refusal or self.app)(scope, receive, carry)

    def host(self, request: Request) -> Response | None:
        """Refuse a name that is not ours: another site's name may lead here (DNS rebinding)."""
        named = self.console.access.hosts
        if named and host_name(request.headers.get("host", "")) not in named:
            return PlainTextResponse(
                "This console is not called by that name.", HTTPStatus.MISDIRECTED_REQUEST
            )
        return None

    def session(self, request: Request, fresh: list[str]) -> Response | None:
        """Find out who it is; refuse who may not come in."""
        console, now = self.console, time.time()
        path = request.url.path
        request.state.session = None
        if path.startswith("/static/"):
            return None
        session = self.by_token(request) or console.sessions.read(request.cookies.get(COOKIE), now)
        if session is None and console.access.open:
            session, cookie = console.sessions.start(who(), now)
            fresh.append(set_cookie(cookie, request))
        request.state.session = session
        if session is not None or path == "/sign-in":
            return None
        if path.startswith("/api"):
            return JSONResponse(
                {"error": "sign in, or send Authorization: Bearer …"},
                HTTPStatus.UNAUTHORIZED,
                {"WWW-Authenticate": "Bearer"},
            )
        to = path + (f"?{request.url.query}" if request.url.query else "")
        to = to if request.method in SAFE else "/"
        return RedirectResponse(f"/sign-in?to={quote(to)}", HTTPStatus.SEE_OTHER)

    def by_token(self, request: Request) -> Session | None:
        """The session of a program that knows the token."""
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        wanted = self.console.access.token
        if kind.lower() != "bearer" or wanted is None:
            return None
        address = client(request)
        if self.console.limiter.wait(address):
            return None
        if not same(given.strip(), wanted):
            self.console.limiter.failed(address)
            return None
        return Session("token", "token", int(time.time()), bearer=True)

    def write(self, request: Request, body: bytes) -> Response | None:
        """Refuse a write that another site's page could have sent."""
        headers = request.headers
        session: Session | None = request.state.session
        if session is not None and session.bearer:
            return None
        refused = PlainTextResponse(
            "Refused: this did not come from a page of this console, or the page is too old. "
            "Go back, load it again and try once more.",
            HTTPStatus.FORBIDDEN,
        )
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return refused
        origin = headers.get("origin")
        if origin is not None and origin.partition("://")[2] != headers.get("host"):
            return refused
        given = headers.get("x-csrf-token")
        if is_form(headers):
            form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
            request.state.form = form
            given = form.get("csrf")
        if session is None:  # only signing in: guarded by the password and the origin
            return None
        return None if same(given or "", self.console.sessions.token(session)) else refused


async def read_body(request: Request) -> bytes | None:
    """The whole body; None where it is too long."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            return None
    return body


def again(body: bytes, after: Receive) -> Receive:
    """What gives a body that was read already, then what comes `after` it: that somebody left."""
    left = [body]

    async def receive() -> Message:
        if left:
            return {"type": "http.request", "body": left.pop(), "more_body": False}
        return await after()

    return receive


def is_form(headers: Headers) -> bool:
    """Whether a body is that of a page's form."""
    return headers.get("content-type", "").startswith("application/x-www-form-urlencoded")


def host_name(value: str) -> str:
    """The name in a Host header, without its port."""
    try:
        return (urlsplit(f"//{value}").hostname or "") if "@" not in value else ""
    except ValueError:  # half an IPv6 address
        return ""


def client(request: Request) -> str:
    """The address a request came from."""
    return request.client.host if request.client else "?"


def who() -> str:
    """Who uses this machine, as far as it knows."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as containers have
        return "console"


def set_cookie(value: str, request: Request, life: int = LIFE) -> str:
    """A Set-Cookie header of the session."""
    response = Response()
    options: dict[str, Any] = {"httponly": True, "samesite": "strict", "path": "/"}
    response.set_cookie(
        COOKIE, value, max_age=life, secure=request.url.scheme == "https", **options
    )
    return response.headers["set-cookie"]
