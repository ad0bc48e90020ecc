"""A console over a published warehouse with a small brand, made once; writing tests get a copy."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from umot.console import Access, Console, make_app
from umot.journey import JourneyMap, Touchpoint
from umot.post import Alert, Engagement, Label, Moment, Post, RawItem, Role, Sentiment, Span, Status
from warehouse import Warehouse, alert_states, load

BRAND, RIVAL, MODEL, ZONE = "Vlotte Fiets", "Trage Fiets", "test-1", "Europe/Amsterdam"
NOW = datetime(2026, 11, 21, 19, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"
HOSTILE = (
    "<script>alert('body')</script> \x1b[31mrood\x1b[0m \u202etsac eht desrever\u202c "
    "<img src=x onerror=alert(1)> {{ 7*7 }} \U000e0041\U000e0042"
)
PLACES = (
    ("search", "zero", "website", "Zoeken", "Searching"),
    ("order", "definitive", "website", "Bestellen", "Ordering"),
    ("ride", "peak", "shop", "Rijden", "Riding"),
    ("helpdesk", "peak", "phone", "Helpdesk", "Help desk"),
    ("delivery", "end", "post", "Bezorging", "Delivery"),
    ("recommend", "ultimate", "social", "Aanraden", "Recommending"),
)
MAP = JourneyMap("test", tuple(Touchpoint(*one, ()) for one in PLACES))
STAGES = {key: stage for key, stage, *_ in PLACES}
SIGNS = {-1: Label.NEGATIVE, 0: Label.NEUTRAL, 1: Label.POSITIVE}


def reading(
    post: Post, *told: tuple[str, int, str], model: str = MODEL
) -> tuple[Sentiment, list[Moment]]:
    """How a post reads: (words that stand in its body, sign, touchpoint) of each moment."""
    moments = []
    for number, (words, sign, touchpoint) in enumerate(told):
        start = post.body.index(words)
        moments.append(
            Moment(
                post.post_id, post.content_hash, model, MAP.version, number,
                Span("body", start, start + len(words)), SIGNS[sign], sign * (0.9 - number / 10),
                STAGES.get(touchpoint, "none"), touchpoint, 0.8, "ride", "an example phrase",
                is_peak=number == 0, is_end=number == len(told) - 1,
            )
        )  # fmt: skip
    total = sum(sign for _, sign, _ in told)
    sign = (total > 0) - (total < 0)
    chances = (0.5 - sign * 0.4, 0.0, 0.5 + sign * 0.4)
    scored = (Status.SCORED, post.language, SIGNS[sign], *chances)
    return Sentiment(post.post_id, post.content_hash, model, *scored), moments


def sample(home: Path) -> None:
    """Forty days of posts about two brands, a thread, hostile posts, alerts and visits."""
    warehouse = Warehouse(home)
    with warehouse.transaction("test") as db:
        load.activate(db, MODEL, MAP)
        for brand, role in ((BRAND, "own"), (RIVAL, "competitor")):
            load.save_brand(db, brand, ZONE, "nl")
            said, read = [], []
            for number in range(80 if role == "own" else 6):
                touchpoint = PLACES[number % len(PLACES)][0]
                sign = (-1, -1, 0, 1)[number % 4]
                body = f"Bericht {number} gaat goed. Daarna iets over de accu en het slot."
                post = Post(
                    "forum", f"{role}-{number:03}", body, title=f"Titel {number}", language="nl",
                    author=f"a{number}", author_role=Role.CUSTOMER,
                    posted_at=NOW - timedelta(hours=12 * number + 1),
                    thread_id="forum:own-000" if number < 5 and role == "own" else None,
                    engagement=Engagement(NOW, likes=number * 3, replies=number % 7),
                    url=f"https://forum.example/{number}",
                )  # fmt: skip
                said.append((RawItem({}, NOW), post))
                first = (f"Bericht {number} gaat goed.", sign, touchpoint)
                read.append(reading(post, first, ("iets over de accu", -1, "ride")))
            if role == "own":
                for number, body in enumerate((HOSTILE, "W" * 1_000_000)):
                    post = Post(
                        "forum", f"hostile/{number}?a=b&c", body, title=body[:200], language="nl",
                        author=f"h{number}", author_role=Role.CUSTOMER, posted_at=NOW,
                        url="javascript:alert(1)",
                    )  # fmt: skip
                    said.append((RawItem({}, NOW), post))
                    read.append(reading(post, (body[:80], -1, "helpdesk")))
            load.store_batch(db, load.Origin("forum", brand, role, b"key"), said, (), None, NOW)
            moments = [moment for _, found in read for moment in found]
            load.store_readings(db, [one for one, _ in read], moments, NOW)
        for number in range(3):
            at = NOW - timedelta(days=number, minutes=number)
            alert = Alert(
                f"alert{number}", "viral_negative", BRAND, f"forum:own-00{number}",
                f"forum:own-00{number}", "high", "<b>120</b> reacties erbij.", at,
            )  # fmt: skip
            alert_states.follow(db, [alert], now=at, life=alert_states.Life(timedelta(days=99)))
        for number in range(60):
            at = NOW - timedelta(hours=number)
            load.start_run(db, f"run{number:03}", "forum", at)
            error = "<script>alert(2)</script> \x1b[2J" if number == 3 else None
            load.finish_run(
                db, f"run{number:03}", at + timedelta(seconds=4), load.Counts(seen=9, new=2), None,
                "retriable" if error else None, error,
            )  # fmt: skip
        load.store_rejects(
            db, "forum", [load.Reject(RawItem({"n": n}, NOW, f"file {n}"), "no date") for n in range(3)],
            NOW,
        )  # fmt: skip
    warehouse.publish()


@pytest.fixture(scope="session")
def console_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the sample; not to be written to."""
    home = tmp_path_factory.mktemp("console")
    (home / "umot.toml").write_text(f'[brand]\nname = "{BRAND}"\ntime_zone = "{ZONE}"\n', "utf-8")
    sample(home)
    return home


