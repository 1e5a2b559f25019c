"""The PEtab problem: the package petab finds no fault with it, and its model gives the curve of `simulate`."""

import numpy as np
import pandas as pd
import petab.v1 as petab
import pytest
from studies.simulators import run_libroadrunner
from tests.failing import check_failures

import wearoff as wo
from wearoff.exchange import to_petab

PLAN = wo.Schedule.every(90, visits=2, units=20)
CONSTANTS = wo.Parameters(light_chain_half_life=40, potency=0.2)
DATA = pd.DataFrame(
    {
        "time": [3.5, 7, 30, 90, 120, 30, 120],
        "quantity": ["visible"] * 5 + ["depth"] * 2,
        "value": [0.4, 0.9, 0.85, 0.4, 0.8, 0.2, 0.22],
        "sd": [0.05, 0.02, 0.02, 0.05, 0.03, 0.04, 0.04],
    }
)
FREE = ["potency", "light_chain_half_life", "crease_share"]


def read_problem(tmp_path, **arguments):
    files = to_petab(tmp_path, DATA, FREE, PLAN, CONSTANTS, **arguments)
    assert len(files) == 6
    return petab.Problem.from_yaml(str(tmp_path / "problem.yaml"))


def test_petab_finds_no_fault(tmp_path):
    problem = read_problem(tmp_path)
    assert not petab.lint_problem(problem)
    assert problem.x_free_ids == FREE
    assert problem.x_nominal == [0.2, 40, wo.Parameters().crease_share]


def test_the_model_gives_the_curve_and_petab_the_residuals(tmp_path):
    # petab computes chi squared from what libroadrunner simulates; ours is the sum over the rows of the data.
    problem = read_problem(tmp_path)
    measured = problem.measurement_df
    times = np.unique(measured["time"])
    names = ["visible", "depth"]
    solved = run_libroadrunner((tmp_path / "model.xml").read_text(), [0, *times], names)[1:]
    ours = wo.simulate(PLAN, parameters=CONSTANTS, times=times).frame
    assert np.abs(solved - ours[names].to_numpy()).max() < 1e-6
    of_time = pd.DataFrame(solved, times, names)
    simulated = measured.rename(columns={"measurement": "simulation"})
    simulated["simulation"] = [
        of_time.loc[time, observable.removeprefix("observed_")]
        for time, observable in zip(measured["time"], measured["observableId"], strict=True)
    ]
    found = petab.calculate_chi2(measured, simulated, problem.observable_df, problem.parameter_df)
    ours = ours.set_index("time")
    residuals = [(row.value - ours.loc[row.time, row.quantity]) / row.sd for row in DATA.itertuples()]
    assert found == pytest.approx(np.square(residuals).sum(), rel=1e-5)


def test_a_file_of_data_is_read_as_a_frame_is(tmp_path):
    DATA.to_csv(tmp_path / "means.csv", sep=";", index=False)
    written = {path.name: path.read_bytes() for path in to_petab(tmp_path / "one", DATA, FREE, PLAN)}
    again = {path.name: path.read_bytes() for path in to_petab(tmp_path / "two", tmp_path / "means.csv", FREE, PLAN)}
    assert again == written


def test_bounds_hold_a_value_outside_the_plausible_range(tmp_path):
    parameters = wo.Parameters(potency=500)
    to_petab(tmp_path, DATA, ["potency"], PLAN, parameters)
    row = pd.read_csv(tmp_path / "parameters.tsv", sep="\t").iloc[0]
    assert row["lowerBound"] < row["upperBound"] == row["nominalValue"] == 500


@pytest.mark.parametrize(
    ("changes", "free", "said"),
    [
        ({"quantity": "none_or_mild"}, FREE, "row 0: quantity is none_or_mild, a share of patients"),
        ({"quantity": "grade"}, FREE, "row 0: quantity is 'grade'"),
        ({"sd": 0}, FREE, "row 0: sd is 0; allowed: above 0"),
        ({"value": 82}, FREE, "row 0: value is 82; allowed: from -1 to 2"),
        ({"time": -1}, FREE, "row 0: time is -1"),
        ({"n": 20}, FREE, "column is 'n'"),
        ({}, [], "free is "),
        ({}, 5, "free is 5; allowed: one or several of str"),
        ({}, ["potentcy"], "free is 'potentcy'; did you mean 'potency'?"),
        ({}, ["spread"], "has spread, without sites"),
    ],
)
def test_refusals(tmp_path, changes, free, said):
    with pytest.raises(wo.InputError) as refused:
        to_petab(tmp_path / "new", DATA.assign(**changes), free, PLAN)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "new").exists()


def test_a_constant_without_an_end_is_not_free(tmp_path):
    with pytest.raises(wo.InputError, match="light_chain_half_life is inf; allowed: above 0 and finite"):
        to_petab(tmp_path, DATA, FREE, PLAN, wo.Parameters(light_chain_half_life=np.inf))


def test_a_full_disk_leaves_all_as_it_was(tmp_path):
    data = pd.DataFrame({"time": [30.0], "quantity": ["visible"], "value": [0.8], "sd": [0.1]})
    check_failures(lambda folder: to_petab(folder, data, ["light_chain_half_life"], PLAN), tmp_path, "")
