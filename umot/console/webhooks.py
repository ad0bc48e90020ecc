"""Where other tools post to: no session and no form, a signature instead."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response

from umot import webhook
from umot.errors import Fatal

PREFIX = "/webhooks/"
router = APIRouter(include_in_schema=False)


@router.post(PREFIX + "{name}")
async def receive(name: str, request: Request) -> Response:
    """Put a signed message on disk, and say so only then."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > webhook.LARGEST:
            return said(413, f"more than {webhook.LARGEST} bytes")
    header = request.headers.get(webhook.HEADER, "")
    home = request.app.state.console.home
    try:
        receipt = await run_in_threadpool(
            webhook.receive, home, name, body, header, datetime.now(UTC)
        )
    except webhook.Refused as error:
        return said(error.status, str(error))
    except Fatal as error:
        return said(404 if "no name" in str(error) else 503, str(error))
    return JSONResponse({"taken": receipt.posts}, 202)


def said(status: int, reason: str) -> Response:
    """A refusal."""
    return JSONResponse({"error": reason}, status)
