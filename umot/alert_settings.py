"""The settings of the rules for alerts: one section of ``umot.toml`` for each.

A rule fires at its threshold. How far beyond it, in times the threshold, makes the severity: low,
`medium` or `high`.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Rule(BaseModel):
    """What every rule has."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = Field(True, description="Whether the rule is used.")
    medium: float = Field(
        1.5, ge=1, description="Of medium severity from so many times its threshold."
    )
    high: float = Field(2.5, ge=1, description="Of high severity from so many times its threshold.")


class ViralNegative(Rule):
    """A negative post gains reactions much faster than its source's posts of the same age did."""

    medium: float = Field(
        1.0, ge=1, description="Of medium severity from so many times what fires."
    )
    high: float = Field(3.0, ge=1, description="Of high severity from so many times what fires.")
    hours: float = Field(24, gt=0, le=72, description="The hours over which growth is measured.")
    floor: int = Field(
        100, ge=1, description="Least growth of likes, replies and shares in that time."
    )
    times: float = Field(
        2.75, gt=0, description="Least spreads above the middle of its age-mates (on a log scale)."
    )
    ratio: float = Field(4.0, gt=1, description="Least times the growth of its middling age-mate.")


class HeadingViral(Rule):
    """A young negative post will probably have gone viral at the age of 24 hours."""

    medium: float = Field(2.0, ge=1, description="Of medium severity from so many times viral.")
    high: float = Field(5.0, ge=1, description="Of high severity from so many times viral.")
    hours: float = Field(12, gt=0, le=24, description="Only posts younger than this.")
    floor: int = Field(10, ge=1, description="Least reactions so far.")
    observations: int = Field(2, ge=1, description="Seen with other counts so often at least.")
    reach: int = Field(100, ge=1, description="Viral is so many reactions at 24 hours at least,")
    times: float = Field(20, gt=1, description="and so many times its source's middling post.")
    sureness: float = Field(
        0.6, gt=0, lt=1, description="Least chance that it gets there, as far as can be told."
    )


class VolumeSpike(Rule):
    """Customers write far more posts than at this time on the days before."""

    hours: float = Field(6, gt=0, le=24, description="The last so many hours are looked at.")
    least_days: int = Field(3, ge=2, le=28, description="Days of history needed; 28 are used.")
    floor: int = Field(15, ge=1, description="Least posts more than usual.")
    times: float = Field(4.0, gt=0, description="Least spreads above the usual number.")


class NegativeShare(Rule):
    """Far more of the posts are negative than usual."""

    hours: float = Field(12, gt=0, le=48, description="The last so many hours are looked at.")
    least_days: int = Field(3, ge=2, le=28, description="Days of history needed; 28 are used.")
    floor: int = Field(20, ge=5, description="Least posts in these hours.")
    points: float = Field(10, gt=0, le=100, description="Least percentage points above usual.")
    times: float = Field(3.0, gt=0, description="Least spreads above the usual share.")


class StageDip(Rule):
    """One stage or touchpoint of the journey feels much worse than it used to."""

    hours: float = Field(24, gt=0, le=168, description="The last so many hours are looked at.")
    least_days: int = Field(3, ge=2, le=28, description="Days of history needed; 28 are used.")
    floor: int = Field(12, ge=2, description="Least moments of it in these hours.")
    drop: float = Field(0.2, gt=0, le=2, description="Least drop of the mean score (-1 to 1).")
    times: float = Field(3.0, gt=0, description="Least spreads below its own history.")


class RatingBomb(Rule):
    """A burst of low ratings at one source."""

    hours: int = Field(24, ge=1, le=168, description="The last so many hours are looked at.")
    least_days: int = Field(3, ge=1, le=28, description="Days of history needed; 28 are used.")
    floor: int = Field(8, ge=2, description="Least ratings of 1 or 2 stars.")
    ratio: float = Field(4.0, gt=1, description="Least times the usual number.")
    times: float = Field(3.0, gt=0, description="Least spreads above the usual number.")


class StaleSource(Rule):
    """A source is read without trouble and gives nothing new."""

    hours: float = Field(24, gt=0, description="Only from so many hours without anything new on,")
    times: float = Field(3.0, gt=1, description="and so many times its longest wait so far.")


class FailingSource(Rule):
    """A source cannot be read."""

    medium: float = Field(
        2.0, ge=1, description="Of medium severity from so many times `failures`."
    )
    high: float = Field(8.0, ge=1, description="Of high severity from so many times `failures`.")
    failures: int = Field(3, ge=1, description="Failed visits in a row, none well between.")


RULES: dict[str, type[Rule]] = {
    "viral_negative": ViralNegative,
    "heading_viral": HeadingViral,
    "volume_spike": VolumeSpike,
    "negative_share": NegativeShare,
    "stage_dip": StageDip,
    "rating_bomb": RatingBomb,
    "stale_source": StaleSource,
    "failing_source": FailingSource,
}
