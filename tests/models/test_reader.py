import logging

import numpy as np
import pytest

from models.reader import Reader, make
from umot import config, journey
from umot.errors import Fatal, Retriable
from umot.plugins import Readings
from umot.post import Label, Status

DUTCH = "De bezorging was heel snel. De doos was helaas kapot! Toch kom ik zeker terug."


class Fake:
    """A scorer of exclamation marks: with them a text is bad, else good; "?" is neutral."""

    name = "fake-1"
    languages = frozenset()

    def __init__(self, space="fake"):
        self.space = space
        self.seen = []

    def row(self, text):
        if "boom" in text:
            raise RuntimeError("boom")
        return [0.8, 0.1, 0.1] if "!" in text else [0.1, 0.1, 0.8]

    def read(self, texts, spans):
        self.seen.append((list(texts), [list(ranges) for ranges in spans]))
        pieces = [t[a:b] for t, ranges in zip(texts, spans, strict=True) for a, b in ranges]
        vectors = np.array([[len(p), p.count("e"), 1] for p in pieces], np.float32).reshape(-1, 3)
        return Readings(
            np.array([self.row(text) for text in texts], np.float32).reshape(-1, 3),
            np.array([self.row(piece) for piece in pieces], np.float32).reshape(-1, 3),
            vectors if self.space else None,
            self.space,
        )


def reader(scorer=None, languages=("nl", "en"), **more):
    return Reader(scorer or Fake(), journey.default(), languages, **more)


def post(number, body, title=None, language=None):
    return (f"test:{number}", f"hash{number}", title, body, None, language)


def test_a_post_becomes_a_sentiment_and_its_moments():
    sentiments, moments = reader().read_posts([post(1, DUTCH)])
    (one,) = sentiments
    assert (one.post_id, one.content_hash, one.model) == ("test:1", "hash1", "fake-1")
    assert (one.status, one.language, one.label) == (Status.SCORED, "nl", Label.NEGATIVE)
    assert one.score == pytest.approx(-0.7)
    assert [DUTCH[m.span.start : m.span.stop] for m in moments] == [
        "De bezorging was heel snel.",
        "De doos was helaas kapot!",
        "Toch kom ik zeker terug.",
    ]
    assert [m.label for m in moments] == [Label.POSITIVE, Label.NEGATIVE, Label.POSITIVE]
    assert [m.position for m in moments] == [0, 1, 2]
    assert [m.is_end for m in moments] == [False, False, True]
    assert [m.is_peak for m in moments] == [True, False, False]  # of equals the first
    assert {m.map_version for m in moments} == {journey.default().version}


def test_offsets_are_those_of_title_and_body():
    title, body = " Nooit meer hier! ", "\nHet duurde lang. En het was duur!"
    scorer = Fake()
    _, moments = reader(scorer).read_posts([post(1, body, title)])
    fields = {"title": title, "body": body}
    said = [(m.span.field, fields[m.span.field][m.span.start : m.span.stop]) for m in moments]
    assert said == [
        ("title", "Nooit meer hier!"),
        ("body", "Het duurde lang."),
        ("body", "En het was duur!"),
    ]
    ((text,), (ranges,)) = scorer.seen[0]
    assert text == f"{title}\n{body}"
    assert [text[start:stop] for start, stop in ranges] == [words for _, words in said]


def test_what_is_not_scored_keeps_its_place_and_has_no_moments():
    posts = [
        post(1, "   "),
        post(2, DUTCH),
        post(3, "Доставка была очень быстрой, спасибо большое!"),
        post(4, "", title=""),
        post(5, "Maten var god och personalen var mycket trevlig mot oss."),
        post(6, "", title="Erg slecht bedrijf is dit"),
    ]
    sentiments, moments = reader().read_posts(posts)
    assert [one.post_id for one in sentiments] == [one[0] for one in posts]
    assert [one.status for one in sentiments] == [
        Status.EMPTY,
        Status.SCORED,
        Status.UNSCORED_LANGUAGE,
        Status.EMPTY,
        Status.UNSCORED_LANGUAGE,
        Status.SCORED,
    ]
    assert [one.language for one in sentiments] == [None, "nl", "ru", None, "sv", "nl"]
    assert {m.post_id for m in moments} == {"test:2", "test:6"}
    unscored = [one for one in sentiments if one.status is not Status.SCORED]
    assert all(one.label is None and one.score is None for one in unscored)


def test_no_posts():
    assert reader().read_posts([]) == ([], [])


