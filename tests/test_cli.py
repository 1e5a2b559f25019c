"""The command: what it prints and writes, and that bad input is one line, exit status 2, and nothing written."""

import datetime
import errno
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import typer

import wearoff
from tests.extent import some
from wearoff import cli, tables
from wearoff.cli.options import app


def run(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-c", "from wearoff.cli import main; main()", *arguments],
        capture_output=True, text=True, cwd=cwd, timeout=120,
    )  # fmt: skip


def test_json_of_the_typical_patient():
    done = run("simulate", "--json")
    assert done.returncode == 0
    assert done.stderr == ""
    found = json.loads(done.stdout)
    assert found["schedule"] == [
        {"time": 0.0, "amt": 20.0, "product": "onabotulinumtoxinA", "muscle": "glabella", "sites": None}
    ]
    assert found["parameters"]["light_chain_half_life"] == wearoff.Parameters().light_chain_half_life
    assert list(found["visible_at"]) == ["1", "2", "3", "7", "14", "30", "60", "90", "120", "150", "180"]
    landmarks = {**found["landmarks"], "effect_at_day_180": found["visible_at"]["180"]}
    for row in tables.rows("typical_patient"):
        assert float(row["low"]) <= landmarks[row["landmark"]] <= float(row["high"]), row["landmark"]


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
def test_json_of_what_is_not_reached(call):
    status, out, _ = call("simulate", "--days", 20, "--preset", "lebeda2008", "--units", 1, "--json")
    found = json.loads(out)
    assert status == 0
    assert found["landmarks"]["wear_off_day"] == "inf"
    assert found["outcomes"]["wear_off_day"] == "not_yet"
    assert "day 20" in found["explanations"]["wear_off_day"]
    assert found["parameters"]["light_chain_half_life"] == "inf"
    assert list(found["visible_at"]) == ["1", "2", "3", "7", "14"]


def test_out_writes_table_landmarks_and_pictures(call, tmp_path):
    status, out, _ = call("simulate", "--out", tmp_path / "made" / "here")
    assert status == 0
    written = {path.name: path for path in (tmp_path / "made" / "here").iterdir()}
    assert set(written) == {
        "timeline.csv", "landmarks.json", "timeline.png", "timeline.svg", "cascade.png", "cascade.svg",
    }  # fmt: skip
    assert len(pd.read_csv(written["timeline.csv"])) == 241
    assert json.loads(written["landmarks.json"].read_text())["landmarks"]["peak_effect"] > 0.85
    assert written["timeline.png"].read_bytes().startswith(b"\x89PNG")
    assert written["timeline.svg"].read_text(encoding="utf-8").startswith("<?xml")
    assert "onset" in out


@pytest.mark.proof
def test_the_same_call_writes_the_same_bytes(call, tmp_path):
    for name in ("a", "b"):
        call("simulate", "--out", tmp_path / name)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


def test_a_schedule_file_and_an_interval_are_the_same(call, tmp_path):
    (tmp_path / "plan.csv").write_text("time,amt\n0,20\n90,20\n")
    _, by_file, _ = call("simulate", "--schedule", tmp_path / "plan.csv", "--json")
    _, by_interval, _ = call("simulate", "--every", 90, "--visits", 2, "--units", 20, "--json")
    assert by_file == by_interval


def test_a_start_beside_a_schedule_is_the_date_of_day_0(call, tmp_path):
    (tmp_path / "plan.csv").write_text("time,amt\n0,20\n90,20\n")
    status, out, _ = call("simulate", "--schedule", tmp_path / "plan.csv", "--start", "2027-01-04", "--json")
    assert status == 0
    assert [row["date"] for row in json.loads(out)["schedule"]] == ["2027-01-04", "2027-04-04"]
    (tmp_path / "dated.csv").write_text("date,amt\n2027-01-04,20\n")
    status, _, err = call("simulate", "--schedule", tmp_path / "dated.csv", "--start", "2027-01-05")
    assert status == 2
    assert err == "error: start is 2027-01-05; allowed: 2027-01-04, as the dates of the visits say\n"
    (tmp_path / "case.json").write_text('{"schedule": [{"time": 0, "amt": 20}]}')
    status, out, _ = call("simulate", "--from", tmp_path / "case.json", "--start", "2027-01-04", "--json")
    assert json.loads(out)["schedule"][0]["date"] == "2027-01-04"


