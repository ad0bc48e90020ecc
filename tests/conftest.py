"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# No test may reach the user's own data, whatever the shell says.
for name in [name for name in os.environ if name.startswith("UMOT_")]:
    del os.environ[name]

SHARED = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder that every command of the test uses."""
    monkeypatch.setenv("UMOT_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of labelled real texts; the test skips where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(f"no labelled real texts in {SHARED}")
    return SHARED
