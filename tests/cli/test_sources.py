"""The first hour: init, add, try and doctor of single sources."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Umot
from umot import config
from umot.cli.questions import QUESTIONS
from umot.pipeline import prepared
from umot.pipeline.monitor import Monitor
from umot.queries import parse


def test_init_writes_sources_that_need_no_key_and_says_what_keys_add(
    umot: Umot, home: Path
) -> None:
    ran = umot(
        "init", home, "--brand", "Klaver Verzekeringen", "--languages", "nl", "--country", "BE",
        "--website", "https://www.klaver.example/polis", "--app-store", "123", "--youtube", "UCx",
        "--subreddit", "klaver", "--competitor", "Roos", "--competitor", "Tulp",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert "UMOT_REDDIT_CLIENT_ID" in ran.err
    settings = config.load(home)
    assert settings.brand.time_zone == "Europe/Brussels"
    assert settings.brand.query == '"Klaver Verzekeringen" OR klaver.example'
    assert [one.name for one in settings.brand.competitors] == ["Roos", "Tulp"]
    names = [one.name for one in settings.sources]
    assert names == [
        "news-nl",
        "reddit",
        "subreddit",
        "mastodon",
        "hacker-news",
        "app-store",
        "youtube",
    ]
    monitor = Monitor.open(home)
    for source in monitor.sources():
        prepared(monitor, source)  # every setting is one that the connector has


@pytest.mark.parametrize(
    "brand", ['Bakker "Jansen" & Zn', "Müller's", "!!!", "C\\A", "AND", "a.s.r."]
)
def test_any_name_gives_a_configuration_that_loads(umot: Umot, home: Path, brand: str) -> None:
    ran = umot("init", home, "--brand", brand, "--competitor", "Ro\"'s")
    assert ran.code == 0, ran.err
    settings = config.load(home)
    assert settings.brand.name == brand
    if settings.brand.query:
        assert parse(settings.brand.query).found(f"ja, {brand} is goed")


def test_init_does_not_ask_without_a_terminal(tmp_path: Path) -> None:
    script = Path(sys.executable).with_name("umot")
    ran = subprocess.run(
        [script, "init", tmp_path / "x"], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert ran.returncode == 2
    assert "--brand" in ran.stderr
    assert not (tmp_path / "x").exists()


def test_init_asks_in_a_terminal(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    script = Path(sys.executable).with_name("umot")
    child = subprocess.Popen(
        [script, "init", tmp_path / "x"], stdin=theirs, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    os.close(theirs)
    os.write(ours, b"Klaver\nbe\nnl\n\n\n\n\n\nRoos, Tulp\n")
    _, said = child.communicate(timeout=60)
    os.close(ours)
    assert child.returncode == 0, said
    assert "Name of the brand" in said
    settings = config.load(tmp_path / "x")
    assert settings.brand.name == "Klaver"
    assert settings.brand.time_zone == "Europe/Brussels"
    assert [one.name for one in settings.brand.competitors] == ["Roos", "Tulp"]


def test_add_writes_a_source_and_keeps_what_stands_there(umot: Umot, home: Path) -> None:
    home.mkdir()
    text = '# ours\n[brand]\nname = "Klaver" # the name\n\n[[sources]]\nname="files"\nconnector="files"\npath="x.csv"'
    (home / "umot.toml").write_text(text, "utf-8")
    ran = umot(
        "add", "mastodon", "hashtags=klaver, klaverapp", "history_days=3", "mentions=false",
        "about_brand=true",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    written = (home / "umot.toml").read_text("utf-8")
    assert written.startswith(text)
    source = config.load(home).sources[1]
    assert (source.name, source.about_brand) == ("mastodon", True)
    assert source.settings == {
        "hashtags": ["klaver", "klaverapp"], "history_days": 3, "mentions": False,
    }  # fmt: skip
    assert umot("add", "hacker_news", 'query="klaver app" OR 4', "--name", "hn").code == 0
    assert config.load(home).sources[2].query == '"klaver app" OR 4'
    assert umot("add", "mastodon", "hashtags=x").code == 0
    assert [one.name for one in config.load(home).sources][3] == "mastodon-2"
    kept = (home / "umot.toml").read_text("utf-8")
    for wrong, named in [
        (["mastodon", "hashtag=x"], "hashtags"),
        (["nowhere"], "unknown connector"),
        (["mastodon", "hashtags"], "SETTING=VALUE"),
        (["mastodon", "hashtags=x", "--name", "files"], "two sources are named files"),
    ]:
        ran = umot("add", *wrong)
        assert ran.code in (1, 2)
        assert named in ran.err
    assert (home / "umot.toml").read_text("utf-8") == kept


def test_try_shows_a_few_posts_and_stores_nothing(umot: Umot, home: Path) -> None:
    home.mkdir()
    (home / "umot.toml").write_text(
        '[brand]\nname="Klaver"\nquery="klaver"\n[[sources]]\nname="f"\nconnector="files"\n'
        'path="*.jsonl"\nabout_brand=false\nplatform="forum"\n',
        "utf-8",
    )
    rows = [{"id": n, "body": f"klaver {n}\x1b[31m", "author": "Anna"} for n in range(9)]
    rows[1] = {"id": 1, "body": "gras", "rating": "4"}
    rows[2] = {"id": 2, "body": "x", "rating": "veel"}
    (home / "x.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    ran = umot("try", "f", "-n", "3")
    assert ran.code == 0, ran.err
    assert "forum:0" in ran.out
    assert "about: Klaver (query: klaver)" in ran.out
    assert "would not be stored" in ran.out
    assert "cannot be used: rating" in ran.out
    assert "forum:3" not in ran.out
    assert "\x1b" not in ran.out
    assert not (home / "warehouse").exists()
    lines = umot("try", "f", "-n", "2", "--format", "json").out.splitlines()
    first = json.loads(lines[0])
    assert (first["native_id"], first["about"][0]["brand"]) == ("0", "Klaver")
    assert "Anna" not in lines[0]
    assert umot("try", "g").code == 1
    (home / "x.jsonl").unlink()
    assert umot("try", "f").code == 1


def test_doctor_looks_at_the_sources_named(umot: Umot, home: Path) -> None:
    home.mkdir()
    (home / "umot.toml").write_text(
        '[[sources]]\nname="a"\nconnector="files"\npath="x.jsonl"\n'
        '[[sources]]\nname="b"\nconnector="files"\npath="none.csv"\n',
        "utf-8",
    )
    (home / "x.jsonl").write_text('{"body": "dag"}', "utf-8")
    ran = umot("doctor", "a")
    assert (ran.code, ran.out) == (0, "ok    source a: answers, first posts: 1\n")
    assert umot("doctor", "a", "b").code == 1
    assert "valid: a, b" in umot("doctor", "c").err


def test_collect_since_reads_the_past_again(umot: Umot, home: Path) -> None:
    home.mkdir()
    (home / "umot.toml").write_text(
        '[[sources]]\nname="a"\nconnector="files"\npath="x.jsonl"\n', "utf-8"
    )
    (home / "x.jsonl").write_text('{"id": 1, "body": "dag"}', "utf-8")
    assert umot("collect").code == 0
    ran = umot("collect", "--since", "2026-01-01")
    assert ran.code == 0
    assert "gives what it holds now" in ran.err
    assert "1 seen, 0 new" in ran.err, "without the cursor it is read again"
    assert umot("collect", "--since", "2999-01-01").code == 2
    assert umot("collect", "--since", "gisteren").code == 2


def test_answers_are_read_as_people_give_them() -> None:
    read = {one.name: one.read for one in QUESTIONS}
    assert read["app_store"]("https://apps.apple.com/nl/app/klaver/id999?l=nl") == "999"
    assert [read["app_store"](one) for one in ("id999", "999", "")] == ["999", "999", ""]
    assert read["subreddit"]("/r/klaver/") == "klaver"
    assert (read["country"](""), read["country"]("BE")) == ("nl", "BE")
    assert read["youtube"]("https://www.youtube.com/channel/UCx-1") == "UCx-1"


@pytest.mark.parametrize(
    "given", [("--country", "Nederland"), ("--languages", "Dutch"), ("--youtube", "@klaver")]
)
def test_an_answer_that_cannot_be_is_refused_before_anything_is_written(
    umot: Umot, home: Path, given: tuple[str, str]
) -> None:
    ran = umot("init", home, "--brand", "Klaver", *given)
    assert ran.code == 2
    assert given[1] in ran.err
    assert not (home / config.FILE).exists()
