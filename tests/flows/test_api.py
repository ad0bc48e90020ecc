"""Asking Prefect's server without Prefect."""

from __future__ import annotations

import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.states import Completed, Running

from flows import api

from .conftest import Answer, Platform


def test_whether_something_exists(platform: Platform) -> None:
    platform.says("here", Answer())
    platform.says("gone", Answer(404))
    platform.says("ill", Answer(500))
    assert api.exists(f"{platform.url}/here")
    assert not api.exists(f"{platform.url}/gone")
    with pytest.raises(OSError, match="500"):
        api.exists(f"{platform.url}/ill")


def test_whether_it_is_healthy(platform: Platform) -> None:
    platform.says("api/health", Answer())
    assert api.healthy(f"{platform.url}/api")
    platform.says("api/health", Answer(503))
    assert not api.healthy(f"{platform.url}/api")
    assert not api.healthy("http://127.0.0.1:1/api")
    assert not api.healthy("https://prefect.example/api")


@flow
def nothing() -> None:
    """A flow to have runs of."""


@pytest.mark.usefixtures("prefect")
def test_runs_that_were_cut_off_are_closed_and_others_left_alone() -> None:
    with get_client(sync_client=True) as client:
        busy = client.create_flow_run(nothing, state=Running())
        done = client.create_flow_run(nothing, state=Completed())
        assert api.close_cut_off(str(client.api_url).rstrip("/")) == 1
        assert client.read_flow_run(busy.id).state_name == "Crashed"
        assert client.read_flow_run(done.id).state_name == "Completed"
