"""The command for many patients: what it prints and writes, what it refuses, and what it leaves when stopped."""

import json
import os
import signal

import pandas as pd
import pytest

import wearoff as wo
from tests.evidence.predicted import documented_text
from tests.extent import some
from tests.processes import HEAR_INTERRUPTS, everyone_ends, running
from wearoff.patients.population import Population

FAST = ["--patients", "512"]


@pytest.fixture
def mine(tmp_path):
    """A table of one's own, whose percentages are invented for the test."""
    path = tmp_path / "mine.csv"
    rows = [
        "endpoint,day,value,unit,n",
        *(f"none_or_mild,{d},{v},%,200" for d, v in ((7, 75), (30, 80), (90, 50), (120, 30))),
    ]
    path.write_text("\n".join(rows) + "\n")
    return path


def test_trial(call, tmp_path):
    arms = ["--arm", "20", "--arm", "50:abobotulinumtoxinA", "--arm", "placebo"]
    status, out, err = call("trial", *arms, *FAST, "--days", 60, "--out", tmp_path / "out", "--json")
    found = json.loads(out)
    assert (status, err) == (0, "")
    assert set(found) == {"patients", "responders", "landmarks", "treatments", "bands", "files", "provenance"}
    assert {row["arm"] for row in found["responders"]} == {
        "20 U onabotulinumtoxinA",
        "50 U abobotulinumtoxinA",
        "placebo",
    }
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {
        "trial.json", "bands.csv", "landmarks.csv", "responders.csv", "treatments.csv",
        "bands.png", "bands.svg", "responders.png", "responders.svg",
    }  # fmt: skip
    assert (tmp_path / "out" / "trial.json").read_text() == out
    assert len(pd.read_csv(tmp_path / "out" / "bands.csv")) == 3 * 61
    assert "none or mild by the investigator" in call("trial", *FAST, "--days", 60)[1]


def test_trial_takes_the_population_s_numbers(call):
    wide, narrow = (
        json.loads(call("trial", *FAST, "--days", 60, "--set", f"omega_potency={omega}", "--json")[1])
        for omega in (1, 0)
    )
    peaks = [next(row for row in found["landmarks"] if row["landmark"] == "peak_effect") for found in (wide, narrow)]
    assert peaks[0]["p95"] - peaks[0]["p5"] > peaks[1]["p95"] - peaks[1]["p5"]


def test_trial_looks_as_often_as_it_is_asked_to(call):
    arguments = ("trial", "--arm", 5, *FAST, "--days", 60, "--look-every", 7, "--json")
    rows = {row["landmark"]: row for row in json.loads(call(*arguments)[1])["landmarks"]}
    # An arm with a small dose: somebody is seen back at one of the visits, which are each seven days.
    assert rows["return_to_baseline_day"]["p5"] % 7 == 0


@pytest.mark.proof
def test_workers_and_chunk_change_nothing(call):
    once = call("trial", *FAST, "--days", 30, "--json")[1]
    assert call("trial", *FAST, "--days", 30, "--json", "--workers", 2, "--chunk", 100)[1] == once


# Rows of `wearoff compare --json` have at least these keys.
KEYS = {
    "source", "trial", "product", "muscle", "endpoint", "assessor", "day", "cycle", "units", "observed", "predicted",
    "used_for_fit",
}  # fmt: skip


@pytest.fixture
def few_published(monkeypatch):
    """Only the label's rows of the published table, so that a comparison is quick."""
    rows = wo.published()
    label = rows[rows["source"].str.startswith("BOTOX")]
    monkeypatch.setattr("wearoff.evidence.comparison.published", lambda: label)


@pytest.mark.proof
def test_compare(call, tmp_path):
    status, text, err = call("compare", *FAST, "--out", tmp_path)
    found = json.loads((tmp_path / "comparison.json").read_text())
    assert (status, err) == (0, "")
    assert len(found["rows"]) == len(wo.published())
    for row in found["rows"]:
        assert set(row) >= KEYS
    assert found["rmse"]["none_or_mild"] > 0
    assert {path.name for path in tmp_path.iterdir()} == {
        "comparison.json", "comparison.csv", "rmse.csv", "comparison.png", "comparison.svg",
    }  # fmt: skip
    assert "* used for the fit" in text
    assert "not predicted, because" in text


