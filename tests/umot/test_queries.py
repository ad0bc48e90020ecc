"""Boolean queries: what they find, what they leave, and what they say when they are wrong."""

from __future__ import annotations

import random
import time

import pytest

from umot.queries import QueryError, parse


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("klaver", "De KLÁVER is groen", True),
        ("klaver", "klaveren", False),
        ("klaver*", "klaveren", True),
        ("klaver", "Bedankt @klaver", True),
        ("klaver", "wat een dag #Klaver!", True),
        ("#klaver", "wat een klaver", False),
        ("#klaver", "wat een dag #KLAVER", True),
        ("@klaver", "hallo @Klaver", True),
        ("@klaver", "klaver", False),
        ('"klaver verzekeringen"', "Klaver-\nVerzekeringen belt niet", True),
        ('"klaver verzekeringen"', "verzekeringen van klaver", False),
        ('"klaver verzekeringen"', "nooit meer #KlaverVerzekeringen", True),
        ('"klaver verzekeringen"', "nooit meer #klaververzekeringen", True),
        ('"klaver verzekeringen"', "via #KlaverVerzekeringenKlacht", True),
        ("klaver.example", "zie www.klaver.example/polis", True),
        ("klaver AND NOT vacature", "klaver zoekt: vacature", False),
        ("klaver -vacature", "klaver belt niet", True),
        ("klaver polis", "de polis is van klaver", True),
        ("a OR b c", "b", False),
        ("a OR b c", "a", True),
        ("(a OR b) c", "b c", True),
        ("NOT a", "b", True),
        ("NOT (a OR b)", "b", False),
        ("klaver NEAR/3 polis", "de polis die ik bij klaver", False),
        ("klaver NEAR/4 polis", "de polis die ik bij klaver", True),
        ("(klaver OR roos) NEAR/2 polis", "een roos polis", True),
        ('"klaver verzekeringen" NEAR/1 polis', "polis klaver verzekeringen", True),
        ("a NEAR/1 b NEAR/1 c", "a b c", True),
        ("a NEAR/1 b NEAR/1 c", "a b x c", False),
        ("straße", "STRASSE", True),
        ("cafe", "cafe\u0301 en cafés", True),
        ("klaver", "kla\u00adver met een zacht streepje", True),
        ("Crédit", "Cre\u0301dit is traag @klant", True),
        ("Crédit", "#Cre\u0301dit is traag", True),
        ("#crédit", "#Cre\u0301dit is traag", True),
        ("klaver", "kla\u00adver is traag @klant", True),
        ("@klaver", "hallo @kla\u00adver", True),
        ('"crédit agricole"', "via #Cre\u0301ditAgricole", True),
        ("klaver", "𝐊𝐥𝐚𝐯𝐞𝐫 in vette letters", True),
        ("“klaver verzekeringen”", "klaver verzekeringen", True),
        ("t-mobile", "T Mobile", True),
        ("coop", "coop's zegels", True),
    ],
)
def test_a_query_finds_whole_words_however_they_are_written(
    query: str, text: str, found: bool
) -> None:
    assert (parse(query).found(text) is not None) is found


def test_it_says_which_terms_were_found_and_looks_in_title_and_body() -> None:
    query = parse('("klaver verzekeringen" OR klaverapp OR roos) AND NOT vacature')
    assert query.found("KlaverApp", "van Klaver Verzekeringen") == (
        "klaver verzekeringen",
        "klaverapp",
    )
    assert query.found(None, "niets") is None
    assert parse('"a b"').found("a", "b") is None, "title and body are no phrase"
    assert parse("NOT vacature").found("iets") == ()


@pytest.mark.parametrize(
    ("query", "column", "named"),
    [
        ("", 1, "empty"),
        ("  ", 1, "empty"),
        ("klaver AND", 11, "missing at the end"),
        ("klaver AND OR roos", 12, "missing before this OR"),
        ("(klaver OR roos", 1, "never closed"),
        ("klaver)", 7, "closes nothing"),
        ("klaver ()", 9, "missing before this [)]"),
        ('klaver "open', 8, "never closed"),
        ("klaver and roos", 8, "AND in capitals"),
        ("klaver NEAR roos", 8, "NEAR/5"),
        ("klaver NEAR/0 roos", 8, "NEAR/5"),
        ("klaver NEAR/3 (a AND b)", 8, "between words"),
        ("klaver AND !", 12, "no word"),
        ('""', 1, "no word"),
        ("kla*ver", 1, "end of a word"),
        ("(" * 60 + "a" + ")" * 60, 51, "within each other"),
    ],
)
def test_a_mistake_is_named_with_its_column(query: str, column: int, named: str) -> None:
    with pytest.raises(QueryError, match=named) as error:
        parse(query)
    assert error.value.column == column
    assert str(error.value).startswith(f"column {column}: ")


@pytest.mark.parametrize(
    ("query", "searches"),
    [
        ("klaver", {"klaver"}),
        ("Klaver AND NOT vacature", {"Klaver"}),
        ('"klaver verzekeringen"', {'"klaver verzekeringen"', "klaververzekeringen"}),
        ("klaver OR roos", {"klaver", "roos"}),
        ("(klaver OR roos) polis", {"klaver polis", "polis roos"}),
        ("klaver polis*", {"klaver"}),
        ("klaver OR polis*", set()),
        ("NOT klaver", set()),
        ("klaver NEAR/3 polis", {"klaver polis"}),
        ("#klaver", {"klaver"}),
        (" OR ".join(f"a{n}" for n in range(20)), set()),
    ],
)
def test_what_a_platform_is_asked_for(query: str, searches: set[str]) -> None:
    assert set(parse(query).searches()) == searches


def test_what_a_platform_is_asked_for_finds_all_that_matches() -> None:
    dice = random.Random(8)
    names = ["a", "b", "c", '"a b"', "#c"]

    def made(depth: int) -> str:
        if depth == 0 or dice.random() < 0.3:
            return dice.choice(names)
        one, other = made(depth - 1), made(depth - 1)
        form = dice.choice(["({} AND {})", "({} OR {})", "({} AND NOT {})", "({} {})"])
        return form.format(one, other)

    matched = 0
    for _ in range(300):
        query = parse(made(3))
        searches = [parse(one) for one in query.searches()]
        for _ in range(10):
            text = " ".join(dice.choice(["a", "b", "c", "#c", "#ab", "x"]) for _ in range(5))
            if query.found(text) is not None and searches:
                matched += 1
                # A hashtag is found by its word on every platform.
                assert any(one.found(text.replace("#", "")) is not None for one in searches), (
                    query.text,
                    text,
                )
    assert matched > 300


def test_long_and_hostile_texts_cost_little() -> None:
    query = parse("(klaver NEAR/5 polis) OR verzeker*")
    started = time.monotonic()
    for text in ("klaver " * 2000 + "polis", "#" * 50_000, '"(' * 20_000, "\u200b" * 50_000):
        query.found(text)
    assert time.monotonic() - started < 10  # minutes if it were not linear
