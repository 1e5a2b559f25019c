"""Results in Python say how they were made, and are made again from their block alone.

The expected value is the first result, to the bit.
"""

import json

import numpy as np
import pandas as pd
import pytest

import wearoff as wo
from wearoff.evidence.observations import published
from wearoff.past_results import read_recorded


def test_results_in_python_have_a_block(few_pilots):
    people, arm = wo.Population(omega_depot=0.3), wo.Arm(units=20)
    rows = published().query("trial == 'ona GL pivotal 2' and unit == '%'")
    model = wo.Model(force=proportional)
    trial = wo.run_trial([arm, wo.Arm.placebo()], population=people, patients=8, days=9, rng=3, model=model)
    compared = wo.compare(rows, population=people, patients=8, rng=3)
    fitted = wo.fit(rows, "potency", population=people, patients=64, rng=3)
    for result, name in ((trial, "run_trial"), (compared, "compare"), (fitted, "fit")):
        block = result.provenance
        assert json.loads(json.dumps(block, allow_nan=False)) == block
        assert (block["command"], block["seed"], block["sampler"]) == (name, 3, "sobol")
        assert block["population"]["omega_depot"] == 0.3
        assert block["constants"]["potency"] == wo.Parameters().potency  # also of a fit: that from which it started
    assert trial.provenance["options"]["force"].endswith("test_blocks.proportional")
    assert [arm["label"] for arm in trial.provenance["arms"]] == ["20 U onabotulinumtoxinA", "placebo"]
    assert [row["value"] for row in fitted.provenance["observations"]] == rows["value"].to_list()
    assert len(compared.provenance["observations"]) == len(rows)


SITED = wo.Schedule((wo.Visit(units=60, sites=3, product="abobotulinumtoxinA"),), "2027-01-04", (5.0, 30.0))
DAILY = wo.Schedule.every(90, visits=2)


def read_back(result, folder):
    """Return the block of a result, written to a file and read from it."""
    (folder / "r.json").write_text(json.dumps({"provenance": result.provenance}, allow_nan=False))
    return read_recorded(folder / "r.json")


@pytest.mark.parametrize(
    ("schedule", "arguments", "recorded"),
    [
        (DAILY, {}, {"days": 330}),
        (DAILY, {"days": 200}, {"days": 200}),
        (DAILY, {"times": [0.5, 30]}, {"times": [0.5, 30]}),
        (SITED, {}, {}),
        (SITED, {"times": [5, 30]}, {"times": [5, 30]}),
    ],
)
def test_the_course_of_a_patient_is_made_again_from_its_block(tmp_path, schedule, arguments, recorded):
    first = wo.simulate(schedule, parameters=wo.Parameters(potency=0.3), **arguments)
    block = first.provenance
    assert block["options"] == recorded
    read = read_back(first, tmp_path)
    again = wo.simulate(read.schedule, parameters=read.patients.parameters, **block["options"])
    assert again.provenance == block
    assert again.end == first.end
    pd.testing.assert_frame_equal(again.frame, first.frame)


def test_the_command_takes_the_block_of_a_course_and_writes_the_same(call, tmp_path):
    block = wo.simulate(DAILY, days=200).provenance
    (tmp_path / "r.json").write_text(json.dumps({"provenance": block}))
    status, out, err = call("simulate", "--from", tmp_path / "r.json", "--json")
    assert status == 0, err
    assert json.loads(out)["provenance"] == block


def test_spacing_is_found_again_from_its_block(tmp_path):
    people = wo.Population(parameters=wo.Parameters(potency=0.2), omega_depot=0.3)
    shared = {"keep": 0.45, "horizon": 120, "population": people, "patients": 16, "units": 30, "start": "2027-01-04"}
    typical = {"parameters": people.parameters, "horizon": 120}
    for function, arguments, tables in (
        (wo.spacing.compare, {"intervals": [84, 90], "price": 5, **shared}, ("frame", "people", "returns")),
        (wo.spacing.compare, {"intervals": 90, **typical}, ("frame", "people", "returns")),
        (wo.spacing.recommend, {"share": 0.3, "step": 7, **shared}, ("frame",)),
        (wo.spacing.recommend, {"max_units_per_year": 90, "visits": 2, "allow_shorter": True, **typical}, ("frame",)),
    ):
        first = function(**arguments)
        read = read_back(first, tmp_path)
        assert read.block["command"] == f"spacing.{function.__name__}"
        assert ("seed" in read.block) == ("population" in arguments)
        options = {name: value for name, value in read.block["options"].items() if value not in (None, "inf")}
        given = "population" if "population" in arguments else "parameters"
        plan = read.schedule
        again = function(**options, **{given: read.patients}, units=plan.visits[0].units, start=plan.start)
        assert again.provenance == first.provenance
        for name in tables:
            pd.testing.assert_frame_equal(getattr(again, name), getattr(first, name))


def test_what_matters_is_found_again_from_its_block(tmp_path):
    shared = {"parameters": wo.Parameters(potency=0.2), "names": ["potency", "light_chain_half_life"], "units": 30}
    for function, arguments in (
        (wo.sensitivity.elasticities, {"quantity": "wear_off_day", "change": 0.02}),
        (wo.sensitivity.indices, {"quantity": "effect_on_day_90", "samples": 4, "within": 1.1, "rng": 5}),
    ):
        first = function(**arguments, **shared)
        read = read_back(first, tmp_path)
        assert read.block["command"] == f"sensitivity.{function.__name__}"
        seed = {"rng": read.block["seed"]} if "seed" in read.block else {}
        units = read.schedule.visits[0].units
        again = function(**read.block["options"], **seed, units=units, parameters=read.patients)
        assert again.provenance == first.provenance
        pd.testing.assert_frame_equal(again.frame, first.frame)
    drawn = wo.sensitivity.indices("peak_effect", samples=2, within=1.1, rng=np.random.default_rng(1))
    assert "seed" not in drawn.provenance  # it was not given


def proportional(release, c):
    return release
