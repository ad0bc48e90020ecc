"""Complaints: which they are, and what becomes of them."""

from __future__ import annotations

from typing import Any

import pytest

from umot.post import Role

BAD = (-0.8, "ride", "Wat een ellende.")
SHOP = {"author": "shop", "author_role": Role.BRAND}


def signs(stories: Any) -> list[str]:
    """Which signs the complaints have, in order."""
    rows = stories.ask("SELECT request, failure, demand FROM complaints ORDER BY post_id")
    kinds = ("request", "failure", "demand")
    return [" ".join(kind for kind, has in zip(kinds, row, strict=True) if has) for row in rows]


SAID = {
    "Kunnen jullie mij hier eens over bellen?": "request",
    "Waar blijft mijn bestelling?": "request",
    "Could you please check this for me?": "request",
    "Where is my order?": "request",
    "Wann bekomme ich endlich eine Antwort?": "request",
    "Pouvez-vous me rappeler ?": "request",
    "Het scherm is na twee dagen kapot.": "failure",
    "De app doet het nog steeds niet.": "failure",
    "Ik heb nooit meer iets gehoord.": "failure",
    "My parcel still hasn’t arrived.": "failure",
    "It didn't work at all.": "failure",
    "Der Zug hatte wieder Verspätung.": "failure",
    "Mon colis n'est jamais arrivé, aucune réponse.": "failure",
    "IK WIL MIJN GELD NU EINDELIJK TERUG": "demand",
    "I want a refund and I will speak to a lawyer.": "demand",
    "Ich verlange eine Entschädigung.": "demand",
    "J'exige un remboursement.": "demand",
    "Kapot geleverd. Bel mij, anders wil ik mijn geld terug.": "request failure demand",
    "Het boek is saai en de hoofdpersoon blijft vlak.": "",
    "Wat een lelijke kleur, daar kan je niet mee thuiskomen.": "",
    "Please avoid this boring place.": "",
    "Das Essen schmeckte nach nichts.": "",
}


def test_a_negative_moment_with_a_sign_is_a_complaint(stories: Any) -> None:
    for number, words in enumerate(SAID):
        name = f"{number:03}"
        stories.tell(name, "2026-11-20 10:00", (-0.8, "ride", words), author=name)
    assert signs(stories) == [found for found in SAID.values() if found]


def test_only_negative_moments_complain(stories: Any) -> None:
    for number, score in enumerate((0.8, 0.2, 0.0, -0.2)):
        words = "Kapot. Bel mij, ik wil mijn geld terug."
        stories.tell(str(number), "2026-11-20 10:00", (score, "ride", words), author=str(number))
    assert signs(stories) == []


def test_a_negative_moment_at_the_end_needs_no_words(stories: Any) -> None:
    stories.tell("1", "2026-11-20 10:00", (-0.8, "delivery", "Treurig hoe dat ging."))
    stories.tell("2", "2026-11-20 10:00", (-0.8, "delivery", "Treurig hoe dat ging."), author="b")
    stories.run("UPDATE moment_readings SET stage_confidence = 0.4 WHERE post_id = 'forum:2'")
    assert signs(stories) == ["failure"]


def test_a_request_may_stand_beside_what_is_negative(stories: Any) -> None:
    ask = (0.0, "none", "Kunnen jullie mij bellen?")
    stories.tell("1", "2026-11-20 10:00", BAD, ask)
    stories.tell("2", "2026-11-20 10:00", (0.0, "ride", "Een vraag."), ask, author="bob")
    # A failure that is told of without displeasure is none.
    stories.tell("3", "2026-11-20 10:00", BAD, (0.0, "ride", "Hij was kapot."), author="carol")
    assert stories.ask("SELECT post_id, text, request, failure FROM complaints") == [
        ("forum:1", "Wat een ellende.", True, False)
    ]


def test_a_post_that_is_content_on_the_whole_does_not_complain(stories: Any) -> None:
    late = (-0.5, "delivery", "Alleen kwam hij te laat.")
    stories.tell("1", "2026-11-20 10:00", (0.9, "ride"), (0.9, "ride"), late)
    assert signs(stories) == []


def test_the_worst_moment_with_a_sign_stands_for_the_complaint(stories: Any) -> None:
    stories.tell("1", "2026-11-20 23:30", (-0.95, "ride"), (-0.5, "helpdesk", "Geen antwoord."),
                 (-0.7, "order", "Dubbel betaald."))  # fmt: skip
    ((text, stage, place, score, day),) = stories.ask(
        "SELECT text, stage, touchpoint, score, CAST(day AS VARCHAR) FROM complaints"
    )
    assert (text, stage, place, day) == ("Dubbel betaald.", "definitive", "order", "2026-11-20")
    assert score == pytest.approx(-0.7)


def test_posts_without_moments_and_those_left_out_do_not_complain(stories: Any) -> None:
    broken = (-0.8, "ride", "Kapot.")
    stories.tell("unread", "2026-11-20 10:00")
    stories.tell("shop", "2026-11-20 10:00", broken, **SHOP)
    stories.tell("spam", "2026-11-20 10:00", broken, author="b")
    stories.tell("gone", "2026-11-20 10:00", broken, author="c")
    stories.tell("older", "2026-11-20 10:00", broken, author="d", model="older")
    stories.run("UPDATE posts SET excluded_reason = 'spam' WHERE post_id = 'forum:spam'")
    stories.run("UPDATE posts SET deleted_at = now() WHERE post_id = 'forum:gone'")
    assert signs(stories) == []


