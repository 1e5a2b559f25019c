"""A cohort that goes on with another dose, against both doses at once and against single patients."""

import functools

import numpy as np
import pytest
from tests.single_patients import parameters_of

import wearoff as wo
from wearoff.model.cohort import choose_grid, solve_cohort
from wearoff.model.doses import Doses
from wearoff.patients.draws import OF_PATIENT
from wearoff.patients.population import Population

ACCURACY, END, UNITS = 3e-7, 250.0, 20.0
PEOPLE = Population()
TIMES = np.union1d(np.geomspace(0.01, 30, 60), np.arange(0, 240, 1.7))


def dose_on(*days):
    return Doses(np.array(days, dtype=float), np.full((1, len(days)), UNITS), np.ones(1))


@functools.cache
def grid_of(*days):
    """The grid up to 250 days after the last of some doses."""
    return choose_grid(dose_on(*days), PEOPLE.constants(PEOPLE.pilots(len(days))), days[-1] + END, ACCURACY)


def drawn(patients):
    normal = np.random.default_rng(3).standard_normal((patients, OF_PATIENT + 2))
    return PEOPLE.constants(normal)


def two_treatments(constants, days):
    """The second of two treatments, of patients who were treated on day 0 and on days of their own."""
    grid = grid_of(0)
    first = solve_cohort(grid, dose_on(0), constants)
    return solve_cohort(grid, dose_on(0), constants, start=first.carry(days))


def test_a_second_treatment_on_day_120_is_that_of_both_doses_at_once():
    constants = drawn(64)
    found = two_treatments(constants, np.full(64, 120.0))
    both = solve_cohort(grid_of(0, 120), dose_on(0, 120), constants)
    assert np.abs(found.visible_at(TIMES) - both.visible_at(120 + TIMES)).max() < 1e-6
    assert np.abs(found.crease_at(TIMES) - both.crease_at(120 + TIMES)).max() < 1e-6


def test_a_second_treatment_of_two_doses_is_that_of_all_doses_at_once():
    constants = drawn(16)
    first = solve_cohort(grid_of(0), dose_on(0), constants)
    found = solve_cohort(grid_of(0, 60), dose_on(0, 60), constants, start=first.carry(np.full(16, 120.0)))
    times = np.arange(0, 240, 3.3)
    together = solve_cohort(grid_of(0, 120, 180), dose_on(0, 120, 180), constants)
    assert np.abs(found.visible_at(times) - together.visible_at(120 + times)).max() < 1e-6


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
def test_a_second_treatment_on_days_of_their_own_is_that_of_single_patients():
    days = np.array([40.0, 84.3, 97.0, 120.0, 155.5, 231.25])
    constants = drawn(6)
    found = two_treatments(constants, days)
    visible, crease = found.visible_at(TIMES), found.crease_at(TIMES)
    for i, day in enumerate(days):
        plan = wo.Schedule((wo.Visit(day=0, units=UNITS), wo.Visit(day=day, units=UNITS)))
        alone = wo.simulate(plan, parameters=parameters_of(constants, i), days=int(day) + 241).at(day + TIMES)
        # On the day of a treatment the effect is continuous.
        assert np.abs(visible[:, i] - alone["visible"]).max() < 1e-6
        assert np.abs(crease[:, i] - alone["crease"]).max() < 1e-6


@pytest.mark.proof
def test_a_third_treatment_carries_all_before_it():
    constants = drawn(8)
    grid = grid_of(0)
    cohort = solve_cohort(grid, dose_on(0), constants)
    for _ in range(2):
        cohort = solve_cohort(grid, dose_on(0), constants, start=cohort.carry(np.full(8, 100.0)))
    days = (0, 100, 200)
    all_at_once = solve_cohort(grid_of(*days), dose_on(*days), constants)
    assert np.abs(cohort.visible_at(TIMES) - all_at_once.visible_at(200 + TIMES)).max() < 1e-6
    assert np.abs(cohort.crease_at(TIMES) - all_at_once.crease_at(200 + TIMES)).max() < 1e-6
