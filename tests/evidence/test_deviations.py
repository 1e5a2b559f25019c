"""The effects of trials: the integral over the other numbers, and the squares minimised by scipy, are the judges."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import least_squares
from scipy.stats import multivariate_normal, norm

from wearoff.evidence.deviations import deviance_of, find_deviations, find_leniencies
from wearoff.evidence.likelihood import Linear
from wearoff.evidence.numbers import TRIAL_NUMBERS, find_number

OF_TRIALS = tuple(find_number(name) for name in TRIAL_NUMBERS)
ANY = SimpleNamespace(prior_sd=np.array([1e6]))


def make_linear(residuals, trial, slope=1.0, of_leniency=0.5, prior=1.0, noise=1.0):
    """Return residuals of rows of some trials that are linear in one number, which has a normal prior."""
    same = (trial[:, None] == trial).astype(float)
    size = len(residuals)
    return Linear(
        x=np.zeros(1),
        leniencies=np.zeros(len(set(trial))),
        residuals=residuals,
        slopes=np.full((size, 1), slope),
        of_priors=np.zeros(1),
        prior_slopes=np.array([[1 / prior]]),
        prediction=None,
        alike=noise**2 * np.eye(size),
        by_leniency=of_leniency * (trial[:, None] == np.unique(trial)),
        of_trial=np.stack([4.0 * same, of_leniency**2 * same]),
    )


def test_the_likelihood_of_deviations_is_the_integral_over_the_other_number():
    rng = np.random.default_rng(4)
    linear = make_linear(2 * rng.standard_normal(9), np.arange(9) // 3)

    def by_integral(deviations):
        rows = multivariate_normal(cov=linear.covariance(deviations))
        likelihood = quad(lambda x: rows.pdf(linear.residuals + x) * norm.pdf(x), -12, 12, epsabs=0, epsrel=1e-9)[0]
        logs = np.log(deviations)
        priors = [norm.logpdf(log, *number.prior) for log, number in zip(logs, OF_TRIALS, strict=True)]
        return -2 * (np.log(likelihood) + sum(priors))

    some = [np.array(each) for each in ([0.3, 0.2], [0.6, 0.2], [0.3, 0.5], [0.05, 1.0])]
    found = [deviance_of(ANY, linear, each, OF_TRIALS) for each in some]
    expected = [by_integral(each) for each in some]
    assert np.diff(found) == pytest.approx(np.diff(expected), rel=1e-6)


def test_the_leniency_of_each_trial_is_the_most_probable_one():
    # Most probable together with its potency: the squares of residuals and effects are minimised by scipy.
    rng, deviations, trial = np.random.default_rng(5), np.array([0.4, 0.7]), np.arange(8) // 2
    linear = make_linear(rng.standard_normal(8), trial)
    x = np.array([0.3])

    def squares(effects):
        potency, leniency = effects.reshape(2, 4)
        own = linear.residuals + linear.slopes[:, 0] * x + 2 * potency[trial] + 0.5 * leniency[trial]
        return np.concatenate([own, potency / deviations[0], leniency / deviations[1]])

    expected = least_squares(squares, np.zeros(8)).x[4:]
    assert find_leniencies(linear, deviations, x) == pytest.approx(expected, abs=1e-6)


def test_a_deviation_is_not_too_small_where_the_mean_is_estimated_from_the_same_trials():
    # 6 trials with one row each and known effects, 200 times. The restricted likelihood divides the squares around the
    # mean by 5, the likelihood at the best mean by 6: its deviation would be 0.91 times as large.
    rng, truth, found = np.random.default_rng(6), 0.5, []
    flat = tuple(number._replace(low=1e-3, high=1e3) for number in OF_TRIALS[:1])
    for _ in range(200):
        effects = truth * rng.standard_normal(6)
        linear = make_linear(
            2 * effects + 0.1 * rng.standard_normal(6), np.arange(6), of_leniency=0.0, prior=1e3, noise=0.1
        )
        found.append(find_deviations(ANY, linear, np.array([1.0, 1e-6]), flat)[0])
    # The mean of the squares is the square of the truth, with a standard error of sqrt(2 / 5 / 200), 4.5 %; three.
    print(np.mean(np.square(found)) / truth**2)
    assert np.mean(np.square(found)) / truth**2 == pytest.approx(1, abs=0.14)
