"""What every shape is, and the choices that several share."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Label = Literal["negative", "neutral", "positive"]
StageKey = Literal["zero", "definitive", "peak", "end", "ultimate", "none"]
SortKey = Literal["time", "reach", "negative", "positive"]
AlertState = Literal["open", "acknowledged", "snoozed", "closed", "all"]


class Shape(BaseModel):
    """A shape of an answer."""

    model_config = ConfigDict(frozen=True, extra="ignore")
