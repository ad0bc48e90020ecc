"""Configuration: ``umot.toml``, overridden by ``UMOT_…`` variables, then by flags.

Every setting has a name, a default and a help text here; the docs page and ``--help`` come from
these. Secrets are never settings: connectors read them from the environment.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from umot import alert_settings as rules
from umot.errors import Fatal
from umot.journey_rules import STAGES
from umot.queries import parse

FILE = "umot.toml"
Severity = Literal["low", "medium", "high"]


class Section(BaseModel):
    """A part of the configuration; unknown names are errors, so typing mistakes are seen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def readable_query(value: str | None) -> str | None:
    """Refuse a query that cannot be read, naming the column of the mistake."""
    if value is not None:
        parse(value)
    return value


Query = Annotated[str | None, AfterValidator(readable_query)]


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
    warehouse: str = Field(
        "",
        description="Where the writer's warehouse is: empty for a DuckDB file in the data folder, "
        "else a DuckLake, `ducklake:postgres:host=… dbname=… user=…;data=…`.",
    )
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
    try:
        return check(path.read_text("utf-8") if path.is_file() else "", path)
    except UnicodeDecodeError as error:
        raise Fatal(f"{path}: {error}") from error


def check(text: str, path: Path) -> Settings:
    """The settings that a file of this text would give. Raises `Fatal` naming `path`."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
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
