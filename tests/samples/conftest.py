"""The sample's server, and the real PRAW talking to it."""

from datetime import UTC, datetime

import praw
import pytest

from samples import CREDENTIALS, SampleServer

ANCHOR = datetime(2026, 5, 20, 14, 30, tzinfo=UTC)


@pytest.fixture
def server():
    with SampleServer(ANCHOR) as running:
        yield running


@pytest.fixture
def reddit(server):
    return praw.Reddit(
        client_id=CREDENTIALS["UMOT_REDDIT_CLIENT_ID"],
        client_secret=CREDENTIALS["UMOT_REDDIT_CLIENT_SECRET"],
        user_agent="umot tests",
        reddit_url=server.url,
        oauth_url=server.url,
        short_url=server.url,
        check_for_updates=False,
    )
