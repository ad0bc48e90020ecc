"""What complaints and praise are about: words that stand out, and none where there is noise."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest

from umot.digest import standing
from umot.digest.standing import Said, odds
from umot.digest.terms import stop_words, terms
from warehouse.digest_details import TextRow

STOP = stop_words("Vlotte Fiets")
FILLER = ("zadel", "wiel", "ketting", "bel", "lamp", "stuur", "frame", "band", "tas", "slot")


def said(texts: Sequence[str], label: str = "neutral", first: int = 0) -> list[Said]:
    """Posts of as many writers."""
    return [
        Said(TextRow(f"p{n}", f"w{n}", label, 0.5, text), terms(text, STOP))
        for n, text in enumerate(texts, start=first)
    ]


def filler(count: int, seed: int = 1) -> list[str]:
    """Posts about anything, three words each."""
    chance = random.Random(seed)
    return [" ".join(chance.sample(FILLER, 3)) for _ in range(count)]


def test_terms_are_words_and_pairs_that_could_name_a_theme() -> None:
    text = (
        "@VlotteFiets: De bezorging kwam te laat!! Kosten: 4.9 &amp; zie https://x.example/retour"
    )
    assert terms(text, STOP) == {"bezorging", "kosten"}
    assert terms("Cancelled flight, again. Customer service?", STOP) == {
        "cancelled",
        "flight",
        "cancelled flight",
        "customer",
        "service",
        "customer service",
    }
    assert terms("<script>alert(1)</script> \u202e", STOP) == {"alert"}


def test_the_more_posts_the_surer() -> None:
    assert odds(5, 50, 50, 500) == pytest.approx(0, abs=1e-9)
    assert 0 < odds(3, 50, 0, 500) < odds(10, 50, 0, 500) < odds(30, 50, 0, 500)
    assert odds(5, 50, 100, 500) < 0
    # What all posts have, or none, tells nothing apart.
    assert odds(50, 50, 500, 500) == odds(0, 50, 0, 500) == odds(3, 3, 0, 0) == 0
    # Three of fifty are no discovery, ten of fifty are.
    assert odds(3, 50, 0, 500) < standing.NEW < odds(10, 50, 0, 500)


def test_complaints_are_told_from_everything_else() -> None:
    angry = said([f"storing in de app {text}" for text in filler(12)], "negative")
    others = said(filler(60, 2), first=100)
    (first, *_) = standing.standing_out(
        [*angry, *others], said(filler(200, 3), first=200), "negative"
    )
    assert {"storing", "app"} <= set(first.terms)
    assert first.posts == set(range(12))


def test_what_is_new_is_what_was_not_said_before() -> None:
    today = said([f"{text} staking" if n < 15 else text for n, text in enumerate(filler(80))])
    past = said(filler(400, 4), first=1000)
    assert [one.terms[0] for one in standing.new(today, past)] == ["staking"]
    assert standing.new(today, past[: standing.EARLIER - 1]) == []


def test_days_that_are_like_the_others_have_nothing_new() -> None:
    found = [
        standing.new(said(filler(80, seed)), said(filler(600, seed + 50), first=1000))
        for seed in range(20)
    ]
    assert sum(map(len, found)) == 0


def test_one_writer_makes_no_theme() -> None:
    rows = said([f"{text} schandaal" for text in filler(15)], "negative")
    alone = [Said(TextRow(o.row.post_id, "w", "negative", -0.9, o.row.text), o.terms) for o in rows]
    found = standing.standing_out([*alone, *said(filler(60, 2), first=100)], [], "negative")
    assert "schandaal" not in {term for one in found for term in one.terms}


def test_a_theme_is_called_by_the_pair_that_most_of_its_posts_have() -> None:
    texts = [f"customer service, {text}" for text in filler(12)]
    today = [*said(texts, "negative"), *said(filler(120, 2), first=100)]
    (first, *_) = standing.standing_out(today, [], "negative")
    assert standing.named(first, today) == "customer service"


def test_words_beside_a_theme_are_each_another_word() -> None:
    assert standing.apart(["flights", "flight", "gate", "waited"], ["waiting"]) == [
        "flights",
        "gate",
    ]


def test_forms_of_a_word_are_one_theme() -> None:
    texts = ["delayed gate", "delay gate", "delays gate"] * 6
    angry = said(
        [f"{text} {more}" for text, more in zip(texts, filler(18), strict=True)], "negative"
    )
    found = standing.standing_out([*angry, *said(filler(80, 2), first=100)], [], "negative")
    (delay,) = [one for one in found if {"delay", "delayed", "delays"} & set(one.terms)]
    assert {"delay", "delayed", "delays"} <= set(delay.terms)
    assert len(delay.posts) == 18


def test_the_others_are_those_that_a_theme_is_told_from(world: Any) -> None:
    # A first day: 8 of 12 complaints say it, and 4 of the 80 other posts.
    with world.at_once():
        for number, text in enumerate(filler(12)):
            world.say("2026-11-21 10:00", f"{'Storing, ' * (number < 8)}{text}", "-")
        for number, text in enumerate(filler(80, 2)):
            world.say("2026-11-21 11:00", f"{'Storing, ' * (number < 4)}{text}", "+")
    found = world.digest("2026-11-21").themes
    assert found is not None
    (theme,) = found.complaints
    assert (theme.words, theme.posts, theme.share, theme.usual) == ("storing", 8, 0.6667, 0.05)
