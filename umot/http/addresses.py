"""Addresses: which are accepted, where redirects may lead, what of them may be shown."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx

from umot.errors import Fatal


def show(url: str | httpx.URL) -> str:
    """Show scheme, host, port and path of an address: what may stand in messages and logs."""
    try:
        parts = urlsplit(str(url))
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "an address that cannot be read"
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}{port}{parts.path}"


def web_link(url: object) -> str | None:
    """Return `url` if it is an http(s) address, else None: links end up in digests."""
    if not isinstance(url, str):
        return None
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    return url.strip() if parts.scheme in ("http", "https") and parts.netloc else None


def address(url: str) -> httpx.URL:
    """Read an address. Raises `Fatal` for one that is not valid or not http(s)."""
    try:
        target = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise Fatal(f"{show(url)} is no valid address") from error
    if target.scheme not in ("http", "https") or not target.host:
        raise Fatal(f"{show(url)} is no http:// or https:// address")
    return target


def origin(url: httpx.URL) -> tuple[str, str, int | None]:
    """Give scheme, host and port: what keys and passwords belong to."""
    return url.scheme, url.host, url.port


def follow(target: httpx.URL, location: str | None) -> httpx.URL:
    """Say where a redirect or a link to a next page leads. From https to http is refused.

    Anyone on the way could rewrite the answer, and keys in the address would be in the clear.
    """
    if not location:
        raise Fatal(f"{show(target)} redirects to nowhere")
    try:
        onward = target.join(location)
    except httpx.InvalidURL as error:
        raise Fatal(f"{show(target)} leads to an address that is not valid") from error
    if onward.scheme not in ("http", "https") or not onward.host:
        raise Fatal(f"{show(target)} leads to {show(onward)}, which is not http(s)")
    if target.scheme == "https" and onward.scheme == "http":
        raise Fatal(
            f"{show(target)} leads from https to {show(onward)}, which is refused;"
            " give that address itself if reading it without encryption is all right"
        )
    if origin(onward) == origin(target) and target.userinfo and not onward.userinfo:
        onward = onward.copy_with(username=target.username, password=target.password)
    return onward
