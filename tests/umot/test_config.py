"""Configuration: file, then environment; clear errors without values."""

from __future__ import annotations

from pathlib import Path

import pytest

from umot import config
from umot.alert_settings import RULES
from umot.errors import Fatal


def written(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "umot.toml").write_text(text, "utf-8")
    return folder


def test_without_a_file_everything_has_a_default(tmp_path: Path) -> None:
    settings = config.load(tmp_path)
    assert settings.brand.time_zone == "Europe/Amsterdam"
    assert settings.model.name == "bundled"
    assert settings.sources == ()


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, '[brand]\nname = "Vlotwiel"\nlanguage = "nl"\n[digest]\nexamples = 3\n')
    monkeypatch.setenv("UMOT_BRAND__LANGUAGE", "en")
    monkeypatch.setenv("UMOT_REDDIT_CLIENT_SECRET", "not a setting")
    settings = config.load(tmp_path)
    assert (settings.brand.name, settings.brand.language) == ("Vlotwiel", "en")
    assert settings.digest.examples == 3


def test_what_a_source_has_beyond_its_name_goes_to_the_connector(tmp_path: Path) -> None:
    text = '[[sources]]\nname = "a"\nconnector = "feeds"\nurl = "http://x"\nrole = "competitor"'
    (source,) = config.load(written(tmp_path, text)).sources
    assert source.settings == {"url": "http://x"}
    assert source.role == "competitor"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[brand\n", "umot.toml"),
        ('[brnad]\nname = "x"', "brnad: unknown setting; did you mean brand"),
        ('[brand]\nnaam = "x"', "brand.naam: unknown setting; did you mean name"),
        ('[[brand.competitors]]\nname = "y"\nqeury = "x"', "0.qeury: unknown .* mean query"),
        ("[sql]\nzzz = 1", "sql.zzz: unknown setting$"),
        ('[brand]\ntime_zone = "Europe/Amsterdm"', "time_zone.*unknown time zone"),
        ('[brand]\nlanguage = "de"', "brand.language"),
        ("[digest]\nexamples = 0", "digest.examples"),
        ('[[sources]]\nconnector = "feeds"', "sources.0.name"),
        ('[[sources]]\nname="a"\nconnector="x"\n[[sources]]\nname="a"\nconnector="x"', "named a"),
    ],
)
def test_a_wrong_setting_is_named_with_its_file(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(Fatal, match=f"(?s){named}") as error:
        config.load(written(tmp_path, text))
    assert "\n" not in str(error.value).replace(str(tmp_path), "")


def test_errors_do_not_show_values(tmp_path: Path) -> None:
    text = '[model]\nthreads = "hunter2"\n'
    with pytest.raises(Fatal) as error:
        config.load(written(tmp_path, text))
    assert "hunter2" not in str(error.value)


def test_the_data_folder_is_the_one_named_or_here_or_the_user_s_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(written(tmp_path / "here", ""))
    monkeypatch.setenv("UMOT_HOME", str(tmp_path / "named"))
    assert config.home(tmp_path / "given") == tmp_path / "given"
    assert config.home() == tmp_path / "named"
    monkeypatch.delenv("UMOT_HOME")
    assert config.home() == tmp_path / "here"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert config.home() == tmp_path / ".umot"


def test_every_setting_has_a_help_text_and_a_default() -> None:
    sections = (config.Brand, config.Model, config.Digest, config.Alerts, config.Watch, config.Sql)
    for section in (*sections, config.Settings, *RULES.values()):
        for name, field in section.model_fields.items():
            # A rule of the alerts is told of by its own text.
            told = field.description or (name in RULES and RULES[name].__doc__)
            assert told, f"{section.__name__}.{name}"
            assert not field.is_required(), f"{section.__name__}.{name}"
