"""The solution against LSODA (ODEPACK) at 1e-13, over the whole plausible range; patients, long schedules."""

import numpy as np
import pytest
from tests.extent import extent
from tests.reference import COLUMNS, reference

from wearoff import Parameters, tables
from wearoff.model.course import solve
from wearoff.model.doses import Doses
from wearoff.model.equations import Constants

DEFAULT = {k: v for k, v in Parameters().symbols().items() if k != "sigma"}
CHAIN = ("k_depot", "k_binding", "k_endocytosis", "k_translocation", "k_light_chain")


def even(days, units):
    """Doses in one zone."""
    return Doses(np.array(days, dtype=float), np.array([units], dtype=float), np.ones(1))


def worst_error(constants, doses, times):
    """Largest error of any column, against the largest value of that column."""
    found = solve(even(list(doses), list(doses.values())), Constants(**constants), float(times[-1])).at(times)
    judge = reference(Constants(**constants), doses, times)
    return max(np.abs(found[name] - judge[name]).max() / np.abs(judge[name]).max() for name in COLUMNS)


def test_default_agrees_with_an_independent_solver():
    times = np.union1d(np.arange(366.0), np.geomspace(0.001, 365, 200))
    error = worst_error(DEFAULT, {0.0: 20.0, 90.0: 20.0, 180.0: 20.0, 180.0 + 1 / 24: 20.0}, times)
    print(f"default: worst error {error:.1e}")
    assert error < 1e-8


def test_200_random_patients_agree_with_an_independent_solver():
    count = extent(40, 200)
    rng = np.random.default_rng(2008)
    errors = []
    for i in range(count):
        constants = {}
        for row in tables.rows("parameters"):
            if row["name"] == "spread":
                continue
            value = np.exp(rng.uniform(np.log(float(row["low"])), np.log(float(row["high"]))))
            constants[row["symbol"]] = np.log(2) / value if row["name"].endswith("_half_life") else value
        if i % 4 == 1:  # two rates of the chain equal
            a, b = rng.choice(CHAIN, 2, replace=False)
            constants[a] = constants[b]
        if i % 4 == 3:  # all of them nearly equal
            for name in CHAIN:
                constants[name] = constants["k_depot"] * (1 + 10 ** rng.uniform(-12, -2))
        days = np.sort(rng.uniform(0, 300, rng.integers(1, 7)))
        if len(days) > 1 and i % 3 == 0:  # an hour apart
            days[1] = days[0] + 1 / 24
            days.sort()
        days -= days[0] * (i % 2)
        doses = {float(day): float(units) for day, units in zip(days, rng.uniform(1, 100, len(days)), strict=True)}
        times = np.union1d(np.arange(401.0), days[0] + np.geomspace(1e-3, 50, 60))
        errors.append(worst_error(constants, doses, times))
    print(f"{count} random sets: worst error {max(errors):.1e}, median {np.median(errors):.1e}")
    assert max(errors) < 1e-8


@pytest.mark.parametrize("crease_half_life", [1.0, 36525.0])
@pytest.mark.parametrize("others", [1, 100])
def test_a_crease_as_quick_and_as_slow_as_is_possible(crease_half_life, others):
    # Beside the other rates, and beside rates that are a hundred times slower.
    rates = {name: value / others for name, value in DEFAULT.items() if name.startswith("k_")}
    constants = {**DEFAULT, **rates, "k_crease": np.log(2) / crease_half_life, "q": 0.99}
    times = np.union1d(np.arange(301.0), np.geomspace(0.001, 300, 200))
    error = worst_error(constants, {0.0: 20.0, 90.0: 20.0}, times)
    print(f"worst error {error:.1e}")
    assert error < 1e-8


@pytest.mark.parametrize("later", [5e-324, 1e-300, 1e-12, 1e-9, 1e-6])
def test_doses_almost_at_once_and_almost_at_the_start(later):
    times = np.linspace(0, 30, 61)
    near = solve(even([later], [20.0]), Constants(**DEFAULT), 30.0).at(times)
    start = solve(even([0.0], [20.0]), Constants(**DEFAULT), 30.0).at(times)
    # The slope of the visible effect is below 1 per day.
    assert np.abs(near["visible"] - start["visible"]).max() < 1e-8 + later
    both = solve(even([3.0, 3.0 + later], [20.0, 20.0]), Constants(**DEFAULT), 30.0).at(times)
    assert np.isfinite(both["visible"]).all()


