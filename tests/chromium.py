"""Debian's chromium, for tests that look at a page as people do."""

from __future__ import annotations

import shutil

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# A package of the system, which pip cannot bring: CI installs it first.
NEEDED = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium (make system-deps)")
