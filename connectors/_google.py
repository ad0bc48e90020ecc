"""What Google's interfaces have in common: how they say no, and how one signs in."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connectors._answers import shaped
from connectors._bearer import Bearer
from connectors._jwt import signed
from connectors._text import storable
from umot.errors import Fatal, Retriable
from umot.http import Client, Refused

TOKEN = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
HOUR = 3600  # the longest that Google lets a token live

SPENT = frozenset({"quotaExceeded", "dailyLimitExceeded", "RATE_LIMIT_EXCEEDED"})
TOO_FAST = frozenset({"rateLimitExceeded", "userRateLimitExceeded"})
PACIFIC = ZoneInfo("America/Los_Angeles")  # where Google's quota days begin


def reasons(error: Refused) -> set[str]:
    """Read why Google refused, as `commentsDisabled`, `keyInvalid` or `PERMISSION_DENIED`."""
    said = error.json()
    told = said.get("error") if isinstance(said, dict) else None
    if not isinstance(told, dict):
        return {told} if isinstance(told, str) else set()
    lines = [*(told.get("errors") or ()), *(told.get("details") or ())]
    found = [line.get("reason") for line in lines if isinstance(line, dict)]
    return {str(reason) for reason in (*found, told.get("status")) if reason}


def out_of_quota(error: Refused, now: datetime) -> Retriable | None:
    """Make `Retriable` of a refusal that is one of quota, with the seconds until it opens."""
    why = reasons(error)
    if why & SPENT:
        return Retriable(f"{error}: the day's quota is used up", retry_after=until_tomorrow(now))
    return Retriable(f"{error}: asked too fast") if why & TOO_FAST else None


def quota_day(now: datetime) -> str:
    """Name the day of the quota that `now` is in."""
    return now.astimezone(PACIFIC).date().isoformat()


def until_tomorrow(now: datetime) -> float:
    """Give the seconds until the next day of the quota."""
    tomorrow = now.astimezone(PACIFIC).date() + timedelta(days=1)
    return (datetime.combine(tomorrow, time(), PACIFIC).astimezone(UTC) - now).total_seconds()


class Google:
    """Asks one of Google's interfaces; a quota that is used up is `Retriable`."""

    def __init__(self, http: Client, token: Callable[[], str], now: datetime) -> None:
        self._bearer, self._now = Bearer(http, token), now

    def get(self, url: str, params: Mapping[str, str | int] | None = None) -> Any:
        """Get JSON. Raises as `Client.get` does."""
        try:
            return storable(self._bearer.get(url, params).json())
        except Refused as error:
            raise (out_of_quota(error, self._now) or error) from error


def service_account(http: Client, account: str, variable: str, scope: str) -> Callable[[], str]:
    """Make what gets tokens for a service account; `account` is its key file's JSON.

    Raises `Fatal` naming `variable` where that is no such file.
    """
    try:
        held = json.loads(account)
        email, pem = str(held["client_email"]), str(held["private_key"])
        url = str(held.get("token_uri") or TOKEN)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Fatal(f"{variable} does not hold the JSON key of a service account") from error

    def token() -> str:
        # A minute back, for clocks that differ.
        at = int(datetime.now(UTC).timestamp()) - 60
        claims = {"iss": email, "scope": scope, "aud": url, "iat": at, "exp": at + HOUR}
        form = {"grant_type": GRANT, "assertion": signed(claims, pem, variable)}
        return _token(http, url, form, variable)

    return token


def refreshed(
    http: Client, url: str, client: tuple[str, str], refresh: str, variables: str
) -> Callable[[], str]:
    """Make what gets tokens by a refresh token; `client` is the app's id and secret."""
    form = {"grant_type": "refresh_token", "refresh_token": refresh}
    form |= {"client_id": client[0], "client_secret": client[1]}
    return lambda: _token(http, url, form, variables)


def _token(http: Client, url: str, form: dict[str, str], variables: str) -> str:
    try:
        answer = http.post(url, form=form)
    except Refused as error:
        why = ", ".join(sorted(reasons(error) & {"invalid_grant", "invalid_client"}))
        said = f" ({why})" if why else ""
        raise Fatal(f"{error}{said}: refused, or out of date; check {variables}") from error
    with shaped(url):
        return str(answer.json()["access_token"])
