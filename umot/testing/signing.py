"""Checks of how a connector takes credentials that are missing, wrong or out of date.

They change environment variables while they run, and put them back.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from umot.errors import Fatal, UmotError
from umot.testing.log import Log
from umot.testing.stage import NOW, Check, Stage, expect, items, run, same, until_error


def check_missing_credentials(stage: Stage) -> None:
    """A variable that is not set, or blank, is named before anything is asked."""
    for variable in _variables(stage):
        for value in (None, "  "):
            asked = len(stage.server.asked) if stage.server else 0
            with _set({variable: value}):
                _, error = until_error(stage.make())
            expect(isinstance(error, Fatal), f"{error!r} is not a Fatal")
            expect(variable in str(error), f"{error} does not name {variable}")
            if stage.server:
                same(len(stage.server.asked), asked, "requests without credentials")


def check_wrong_credentials(stage: Stage) -> None:
    """One that is wrong is named, and not shown; with the right one all is read."""
    stage.serve(items(3))
    for variable, wrong in _variables(stage).items():
        with _set({variable: wrong}), Log() as log:
            _, error = until_error(stage.make())
        expect(isinstance(error, Fatal), f"{error!r} is not a Fatal")
        expect(variable in str(error), f"{error} does not name {variable}")
        expect("\n" not in str(error), f"{error} is more than a line")
        expect(wrong not in str(error) + log.text, f"the value of {variable} is shown")
    same(len(run(stage.make()).posts), 3, "posts with the right credentials")


def check_expired_credentials(stage: Stage) -> None:
    """Ones that run out during a run are made anew, or an error says which."""
    if stage.expire is None:
        raise AssertionError("the stage does not say how credentials expire")
    served = items(2 * stage.most + 150)
    stage.serve(served)
    connector, bodies = stage.make(), set[str]()
    error: UmotError | None = None
    try:
        for number, batch in enumerate(connector.fetch(None, now=NOW)):
            bodies |= {post.body for raw in batch.items for post in connector.parse(raw)}
            if number == 0:
                stage.expire()
    except UmotError as raised:
        error = raised
    if error is None:
        same(len(bodies), len(served), "posts of a run whose credentials ran out")
        return
    expect(isinstance(error, Fatal), f"{error!r} is not a Fatal")
    named = any(variable in str(error) for variable in _variables(stage))
    expect(named, f"{error} names no setting")


def _variables(stage: Stage) -> Mapping[str, str]:
    expect(stage.wrong, "the stage has no `wrong` credentials")
    return stage.wrong


@contextmanager
def _set(values: Mapping[str, str | None]) -> Iterator[None]:
    """Set variables, or take them away, for a while."""
    before = {name: os.environ.get(name) for name in values}
    _put(values)
    try:
        yield
    finally:
        _put(before)


def _put(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


SIGNED: tuple[Check, ...] = (
    check_missing_credentials,
    check_wrong_credentials,
    check_expired_credentials,
)
