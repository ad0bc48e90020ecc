"""`umot trace` and `umot journey` as their users meet them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from tests.cli.conftest import Umot
from umot import journey

PLUGIN = Path(__file__).parents[1] / "flows" / "plugin"
TEXT = "Goed en snel en fijn. Slecht en traag. Einde."


@pytest.fixture
def umot(umot: Umot, fast_model: None, monkeypatch: pytest.MonkeyPatch) -> Umot:
    """Runs a command in this process, with the fast test model on one thread."""
    monkeypatch.setenv("UMOT_MODEL__THREADS", "1")
    return umot


@pytest.fixture
def bikes(tmp_path: Path) -> Path:
    """A company's own map of two touchpoints."""
    path = tmp_path / "bikes.toml"
    path.write_text(
        'name = "Fietsen"\n'
        '[[touchpoints]]\nkey = "ride"\nstage = "peak"\nchannel = "shop"\n'
        'name = { nl = "Rit", en = "Ride" }\nexamples = ["Goed en fijn", "goed", "fijn"]\n'
        '[[touchpoints]]\nkey = "repair"\nstage = "end"\nchannel = "shop"\n'
        'name = { nl = "Reparatie", en = "Repair" }\nexamples = ["Slecht", "traag", "slecht en traag"]\n',
        "utf-8",
    )
    return path


def test_a_text_is_shown_as_a_table_in_the_language_asked_for(umot: Umot, bikes: Path) -> None:
    ran = umot("trace", TEXT, "--map", str(bikes), "--language", "en")
    assert ran.code == 0
    head, _, *moments = ran.out.splitlines()
    assert head.split()[:4] == ["moment", "stage", "touchpoint", "sure"]
    assert len(moments) == 3
    assert moments[0].startswith("Goed en snel en fijn.")
    assert "Ride" in moments[0]
    assert "Repair" in moments[1]
    assert "Rit" in umot("trace", TEXT, "--map", str(bikes), "--language", "nl").out
    assert sum("peak" in line.split() or "peak+end" in line.split() for line in moments) == 1
    assert "end" in moments[2]
    assert "all of it" in ran.err


def test_a_table_shows_what_could_steer_a_terminal(umot: Umot) -> None:
    ran = umot("trace", "Goed\x1b[31m en \u202efijn\x07 hoor")
    assert ran.code == 0
    assert not {"\x1b", "\u202e", "\x07"} & set(ran.out + ran.err)
    assert "\\x1b[31m" in ran.out


def test_a_text_as_json_names_its_main_moment_and_all_of_them(umot: Umot, bikes: Path) -> None:
    ran = umot("trace", TEXT, "--map", str(bikes), "--format", "json")
    found = json.loads(ran.out)
    assert list(found)[:4] == ["stage", "touchpoint", "confidence", "moments"]
    assert [TEXT[one["start"] : one["stop"]] for one in found["moments"]] == [
        "Goed en snel en fijn.",
        "Slecht en traag.",
        "Einde.",
    ]
    assert found["moments"][0]["touchpoint"] == "ride"
    assert found["moments"][0]["matched_example"] in ("Goed en fijn", "goed", "fijn")
    assert found["moments"][1]["runner_up"] == "ride"
    assert [one["is_end"] for one in found["moments"]] == [False, False, True]
    line = umot("trace", TEXT, "--map", str(bikes), "--format", "jsonl").out
    assert json.loads(line) == found
    assert line.count("\n") == 1


def test_what_is_not_read_says_why(umot: Umot) -> None:
    swedish = "Jag är mycket nöjd med leveransen och kommer gärna att handla här igen"
    ran = umot("trace", swedish)
    assert (ran.code, ran.out) == (0, "")
    assert "not read: the text is in sv; configured are nl, en" in ran.err
    assert (
        json.loads(umot("trace", swedish, "--format", "json").out)["status"] == "unscored_language"
    )
    empty = umot("trace", "  ")
    assert (empty.code, empty.out) == (0, "")
    assert "nothing in the text" in empty.err


def test_half_a_character_in_a_text_does_no_harm(umot: Umot) -> None:
    assert json.loads(umot("trace", "Goed \udcff hoor", "--format", "json").out)["moments"]


