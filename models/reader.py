"""From posts to sentiments and moments: language, spans, one pass of the model, the journey."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from models import feelings, spans
from models.language import Identifier
from models.tracing import Trace, Tracer
from umot import config, plugins
from umot.errors import Fatal, UmotError
from umot.journey import JourneyMap
from umot.plugins import Readings, Scorer
from umot.post import LABELS, Moment, Sentiment, Span, Status

log = logging.getLogger("umot")


class Unread(NamedTuple):
    """A post to read, as the warehouse hands it over; any tuple in this order will do.

    `rating` (1 to 5) is not used yet: the text speaks for itself. `language` is what the platform
    says, if anything.
    """

    post_id: str
    content_hash: str
    title: str | None
    body: str
    rating: float | None
    language: str | None


@dataclass(frozen=True, slots=True)
class Draft:
    """A post made ready: `text` is what the model reads, `ranges` the places of `spans` in it."""

    post: Unread
    status: Status
    language: str | None
    text: str = ""
    spans: tuple[Span, ...] = ()
    ranges: tuple[tuple[int, int], ...] = ()


def make(settings: config.Model, journey: JourneyMap, *, fallback: str = "nl") -> Reader:
    """The reader that the settings name. `fallback`: the language of texts that do not tell.

    Raises `Fatal` where the model cannot be made or reads none of the configured languages.
    """
    factory = plugins.load(plugins.MODELS, settings.name)
    wanted = inspect.signature(factory).parameters
    values = settings.model_dump(exclude={"name", "languages"})
    scorer = factory(**{name: value for name, value in values.items() if name in wanted})
    return with_scorer(scorer, settings, journey, fallback=fallback)


def with_scorer(
    scorer: Scorer, settings: config.Model, journey: JourneyMap, *, fallback: str = "nl"
) -> Reader:
    """The reader for a model that is made already; the others it needs are as the settings say."""

    def tracer() -> Scorer:
        from models.bundled import Bundled

        return Bundled(settings.threads, device=settings.device)

    return Reader(scorer, journey, settings.languages, fallback=fallback, tracer=tracer)


class Reader:
    """Reads posts with one model on one journey map.

    `languages` are those configured; a model that names its own narrows them. `tracer`
    makes the model whose vectors are traced where `scorer` has none; by default the bundled one.
    """

    def __init__(
        self,
        scorer: Scorer,
        journey: JourneyMap,
        languages: Sequence[str],
        *,
        fallback: str = "nl",
        tracer: Callable[[], Scorer] | None = None,
    ) -> None:
        known = scorer.languages or frozenset(languages)
        self.languages = tuple(language for language in languages if language in known)
        if not self.languages:
            given, valid = ", ".join(languages), ", ".join(sorted(known))
            raise Fatal(f"the model {scorer.name} reads none of {given}; it reads {valid}")
        self.scorer = scorer
        self.journey = journey
        self.model = scorer.name
        self.map_version = journey.version
        self.identifier = Identifier(self.languages, fallback)
        self._tracer = tracer
        self._tracing: Scorer | None = None
        self._by_language = "languages" in inspect.signature(scorer.read).parameters

    def read_posts(
        self, posts: Sequence[tuple[str, str, str | None, str, float | None, str | None]]
    ) -> tuple[list[Sentiment], list[Moment]]:
        """A sentiment for each post, in their order, and the moments of those that were scored.

        A text that the model fails on is logged and marked failed; the others go on. Raises
        `Fatal` where it fails on every one, and whatever `UmotError` the model raises.
        """
        drafts = [self.prepare(Unread(*post)) for post in posts]
        sentiments: list[Sentiment] = []
        moments: list[Moment] = []
        results = iter(self.read([one for one in drafts if one.status is Status.SCORED]))
        for draft in drafts:
            if draft.status is not Status.SCORED:
                sentiments.append(self.sentiment(draft, draft.status))
                continue
            readings, traces = next(results)
            if readings is None:
                sentiments.append(self.sentiment(draft, Status.FAILED))
                continue
            sentiments.append(self.sentiment(draft, Status.SCORED, readings))
            moments += self.moments(draft, readings, traces)
        return sentiments, moments

    def prepare(self, post: Unread) -> Draft:
        """Identify the language, join title and body, and split both into spans."""
        title, body = post.title or "", post.body or ""
        text = f"{title}\n{body}" if title.strip() else body
        if not text.strip():
            return Draft(post, Status.EMPTY, None)
        language = self.identifier.identify(text, post.language)
        if language not in self.languages:
            return Draft(post, Status.UNSCORED_LANGUAGE, language)
        shift = len(text) - len(body)
        found = [("title", place, 0) for place in spans.split(title)]
        found += [("body", place, shift) for place in spans.split(body)]
        return Draft(
            post,
            Status.SCORED,
            language,
            text,
            tuple(Span(field, *place) for field, place, _ in found),
            tuple((start + by, stop + by) for _, (start, stop), by in found),
        )

    def read(self, drafts: Sequence[Draft]) -> Iterator[tuple[Readings | None, list[Trace]]]:
        """The readings and traces of each draft; None where the model failed on it."""
        if not drafts:
            return
        try:
            readings = self.score(drafts)
            traces = iter(self.trace(drafts, readings))
        except UmotError:
            raise
        except Exception:  # one post may spoil a batch, in whatever way: it is found out singly
            log.warning("the model failed on a batch; its posts are read one by one", exc_info=True)
            yield from self.read_singly(drafts)
            return
        start = 0
        for row, draft in enumerate(drafts):
            stop = start + len(draft.ranges)
            one = replace(
                readings, texts=readings.texts[row : row + 1], spans=readings.spans[start:stop]
            )
            yield one, [next(traces) for _ in draft.ranges]
            start = stop

    def read_singly(self, drafts: Sequence[Draft]) -> Iterator[tuple[Readings | None, list[Trace]]]:
        """The same, one draft at a time. Raises `Fatal` where none of several worked."""
        results: list[tuple[Readings | None, list[Trace]]] = []
        for draft in drafts:
            try:
                readings = self.score([draft])
                results.append((readings, self.trace([draft], readings)))
            except UmotError:
                raise
            except Exception:  # logged, and the post is marked as failed
                log.exception("the model %s failed on post %s", self.model, draft.post.post_id)
                results.append((None, []))
        if len(results) > 1 and all(readings is None for readings, _ in results):
            raise Fatal(f"the model {self.model} failed on all {len(results)} posts; see the log")
        yield from results

    def score(self, drafts: Sequence[Draft]) -> Readings:
        """One pass of the model over the drafts. Raises `ValueError` for an answer of no use."""
        texts, ranges = [one.text for one in drafts], [one.ranges for one in drafts]
        if self._by_language:
            readings = self.scorer.read(texts, ranges, [one.language for one in drafts])
        else:
            readings = self.scorer.read(texts, ranges)
        rows = len(drafts), sum(len(one.ranges) for one in drafts)
        shapes = readings.texts.shape, readings.spans.shape
        if shapes != ((rows[0], len(LABELS)), (rows[1], len(LABELS))):
            raise ValueError(f"the model answered with shapes {shapes} for {rows}")
        if not (np.isfinite(readings.texts).all() and np.isfinite(readings.spans).all()):
            raise ValueError("the model answered with numbers that are not finite")
        return readings

    def trace(self, drafts: Sequence[Draft], readings: Readings) -> list[Trace]:
        """Where the spans of the drafts belong on the journey map."""
        scorer = self.scorer
        if readings.vectors is None:
            if self._tracing is None:
                from models.bundled import Bundled

                self._tracing = (self._tracer or Bundled)()
            scorer = self._tracing
            texts, ranges = [one.text for one in drafts], [one.ranges for one in drafts]
            readings = scorer.read(texts, ranges)
        if readings.vectors is None:
            raise Fatal(f"the model {scorer.name} has no vectors to trace with")
        said = [one.text[start:stop] for one in drafts for start, stop in one.ranges]
        posts = [number for number, one in enumerate(drafts) for _ in one.ranges]
        scores = feelings.scores(readings.spans)
        traces = Tracer(scorer, self.journey).trace(
            readings.vectors, readings.space, said, posts, scores
        )
        if scorer is self.scorer:
            return traces
        return [replace(one, feeling=None) for one in traces]  # what this model would not say

    def sentiment(
        self, draft: Draft, status: Status, readings: Readings | None = None
    ) -> Sentiment:
        """The sentiment of a post."""
        post = draft.post
        plain = Sentiment(post.post_id, post.content_hash, self.model, status, draft.language)
        if readings is None:
            return plain
        row = readings.texts[0]
        negative, neutral, positive = (float(share) for share in row)
        label = LABELS[int(row.argmax())]
        return replace(plain, label=label, negative=negative, neutral=neutral, positive=positive)

    def moments(
        self, draft: Draft, readings: Readings, traces: Sequence[Trace]
    ) -> Iterator[Moment]:
        """The moments of a post: the strongest (first of equals) is its peak, the last its end.

        The strongest is told by the scores in context and by what each span says by itself.
        """
        scores = feelings.scores(readings.spans).tolist()
        strength = [
            feelings.strength(score, trace.feeling)
            for score, trace in zip(scores, traces, strict=True)
        ]
        peak = strength.index(max(strength)) if strength else None
        for position, (span, trace) in enumerate(zip(draft.spans, traces, strict=True)):
            yield Moment(
                draft.post.post_id,
                draft.post.content_hash,
                self.model,
                self.map_version,
                position,
                span,
                LABELS[int(readings.spans[position].argmax())],
                scores[position],
                trace.stage,
                trace.touchpoint,
                trace.confidence,
                trace.runner_up,
                trace.matched_example,
                is_peak=position == peak,
                is_end=position == len(draft.spans) - 1,
            )
