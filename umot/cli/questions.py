"""What `umot init` asks about a company, and what an answer looks like."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from umot.starter import Company


@dataclass(frozen=True, slots=True)
class Question:
    """A question; the answer is what `shape` finds (its last group), of which `such` tells."""

    name: str
    text: str
    usual: str = ""
    shape: str = r"(.*)"
    such: str = ""

    def read(self, answer: str) -> str:
        """The answer as it is used. Raises typer's usage error for one that cannot be."""
        found = re.fullmatch(self.shape, answer.strip(), re.IGNORECASE)
        if answer.strip() and not found:
            raise typer.BadParameter(f"{answer.strip()!r} is no {self.such}")
        return (found[found.re.groups] or "") if found else self.usual


QUESTIONS = (
    Question("country", "Country (nl, be, gb, …)", "nl", r"([a-z]{2})",
             "code of a country in two letters, e.g. nl"),
    Question("languages", "Languages your customers write in", "nl,en",
             r"([a-z]{2}(?:\s*,\s*[a-z]{2})*)", "list of languages in two letters, e.g. nl,en"),
    Question("website", "Website, or empty"),
    Question("app_store",
             "Number of your app in the App Store (after id in its address), or empty", "",
             r"(?:.*\bid)?(\d+)(?:\?.*)?", "number of an app, e.g. 123456789"),
    Question("subreddit", "A subreddit of your own, or empty", "",
             r"(?:https?://\S+)?/?(?:r/)?(\w+)/?", "name of a subreddit"),
    Question("youtube", "Id of your YouTube channel (UC…), or empty", "",
             r"(?:\S+/channel/)?(UC[\w-]+)",
             "id of a channel: it begins with UC and stands under its settings"),
    Question("forum", "Address of your Discourse forum, or empty", "", r"(https?://\S+)",
             "address, e.g. https://forum.klaver.example"),
    Question("competitors", "Competitors, with commas between them, or empty"),
)  # fmt: skip


def told(
    brand: str,
    language: str,
    time_zone: str | None,
    given: dict[str, str | None],
    *,
    asks: bool,
) -> Company:
    """What is known of the company, the rest asked for or taken as usual."""
    from umot.starter import Company

    answers = {}
    for one in QUESTIONS:
        answer = given[one.name]
        if answer is None and asks:
            # An answer that cannot be is asked for again.
            read = typer.prompt(
                one.text, default=one.usual, err=True, show_default=bool(one.usual),
                value_proc=one.read,
            )  # fmt: skip
        else:
            read = one.read(answer or "")
        answers[one.name] = read
    languages = listed(answers.pop("languages").lower())
    competitors = listed(answers.pop("competitors"))
    answers["country"] = answers["country"].lower()
    return Company(brand, language, time_zone, languages=languages, competitors=competitors,
                   **answers)  # fmt: skip


def listed(text: str) -> tuple[str, ...]:
    """Words with commas between them."""
    return tuple(one.strip() for one in text.split(",") if one.strip())
