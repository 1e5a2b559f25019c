"""Distributions of deviations: integrals and scipy's distributions are the judges."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats
from tests.evidence.test_deviations import OF_TRIALS, make_linear

from wearoff.evidence.marginals import Marginal, find_marginal
from wearoff.evidence.solution import Solution

SHARES = np.array([0.025, 0.2, 0.5, 0.8, 0.975])


@pytest.mark.parametrize("freedom", [np.inf, 4.0])
def test_squares_of_a_standard_number_give_the_normal_or_the_t_distribution(freedom):
    values = np.linspace(-60, 60, 12_001)
    found = Marginal.of(values, values**2 + 7, freedom).find_quantiles(SHARES)
    expected = stats.norm.ppf(SHARES) if np.isinf(freedom) else stats.t(freedom).ppf(SHARES)
    assert found == pytest.approx(expected, abs=2e-3)


def test_the_distribution_of_a_deviation_is_the_integral_over_the_other_number():
    # Two numbers, 4 rows. The rows are linear in the first number and in the second, which is 0.4 at the most probable
    # place; the priors are linear in its logarithm. The density is summed over a fine grid of both.
    x, slopes = np.array([0.2, np.log(0.4)]), np.array([[1.0, 2.0], [0.5, -1.0], [-1.0, 1.5], [0.3, 0.8]])
    residuals, priors = np.array([0.2, -0.3, 0.4, 0.1]), np.diag([1.0, 1.6])
    pull = -np.linalg.solve(priors, slopes.T @ residuals)  # so that x is the most probable place
    linear = make_linear(residuals, np.arange(4))._replace(x=x, slopes=slopes, of_priors=pull, prior_slopes=priors)
    solution = Solution(linear, np.array([0.1, 0.1]), np.eye(4), ())
    problem = SimpleNamespace(low=x - 3, high=x + 2)
    one, other = np.linspace(-6, 6, 801)[:, None], np.linspace(-3, 2, 1001)
    deviation = 0.4 * np.exp(other)
    by_deviation = (deviation - 0.4) / 0.4
    rows = np.stack([r + s * one + t * by_deviation for r, (s, t) in zip(residuals, slopes, strict=True)])
    of_priors = (pull[0] + one) ** 2 + (pull[1] + 1.6 * other) ** 2
    below = np.cumsum(np.exp(-((rows**2).sum(axis=0) + of_priors) / 2).sum(axis=0))
    expected = x[1] + np.interp(SHARES, below / below[-1], other)
    assert find_marginal(problem, solution, 1).find_quantiles(SHARES) == pytest.approx(expected, abs=0.01)


def test_the_estimate_stays_the_most_probable_value_where_rows_scatter():
    # The rows pull the deviation to larger values than the prior, and count a fourth beside it.
    rng = np.random.default_rng(3)
    linear = make_linear(np.append(rng.standard_normal(9) * 3, 0.4), np.arange(10))
    linear = linear._replace(of_priors=-linear.slopes.T @ linear.residuals)
    solution = Solution(linear, np.array([0.1, 0.1]), np.eye(10), OF_TRIALS)
    assert solution.scatter > 2
    found = find_marginal(SimpleNamespace(low=linear.x - 3, high=linear.x + 2), solution, 0)
    density = np.diff(found.below)
    assert found.values[:-1][density.argmax()] == pytest.approx(0.0, abs=0.02)
