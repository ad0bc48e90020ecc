"""The command line as its users meet it: rows on stdout, the rest on stderr, exit codes."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as parquet
import pytest

from tests.cli.conftest import Umot
from umot.cli.answer import as_csv, as_table

PLUGIN = Path(__file__).parents[1] / "flows" / "plugin"
REVIEWS = """\
id,date,text,stars
1,2026-03-01 10:00,"Goed en snel en fijn",5
2,2026-03-01 11:00,"Traag en slecht.",1
3,2026-03-01 12:00,"=HYPERLINK(""http://x"",""klik"")",3
4,geen datum,"Wat is dit?",3
"""
MAP = "native_id=id,posted_at=date,body=text,rating=stars"


pytestmark = pytest.mark.usefixtures("fast_model")


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    path = tmp_path / "reviews.csv"
    path.write_text(REVIEWS, "utf-8")
    return path


@pytest.fixture
def imported(umot: Umot, reviews: Path) -> Umot:
    assert umot("import", str(reviews), "--platform", "shop", "--map", MAP).code == 0
    assert umot("classify").code == 0
    return umot


def test_import_without_configuration_shows_bad_rows_and_keeps_the_rest(
    umot: Umot, reviews: Path
) -> None:
    ran = umot("import", str(reviews), "--platform", "shop", "--map", MAP)
    assert ran.code == 0
    assert "3 new" in ran.err
    assert "reviews.csv line 5" in ran.err
    again = umot("import", str(reviews), "--platform", "shop", "--map", MAP)
    assert "0 new" in again.err
    counted = umot("sql", "SELECT count(*) AS n FROM rejects", "--format", "json")
    assert json.loads(counted.out) == [{"n": 1}]


def test_classify_and_sql_tell_the_same(imported: Umot) -> None:
    ran = imported("sql", "SELECT post_id, label FROM mentions ORDER BY post_id", "--format", "csv")
    assert list(csv.reader(io.StringIO(ran.out))) == [
        ["post_id", "label"],
        ["shop:1", "positive"],
        ["shop:2", "negative"],
        ["shop:3", "neutral"],
    ]
    assert "read 0 posts" in imported("classify").err


def test_csv_output_holds_no_formula(imported: Umot) -> None:
    ran = imported("sql", "SELECT body FROM posts WHERE post_id = 'shop:3'", "--format", "csv")
    assert list(csv.reader(io.StringIO(ran.out)))[1][0].startswith("'=HYPERLINK")


def test_parquet_goes_to_a_file(imported: Umot, tmp_path: Path) -> None:
    target = tmp_path / "answer.parquet"
    statement = "SELECT post_id, rating FROM posts ORDER BY 1"
    assert imported("sql", statement, "--format", "parquet").code == 2
    assert imported("sql", statement, "--format", "parquet", "-o", str(target)).code == 0
    assert parquet.read_table(target).to_pydict()["rating"] == [5.0, 1.0, 3.0]


def test_a_table_shows_what_could_steer_a_terminal() -> None:
    import pyarrow as pa

    text = as_table(pa.table({"body": ["\x1b[31mred\u202e", "two\nlines"], "n": [1, 20]}))
    assert "\x1b" not in text
    assert "\\x1b[31mred\\x202e" in text
    assert text.splitlines()[3].split() == ["two⏎lines", "20"]
    assert "".join(as_csv(pa.table({"a": [-1]}))) == "a\r\n-1\r\n"


def test_the_digest_of_a_day_in_three_formats(imported: Umot) -> None:
    made = imported("digest", "--date", "2026-03-01", "--format", "json", "--language", "en")
    assert made.code == 0
    assert json.loads(made.out)
    for form, sign in (("md", "#"), ("html", "<!doctype html>")):
        ran = imported("digest", "--date", "2026-03-01", "--format", form)
        assert sign in ran.out.lower()
    assert imported("digest", "--date", "gisteren").code == 2
    assert imported("digest", "--format", "pdf").code == 2


def test_alerts_are_listed(imported: Umot) -> None:
    ran = imported("alerts")
    assert (ran.code, ran.out) == (0, "")
    assert "no open alerts" in ran.err


def test_run_plain_reports_a_failing_source_and_goes_on(umot: Umot, home: Path) -> None:
    (home / "in").mkdir(parents=True)
    (home / "in" / "a.csv").write_text("id,text\n1,Goed\n", "utf-8")
    (home / "umot.toml").write_text(
        '[[sources]]\nname = "gone"\nconnector = "feeds"\nurl = "http://127.0.0.1:9/feed"\n'
        '[[sources]]\nname = "file"\nconnector = "files"\npath = "in/*.csv"\n',
        "utf-8",
    )
    ran = umot("run", "--plain")
    assert ran.code == 1
    assert "file: 1 seen, 1 new" in ran.err
    failed = [line for line in ran.err.splitlines() if line.startswith("umot: gone:")]
    assert len(failed) == 1
    health = umot("sql", "SELECT source, healthy FROM source_health ORDER BY 1", "--format", "json")
    assert json.loads(health.out) == [
        {"source": "file", "healthy": True},
        {"source": "gone", "healthy": False},
    ]
    assert umot("collect", "file").code == 0
    assert umot("collect", "nowhere").code == 1
    assert umot("collect", "gone").code == 1


def test_init_writes_files_that_work_and_never_overwrites(umot: Umot, tmp_path: Path) -> None:
    folder = tmp_path / "brand"
    ran = umot("init", str(folder), "--brand", 'Bakker "Jansen" & Zn', "--language", "nl")
    assert ran.code == 0
    assert (folder / "journey.toml").exists()
    kept = (folder / "umot.toml").read_text("utf-8")
    again = umot("init", str(folder), "--brand", "Other")
    assert again.code == 1
    assert "exists already" in again.err
    assert (folder / "umot.toml").read_text("utf-8") == kept
    from umot import config

    assert config.load(folder).brand.name == 'Bakker "Jansen" & Zn'
    assert [one.name for one in config.load(folder).sources][:2] == ["news-nl", "news-en"]


def test_doctor_names_what_is_wrong_and_how_to_mend_it(umot: Umot, home: Path) -> None:
    fresh = umot("doctor")
    assert "umot init" in fresh.out
    home.mkdir(parents=True, exist_ok=True)
    (home / "umot.toml").write_text(
        '[[sources]]\nname = "r"\nconnector = "reddit"\nsubreddits = ["x"]\n'
        '[[sources]]\nname = "f"\nconnector = "files"\npath = "none/*.csv"\n'
        '[[sources]]\nname = "t"\nconnector = "feeds"\nurll = "x"\n',
        "utf-8",
    )
    ran = umot("doctor")
    assert ran.code == 1
    assert "UMOT_REDDIT_CLIENT_ID" in ran.out
    assert "none/*.csv" in ran.out
    assert "urll" in ran.out
    (home / "umot.toml").write_text("[brand", "utf-8")
    assert umot("doctor").code == 1


def test_plug_ins_are_listed_with_their_settings(umot: Umot) -> None:
    ran = umot("connectors")
    assert ran.code == 0
    assert {line.split("\t")[0] for line in ran.out.splitlines()} >= {"feeds", "files", "reddit"}
    assert "url" in ran.out
    assert "bundled" in umot("models").out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nonsense"], 2, "nonsense"),
        (["sql", "SELECT 1"], 1, "nothing has been published"),
        (["sql", "SELECT 1", "--format", "xml"], 2, "xml"),
        (["import", "no-such.csv"], 1, "no-such.csv does not exist"),
        (["alerts", "shout"], 2, "shout"),
    ],
)
def test_failures_are_one_clear_line(
    umot: Umot, arguments: list[str], code: int, said: str
) -> None:
    ran = umot(*arguments)
    assert ran.code == code
    assert said.lower() in ran.err.lower()
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("command", [["import", "r.csv", "--map", "body=text"], ["forget"]])
def test_a_data_folder_that_cannot_be_made_is_named(
    umot: Umot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "r.csv").write_text("text\nhoi\n", "utf-8")
    ran = umot("--home", tmp_path / "r.csv" / "data", *command)
    assert ran.code == 1
    assert f"the folder {tmp_path}" in ran.err
    assert "cannot be made: not a directory" in ran.err.lower()
    assert "unexpected" not in ran.err


def test_debug_shows_the_traceback(umot: Umot) -> None:
    from umot.errors import UmotError

    with pytest.raises(UmotError):
        umot("--debug", "import", "no-such.csv")


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, umot.cli.main; "
        "heavy = {'duckdb', 'prefect', 'torch', 'transformers', 'pyarrow', 'onnxruntime', "
        "'pydantic', 'numpy', 'praw'} & set(sys.modules); print(heavy); sys.exit(bool(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
