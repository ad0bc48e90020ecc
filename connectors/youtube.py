"""YouTube: comments under the videos of channels, single videos, and those a search finds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors._keys import secrets, several
from connectors._listing import Listing, Reader, batches, gone
from connectors._observing import looked_up
from connectors._values import whole
from connectors._youtube_read import AT_ONCE, Api
from umot.errors import Fatal, Skippable
from umot.http import Client, Limits, address
from umot.post import Batch, Engagement, Kind, Post, RawItem, Role

KEY = "UMOT_YOUTUBE_KEY"
API = "https://www.googleapis.com/youtube/v3"


class YouTube:
    """Comments on YouTube under the videos of channels, single videos, and those a search finds.

    `channels` are @handles or ids (UC…) of the brand: what they write themselves is the brand's,
    as is what `company_channels` write elsewhere. Each `search` (with none of the three, what the
    brand's `query` comes to) is made once in `search_hours`, for the newest `videos_per_search`
    of the last `video_days`. No more than `daily_units` of the
    quota are used a day. The first run goes `history_days` back; each later one reads
    `overlap_hours` before the newest known comment again. `timeout` is seconds of silence.
    """

    about_brand = True  # whoever names channels and searches chose what their comments are about

    observed_at_once = AT_ONCE
    observed_requests = 6  # 864 units a day at most: what `daily_units` leaves of the 10,000

    def __init__(
        self,
        channels: Sequence[str] = (),
        videos: Sequence[str] = (),
        search: Sequence[str] = (),
        company_channels: Sequence[str] = (),
        history_days: float = 90.0,
        overlap_hours: float = 168.0,
        video_days: float = 30.0,
        videos_per_search: int = 25,
        search_hours: float = 24.0,
        daily_units: int = 9000,
        daily_searches: int = 90,
        api_url: str = API,
        timeout: float = 30.0,
        query: Sequence[str] = (),
    ) -> None:
        self._channels, self._videos = several(channels), several(videos)
        self._search = several(search or (() if channels or videos else query))
        if not self._channels and not self._videos and not self._search:
            raise Fatal("YouTube needs `channels`, `videos` or `search`")
        for name in self._channels:
            if not name.startswith("@") and not (name.startswith("UC") and len(name) == 24):
                raise Fatal(f"{name!r} is neither a @handle nor the id of a channel (UC…)")
        if not 1 <= videos_per_search <= 50:
            raise Fatal("`videos_per_search` is not 1 to 50")
        self._company = {_plain(name) for name in several(company_channels) + self._channels}
        self._history, self._overlap = history_days * 86_400, overlap_hours * 3600
        self._age, self._each = timedelta(days=video_days), videos_per_search
        self._pause = search_hours * 3600
        self._most = {"units": daily_units, "searches": daily_searches}
        self._url = api_url.rstrip("/")
        address(self._url)
        self._limits = Limits.silence(timeout)

    def fetch(self, cursor: Mapping[str, Any] | None, *, now: datetime) -> Iterator[Batch]:
        """Yield the comments of each channel and video, page by page, the cursor moving with each.

        The cursor counts the units of the day as well.
        """
        (key,) = secrets("YouTube", KEY)
        known = cursor or {}
        with Client(self._limits) as http:
            api = Api(http, self._url, key, KEY, now, self._most)
            api.count_from(known.get("quota", {}))
            before = api.spent()
            ids = dict(known.get("channels", {}))
            searches = dict(known.get("searches", {}))

            def beside() -> dict[str, Any]:
                return {"quota": api.spent(), "channels": ids, "searches": searches}

            reader = Reader(now, overlap=self._overlap, history=self._history)
            listings = self._listings(api, ids, searches, now)
            if api.spent() != before:  # searches are dear: none is to be made twice
                yield Batch((), {**beside(), "lists": known.get("lists", {})})
            yield from batches(listings, cursor, reader, lambda error: error, beside)

    def observe(self, known: Sequence[RawItem], *, now: datetime) -> Iterator[Batch]:
        """Yield comments as they are now, 50 a request; those that are not given are gone."""
        (key,) = secrets("YouTube", KEY)
        with Client(self._limits) as http:
            api = Api(http, self._url, key, KEY, now, self._most)
            yield from looked_up(known, AT_ONCE, "id", api.again, now)

    def parse(self, raw: RawItem) -> Iterable[Post]:
        """Give the comment as it is; without its text once it was deleted."""
        if deleted := gone("youtube", raw):
            yield deleted
            return
        data = raw.payload
        try:
            name = str(data["id"])
            posted = datetime.fromisoformat(data["publishedAt"]).astimezone(UTC)
            updated = datetime.fromisoformat(data.get("updatedAt") or data["publishedAt"])
            channel = (data.get("authorChannelId") or {}).get("value")
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise Skippable(f"{raw.place}: no readable id or time") from error
        video, parent = data.get("videoId"), data.get("parentId")
        author = data.get("authorDisplayName") or channel or None
        ours = not self._company.isdisjoint({_plain(one) for one in (author, channel) if one})
        above = parent or video
        yield Post(
            platform="youtube",
            native_id=name,
            kind=Kind.COMMENT,
            body=str(data.get("textDisplay") or ""),
            url=f"https://www.youtube.com/watch?v={video}&lc={name}" if video else None,
            author=author,
            author_role=Role.BRAND if ours else Role.CUSTOMER if author else Role.UNKNOWN,
            posted_at=posted,
            edited_at=updated.astimezone(UTC) if updated > posted else None,
            thread_id=f"youtube:{video}" if video else None,
            parent_id=f"youtube:{above}" if above else None,
            engagement=Engagement(
                raw.fetched_at, likes=whole(data.get("likeCount")), replies=whole(data["replies"])
            ),
        )

    def _listings(
        self, api: Api, ids: dict[str, str], searches: dict[str, Any], now: datetime
    ) -> list[Listing]:
        """Make the lists to read; what was found out for that is put into `ids` and `searches`."""
        listings = []
        for name in self._channels:
            if name.startswith("@"):
                ids[name] = ids.get(name) or api.channel(name)
            of = {"allThreadsRelatedToChannelId": ids.get(name, name)}
            listings.append(api.comments(f"channel {name}", of))
        listings += [api.comments(f"video {one}", {"videoId": one}) for one in self._videos]
        seen = set(self._videos)
        for words in self._search:
            last = searches.get(words, {"at": 0.0, "videos": []})
            # Beyond a day's searches, the videos of the last one are read on.
            if now.timestamp() - last["at"] >= self._pause and api.may("searches"):
                fresh = api.videos(words, now - self._age, self._each)
                searches[words] = last = {"at": now.timestamp(), "videos": fresh}
            listings += [
                api.comments(f"video {one}", {"videoId": one}, optional=True)
                for one in last["videos"]
                if one not in seen
            ]
            seen.update(last["videos"])
        return listings


def _plain(name: str) -> str:
    return name.removeprefix("@").casefold()
