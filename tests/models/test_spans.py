import random
from time import process_time

import pytest

from models.spans import split
from models.text import normalise


def parts(text):
    return [text[start:stop] for start, stop in split(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # sentences
        ("Goed geholpen. Snel geleverd!", ["Goed geholpen.", "Snel geleverd!"]),
        ("goed geholpen. verder niks", ["goed geholpen.", "verder niks"]),
        ("Echt waar?! Ja.", ["Echt waar?!", "Ja."]),
        ("een zin zonder punt", ["een zin zonder punt"]),
        ("Super!Snel geleverd.Aanrader", ["Super!", "Snel geleverd.", "Aanrader"]),
        ("Wat een service...Echt top", ["Wat een service...", "Echt top"]),
        ("Nou… dat viel mee", ["Nou… dat viel mee"]),
        (
            '"Geweldig!" zei hij. "Nooit meer" zei zij.',
            ['"Geweldig!" zei hij.', '"Nooit meer" zei zij.'],
        ),
        ("(Nooit meer.) Einde.", ["(Nooit meer.)", "Einde."]),
        # abbreviations, numbers, addresses
        (
            "Dhr. J. de Vries kwam om 12.30 uur, d.w.z. te laat. Jammer.",
            ["Dhr. J. de Vries kwam om 12.30 uur, d.w.z. te laat.", "Jammer."],
        ),
        (
            "De prijs is € 3.50 p.p. excl. drankjes. Prima.",
            ["De prijs is € 3.50 p.p. excl. drankjes.", "Prima."],
        ),
        ("Mr. Smith, e.g. the manager, left. Bad.", ["Mr. Smith, e.g. the manager, left.", "Bad."]),
        ("Am 3. Mai bzw. am 4. Juni. Gut.", ["Am 3. Mai bzw. am 4. Juni.", "Gut."]),
        ("Wir waren z.B. dort, d.h. am Bahnhof.", ["Wir waren z.B. dort, d.h. am Bahnhof."]),
        (
            "M. Dupont et Mme. Petit, env. 50 €. Bien.",
            ["M. Dupont et Mme. Petit, env. 50 €.", "Bien."],
        ),
        ("Boeken, films enz. Alles was er.", ["Boeken, films enz.", "Alles was er."]),
        ("Via Bol.com of Booking.Com besteld.", ["Via Bol.com of Booking.Com besteld."]),
        ("zie https://x.nl/Foo.Bar?x=Y! Dus.", ["zie https://x.nl/Foo.Bar?x=Y!", "Dus."]),
        ("mail J.Jansen@Bedrijf.Nl even", ["mail J.Jansen@Bedrijf.Nl even"]),
        ("Op wo. 5 nov. geleverd. Top.", ["Op wo. 5 nov. geleverd.", "Top."]),
        ("U.S. Airways lost it. Bad.", ["U.S. Airways lost it.", "Bad."]),
        ("La fam. Petit, c.-à-d. nous. Bien.", ["La fam. Petit, c.-à-d. nous.", "Bien."]),
        # emoji
        ("Ik ben boos😡niemand belt terug", ["Ik ben boos😡", "niemand belt terug"]),
        ("I❤NY en de rest", ["I❤NY en de rest"]),
        ("Wat een service :-) Volgende keer weer", ["Wat een service :-)", "Volgende keer weer"]),
        ("Aanrader!! :) :) Tot ziens", ["Aanrader!! :) :)", "Tot ziens"]),
        ("👍 snelle levering 👎 slecht verpakt", ["👍 snelle levering", "👎 slecht verpakt"]),
        ("✅ Goede service ❌ duur", ["✅ Goede service", "❌ duur"]),
        ("Top service 😊 Volgende keer weer", ["Top service 😊", "Volgende keer weer"]),
        ("Slecht! 😡😡 Nooit meer.👎🏽", ["Slecht! 😡😡", "Nooit meer.👎🏽"]),
        ("😀😀", ["😀😀"]),
        ("!!! Slecht", ["!!! Slecht"]),
        # lines and lists
        ("Mooi\r\n\r\nDuur", ["Mooi", "Duur"]),
        (
            "Mooi hotel\n+ goed ontbijt\n- parkeren duur",
            ["Mooi hotel", "+ goed ontbijt", "- parkeren duur"],
        ),
        ("+ zwembad + ligging - sanitair", ["+ zwembad", "+ ligging", "- sanitair"]),
        ("Prima hotel + goed ontbijt - duur", ["Prima hotel", "+ goed ontbijt", "- duur"]),
        ("• snel\n• netjes", ["• snel", "• netjes"]),
        ("• snel • netjes", ["• snel", "• netjes"]),
        ("* snel * netjes", ["* snel", "* netjes"]),
        ("3 * zo duur * echt", ["3 * zo duur * echt"]),
        ("Eten 8/10 | Bediening 6/10", ["Eten 8/10", "| Bediening 6/10"]),
        ("+mooi scherm +goede accu -traag", ["+mooi scherm", "+goede accu", "-traag"]),
        ("1) snel 2) goed 3) goedkoop", ["1) snel", "2) goed", "3) goedkoop"]),
        ("1. Slecht bereikbaar. 2. Duur.", ["1. Slecht bereikbaar.", "2. Duur."]),
        ("Kamer 12. Was vies.", ["Kamer 12.", "Was vies."]),
        ("Positief: bed Negatief: herrie", ["Positief: bed", "Negatief: herrie"]),
        # points between commas
        (
            "snel geleverd, goed verpakt, mooi product",
            ["snel geleverd,", "goed verpakt,", "mooi product"],
        ),
        ("Livraison rapide, produit conforme, très bon service", None),
        ("Het hotel was mooi, de kamer schoon, het ontbijt lekker", None),
        (
            "Ik was er met mijn moeder, vader en broer",
            ["Ik was er met mijn moeder, vader en broer"],
        ),
        (
            "Ik was er vorige week, met mijn zus, op haar verjaardag",
            ["Ik was er vorige week, met mijn zus, op haar verjaardag"],
        ),
        ("1. goed product\n2. slechte service", ["1. goed product", "2. slechte service"]),
        ("Pluspunten: snel. Minpunten: duur", ["Pluspunten: snel.", "Minpunten: duur"]),
        ("pros: fast, cheap cons: rude staff", ["pros: fast, cheap", "cons: rude staff"]),
        ("goed - snel - netjes", ["goed - snel - netjes"]),
        (
            "een regel die door een mailprogramma is afgebroken en\ndus doorloopt. Klaar.",
            ["een regel die door een mailprogramma is afgebroken en\ndus doorloopt.", "Klaar."],
        ),
    ],
)
def test_sentences_and_lists(text, expected):
    """None is expected of texts that are divided at each of their commas."""
    assert parts(text) == (
        expected or [f"{part}," for part in text.split(", ")[:-1]] + [text.split(", ")[-1]]
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Het eten was lekker, maar de bediening was traag.",
            ["Het eten was lekker,", "maar de bediening was traag."],
        ),
        (
            "het eten was lekker maar een beetje duur",
            ["het eten was lekker", "maar een beetje duur"],
        ),
        (
            "The food was great, however, the service was slow.",
            ["The food was great,", "however, the service was slow."],
        ),
        ("We liked the room although it was small", ["We liked the room", "although it was small"]),
        (
            "Das Essen war gut, aber der Service nicht",
            ["Das Essen war gut,", "aber der Service nicht"],
        ),
        ("Le repas était bon mais trop cher", ["Le repas était bon", "mais trop cher"]),
        (
            "Hoewel het eten lekker was, duurde het lang.",
            ["Hoewel het eten lekker was,", "duurde het lang."],
        ),
        (
            "Prima hotel voor weinig, alleen was het bed hard",
            ["Prima hotel voor weinig,", "alleen was het bed hard"],
        ),
        (
            "Het was er druk. Echter, de sfeer was goed.",
            ["Het was er druk.", "Echter, de sfeer was goed."],
        ),
        (
            "goed eten en drinken... maar duur voor wat het is",
            ["goed eten en drinken...", "maar duur voor wat het is"],
        ),
        ("Lekker gegeten, maar veel te duur", ["Lekker gegeten,", "maar veel te duur"]),
        ("I liked it even though it was small", ["I liked it", "even though it was small"]),
        (
            "Le lit était petit même si la chambre était grande",
            ["Le lit était petit", "même si la chambre était grande"],
        ),
        (
            "Leuk hotel met zwembad echter de kamer was klein",
            ["Leuk hotel met zwembad", "echter de kamer was klein"],
        ),
        # no turn
        (
            "De bediening was echter erg traag vanavond",
            ["De bediening was echter erg traag vanavond"],
        ),
        ("Der Kaffee war aber wirklich gut heute", ["Der Kaffee war aber wirklich gut heute"]),
        ("Le service était pourtant très lent", ["Le service était pourtant très lent"]),
        ("I have no choice but to pay the price", ["I have no choice but to pay the price"]),
        ("O produto é muito mais caro do que antes", ["O produto é muito mais caro do que antes"]),
        ("Lekker gegeten, maar duur", ["Lekker gegeten, maar duur"]),  # two words before it
        ("Het was alles bij elkaar leuk, maar duur", ["Het was alles bij elkaar leuk, maar duur"]),
        (
            "niet alleen lekker en vers maar ook goedkoop",
            ["niet alleen lekker en vers maar ook goedkoop"],
        ),
        ("Er was maar één kassa open vandaag", ["Er was maar één kassa open vandaag"]),
        ("Je moet er maar eens gaan eten", ["Je moet er maar eens gaan eten"]),
        ("He was alleen thuis met de hond", ["He was alleen thuis met de hond"]),
        (
            "There was nothing but trouble with this phone",
            ["There was nothing but trouble with this phone"],
        ),
    ],
)
def test_clauses_where_the_story_turns(text, expected):
    assert parts(text) == expected


