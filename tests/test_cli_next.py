"""The command next: the answer of one patient, the table of several, and no ID but in the table."""

import json
from pathlib import Path

import pandas as pd
import pytest

import wearoff as wo

ONE = "date,units,grade\n2027-01-04,20,3\n2027-02-03,,0\n2027-04-30,20,2\n2027-06-10,,1\n"
SEVERAL = (
    "id,day,units,grade,age\nAnna Meier,0,20,3,41\nAnna Meier,30,,0,\nZoe,0,20,3,38\nZoe,40,,2,\nZoe,90,,3,\n"
)  # fmt: skip


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one.csv").write_text(ONE)
    (tmp_path / "several.csv").write_text(SEVERAL)
    return tmp_path


def test_the_answer_has_four_lines_and_is_that_of_python(call, folder):
    status, out, err = call("next", "one.csv", "--keep", "0.4")
    assert (status, err) == (0, "")
    assert len(out.splitlines()) == 4
    assert "not advice" in out
    history = wo.History.from_csv("one.csv")
    assert out == f"{wo.forecast(history).next_visit(keep=0.4)}\n"


def test_the_files_and_the_result_say_the_same(call, folder):
    status, out, _ = call("next", "one.csv", "--out", "out", "--json")
    assert status == 0
    result = json.loads(out)
    assert {path.name for path in Path("out").iterdir()} == {
        "forecast.csv", "forecast.png", "forecast.svg", "landmarks.csv", "lost.csv", "next.json", "parameters.csv",
    }  # fmt: skip
    assert Path("out/next.json").read_text() == out
    found = wo.forecast(wo.History.from_csv("one.csv"))
    assert result["day"] == found.next_visit().day
    assert result["label_date"] == "2027-07-29"  # 30 April and 90 days
    assert "not advice" in result["note"]
    lost = pd.read_csv("out/lost.csv")
    assert lost["chance"].to_numpy() == pytest.approx(found.next_visit().lost["chance"].to_numpy())


def test_several_patients_are_a_table_and_their_ids_are_nowhere_else(call, folder):
    status, out, err = call("next", "several.csv", "--covariate", "age", "--start", "2027-01-04", "--out", "out")
    assert (status, err) == (0, "")
    histories = wo.Histories.from_csv("several.csv", covariates="age")
    table = pd.read_csv("out/patients.csv").set_index("id")
    assert list(table.index) == list(histories) == ["Anna Meier", "Zoe"]
    for patient, history in histories.items():
        date = wo.forecast(history).next_visit()
        assert table.loc[patient, "p50"] == pytest.approx(date.day)
        assert table.loc[patient, ["p10", "p90"]].to_list() == pytest.approx(list(date.four_fifths))
        assert [line.split()[-1] for line in out.splitlines() if line.startswith(patient)] == ["2027-04-04"]
    assert sorted(path.name for path in Path("out").iterdir()) == ["next.json", "patients.csv"]
    result = json.loads(Path("out/next.json").read_text())
    assert "Zoe" not in json.dumps(result["provenance"])
    assert [row["id"] for row in result["patients"]] == ["Anna Meier", "Zoe"]
    # Made again from the result alone, with the IDs of its table.
    (folder / "several.csv").unlink()
    assert call("next", "--from", "out/next.json", "--out", "again")[0] == 0
    for name in ("next.json", "patients.csv"):
        assert Path("again", name).read_bytes() == Path("out", name).read_bytes()


@pytest.mark.filterwarnings("always::wearoff.UnusualWarning")
def test_a_warning_names_the_place_of_the_patient(call, folder):
    (folder / "odd.csv").write_text("id,day,units,grade\nAnna,0,20,\nAnna,30,,1\nZoe,0,20,\nZoe,14,,3\nZoe,200,,0\n")
    status, _, err = call("next", "odd.csv")
    assert status == 0
    assert err.startswith("warning: patient 2: the history contradicts the model")
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("", "file is missing; allowed: a CSV file of visits and what was seen, or --from the result of next"),
        ("nothing.csv", "nothing.csv cannot be read"),
        ("one.csv --start 2027-01-05", "start is 2027-01-05; allowed: 2027-01-04, as the dates of the visits say"),
        ("one.csv --keep 0", "keep is 0; allowed: above 0"),
        ("several.csv", "several.csv: column is 'age'"),
    ],
)
def test_what_cannot_be_used_is_one_line(call, folder, arguments, message):
    status, out, err = call("next", *arguments.split())
    assert (status, out) == (2, "")
    assert err.startswith(f"error: {message}")
    assert len(err.splitlines()) == 1


def test_a_result_whose_ids_were_changed_is_one_line(call, folder):
    _, out, _ = call("next", "several.csv", "--covariate", "age", "--json")
    result = json.loads(out)
    for rows, message in (
        ([{"id": "a"}, {"id": "a"}], "changed.json: patients have no such ids; allowed: rows with an id each"),
        ([{"id": "a"}], "changed.json: patients has 1 rows; allowed: a row for each arm"),
        ([{"id": 3}, {}], "changed.json: patients have no such ids"),
    ):
        Path("changed.json").write_text(json.dumps(result | {"patients": rows}))
        status, _, err = call("next", "--from", "changed.json")
        assert status == 2
        assert err.startswith(f"error: {message}")
