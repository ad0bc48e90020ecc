"""What every part of the configuration shares."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from umot.queries import parse


class Section(BaseModel):
    """A part of the configuration; unknown names are errors, so typing mistakes are seen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def readable_query(value: str | None) -> str | None:
    """Refuse a query that cannot be read, naming the column of the mistake."""
    if value is not None:
        parse(value)
    return value


Query = Annotated[str | None, AfterValidator(readable_query)]
