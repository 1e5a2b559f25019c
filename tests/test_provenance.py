"""Every result says how it was made, and is made again from its own file; what is no such file is one line.

The expected value of a run from a file is the run that wrote the file, byte for byte.
"""

import json
import re
import xml.etree.ElementTree
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy
import typer
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import wearoff as wo
from tests.extent import extent, some
from wearoff.cli.options import app
from wearoff.cli.recorded import RecordedCommand
from wearoff.evidence import comparison
from wearoff.evidence.observations import published
from wearoff.past_results import read_recorded
from wearoff.provenance import make_block

OBSERVED = (
    "endpoint,day,value,unit,n,low,note\nnone_or_mild,7,75.3,%,200,70.1,first\nnone_or_mild,30,80,percent,200,,\n"
    "none_or_mild,90,50,%,200,,\nnone_or_mild,120,61,count,203,,\nreturn_to_baseline,,17,week,80,,\n"
)
PLAN = "time,date,amt,evid,sites\n0,2027-01-04,20,1,\n60.5,2027-03-05,1e1,1,3\n80,2027-03-25,,0,\n100,2027-04-14,,0,\n"
HISTORY = (
    "date,units,grade,seen,since,assessor\n2027-01-04,20,3,,,\n2027-02-04,,0,,,investigator\n"
    "2027-04-30,20,,,,\n2027-08-20,,,gone,2027-08-01,subject\n"
)
# The JSON file and the arguments of a short run of each command.
RUNS = {
    "simulate": ("landmarks.json", "--preset serotype_B --set potency=0.2 --schedule plan.csv"),
    "space": (
        "spacing.json",
        "--keep 0.45 --intervals 84,90 --horizon 100 --start 2027-01-04 --allow-shorter --set dose_at_half_uptake=inf",
    ),
    "trial": (
        "trial.json",
        "--arm 10 --arm 50:abobotulinumtoxinA --patients 16 --days 20 --sampler random --seed 12345678901234567890 "
        "--set omega_depot=0.3 --set potency=0.2 --chunk 5",
    ),
    "next": ("next.json", "history.csv --keep 0.4 --seed 3 --set omega_visit=0.1"),
    "compare": ("comparison.json", "mine.csv --patients 16 --set omega_potency=0.5"),
    "fit": ("fit.json", "mine.csv --patients 64 --free potency --profile potency"),
    "sensitivity": ("sensitivity.json", "--samples 2 --within 1.1 --quantity effect_on_day_90 --units 30 --seed 5"),
}
FILES = ("trial", "simulate", "space", "next", "compare", "fit", "sensitivity")  # the first is run in every test


