"""Writes the pages that come from the program itself: see `PAGES`, at the end."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).parent
SECTIONS = ("brand", "model", "digest", "alerts", "watch", "sql")
HIDDEN = ("schema_versions", "published_stamp")


def cli() -> str:
    """Every command's help."""
    os.environ.update(COLUMNS="90", TERM="dumb")
    from typer.testing import CliRunner

    from umot.cli.main import app

    runner = CliRunner()
    pages = [
        "# Command line\n\nExit codes: 0 done, 1 failed (the reason on stderr), 2 bad usage.\n"
    ]
    for arguments in ([], *sorted(commands())):
        shown = runner.invoke(app, [*arguments, "--help"], prog_name="umot").output
        title = " ".join(["umot", *arguments])
        lines = "\n".join(line.rstrip() for line in shown.strip().splitlines())
        pages.append(f"## {title}\n\n```text\n{lines}\n```\n")
    return "\n".join(pages)


def commands() -> Iterator[list[str]]:
    """The words of every command, those of groups included: ``["journey", "check"]``."""
    import typer

    from umot.cli.main import app

    known = typer.main.get_command(app)
    for name, command in known.commands.items():  # type: ignore[attr-defined]
        yield [name]
        for within in getattr(command, "commands", ()):
            yield [name, within]


def configuration() -> str:
    """Every setting with its default, variable and help."""
    from umot import config

    parts = [
        "# Configuration\n",
        "Settings stand in `umot.toml` in the data folder. An environment variable wins over the\n"
        "file; a flag wins over both. Secrets come from the environment only.\n",
    ]
    place = config.Settings.model_fields["warehouse"]
    parts.append(
        f"## warehouse\n\n{place.description} In the file it stands above the first section;\n"
        "its variable is `UMOT_WAREHOUSE`. See [outgrowing one file](outgrowing.md).\n"
    )
    for section in SECTIONS:
        field = config.Settings.model_fields[section]
        parts.append(f"## [{section}]\n\n{field.description}\n")
        parts.append(rows(field.annotation, f"UMOT_{section.upper()}__"))
        if section == "brand":
            parts.append(
                "## [[brand.competitors]]\n\nOther brands to follow in the same posts: one table "
                "each; see\n[queries](queries.md).\n"
            )
            parts.append(rows(config.Competitor, ""))
        if section == "digest":
            parts.append(
                "## [[digest.channels]]\n\nWhere the digest is sent to: one table each; see "
                "[the digest](digest.md).\n"
            )
            parts.append(rows(config.Recipient, ""))
        if section == "alerts":
            parts.append(
                "## [[alerts.channels]]\n\nWhere alerts are sent to: one table each; see "
                "[alerts](alerts.md).\n"
            )
            parts.append(rows(config.Channel, ""))
            parts.extend(rules())
    parts.append(
        "## [[sources]]\n\nThe places to read: one table each. Names that are not listed here go\n"
        "to the connector; `umot connectors` shows which it has.\n"
    )
    parts.append(rows(config.Source, ""))
    parts.append(ENVIRONMENT)
    return "\n".join(parts)


def rules() -> Iterator[str]:
    """The settings of each rule for alerts."""
    from umot.alert_settings import RULES

    for name, section in RULES.items():
        yield f"## [alerts.{name}]\n\n{section.__doc__}\n"
        yield rows(section, f"UMOT_ALERTS__{name.upper()}__")


ENVIRONMENT = """\
## Only from the environment

| variable | what |
|---|---|
| `UMOT_HOME` | The data folder. Else the current folder if it has an `umot.toml`, else `~/.umot`. |
| `UMOT_AUTHOR_KEY` | The key of the hashes that stand for writers; else made in `author.key`. |
| `UMOT_WAREHOUSE_PASSWORD` | Password of Postgres, for a [DuckLake](outgrowing.md). |
| `UMOT_RETRY_DELAYS` | Seconds before each retry of a source in `umot run`, e.g. `15,60`. |
| `UMOT_REDDIT_CLIENT_ID`, `UMOT_REDDIT_CLIENT_SECRET` | Credentials of a Reddit "script" app. |
| `UMOT_CONSOLE_PASSWORD`, `UMOT_CONSOLE_TOKEN` | Sign-in to the [console](console.md). |
| `UMOT_CONSOLE_HOSTS` | More names of the console, e.g. behind a proxy: `umot.example.org`. |
| `UMOT_MASTODON_TOKEN` | Access token of a Mastodon account, for its mentions and for searches. |
| `UMOT_BLUESKY_PASSWORD` | App password of a Bluesky account, for searches. |
| `UMOT_YOUTUBE_KEY` | Key of the YouTube Data API. |
| `UMOT_APP_STORE_KEY` | Private key of App Store Connect. |
| `UMOT_GOOGLE_PLAY_ACCOUNT` | JSON key of a service account that may read an app's reviews. |
| `UMOT_TRUSTPILOT_KEY` | API key of Trustpilot. |
| `UMOT_KIYOH_TOKEN` | Publication token of Kiyoh or Klantenvertellen. |
| `UMOT_DISCOURSE_KEY` | Key of a Discourse forum, for what is not public. |
| `UMOT_STACK_EXCHANGE_KEY` | Key of Stack Exchange, for more requests. |
| `UMOT_X_TOKEN` | Bearer token of an app on X with a paid plan. |
| `UMOT_META_TOKEN` | Access token of a Facebook page. |
| `UMOT_IMAP_PASSWORD`, `UMOT_IMAP_TOKEN` | Password, or OAuth token, of a mailbox. |
| `UMOT_WEBHOOK_SECRET` | What senders of the [webhook](connectors/webhook.md) sign with. |
| `UMOT_GOOGLE_BUSINESS_CLIENT_ID`, `…_CLIENT_SECRET`, `…_REFRESH_TOKEN` | OAuth, for Google. |
"""


