"""The checks of credentials notice what is not said of them."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.umot.shop import KEY, Reviews, Shop, stage
from umot.errors import Fatal
from umot.http import Refused
from umot.testing import SIGNED, Ask, LocalServer, Reply, name

VARIABLE = "UMOT_SHOP_KEY"


class Keyed(Reviews):
    """Takes its key from a variable."""

    def page(self, http, start):
        key = os.environ.get(VARIABLE, "").strip()
        if not key:
            raise Fatal(f"the shop needs {VARIABLE}")
        try:
            answer = http.get(self.url, params={"from": start}, headers={"Authorization": key})
        except Refused as error:
            raise Fatal(f"{error}; check {VARIABLE}") from error
        return answer.json()["reviews"]


class Careless(Keyed):
    """Says neither that a key is missing nor which was refused, and takes refusals for an end."""

    def page(self, http, start):
        try:
            return super().page(http, start)
        except Fatal as error:
            if start:
                return []
            raise Fatal("127.0.0.1 wants a key") from error


class Guarded(Shop):
    """Lets in only those with today's key."""

    key = KEY

    def answer(self, ask: Ask) -> Reply:
        known = ask.headers.get("authorization") == self.key
        return super().answer(ask) if known else Reply(401)

    def expire(self) -> None:
        self.key = "een andere"


@pytest.fixture
def guarded(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Guarded, LocalServer]]:
    monkeypatch.setenv(VARIABLE, KEY)
    shop = Guarded()
    with LocalServer(shop.answer) as server:
        yield shop, server


@pytest.mark.parametrize("check", SIGNED, ids=name)
def test_credentials_are_checked(check, guarded: tuple[Guarded, LocalServer]) -> None:
    shop, server = guarded
    for factory, sound in ((Keyed, True), (Careless, False)):
        shop.key = KEY
        given = stage(server, shop, factory)
        given.wrong, given.expire = {VARIABLE: "verkeerd"}, shop.expire
        if sound:
            check(given)
            assert os.environ[VARIABLE] == KEY, "put back"
            continue
        with pytest.raises(AssertionError) as caught:
            check(given)
        assert str(caught.value), "says what was wrong"
