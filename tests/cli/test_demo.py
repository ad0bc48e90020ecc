"""`umot demo` as a new user meets it, with the model that ships and the real flow."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from umot.cli import demo
from umot.errors import Fatal
from warehouse import Warehouse

UMOT = Path(sys.executable).with_name("umot")


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "UMOT_HOME": str(folder), "PREFECT_HOME": str(folder / "prefect")}
    return subprocess.run(
        [UMOT, "demo"], env=environment, capture_output=True, text=True, timeout=400, check=False
    )


def test_the_demo_ends_with_a_digest_and_a_second_one_changes_nothing(tmp_path: Path) -> None:
    home = tmp_path / "demo"
    ran = run(home)
    assert ran.returncode == 0, ran.stderr
    assert 5 <= len(ran.stdout.splitlines()) <= 12
    found = re.search(r"The digest: (\S+\.html)", ran.stderr)
    assert found
    page = Path(found.group(1))
    assert "Vlotwiel" in page.read_text("utf-8")
    state = "SELECT post_id, content_hash, url, edited_at FROM posts ORDER BY post_id"
    with Warehouse(home).read() as db:
        first = db.execute(state).fetchall()
        alerted = {row[0] for row in db.execute("SELECT post_id FROM alerts").fetchall()}
        reading = db.execute("SELECT count(*) FROM sentiments WHERE status = 'scored'").fetchall()
    assert len(first) >= 150
    assert reading[0][0] >= 150
    assert "reddit:t3_1p4k9v1" in alerted  # the negative thread that grows viral
    assert "reddit:t3_1p4k9v2" not in alerted  # the positive one that grows as fast
    digest = page.read_bytes()
    again = run(home)
    assert again.returncode == 0, again.stderr
    assert "pass 1 of 1" in again.stderr
    assert " 0 new posts" in again.stderr
    with Warehouse(home).read() as db:
        assert db.execute(state).fetchall() == first
    assert page.read_bytes() == digest


@pytest.mark.parametrize(("on_path", "called"), [(True, "umot"), (False, "bin/umot")])
def test_what_to_do_next_is_named_as_the_shell_finds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, on_path: bool, called: str
) -> None:
    own = tmp_path / "bin" / "umot"
    own.parent.mkdir()
    own.write_text("#!/bin/sh\n", "utf-8")
    own.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(own.parent) if on_path else str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["bin/umot", "demo"])
    assert demo.program() == called


def test_the_demo_keeps_out_of_another_brands_folder(tmp_path: Path) -> None:
    (tmp_path / "umot.toml").write_text('[brand]\nname = "Ours"\n', "utf-8")
    with pytest.raises(Fatal, match="another brand"):
        demo.demo_folder(tmp_path)