@pytest.mark.parametrize("text", ["", "  ", "\r\n\t\n"])
def test_nothing_said(text):
    assert split(text) == ()


PIECES = [
    "goed",
    "Slecht",
    " ",
    "  ",
    ". ",
    ".",
    "! ",
    "?!",
    "…",
    "...",
    "\n",
    "\r\n",
    "\n- ",
    " + ",
    " - ",
    "maar ",
    ", but ",
    "hoewel ",
    "😡",
    "👍🏽",
    "e\u0301",
    "12.30",
    "bijv. ",
    "http://a.nl/b.C?d ",
    "x@y.nl",
    "\u200b",
    "\x00",
    "\u2028",
    "\ud83d",
    '"',
    ")",
    "日本",
    "nadelen: ",
    "1. ",
    "2) ",
    ", ",
    "👎 ",
    " | ",
    "• ",
    ":-) ",
    "U.S. ",
    "echter ",
    "même si ",
    "@u ",
]


@pytest.mark.parametrize("seed", range(200))
def test_spans_hold_everything_in_order_and_apart(seed):
    chooser = random.Random(seed)
    text = "".join(chooser.choices(PIECES, k=chooser.randint(1, 60)))
    spans = split(text)
    assert list(spans) == sorted(spans)
    assert all(start < stop for start, stop in spans)
    assert all(before[1] <= after[0] for before, after in zip(spans, spans[1:], strict=False))
    assert all(text[start:stop] == text[start:stop].strip() for start, stop in spans)
    inside = {place for start, stop in spans for place in range(start, stop)}
    assert all(place in inside or text[place].isspace() for place in range(len(text)))


@pytest.mark.parametrize(
    "piece",
    ["a", "a. ", "😡", "😡a", "maar ", "+ ", "a, ", "1) ", "http://a.nl ", ".", "\n", "a\n", "@a "],
)
def test_a_huge_text_takes_no_longer_than_its_length(piece):
    text = piece * (100_000 // len(piece))  # a quadratic pattern would take minutes
    started = process_time()
    split(text)
    assert process_time() - started < 10


@pytest.mark.parametrize("seed", range(50))
def test_places_in_a_normalised_text(seed):
    chooser = random.Random(seed)
    text = "".join(chooser.choices(PIECES, k=30))
    ready = normalise(text)
    places = [ready.place(place) for place in range(len(text) + 1)]
    assert places == sorted(places)
    assert (places[0], places[-1]) == (0, len(ready.text))
