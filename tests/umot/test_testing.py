"""The conformance suite for plug-ins: a sound connector passes, and each check notices its fault."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import pytest

from umot.errors import Fatal
from umot.http import Client, Limits, Refused
from umot.post import Batch, Engagement, Post, RawItem
from umot.testing import DATA, LIVE, NETWORK, SIGNED, Ask, Item, LocalServer, Reply, Stage, name

KEY = "sleutel-van-de-winkel"


class Shop:
    """A platform of another package's: reviews as JSON, the newest first, 100 at a time."""

    def __init__(self) -> None:
        self.items: Sequence[Item] = ()

    def serve(self, items: Sequence[Item]) -> None:
        self.items = items

    def answer(self, ask: Ask) -> Reply:
        start = int(ask.query["from"])
        shown = [
            {
                "id": item.number,
                "text": None if item.deleted else item.text,
                "at": item.at.isoformat(),
                "likes": item.likes,
            }
            for item in self.items[start : start + 100]
        ]
        return Reply(200, json.dumps({"reviews": shown}).encode())


class Reviews:
    """Reviews of the shop: what somebody would write over `umot.http` alone."""

    def __init__(self, url: str) -> None:
        self.url = url

    def fetch(self, cursor: Mapping[str, Any] | None, *, now: datetime) -> Iterator[Batch]:
        del cursor
        with Client(Limits(read=1)) as http:
            start = 0
            while reviews := self.page(http, start):
                start += len(reviews)
                yield Batch(tuple(RawItem(one, now, f"review {one['id']}") for one in reviews))
        yield Batch((), {"read": True})

    def page(self, http: Client, start: int) -> list[dict[str, Any]]:
        try:
            headers = {"Authorization": KEY}
            answer = http.get(self.url, params={"from": start}, headers=headers).json()
            return [dict(one) for one in answer["reviews"]]
        except Refused as error:
            raise Fatal(f"{error}; check UMOT_SHOP_KEY") from error
        except (KeyError, TypeError, ValueError) as error:
            raise Fatal(f"{self.url} answers in another shape") from error

    def parse(self, raw: RawItem) -> Iterable[Post]:
        data = raw.payload
        yield Post(
            platform="shop",
            native_id=str(data["id"]),
            body=data["text"] or "",
            posted_at=datetime.fromisoformat(data["at"]),
            deleted_at=raw.fetched_at if data["text"] is None else None,
            engagement=Engagement(raw.fetched_at, likes=data["likes"]),
        )


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def server(shop: Shop) -> Iterator[LocalServer]:
    with LocalServer(shop.answer) as server:
        yield server


def stage(server: LocalServer, shop: Shop, factory: type[Reviews]) -> Stage:
    return Stage(
        make=lambda: factory(server.url),
        serve=shop.serve,
        server=server,
        secrets=(KEY,),
        credential="UMOT_SHOP_KEY",
        most=100,
    )


@pytest.mark.parametrize("check", [*DATA, *LIVE, *NETWORK], ids=name)
def test_a_connector_of_another_package_conforms(check, server: LocalServer, shop: Shop) -> None:
    check(stage(server, shop, Reviews))


class Naive(Reviews):
    """Times that do not say their zone."""

    def parse(self, raw):
        for post in super().parse(raw):
            yield replaced(post, posted_at=post.posted_at.replace(tzinfo=None))


class Unstable(Reviews):
    """Ids that depend on when they were read."""

    runs = 0

    def __init__(self, url):
        super().__init__(url)
        Unstable.runs += 1

    def parse(self, raw):
        for post in super().parse(raw):
            yield replaced(post, native_id=f"{Unstable.runs}-{post.native_id}")


class Forgetful(Reviews):
    """A cursor that is ahead of what was handed over, and believed."""

    def fetch(self, cursor, *, now):
        if cursor:
            return
        for batch in super().fetch(None, now=now):
            yield Batch(batch.items, {"read": True})


class Hoarder(Reviews):
    """All in one batch."""

    def fetch(self, cursor, *, now):
        batches = list(super().fetch(cursor, now=now))
        yield Batch(tuple(raw for batch in batches for raw in batch.items), {"read": True})


class Tidy(Reviews):
    """Takes markup out of texts that hold none."""

    def parse(self, raw):
        for post in super().parse(raw):
            yield replaced(post, body=post.body.replace("<", ""))


class Blind(Reviews):
    """Neither counts nor deletions."""

    def parse(self, raw):
        for post in super().parse(raw):
            yield replaced(post, deleted_at=None, engagement=None)


class Swallowing(Reviews):
    """Takes failures for an empty platform."""

    def page(self, http, start):
        try:
            return super().page(http, start)
        except Exception:  # what the checks are to notice
            return []


class Chatty(Reviews):
    """Shows its key in the log, in raw items and in errors."""

    def page(self, http, start):
        logging.getLogger("winkel").debug("asking with %s", KEY)
        try:
            return [one | {"key": KEY} for one in super().page(http, start)]
        except Fatal as error:
            raise Fatal(f"127.0.0.1 {KEY}: {error}") from error


class Coarse(Reviews):
    """Every failure is final, and none says which setting."""

    def page(self, http, start):
        try:
            return super().page(http, start)
        except Exception as error:  # what the checks are to notice
            raise Fatal("127.0.0.1 failed") from error


def replaced(post: Post, **changes: Any) -> Post:
    return Post(**({slot: getattr(post, slot) for slot in Post.__slots__} | changes))


NOTICED = {
    Naive: {"times_are_utc"},
    Unstable: {"ids_are_unique_and_stable", "second_run_adds_nothing", "edits_are_seen"},
    Forgetful: {"second_run_adds_nothing", "late_items_are_seen", "edits_are_seen",
                "order_does_not_matter",
                "a_stopped_run_is_made_up_for"},
    Hoarder: {"five_thousand_in_little_memory"},
    Tidy: {"hostile_texts_survive"},
    Blind: {"engagement_is_observed_again", "deletions_are_seen"},
    Swallowing: {"a_failure_halfway", "429_with_seconds", "server_errors", "hanging", "refused", "garbage", "html_page"},
    Chatty: {"refused", "garbage", "html_page", "nothing_secret_is_logged"},
    Coarse: {"429_with_seconds", "429_with_a_date", "429_without_a_time", "server_errors",
             "hanging", "refused"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("factory", "noticed"),
    [(factory, one) for factory, checks in NOTICED.items() for one in sorted(checks)],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_each_fault_is_noticed(
    factory: type[Reviews], noticed: str, server: LocalServer, shop: Shop
) -> None:
    (check,) = [one for one in (*DATA, *LIVE, *NETWORK) if name(one) == noticed]
    with pytest.raises(AssertionError) as caught:
        check(stage(server, shop, factory))
    assert str(caught.value), "says what was wrong"
    assert KEY not in str(caught.value)


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


def test_the_suite_needs_no_pytest() -> None:
    code = "import sys; sys.modules['pytest'] = None; import umot.testing, umot.http"
    subprocess.run([sys.executable, "-c", code], check=True)
