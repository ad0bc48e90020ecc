"""All settings together."""

from __future__ import annotations

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from umot.config.brand import Brand
from umot.config.section import Section
from umot.config.sending import Alerts, Digest
from umot.config.source import Source


class Model(Section):
    """What reads the texts."""

    name: str = Field("bundled", description="The model; see `umot models`.")
    path: str | None = Field(
        None,
        description="For `bundled` a folder of weights; for `transformers` also a Hugging Face id.",
    )
    offline: bool = Field(False, description="For `transformers`: use only what is on this disk.")
    device: str = Field(
        "auto", description="What it runs on: auto (CUDA where there is one), cpu or cuda."
    )
    threads: int = Field(0, ge=0, description="CPU threads of the reader; 0 is all cores.")
    languages: tuple[str, ...] = Field(
        ("nl", "en", "de", "fr", "es", "it", "pt"),
        description="Languages to read (ISO 639-1); posts in others are stored unscored.",
    )


class Watch(Section):
    """How young and growing posts are looked at again, between the passes that read sources."""

    requests: int = Field(
        30, ge=0, description="Most requests for one source in one pass; 0: posts are left alone."
    )
    days: float = Field(
        14, gt=0, description="Posts older than so many days are left alone, however they grow."
    )


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
    watch: Watch = Field(
        default_factory=Watch, description="How posts are looked at again (`umot watch`)."
    )
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
