"""The prompt of `umot sql`: statements of several lines, history, completion, dot commands."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import FileHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from umot.cli.common import console, rows, safe, say
from umot.errors import Fatal, UmotError, UnknownName
from warehouse.catalogue import Relation
from warehouse.cookbook import Query

HISTORY = "sql_history"
HELP = {
    ".tables": "the tables and views",
    ".schema NAME": "the columns of one, and what they say",
    ".queries": "the cookbook's questions",
    ".run NAME": "ask one of them",
    ".help": "this list",
    ".quit": "leave, as Ctrl-D does",
}
KEYWORDS = (
    "SELECT FROM WHERE GROUP BY ORDER HAVING LIMIT WITH AS JOIN LEFT ON USING DISTINCT COUNT SUM "
    "AVG MIN MAX MEDIAN FILTER CASE WHEN THEN ELSE END AND OR NOT IN IS NULL BETWEEN LIKE ILIKE "
    "DESC ASC NULLS LAST OVER PARTITION QUALIFY UNION ALL EXCEPT INTERSECT CAST COALESCE ROUND "
    "DATE INTERVAL CURRENT_DATE DATE_TRUNC EXISTS DESCRIBE SUMMARIZE EXCLUDE"
)
# What may hold a semicolon that ends nothing; one that is still open runs to the end.
QUOTED = re.compile(r"""'(?:[^']|'')*('|\Z)|"[^"]*("|\Z)|--[^\n]*|/\*.*?(\*/|\Z)""", re.DOTALL)
NAMED = re.compile(r"\b(?:from|join)\s+(\w+)(?:\s+(?:as\s+)?(\w+))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shell:
    """What the prompt works with; `ask` shows the answer to a statement."""

    ask: Callable[[str], None]
    relations: dict[str, Relation]
    queries: dict[str, Query]
    language: str

    def do(self, text: str) -> bool:
        """Carry out one line or statement; False where it says to leave. Raises `UmotError`."""
        if not text.startswith("."):
            self.ask(text)
            return True
        command, _, name = text.rstrip(";").strip().partition(" ")
        name = name.strip()
        if command in (".quit", ".exit"):
            return False
        if command == ".help":
            rows([f"{words:<14}{what}" for words, what in HELP.items()])
            rows(["A statement ends with a semicolon. Tab completes; Ctrl-C stops."])
        elif command == ".tables":
            width = max(map(len, self.relations), default=0)
            rows([f"{one.name:<{width}}  {one.comment}" for one in self.relations.values()])
        elif command == ".schema":
            rows(self.schema(name))
        elif command == ".queries":
            rows(self.titles())
        elif command == ".run":
            if name not in self.queries:
                raise UnknownName("query", name, self.queries)
            chosen = self.queries[name]
            say(chosen.sql)
            self.ask(chosen.sql)
            say(chosen.remark)
        else:
            raise UnknownName("command", command, (words.split()[0] for words in HELP))
        return True

    def schema(self, name: str) -> list[str]:
        """The columns of a relation, one a line."""
        if name not in self.relations:
            raise UnknownName("table", name, self.relations)
        found = self.relations[name]
        width = max(len(one.name) for one in found.columns)
        kind = min(max(len(one.type) for one in found.columns), 30)
        return [found.comment] + [
            f"  {one.name:<{width}}  {one.type:<{kind}}  {one.comment}" for one in found.columns
        ]

    def titles(self) -> list[str]:
        """The questions of the cookbook by name, in the brand's language."""
        width = max(map(len, self.queries), default=0)
        return [
            f"{name:<{width}}  {one.title_nl if self.language == 'nl' else one.title_en}"
            for name, one in self.queries.items()
        ]


def run(shell: Shell, home: Path) -> None:
    """Read and answer until the end (Ctrl-D, .quit). A failure is shown and the prompt stays."""
    session: PromptSession[str] = PromptSession(
        "umot> ",
        history=FileHistory(history(home)),
        completer=Words(shell),
        complete_while_typing=False,
        multiline=True,
        prompt_continuation="  ... ",
        key_bindings=keys(),
    )
    say("DuckDB SQL on the published copy. End a statement with ; — .help says more.")
    while True:
        try:
            text = session.prompt().strip()
            if text and not shell.do(text):
                return
        except KeyboardInterrupt:
            say("stopped")
        except EOFError:
            return
        except UmotError as error:
            console().print(f"umot: {safe(str(error))}", style="bold red", markup=False)


def history(home: Path) -> str:
    """The file of the history in the data folder, for its owner's eyes only (0600)."""
    path = home / HISTORY
    try:
        os.close(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600))
        path.chmod(0o600)
    except OSError as error:
        raise Fatal(f"{path} cannot be written: {error.strerror}") from error
    return str(path)


def finished(text: str) -> bool:
    """Whether Enter sends the text: a dot command, nothing, or a statement up to its semicolon."""
    text = text.strip()
    if not text or text.startswith("."):
        return True
    bare = QUOTED.sub(lambda found: "x" if found[0][0] in "'\"" else " ", text)
    return bare.rstrip().endswith(";")


def keys() -> KeyBindings:
    """Enter sends what is finished, and begins a line where it is not."""
    bindings = KeyBindings()

    @bindings.add("enter")
    def _(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.complete_state and buffer.complete_state.current_completion:
            buffer.complete_state = None  # take the completion that is chosen
        elif finished(buffer.text):
            buffer.validate_and_handle()
        else:
            buffer.insert_text("\n")

    return bindings


class Words(Completer):
    """Completes dot commands, relations, columns and keywords."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell

    def get_completions(self, document: Document, _event: CompleteEvent) -> Iterator[Completion]:
        """What the word before the cursor may become."""
        before = document.text_before_cursor
        if before.lstrip().startswith("."):
            yield from self.dotted(before.lstrip())
            return
        word = re.search(r"\w*$", before)
        part = word[0] if word else ""
        for name, what in self.candidates(document.text, before[: len(before) - len(part)]):
            if name.lower().startswith(part.lower()):
                yield Completion(name, start_position=-len(part), display_meta=safe(what))

    def dotted(self, before: str) -> Iterator[Completion]:
        """Dot commands, and the names that they take."""
        command, space, part = before.partition(" ")
        takes = {".schema": list(self.shell.relations), ".run": list(self.shell.queries)}
        part = part if space else command
        for name in takes.get(command, []) if space else [one.split()[0] for one in HELP]:
            if name.startswith(part):
                yield Completion(name, start_position=-len(part))

    def candidates(self, text: str, before: str) -> Iterator[tuple[str, str]]:
        """Words that fit after `before`, likely ones first, and what they are."""
        relations = self.shell.relations
        named = {
            alias: relations[name]
            for name, other in NAMED.findall(text)
            if name in relations
            for alias in {name, other or name}
        }
        if of := re.search(r"(\w+)\.$", before):
            found = named.get(of[1]) or relations.get(of[1])
            yield from ((one.name, one.type) for one in (found.columns if found else ()))
            return
        if not re.search(r"\b(from|join)\s+$", before, re.IGNORECASE):
            seen: set[str] = set()
            for relation in named.values() or relations.values():
                for column in relation.columns:
                    if column.name not in seen:
                        seen.add(column.name)
                        yield column.name, column.type
        yield from ((name, "") for name in relations)
        yield from ((name, "") for name in KEYWORDS.split())