ROWS = [TEXT, "", None, "Slecht.", "Fijn \u2028 en goed"] + [f"Goed {n}" for n in range(300)]


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """The same rows in three kinds of files."""
    made = {kind: tmp_path / f"rows.{kind}" for kind in ("parquet", "jsonl", "csv")}
    parquet.write_table(pa.table({"n": range(len(ROWS)), "said": ROWS}), made["parquet"])
    with made["jsonl"].open("w", encoding="utf-8") as out:
        out.writelines(json.dumps({"n": n, "said": text}) + "\n" for n, text in enumerate(ROWS))
    with made["csv"].open("w", encoding="utf-8", newline="") as out:
        out.write("n;said\n")
        out.writelines(f"{n};{text or ''}\n" for n, text in enumerate(ROWS))
    return made


@pytest.mark.parametrize("kind", ["parquet", "jsonl", "csv"])
def test_a_file_gives_an_object_for_each_row_in_order(
    umot: Umot, files: dict[str, Path], bikes: Path, kind: str
) -> None:
    ran = umot(
        "trace",
        "--file",
        str(files[kind]),
        "--column",
        "said",
        "--map",
        str(bikes),
        "--format",
        "jsonl",
    )
    assert ran.code == 0
    found = [json.loads(line) for line in ran.out.splitlines()]
    assert len(found) == len(ROWS)
    assert found[0] == json.loads(umot("trace", TEXT, "--map", str(bikes), "--format", "jsonl").out)
    for empty in found[1:3]:
        assert (empty["stage"], empty["moments"], empty["status"]) == ("none", [], "empty")
    assert found[3]["touchpoint"] == "repair"
    assert "".join(one["text"] for one in found[4]["moments"]).startswith("Fijn")
    assert [one["moments"][0]["text"] for one in found[5:]] == ROWS[5:]
    assert f"{len(ROWS)} rows traced" in ran.err


def test_a_damaged_row_keeps_its_place_and_is_named(umot: Umot, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("id,text\n1,Goed\n2\n3,Slecht\n", "utf-8")
    ran = umot("trace", "--file", str(path))
    found = [json.loads(line) for line in ran.out.splitlines()]
    assert [one["status"] for one in found] == ["scored", "empty", "scored"]
    assert "bad.csv line 3: 1 columns where the header has 2" in ran.err


def test_progress_is_for_people_and_rows_for_stdout(files: dict[str, Path], home: Path) -> None:
    shown, terminal = os.openpty()
    code = f"import sys; sys.argv = ['umot', 'trace', '--file', {str(files['csv'])!r}, '--column', 'said']; "
    environment = {
        **os.environ,
        "PYTHONPATH": str(PLUGIN),
        "UMOT_MODEL__NAME": "test-words",
        "TERM": "xterm",
    }
    done = subprocess.run(
        [sys.executable, "-c", code + "from umot.cli.main import run; run()"],
        stdout=subprocess.PIPE, stderr=terminal, env=environment, check=False,
    )  # fmt: skip
    os.close(terminal)
    said = os.read(shown, 100_000)
    os.close(shown)
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == len(ROWS)
    assert b"\x1b" not in done.stdout
    assert b"rows.csv" in said


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["trace"], 2, "give a text, or --file FILE"),
        (["trace", "Goed", "--file", "x.csv"], 2, "give a text, or --file FILE"),
        (["trace", "Goed", "--format", "xml"], 2, "'xml' is not one of table, json, jsonl"),
        (["trace", "Goed", "--language", "de"], 2, "'de' is not one of nl, en"),
        (["trace", "Goed", "--map", "gone.toml"], 1, "gone.toml: the journey map cannot be read"),
        (["trace", "--file", "gone.csv"], 1, "gone.csv does not exist"),
        (["trace", "--file", "{csv}", "--format", "table"], 2, "'table' is not jsonl"),
        (["trace", "--file", "{csv}"], 1, "rows.csv has no column 'text': it has n, said"),
        (["journey", "check", "gone.toml"], 1, "gone.toml: the journey map cannot be read"),
        (["journey", "show", "--language", "de"], 2, "'de' is not one of nl, en"),
        (["journey", "suggest", "--format", "xml"], 2, "'xml' is not one of table, toml"),
        (["journey", "suggest", "--days", "0"], 2, "Invalid value for '--days'"),
        (["journey", "suggest"], 1, "nothing has been published"),
        (
            ["init", "x", "--brand", "B", "--sector", "zoo"],
            2,
            "'zoo' is not one of general, retail",
        ),
    ],
)
def test_failures_are_clear(
    umot: Umot, files: dict[str, Path], arguments: list[str], code: int, said: str
) -> None:
    ran = umot(*(argument.format(csv=files["csv"]) for argument in arguments))
    assert ran.code == code
    assert said in " ".join(ran.err.split())
    assert ran.out == ""


