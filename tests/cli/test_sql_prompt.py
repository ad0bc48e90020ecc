"""`umot sql` as a person at a terminal meets it, and as a program with a pipe does."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from umot.cli.prompt import Shell, Words, finished
from warehouse import Warehouse, load
from warehouse.catalogue import catalogue
from warehouse.cookbook import queries

PROGRAM = "import sys; sys.argv[0] = 'umot'; from umot.cli.main import run; run()"
PATIENCE = 120  # seconds that a busy machine may need; nothing waits that long where all is well
READY = "\x1b[?2004h"  # what a prompt sends once it listens
STEERING = re.compile(r"\x1b\[(?!\?2004h)[0-9;?]*[A-Za-z]|\r")
ENDLESS = "SELECT count(*) FROM range(3000000) AS a, range(3000000) AS b"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with three brands, published."""
    home = tmp_path_factory.mktemp("home")
    warehouse = Warehouse(home)
    with warehouse.transaction("test") as db:
        for name in ("Vlotwiel", "Rappe Fiets", "\x1b[31mRood\u202e"):
            load.save_brand(db, name, "Europe/Amsterdam", "nl")
    warehouse.publish()
    return home


def environment(home: Path) -> dict[str, str]:
    """What a person's shell would hand on."""
    return {**os.environ, "UMOT_HOME": str(home), "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}


class Terminal:
    """A process on a pseudo-terminal: what is typed, and what the screen was sent."""

    def __init__(self, home: Path, *arguments: str) -> None:
        self.shown = ""
        self.pid, self.screen = pty.fork()
        if self.pid == 0:
            command = [sys.executable, "-c", PROGRAM, "sql", *arguments]
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # whoever runs tests may ignore Ctrl-C
            os.execve(sys.executable, command, environment(home))

    def type(self, text: str) -> None:
        os.write(self.screen, text.encode())

    def until(self, wanted: str) -> str:
        """What was shown up to these words, from the last ones on."""
        end = time.monotonic() + PATIENCE
        while wanted not in self.shown:
            assert time.monotonic() < end, f"no {wanted!r} in {self.shown[-2000:]!r}"
            if select.select([self.screen], [], [], 1)[0]:
                new = os.read(self.screen, 65536).decode("utf-8", "replace")
                self.shown = STEERING.sub("", self.shown + new)
        before, _, self.shown = self.shown.partition(wanted)
        return before + wanted

    def enter(self, text: str) -> None:
        """Wait for the prompt, type and send; several lines go as they come."""
        self.until(READY)
        self.type(text.replace("\n", "\r") + "\r")

    def ended(self) -> int:
        """The exit code."""
        while True:
            try:
                if select.select([self.screen], [], [], PATIENCE)[0]:
                    os.read(self.screen, 65536)
            except OSError:  # Linux's way to say that the other side has closed
                break
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def close(self) -> None:
        os.close(self.screen)
        try:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        except (ProcessLookupError, ChildProcessError):  # it has ended, as it should
            pass


@pytest.fixture
def terminal(filled: Path) -> Iterator[Terminal]:
    opened = Terminal(filled)
    yield opened
    opened.close()


def children(pid: int) -> list[int]:
    """The processes that a process has started and that are still there (Linux)."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    return [int(one) for one in found]


def gone(pid: int) -> bool:
    """Whether a process ends in good time."""
    end = time.monotonic() + PATIENCE
    while Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_bytes():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def test_the_prompt_answers_completes_and_remembers(terminal: Terminal, filled: Path) -> None:
    terminal.enter(".tables")
    assert "viral_negative" in terminal.until("zero_moment")
    terminal.enter(
        "SELECT brand || 1 AS loud\nFROM brands -- a remark; it ends nothing\nORDER BY 1;"
    )
    shown = terminal.until("Vlotwiel1")
    assert "Rappe Fiets1" in shown
    assert "\\x1b[31mRood\\x202e1" in shown
    terminal.until(READY)
    terminal.type("SELECT tim\t")
    terminal.until("time_zone")
    terminal.type(" FROM brands LIMIT 1;\r")
    terminal.until("Europe/Amsterdam")
    terminal.enter(".schema brands")
    terminal.until("Time zone whose days")
    terminal.enter(".queries")
    terminal.until("going-round-now")
    terminal.enter(".run source-health")
    terminal.until("SELECT")
    terminal.enter(".run nothing")
    terminal.until("unknown query 'nothing'")
    terminal.enter("DROP TABLE brands;")
    terminal.until("only statements that read are allowed")
    terminal.until(READY)
    terminal.type("\x1b[A")  # up: the last statement is there again
    terminal.until("DROP TABLE brands;")
    terminal.type("\x03")
    terminal.until("stopped")
    terminal.enter(".quit")
    assert terminal.ended() == 0
    history = filled / "sql_history"
    assert stat.S_IMODE(history.stat().st_mode) == 0o600
    assert "+FROM brands -- a remark; it ends nothing" in history.read_text("utf-8")


def test_ctrl_c_stops_a_statement_and_the_prompt_stays(terminal: Terminal) -> None:
    terminal.enter(ENDLESS + ";")
    child = started(terminal.pid)
    terminal.type("\x03")
    terminal.until("stopped")
    assert gone(child)
    terminal.enter("SELECT 6 * 7 AS answer;")
    terminal.until("42")
    terminal.until(READY)
    terminal.type("\x04")
    assert terminal.ended() == 0


def started(pid: int) -> int:
    """The child that works on a statement, once it is there."""
    end = time.monotonic() + PATIENCE
    while not (found := children(pid)):
        assert time.monotonic() < end, "no statement was started"
        time.sleep(0.05)
    return found[0]


def test_ctrl_c_ends_the_command_with_130_and_no_traceback(filled: Path) -> None:
    terminal = Terminal(filled, ENDLESS, "--seconds", "600")
    child = started(terminal.pid)
    terminal.type("\x03")
    said = terminal.until("interrupted")
    assert "Traceback" not in said
    assert terminal.ended() == 130
    assert gone(child)
    terminal.close()


def test_a_child_outlives_its_parent_by_its_own_time_only(filled: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, "sql", ENDLESS, "--seconds", "1"]
    with subprocess.Popen(command, env=environment(filled), stderr=subprocess.DEVNULL) as parent:
        child = started(parent.pid)
        parent.kill()
    assert gone(child)


def asked(home: Path, stdin: bytes, *options: str) -> subprocess.CompletedProcess[bytes]:
    """`umot sql` with a statement on standard input."""
    command = [sys.executable, "-c", PROGRAM, "sql", *options]
    return subprocess.run(
        command, input=stdin, env=environment(home), capture_output=True, check=False
    )


def test_without_a_terminal_the_statement_comes_from_standard_input(filled: Path) -> None:
    done = asked(filled, b"SELECT brand\nFROM brands WHERE brand LIKE 'V%';\n", "--format", "json")
    assert json.loads(done.stdout) == [{"brand": "Vlotwiel"}]
    assert done.stderr == b""


@pytest.mark.parametrize(
    ("stdin", "code", "said"),
    [(b" \n", 2, "STATEMENT"), (b"SELECT '\xff'", 1, "UTF-8"), (b"(" * 200_000, 1, "longer than")],
)
def test_standard_input_that_is_no_statement_is_said(
    filled: Path, stdin: bytes, code: int, said: str
) -> None:
    done = asked(filled, stdin)
    assert done.returncode == code
    assert said in done.stderr.decode()
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("SELECT 1;", True),
        ("SELECT 1", False),
        ("SELECT 1; -- done", True),
        ("SELECT 1 -- not yet;", False),
        ("SELECT ';", False),
        ("SELECT 'it''s;' AS x;", True),
        ('SELECT ";" /* ; */', False),
        ("SELECT 1 /* open; ", False),
        (".tables", True),
        ("", True),
    ],
)
def test_a_statement_ends_at_its_semicolon(text: str, whole: bool) -> None:
    assert finished(text) is whole


@pytest.fixture(scope="module")
def words(filled: Path) -> Words:
    relations = catalogue(Warehouse(filled).readable())
    return Words(Shell(lambda statement: None, relations, queries(), "nl"))


@pytest.mark.parametrize(
    ("text", "expected", "other"),
    [
        ("SELECT bra", "brand", "brands_"),
        ("SELECT * FROM touchp", "touchpoint_sentiment", "touchpoint"),
        ("SELECT * FROM brands AS b WHERE b.time", "time_zone", "timeline"),
        ("SEL", "SELECT", "FROM"),
        (".sch", ".schema", ".tables"),
        (".schema bra", "brands", "posts"),
        (".run going-round", "going-round-now", "source-health"),
    ],
)
def test_completion_knows_what_fits(words: Words, text: str, expected: str, other: str) -> None:
    found = [one.text for one in words.get_completions(Document(text), CompleteEvent())]
    assert expected in found
    assert other not in found
    if "." not in text:
        named = "SELECT  FROM brands"
        columns = [one.text for one in words.get_completions(Document(named, 7), CompleteEvent())]
        assert columns[:3] == ["brand", "time_zone", "language"]
