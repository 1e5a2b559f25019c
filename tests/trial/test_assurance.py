"""The power over draws of a fit: the mean of the powers in each, and their range."""

import numpy as np
import pytest
from tests.extent import some
from tests.trial.exact_power import TRIALS, differ, enumerate_power, monte_carlo

import wearoff as wo
from wearoff.trial.endpoints import Outcomes
from wearoff.trial.repeated import RepeatedTrial

ARMS = (wo.Arm(units=20), wo.Arm(units=10))
CENTRE = wo.Population()
DRAWS = wo.Draws(populations=[CENTRE.replace(potency=potency) for potency in (0.02, 0.08, 0.2)], centre=CENTRE)


def test_the_power_is_the_mean_of_the_exact_powers_of_the_draws():
    n, day = 120, 60
    found = wo.power(ARMS, n=n, day=day, days=day, trials=TRIALS, population=DRAWS)
    exact = []
    for people in DRAWS.populations:
        # The chances of other virtual patients, by a trial of their own.
        trial = wo.run_trial(
            ARMS, population=people, patients=8192, days=day, responses=("none_or_mild", "investigator"),
            response_days=day, rng=11,
        )  # fmt: skip
        exact.append(enumerate_power(trial.responders["rate"], n, lambda p, q: differ(p, q, n)))
    assert max(exact) - min(exact) > 0.2  # the draws differ
    np.testing.assert_allclose(found.draws["power"], exact, atol=monte_carlo(0.5) + 0.01)
    assert found.power == pytest.approx(np.mean(exact), abs=monte_carlo(np.mean(exact)) + 0.01)
    assert found.draws["draw"].tolist() == [1, 2, 3]
    assert found.low < found.power < found.high
    # Of three draws the range is from the smallest to the largest.
    assert found.range_of_draws == (found.draws["power"].min(), found.draws["power"].max())


@pytest.mark.parametrize("endpoint", some(["none_or_mild", "return_to_baseline"], 2))
def test_each_draw_has_the_power_that_it_has_alone(endpoint):
    arguments = {"endpoint": endpoint, "n": 40, "days": 84, "trials": 200, "rng": 2}
    arguments["attendance"] = wo.Attendance(drop_out=0.3, missed=0.1)
    found = wo.power(ARMS, population=DRAWS, workers=map, **arguments)
    alone = [wo.power(ARMS, population=people, **arguments) for people in DRAWS.populations]
    assert found.draws["power"].tolist() == [each.power for each in alone]
    assert found.power == pytest.approx(np.mean([each.power for each in alone]), abs=1e-12)
    rates = np.array([each.arms["rate"] for each in alone])
    for name, expected in (
        ("rate", rates.mean(axis=0)),
        ("rate_low", rates.min(axis=0)),
        ("rate_high", rates.max(axis=0)),
    ):
        np.testing.assert_allclose(found.arms[name], expected, rtol=1e-12)
    assert alone[0].draws is alone[0].range_of_draws is None
    assert "in 3 draws of a fit" in found._repr_html_()


def test_the_interval_is_that_of_trials_and_draws():
    # In 400 draws the power is 0 or 1 by the toss of a coin: the error of the mean is that of the draws.
    rng = np.random.default_rng(5)
    sure, never = ([Outcomes(np.full(2, 30.0), np.array([True, False]), np.array([rate, 1 - rate]), 0.0)
                    for rate in rates] for rates in ((1.0, 0.0), (0.0, 0.0)))  # fmt: skip
    tossed = [sure if coin else never for coin in rng.random(400) < 0.3]
    found = RepeatedTrial(("a", "b"), "none_or_mild", "", tossed, None, 0.05, 100, 1, drawn=True).run(20)
    heads = sum(each is sure for each in tossed) / 400
    assert found.power == pytest.approx(heads)
    assert found.high - found.power == pytest.approx(1.96 * np.sqrt(heads * (1 - heads) / 400), rel=0.01)


def test_one_draw_is_its_population():
    arguments = {"n": 30, "day": 30, "days": 30, "trials": 100}
    people = DRAWS.populations[1]
    found = wo.power(ARMS, population=wo.Draws(populations=[people], centre=CENTRE), **arguments)
    alone = wo.power(ARMS, population=people, **arguments)
    assert (found.power, found.low, found.high) == (alone.power, alone.low, alone.high)
    assert found.range_of_draws == (alone.power, alone.power)


def test_n_for_a_mean_power():
    arguments = {"day": 60, "days": 60, "trials": 200, "population": DRAWS}
    found = wo.find_n(ARMS, power=0.6, **arguments)
    assert found.power >= 0.6 > wo.power(ARMS, n=found.n - 1, **arguments).power
