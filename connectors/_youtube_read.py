"""What YouTube is asked for, unit by unit: comments of channels and videos, searches of videos."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from connectors._answers import shaped
from connectors._google import out_of_quota, quota_day, reasons, until_tomorrow
from connectors._listing import Line, Listing, Page
from connectors._text import storable
from umot.errors import Fatal, Retriable
from umot.http import Client, Refused
from umot.post import RawItem

PAGE = 100  # comments on a page
AT_ONCE = 50  # comments that may be asked for by id
KEPT = (
    "textDisplay", "authorDisplayName", "authorChannelId", "likeCount", "publishedAt",
    "updatedAt", "parentId",
)  # fmt: skip
OFF = frozenset({"commentsDisabled"})
AWAY = frozenset({"videoNotFound", "notFound"})


class Closed(Refused):
    """Comments are switched off, or the video is gone."""


class Api:
    """Asks, and counts what was used today: searches, and units of all else.

    `most` is what a day may cost, of each.
    """

    def __init__(
        self,
        http: Client,
        url: str,
        key: str,
        variable: str,
        now: datetime,
        most: Mapping[str, int],
    ) -> None:
        self._http, self._url, self._key, self._variable = http, url, key, variable
        self._now, self._most = now, most
        self._used = dict.fromkeys(most, 0)

    def count_from(self, known: Mapping[str, Any]) -> None:
        """Go on with what a cursor says was used, if that was today."""
        if known.get("day") == quota_day(self._now):
            self._used = {what: int(known.get(what, 0)) for what in self._used}

    def spent(self) -> dict[str, Any]:
        """Give what the cursor is to remember."""
        return {"day": quota_day(self._now), **self._used}

    def may(self, what: str) -> bool:
        """Whether one more of `what` (searches, units) is left for today."""
        return self._used[what] < self._most[what]

    def ask(self, what: str, params: Mapping[str, str | int | None], costs: str = "units") -> Any:
        """Get an answer. Raises `Retriable` where the quota is used up, `Closed`, or `Fatal`."""
        if not self.may(costs):
            most = f"the {self._most[costs]:,} {costs} a day of `daily_{costs}` are used up"
            raise Retriable(f"{self._url}: {most}", retry_after=until_tomorrow(self._now))
        self._used[costs] += 1  # a refused request is charged too
        given = {name: value for name, value in params.items() if value is not None}
        url = f"{self._url}/{what}"
        try:
            answer = self._http.get(url, params=given, headers={"X-Goog-Api-Key": self._key})
        except Refused as error:
            raise self._explained(error) from error
        with shaped(url):
            return storable(answer.json())

    def _explained(self, error: Refused) -> Exception:
        if spent := out_of_quota(error, self._now):
            return spent
        why = reasons(error)
        if why & (OFF | AWAY):
            return Closed(str(error), error.status, error.content)
        if error.status == 400 and not why & {"badRequest", "API_KEY_INVALID", "keyInvalid"}:
            return error
        if error.status in (400, 401, 403):
            return Fatal(f"{error}: check {self._variable}, and that its project may use YouTube")
        return error

    def channel(self, handle: str) -> str:
        """Find the id of a channel by its @handle."""
        given = self.ask("channels", {"part": "id", "forHandle": handle})
        with shaped(f"{self._url}/channels"):
            if not given.get("items"):
                raise Fatal(f"{self._url}: there is no channel {handle}")
            return str(given["items"][0]["id"])

    def videos(self, words: str, after: datetime, most: int) -> list[str]:
        """Find the newest videos, by id."""
        asked = {"part": "id", "type": "video", "order": "date", "q": words}
        since = after.strftime("%Y-%m-%dT%H:%M:%SZ")
        given = self.ask(
            "search", {**asked, "publishedAfter": since, "maxResults": most}, "searches"
        )
        with shaped(f"{self._url}/search"):
            return [str(one["id"]["videoId"]) for one in given["items"]]

    def comments(self, name: str, of: Mapping[str, str], *, optional: bool = False) -> Listing:
        """Make the list of the comments of a channel or video, each with its replies.

        One that is `optional` may be closed.
        """

        def page(place: str | None) -> Page:
            try:
                asked = {"part": "snippet,replies", "order": "time", "textFormat": "plainText"}
                turn = {"maxResults": PAGE, "pageToken": place}
                given = self.ask("commentThreads", {**asked, **turn, **of})
            except Closed as error:
                if "commentsDisabled" in reasons(error):
                    return Page([], None, f"comments are switched off: {name}")
                if optional:
                    return Page([])
                raise
            with shaped(f"{self._url}/commentThreads"):
                lines = [line for thread in given["items"] for line in self._thread(thread)]
                return Page(lines, given.get("nextPageToken"))

        return Listing(name, "youtube", page, self._lookup)

    def _thread(self, thread: Mapping[str, Any]) -> Iterator[Line]:
        top, total = thread["snippet"]["topLevelComment"], thread["snippet"]["totalReplyCount"]
        video = thread["snippet"].get("videoId")
        at = datetime.fromisoformat(top["snippet"]["publishedAt"]).timestamp()
        yield _line(top, at, video, total)
        replies = (thread.get("replies") or {}).get("comments") or []
        if total > len(replies):
            replies = list(self._replies(top["id"]))
        for reply in replies:
            yield _line(reply, at, video, None)

    def _replies(self, parent: str) -> Iterator[Mapping[str, Any]]:
        place: str | None = None
        while True:
            asked = {"part": "snippet", "parentId": parent, "textFormat": "plainText"}
            given = self.ask("comments", {**asked, "maxResults": PAGE, "pageToken": place})
            yield from given["items"]
            place = given.get("nextPageToken")
            if place is None:
                return

    def again(self, known: Mapping[str, RawItem]) -> dict[str, dict[str, Any]]:
        """Give those of these comments that are still there; video and replies are as before."""
        asked = {"part": "id,snippet", "id": ",".join(known), "textFormat": "plainText"}
        given = self.ask("comments", asked)
        with shaped(f"{self._url}/comments"):
            return {
                str(one["id"]): {
                    **known[one["id"]].payload,
                    **{name: one["snippet"][name] for name in KEPT if name in one["snippet"]},
                }
                for one in given["items"]
            }

    def _lookup(self, lost: Mapping[str, float]) -> list[Line]:
        lines, names = [], list(lost)
        for start in range(0, len(names), AT_ONCE):
            wanted = ",".join(names[start : start + AT_ONCE])
            given = self.ask("comments", {"part": "id", "id": wanted})
            with shaped(f"{self._url}/comments"):
                # A comment asked for by id does not say under which video it is.
                lines += [Line(one["id"], lost[one["id"]], {}) for one in given["items"]]
        return lines


def _line(comment: Mapping[str, Any], at: float, video: str | None, replies: int | None) -> Line:
    snippet = comment["snippet"]
    item = {name: snippet[name] for name in KEPT if name in snippet}
    item |= {"id": str(comment["id"]), "videoId": video, "replies": replies}
    return Line(item["id"], at, item)