def test_many_patients_are_the_same_patients_one_by_one():
    rng = np.random.default_rng(7)
    spread = {
        name: DEFAULT[name] * np.exp(0.3 * rng.standard_normal(5)) for name in ("k_depot", "k_light_chain", "k_cleave")
    }
    doses, times = even([0.0, 90.0], [20.0, 20.0]), np.arange(300.0)
    together = solve(doses, Constants(**{**DEFAULT, **spread}), 299.0).at(times)
    for i in range(5):
        one = {name: float(values[i]) for name, values in spread.items()}
        alone = solve(doses, Constants(**{**DEFAULT, **one}), 299.0).at(times)
        for name, column in alone.items():
            # The meshes differ, so the two may differ by twice the accuracy promised.
            assert np.abs(together[name][i] - column).max() < 2e-8 * max(1, column.max()), name


@pytest.mark.parametrize("name", Constants._fields)
def test_patients_may_differ_in_any_one_constant_alone(name):
    typical, times = Constants(**DEFAULT), np.array([0.0, 5.0, 30.0, 120.0])
    values = getattr(typical, name) * np.array([0.8, 1.0, 1.25])
    together = solve(even([0, 90], [20, 20]), typical._replace(**{name: values}), 120.0).at(times)
    for i, value in enumerate(values):
        alone = solve(even([0, 90], [20, 20]), typical._replace(**{name: float(value)}), 120.0).at(times)
        for column in COLUMNS:
            atol = 1e-8 * np.abs(alone[column]).max()
            np.testing.assert_allclose(together[column][i], alone[column], atol=atol, err_msg=column)


def test_fifty_years_of_200_visits_stay_finite_and_in_range():
    days = np.arange(200) * 91.0
    frame = solve(even(days, np.full(200, 20.0)), Constants(**DEFAULT), 18262.0).at(np.linspace(0, 18262, 5000))
    for name in ("snap25", "release", "force", "visible", "crease", "depth"):
        assert np.isfinite(frame[name]).all()
        assert (frame[name] >= 0).all()
        assert (frame[name] <= 1).all()
    ends = solve(even(days, np.full(200, 20.0)), Constants(**DEFAULT), 18262.0).at(days[[-3, -2, -1]])["light_chain"]
    # With one visit every 91 days the light chain reaches a steady cycle: the last two cycles are equal.
    assert ends == pytest.approx(ends[0], rel=1e-12)


def test_a_finer_tolerance_changes_nothing_that_is_promised():
    doses, times = even([0.0], [20.0]), np.linspace(0, 240, 500)
    plain = solve(doses, Constants(**DEFAULT), 240.0).at(times)["visible"]
    finer = solve(doses, Constants(**DEFAULT), 240.0, tolerance=1e-11).at(times)["visible"]
    assert np.abs(plain - finer).max() < 1e-8


def test_the_effect_along_the_muscle_adds_up_to_that_of_the_muscle():
    patients = {**DEFAULT, "k_light_chain": np.array([0.01, 0.02, 0.03]), "k_line": np.array([1.0, 4.0, 7.0])}
    weights, times = np.array([0.2, 0.8]), np.array([1.0, 5.0, 30.0, 99.0])
    course = solve(Doses(np.zeros(1), np.array([[5.0], [20.0]]), weights), Constants(**patients), 100.0)
    along = course.visible_along(times)
    assert along.shape == (3, 2, 4)
    np.testing.assert_allclose(np.einsum("pzk,z->pk", along, weights), course.visible_at(times), rtol=0, atol=1e-14)


def test_a_dose_near_the_smallest_number_there_is_ends():
    found = solve(even([0.0], [1e-320]), Constants(**DEFAULT), 100.0)
    # Its solution has too few digits for any mesh: the effect is 0.
    assert len(found.mesh.edges) < 1000
    assert found.visible.max() < 1e-200
