"""What cells of people's exports are read as."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from connectors._answers import shaped
from connectors._values import count, moment, rating, text
from umot.errors import Fatal

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize(
    ("given", "utc"),
    [
        ("2026-01-02", "2026-01-01 23:00:00"),
        ("20260102", "2026-01-01 23:00:00"),
        ("2026-07-02 10:00", "2026-07-02 08:00:00"),
        ("2026-01-02T10:00:00Z", "2026-01-02 10:00:00"),
        ("2026-01-02T10:00:00.250+0100", "2026-01-02 09:00:00.250000"),
        ("2026-01-02 10:00:00 UTC", "2026-01-02 10:00:00"),
        ("1424195880", "2015-02-17 17:58:00"),
        ("1424195880000", "2015-02-17 17:58:00"),
        (1424195880, "2015-02-17 17:58:00"),
        (1424195880.5, "2015-02-17 17:58:00.500000"),
        (1424195880000000, "2015-02-17 17:58:00"),
        (1424195880000000000, "2015-02-17 17:58:00"),
        ("03-04-2026", "2026-04-02 22:00:00"),
        ("17/2/15 14:05", "2015-02-17 13:05:00"),
        ("17.02.2015, 14:05:10", "2015-02-17 13:05:10"),
        ("17-02-2015  om 14.05 uur", "2015-02-17 13:05:00"),
        ("17 februari 2015", "2015-02-16 23:00:00"),
        ("dinsdag 17 feb. 2015 om 14.05 uur", "2015-02-17 13:05:00"),
        ("1 maart 2015", "2015-02-28 23:00:00"),
        ("1 mrt 2015", "2015-02-28 23:00:00"),
        ("Tue, 17 Feb 2015 17:58:00 GMT", "2015-02-17 17:58:00"),
        ("Tue Feb 17 17:58:00 +0000 2015", "2015-02-17 17:58:00"),
        (datetime(2026, 1, 2, 10, tzinfo=UTC), "2026-01-02 10:00:00"),
    ],
)
def test_times(given: object, utc: str) -> None:
    read = moment(given, AMSTERDAM)
    assert read is not None
    assert read.tzinfo is UTC
    assert str(read) == f"{utc}+00:00"


def test_the_month_first_where_that_is_set() -> None:
    read = moment("2/17/2015 1:05", UTC, day_first=False)
    assert read == datetime(2015, 2, 17, 1, 5, tzinfo=UTC)
    with pytest.raises(ValueError, match="month first"):
        moment("17-02-2015", UTC, day_first=False)


@pytest.mark.parametrize(
    "given",
    [
        datetime(9999, 12, 31, 23, tzinfo=ZoneInfo("America/New_York")),
        "gisteren",
        "2/17/2015",
        "31-02-2015",
        "2026-13-01",
        "1-1-0000",
        "12",
        12,
        1e30,
        True,
        "17 foo 2015",
        "9" * 20,
        "2026-01-02 25:00",
        [2026],
        "1-2-3-4",
    ],
)
def test_times_that_cannot_be_read(given: object) -> None:
    with pytest.raises(ValueError, match=r"cannot be read \(day first\)|is no text"):
        moment(given, UTC)


def test_a_time_beyond_the_calendar_is_an_answer_of_another_shape() -> None:
    with pytest.raises(Fatal, match="shape"), shaped("https://forum.klaver.example"):
        datetime.max.replace(tzinfo=ZoneInfo("America/New_York")).astimezone(UTC)


@pytest.mark.parametrize("read", [lambda v: moment(v, UTC), count, rating])
@pytest.mark.parametrize("given", [None, "", "  ", "-", "NULL", "n.v.t.", float("nan")])
def test_empty_cells(read, given: object) -> None:
    assert read(given) is None


@pytest.mark.parametrize(
    ("given", "stars"),
    [
        ("4", 4), (4, 4), (4.5, 4.5), ("4,5", 4.5), ("4/5", 4), ("★★★★☆", 4), ("⭐⭐⭐", 3),
        ("⭐️⭐️", 2), ("5 sterren", 5), ("1 ster", 1), ("4 out of 5 stars", 4), ("10/10", 5),
        ("1 van 10", 1), ("5,5/10", 3),
    ],
)  # fmt: skip
def test_ratings(given: object, stars: float) -> None:
    assert rating(given) == stars


def test_ratings_on_another_scale() -> None:
    assert [rating(n, 1, 10) for n in (1, "5,5", 10)] == [1, 3, 5]
    assert [rating(n, 0, 10) for n in ("0", 5, 10)] == [1, 3, 5]
    assert rating("★★★★☆", 1, 10) == 4, "stars are out of five"


@pytest.mark.parametrize("given", ["6", "0", "-1", "vier", "★★ goed", "11/10", "4/1", True, "4/0"])
def test_ratings_that_cannot_be_read(given: object) -> None:
    with pytest.raises(ValueError, match=r"rating|no text"):
        rating(given)


@pytest.mark.parametrize(
    ("given", "number"),
    [
        ("12", 12),
        (12, 12),
        (12.0, 12),
        ("12,0", 12),
        ("1.234", 1234),
        ("1,234,567", 1234567),
        ("1 234", 1234),
        ("1\u00a0234", 1234),
        ("-3", -3),
        ("0", 0),
    ],
)
def test_counts(given: object, number: int) -> None:
    assert count(given) == number


@pytest.mark.parametrize("given", ["abc", "1.5", "1.234,567", "1e5", 10**30, "9" * 25, True, 1.5])
def test_counts_that_cannot_be_read(given: object) -> None:
    with pytest.raises(ValueError, match=r"whole number|too large|no text"):
        count(given)


def test_texts() -> None:
    assert [text(v) for v in (" x ", "  ", None, 5, 5.0, 5.5)] == [
        " x ",
        None,
        None,
        "5",
        "5",
        "5.5",
    ]
    for wrong in (True, ["x"], {"x": 1}):
        with pytest.raises(ValueError, match="no text"):
            text(wrong)
