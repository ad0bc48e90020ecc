"""Stack Exchange: questions that a search finds, with their answers, on any of its sites."""

from __future__ import annotations

import html
import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors._answers import shaped
from connectors._keys import several
from connectors._listing import Line, Listing, Page, Reader, batches, gone
from connectors._text import html_to_text, storable
from connectors._values import whole
from umot.errors import Fatal, Retriable, Skippable, UmotError
from umot.http import Client, Limits, Refused, address, show, web_link
from umot.post import Batch, Engagement, Kind, Post, RawItem, Role

KEY = "UMOT_STACK_EXCHANGE_KEY"
PAGE = 100
LONGEST = 60.0  # seconds that are waited between two questions; what is longer, the next run does
THROTTLED = 502  # the number of the error that says so, with a status of 400
QUESTION = (
    "question_id", "title", "body", "tags", "owner", "score", "view_count", "answer_count",
    "creation_date", "last_edit_date", "link",
)  # fmt: skip
ANSWER = ("answer_id", "question_id", "body", "owner", "score", "creation_date", "last_edit_date")
OWNER = ("user_id", "display_name")


class StackExchange:
    """Questions on a Stack Exchange site that a search finds, with their answers.

    `site` is its short name, as stackoverflow or superuser. `search` looks for words, `tags` for
    questions with any of these; without both, the brand's `query` is looked for.
    `company_accounts` are the company's own names. UMOT_STACK_EXCHANGE_KEY, which is free, allows
    more requests. The first run goes `history_days` back; each later one reads `overlap_hours`
    before the newest known question again, so that answers, edits, deletions and scores are seen.
    `timeout` is seconds of silence.
    """

    def __init__(
        self,
        site: str,
        search: Sequence[str] = (),
        tags: Sequence[str] = (),
        company_accounts: Sequence[str] = (),
        history_days: float = 365.0,
        overlap_hours: float = 336.0,
        api_url: str = "https://api.stackexchange.com/2.3",
        timeout: float = 30.0,
        query: Sequence[str] = (),
    ) -> None:
        self._site = site
        self._asked = [("q", words) for words in several(search)]
        self._asked += [("tagged", tag) for tag in several(tags)]
        self._asked = self._asked or [("q", words) for words in several(query)]
        if not self._asked:
            raise Fatal("Stack Exchange needs `search` or `tags`")
        self._company = {name.casefold() for name in several(company_accounts)}
        self._history, self._overlap = history_days * 86_400, overlap_hours * 3600
        self._url = api_url.rstrip("/")
        address(self._url)
        self._limits = Limits.silence(timeout)

    def fetch(self, cursor: Mapping[str, Any] | None, *, now: datetime) -> Iterator[Batch]:
        """Yield what each search finds page by page, the cursor moving with each."""
        with Client(self._limits) as http:
            site = _Site(http, self._url, self._site, os.environ.get(KEY, "").strip())
            lists = [site.questions(name, words) for name, words in self._asked]
            reader = Reader(now, overlap=self._overlap, history=self._history)
            yield from batches(lists, cursor, reader, _explained)

    def parse(self, raw: RawItem) -> Iterable[Post]:
        """Give the question and each of its answers; a deleted one without its text."""
        if deleted := gone("stack_exchange", raw):
            yield deleted
            return
        data = raw.payload
        try:
            number = int(data["question_id"])
            yield self._post(raw, data, number, number)
            for answer in data.get("answers") or ():
                yield self._post(raw, answer, int(answer["answer_id"]), number)
        except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
            raise Skippable(f"{raw.place}: no readable number, time or writer") from error

    def _post(self, raw: RawItem, data: Mapping[str, Any], number: int, question: int) -> Post:
        owner = data.get("owner") or {}
        name = html.unescape(str(owner.get("display_name") or "")) or None
        edited = data.get("last_edit_date")
        link = web_link(raw.payload.get("link"))
        first = number == question
        thread = f"stack_exchange:{self._site}/{question}"
        return Post(
            platform="stack_exchange",
            native_id=f"{self._site}/{number}",
            kind=Kind.POST if first else Kind.COMMENT,
            title=html.unescape(str(data.get("title") or "")) or None if first else None,
            body=html_to_text(str(data.get("body") or "")),
            url=link if first or link is None else f"{link}#{number}",
            # A name may be shared or changed; the number is one writer's for good.
            author=str(owner.get("user_id") or name or "") or None,
            author_role=self._role(name),
            posted_at=datetime.fromtimestamp(data["creation_date"], UTC),
            edited_at=datetime.fromtimestamp(edited, UTC) if edited else None,
            thread_id=thread,
            parent_id=None if first else thread,
            engagement=Engagement(
                raw.fetched_at,
                likes=whole(data.get("score")),
                replies=whole(data.get("answer_count")),
                views=whole(data.get("view_count")),
            ),
            attributes={"tags": " ".join(map(str, data["tags"]))} if data.get("tags") else {},
        )

    def _role(self, name: str | None) -> Role:
        if name is None:
            return Role.UNKNOWN
        return Role.BRAND if name.casefold() in self._company else Role.CUSTOMER


