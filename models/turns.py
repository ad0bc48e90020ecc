"""Where a sentence turns: "maar", "but", "obwohl" and their like, with something on both sides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
FEWEST = 3  # words that each side must have, the turning word among them
FEWEST_BEFORE_COMMA = 2  # "lekker gegeten, maar veel te duur"

# These turn a sentence wherever they stand between two clauses.
FREE = (
    "maar|echter|hoewel|ondanks|terwijl|daarentegen|but|however|although|though|despite|whereas|"
    "aber|jedoch|allerdings|obwohl|trotzdem|hingegen|mais|cependant|pourtant|toutefois|"
    "bien que|malgré|même si|even though|auch wenn|pero|sin embargo|aunque|però|tuttavia|"
    "sebbene|nonostante|porém|embora|no entanto|apesar"
)
# These have other uses, and turn a sentence only after a comma or the like.
AFTER_COMMA = (
    "alleen|toch|helaas|jammer|behalve|yet|only|except|unfortunately|sadly|still|nur|doch|leider|"
    "sonst|malheureusement|dommage|sauf|seulement|lástima|ma|purtroppo|peccato|mas|infelizmente|"
    "en toch|and yet|und trotzdem"
)
TURN = re.compile(
    rf"(?i)(?:(?<=[,;:–—])|(?<=\.\.)|(?<=…)|(?<=\s-))\s*(?P<comma>\b(?:{FREE}|{AFTER_COMMA})\b)"
    rf"|\s(?P<free>(?:{FREE})\b)"
)
# "Hoewel het eten goed was, duurde het lang": the turn is at the comma.
LEADING = re.compile(
    r"(?i)\W*(?:hoewel|ondanks|ook al|although|though|even though|while|despite|obwohl|trotz|"
    r"bien que|malgré|aunque|a pesar|sebbene|nonostante|embora|apesar)\b"
)
# Adverbs as well: after a verb or its pronoun they stand within a clause ("was echter traag").
ADVERBIAL = (
    "echter daarentegen however though aber jedoch allerdings trotzdem hingegen cependant pourtant "
    "toutefois tuttavia porém"
)
ADVERBS = frozenset(ADVERBIAL.split())
VERBS = (
    "is was zijn waren ben heb hebt heeft hebben had hadden werd werden wordt worden kan kon moet "
    "moest gaat ging blijft bleef vind vond we wij ik je jij u het ze zij men er "
    "be been are were am has have will would did does i it they you "
    "ist sind bin war waren wäre hat habe haben hatte hatten wird wurde werden kann konnte muss "
    "musste geht ging bleibt ich wir ihr sie es man das mir uns "
    "est sont était étaient suis a ont avait avons fut sera reste je tu il elle nous vous ils "
    "elles c'est j'ai è era foi é são"
)
WITHIN_AFTER = frozenset(VERBS.split())
# "no choice but to pay", and "mais" where it is Portuguese for "more".
NO_TURN = re.compile(
    r"(?i)\b(?:(?:choice|option|help|be|all|none|anything|nothing) but"
    r"|(?:muito|o|os|as|é|não|nada|ainda|sem|cada|bem|são|foi|era|nunca|algo|por|tem|que) mais)$"
)
# "niet alleen lekker maar ook goedkoop" adds where it seems to turn.
ADDED = 150  # characters between the two
ONLY = frozenset({"maar", "but"})
BUT = frozenset({"maar", "but", "aber", "mais", "pero", "ma"})
ADDING = re.compile(
    r"(?i)\b(?:niet alleen|niet enkel|not only|not just|nicht nur|non seulement|no s[oó]lo|"
    r"non solo|n[aã]o s[oó])\b"
)
# Dutch "maar" is "just" or "only" after these ("ga maar", "er was maar één kassa open") …
JUST = (
    "alleen nog ook zo doe ga toe dan nou al altijd kom laat wacht steeds blijf mag moet ben is "
    "was waren heb hebt heeft had hadden kost kostte kosten duurde duurt geef kan kon werd zijn "
    "er nothing anything everything all none"
)
ONLY_AFTER = frozenset(JUST.split())
# … and before these.
ONLY_BEFORE = frozenset({"liefst", "één", "ook", "net", "weinig", "amper", "twee", "drie", "half"})


def find(text: str) -> Iterator[int]:
    """The places where the sentence `text` turns, each with words enough on both sides."""
    last = 0
    for place in candidates(text):
        comma = text[max(place - 3, last) : place].rstrip()[-1:] in {",", ";", ":"}
        fewest = FEWEST_BEFORE_COMMA if comma else FEWEST
        if enough(text, last, place, fewest) and enough(text, place, len(text)):
            yield place
            last = place


def candidates(text: str) -> Iterator[int]:
    """Where it may turn, in order."""
    places = set()
    if LEADING.match(text):
        comma = text.find(",")
        if comma > 0 and enough(text, comma, len(text)):
            places.add(comma + 1)
    for match in TURN.finditer(text):
        group = "comma" if match["comma"] else "free"
        place, word = match.start(group), match[group].lower()
        if word in BUT and ADDING.search(text, max(place - ADDED, 0), place):
            continue
        before, after = text[max(place - 40, 0) : place], text[match.end() : match.end() + 40]
        if NO_TURN.search(text, max(place - 40, 0), match.end()):
            continue
        if group == "free" and (inside(word, before) or (word in ONLY and only(before, after))):
            continue
        places.add(place)
    yield from sorted(places)


def inside(word: str, before: str) -> bool:
    """Whether the adverb `word` stands within a clause, `before` being what goes before it."""
    left = WORD.findall(before)
    return word in ADVERBS and bool(left) and left[-1].lower() in WITHIN_AFTER


def only(before: str, after: str) -> bool:
    """Whether "maar" or "but" here means no more than "only"."""
    left, right = WORD.findall(before), WORD.findall(after)
    return bool(
        (left and left[-1].lower() in ONLY_AFTER)
        or (right and (right[0].lower() in ONLY_BEFORE or right[0].isdigit()))
    )


def enough(text: str, start: int, stop: int, fewest: int = FEWEST) -> bool:
    """Whether there are words enough from `start` to `stop` to make a moment."""
    return sum(1 for _ in islice(WORD.finditer(text, start, stop), fewest)) == fewest