@pytest.mark.usefixtures("few_published", "few_pilots")
def test_compare_with_rows_of_one_s_own(call, tmp_path):
    # The rows that docs/tables.md shows: one of each kind of schedule.
    (tmp_path / "mine.csv").write_text(documented_text())
    options = ["compare", tmp_path / "mine.csv", "--patients", 8]
    status, out, err = call(*options, "--json")
    assert (status, err) == (0, "")
    found = json.loads(out)
    for row in found["rows"]:
        assert set(row) >= KEYS
    own = [row for row in found["rows"] if row["own"]]
    assert [row["trial"] for row in own] == ["ona CFL 1", "ona CFL 2", "EV-004", "SAKURA, pooled", "Joseph 2021"]
    assert [row["cycle"] for row in own] == [1, 3, 1, 2, 1]
    assert [row["observed"] for row in own] == pytest.approx([66.7, 56.5, 3, 68.7, 7 * 32.3])
    assert all(row["predicted"] > 0 for row in own)
    assert len(found["rows"]) > len(own)
    (errors,) = [row for row in found["rmse_of_rows"] if row["endpoint"] == "none_or_mild"]
    squares = [(row["predicted"] - row["observed"]) ** 2 for row in own if row["endpoint"] == "none_or_mild"]
    assert errors["rmse_own"] == pytest.approx((sum(squares) / len(squares)) ** 0.5)
    text = call(*options)[1]
    assert "your own rows" in text
    assert "24 U onabotulinumtoxinA, crows feet, treatment 3" in text
    assert max(map(len, text.splitlines())) <= 80


def test_a_product_that_is_not_in_the_table_is_refused_with_file_and_line(call, tmp_path):
    (tmp_path / "mine.csv").write_text("product,endpoint,day,value,unit\nbotulin,none_or_mild,30,80,%\n")
    status, out, err = call("compare", tmp_path / "mine.csv")
    assert (status, out) == (2, "")
    assert err.startswith("error: mine.csv, line 2: product is 'botulin'; did you mean")
    assert "Allowed: onabotulinumtoxinA, " in err
    assert err.count("\n") == 1


@pytest.mark.usefixtures("few_pilots")
def test_fit(call, mine, tmp_path):
    given = ["--free", "potency", "--free", "endocytosis_half_life", "--profile", "potency", "--patients", "64"]
    status, text, err = call("fit", mine, *given, "--out", tmp_path / "out")
    found = json.loads((tmp_path / "out" / "fit.json").read_text())  # what --json prints
    assert (status, err) == (0, "")
    assert [row["name"] for row in found["estimates"]] == ["potency", "endocytosis_half_life"]
    for row in found["estimates"]:
        assert row["prior_low"] < row["estimate"] < row["prior_high"]
        assert row["low"] < row["estimate"] < row["high"]
    # Whoever is asked after days knows nothing of minutes.
    assert found["estimates"][1]["rows_se_percent"] == "inf"
    assert (
        found["profiles"]["potency"]["low"] < found["estimates"][0]["estimate"] < found["profiles"]["potency"]["high"]
    )
    # Four rows determine one of the two numbers, as far as its prior does not.
    assert 3 <= found["goodness"]["dof"] < 3.05
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "fit.json", "estimates.csv", "rows.csv", "fit.png", "fit.svg",
    }  # fmt: skip
    lines = text.splitlines()
    # How well the rows are fitted comes first: it says what the rest is worth.
    assert "chi-squared" in lines[0]
    assert f"on {found['goodness']['dof']:.3g} degrees of freedom, p = " in lines[0]
    assert lines[2].split("  ")[-1].strip() == "95 % interval"
    (row,) = [line for line in lines if line.startswith("endocytosis_half_life")]
    assert "0.0017 to 0.0068" in row
    assert "nothing" in row
    (row,) = [line for line in lines if line.startswith("potency")]
    assert "0.03 to 0.6" in row
    assert "nothing" not in row
    assert "  profile" in text
    assert "rows alone: the standard error without any prior" in text