def test_one_post_that_breaks_the_model_does_not_lose_the_others(caplog):
    posts = [post(1, DUTCH), post(2, "Dit boek ging boom en toen was het stil."), post(3, DUTCH)]
    with caplog.at_level(logging.WARNING, "umot"):
        sentiments, moments = reader().read_posts(posts)
    assert [one.status for one in sentiments] == [Status.SCORED, Status.FAILED, Status.SCORED]
    assert sentiments[1].label is None
    assert {m.post_id for m in moments} == {"test:1", "test:3"}
    assert "failed on post test:2" in caplog.text
    assert "RuntimeError: boom" in caplog.text


def test_a_model_that_fails_on_everything_is_an_error():
    posts = [post(number, "Dit boek ging boom en toen was het stil.") for number in range(3)]
    with pytest.raises(Fatal, match="failed on all 3 posts"):
        reader().read_posts(posts)


@pytest.mark.parametrize("error", [Fatal("no"), Retriable("later")])
def test_our_own_errors_are_passed_on(error):
    class Broken(Fake):
        def row(self, text):
            raise error

    with pytest.raises(type(error)):
        reader(Broken()).read_posts([post(1, DUTCH)])


@pytest.mark.parametrize("wrong", [np.nan, "shape"])
def test_an_answer_of_no_use_marks_the_post_failed(wrong):
    class Wrong(Fake):
        def read(self, texts, spans):
            found = super().read(texts, spans)
            if wrong == "shape":
                return Readings(found.texts[:, :2], found.spans, found.vectors, self.space)
            return Readings(found.texts * wrong, found.spans, found.vectors, self.space)

    sentiments, moments = reader(Wrong()).read_posts([post(1, DUTCH)])
    assert sentiments[0].status is Status.FAILED
    assert moments == []


def test_a_model_without_vectors_is_traced_by_another():
    tracer = Fake("tracing")
    tracer.name = "tracer"
    sentiments, moments = reader(Fake(space=None), tracer=lambda: tracer).read_posts(
        [post(1, DUTCH)]
    )
    assert sentiments[0].model == "fake-1"
    assert len(moments) == 3
    assert len(tracer.seen) == 2  # the post, and the map's examples
    with pytest.raises(Fatal, match="no vectors to trace with"):
        reader(Fake(space=None), tracer=lambda: Fake(space=None)).read_posts([post(1, DUTCH)])


def test_a_model_narrows_the_languages_to_those_it_reads():
    scorer = Fake()
    scorer.languages = frozenset({"nl", "de"})
    assert reader(scorer, ("en", "de", "nl")).languages == ("de", "nl")
    with pytest.raises(Fatal, match="fake-1 reads none of fr; it reads de, nl"):
        reader(scorer, ("fr",))


def test_any_batch_gives_the_same(bundled):
    read = Reader(bundled, journey.default(), ("nl", "en", "de")).read_posts
    texts = [DUTCH, "Great service, but the delivery took weeks.", "👍", "Schrecklich!", "Tja."]
    posts = [post(number, text) for number, text in enumerate(texts * 3)]
    sentiments, moments = read(posts)
    single = [read([one]) for one in posts]
    assert [one.label for one in sentiments] == [one[0][0].label for one in single]
    alone = [moment for _, found in single for moment in found]
    places = [(m.post_id, m.span, m.label, m.touchpoint) for m in moments]
    assert places == [(m.post_id, m.span, m.label, m.touchpoint) for m in alone]
    assert [m.score for m in moments] == pytest.approx([m.score for m in alone], abs=2e-3)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Fantastische service, heel vriendelijk en snel geholpen!", Label.POSITIVE),
        ("Waardeloos. Drie weken gewacht en nog steeds niets ontvangen.", Label.NEGATIVE),
        ("Absolutely love it, works perfectly.", Label.POSITIVE),
        ("Worst airline ever, lost my bag and nobody cares.", Label.NEGATIVE),
        ("Der Service war schrecklich und das Personal unfreundlich.", Label.NEGATIVE),
        ("Très bon accueil, je recommande vivement.", Label.POSITIVE),
    ],
)
def test_plain_praise_and_blame(bundled, text, label):
    languages = ("nl", "en", "de", "fr")
    (found,), _ = Reader(bundled, journey.default(), languages).read_posts([post(1, text)])
    assert found.label is label


def test_make_gives_the_model_the_settings_it_has_parameters_for(monkeypatch):
    given = {}

    def factory(threads, path):
        given.update(threads=threads, path=path)
        return Fake()

    monkeypatch.setattr(
        "umot.plugins.load", lambda _group, name: given.update(name=name) or factory
    )
    settings = config.Model(name="mine", threads=3, path="folder", languages=("nl",))
    made = make(settings, journey.default(), fallback="nl")
    assert given == {"name": "mine", "threads": 3, "path": "folder"}
    assert (made.model, made.languages) == ("fake-1", ("nl",))
