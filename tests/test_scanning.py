"""`scan`: every case is what `simulate` gives for it; the order of the table; what is refused."""

import itertools
import json
import sys

import numpy as np
import pandas as pd
import pytest

import wearoff as wo
from tests.extent import extent
from wearoff import tables
from wearoff.labels import LANDMARKS

ROWS = {row["name"]: row for row in tables.rows("parameters")}
DAYS = [0.0, 1.0, 2.5, 4.0, 7.0, 30.0, 89.5, 90.0, 120.0, 200.0]
UNUSUAL = pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")


def plausible(name, count):
    low, high = float(ROWS[name]["low"]), float(ROWS[name]["high"])
    return np.geomspace(low, high, count)


def one_by_one(axes, read, **fixed):
    """What `read` gives for the timeline of each case, by `simulate`."""
    results = []
    for values in itertools.product(*axes.values()):
        case = dict(zip(axes, values, strict=True))
        dose = {"units": case.pop("units")} if "units" in case else {}
        results.append(read(wo.simulate(parameters=wo.Parameters(**case), **dose, **fixed)))
    return results


def own_force(release, c):
    return release**c.h


# Axes, and what is the same in every case. The force of our own takes other constants than the built-in one.
SCANS = {
    "doses and two constants": (
        {"units": [5, 20, 40, 100], "light_chain_half_life": [30, 50, 90], "potency": [0.03, 0.1, 0.3]},
        {},
    ),
    "one constant over its range": ({"snap25_half_life": plausible("snap25_half_life", 40)}, {}),
    "values in any order": ({"units": [80, 20], "light_chain_half_life": [90, 30, 50]}, {}),
    "wide ranges": ({"potency": np.geomspace(1e-3, 10, 8), "light_chain_half_life": np.geomspace(0.5, 1000, 8)}, {}),
    "no loss": ({"light_chain_half_life": [50, np.inf], "dose_at_half_uptake": [30, np.inf]}, {}),
    "the line": ({"units": [20, 40], "line_half_life": [0.1, 1, 3]}, {}),
    "the crease": ({"crease_half_life": [30, 300], "crease_share": [0.1, 0.5]}, {}),
    "sites": ({"units": [20, 40], "spread": [3, 8]}, {"sites": 5}),
    "repeat visits": ({"potency": [0.05, 0.1, 0.2]}, {"schedule": wo.Schedule.every(90, visits=3, units=20)}),
    "a late visit": ({"potency": [0.05, 0.2]}, {"schedule": wo.Visit(day=30, units=20)}),
    "another product": ({"units": [30, 50]}, {"product": "abobotulinumtoxinA"}),
    "a force of our own": ({"units": [20, 40], "force_steepness": [1, 3]}, {"model": wo.Model(force=own_force)}),
}


@UNUSUAL
@pytest.mark.parametrize("axes_and_rest", SCANS.values(), ids=SCANS)
def test_every_case_is_within_the_promise_of_what_simulate_gives(axes_and_rest):
    axes, fixed = axes_and_rest
    found = wo.scan(**axes, **fixed, times=DAYS).frame
    expected = one_by_one(axes, lambda timeline: timeline.frame, **fixed, times=DAYS)
    for column in ("visible", "crease", "depth"):
        each = np.concatenate([frame[column] for frame in expected])
        np.testing.assert_allclose(found[column], each, rtol=0, atol=1e-6, err_msg=column)


@UNUSUAL
@pytest.mark.parametrize("axes_and_rest", SCANS.values(), ids=SCANS)
def test_the_landmarks_are_those_of_simulate(axes_and_rest):
    axes, fixed = axes_and_rest
    found = wo.scan(**axes, **fixed).frame[list(LANDMARKS)]
    timelines = one_by_one(axes, lambda timeline: timeline, **fixed)
    expected = pd.DataFrame([timeline.landmarks for timeline in timelines]).reset_index(drop=True)
    for outcome in (np.isnan, np.isinf):  # never and not yet are told apart
        assert (outcome(found.to_numpy()) == outcome(expected.to_numpy())).all()
    for name in LANDMARKS:
        reached = np.isfinite(found[name].to_numpy())
        if name == "peak_day":
            # The effect is flat at its peak, so that its day is less certain than the effect on it.
            at_found = [timelines[i].at(found[name][i])["visible"][0] for i in np.flatnonzero(reached)]
            assert at_found == pytest.approx(found["peak_effect"][reached].to_numpy(), abs=1e-6)
        else:
            allowed = 1e-6 if name == "peak_effect" else 1e-4
            assert found[name][reached].to_numpy() == pytest.approx(expected[name][reached].to_numpy(), abs=allowed)


@UNUSUAL
@pytest.mark.parametrize("seed", range(extent(2, 20)))
def test_axes_that_are_drawn(seed):
    rng = np.random.default_rng(seed)
    chosen = rng.choice([name for name in ROWS if name != "spread"], 3, replace=False)
    axes = {str(name): np.exp(rng.uniform(*np.log(plausible(name, 2)), size=3)) for name in chosen}
    found = wo.scan(**axes, times=DAYS).frame["visible"]
    expected = one_by_one(axes, lambda timeline: timeline.frame["visible"], times=DAYS)
    np.testing.assert_allclose(found, np.concatenate(expected), rtol=0, atol=1e-6)


