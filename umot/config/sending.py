"""Settings of what is sent: digest, alerts, and where to."""

from __future__ import annotations

from typing import Literal, TypeVar

from pydantic import Field, field_validator

from umot import alert_settings as rules
from umot.config.section import Section
from umot.journey_rules import STAGES

Severity = Literal["low", "medium", "high"]


class Recipient(Section):
    """Where a digest is sent to: one table each, the address in an environment variable."""

    name: str = Field(description="A short name, used in reports and the outbox.", min_length=1)
    url_variable: str = Field(
        # So that a Prefect Secret block can set it, and that it is taken for no setting.
        pattern=r"^UMOT(_[A-Z0-9]+)+$",
        description="Name of the environment variable with its apprise address, `UMOT_…`.",
    )
    language: Literal["nl", "en"] | None = Field(
        None, description="Language of its messages, if not the brand's."
    )


Named = TypeVar("Named", bound=Recipient)


def once(channels: tuple[Named, ...]) -> tuple[Named, ...]:
    """Refuse two channels of one name."""
    names = [channel.name for channel in channels]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"two channels are named {', '.join(twice)}")
    return channels


class Digest(Section):
    """The daily digest."""

    examples: int = Field(5, ge=1, le=50, description="How many posts are quoted of each kind.")
    at: str = Field(
        "07:00",
        pattern=r"^([01]\d|2[0-3]):[0-5]\d$",
        description="When `umot up` makes and sends it, on the clocks of the brand.",
    )
    link: str = Field(
        "",
        pattern=r"^$|^https?://\S+$",
        description="Address of the digest for who clicks; `{day}` and `{language}` in it are "
        "filled in. Empty: no link.",
    )
    channels: tuple[Recipient, ...] = Field((), description="Where it is sent to; see below.")

    @field_validator("channels")
    @classmethod
    def unique_names(cls, value: tuple[Recipient, ...]) -> tuple[Recipient, ...]:
        """The outbox knows channels by name."""
        return once(value)


class Channel(Recipient):
    """Where alerts are sent to: one table each, the address in an environment variable."""

    severities: tuple[Severity, ...] = Field(
        ("low", "medium", "high"), description="Only alerts of these severities."
    )
    brands: tuple[str, ...] = Field((), description="Only alerts about these brands; empty: all.")
    stages: tuple[str, ...] = Field(
        (), description="Only alerts about these stages of the journey; empty: all."
    )

    @field_validator("stages")
    @classmethod
    def known_stages(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse a stage that the journey does not have: it would never get a message."""
        if wrong := sorted(set(value) - set(STAGES)):
            raise ValueError(f"unknown stage {', '.join(wrong)}; valid: {', '.join(STAGES)}")
        return value


class Alerts(Section):
    """When an alert is raised, how long it lives, and whom it is sent to."""

    viral_negative: rules.ViralNegative = Field(default_factory=rules.ViralNegative)
    heading_viral: rules.HeadingViral = Field(default_factory=rules.HeadingViral)
    volume_spike: rules.VolumeSpike = Field(default_factory=rules.VolumeSpike)
    negative_share: rules.NegativeShare = Field(default_factory=rules.NegativeShare)
    stage_dip: rules.StageDip = Field(default_factory=rules.StageDip)
    rating_bomb: rules.RatingBomb = Field(default_factory=rules.RatingBomb)
    stale_source: rules.StaleSource = Field(default_factory=rules.StaleSource)
    failing_source: rules.FailingSource = Field(default_factory=rules.FailingSource)
    calm_hours: float = Field(
        24, gt=0, description="An alert closes when its rule has not fired for so many hours."
    )
    cooldown_hours: float = Field(
        24, ge=0, description="A closed alert comes back after so many hours at the earliest."
    )
    quiet_hours: str = Field(
        "",
        pattern=r"^$|^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$",
        description='When nothing is sent, on the clocks of the brand, e.g. "22:00-07:00".',
    )
    quiet_except_high: bool = Field(
        True, description="Alerts of high severity are sent in quiet hours all the same."
    )
    attempts: int = Field(
        10, ge=1, description="How often a message is tried before it is given up."
    )
    channels: tuple[Channel, ...] = Field((), description="Where alerts are sent to; see below.")

    @field_validator("channels")
    @classmethod
    def unique_names(cls, value: tuple[Channel, ...]) -> tuple[Channel, ...]:
        """The outbox knows channels by name."""
        return once(value)
