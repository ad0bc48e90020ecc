"""Posts of our own told otherwise: the same moments, each with its own answer."""

from __future__ import annotations

from collections import Counter

from models.training import data, variations
from models.training.data import Part, Row

NONE = data.STAGES.index("none")


def said(row: Row) -> Counter[tuple[str, int | None, int | None]]:
    """The moments of a row, whatever their order."""
    return Counter((text, part.label, part.stage) for text, part in variations.pieces(row))


def test_every_telling_keeps_its_moments_with_their_answers():
    rows = data.own_posts()[::40]
    told = variations.told(rows, 3, NONE, seed=1)
    assert told[: len(rows)] == rows
    talk = {text for rows_of in variations.small_talk(rows, NONE).values() for text, _ in rows_of}
    added = moved = 0
    for number, row in enumerate(told[len(rows) :]):
        first = rows[number % len(rows)]
        assert (row.label, row.language) == (first.label, first.language)
        aside = said(row) - said(first)
        assert not said(first) - said(row)
        assert aside.total() <= 1
        assert {text for text, _, _ in aside} <= talk
        added += aside.total()
        moved += not aside and row.text != first.text
    assert added > 20
    assert moved > 20


def test_the_same_seed_tells_the_same():
    rows = data.own_posts()[::200]
    assert variations.told(rows, 2, NONE, seed=3) == variations.told(rows, 2, NONE, seed=3)


def test_a_post_of_one_moment_without_an_aside_stays_as_it_is():
    row = Row("Mooi!", 2, "nl", "own", 2)
    assert variations.told([row], 4, NONE, seed=1) == [row] * 4
    two = Row("A b", 1, "nl", "own", None, (Part(0, 1, 0, 1), Part(2, 3, 2, 3)))
    assert all(len(one.parts) == 2 for one in variations.told([two], 9, NONE, seed=1))
