"""Memory stays flat however many posts are read, and a new process answers soon."""

import subprocess
import sys
from pathlib import Path

import pytest

from models.bundled import WEIGHTS

ROOT = Path(__file__).parents[2]
STREAM = ROOT / "tests" / "models" / "stream.py"

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/statm").exists(), reason="memory in use is read from /proc"
)


def sizes(weights, posts, every, *how):
    """Memory in MB after each `every` posts."""
    command = [sys.executable, str(STREAM), str(weights), str(posts), str(every), *how]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=here())
    return [float(one) for one in done.stdout.split()]


def here():
    import os

    return {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}


def test_reading_many_texts_takes_no_more_memory_than_reading_some(tiny_weights):
    found = sizes(tiny_weights, 20_000, 4_000)
    assert max(found[2:]) - found[1] < 6


def test_reading_many_posts_whole_takes_no_more_memory_than_some(tiny_weights):
    found = sizes(tiny_weights, 3_000, 600, "whole")
    assert max(found[3:]) - found[2] < 6


@pytest.mark.slow
def test_memory_is_flat_on_a_stream_of_a_million_posts(tiny_weights):
    found = sizes(tiny_weights, 1_000_000, 50_000, "whole")
    assert max(found[2:]) - found[1] < 10


@pytest.mark.slow
def test_memory_is_flat_with_the_weights_that_ship():
    found = sizes(WEIGHTS, 20_000, 4_000, "whole")
    assert max(found[2:]) - found[1] < 15
