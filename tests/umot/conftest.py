"""Receivers for the tests of alerts and their channels."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .receivers import Mailbox, Webhook, mailbox, webhook


@pytest.fixture(scope="module")
def hook_server() -> Iterator[Webhook]:
    with webhook() as running:
        yield running


@pytest.fixture
def hook(hook_server: Webhook, monkeypatch: pytest.MonkeyPatch) -> Webhook:
    hook_server.statuses, hook_server.asked, hook_server.taken = [], [], []
    monkeypatch.setenv("UMOT_HOOK", f"json://{hook_server.address}/s3cr3t-path")
    return hook_server


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    with mailbox() as running:
        address = f"mailto://{running.address}/?mode=insecure&from=umot@x.nl&to=team@x.nl"
        monkeypatch.setenv("UMOT_MAIL", address)
        yield running
