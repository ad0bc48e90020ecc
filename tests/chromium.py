"""Debian's chromium, for tests that look at a page as people do."""

from __future__ import annotations

import shutil

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
NEEDED = pytest.mark.skipif(  # a package of the system, which pip cannot bring; CI has it
    CHROMIUM is None, reason="needs chromium (make system-deps)"
)
