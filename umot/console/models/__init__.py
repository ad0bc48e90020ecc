"""What the pages and their JSON twins show: shapes, units, and what is null."""

from umot.console.models.alerts import Alert, Alerts, Event
from umot.console.models.asking import AlertWish, Answer, Corrections, Statement, Who, Wish
from umot.console.models.base import AlertState, Label, Shape, SortKey, StageKey
from umot.console.models.journey import Cell, Day, Journey, Overview, Row, StageTally
from umot.console.models.posts import Correction, Moment, Observation, Post, Posts, WholePost
from umot.console.models.sources import Reject, Rejects, Run, Runs, Source, Sources

__all__ = [
    "Alert",
    "AlertState",
    "AlertWish",
    "Alerts",
    "Answer",
    "Cell",
    "Correction",
    "Corrections",
    "Day",
    "Event",
    "Journey",
    "Label",
    "Moment",
    "Observation",
    "Overview",
    "Post",
    "Posts",
    "Reject",
    "Rejects",
    "Row",
    "Run",
    "Runs",
    "Shape",
    "SortKey",
    "Source",
    "Sources",
    "StageKey",
    "StageTally",
    "Statement",
    "Who",
    "WholePost",
    "Wish",
]