def test_a_case_does_not_depend_on_how_many_there_are():
    # By the promise alone: the grid is chosen with some cases. Most of these lie between them.
    potencies = np.geomspace(0.02, 1, extent(3_000, 100_000))
    chosen = np.random.default_rng(1).choice(len(potencies), 80, replace=False)
    found = wo.scan(potency=potencies).frame
    for i in chosen:
        expected = wo.simulate(parameters=wo.Parameters(potency=potencies[i])).landmarks
        assert found.loc[i, "peak_effect"] == pytest.approx(expected["peak_effect"], abs=1e-6)
        assert found.loc[i, "half_effect_day"] == pytest.approx(expected["half_effect_day"], abs=1e-4, nan_ok=True)


def test_the_last_axis_changes_from_row_to_row():
    frame = wo.scan(potency=[0.1, 0.2], light_chain_half_life=[60, 30], units=20).frame
    assert list(frame)[:3] == ["units", "potency", "light_chain_half_life"]
    assert frame["potency"].tolist() == [0.1, 0.1, 0.2, 0.2]
    assert frame["light_chain_half_life"].tolist() == [60, 30, 60, 30]
    assert list(frame)[3:] == list(LANDMARKS)
    seen = wo.scan(potency=[0.1, 0.2], times=[3, 7]).frame
    assert seen[["potency", "time"]].to_numpy().tolist() == [[0.1, 3], [0.1, 7], [0.2, 3], [0.2, 7]]
    assert list(seen) == ["potency", "time", "visible", "crease", "depth"]


def test_without_xarray_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(wo.InputError, match=r'^to_xarray needs xarray; install it: pip install "wearoff\[xarray\]"$'):
        wo.scan(potency=0.1).to_xarray()


def test_a_result_shows_itself_and_says_how_it_was_made():
    result = wo.scan(units=[20, 40], potency=[0.1, 0.2, 0.3], product="onabotulinumtoxinA")
    assert "2 units × 3 potency; onabotulinumtoxinA, glabella" in result._repr_html_()
    assert "3 potency; typical patient: 20 U" in wo.scan(potency=[0.1, 0.2, 0.3])._repr_html_()
    block = json.loads(json.dumps(result.provenance))
    assert block["command"] == "scan"
    assert block["options"]["axes"] == {"units": [20, 40], "potency": [0.1, 0.2, 0.3]}
    assert [arm["schedule"][0]["amt"] for arm in block["arms"]] == [20, 40]


def test_the_smallest_and_the_largest_dose_are_warned_of():
    with pytest.warns(wo.UnusualWarning) as warned:
        wo.scan(units=[15, 10, 20, 40])
    assert [str(each.message).split(" of ")[0] for each in warned] == ["10 U"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: wo.scan(), "scan has nothing that varies; allowed: units, depot_half_life"),
        (lambda: wo.scan(potensy=[1]), "argument of scan is 'potensy'; did you mean 'potency'?"),
        (lambda: wo.scan(units=[20, -3]), "units is -3; allowed: above 0 to 10000 U"),
        (lambda: wo.scan(potency=["0.1"]), "potency is '0.1', not a number; allowed: "),
        (lambda: wo.scan(potency="0.1"), "potency is '0.1', not a number; allowed: "),
        (lambda: wo.scan(potency=[[0.1, 0.2]]), "potency is [0.1, 0.2], not a number; allowed: "),
        (lambda: wo.scan(potency=[0.1, np.nan]), "potency is nan; allowed: "),
        (lambda: wo.scan(potency=[]), "potency is empty; allowed: at least 1 value"),
        (lambda: wo.scan(potency=[0.1, 0.2, 0.1]), "potency has 0.1 twice; allowed: each value once"),
        (lambda: wo.scan(wo.Visit(units=20), units=[20]), "units is given beside a schedule"),
        (lambda: wo.scan(potency=0.1, times=[1, 2], days=5), "days is given beside times; allowed: one of the two"),
        (lambda: wo.scan(potency=0.1, times=[1, 1]), "times has a day twice; allowed: each day once"),
        (
            lambda: wo.scan(potency=np.linspace(0.1, 1, 1001), snap25_half_life=np.linspace(1, 9, 1000)),
            "scan has 1,001,000 cases; allowed: at most 1,000,000 cases: fewer values, or several calls of scan",
        ),
        (
            lambda: wo.scan(potency=np.linspace(0.1, 1, 100_000), times=range(366)),
            "scan has 100,000 cases on 366 days; allowed: at most 5,000,000 rows: fewer values",
        ),
    ],
)
def test_what_is_refused(call, message):
    with pytest.raises(wo.InputError) as stop:
        call()
    assert str(stop.value).startswith(message)
