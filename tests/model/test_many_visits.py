"""Many visits: memory and work grow with their number, not with its square; a refinement that cannot end says so."""

import tracemalloc

import numpy as np
import pytest
from tests.model.test_course import DEFAULT

import wearoff as wo
from wearoff.model import chain
from wearoff.model.cohort import choose_grid
from wearoff.model.course import READ_AT_ONCE, solve
from wearoff.model.doses import Doses
from wearoff.model.equations import Constants
from wearoff.patients.population import Population

ONE = Doses(np.zeros(1), np.full((1, 1), 20.0), np.ones(1))


def course(visits, zones=1):
    days = np.arange(visits) * 30.0
    units = np.linspace(10, 20, zones)[:, None] * np.ones(visits)
    return solve(Doses(days, units, np.full(zones, 1 / zones)), Constants(**DEFAULT), days[-1] + 240.0)


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
def test_memory_of_a_thousand_visits():
    # Each visit keeps about a hundred nodes with thirteen quantities, which take 10 kB. An array of visits by times
    # took 8 GB.
    tracemalloc.start()
    try:
        timeline = wo.simulate(wo.Schedule.every(30, visits=1000, units=20))
        assert np.isfinite(timeline.landmarks["peak_effect"])
        assert len(timeline.frame) == 30 * 999 + 241
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    print(f"peak {peak / 1e6:.0f} MB")
    assert peak < 60e6


def test_work_grows_with_the_visits(monkeypatch):
    columns = []
    original = chain.exp_divided_differences

    def counted(nodes, sets):
        columns.append(nodes.shape[1] * len(sets))
        return original(nodes, sets)

    monkeypatch.setattr(chain, "exp_divided_differences", counted)
    counts = {}
    for visits in (25, 50, 400):
        columns.clear()
        course(visits).at(np.arange(visits * 30.0))
        counts[visits] = sum(columns)
    assert counts[50] < 2.1 * counts[25]
    assert counts[400] < 8.1 * counts[50]


def test_every_later_visit_of_a_thousand_does_the_same():
    # Equal visits lead to a steady cycle: the last hundred cycles are equal.
    found = course(1000).at(np.arange(900, 1000) * 30.0 + 10.0)
    for name in ("light_chain", "snap25", "visible", "crease"):
        assert found[name] == pytest.approx(found[name][-1], rel=1e-8), name


def test_many_times_in_many_zones_are_read_as_one_by_one():
    zones = 8
    times = np.linspace(0, 300, 2 * READ_AT_ONCE // zones)
    several = course(3, zones)
    together, some = several.at(times), slice(None, None, 5001)
    for name, values in several.at(times[some]).items():
        np.testing.assert_allclose(together[name][some], values, rtol=1e-13, atol=0)


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
def test_a_curve_of_a_thousand_visits_has_some_points_of_each():
    timeline = wo.simulate(wo.Schedule.every(30, visits=1000, units=20))
    days = timeline.curve["time"].to_numpy()
    assert len(days) < 40_000
    assert np.isin(30.0 * np.arange(1000), days).all()
    assert (np.histogram(days, bins=30.0 * np.arange(1001))[0] >= 8).all()


@pytest.mark.parametrize("tolerance", [0.0, 1e-30, 1e-17])
def test_a_tolerance_that_no_mesh_reaches_is_refused(tolerance):
    with pytest.raises(wo.InputError, match=r"the effect cannot be resolved within .*; allowed: a larger tolerance"):
        solve(ONE, Constants(**DEFAULT), 365.0, tolerance=tolerance)


@pytest.mark.parametrize("accuracy", [0.0, 1e-30, 1e-17])
def test_an_accuracy_that_no_grid_reaches_is_refused(accuracy):
    with pytest.raises(
        wo.InputError, match=r"^the cleaved fraction cannot be resolved within .*; allowed: a larger tolerance"
    ):
        choose_grid(ONE, Population().constants(Population().pilots(1)), 365.0, accuracy)