@pytest.fixture
def folder(tmp_path, monkeypatch, few_pilots):
    """A folder with a schedule and observations, in which the command runs."""
    # Some of the published rows: all of them take seconds.
    monkeypatch.setattr(comparison, "published", lambda: published().query("trial == 'ona GL pivotal 2'"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.csv").write_text(OBSERVED)
    (tmp_path / "plan.csv").write_text(PLAN)
    (tmp_path / "history.csv").write_text(HISTORY)
    return tmp_path


def run(call, command):
    """Run a command with its arguments in `RUNS`, and return the file of the result."""
    status, out, _ = call(command, *RUNS[command][1].split(), "--json")
    assert status == 0
    file = Path("result.json")
    file.write_text(out)
    return file


def write(call, command):
    """Run a command with its arguments in `RUNS`, with all its files, and return their folder."""
    assert call(command, *RUNS[command][1].split(), "--out", "first")[0] == 0
    return Path("first")


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_every_command_that_writes_results_is_here():
    commands = typer.main.get_command(app).commands
    recorded = {name for name, command in commands.items() if isinstance(command, RecordedCommand)}
    assert recorded == {*RUNS, "parameters"}
    # Every command that prints JSON is recorded.
    assert recorded == {name for name, each in commands.items() if any(p.name == "as_json" for p in each.params)}


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
@pytest.mark.parametrize("command", RUNS)
def test_a_result_is_made_again_from_its_file_alone(call, folder, command):
    result = run(call, command)
    for path in folder.glob("*.csv"):
        path.unlink()
    workers = ["--workers", 1, "--chunk", 7] if command == "trial" else []
    assert call(command, "--from", result, "--json", *workers)[1] == result.read_text()


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
@pytest.mark.parametrize("command", some(FILES, len(FILES)))
def test_every_file_is_made_again_byte_for_byte(call, folder, command):
    first = write(call, command)
    result = first / RUNS[command][0]
    status, out, _ = call(command, "--from", result, "--out", "again", "--json")
    assert status == 0
    assert contents(first) == contents(folder / "again")
    assert out == result.read_text()  # what is printed is the file
    assert sorted(json.loads(out)["files"]) == sorted(contents(first))
    block = json.loads(out)["provenance"]
    block.pop("observations", None)
    for path in first.iterdir():
        if path.suffix == ".png":
            assert json.loads(Image.open(path).text["Description"]) == block
        if path.suffix == ".svg":
            description = xml.etree.ElementTree.parse(path).find(".//{http://purl.org/dc/elements/1.1/}description")
            assert json.loads(description.text) == block
        if path.suffix == ".csv":
            assert len(pd.read_csv(path))  # a table has no line of provenance


def test_the_table_of_constants_is_made_again(call, tmp_path):
    _, first, _ = call("parameters", "--preset", "lebeda2008", "--set", "potency=0.2", "--json")
    (tmp_path / "p.json").write_text(first)
    assert call("parameters", "--from", tmp_path / "p.json", "--json")[1] == first


def test_the_block_says_what_the_result_depends_on(call, folder):
    block = json.loads(run(call, "trial").read_text())["provenance"]
    assert block.pop("constants") == {
        name: 0.2 if name == "potency" else value
        for name, value in wo.Parameters().table().set_index("name")["value"].items()
    }
    people = wo.Population().table().set_index("name")["value"].to_dict()
    assert block.pop("population") == {**people, "omega_depot": 0.3}
    visit = {"time": 0.0, "muscle": "glabella"}
    assert block == {
        "wearoff": wo.__version__,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "command": "trial",
        "options": {
            "arm": ["10", "50:abobotulinumtoxinA"], "patients": 16, "days": 20, "look_every": 28,
            "window": 0, "missed": 0.0, "drop_out": 0.0, "leave_without_effect": 0.0,
        },
        "seed": 12345678901234567890,
        "sampler": "random",
        "preset": "default",
        "arms": [
            {"label": "10 U onabotulinumtoxinA", "schedule": [visit | {"amt": 10.0, "product": "onabotulinumtoxinA"}]},
            {"label": "50 U abobotulinumtoxinA", "schedule": [visit | {"amt": 50.0, "product": "abobotulinumtoxinA"}]},
        ],
    }  # fmt: skip


@settings(max_examples=extent(20, 200))
@given(
    st.lists(st.tuples(st.floats(0, 36525), st.floats(1e-6, 10_000)), min_size=1, max_size=4),
    st.none() | st.dates(wo.checks.FIRST_START, wo.checks.LAST_START),
    st.lists(st.floats(0.1, 36525), max_size=3),
)
def test_a_schedule_comes_back_from_its_block(tmp_path_factory, doses, start, times):
    visits = tuple(wo.Visit(day=day, units=units, sites=3) for day, units in sorted(doses))
    plan = wo.Schedule(visits, start, tuple(sorted(times)))
    path = tmp_path_factory.mktemp("block") / "r.json"
    path.write_text(json.dumps({"provenance": make_block("simulate", {}, wo.Parameters(), arms={"a": plan})}))
    recorded = read_recorded(path)
    assert recorded.schedule == plan
    assert recorded.patients == wo.Parameters()


def test_a_fit_is_given_to_other_commands(call, folder):
    result = run(call, "fit")
    fitted = json.loads(result.read_text())["fitted"]
    estimates = {row["name"]: row["estimate"] for row in json.loads(result.read_text())["estimates"]}
    assert estimates["potency"] == fitted["constants"]["potency"] != wo.Parameters().potency
    typed = [part for name, value in estimates.items() for part in ("--set", f"{name}={value!r}")]
    for command, small in (
        ("trial", ["--patients", 8, "--days", 3, "--set", "omega_depot=0.1"]),
        ("simulate", ["--units", 30]),
        ("space", ["--horizon", 60, "--intervals", 30, "--visits", 1]),
    ):
        by_file = call(command, "--from", result, *small, "--json")
        assert by_file[0] == 0, by_file[2]
        assert by_file[1] == call(command, *typed, *small, "--json")[1]
    status, _, err = call("trial", "--from", result, "--preset", "serotype_B")
    assert (status, err) == (2, "error: preset is given beside from; allowed: one of the two\n")
    assert call("sensitivity", "--from", result)[2].startswith(
        "error: result.json: provenance.command is 'fit'; allowed: sensitivity"
    )


@pytest.mark.filterwarnings("always::wearoff.UnusualWarning")
def test_a_fitted_relative_potency_cannot_be_used_and_a_warning_says_so(call, folder):
    result = folder / "fit.json"
    block = make_block("fit", {}, wo.Population())
    fitted = {key: block[key] for key in ("preset", "constants", "population")}
    content = {"provenance": block, "fitted": fitted | {"relative_potencies": {"abobotulinumtoxinA": 0.4}}}
    result.write_text(json.dumps(content))
    status, _, err = call("simulate", "--from", result, "--json")
    assert status == 0
    assert err.startswith("warning: fit.json: the relative potency of abobotulinumtoxinA was fitted")


@pytest.fixture
def trial_file(call, folder):
    """Return a function that changes the block of a trial's result, runs it again and returns the error."""
    result = run(call, "trial")
    content = json.loads(result.read_text())

    def inner(change, *options):
        edited = json.loads(json.dumps(content))
        change(edited)
        (folder / "edited.json").write_text(json.dumps(edited))
        before = sorted(folder.rglob("*"))
        status, out, err = call("trial", "--from", "edited.json", "--out", "new", *options)
        assert (status, out) == (2, "")
        assert sorted(folder.rglob("*")) == before
        assert err.count("\n") == 1
        return err

    return inner


EDITS = [
    (lambda c: c.pop("provenance"), "edited.json: provenance is missing"),
    (lambda c: c.update(provenance=3), "edited.json: provenance is 3; allowed: an object"),
    (lambda c: c["provenance"].pop("numpy"), "edited.json: provenance.numpy is missing"),
    (lambda c: c["provenance"].update(numpy="1\n2"), r"edited.json: provenance.numpy is '1\\n2'"),
    (lambda c: c["provenance"].update(sed=1), "edited.json: key of provenance is 'sed'; did you mean 'seed'?"),
    (lambda c: c["provenance"].update(command="simulate"), "edited.json: provenance.command is 'simulate'"),
    (lambda c: c["provenance"].update(seed=-1), "edited.json: seed is -1; allowed: from 0 to 1e"),
    (lambda c: c["provenance"].update(seed=None), "edited.json: provenance.options.seed is None"),
    (lambda c: c["provenance"].pop("seed"), "edited.json: provenance.seed does not fit the rest"),
    (lambda c: c["provenance"].update(sampler="dice"), "edited.json: sampler is 'dice'; allowed: sobol, random"),
    (lambda c: c["provenance"].update(preset="mine"), "edited.json: preset is 'mine'"),
    (lambda c: c["provenance"]["constants"].update(potency=-1), "edited.json: potency is -1; allowed: from 0"),
    (lambda c: c["provenance"]["constants"].update(potency="x"), "edited.json: provenance.constants.potency is 'x'"),
    (lambda c: c["provenance"]["constants"].pop("spread"), "edited.json: provenance.constants.spread is missing"),
    (lambda c: c["provenance"]["population"].update(omega=1), "edited.json: key of provenance.population is 'omega'"),
    (lambda c: c["provenance"]["population"].update(omega_visit=9), "edited.json: omega_visit is 9; allowed: from 0"),
    (lambda c: c["provenance"]["options"].update(patients=0), "edited.json: patients is 0; allowed: from 1"),
    (lambda c: c["provenance"]["options"].update(patients=[1]), r"edited.json: provenance.options.patients is \[1\]"),
    (lambda c: c["provenance"]["options"].update(arm="20"), "edited.json: provenance.options.arm is '20'; allowed"),
    (lambda c: c["provenance"]["options"].update(arm=["-2"]), "edited.json: arm '-2': units is -2"),
    (lambda c: c["provenance"]["options"].update(out="x"), "edited.json: key of provenance.options is 'out'"),
    (lambda c: c["provenance"]["options"].update(set_=["potency=1"]), "edited.json: key of prov.* is 'set_'"),
    (lambda c: c["provenance"]["options"].pop("patients"), "edited.json: provenance.options does not fit the rest"),
    (lambda c: c["provenance"]["arms"].pop(), "edited.json: provenance.arms does not fit the rest of the block"),
]  # fmt: skip


def test_what_cannot_be_run_again_is_one_line_with_file_and_key(trial_file):
    for change, message in EDITS:
        assert re.match(f"error: {message}", trial_file(change)), trial_file(change)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--patients", 17], "patients is 17; allowed: 16 as in edited.json, which is run again"),
        (["--seed", 1], "seed is 1; allowed: 12345678901234567890 as in edited.json, which is run again"),
        (["--set", "potency=1"], "set is given beside edited.json, which is run again; allowed: one of the two"),
        (["--preset", "default"], "preset is given beside edited.json, which is run again; allowed: one of the two"),
        (["--workers", 0], "workers is 0; allowed: from 1 to 4096"),
    ],
)
def test_options_beside_a_result_may_not_contradict_it(trial_file, options, message):
    assert trial_file(lambda _: None, *options) == f"error: {message}\n"