def rows(section: object, prefix: str) -> str:
    """A table of a section's settings."""
    lines = ["| setting | default | variable | what |", "|---|---|---|---|"]
    for name, field in section.model_fields.items():  # type: ignore[attr-defined]
        if field.default_factory is not None:  # a section of its own
            continue
        default = "required" if field.is_required() else f"`{shown(field.default)}`"
        variable = f"`{prefix}{name.upper()}`" if prefix else ""
        lines.append(f"| `{name}` | {default} | {variable} | {field.description} |")
    return "\n".join(lines) + "\n"


def shown(value: object) -> str:
    """A default as it would stand in the file."""
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return "[" + ", ".join(shown(one) for one in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def tables() -> str:
    """Every published table and view with its columns."""
    from warehouse import Warehouse

    parts = [
        "# Tables and views\n",
        "What `umot sql` sees. Times are UTC; days are local days of the brand. Questions to\n"
        "start from are in the [cookbook](sql-cookbook.md).\n",
    ]
    with tempfile.TemporaryDirectory() as folder:
        warehouse = Warehouse(Path(folder))
        warehouse.publish()
        with warehouse.read() as db:
            for name, comment in relations(db):
                parts.append(f"## {name}\n\n{comment}\n")
                parts.append(columns(db, name))
            parts.append(macros(db))
    return "\n".join(parts)


def relations(db: object) -> Iterator[tuple[str, str]]:
    """Names and comments of tables and views, in order."""
    found = db.execute(  # type: ignore[attr-defined]
        "SELECT view_name, comment FROM duckdb_views() WHERE NOT internal UNION ALL "
        "SELECT table_name, comment FROM duckdb_tables() WHERE schema_name = 'main' ORDER BY 1"
    ).fetchall()
    yield from ((name, comment) for name, comment in found if name not in HIDDEN)


def columns(db: object, name: str) -> str:
    """A table of a relation's columns."""
    found = db.execute(  # type: ignore[attr-defined]
        "SELECT column_name, data_type, comment FROM duckdb_columns() "
        "WHERE table_name = $1 ORDER BY column_index",
        [name],
    ).fetchall()
    lines = ["| column | type | what |", "|---|---|---|"]
    lines += [f"| `{column}` | {kind} | {comment} |" for column, kind, comment in found]
    return "\n".join(lines) + "\n"


def macros(db: object) -> str:
    """A table of the functions that are the warehouse's own."""
    found = db.execute(  # type: ignore[attr-defined]
        "SELECT function_name, parameters, comment FROM duckdb_functions() "
        "WHERE NOT internal AND comment IS NOT NULL ORDER BY 1"
    ).fetchall()
    lines = ["## Functions\n", "| function | what |", "|---|---|"]
    lines += [f"| `{name}({', '.join(given)})` | {comment} |" for name, given, comment in found]
    return "\n".join(lines) + "\n"


COOKBOOK = """\
# SQL cookbook

Questions that marketers ask, each answered by one statement that runs as it is (`posts-that-say`
needs `pip install 'umot[search]'`):

```console
$ umot sql            # a prompt: .queries lists these names, .run NAME asks one
$ umot sql "FROM today"
```

"This week" counts back from the newest post that was heard (the view `today`), so the answers
also fit an old export. Only posts about the own brand count, unless it says otherwise, and never
the company's own. What the columns of the views mean is in [tables and views](tables.md).
"""


def cookbook() -> str:
    """Every question with its statement and how to read the answer."""
    from warehouse import Warehouse
    from warehouse.cookbook import queries

    found = queries().values()
    parts = [COOKBOOK]
    parts.append("\n".join(f"- [{one.title_en}](#{one.name})" for one in found) + "\n")
    with tempfile.TemporaryDirectory() as folder:
        warehouse = Warehouse(Path(folder))
        warehouse.publish()
        with warehouse.read() as db:
            for one in found:
                rows = db.execute(f"DESCRIBE {one.sql}").fetchall()
                gives = ", ".join(f"`{row[0]}`" for row in rows)
                parts.append(
                    f"## {one.name}\n\n**{one.title_en}** *{one.title_nl}*\n\n{one.remark}\n\n"
                    f"```sql\n{one.sql}\n```\n\nColumns: {gives}.\n"
                )
    return "\n".join(parts)


PAGES = {
    "cli.md": cli,
    "configuration.md": configuration,
    "sql-cookbook.md": cookbook,
    "tables.md": tables,
}

if __name__ == "__main__":
    for page, make in PAGES.items():
        (FOLDER / page).write_text(make(), "utf-8")