@pytest.mark.parametrize("argument", ["--version", "--help"])
def test_help_and_version_load_no_library_of_numbers(argument):
    code = (
        "import sys\nfrom wearoff.cli import main\ntry: main()\nexcept SystemExit: pass\n"
        "print([name for name in ('numpy', 'pandas', 'scipy', 'matplotlib') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, argument], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_parameters_prints_every_constant(call):
    status, out, _ = call("parameters")
    assert status == 0
    words = " ".join(out.split())
    for row in tables.rows("parameters"):
        numbers = f"{float(row['value']):.4g} {row['unit']} {float(row['low']):g} to {float(row['high']):g}"
        assert f"{row['name']} {numbers} {row['kind']} " in words
        assert f"{row['name']}: {row['meaning']} source: {row['source']} " in words
    assert max(map(len, out.splitlines())) <= 80
    _, out, _ = call("parameters", "--preset", "serotype_E", "--json")
    listed = {row["name"]: row for row in json.loads(out)["parameters"]}
    assert listed["light_chain_half_life"]["value"] == 0.8
    assert "Foran 2003" in listed["light_chain_half_life"]["source"]


def test_space_on_the_default(call, tmp_path):
    priced = ("--share", "0.5", "--price", "2")
    status, out, err = call("space", "--keep", "0.4", *priced, "--json", "--start", "2027-01-04", "--out", tmp_path)
    found = json.loads(out)
    assert (status, err) == (0, "")
    rows = found["intervals"]
    assert [row["interval"] for row in rows] == [84, 90, 120, 150, 180]
    for row in rows:
        assert set(row) == {
            "interval", "share_above", "longest_gap", "lowest_effect", "units_per_year", "visits_per_year",
            "cost_of_covered_day",
        }  # fmt: skip
    for measure in ("share_above", "units_per_year"):
        values = [row[measure] for row in rows]
        assert values == sorted(values, reverse=True)
    expected = wearoff.spacing.recommend(keep=0.4, share=0.5)
    interval = found["recommended_interval"]
    assert (interval, found["share_of_patients"]) == (expected.interval, expected.share_of_patients)
    assert found["label_share_of_patients"] == expected.label_share_of_patients
    assert found["typical"]["recommended_interval"] == wearoff.spacing.recommend(keep=0.4).interval
    people = wearoff.spacing.compare(keep=0.4, population=wearoff.Population(), price=2).people
    assert [row["policy"] for row in found["people"]] == ["fixed"] * 5 + ["on need"]
    assert found["people"] == people.to_dict("records")
    date = datetime.date(2027, 1, 4) + datetime.timedelta(days=interval)
    assert found["schedules"]["even"][1] == {"time": float(interval), "date": date.isoformat(), "amt": 20.0}
    assert (tmp_path / "spacing.json").read_text() == out
    assert {path.stem for path in tmp_path.iterdir()} == {
        "people", "intervals", "returns", "spacing", "tradeoff", "even", "even_visits", "even_returns", "dates",
        "dates_visits", "dates_returns",
    }  # fmt: skip
    status, again, _ = call("simulate", "--schedule", tmp_path / "dates.csv", "--json")
    onset = round(json.loads(again)["landmarks"]["onset_day"])
    assert json.loads(again)["dates"]["onset_day"] == f"2027-01-{4 + onset:02}"


@pytest.mark.proof
def test_space_says_when_it_cannot_be_had(call):
    status, out, _ = call("space", "--keep", "0.97")
    assert status == 0
    assert "keep is 0.97, above the largest effect" in out
    found = json.loads(call("space", "--keep", "0.97", "--json")[1])
    assert (found["recommended_interval"], found["outcome"]) == (None, "too_few_patients")
    assert found["label_share_of_patients"] == found["nearest"]["share_of_patients"] < 0.8
    _, out, err = call("space", "--keep", "0.8")
    assert "no interval that the label allows keeps 0.8 in the typical patient" in " ".join(out.split())
    _, out, err = call("space", "--keep", "0.8", "--allow-shorter")
    longest = wearoff.spacing.recommend(keep=0.8, share=0.8, allow_shorter=True)
    typical = f"{longest.typical.interval} days, which keeps it in {longest.typical_share_of_patients:.0%} of patients"
    assert typical in " ".join(out.split())
    assert f"keeps 0.8 in 80% of patients: {longest.interval} days" in " ".join(out.split())
    assert "shorter than the label of onabotulinumtoxinA allows: every 90 days" in err
    assert "nearest: every 122 days" in " ".join(call("space", "--max-units-per-year", "60")[1].split())
    assert "best dates: 3 visits" in call("space", "--visits", "3")[1]
    assert "one visit keeps 0.5 in the typical patient for all 60 days" in call("space", "--horizon", "60")[1]


@pytest.mark.proof
def test_repeat_visits_bring_their_figures(call, tmp_path):
    status, out, _ = call("simulate", "--every", 90, "--visits", 4, "--start", "2027-01-04", "--out", tmp_path)
    assert status == 0
    assert {"visits.png", "visits.svg", "returns.png", "returns.svg"} < {path.name for path in tmp_path.iterdir()}
    assert "2027-01-07" in out  # day 2.6 is day 3, to the nearest whole day
    assert pd.read_csv(tmp_path / "timeline.csv")["date"][90] == "2027-04-04"


BAD_SPACE = [
    *(["--keep", value] for value in ("0", "-0.5", "1.5", "nan", "half", "")),
    *(["--intervals", value] for value in ("", "84,,90", "84;90", "0", "-90", "nan", "1e9", "0.1")),
    *(["--horizon", value] for value in ("0", "-1", "1.5", "nan", "1e9", "long")),
    *(["--start", value] for value in ("soon", "2027-13-01", "2027-02-29", "0001-01-01", "2027-01-04T10:00", "")),
    *(["--max-units-per-year", value] for value in ("0", "-1", "nan", "few", "1e-320", "0.1")),
    *(["--visits", value] for value in ("0", "1.5", "x")),
    *(["--share", value] for value in ("0", "-0.1", "1.1", "80", "nan", "most", "")),
    *(["--price", value] for value in ("-1", "nan", "inf", "1e10", "much", "")),
    ["--units", "-1"],
    ["--product", "botulin"],
    ["--muscle", "platysma"],
    ["--sites", "0"],
    ["--set", "light_chain_half_life=-1"],
    ["--preset", "lebeda"],
]


BAD = [
    *(["--units", value] for value in ("-1", "0", "nan", "inf", "-inf", "many", "1e308", "")),
    *(["--days", value] for value in ("0", "-3", "1e9", "nan", "1.5", "soon")),
    *(["--sites", value] for value in ("0", "-1", "2.5", "few", "1e9")),
    ["--product", "botulin"],
    ["--muscle", "glabela"],
    ["--preset", "lebeda"],
    *(["--set", value] for value in ("light_chain_half_lif=3", "potency=-1", "light_chain_half_life=nan", "x", "=")),
    ["--set", "release_at_half_force=1"],
    *(["--every", value, "--visits", "3"] for value in ("0", "-90", "nan", "x")),
    *(["--every", "90", "--visits", value] for value in ("0", "1.5", "x", "1e9")),
    ["--every", "90"],
    ["--visits", "3"],
    ["--schedule", "nothing.csv"],
    ["--schedule", "."],
    ["--schedule", "plan.csv", "--units", "20"],
    *(["--start", value] for value in ("soon", "2027-02-29", "")),
    ["--unit-s", "20"],
    ["--units"],
    ["surplus"],
]  # fmt: skip


COMMANDS = [["simulate", *each] for each in BAD] + [["space", *each] for each in BAD_SPACE]


@pytest.mark.parametrize("line", some(COMMANDS, 4), ids=" ".join)
def test_bad_input_is_one_line_and_status_2(call, tmp_path, monkeypatch, line):
    monkeypatch.chdir(tmp_path)
    status, out, err = call(*line, "--out", "out")
    arguments = line[1:]
    assert status == 2
    assert out == ""
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
    if arguments not in (["--unit-s", "20"], ["--units"], ["surplus"]):  # the parser's own words
        assert "llowed: " in err
    if arguments[0] in ("--units", "--days", "--sites", "--product", "--preset", "--keep", "--horizon", "--start"):
        assert f"{arguments[0][2:]} is " in err or len(arguments) == 1


# Every option that is a number, found in the command itself.
NUMBERS = [
    (name, option.opts[0])
    for name, command in typer.main.get_command(app).commands.items()
    for option in command.params
    if option.metavar in ("U", "N", "DAYS", "LEVEL", "FACTOR")
]


@pytest.mark.parametrize(("command", "option"), NUMBERS)
def test_a_number_that_is_none_names_the_option_and_what_is_allowed(call, command, option):
    status, out, err = call(command, option, "ten")
    name = option.removeprefix("--").replace("-", "_")
    assert (status, out) == (2, "")
    assert err.startswith(f"error: {name} is 'ten', not a number; allowed: ")


@pytest.mark.parametrize(("wrong", "right"), [("glabela", "glabella"), ("forhead", "forehead")])
def test_the_nearest_name_is_suggested(call, wrong, right):
    assert f"did you mean '{right}'?" in call("simulate", "--muscle", wrong)[2]


@pytest.mark.proof
def test_out_that_is_a_file(call, tmp_path):
    (tmp_path / "out").write_text("mine")
    status, _, err = call("simulate", "--out", tmp_path / "out")
    assert status == 2
    assert err.startswith("error: out is ")
    assert (tmp_path / "out").read_text() == "mine"


@pytest.mark.proof
def test_out_that_cannot_be_written(call, tmp_path, monkeypatch):
    def denied(*_, **__):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr("tempfile.mkstemp", denied)
    status, _, err = call("simulate", "--out", tmp_path)
    assert status == 2
    assert "Permission denied" in err


@pytest.mark.parametrize(
    "place", some(["first\nsecond/file/" + "x" * 300, "\ud800", "y/" * 2000, "x" * 300, "a\0b"], 4)
)
@pytest.mark.parametrize("command", [("simulate", "--out"), ("animate", "--days=20")])
def test_a_place_that_cannot_be(call, tmp_path, monkeypatch, command, place):
    monkeypatch.chdir(tmp_path)
    status, _, err = call(*command, place if "--out" in command else f"{place}.gif")
    assert status == 2
    assert err.startswith("error: ")
    assert err.count("\n") == 1


@pytest.mark.proof
def test_a_folder_in_the_place_of_one_file_leaves_all_as_they_were(call, tmp_path):
    (tmp_path / "cascade.svg").mkdir()
    (tmp_path / "timeline.csv").write_text("an earlier run")
    status, _, err = call("simulate", "--out", tmp_path)
    assert status == 2
    assert "cascade.svg is a folder" in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cascade.svg", "timeline.csv"]
    assert (tmp_path / "timeline.csv").read_text() == "an earlier run"


@pytest.mark.proof
def test_a_name_that_is_no_text_is_printed_escaped(tmp_path):
    done = run("simulate", "--out", os.fsdecode(b"\xff"), cwd=tmp_path)
    assert done.returncode == 0
    assert "\\udcff/timeline.csv" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("full_after", some([3, 0, 1, 5], 4))
def test_a_disk_that_fills_leaves_what_was_there(call, tmp_path, monkeypatch, full_after):
    (tmp_path / "timeline.csv").write_text("an earlier run")
    begun, write = [], Path.write_bytes

    def write_half(path, content):
        begun.append(path)
        if len(begun) <= full_after:
            return write(path, content)
        write(path, content[: len(content) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", write_half)
    status, _, err = call("simulate", "--out", tmp_path)
    assert status == 2
    assert "No space left on device" in err
    assert [path.name for path in tmp_path.iterdir()] == ["timeline.csv"]
    assert (tmp_path / "timeline.csv").read_text() == "an earlier run"


def test_unusual_input_is_a_warning_on_standard_error(tmp_path):
    (tmp_path / "plan.csv").write_text("time,amt\n0,20\n3,20\n")
    done = run("simulate", "--schedule", "plan.csv", "--json", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stderr.startswith("warning: visits on days 0 and 3")
    json.loads(done.stdout)


def test_version_and_help(call):
    assert call("--version")[1] == f"wearoff {wearoff.__version__}\n"
    assert call() == call("--help")


def test_the_commands_are_listed_as_they_are_met(call):
    listed = re.findall(r"^  (\w+)  ", call("--help")[1].partition("Commands:")[2], re.MULTILINE)
    assert listed == list(cli.ORDER)
    assert listed[:2] == ["demo", "simulate"]


@pytest.mark.parametrize("command", ["", *cli.ORDER])
def test_a_help_fits_80_columns_and_ends_with_an_example_on_one_line(call, monkeypatch, command):
    monkeypatch.setenv("COLUMNS", "80")
    status, out, err = call(*filter(None, [command]), "--help")
    assert (status, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    assert "..." not in out.partition("Commands:")[2]  # no description is cut
    assert out.splitlines()[-1].startswith(f"  Example: wearoff {command}")
