"""The child process of `warehouse.adhoc`: run with ``python -I``, it knows nothing of umot.

Request (JSON) on stdin; on stdout, a file, the rows as an Arrow stream, or with one of the exit
codes below the reason as text. Each door is shut twice: the statement may not name it, and the
process could not go through it, for it can open no file or socket any more.
"""

from __future__ import annotations

import errno
import json
import os
import re
import resource
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

REFUSED, MEMORY, TOO_LARGE, NO_DISK = 3, 4, 5, 6  # exit codes
ENDS = {errno.EFBIG: TOO_LARGE, errno.ENOSPC: NO_DISK, errno.ENOMEM: MEMORY}
LONGEST = 100_000  # characters of a statement
MESSAGE = 1_000  # characters of a reason; one that quotes a value could be as large as that
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_persistent_secrets": "false",
    "python_enable_replacements": "false",
    "temp_directory": "",
    "threads": "1",
}
# DuckDB's own functions that make a table, as far as they tell about the data only. One that a
# later DuckDB brings is shut until it is listed here. Macros of the warehouse itself are open.
TABLE_FUNCTIONS = re.compile(
    r"duckdb_(columns|constraints|functions|indexes|keywords|schemas|tables|types|views)"
    r"|pragma_(show|table_info|version)|json_(each|tree)|range|generate_series|unnest"
    r"|repeat(_row)?|summary|icu_calendar_names|pg_timezone_names"
)
# The same for DuckDB's own views; all of information_schema tells about the data only.
VIEWS = re.compile(
    r"duckdb_(columns|constraints|indexes|schemas|tables|types|views)|sqlite_(master|schema)"
    r"|pg_(attribute|class|constraint|description|index|indexes|namespace|tables|type|views)"
)
SHOWN = ("", '"tables"', "__show_tables_expanded")  # DESCRIBE a query, SHOW TABLES, SHOW ALL TABLES
# Functions of one value that tell settings, plan or run other statements, or write.
FUNCTIONS = re.compile(
    r"current_setting|getenv|getvariable|which_secret|write_log|parse_duckdb_log_message"
    r"|json_serialize_plan|json_deserialize_sql|sql_auto_complete|nextval|currval|__internal_\w+"
    r"|pg_sleep|sleep_ms",
    re.IGNORECASE,
)
FILE = re.compile(r"[/\\.:*?\[\]]")  # a table of such a name would be a file


class Refused(Exception):
    """The statement is not one of those that may run."""


def check(db: duckdb.DuckDBPyConnection, text: str) -> None:
    """Exactly one statement that reads, and none of the doors."""
    if len(text) > LONGEST:
        raise Refused(f"the statement is longer than {LONGEST:,} characters")
    if "\0" in text:
        raise Refused("the statement holds a sign that is no text")
    statements = db.extract_statements(text)
    if len(statements) != 1:
        raise Refused(f"give exactly one statement, not {len(statements)}")
    row = db.execute("SELECT json_serialize_sql($1)", [text]).fetchone()
    try:
        tree = json.loads(row[0]) if row else {"error": True}
    except RecursionError as error:
        raise Refused("the statement is nested too deeply") from error
    if statements[0].type != duckdb.StatementType.SELECT or tree["error"]:
        raise Refused("only statements that read are allowed: SELECT, WITH, FROM, VALUES, DESCRIBE")
    shut = doors(db)
    for kind, name in names(tree):
        if kind == "SHOW_REF" and name not in SHOWN:
            raise Refused(f"SHOW {name} is not available here")
        if kind != "SHOW_REF" and (kind, name.lower()) in shut:
            raise Refused(f"{name} is not available here")
        if kind == "FUNCTION" and FUNCTIONS.fullmatch(name):
            raise Refused(f"{name} is not available here")
        if kind == "BASE_TABLE" and FILE.search(name):
            raise Refused(f"{name}: files cannot be read here, only the warehouse's tables")


def doors(db: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    """DuckDB's own table functions and views that are not open, by kind of node and name."""
    functions = db.execute(
        "SELECT DISTINCT lower(function_name) FROM duckdb_functions() "
        "WHERE internal AND function_type IN ('table', 'table_macro')"
    ).fetchall()
    views = db.execute(
        "SELECT lower(view_name) FROM duckdb_views() "
        "WHERE internal AND schema_name <> 'information_schema'"
    ).fetchall()
    shut = {("FUNCTION", name) for (name,) in functions if not TABLE_FUNCTIONS.fullmatch(name)}
    return shut | {("BASE_TABLE", name) for (name,) in views if not VIEWS.fullmatch(name)}


def names(tree: object) -> Iterator[tuple[str, str]]:
    """Every function and table that a parsed statement names, wherever: kind of node and name."""
    left = [tree]
    while left:
        node = left.pop()
        if isinstance(node, list):
            left.extend(node)
        elif isinstance(node, dict):
            if isinstance(node.get("function_name"), str):
                yield "FUNCTION", node["function_name"]
            if isinstance(node.get("table_name"), str):
                yield str(node.get("type")), node["table_name"]
            left.extend(node.values())


def lock(memory: int) -> None:
    """Shut the process in: `memory` more bytes than now, and no file or socket beyond the open."""
    size = Path("/proc/self/statm")
    if size.exists():  # elsewhere than on Linux only DuckDB's own memory limit holds
        used = int(size.read_text("ascii").split()[0]) * resource.getpagesize()
        # The rows on their way out, and addresses that malloc keeps with no memory behind them.
        limit = used + memory + memory // 4
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    free = os.dup(0)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, free))


def answer(request: dict[str, Any]) -> None:
    """Run the statement and write its rows to stdout."""
    memory, left = int(request["memory"]), int(request["rows"])
    # The kernel's timer outlives whoever started us; its signal ends the process wherever it is.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, float(request["seconds"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (memory, memory))
    statement = str(request["statement"])
    # Less than the process may have: DuckDB gives back what it only keeps at hand before its own
    # limit, and not before the kernel's.
    config = {**CONFIG, "memory_limit": f"{memory * 17 // 20}B"}
    db = duckdb.connect(str(request["database"]), read_only=True, config=config)
    db.execute("SET TimeZone = 'UTC'")
    db.execute("SET lock_configuration = true")
    check(db, statement)

    import pyarrow as pa  # after the check: most that is refused never needs it

    lock(memory)
    reader = db.execute(statement).to_arrow_reader(2_048)
    left += 1  # one more than is shown tells that there was more
    with os.fdopen(1, "wb", closefd=False) as out, pa.ipc.new_stream(out, reader.schema) as writer:
        for batch in reader:
            writer.write_batch(batch.slice(0, left))
            left -= batch.num_rows
            if left <= 0:
                break


def main() -> int:
    """Answer the request on stdin; see above for what comes out."""
    try:
        answer(json.load(sys.stdin))
    except (MemoryError, duckdb.OutOfMemoryException):
        return MEMORY
    except Exception as error:  # nobody hears stderr: what is told here is all that is heard
        number = error.errno if isinstance(error, OSError) else None
        if number in ENDS:
            return ENDS[number]
        # DuckDB's errors on the way are OSErrors of pyarrow without a number.
        return MEMORY if str(error).startswith("Out of Memory") else tell(str(error))
    return 0


def tell(reason: str) -> int:
    """Put a reason in the place of the rows."""
    data = reason[:MESSAGE].encode("utf-8", "replace")
    os.ftruncate(1, 0)
    os.pwrite(1, data, 0)
    return REFUSED


if __name__ == "__main__":
    sys.exit(main())
