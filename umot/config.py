"""Configuration: ``umot.toml``, overridden by ``UMOT_…`` variables, then by flags.

Every setting has a name, a default and a help text here; the docs page and ``--help`` come from
these. Secrets are never settings: connectors read them from the environment.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from umot.errors import Fatal
from umot.journey_rules import STAGES

FILE = "umot.toml"
Severity = Literal["low", "medium", "high"]


class Section(BaseModel):
    """A part of the configuration; unknown names are errors, so typing mistakes are seen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Brand(Section):
    """What is monitored."""

    name: str = Field("brand", description="The name of the brand, as people write it.")
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


class Source(BaseModel):
    """One configured place to read; names that are not listed here go to the connector."""

    model_config = ConfigDict(extra="allow", frozen=True)

    name: str = Field(description="A short name, used in reports.", min_length=1)
    connector: str = Field(description="Which connector reads it; see `umot connectors`.")
    brand: str | None = Field(None, description="Whom it is about, if not the brand itself.")
    role: Literal["own", "competitor"] = Field(
        "own", description="Whether that brand is our own or a competitor."
    )
    retention_days: int | None = Field(
        None, ge=1, description="Posts older than so many days are erased; else they stay."
    )

    @property
    def settings(self) -> dict[str, Any]:
        """What the connector is made with."""
        return dict(self.model_extra or {})


class Model(Section):
    """What reads the texts."""

    name: str = Field("bundled", description="The model; see `umot models`.")
    path: str | None = Field(
        None, description="For `transformers`: a Hugging Face id or a local folder."
    )
    offline: bool = Field(False, description="For `transformers`: use only what is on this disk.")
    device: str = Field("auto", description="For `transformers`: auto, cpu or cuda.")
    threads: int = Field(0, ge=0, description="CPU threads of the reader; 0 is all cores.")
    languages: tuple[str, ...] = Field(
        ("nl", "en", "de", "fr", "es", "it", "pt"),
        description="Languages to read (ISO 639-1); posts in others are stored unscored.",
    )


class Digest(Section):
    """The daily digest."""

    examples: int = Field(5, ge=1, le=50, description="How many posts are quoted of each kind.")


class Channel(Section):
    """Where alerts are sent to: one table each, the address in an environment variable."""

    name: str = Field(description="A short name, used in reports and the outbox.", min_length=1)
    url_variable: str = Field(
        # So that a Prefect Secret block can set it, and that it is taken for no setting.
        pattern=r"^UMOT(_[A-Z0-9]+)+$",
        description="Name of the environment variable with its apprise address, `UMOT_…`.",
    )
    severities: tuple[Severity, ...] = Field(
        ("low", "medium", "high"), description="Only alerts of these severities."
    )
    brands: tuple[str, ...] = Field((), description="Only alerts about these brands; empty: all.")
    stages: tuple[str, ...] = Field(
        (), description="Only alerts about these stages of the journey; empty: all."
    )
    language: Literal["nl", "en"] | None = Field(
        None, description="Language of its messages, if not the brand's."
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

    viral_floor: int = Field(
        20, ge=1, description="Least growth of likes, replies and shares in `viral_hours`."
    )
    viral_hours: float = Field(24, gt=0, description="The hours over which growth is measured.")
    viral_ratio: float = Field(
        4.0, gt=1, description="How many times the growth of its source's usual post."
    )
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
        names = [channel.name for channel in value]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two channels are named {', '.join(twice)}")
        return value


class Sql(Section):
    """What one statement of `umot sql` may use."""

    seconds: float = Field(30.0, gt=0, description="Seconds that a statement may take.")
    memory: int = Field(1_000, ge=100, description="Megabytes of memory it may need.")
    rows: int = Field(100_000, ge=1, description="Rows of an answer; the rest is cut off.")


class Settings(BaseSettings):
    """All settings of one brand's monitor."""

    model_config = SettingsConfigDict(
        env_prefix="UMOT_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    brand: Brand = Field(default_factory=Brand, description="What is monitored.")
    model: Model = Field(default_factory=Model, description="What reads the texts.")
    digest: Digest = Field(default_factory=Digest, description="The daily digest.")
    alerts: Alerts = Field(default_factory=Alerts, description="The rules for alerts.")
    sql: Sql = Field(default_factory=Sql, description="What one statement of `umot sql` may use.")
    sources: tuple[Source, ...] = Field((), description="The places to read.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file, whose content is given to the constructor."""
        return env_settings, init_settings

    @field_validator("sources")
    @classmethod
    def unique_names(cls, value: tuple[Source, ...]) -> tuple[Source, ...]:
        """Two sources of one name could not be told apart in cursors and reports."""
        names = [source.name for source in value]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two sources are named {', '.join(twice)}")
        return value


def home(given: Path | None = None) -> Path:
    """The data folder: `given`, else UMOT_HOME, else here if umot.toml is here, else ~/.umot."""
    if given is not None:
        return given.expanduser().resolve()
    if named := os.environ.get("UMOT_HOME"):
        return Path(named).expanduser().resolve()
    here = Path.cwd()
    return here if (here / FILE).is_file() else Path.home() / ".umot"


def load(folder: Path) -> Settings:
    """The settings of a data folder; all defaults where it has no umot.toml.

    Raises `Fatal` naming the file and each wrong setting.
    """
    path = folder / FILE
    values: dict[str, Any] = {}
    if path.is_file():
        try:
            values = tomllib.loads(path.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise Fatal(f"{path}: {error}") from error
    try:
        return Settings(**values)
    except ValidationError as error:
        raise Fatal(f"{path}: {explain(error)}") from error


def explain(error: ValidationError) -> str:
    """One line: each wrong setting and why. Values are left out, for one may be a secret."""
    return "; ".join(
        f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors()
    )
