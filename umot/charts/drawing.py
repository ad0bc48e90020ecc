"""What every picture needs: the libraries, how it is written, and its ink."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from umot.errors import Fatal

if TYPE_CHECKING:
    import altair

FORMATS = (".svg", ".png")
SCALE = 2.0  # pixels of a PNG per unit, so that letters are sharp on today's screens
SIDE = 300
INK, BLUE, GREY = "#22303c", "#1f5a99", "#8a949e"
FONT = "DejaVu Sans, Verdana, Arial, sans-serif"


def check(path: Path) -> None:
    """Raise `Fatal` where `save` could not write this file, before hours go into its figures."""
    if path.suffix.lower() not in FORMATS:
        raise Fatal(f"{path.name} is no picture that can be written: end it in .svg or .png")
    if not path.absolute().parent.is_dir():
        raise Fatal(f"there is no folder {path.absolute().parent} to write {path.name} in")
    library()


def library() -> Any:
    """The drawing library. Raises `Fatal` where the extra is not installed."""
    try:
        import altair
        import vl_convert  # noqa: F401  (altair draws with it)
    except ImportError as error:
        raise Fatal(
            f"pictures need the extra charts: pip install 'umot[charts]' ({error})"
        ) from error
    return altair


def save(chart: altair.TopLevelMixin, path: Path) -> None:
    """Write a chart as SVG or PNG, by the name of the file."""
    check(path)
    form: Literal["png", "svg"] = "png" if path.suffix.lower() == ".png" else "svg"
    chart.save(str(path), format=form, scale_factor=SCALE if form == "png" else 1.0)


def installed() -> bool:
    """Whether pictures can be drawn here."""
    try:
        library()
    except Fatal:
        return False
    return True
