import random

import pytest
from tokenizers import Tokenizer

from models.windows import Tokens, batches, cut, tokenise, windows

PIECES = [
    "de ",
    "bezorging ",
    "écht ",
    "e\u0301e\u0301n ",
    "😡",
    "👍🏽 ",
    "👨‍👩‍👧",
    "\r\n",
    "  ",
    "\t",
    "https://a.nl/b?c=d ",
    "info@x.nl ",
    "½ ",
    "ﬁets ",
    "ＡＢＣ",
    "…",
    "!",
    ". ",
    "x",
]


@pytest.fixture(scope="module", params=["tiny", "bundled"])
def tokenizer(request) -> Tokenizer:
    made = request.getfixturevalue(request.param)
    return made.tokenizer if request.param == "tiny" else made.encoder.tokenizer


def pieces(tokenizer, tokens, span):
    found = "".join(tokenizer.id_to_token(index) for index in tokens.ids[slice(*span)])
    return found.removeprefix("▁")


@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        ("  de service was goed", "service", "service"),
        ("😡👍🏽 de service", "service", "service"),
        ("e\u0301e\u0301n \ufb01ets en de service!", "service", "service"),
        ("kijk op https://a.nl/lang/adres?x=1 service", "service", "service"),
        ("mail info@bedrijf.nl: service", "service", "service"),
        ("de\r\n\r\nservice\r\nwas goed", "service", "service"),
        ("zie https://a.nl/x.", "https://a.nl/x.", "http"),
        ("@united @user_1 service", "@united @user_1 service", "service"),
    ],
)
def test_a_span_gets_its_own_tokens(tokenizer, text, part, expected):
    start = text.index(part)
    tokens = tokenise(tokenizer, text, [(start, start + len(part))])
    assert pieces(tokenizer, tokens, tokens.spans[0]) == expected


def test_a_name_alone_is_not_left_out(tokenizer):
    tokens = tokenise(tokenizer, "@united !!", [(0, 10)])
    assert tokens.spans[0] == (0, len(tokens.ids))


@pytest.mark.parametrize("seed", range(40))
def test_neighbouring_spans_share_no_token_and_leave_none_out(tokenizer, seed):
    chooser = random.Random(seed)
    text = "".join(chooser.choices(PIECES, k=30)).strip()
    cuts = [place for place in range(1, len(text)) if text[place].isspace()]
    places = [0, *sorted(chooser.sample(cuts, min(4, len(cuts)))), len(text)]
    spans = list(zip(places, places[1:], strict=False))
    tokens = tokenise(tokenizer, text, spans)
    found = [span for span in tokens.spans if span != (0, 0)]
    assert found == sorted(found)
    assert all(before[1] <= after[0] for before, after in zip(found, found[1:], strict=False))
    covered = sum(stop - start for start, stop in found)
    blank = [piece for piece in tokens.ids if tokenizer.id_to_token(piece) == "▁"]
    assert covered >= len(tokens.ids) - len(blank)


@pytest.mark.parametrize("span", [(-5, 2), (0, 99), (3, 1), (50, 60), (0, 0)])
def test_a_range_outside_the_text_does_no_harm(tokenizer, span):
    (start, stop) = tokenise(tokenizer, "goed", [span]).spans[0]
    assert 0 <= start <= stop


@pytest.mark.parametrize("total", [0, 1, 9, 10, 11, 25, 100])
def test_windows_make_up_the_text(total):
    tokens = Tokens(list(range(total)), [(0, total // 2), (total // 2, total)])
    ranges = cut(tokens, 10)
    assert [place for start, stop in ranges for place in range(start, stop)] == tokens.ids
    assert all(stop - start <= 10 for start, stop in ranges)


def test_windows_are_cut_where_spans_begin_if_that_is_near():
    tokens = Tokens(list(range(30)), [(0, 8), (8, 15), (15, 30)])
    assert cut(tokens, 20) == [(0, 15), (15, 30)]
    assert cut(Tokens(list(range(30)), [(0, 2), (2, 30)]), 20) == [(0, 15), (15, 30)]


def test_a_span_over_two_windows_is_in_both():
    tokens = Tokens(list(range(100, 120)), [(4, 16)])
    first, second = windows(tokens, text=3, first_span=7, size=12)
    assert first.ids == [0, *range(100, 110), 2]
    assert (first.text, first.spans, second.spans) == (3, [(7, 5, 11)], [(7, 1, 7)])


def test_batches_keep_to_the_budget_and_lose_nothing():
    lengths = random.Random(1).choices(range(1, 50), k=200)
    made = [
        window
        for row, length in enumerate(lengths)
        for window in windows(Tokens([5] * length, []), text=row, first_span=0, size=64)
    ]
    found = list(batches(made, 128))
    assert all(batch.ids.size <= 128 for batch in found)
    assert sorted(window.text for batch in found for window in batch.windows) == list(range(200))
    assert all(
        (batch.mask.sum(axis=1) == [len(w.ids) for w in batch.windows]).all() for batch in found
    )
