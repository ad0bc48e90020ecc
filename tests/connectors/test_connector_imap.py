"""IMAP against a small server on loopback, and what is made of mails."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from connectors._mail import own_words, read
from connectors.imap import PASSWORD as VARIABLE
from connectors.imap import Imap
from tests.connectors.fake_imap import PASSWORD, USER, FakeImap
from tests.connectors.suite import suite
from umot.errors import Fatal, Retriable, Skippable
from umot.post import Kind, Role
from umot.testing import BASE, DATA, NOW, SIGNED, Stage, items, run, until_error


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeImap]:
    monkeypatch.setenv(VARIABLE, PASSWORD)
    with FakeImap() as box:
        yield box


def imap(box: FakeImap, **settings: Any) -> Imap:
    usual = {"host": "127.0.0.1", "user": USER, "port": box.port, "security": "none", "timeout": 5}
    return Imap(**(usual | settings))


# A mailbox stays open for who signed in: no password runs out in the midst of it.
@pytest.mark.parametrize("check", suite(DATA, SIGNED[:2]))
def test_imap_conforms(check: Any, box: FakeImap) -> None:
    wrong = {VARIABLE: "fout-wachtwoord"}
    given = {"secrets": (PASSWORD,), "folds_space": True, "most": 50, "wrong": wrong}
    check(Stage(lambda: imap(box), box.serve, **given))


def mail(**given: Any) -> EmailMessage:
    made = EmailMessage()
    made["From"] = given.pop("sender", "Anna de Vries <Anna@Mail.example>")
    made["Subject"] = given.pop("subject", "Klacht")
    made["Date"] = given.pop("date", BASE)
    for header, value in given.pop("headers", {}).items():
        made[header] = value
    made.set_content(given.pop("text", "Dag"))
    return made


def test_a_complaint_and_the_answer_to_it(box: FakeImap) -> None:
    first = mail(headers={"Message-ID": "<1@mail.example>"}, text="De polis klopt niet.\n-- \nAnna")
    first.add_alternative("<p>De polis <b>klopt</b> niet.</p>", subtype="html")
    first.add_attachment(b"x" * 5000, maintype="application", subtype="pdf", filename="polis.pdf")
    answer = mail(
        sender="Klaver <service@mail.klaver.example>",
        subject="RE: AW: Klacht",
        headers={
            "Message-ID": "<2@klaver.example>", "In-Reply-To": "<1@mail.example>",
            "References": "<1@mail.example>",
        },
        text="Wat vervelend!\n\nOp 20 nov. 2026 om 10:00 schreef Anna <anna@mail.example>:\n> De polis",
    )  # fmt: skip
    box.put(first.as_bytes(), BASE)
    box.put(answer.as_bytes(), BASE)
    one, other = run(imap(box, company_domains="klaver.example")).posts
    assert (one.platform, one.kind, one.title) == ("mail", Kind.POST, "Klacht")
    assert one.body == "De polis klopt niet."
    assert (one.author, one.author_role) == ("anna@mail.example", Role.CUSTOMER)
    assert one.posted_at == BASE
    assert (other.title, other.body, other.kind) == ("Klacht", "Wat vervelend!", Kind.COMMENT)
    assert other.author_role is Role.BRAND
    assert other.thread_id == other.parent_id == one.post_id == one.thread_id
    assert "mail.example" not in one.native_id
    assert not any("STORE" in said or "SELECT" in said for said in box.said), "nothing is marked"


def test_a_mail_in_html_only_and_one_by_a_machine(box: FakeImap) -> None:
    page = mail(text="x")
    page.set_content("<html><style>p{}</style><p>Belt<br>niet terug &euro;5</html>", subtype="html")
    box.put(page.as_bytes(), BASE)
    box.put(mail(headers={"Auto-Submitted": "auto-replied"}, text="Ik ben weg").as_bytes(), BASE)
    first, second = run(imap(box)).posts
    assert first.body == "Belt\nniet terug €5"
    assert second.author_role is Role.UNKNOWN


def test_only_new_mails_are_asked_for_and_a_new_numbering_starts_again(box: FakeImap) -> None:
    box.serve(items(3))
    first = run(imap(box))
    assert first.cursor == {"validity": "7", "last": 3}
    assert run(imap(box), first.cursor).posts == []
    box.validity = 8
    assert len(run(imap(box), first.cursor).posts) == 3
    box.put(mail(text="oud").as_bytes(), NOW - timedelta(days=200))
    assert len(run(imap(box)).posts) == 3, "the first run goes 90 days back"


def test_what_goes_wrong_on_the_way(box: FakeImap, monkeypatch: pytest.MonkeyPatch) -> None:
    box.serve(items(1))
    for mode, kind in [("hang", Retriable), ("drop", Retriable), ("garbage", Retriable)]:
        box.mode = mode
        _, error = until_error(imap(box, timeout=0.4))
        assert type(error) in (kind, Fatal), (mode, error)
        assert "127.0.0.1" in str(error)
        if mode != "garbage":
            assert isinstance(error, Retriable)
    box.mode = ""
    _, error = until_error(imap(box, mailbox="Klachten"))
    assert "Klachten" in str(error)
    monkeypatch.setenv(VARIABLE, "fout-wachtwoord")
    _, error = until_error(imap(box))
    assert isinstance(error, Fatal)
    assert VARIABLE in str(error)
    assert "fout-wachtwoord" not in str(error)
    monkeypatch.delenv(VARIABLE)
    _, error = until_error(imap(box))
    assert VARIABLE in str(error)
    with pytest.raises(Fatal, match="encryption"):
        imap(box, host="imap.example")
    with pytest.raises(Fatal, match="starttls"):
        imap(box, security="tls")


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\0\xff" * 500, b"From: \xff\r\nDate: gisteren\r\n\r\nx",
        b"Content-Type: text/plain; charset=klingon\r\n\r\nqa'pla",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n",
        b"Subject: =?utf-8?B?////?=\r\nMessage-ID: <\r\nReferences: a b\r\n\r\nx",
        b"Content-Type: text/html\r\n\r\n" + b"<div>" * 20_000,
        b"Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nbinnen",
        b"Content-Transfer-Encoding: base64\r\n\r\n!!!!",
        b"Date: Fri, 31 Dec 9999 23:59:59 -0500\r\n\r\nx",
        b"Date: Mon, 01 Jan 0001 00:00:00 +0500\r\n\r\nx",
        b"Date: Fri, 31 Dec 99999999999 23:59:59 +0000\r\n\r\nx",
        b"Date: Fri, 1 May 2026 23:59:59 +99999999999999\r\n\r\nx",
        b"From: " + b"(" * 5000 + b"\r\nMessage-ID: " + b"(" * 5000 + b"\r\n\r\nx",
        b'Content-Type: text/plain; charset="a\0b"\r\n\r\nx',
        b"Content-Type: text/plain; charset=idna\r\n\r\n\xff",
    ],
)  # fmt: skip
def test_any_bytes_can_be_read(content: bytes) -> None:
    made = read(content)
    assert len(made.id) == 24
    made.body.encode()


UNREADABLE = [
    b"".join(b"Content-Type: multipart/x; boundary=%d\r\n\r\n--%d\r\n" % (n, n) for n in range(3000)),
    b"Content-Type: " + b"(" * 5000 + b"\r\n\r\nx",
]  # fmt: skip


def test_a_mail_that_cannot_be_read_is_told_of_and_the_others_come(box: FakeImap) -> None:
    for content in (*UNREADABLE, mail(text="Wel leesbaar").as_bytes()):
        box.put(content, BASE)
    connector = imap(box)
    (batch,) = connector.fetch(None, now=NOW)
    assert batch.cursor == {"validity": "7", "last": 3}
    *unread, readable = batch.items
    for number, raw in enumerate(unread, start=1):
        with pytest.raises(Skippable, match=rf"INBOX {number}: no readable mail \(Recursion"):
            list(connector.parse(raw))
    assert [post.body for post in connector.parse(readable)] == ["Wel leesbaar"]


def test_the_number_of_a_mail_may_follow_its_content(box: FakeImap) -> None:
    box.serve(items(12))
    box.mode = "behind"
    assert len(run(imap(box)).posts) == 12
    box.mode = "nowhere"
    batches, error = until_error(imap(box))
    assert isinstance(error, Retriable), "left out, they would never be asked for again"
    assert batches == []


def test_what_is_quoted_is_left_out() -> None:
    assert own_words("> Wat zei u?\nDat het niet klopt.\n> ja") == "Dat het niet klopt."
    assert own_words("Nee!\n\nOn Mon, 3 May 2026 at 10:00, Klaver wrote:\nweg") == "Nee!"
    assert own_words("Op maandag schreef ik u een brief:\nde polis klopt niet") != ""
    assert own_words("Ja.\nVan: Klaver <x@klaver.example>\nweg") == "Ja."
