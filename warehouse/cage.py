"""The child process of `warehouse.adhoc`: run with ``python -I``, it knows nothing of umot."""

from __future__ import annotations

import json
import re
import resource
import sys
from collections.abc import Iterator

import duckdb
import pyarrow as pa

# On top of DuckDB's memory limit: the interpreter, its libraries and the rows on their way out.
OVERHEAD = 1_500_000_000
SETTINGS = {
    "temp_directory": "''",  # before the next one, which forbids to change it
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
    "threads": "1",
}
# Functions and system views that tell paths, settings or secrets of this machine, read files,
# run other statements or write logs.
DOORS = re.compile(
    r"duckdb_(databases|settings|secrets|extensions|log\w*|external_file_cache|temporary_files"
    r"|memory|variables|prepared_statements|connection_count)"
    r"|pragma_(database_list|database_size|platform|user_agent|storage_info|metadata_info)"
    r"|current_setting|getenv|getvariable|which_secret|\w*enable_\w+|disable_\w+|truncate_\w+"
    r"|write_log|parse_duckdb_log_message|read_\w+|parquet_\w+|sniff_csv|glob|query|query_table"
    r"|(force_)?checkpoint|nextval|currval|json_execute_serialized_sql|sql_auto_complete"
    r"|\w*_scan\w*|from_substrait\w*|databases|test_\w+",
    re.IGNORECASE,
)


class Refused(Exception):
    """The statement is not one of those that may run."""


def check(db: duckdb.DuckDBPyConnection, text: str) -> None:
    """Exactly one statement that reads, and none of the doors."""
    statements = db.extract_statements(text)
    if len(statements) != 1:
        raise Refused(f"give exactly one statement, not {len(statements)}")
    row = db.execute("SELECT json_serialize_sql($1)", [text]).fetchone()
    tree = json.loads(row[0]) if row else {"error": True}
    if statements[0].type != duckdb.StatementType.SELECT or tree["error"]:
        raise Refused("only statements that read are allowed: SELECT, WITH, FROM, VALUES")
    for name in names(tree):
        if DOORS.fullmatch(name.strip('"')):
            raise Refused(f"{name} is not available here")


def names(tree: object) -> Iterator[str]:
    """Every function and table that a parsed statement names, wherever it stands."""
    if isinstance(tree, dict):
        for key in ("function_name", "table_name"):
            if tree.get(key) and isinstance(tree[key], str):
                yield tree[key]
        for value in tree.values():
            yield from names(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from names(value)


def main() -> int:
    """Read the request from stdin, write the rows as an Arrow file; 3 with the reason if not."""
    request = json.load(sys.stdin)
    limit = request["memory"] + OVERHEAD
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    try:
        db = duckdb.connect(request["database"], read_only=True)
        db.execute("SET TimeZone = 'UTC'")
        for name, value in SETTINGS.items():
            db.execute(f"SET {name} = {value}")
        db.execute(f"SET memory_limit = '{request['memory']}B'")
        check(db, request["statement"])
        db.execute("SET lock_configuration = true")
        result = db.execute(request["statement"])
        reader = result.to_arrow_reader(10_000)
        left = request["rows"] + 1  # one more than is shown tells that there was more
        with (
            pa.OSFile(request["target"], "wb") as file,
            pa.ipc.new_file(file, reader.schema) as out,
        ):
            for batch in reader:
                out.write_batch(batch.slice(0, left))
                left -= batch.num_rows
                if left <= 0:
                    break
    except (duckdb.Error, Refused) as error:
        sys.stderr.write(f"{error}\n")
        return 3
    except MemoryError:
        sys.stderr.write("MemoryError\n")
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main())
