"""Settings of what is monitored."""

from __future__ import annotations

from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator

from umot.config.section import Query, Section


class Competitor(Section):
    """Another brand that is followed beside the own one."""

    name: str = Field(description="The name of the competitor.", min_length=1)
    query: Query = Field(
        None, description="What a post must say to be about it; see [queries](queries.md)."
    )
    accounts: dict[str, tuple[str, ...]] = Field(
        {}, description="Its own accounts by platform: what they write is no customer's word."
    )


class Brand(Section):
    """What is monitored."""

    name: str = Field("brand", description="The name of the brand, as people write it.")
    query: Query = Field(
        None, description="What a post must say to be about the brand; see [queries](queries.md)."
    )
    accounts: dict[str, tuple[str, ...]] = Field(
        {},
        description='Its own accounts by platform, e.g. `{ reddit = ["klaver"] }`; `any`: on all.',
    )
    competitors: tuple[Competitor, ...] = Field(
        (), description="Other brands to follow in the same posts; see below."
    )
    time_zone: str = Field(
        "Europe/Amsterdam", description="The time zone whose days the digest and views count in."
    )
    language: Literal["nl", "en"] = Field("nl", description="The language of digest and alerts.")

    @field_validator("time_zone")
    @classmethod
    def known_zone(cls, value: str) -> str:
        """Refuse a zone that the time-zone database does not have."""
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"unknown time zone {value!r}, e.g. Europe/Amsterdam") from error
        return value

    @field_validator("competitors")
    @classmethod
    def unique_competitors(cls, value: tuple[Competitor, ...]) -> tuple[Competitor, ...]:
        """Two of one name could not be told apart."""
        names = [one.name for one in value]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two competitors are named {', '.join(twice)}")
        return value