@dataclass
class Visitor:
    """A browser without a screen, at a console of its own."""

    client: TestClient
    console: Console

    def csrf(self) -> str:
        """The token that writes carry."""
        return str(self.client.get("/api/session").json()["csrf"])

    def send(self, path: str, **fields: object) -> object:
        """Send a form as a page of the console does."""
        return self.client.post(path, data={"csrf": self.csrf(), **fields})


@pytest.fixture(scope="session")
def visitor(console_home: Path) -> Iterator[Visitor]:
    """At a console on loopback without a password, to look only."""
    console = Console(console_home, Access())
    with TestClient(make_app(console), base_url="http://127.0.0.1") as client:
        yield Visitor(client, console)


@pytest.fixture
def writer(console_home: Path, tmp_path: Path) -> Iterator[Visitor]:
    """At a console with a copy of the sample, to write to."""
    shutil.copytree(console_home, tmp_path / "home")
    console = Console(tmp_path / "home", Access())
    # Tests say when it is published; who wants to write meanwhile would be sent away.
    console.publisher.delay = 3_600
    with TestClient(make_app(console), base_url="http://127.0.0.1") as client:
        yield Visitor(client, console)


@pytest.fixture
def guarded(console_home: Path) -> Callable[[Access], TestClient]:
    """Makes a client of a console that asks who is there."""

    def made(access: Access) -> TestClient:
        app = make_app(Console(console_home, access))
        return TestClient(app, base_url="http://umot.example", follow_redirects=False)

    return made


class Told:
    """What tests do to the warehouse themselves."""

    def read_again(self, warehouse: Warehouse, post_id: str, model: str) -> None:
        """Have another model read all of the posts it needs, cutting the text elsewhere."""
        with warehouse.transaction("test") as db:
            load.activate(db, model, MAP)
            row = db.execute(
                "SELECT body, title, content_hash FROM posts WHERE post_id = $1", [post_id]
            ).fetchone()
            assert row is not None
            platform, _, native = post_id.partition(":")
            post = Post(platform, native, row[0], title=row[1], language="nl")
            assert post.content_hash == row[2]
            sentiment, moments = reading(
                post, (row[0][2:20], 1, "helpdesk"), ("over de accu en", -1, "ride"), model=model
            )
            load.store_readings(db, [sentiment], moments, NOW)


@pytest.fixture
def told() -> Told:
    """What a test needs to read posts again."""
    return Told()
