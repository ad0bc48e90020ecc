"""The conformance suite for plug-ins: a sound connector passes, and each check notices its fault."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.umot.shop import KEY, Reviews, Shop, stage
from umot.errors import Fatal
from umot.post import Batch, Post
from umot.testing import DATA, LIVE, NETWORK, LocalServer, name


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def server(shop: Shop) -> Iterator[LocalServer]:
    with LocalServer(shop.answer) as server:
        yield server


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


def test_the_suite_needs_no_pytest() -> None:
    code = "import sys; sys.modules['pytest'] = None; import umot.testing, umot.http"
    subprocess.run([sys.executable, "-c", code], check=True)
