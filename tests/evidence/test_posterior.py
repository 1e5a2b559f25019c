"""Draws from what a fit leaves open: their mean, covariance and range against closed forms and the fit's own report."""

import functools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import wearoff as wo
from wearoff.evidence.marginals import Marginal
from wearoff.evidence.numbers import find_number
from wearoff.evidence.posterior import Posterior

pytestmark = pytest.mark.usefixtures("few_pilots")
FREE = ["potency", "light_chain_half_life", "severe_share"]
COVARIANCE = np.array([[0.04, 0.018, 0.0], [0.018, 0.09, -0.01], [0.0, -0.01, 0.25]])
ROWS = pd.DataFrame(
    {"endpoint": ["none_or_mild"] * 4, "day": [7, 30, 90, 120], "value": [75, 80, 50, 30], "unit": "%", "n": 200}
)


def toy(low=-np.inf, covariance=COVARIANCE, marginals=None, freedom=np.inf):
    numbers = tuple(find_number(name) for name in FREE)
    mean = np.array([number.to((number.low * number.high) ** 0.5) for number in numbers])
    ends = np.full(3, -np.inf), np.full(3, np.inf)
    ends[0][0] = mean[0] + low
    return Posterior(numbers, mean, covariance, np.sqrt(np.diag(covariance)), *ends, (), freedom, marginals or {})


@functools.cache
def make_fit():
    return wo.fit(wo.check_observations(ROWS), ["potency", "omega_potency", "omega_trial_potency"], patients=64)


@pytest.fixture
def found():
    return make_fit()


def test_draws_have_the_mean_and_the_covariance_of_the_normal_distribution():
    count = 40_000
    posterior = toy()
    drawn, redrawn = posterior.draw(count, 5)
    assert redrawn == 0
    # The mean of n draws has the covariance C / n; an element of their covariance has (C_ii C_jj + C_ij^2) / n.
    error = np.sqrt(np.diag(COVARIANCE) / count)
    assert (np.abs(drawn.mean(axis=0) - posterior.mean) < 4 * error).all()
    variances = np.diag(COVARIANCE)
    error = np.sqrt((np.outer(variances, variances) + COVARIANCE**2) / count)
    assert (np.abs(np.cov(drawn.T) - COVARIANCE) < 4 * error).all()


def test_what_falls_out_of_range_is_drawn_again_and_counted():
    # A normal distribution cut at its mean is half-normal: half of the draws fall outside.
    count = 20_000
    posterior = toy(low=0.0)
    drawn, redrawn = posterior.draw(count, 5)
    above = (drawn[:, 0] - posterior.mean[0]) / np.sqrt(COVARIANCE[0, 0])
    assert above.min() >= 0
    assert stats.kstest(above, stats.halfnorm.cdf).pvalue > 0.001
    assert redrawn == pytest.approx(count, abs=5 * np.sqrt(2 * count))


def test_the_first_draws_do_not_depend_on_their_number():
    few, many = (toy(low=-0.1).draw(count, 3)[0] for count in (5, 300))
    np.testing.assert_array_equal(few, many[:5])


def test_without_uncertainty_every_draw_is_the_estimate():
    drawn, _ = toy(covariance=np.zeros((3, 3))).draw(7, 1)
    assert (drawn == toy().mean).all()


def test_the_draws_of_a_fit_have_its_intervals_and_correlations(found):
    # All three numbers are on the logarithmic scale.
    count = 4000
    draws = found.draws(count, rng=2)
    names = list(found.estimates["name"])
    values = draws.table[names].to_numpy()
    # A share of 2.5 % of 4,000 draws has a standard error of 0.25 %; four of them.
    assert (values < found.estimates["low"].to_numpy()).mean(axis=0) == pytest.approx(0.025, abs=0.01)
    assert (values > found.estimates["high"].to_numpy()).mean(axis=0) == pytest.approx(0.025, abs=0.01)
    scores = stats.norm.ppf(stats.rankdata(values, axis=0) / (count + 1))
    expected = found.correlations.to_numpy()[0, 1]
    assert np.corrcoef(scores.T)[0, 1] == pytest.approx(expected, abs=5 / np.sqrt(count))
    # The deviation between trials counts as independent of the others.
    assert np.abs(np.corrcoef(scores.T)[2, :2]).max() < 5 / np.sqrt(count)
    assert draws.centre == found.population
    assert set(draws.names) == set(names)


def test_with_few_trials_numbers_have_the_t_distribution_and_deviations_their_own():
    # The draws of the first number are those of scipy's t; the second has a given distribution, uniform on 1 to 2.
    uniform = Marginal(np.array([1.0, 2.0]), np.array([0.0, 1.0]))
    posterior = toy(marginals={1: uniform}, freedom=5.0)
    drawn, _ = posterior.draw(20_000, 5)
    standard = (drawn[:, 0] - posterior.mean[0]) / np.sqrt(COVARIANCE[0, 0])
    assert stats.kstest(standard, stats.t(5).cdf).pvalue > 0.001
    assert stats.kstest(drawn[:, 1], stats.uniform(1, 1).cdf).pvalue > 0.001


def test_numbers_that_were_not_fitted_keep_their_value(found):
    for each in found.draws(3).populations:
        changed = {name: each.value(name) for name in found.estimates["name"]}
        assert found.population.replace(**changed) == each


def test_the_seed_decides(found):
    assert found.draws(5) == found.draws(5)
    assert found.draws(5, rng=8) != found.draws(5, rng=9)


@pytest.mark.parametrize("n", [0, -1, 2.5, "ten", 100_001])
def test_an_impossible_number_of_draws_is_refused(found, n):
    with pytest.raises(wo.InputError, match=r"^n is .*; allowed: from 1 to 100000$"):
        found.draws(n)


def test_directions_that_are_not_determined_are_named():
    # After 20 U, potency and dose at half uptake do the same to every row.
    two_rows = wo.check_observations(ROWS.iloc[[1, 2]])
    flat = wo.fit(two_rows, ["potency", "dose_at_half_uptake"], patients=64, ranges=False)
    with pytest.raises(wo.InputError, match=r"do not determine: .*dose_at_half_uptake; allowed: ranges=True") as told:
        flat.draws(5)
    assert "\n" not in str(told.value)


def test_a_fitted_relative_potency_is_not_of_the_population():
    rows = wo.check_observations(ROWS.assign(product="abobotulinumtoxinA", units=50))
    name = "relative_potency_abobotulinumtoxinA"
    both = wo.fit(rows, ["potency", name], patients=64)
    with pytest.warns(wo.UnusualWarning, match="relative potency of abobotulinumtoxinA was fitted; the one of this"):
        assert both.draws(5).names == ("potency",)
    alone = wo.fit(rows, name, patients=64)
    with pytest.raises(wo.InputError, match="free has relative potencies alone, which are not of the population"):
        alone.draws(5)


def test_a_range_that_is_out_of_reach_is_refused():
    with pytest.raises(wo.InputError, match="fit has 0 of 3000 draws inside the range that it searched"):
        toy(low=10.0).draw(3, 1)
