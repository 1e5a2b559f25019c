"""The power of trials whose patients drop out or miss visits: closed forms, and patients followed singly."""

import functools

import numpy as np
import pytest
from scipy.special import ndtri
from tests.extent import extent
from tests.trial.exact_power import TRIALS, Z, differ, enumerate_power, monte_carlo

import wearoff as wo
from wearoff.trial.durations import tabulate_durations
from wearoff.trial.endpoints import Outcomes, Question, find_outcomes

ARMS = (wo.Arm(units=20), wo.Arm(units=10))
TWICE = (wo.Arm(wo.Schedule.every(56, visits=2, units=20)), wo.Arm(units=10))
MANY_LEAVE = wo.Attendance(drop_out=0.6, missed=0.2)
LAST = 140


def test_a_patient_who_is_not_there_has_no_response():
    n, day, leave, missed = 150, 90, 0.3, 0.05
    rates = wo.power(ARMS, n=n, day=day, days=day, trials=100).arms["rate"]
    there = (1 - leave) ** (day / 365.25) * (1 - missed)
    attendance = wo.Attendance(drop_out=leave, missed=missed)
    found = wo.power(ARMS, n=n, day=day, days=day, trials=TRIALS, attendance=attendance)
    np.testing.assert_allclose(found.arms["rate"], there * rates, rtol=1e-12)
    exact = enumerate_power(there * rates, n, lambda p, q: differ(p, q, n))
    assert found.power == pytest.approx(exact, abs=monte_carlo(exact))
    assert found.endpoint.endswith("day 90, 30 % dropped out in a year, 5 % of visits missed")


@functools.cache
def followed(arms):
    """Return the number of patients in each arm, and the visits that they made: each is followed singly."""
    patients = extent(4096, 65_536)
    trial = wo.run_trial(
        arms, patients=patients, days=LAST, attendance=MANY_LEAVE, sampler="random", visits=True, rng=7
    )
    return patients, trial.visits


@pytest.mark.parametrize("arms", [ARMS, pytest.param(TWICE, marks=pytest.mark.proof)])
def test_responses_are_those_of_patients_followed_singly(arms):
    patients, visits = followed(arms)
    found = wo.power(arms, n=20, day=84, days=84, trials=100, attendance=MANY_LEAVE)
    for arm, rate in zip(arms, found.arms["rate"], strict=True):
        own = visits[(visits["arm"] == arm.name) & (visits["day"] == 84)]
        assert (own["investigator"] <= 1).sum() / patients == pytest.approx(rate, abs=monte_carlo(rate, patients))


@pytest.mark.parametrize("assessor", ["investigator", "composite"])
def test_durations_are_those_of_patients_followed_singly(assessor):
    patients, visits = followed(ARMS)
    rows = tabulate_durations(visits, "loss_of_none_or_mild", assessor, 1)
    question = Question(
        {arm.name: arm for arm in ARMS}, "loss_of_none_or_mild", assessor, 0.0, LAST, 28, MANY_LEAVE, seed=1
    )
    (outcomes,) = find_outcomes(question, [wo.Population()], 1)
    for arm, each in zip(ARMS, outcomes, strict=True):
        assert each.chances.sum() == pytest.approx(1, abs=1e-12)
        own = rows[rows["arm"] == arm.name]
        for day, seen, chance in zip(each.days, each.seen, each.chances, strict=True):
            share = ((own["day"] == day) & (own["seen"] == seen)).sum() / patients
            assert share == pytest.approx(chance, abs=monte_carlo(chance, patients, 4.5)), (day, seen)


def test_who_leaves_before_the_last_treatment_is_never_at_risk():
    leave = wo.Attendance(drop_out=0.9)
    question = Question({"twice": TWICE[0], "placebo": wo.Arm.placebo()}, "return_to_baseline", "investigator", 0.0,
                        LAST, 28, leave, seed=1)  # fmt: skip
    (outcomes,) = find_outcomes(question, [wo.Population()], 1)
    # With all visits made, only those who leave before the first visit after the treatment, on day 84, are never seen.
    for each, first in zip(outcomes, (84, 28), strict=True):
        assert each.chances[(each.days == 0) & ~each.seen].sum() == pytest.approx(1 - 0.1 ** (first / 365.25))


def test_the_median_counts_those_who_have_left_as_long_as_they_were_seen():
    # Of 10 patients 2 leave on day 28, then half of the other 8 end on day 56: the product-limit estimate is 1/2.
    days, seen = np.array([56.0, 28.0, 56.0]), np.array([True, False, False])
    assert Outcomes(days, seen, np.array([0.4, 0.2, 0.4]), 0.0).median == 56
    assert Outcomes(days, seen, np.array([0.3, 0.2, 0.5]), 0.0).median == np.inf


def test_n_with_drop_out_is_that_of_the_closed_form():
    # Fleiss, Levin and Paik (2003), section 4.2, with the chance to respond and to be there on the day.
    p, q = wo.power(ARMS, n=20, day=90, days=90, trials=100).arms["rate"] * 0.5 ** (90 / 365.25)
    mean, z = (p + q) / 2, ndtri(0.8)
    n = (Z * np.sqrt(2 * mean * (1 - mean)) + z * np.sqrt(p * (1 - p) + q * (1 - q))) ** 2 / (p - q) ** 2
    found = wo.find_n(ARMS, attendance=wo.Attendance(drop_out=0.5), day=90, days=90, trials=TRIALS)
    assert found.n == pytest.approx(n, rel=0.08)  # four errors of the power, 0.025, are 8 % of n
