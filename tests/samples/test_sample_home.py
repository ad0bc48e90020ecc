"""The sample's folder: a configuration that is TOML, an export that is CSV, dated by the anchor."""

import csv
import tomllib
from datetime import UTC, datetime, timedelta

from samples import brand, gold, passes, write_export, write_home
from umot import journey

ANCHOR = datetime(2026, 5, 20, 14, 30, tzinfo=UTC)
URL = "http://127.0.0.1:4711"


def lines(home):
    """The rows of the written export, the heading included."""
    text = (home / "imports" / "vlotwiel-reviews.csv").read_text("utf-8")
    return list(csv.reader(text.splitlines(keepends=True), delimiter=";"))


def test_the_configuration_has_the_brand_and_its_four_sources(tmp_path):
    write_home(tmp_path / "new", URL + "/", ANCHOR, anchor=ANCHOR)
    config = tomllib.loads((tmp_path / "new" / "umot.toml").read_text("utf-8"))
    assert config["brand"] == {
        "name": "Vlotwiel",
        "time_zone": "Europe/Amsterdam",
        "language": "nl",
    }
    sources = {one["name"]: one for one in config["sources"]}
    assert list(sources) == ["app-store", "forum", "reddit", "webshop-reviews"]
    assert sources["forum"]["url"] == f"{URL}/forum/feed.rss"
    assert sources["app-store"]["platform"] == "app_store"
    assert sources["reddit"]["site_url"] == URL
    assert sources["reddit"]["company_accounts"] == ["Vlotwiel_NL"]
    assert sources["webshop-reviews"]["kind"] == "review"
    assert set(sources["webshop-reviews"]["map"].values()) < set(brand().export["columns"])


def test_the_export_holds_every_row_with_its_text(tmp_path):
    write_home(tmp_path, URL, ANCHOR, anchor=ANCHOR)
    heading, *rows = lines(tmp_path)
    assert heading == ["nummer", "datum", "klant", "sterren", "onderwerp", "reactie", "product"]
    answers = {row.post_id: row for row in gold()}
    found = {row[0]: row for row in rows if f"webshop:{row[0]}" in answers}
    assert len(found) == 35
    for number, row in found.items():
        assert row[5] == answers[f"webshop:{number}"].body
        posted = datetime.fromisoformat(row[1])
        assert posted.utcoffset() == timedelta(hours=2)
        assert posted < ANCHOR
    dates = [datetime.fromisoformat(row[1]) for row in found.values()]
    assert dates == sorted(dates)


def test_the_export_has_two_damaged_rows_and_awkward_cells(tmp_path):
    write_export(tmp_path, ANCHOR, anchor=ANCHOR)
    _, *rows = lines(tmp_path)
    assert [row[:2] for row in rows if row[1].startswith("31-02")] == [
        ["VW-20414", "31-02, middag"]
    ]
    assert [len(row) for row in rows if len(row) != 7] == [3]
    assert any("\n" in row[5] for row in rows if len(row) == 7)
    assert any(row[4].startswith("=HYPERLINK(") for row in rows if len(row) == 7)
    assert any(row[3] == "" for row in rows if len(row) == 7)


def test_the_export_grows_from_pass_to_pass(tmp_path):
    counts = []
    for moment in passes(ANCHOR):
        assert write_export(tmp_path, moment, anchor=ANCHOR).exists()
        counts.append(len(lines(tmp_path)))
    assert counts == sorted(counts)
    assert counts[0] < counts[-1] == 38


def test_a_later_anchor_shifts_the_dates_and_edits_nothing(tmp_path):
    write_export(tmp_path / "a", ANCHOR, anchor=ANCHOR)
    write_export(tmp_path / "b", ANCHOR + timedelta(days=1), anchor=ANCHOR + timedelta(days=1))
    for early, late in zip(lines(tmp_path / "a")[1:], lines(tmp_path / "b")[1:], strict=True):
        assert (early[0], early[2:]) == (late[0], late[2:])
        if early[1][:2] == "20":
            gap = datetime.fromisoformat(late[1]) - datetime.fromisoformat(early[1])
            assert gap == timedelta(days=1)


def test_nothing_is_left_lying_beside_what_was_written(tmp_path):
    write_home(tmp_path, URL, ANCHOR, anchor=ANCHOR)
    write_home(tmp_path, URL, ANCHOR, anchor=ANCHOR)
    names = sorted(path.name for path in tmp_path.rglob("*"))
    assert names == ["imports", "journey.toml", "umot.toml", "vlotwiel-reviews.csv"]


def test_the_brands_own_map_is_valid_and_an_edited_one_is_kept(tmp_path):
    write_home(tmp_path, URL, ANCHOR, anchor=ANCHOR)
    path = tmp_path / "journey.toml"
    keys = {touchpoint.key for touchpoint in journey.load(path).touchpoints}
    assert {"workshop", "lock", "delivery"} <= keys
    assert not keys & {"luggage", "cancelled-trip"}
    edited = path.read_text("utf-8") + "\n# ours\n"
    path.write_text(edited, "utf-8")
    write_home(tmp_path, URL, ANCHOR, anchor=ANCHOR)
    assert path.read_text("utf-8") == edited
