"""A platform and a connector of another package, as the conformance suite is told of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from umot.errors import Fatal
from umot.http import Client, Limits, Refused
from umot.post import Batch, Engagement, Post, RawItem
from umot.testing import Ask, Item, LocalServer, Reply, Stage

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


def stage(server: LocalServer, shop: Shop, factory: type[Reviews]) -> Stage:
    return Stage(
        make=lambda: factory(server.url),
        serve=shop.serve,
        server=server,
        secrets=(KEY,),
        credential="UMOT_SHOP_KEY",
        most=100,
    )
