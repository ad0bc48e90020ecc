"""Reddit's API through PRAW, which signs in and keeps to the rate limit.

Answers are taken as JSON (`praw.Reddit.request`), not as PRAW's objects: raw items are stored in
the platform's own shape, and PRAW's objects fetch further pages behind one's back.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from typing import Any

import praw
import prawcore
import requests

from umot.errors import Fatal, Retriable
from umot.http import retry_after, show

USER_AGENT = "umot review monitor"
PAGE = 100  # most that Reddit gives at a time, of posts, comments by id, and items by name
CREDENTIALS = "UMOT_REDDIT_CLIENT_ID and UMOT_REDDIT_CLIENT_SECRET"

Thing = dict[str, Any]  # {"kind": "t1" | "t3" | "more" | …, "data": {…}}


class Absent(Fatal):
    """One subreddit or thread cannot be read: private, banned, moved or gone. Others can."""


class Requestor(prawcore.Requestor):
    """Turns failures into ours before prawcore sees them.

    prawcore would repeat 5xx (which is for the caller to do), and trip over a 401 without
    WWW-Authenticate and over a Retry-After that is a date.
    """

    def request(self, *args: Any, timeout: float | None = None, **kwargs: Any) -> Any:
        """Issue a request with this requestor's own time-out, whatever prawcore's default."""
        del timeout
        kwargs.setdefault("allow_redirects", False)
        where = show(str(kwargs.get("url") or args[1]))
        try:
            response = super().request(*args, timeout=self.timeout, **kwargs)
        except prawcore.RequestException as error:
            raise _unreachable(error.original_exception, where) from error
        status = response.status_code
        if status < 300:
            return _token(response, where) if where.endswith("/access_token") else response
        if status == 429:
            reset = response.headers.get("x-ratelimit-reset", "")
            wait = retry_after(response.headers) or (float(reset) if reset.isdecimal() else None)
            raise Retriable(f"{where} answered 429: too many requests", retry_after=wait)
        if status == 408 or status >= 500:
            raise Retriable(f"{where} answered {status}", retry_after=retry_after(response.headers))
        if status == 401 or where.endswith("/access_token"):
            raise Fatal(f"{where} answered {status}: credentials refused; check {CREDENTIALS}")
        if status == 403:
            raise Absent(
                f"{where} answered 403: private, or not allowed; check the setting `subreddits`"
                f" (or `search_in`) and what the app of {CREDENTIALS} may read"
            )
        if status == 404 or status < 400:
            raise Absent(f"{where} answered {status}: there is no such subreddit or post")
        raise Fatal(f"{where} answered {status}")


class Api:
    """The few calls that are needed. Raises `Retriable` or `Fatal`, `Absent` among the latter."""

    def __init__(
        self,
        session: requests.Session,
        *,
        site_url: str,
        oauth_url: str,
        client_id: str,
        client_secret: str,
        timeout: float,
    ) -> None:
        # Everything is given, so that a praw.ini or praw_… variable has nothing to add: one in
        # the current folder could send the credentials elsewhere.
        self._reddit = praw.Reddit(
            "DEFAULT",
            client_id=client_id,
            client_secret=client_secret,
            user_agent=USER_AGENT,
            username=None,
            password=None,
            refresh_token=None,
            reddit_url=site_url,
            oauth_url=oauth_url,
            short_url=site_url,
            check_for_updates=False,
            check_for_async=False,
            requestor_class=Requestor,
            requestor_kwargs={"session": session, "timeout": timeout},
        )

    def listing(self, path: str, params: Mapping[str, str]) -> Iterator[list[Thing]]:
        """Yield the pages of a listing, newest first; Reddit ends each at about 1,000 items."""
        after: str | None = None
        visited: set[str] = set()
        while True:
            turn = {"after": after} if after else {}
            answer = self._ask("GET", path, params={"limit": PAGE, **params, **turn})
            yield _children(answer, path)
            after = answer["data"].get("after")
            if not after or after in visited:
                return
            visited.add(after)

    def info(self, names: list[str]) -> list[Thing]:
        """Look up at most 100 items by their full names (t3_…)."""
        answer = self._ask("GET", "api/info/", params={"id": ",".join(names)})
        return _children(answer, "api/info/")

    def comments(self, submission: str, calls: int) -> Generator[dict[str, Any], None, int]:
        """Yield the comments of `submission` (t3_…); return how many were left out.

        Reddit folds long threads; at most `calls` further requests unfold them.
        """
        path = f"comments/{submission.removeprefix('t3_')}/"
        answer = self._ask("GET", path, params={"limit": 500, "sort": "new"})
        queue, folded, seen = _tree(answer, path), list[dict[str, Any]](), set[str]()
        while True:
            while queue:
                thing = queue.pop()
                data = thing["data"]
                if thing["kind"] == "more":
                    folded.append(data)
                elif thing["kind"] == "t1" and data["name"] not in seen:
                    seen.add(data["name"])
                    yield data
                if isinstance(replies := data.get("replies"), dict):
                    queue += _children(replies, path)
            if not folded or calls <= 0:
                return sum(max(1, int(fold.get("count") or 0)) for fold in folded)
            calls -= 1
            folded.sort(key=lambda fold: int(fold.get("count") or 0))
            queue = self._unfold(submission, path, folded)

    def _unfold(self, submission: str, path: str, folded: list[dict[str, Any]]) -> list[Thing]:
        """Ask for the largest of what is folded, a hundred comments of it; the rest stays."""
        fold = folded.pop()
        names = list(fold.get("children") or ())
        if not names:  # "continue this thread": deeper than Reddit shows at once
            parent = str(fold["parent_id"]).removeprefix("t1_")
            deeper = f"{path}_/{parent}"
            return _tree(self._ask("GET", deeper, params={"limit": 500, "sort": "new"}), deeper)
        if rest := names[PAGE:]:
            folded.append({**fold, "children": rest, "count": len(rest)})
        form = {"children": ",".join(names[:PAGE]), "link_id": submission, "sort": "new"}
        answer = self._ask("POST", "api/morechildren/", data=form)
        try:
            return _checked(answer["json"]["data"]["things"], "api/morechildren/")
        except (KeyError, TypeError) as error:
            raise _strange("api/morechildren/") from error

    def _ask(self, method: str, path: str, **given: Any) -> Any:
        try:
            return self._reddit.request(method=method, path=path, **given)
        except prawcore.OAuthException as error:
            raise Fatal(f"Reddit refused the credentials; check {CREDENTIALS}") from error
        except prawcore.PrawcoreException as error:
            raise Fatal(f"Reddit's answer to {path} cannot be read: {error}") from error


def _children(listing: Any, path: str) -> list[Thing]:
    """Give the items of a listing. Raises `Fatal` for an answer of another shape."""
    try:
        return _checked(listing["data"]["children"], path)
    except (KeyError, TypeError) as error:
        raise _strange(path) from error


def _checked(things: Any, path: str) -> list[Thing]:
    """Make sure that what the reading relies on is there."""
    posts = [thing["data"] for thing in things if thing["kind"] in ("t1", "t3")]
    if all(isinstance(p["name"], str) and isinstance(p["created_utc"], int | float) for p in posts):
        return list(things)
    raise _strange(path)


def _tree(answer: Any, path: str) -> list[Thing]:
    """Give the comments of a thread's answer, which is [submission, comments]."""
    if not isinstance(answer, list) or len(answer) != 2:
        raise _strange(path)
    return _children(answer[1], path)


def _strange(path: str) -> Fatal:
    return Fatal(f"Reddit's answer to {path} has a shape that is not known")


def _token(response: Any, where: str) -> Any:
    """Let a token through only if it is one: prawcore would stumble over anything else."""
    try:
        given = response.json()
    except requests.exceptions.JSONDecodeError as error:
        raise Fatal(f"{where} gave no access token: its answer is not JSON") from error
    wanted = {"access_token", "expires_in", "scope"}
    if not isinstance(given, dict) or not ("error" in given or wanted <= given.keys()):
        raise Fatal(f"{where} gave no access token")
    return response


def _unreachable(error: Exception, where: str) -> Fatal | Retriable:
    if isinstance(error, requests.exceptions.SSLError):
        return Fatal(f"{where}: no safe connection")
    if isinstance(error, requests.exceptions.Timeout):
        return Retriable(f"{where} did not answer in time")
    if isinstance(
        error, requests.exceptions.ConnectionError | requests.exceptions.ChunkedEncodingError
    ):
        return Retriable(f"{where} cannot be reached")
    return Fatal(f"{where} cannot be asked: {type(error).__name__}")