@pytest.fixture
def thread(stories: Any) -> Any:
    """Anna complains at ten; Bob, in her thread, half an hour later."""
    stories.tell("anna", "2026-11-20 10:00", (-0.6, "ride", "Al weer kapot."), thread="anna")
    stories.tell("bob", "2026-11-20 10:30", (-0.6, "ride", "De mijne ook kapot."), thread="anna",
                 parent="anna", author="bob")  # fmt: skip
    return stories


def states(stories: Any, until: str = "infinity") -> dict[str, tuple[str, float | None]]:
    """State and hours to the first answer of each complaint."""
    rows = stories.ask(
        "SELECT post_id, state, hours_to_answer FROM complaints_until($1::TIMESTAMPTZ)", until
    )
    return {key.removeprefix("forum:"): (state, hours) for key, state, hours in rows}


OPEN = ("open", None)


def test_a_complaint_is_open_until_it_is_answered(thread: Any) -> None:
    assert states(thread) == {"anna": OPEN, "bob": OPEN}
    thread.tell("before", "2026-11-20 09:00", (0.3, "ride"), thread="anna", **SHOP)
    thread.tell("elsewhere", "2026-11-20 11:00", (0.3, "ride"), thread="other", **SHOP)
    thread.tell("rival", "2026-11-20 11:00", (0.3, "ride"), thread="anna", brand="Rivaal", **SHOP)
    thread.tell("friend", "2026-11-20 11:00", (0.3, "ride"), thread="anna", author="carol")
    assert states(thread) == {"anna": OPEN, "bob": OPEN}
    thread.tell("reply", "2026-11-20 13:30", (0.3, "ride"), thread="anna", parent="anna", **SHOP)
    thread.tell("again", "2026-11-20 18:30", (0.3, "ride"), thread="anna", parent="anna", **SHOP)
    assert states(thread) == {"anna": ("answered", 3.5), "bob": OPEN}
    assert thread.ask("SELECT max(answers) FROM complaints") == [(2,)]


def test_a_reply_that_does_not_say_to_whom_answers_everyone_before_it(thread: Any) -> None:
    thread.tell("late", "2026-11-20 12:00", (-0.6, "ride", "Ook kapot."), thread="anna",
                author="carol")  # fmt: skip
    thread.tell("reply", "2026-11-20 11:00", (0.3, "ride"), thread="anna", **SHOP)
    assert states(thread) == {"anna": ("answered", 1), "bob": ("answered", 0.5), "late": OPEN}
    thread.run("UPDATE posts SET deleted_at = now() WHERE post_id = 'forum:reply'")
    assert states(thread)["anna"] == OPEN


def test_a_review_can_be_answered_without_a_thread(stories: Any) -> None:
    stories.tell("review", "2026-11-20 10:00", (-0.6, "ride", "Kapot."), author=None)
    stories.tell("reply", "2026-11-21 10:00", (0.3, "ride"), parent="review", **SHOP)
    assert states(stories) == {"review": ("answered", 24)}


def test_it_is_resolved_when_the_same_author_ends_well(thread: Any) -> None:
    thread.tell("reply", "2026-11-20 11:00", (0.3, "ride"), thread="anna", parent="anna", **SHOP)
    thread.tell("glad", "2026-11-20 12:00", (-0.3, "ride", "Was lastig."), (0.8, "helpdesk"),
                thread="anna")  # fmt: skip
    assert states(thread) == {"anna": ("resolved", 1), "bob": OPEN}
    thread.tell("welcome", "2026-11-20 13:00", (0.9, "ride"), thread="anna", parent="glad", **SHOP)
    assert states(thread)["anna"] == ("resolved", 1)
    assert states(thread, "2026-11-20 11:00:00+00")["anna"] == ("answered", 1)
    assert states(thread, "2026-11-20 10:00:00+00")["anna"] == OPEN
    assert states(thread, "2026-11-20 09:15:00+00") == {"anna": OPEN}


def test_it_is_escalated_when_the_same_author_gets_angrier(thread: Any) -> None:
    thread.tell("same", "2026-11-20 11:00", (-0.6, "ride", "Nog steeds kapot."), thread="anna")
    assert states(thread)["anna"] == OPEN, "no worse than it was, and no second complaint"
    thread.tell("angry", "2026-11-20 12:00", (-0.9, "ride", "Ik ga weg."), thread="anna")
    assert states(thread) == {"anna": ("escalated", None), "bob": OPEN}
    thread.tell("reply", "2026-11-20 13:00", (0.3, "ride"), thread="anna", parent="angry", **SHOP)
    assert states(thread)["anna"] == ("answered", 3)
    thread.tell("glad", "2026-11-20 14:00", (0.8, "ride"), thread="anna")
    assert states(thread)["anna"] == ("resolved", 3)
    thread.tell("undone", "2026-11-20 15:00", (-0.9, "ride", "Weer kapot."), thread="anna")
    assert states(thread)["anna"] == ("escalated", 3)


def test_the_list_of_words_can_be_read(stories: Any) -> None:
    counted = stories.ask(
        "SELECT language, sort FROM complaint_words GROUP BY ALL HAVING count(*) > 0 ORDER BY ALL"
    )
    sorts = ("demand", "failure", "request")
    assert counted == [(tongue, sort) for tongue in ("de", "en", "fr", "nl") for sort in sorts]
    wrong = stories.ask(
        "SELECT pattern FROM complaint_words WHERE pattern <> strip_accents(lower(pattern))"
    )
    assert wrong == [], "texts are searched in small letters without accents"
