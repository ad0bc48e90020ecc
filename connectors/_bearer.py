"""Asking with an access token that is made for a while, and made again when it has run out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from umot.http import Answer, Client, Refused

RUN_OUT = frozenset({"ExpiredToken", "InvalidToken"})  # Bluesky says so with 400


class Bearer:
    """Gets addresses with the token that `make` gives; a token is made when it is first needed."""

    def __init__(self, http: Client, make: Callable[[], str]) -> None:
        self._http, self._make = http, make
        self._token: str | None = None

    def get(
        self, url: str, params: Mapping[str, str | int | Sequence[str]] | None = None
    ) -> Answer:
        """Get `url`. Raises as `Client.get` does, and what `make` raises."""
        fresh = self._token is None
        self._token = self._token or self._make()
        try:
            return self._ask(url, params)
        except Refused as error:
            if fresh or not _has_run_out(error):
                raise
        self._token = self._make()
        return self._ask(url, params)

    def _ask(self, url: str, params: Mapping[str, str | int | Sequence[str]] | None) -> Answer:
        return self._http.get(
            url, params=params, headers={"Authorization": f"Bearer {self._token}"}
        )


def _has_run_out(error: Refused) -> bool:
    said = error.json()
    named = said.get("error") if isinstance(said, dict) else None
    return error.status == 401 or (isinstance(named, str) and named in RUN_OUT)