class _Site:
    """Asks for the questions of a site."""

    def __init__(self, http: Client, url: str, site: str, key: str) -> None:
        self._http, self._url, self._site, self._key = http, url, site, key
        self._wait = 0.0

    def questions(self, name: str, words: str) -> Listing:
        """The questions that a search finds, the newest first."""

        def page(place: str | None) -> Page:
            # By time and not by number of page: without a key only 25 of these are given.
            asked = {name: words, "sort": "creation", "order": "desc", "pagesize": PAGE}
            given = self._ask("/search/advanced", asked | ({"todate": place} if place else {}))
            with shaped(self._url):
                lines = [self._line(one) for one in given["items"]]
                oldest = min((int(line.at) for line in lines), default=0)
            if not given.get("has_more") or not lines:
                return Page(self._answered(lines))
            return Page(self._answered(lines), str(oldest if str(oldest) != place else oldest - 1))

        where = f"{show(self._url)} {self._site}"
        return Listing(f"{self._site} {name} {words}", where, page, self._lookup)

    def _lookup(self, lost: Mapping[str, float]) -> list[Line]:
        """Ask for questions by their number; those that do not come are gone."""
        numbers = [name.rsplit("/", 1)[1] for name in lost]
        lines: list[Line] = []
        for at in range(0, len(numbers), PAGE):
            some = ";".join(numbers[at : at + PAGE])
            given = self._ask(f"/questions/{some}", {"pagesize": PAGE})
            with shaped(self._url):
                found = [self._line(one) for one in given["items"]]
            lines += self._answered(found)
        return lines

    def _answered(self, lines: list[Line]) -> list[Line]:
        """The same questions with their answers."""
        wanted = {line.id: line for line in lines if line.item.get("answer_count")}
        answers: dict[str, list[dict[str, Any]]] = {}
        numbers = ";".join(name.rsplit("/", 1)[1] for name in wanted)
        page = 1
        while wanted:
            asked = {"pagesize": PAGE, "page": page, "sort": "creation", "order": "asc"}
            given = self._ask(f"/questions/{numbers}/answers", asked)
            with shaped(self._url):
                for one in given["items"]:
                    kept = _kept(one, ANSWER)
                    answers.setdefault(f"{self._site}/{int(one['question_id'])}", []).append(kept)
                    kept["answer_id"] = int(one["answer_id"])
            if not given.get("has_more"):
                break
            page += 1
        return [
            Line(
                line.id,
                line.at,
                {**line.item, "answers": answers.get(line.id, [])},
                tuple(f"{self._site}/{one['answer_id']}" for one in answers.get(line.id, ())),
            )
            for line in lines
        ]

    def _line(self, one: Mapping[str, Any]) -> Line:
        name = f"{self._site}/{int(one['question_id'])}"
        return Line(name, float(one["creation_date"]), _kept(one, QUESTION))

    def _ask(self, path: str, params: Mapping[str, Any]) -> Any:
        if wait := self._wait:  # an answer may say how long the next question has to wait
            self._wait = 0.0
            if wait > LONGEST:
                raise Retriable(f"{show(self._url)} asks to be left alone", retry_after=wait)
            time.sleep(wait)
        asked = {"site": self._site, "filter": "withbody", **params}
        asked |= {"key": self._key} if self._key else {}
        try:
            given = storable(self._http.get(f"{self._url}{path}", params=asked).json())
        except Refused as error:
            raise _throttled(error) or error from error
        with shaped(self._url):
            self._wait = float(given.get("backoff") or 0)
            given["items"][:0]
        return given


def _kept(one: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    kept = {name: one[name] for name in names if name in one}
    owner = one.get("owner") or {}
    return {**kept, "owner": {name: owner[name] for name in OWNER if name in owner}}


def _throttled(error: Refused) -> Retriable | None:
    """What a used-up quota is told with: a refusal that names the seconds until the next."""
    said = error.json()
    if not isinstance(said, dict) or said.get("error_id") != THROTTLED:
        return None
    seconds = re.search(r"(\d+) seconds", str(said.get("error_message")))
    return Retriable(
        f"{error}: no requests left", retry_after=float(seconds[1]) if seconds else None
    )


def _explained(error: Refused) -> UmotError:
    said = error.json()
    name = str(said.get("error_name") or "") if isinstance(said, dict) else ""
    return Fatal(f"{error} {name}: check `site`, and {KEY} where one is set")
