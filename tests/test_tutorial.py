"""The tutorial of connectors, followed to the letter: its files, in a folder of their own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[1] / "docs" / "connectors" / "tutorial.md"
FILE = re.compile(r"^```\w+ file=(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CHECKED = 20  # checks that the page's connector passes, at least


def written(folder: Path) -> dict[str, str]:
    """The page's files, written to `folder`."""
    files = dict(FILE.findall(PAGE.read_text("utf-8")))
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    return files


@pytest.mark.slow  # all checks in a process of their own
def test_the_package_of_the_tutorial_passes_every_check(tmp_path: Path) -> None:
    files = written(tmp_path)
    assert set(files) == {
        "praatpaal.py", "pyproject.toml", "fake_praatpaal.py", "test_praatpaal.py",
    }  # fmt: skip
    (tmp_path / "pytest.ini").write_text("[pytest]\n", "utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "not thousand"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-4000:]
    passed = re.search(r"(\d+) passed", ran.stdout)
    assert passed is not None
    assert int(passed[1]) >= CHECKED


def test_umot_finds_it_by_its_entry_point(tmp_path: Path) -> None:
    files = written(tmp_path)
    # What pip writes when it installs the package.
    (entry,) = re.findall(r"^praatpaal = \"(.+)\"$", files["pyproject.toml"], re.MULTILINE)
    info = tmp_path / "umot_praatpaal-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: umot-praatpaal\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[umot.connectors]\npraatpaal = {entry}\n")
    ran = subprocess.run(
        [Path(sys.executable).with_name("umot"), "connectors"],
        capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert (
        "praatpaal\tMessages on Praatpaal, the platform where people talk to a pole." in ran.stdout
    )
    assert "settings: [url] [history_days] [timeout]" in ran.stdout
