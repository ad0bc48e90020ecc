"""Pictures that can be opened, and that say what they were given."""

from __future__ import annotations

import struct
import sys
from pathlib import Path

import pytest

from umot import charts
from umot.errors import Fatal

QUALITY = charts.Quality(
    "bundled-x",
    "reviews.csv: 1,200 texts",
    ["negative", "neutral", "positive"],
    [[512, 40, 8], [33, 210, 57], [4, 36, 300]],
    [(100, 0.5, 0.45), (1100, 0.9, 0.88)],
)


@pytest.fixture(autouse=True)
def _drawn() -> None:
    pytest.importorskip("altair")
    pytest.importorskip("vl_convert")


def test_a_drawing_has_its_titles_and_numbers(tmp_path: Path) -> None:
    path = tmp_path / "quality.svg"
    charts.save(charts.quality([QUALITY]), path)
    drawn = path.read_text("utf-8")
    assert drawn.startswith("<svg")
    for said in ("bundled-x", "1,200 texts", ">512<", ">57<", ">19%<", "as people labelled it"):
        assert said in drawn
    assert "how often it was right" in drawn


def test_an_image_is_sharp_and_grows_with_models(tmp_path: Path) -> None:
    sizes = []
    for models in (1, 2):
        path = tmp_path / f"{models}.PNG"
        charts.save(charts.quality([QUALITY] * models), path)
        content = path.read_bytes()
        assert content.startswith(b"\x89PNG\r\n")
        sizes.append(struct.unpack(">II", content[16:24]))
    assert sizes[0][0] > 1200
    assert sizes[1][1] > 1.8 * sizes[0][1]


def test_files_that_cannot_be_written_are_refused_beforehand(tmp_path: Path) -> None:
    with pytest.raises(Fatal, match=r"figures\.pdf is no picture.*\.svg or \.png"):
        charts.check(tmp_path / "figures.pdf")
    with pytest.raises(Fatal, match=r"no folder .*gone"):
        charts.check(tmp_path / "gone" / "figures.svg")


def test_without_the_extra_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(Fatal, match=r"pictures need the extra charts: pip install .umot\[charts\]"):
        charts.check(tmp_path / "figures.svg")