def test_check_says_what_a_map_holds(umot: Umot, bikes: Path, home: Path) -> None:
    ran = umot("journey", "check", str(bikes))
    assert ran.code == 0
    assert ran.out == f"{bikes}: 2 touchpoints in 2 stages, 6 examples; no mistakes\n"
    assert "note: no touchpoint is in the stage zero" in ran.err
    assert "the default map: " in umot("journey", "check").out
    home.mkdir(parents=True)
    (home / "journey.toml").write_text(bikes.read_text("utf-8"), "utf-8")
    assert umot("journey", "check").out.startswith(f"{home / 'journey.toml'}: 2 touchpoints")


def test_check_names_every_mistake_on_a_line(umot: Umot, bikes: Path) -> None:
    text = bikes.read_text("utf-8").replace('"peak"', '"piek"').replace('"repair"', '"ride"')
    bikes.write_text(text, "utf-8")
    ran = umot("journey", "check", str(bikes))
    assert (ran.code, ran.out) == (1, "")
    lines = ran.err.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith(f"{bikes}: touchpoint 'ride': unknown stage 'piek'; valid: zero")
    assert lines[1] == f"{bikes}: touchpoint 'ride': another one has this key"
    assert lines[2] == f"umot: {bikes}: 2 mistakes"
    bikes.write_text('name = "x"\n[[touchpoints\n', "utf-8")
    assert "line 2" in umot("journey", "check", str(bikes)).err


def test_show_lists_the_touchpoints_by_stage(umot: Umot, bikes: Path) -> None:
    ran = umot("journey", "show", str(bikes), "--language", "nl")
    assert ran.code == 0
    rows = [line.split() for line in ran.out.splitlines()]
    assert rows[2] == ["Piekmoment", "Rit", "ride", "shop", "3", "0"]
    assert rows[3] == ["Eindmoment", "Reparatie", "repair", "shop", "3", "0"]
    assert "Peak moment" in umot("journey", "show", str(bikes), "--language", "en").out
    assert len(umot("journey", "show").out.splitlines()) == 2 + len(journey.default().touchpoints)


def test_init_starts_from_the_map_of_a_sector(umot: Umot, tmp_path: Path) -> None:
    folder = tmp_path / "brand"
    assert umot("init", str(folder), "--brand", "B", "--sector", "telecom").code == 0
    assert journey.load(folder / "journey.toml") == journey.default("telecom")
    help_text = " ".join(umot("init", "--help").out.split())
    for sector in journey.SECTORS:
        assert sector in help_text


PARKING = [
    "Je kunt nergens in de buurt van de winkel je auto kwijt.",
    "Er is geen parkeerplaats te vinden bij de winkel.",
    "Parkeren bij de winkel kost een fortuin.",
    "Nowhere to park the car near the shop.",
    "Parking the car near the shop costs a fortune.",
    "The parking garage next to the shop is always full.",
]


def test_suggest_proposes_a_touchpoint_that_passes_check(
    umot: Umot, bikes: Path, home: Path, tmp_path: Path
) -> None:
    home.mkdir(parents=True)
    own = bikes.read_text("utf-8")
    (home / "journey.toml").write_text(own, "utf-8")
    said = tmp_path / "said.csv"
    said.write_text(
        "id,text\n" + "".join(f'{n},"{text}"\n' for n, text in enumerate(PARKING)), "utf-8"
    )
    assert umot("import", str(said), "--map", "native_id=id,body=text").code == 0
    assert umot("classify").code == 0
    ran = umot("journey", "suggest", "--format", "toml")
    assert ran.code == 0
    assert "6 moments in 6 posts of the last 30 days fit no touchpoint well" in ran.err
    assert "another map" not in ran.err
    grown = f"{own}\n{ran.out}"
    added = journey.parse(grown, "grown").touchpoints[2:]
    assert added
    assert len(set(added[0].examples) & set(PARKING)) >= 3
    (home / "journey.toml").write_text(own.replace("Goed en fijn", "Goed, fijn"), "utf-8")
    shown = umot("journey", "suggest")
    assert f"{added[0].name_en}: " in shown.out
    assert f"“{added[0].examples[0]}”" in shown.out
    assert "traced on another map" in shown.err
