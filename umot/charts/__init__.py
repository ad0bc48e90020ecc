"""Pictures of figures: the home of altair. They are drawn on this machine, without a browser.

Colours tell apart for colour-blind people too, and no picture relies on them alone. The libraries
are in the extra ``charts``.
"""

from umot.charts.digest import NARROW, WIDE, Column, Step, days, journey, png, svg
from umot.charts.drawing import FORMATS, check, installed, library, save
from umot.charts.models import Quality, quality
from umot.charts.replay import Fired, replayed

__all__ = [
    "FORMATS",
    "NARROW",
    "WIDE",
    "Column",
    "Fired",
    "Quality",
    "Step",
    "check",
    "days",
    "installed",
    "journey",
    "library",
    "png",
    "quality",
    "replayed",
    "save",
    "svg",
]