def test_options_that_agree_with_the_result_are_allowed(call, folder):
    result = run(call, "trial")
    agreeing = ("--patients", 16, "--arm", 10, "--arm", "50:abobotulinumtoxinA")
    assert call("trial", "--from", result, *agreeing, "--json")[1] == result.read_text()


def test_changed_constants_in_a_file_are_used(call, folder):
    result = run(call, "trial")
    result.write_text(result.read_text().replace('"potency": 0.2', '"potency": 0.3'))
    changed = [each.replace("potency=0.2", "potency=0.3") for each in RUNS["trial"][1].split()]
    assert call("trial", "--from", result, "--json")[1] == call("trial", *changed, "--json")[1]


@pytest.mark.filterwarnings("always::wearoff.UnusualWarning")
def test_another_version_gives_a_warning(call, folder):
    result = run(call, "trial")
    result.write_text(result.read_text().replace(f'"wearoff": "{wo.__version__}"', '"wearoff": "0.0.1"'))
    status, _, err = call("trial", "--from", result, "--json")
    assert status == 0
    assert err.startswith(f"warning: result.json was made with wearoff 0.0.1 (here {wo.__version__}); ")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "r.json: content is not JSON"),
        ("[]", r"r.json: content is \[\]; allowed: an object"),
        ('{"provenance": {}, "provenance": {}}', "r.json: key 'provenance' is repeated"),
        ("{}", "r.json: provenance is missing; allowed: the result of `wearoff trial --json`"),
        ('{"provenance": {"constants": NaN}}', "r.json: provenance.wearoff is missing"),
    ],
)
def test_what_is_no_result_is_one_line(call, tmp_path, content, message):
    (tmp_path / "r.json").write_text(content)
    status, _, err = call("trial", "--from", tmp_path / "r.json")
    assert status == 2
    assert re.match(f"error: {message}.*\n$", err)


def test_a_case_is_for_simulate_alone(call, tmp_path):
    (tmp_path / "case.toml").write_text("schedule = [{ time = 0, amt = 20 }]")
    assert call("simulate", "--from", tmp_path / "case.toml")[0] == 0
    assert call("trial", "--from", tmp_path / "case.toml")[2] == (
        "error: case.toml: ending is '.toml'; allowed: .json, the result of a command\n"
    )
    assert "a CSV file of your observations, or --from" in call("fit")[2]
