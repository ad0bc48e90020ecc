"""How well tracing follows maps that companies edited: edited_maps.py [FOLDER].

FOLDER (default tests/models/edited_maps) holds NAME.toml, a company's own map, and NAME.jsonl, 40
sentences with the right touchpoint of that map; neither was trained on. A sentence is read as a
post; what counts is its main moment. Top 2: the touchpoint or its runner-up is the right one.
Writes results/edited_maps.json with model, machine and date. `examples only` leaves the maps'
deciding words out.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from machine import described

from models.bundled import Bundled
from models.reader import Reader
from umot import journey
from umot.journey import NONE, JourneyMap
from umot.post import Moment
from umot.traced import main_moment

HERE = Path(__file__).parent
FOLDER = HERE.parent / "tests" / "models" / "edited_maps"
BAR = 0.8  # of the sentences in the top 2


@dataclass(frozen=True, slots=True)
class Sentence:
    """A customer's sentence and the key of the touchpoint that it speaks of."""

    text: str
    language: str
    touchpoint: str


def sentences(path: Path) -> list[Sentence]:
    """The sentences of a JSON Lines file."""
    return [Sentence(**json.loads(line)) for line in path.read_text("utf-8").splitlines()]


def places(reader: Reader, texts: Sequence[Sentence]) -> list[tuple[str, str | None]]:
    """(touchpoint, runner-up) of each sentence's main moment."""
    _, moments = reader.read_posts(
        [(str(row), "", None, one.text, None, one.language) for row, one in enumerate(texts)]
    )
    of_post: dict[str, list[Moment]] = {str(row): [] for row in range(len(texts))}
    for moment in moments:
        of_post[moment.post_id].append(moment)
    mains = [main_moment(found) or next(iter(found), None) for found in of_post.values()]
    return [(one.touchpoint, one.runner_up) if one else (NONE, None) for one in mains]


def figures(texts: Sequence[Sentence], found: Sequence[tuple[str, str | None]]) -> dict[str, float]:
    """Shares of the sentences: right at first, right in the top 2, said to be of no moment."""
    pairs = list(zip(texts, found, strict=True))
    return {
        "sentences": len(texts),
        "top_1": sum(one.touchpoint == place[0] for one, place in pairs) / len(texts),
        "top_2": sum(one.touchpoint in place for one, place in pairs) / len(texts),
        "none": sum(place[0] == NONE for _, place in pairs) / len(texts),
    }


def without_words(one: JourneyMap) -> JourneyMap:
    """The map with its examples only."""
    return JourneyMap(one.name, tuple(replace(place, words=()) for place in one.touchpoints))


def main() -> None:
    """Measure each map, print every sentence that missed, and write the figures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    model = Bundled()
    result: dict[str, object] = {"model": model.name, "machine": described(), "bar_top_2": BAR}
    maps: dict[str, object] = {}
    for path in sorted(folder.glob("*.toml")):
        edited = journey.load(path)
        texts = sentences(path.with_suffix(".jsonl"))
        found = places(Reader(model, edited, ("nl", "en")), texts)
        plain = places(Reader(model, without_words(edited), ("nl", "en")), texts)
        maps[path.stem] = {"touchpoints": len(edited.touchpoints), **figures(texts, found)} | {
            language: figures(*subset(texts, found, language)) for language in ("nl", "en")
        }
        maps[path.stem] |= {"examples only": figures(texts, plain)}  # type: ignore[operator]
        print(path.stem, json.dumps(maps[path.stem]))
        for one, place in zip(texts, found, strict=True):
            if one.touchpoint not in place:
                print(f"  {one.touchpoint}: {place[0]}, {place[1]}: {one.text}")
    target = HERE / "results" / "edited_maps.json"
    target.write_text(json.dumps(result | {"maps": maps}, indent=1) + "\n", "utf-8")


def subset(
    texts: Sequence[Sentence], found: Sequence[tuple[str, str | None]], language: str
) -> tuple[list[Sentence], list[tuple[str, str | None]]]:
    """Those in one language."""
    kept = [pair for pair in zip(texts, found, strict=True) if pair[0].language == language]
    return [one for one, _ in kept], [place for _, place in kept]


if __name__ == "__main__":
    main()