@pytest.mark.usefixtures("few_pilots")
def test_a_fit_of_the_default_numbers_to_rows_that_contradict_the_model_says_so_first(call, tmp_path):
    rows = [
        "endpoint,day,value,unit,n",
        *(f"none_or_mild,{day},{value},%,4000" for day, value in ((7, 5), (30, 90), (31, 5))),
    ]
    (tmp_path / "odd.csv").write_text("\n".join([*rows, "none_or_mild,90,50,%,4000"]) + "\n")
    text = call("fit", tmp_path / "odd.csv", "--patients", "64")[1]
    assert text.startswith("the rows contradict the model: chi-squared ")
    for name in ("potency", "light_chain_half_life", "omega_potency", "largest correlations"):
        assert name in text
    one = "endpoint,day,value,unit,n\nnone_or_mild,30,80,%,100\n"
    (tmp_path / "one.csv").write_text(one)
    text = call("fit", tmp_path / "one.csv", "--patients", "64")[1]
    assert text.startswith("1 rows and 3 numbers: the rows cannot contradict the model")


def test_sensitivity(call, tmp_path):
    status, out, err = call("sensitivity", "--samples", 16, "--out", tmp_path, "--json")
    found = json.loads(out)
    assert (status, err) == (0, "")
    assert {"name", "elasticity", "at_low", "at_high"} <= set(found["elasticities"][0])
    assert {"name", "S1", "S1_conf", "ST", "ST_conf"} <= set(found["indices"][0])
    assert {"tornado.png", "indices.png", "tornado.svg", "indices.svg", "sensitivity.json"} <= {
        path.name for path in tmp_path.iterdir()
    }
    assert "elasticity" in call("sensitivity", "--samples", 16)[1]


@pytest.mark.filterwarnings("always::wearoff.UnusualWarning")
def test_what_both_parts_of_a_command_find_unusual_is_said_once(call):
    assert call("sensitivity", "--samples", 2, "--units", 90.5)[2].count("extrapolation") == 1


@pytest.mark.usefixtures("few_published")
def test_a_median_that_most_never_come_to_is_without_end(call, tmp_path):
    (tmp_path / "onset.csv").write_text("endpoint,day,value,unit,n\nonset,,3,day,100\n")
    options = [tmp_path / "onset.csv", "--patients", 64, "--set", "potency=0.0001", "--json"]
    status, out, err = call("compare", *options)
    assert (status, err) == (0, "")
    assert json.loads(out)["rows"][-1]["predicted"] == "inf"


BAD = [
    *(["trial", "--patients", value] for value in ("0", "-1", "2.5", "many", "1e99")),
    *(["trial", "--workers", value] for value in ("0", "-1", "two", "1e9")),
    *(["trial", "--chunk", value] for value in ("0", "some")),
    *(["trial", "--days", value] for value in ("0", "1e9", "soon")),
    *(["trial", "--seed", value] for value in ("-1", "x", "1.5", "", "1" * 5000)),
    *(["trial", "--arm", value] for value in ("", "-5", "20:botulin", "nan", "20:", "1e308", "placebos")),
    ["trial", "--sampler", "halton"],
    ["trial", "--set", "omega_potenzy=1"],
    ["trial", "--set", "omega_potency=-1"],
    ["trial", "--set", "correlation_potency_light_chain=1"],
    ["trial", "--set", "omega_potency"],
    ["trial", "--preset", "lebeda"],
    *(["compare", "--patients", value] for value in ("0", "7", "x")),
    ["compare", "nothing.csv"],
    ["compare", "."],
    *(["compare", f"bad_{name}.csv"] for name in ("percent", "count", "endpoint", "day")),
    ["compare", "--seed", "x"],
    ["fit", "nothing.csv"],
    ["fit", "."],
    ["fit", "mine.csv", "--free", "potenzy"],
    ["fit", "mine.csv", "--free", "relative_potency_onabotulinumtoxinA"],
    ["fit", "mine.csv", "--profile", "force_steepness"],
    ["fit", "onset.csv", "--free", "potency", "--patients", "64"],
    ["fit", "mine.csv", "--set", "omega_potency=0"],
    ["fit", "mine.csv", "--patients", "0"],
    ["fit", "bad_percent.csv"],
    ["fit", "bad_count.csv"],
    ["fit", "bad_endpoint.csv"],
    ["fit", "bad_day.csv"],
    *(["sensitivity", "--samples", value] for value in ("0", "100", "x")),
    *(["sensitivity", "--within", value] for value in ("1", "0.5", "nan", "x")),
    *(["sensitivity", "--quantity", value] for value in ("half_effect", "effect_on_day_x", "effect_on_day_-1", "")),
    ["sensitivity", "--units", "-1"],
    ["fit"],
    ["trial", "surplus"],
]  # fmt: skip
PARSERS_OWN = (["fit"], ["trial", "surplus"])


