"""Settings of one place to read."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from umot.config.section import Query


class Source(BaseModel):
    """One configured place to read; names that are not listed here go to the connector."""

    model_config = ConfigDict(extra="allow", frozen=True)

    name: str = Field(description="A short name, used in reports.", min_length=1)
    connector: str = Field(description="Which connector reads it; see `umot connectors`.")
    brand: str | None = Field(None, description="Whom it is about, if not the brand itself.")
    role: Literal["own", "competitor"] = Field(
        "own", description="Whether that brand is our own or a competitor."
    )
    query: Query = Field(
        None, description="What a post of this source must say, in place of the brand's query."
    )
    about_brand: bool | None = Field(
        None,
        description="True: all of it is about the brand; false: reviews too must match the query. "
        "Else reviews are, and mailboxes; other posts must match.",
    )
    retention_days: int | None = Field(
        None, ge=1, description="Posts older than so many days are erased; else they stay."
    )

    @model_validator(mode="after")
    def one_way(self) -> Source:
        """Refuse what contradicts itself."""
        if self.query and self.about_brand:
            raise ValueError(f"source {self.name}: about_brand = true leaves nothing to its query")
        return self

    @property
    def settings(self) -> dict[str, Any]:
        """What the connector is made with."""
        return dict(self.model_extra or {})
