"""Secret blocks become variables, and are seen nowhere else."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from prefect.blocks.system import Secret
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL

from flows.digest import daily_digest
from flows.environment import COMMON, QUIET, borrowed
from flows.monitor import run_monitor
from flows.secret_blocks import load_secrets, variable
from umot.errors import Fatal

from .conftest import NOW, Answer, Platform, posts

pytestmark = pytest.mark.usefixtures("prefect")
VALUE = "never-to-be-seen-1234"


@pytest.fixture
def block(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A secret for the platform's token, and one of somebody else."""
    for name in ("umot-test-token", "other-test-token"):
        Secret(value=VALUE).save(name, overwrite=True)
    # Recorded as unset, so that what the flow sets is undone after the test.
    monkeypatch.setenv("UMOT_TEST_TOKEN", "")
    monkeypatch.delenv("UMOT_TEST_TOKEN")
    yield
    for name in ("umot-test-token", "other-test-token"):
        Secret.delete(f"{name}")


def test_a_connector_reads_its_secret_and_nobody_else_does(
    block: None,
    home: Path,
    sources: Callable[..., None],
    platform: Platform,
) -> None:
    sources(good=[Answer(posts=posts("a"))])
    run_monitor(home, now=NOW)
    assert platform.tokens == [VALUE]
    with get_client(sync_client=True) as client:
        logs = [log.message for log in client.read_logs()]
        artifacts = [str(one.data) for one in client.read_artifacts()]
        runs = [str(run.parameters) for run in client.read_flow_runs()]
    assert not [text for text in logs + artifacts + runs if VALUE in text]


@pytest.mark.usefixtures("block")
def test_only_names_of_ours_and_only_where_unset() -> None:
    from prefect import flow

    loading = flow(persist_result=False)(load_secrets)
    values = {"UMOT_TEST_TOKEN": "mine"}
    assert loading(values) == []
    assert values == {"UMOT_TEST_TOKEN": "mine"}
    empty: dict[str, str] = {}
    load_secrets_in_a_flow = flow(persist_result=False)(lambda: load_secrets(empty))
    assert load_secrets_in_a_flow() == ["UMOT_TEST_TOKEN"]
    assert empty == {"UMOT_TEST_TOKEN": VALUE}


@pytest.mark.usefixtures("block")
def test_the_digest_knows_addresses_that_are_kept_in_prefect(
    home: Path, sources: Callable[..., None]
) -> None:
    sources()
    with pytest.raises(Fatal, match="nothing has been published"):
        daily_digest(str(home))
    assert os.environ["UMOT_TEST_TOKEN"] == VALUE


@pytest.mark.usefixtures("block")
def test_a_command_borrows_them_where_a_server_runs(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (COMMON | QUIET).items():  # so that what it sets is undone
        monkeypatch.setenv(name, os.environ.get(name, value))
    assert borrowed(home) == []
    monkeypatch.setenv("PREFECT_API_URL", PREFECT_API_URL.value() or "")
    assert borrowed(home) == ["UMOT_TEST_TOKEN"]
    assert os.environ["UMOT_TEST_TOKEN"] == VALUE


def test_names() -> None:
    assert variable("umot-reddit-client-id") == "UMOT_REDDIT_CLIENT_ID"
    assert variable("reddit-client-id") is None