@pytest.mark.parametrize("arguments", some(BAD, 3), ids=lambda line: " ".join(line)[:80])
def test_bad_input_is_one_line_and_status_2(call, mine, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    header = "endpoint,day,value,unit,n\n"
    (tmp_path / "bad_percent.csv").write_text(header + "none_or_mild,30,150,%,100\n")
    (tmp_path / "bad_count.csv").write_text(header + "none_or_mild,30,150,count,100\n")
    (tmp_path / "bad_endpoint.csv").write_text(header + "paralysis,30,50,%,100\n")
    (tmp_path / "bad_day.csv").write_text(header + "none_or_mild,5000,50,%,100\n")
    (tmp_path / "onset.csv").write_text(header + "onset,,3,day,100\n")
    before = sorted(tmp_path.iterdir())
    status, out, err = call(*arguments, "--out", "out")
    assert status == 2
    assert out == ""
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    if arguments not in PARSERS_OWN:
        assert "llowed" in err
    assert sorted(tmp_path.iterdir()) == before


# The command; it prints on standard error that the work has begun.
TOLD = (
    HEAR_INTERRUPTS
    + """
import sys
from contextlib import contextmanager
from wearoff.cli import main, trials

@contextmanager
def told(word):
    yield lambda *done: print("at work", file=sys.stderr, flush=True)

trials.progress_bar = told
main()
"""
)


@pytest.mark.parametrize("workers", some(["2", "1"], 2))
@pytest.mark.proof
def test_an_interrupt_leaves_nothing_and_says_so(tmp_path, workers):
    command = ["trial", "--patients", "3000000", "--chunk", "1000", "--workers", workers, "--out", "out"]
    with running("-c", TOLD, *command, cwd=tmp_path) as process:
        assert process.stderr.readline() == "at work\n"
        # To every process of the group, as a terminal sends it.
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=120)
        assert process.returncode == 130
        assert out == ""
        assert err.strip().splitlines()[-1] == "interrupted: no file is half written"
        assert "Traceback" not in err
        assert list(tmp_path.iterdir()) == []
        assert everyone_ends(process.pid)


def test_the_population_prints_where_its_numbers_come_from():
    table = Population(omega_light_chain=0.3).table().set_index("name")
    assert table.loc["omega_light_chain", "source"] == "given"
    assert table.loc["severe_share", "kind"] == "measured"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--retreat", "grade"), "retreat is 'grade'; allowed: return_to_baseline, 'grade N', 'level X', always"),
        (("--min-interval", "90"), "min_interval is 90, without retreat; allowed: together with --retreat"),
        (("--arm", "placebo", "--retreat", "always"), "retreat is 'always'; allowed: together with an arm that"),
        (("--drop-out", "1"), "drop_out is 1; allowed: from 0 to below 1"),
        (("--individuals", "rows.txt"), "file is 'rows.txt'; allowed: a name that ends in .csv or .parquet"),
        (("--individuals", "/proc/rows.csv"), "file is '/proc/rows.csv', which cannot be written"),
    ],
)
def test_a_trial_with_people_that_cannot_be(call, options, message):
    status, out, err = call("trial", "--patients", "8", "--days", "40", *options)
    assert status == 2
    assert out == ""
    assert err.startswith(f"error: {message}")


def test_a_folder_that_cannot_be_written_leaves_no_rows_of_people_either(call, tmp_path):
    (tmp_path / "file.txt").write_text("mine")
    rows = ("--individuals", tmp_path / "patients.csv", "--visit-rows", tmp_path / "visits.csv")
    status, _, err = call("trial", "--patients", "8", "--days", "40", *rows, "--out", tmp_path / "file.txt" / "new")
    assert status == 2
    assert err.startswith("error: out is ")
    assert [path.name for path in tmp_path.iterdir()] == ["file.txt"]


def test_a_trial_with_people_writes_their_rows(call, tmp_path):
    patients, visits = tmp_path / "patients.csv", tmp_path / "visits.csv"
    options = ("--arm", "20", "--retreat", "grade 2", "--min-interval", "60", "--look-every", "30", "--drop-out", "0.3")
    status, out, _ = call(
        "trial", "--patients", "40", "--days", "200", *options, "--individuals", patients, "--visit-rows", visits
    )
    assert status == 0
    assert "treatments before day 200" in out
    assert len(pd.read_csv(patients)) == 40
    assert pd.read_csv(visits).groupby("patient").size().min() >= 1
