"""Whom posts are about, whose accounts they come from, and what is an advert."""

from __future__ import annotations

from typing import Any

import pytest

from umot.config import Settings, Source
from umot.errors import Fatal
from umot.post import Kind, Post, Role
from umot.relevance import screening
from umot.relevance.about import Matcher

BRAND: dict[str, Any] = {
    "name": "Klaver",
    "query": '"klaver verzekeringen" OR klaverapp',
    "accounts": {"reddit": ["KlaverNL"], "any": ["klaver_verzekeringen"]},
    "competitors": [
        {"name": "Roos", "query": '"roos verzekeringen"', "accounts": {"x": ["@roos"]}},
        {"name": "Tulp"},
    ],
}


def matcher(by_nature: bool = False, **source: Any) -> Matcher:
    one = Source(**{"name": "s", "connector": "feeds"} | source)
    return Matcher(Settings(brand=BRAND), one, by_nature=by_nature)


def about(found: Matcher, body: str, **post: Any) -> list[tuple[str, str, str]]:
    made = Post("reddit", "1", body, **post)
    return [(one.brand, one.role, one.by) for one in found.matches(made)]


OURS = ("Klaver", "own", "query: klaver verzekeringen")
THEIRS = ("Roos", "competitor", "query: roos verzekeringen")


def test_a_post_is_about_each_brand_whose_query_it_matches() -> None:
    both = "Klaver Verzekeringen of Roos Verzekeringen?"
    assert about(matcher(), both) == [OURS, THEIRS]
    assert about(matcher(), "Naar #KlaverVerzekeringen") == [OURS]
    assert about(matcher(), "roos verzekeringen") == [THEIRS]
    assert about(matcher(), "een klaver in het gras") == []


def test_a_review_is_about_the_page_it_stands_on() -> None:
    text = "Slecht. Neem liever Roos Verzekeringen."
    assert about(matcher(), text, kind=Kind.REVIEW) == [("Klaver", "own", "source")]
    assert about(matcher(brand="Roos"), text, kind=Kind.REVIEW) == [
        ("Roos", "competitor", "source")
    ]
    assert about(matcher(query="roos"), text, kind=Kind.REVIEW)[0][2] == "query: roos"
    assert about(matcher(about_brand=False), "niets", kind=Kind.REVIEW) == []


def test_a_source_may_be_about_the_brand_as_a_whole_or_have_a_query_of_its_own() -> None:
    whole = [("Klaver", "own", "source")]
    assert about(matcher(about_brand=True), "helpt iemand mij?") == whole
    assert about(matcher(by_nature=True), "helpt iemand mij?") == whole
    assert about(matcher(about_brand=True), "en roos verzekeringen") == [*whole, THEIRS]
    assert about(matcher(query="polis", by_nature=True), "helpt iemand mij?") == []
    assert about(matcher(query="polis"), "mijn polis") == [("Klaver", "own", "query: polis")]
    assert about(matcher(brand="Tulp"), "alles") == [("Tulp", "competitor", "source")]
    assert about(matcher(brand="Roos"), "klaverapp") == [("Klaver", "own", "query: klaverapp")]


def test_without_a_query_all_of_a_source_is_about_the_brand() -> None:
    found = Matcher(Settings(brand={"name": "Klaver"}), Source(name="s", connector="feeds"))
    assert about(found, "om het even wat") == [("Klaver", "own", "source")]
    assert found.searches == ()


def test_a_platform_is_asked_for_what_all_brands_need() -> None:
    assert set(matcher().searches) == {
        '"klaver verzekeringen"', "klaververzekeringen", "klaverapp",
        '"roos verzekeringen"', "roosverzekeringen",
    }  # fmt: skip
    assert matcher(about_brand=True).searches == ()


@pytest.mark.parametrize(
    ("platform", "author", "role"),
    [
        ("reddit", "klavernl", Role.BRAND),
        ("reddit", "u/KlaverNL", Role.BRAND),
        ("mastodon", "KlaverNL", Role.CUSTOMER),
        ("mastodon", "@klaver_verzekeringen", Role.BRAND),
        ("x", "roos", Role.BRAND),
        ("x", None, Role.CUSTOMER),
    ],
)
def test_accounts_of_companies_are_known(platform: str, author: str | None, role: Role) -> None:
    post = Post(platform, "1", "Dag!", author=author, author_role=Role.CUSTOMER)
    assert matcher().signed(post).author_role is role


@pytest.mark.parametrize(
    ("brand", "named"),
    [
        ({"query": "klaver AND"}, "brand.query: .*column 11"),
        ({"competitors": [{"name": "a", "query": "(x"}]}, "competitors.0.query: .*column 1"),
        ({"competitors": [{"name": "a"}, {"name": "a"}]}, "two competitors are named a"),
        ({"competitors": [{"query": "x"}]}, "competitors.0.name"),
    ],
)
def test_a_wrong_query_is_named_with_its_column(
    tmp_path: Any, brand: dict[str, Any], named: str
) -> None:
    import json

    from umot import config

    # A JSON table is no TOML; the pieces of one are.
    lines = "\n".join(
        f"{key} = {json.dumps(value)}" for key, value in brand.items() if key != "competitors"
    )
    for one in brand.get("competitors", ()):
        lines += "\n[[brand.competitors]]\n"
        lines += "\n".join(f"{key} = {json.dumps(value)}" for key, value in one.items())
    (tmp_path / "umot.toml").write_text(f"[brand]\n{lines}\n", "utf-8")
    with pytest.raises(Fatal, match=named):
        config.load(tmp_path)


def test_a_source_cannot_be_wholly_about_the_brand_and_have_a_query(tmp_path: Any) -> None:
    from umot import config

    text = '[[sources]]\nname="a"\nconnector="feeds"\nquery="x"\nabout_brand=true\n'
    (tmp_path / "umot.toml").write_text(text, "utf-8")
    with pytest.raises(Fatal, match="about_brand = true leaves nothing to its query"):
        config.load(tmp_path)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Vacature: wij zoeken een schadebehandelaar (m/v/x), 32-36 uur per week", "job_advert"),
        ("We're hiring! Apply now: https://x.example/jobs #hiring", "job_advert"),
        ("Na mijn sollicitatie bij Klaver nooit meer iets gehoord, slecht salaris ook", None),
        ("Al drie weken in de wacht, zet eens wat meer vacatures uit!", None),
        ("Verdien nu €500 per dag, link in bio! https://t.me/rijk", "spam"),
        ("I recovered my funds thanks to an investment manager, message him on telegram", "spam"),
        ("DM me for crypto signals https://wa.me/31", "spam"),
        ("Mijn bank blokkeert een overboeking naar bitcoin, zie https://nieuws.example", None),
        ("Kijk hier https://nieuws.example/klaver wat een service", None),
        ("Ze wilden dat ik in de app mij opnieuw aanmeldde", None),
    ],
)
def test_adverts_need_more_than_one_sign(text: str, reason: str | None) -> None:
    assert screening.reason(Post("x", "1", text)) == reason
    assert screening.reason(Post("x", "1", text, kind=Kind.REVIEW)) is None
    assert screening.reason(Post("x", "1", text, author_role=Role.BRAND)) is None
