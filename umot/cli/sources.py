"""Commands of single sources: add and try."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from umot.cli.common import borrow_secrets, now, rows, say, state

if TYPE_CHECKING:
    from umot.trying import Tried

SHOWN = 100  # characters of a text in the table


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(add)
    app.command(name="try")(try_)


def add(
    context: typer.Context,
    connector: Annotated[
        str, typer.Argument(metavar="CONNECTOR", help="A platform; umot connectors lists them.")
    ],
    settings: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SETTING=VALUE",
            help="What the connector needs, e.g. hashtags=klaver,klaverapp.",
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Name of the source; else the connector's.")
    ] = None,
    brand: Annotated[
        str | None, typer.Option(help="The brand it is about; else your own.", show_default=False)
    ] = None,
) -> None:
    """Add a source to umot.toml; what stands there stays."""
    from umot import pipeline
    from umot.starter import Place, add

    monitor = state(context).monitor()
    names = {source.name for source in monitor.settings.sources}
    values = read_settings(connector, settings or [])
    chosen = name or free(connector.replace("_", "-"), names)
    if brand:
        values["brand"] = brand
    add(monitor.home, Place("", chosen, connector, values))
    say(f"added {chosen!r} to {monitor.home / 'umot.toml'}")
    try:
        fresh = state(context).monitor()
        pipeline.prepared(fresh, fresh.sources([chosen])[0])
    except Exception as error:  # it is written down all the same: a setting can be put right there
        say(f"umot: {pipeline.one_line(error)}")
        raise typer.Exit(1) from error
    say(f"next: umot try {chosen}")


def read_settings(connector: str, given: list[str]) -> dict[str, Any]:
    """``name=value`` as values of the kinds that a connector takes.

    Raises `UnknownName` for what it does not have, typer's usage error for what is no setting.
    """
    import inspect

    from umot import config, plugins
    from umot.errors import UnknownName

    parameters = inspect.signature(plugins.load(plugins.CONNECTORS, connector)).parameters
    # Of a name that both have (query) the source's own is meant: the connector's comes from it.
    kinds = {name: str(one.annotation) for name, one in parameters.items() if name != "home"}
    kinds |= {name: str(one.annotation) for name, one in config.Source.model_fields.items()}
    valid = kinds.keys() - {"name", "connector"}
    values: dict[str, Any] = {}
    for one in given:
        name, sign, text = one.partition("=")
        if not sign:
            raise typer.BadParameter(f"{one!r} is not SETTING=VALUE")
        if name not in valid:
            raise UnknownName(f"setting of {connector}", name, valid)
        values[name] = value(text, kinds[name])
    return values


def value(text: str, kind: str) -> Any:
    """A value as TOML has it; a list where that is what is wanted."""
    import tomllib

    if "Sequence" in kind and not text.startswith("["):
        return [part.strip() for part in text.split(",") if part.strip()]
    if kind in ("str", "str | None"):
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def free(name: str, names: set[str]) -> str:
    """A name that no source has yet."""
    number, found = 1, name
    while found in names:
        number += 1
        found = f"{name}-{number}"
    return found


def try_(
    context: typer.Context,
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="The name of a source in umot.toml.")
    ],
    count: Annotated[
        int, typer.Option("--count", "-n", min=1, max=100, help="How many posts.")
    ] = 5,
    format: Annotated[  # noqa: A002 - the option's name is part of the contract
        str, typer.Option(help="table or json.")
    ] = "table",
) -> None:
    """Fetch a few posts of a source and show them; store nothing.

    Each as it would be stored, and whom it is found to be about.
    """
    from umot.trying import a_few

    if format not in ("table", "json"):
        raise typer.BadParameter(f"{format!r} is not one of table, json")
    monitor = state(context).monitor()
    chosen = monitor.sources([source])[0]
    borrow_secrets(context)
    seen = 0
    for one in a_few(monitor, chosen, count, now()):
        rows([json.dumps(as_json(one), ensure_ascii=False)] if format == "json" else as_table(one))
        seen += 1
    if not seen:
        say(f"{source}: it answers, and has nothing to read now")


def as_json(one: Tried) -> dict[str, Any]:
    """A post with all that would be stored of it, its writer left out."""
    from dataclasses import asdict

    if one.post is None:
        return {"reject": one.reject}
    kept = {name: cell for name, cell in asdict(one.post).items() if name != "author"}
    about = [{"brand": m.brand, "role": m.role, "matched_by": m.by} for m in one.matches]
    return json.loads(json.dumps({**kept, "about": about}, default=str))  # type: ignore[no-any-return]


def as_table(one: Tried) -> list[str]:
    """A post in a few lines."""
    post = one.post
    if post is None:
        return [f"cannot be used: {one.reject}", ""]
    text = " ".join(f"{post.title or ''}  {post.body}".split())
    about = ", ".join(f"{m.brand} ({m.by})" for m in one.matches)
    facts = [f"{post.posted_at:%Y-%m-%d %H:%M}" if post.posted_at else "no date", post.kind.value]
    facts += [f"{post.rating:g} stars"] if post.rating is not None else []
    facts += [f"by the {post.author_role.value}"] if post.author_role.value != "unknown" else []
    return [
        f"{post.post_id}  {'  '.join(facts)}",
        f"  {text[:SHOWN]}{'…' if len(text) > SHOWN else ''}",
        f"  about: {about or 'nobody that is followed: would not be stored'}",
        "",
    ]
