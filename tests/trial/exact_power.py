"""The exact power of two proportions, by enumeration, and how far a share of trials can be from it."""

import numpy as np
from scipy.special import ndtri
from scipy.stats import binom
from tests.extent import extent

TRIALS = extent(4000, 40_000)
Z = ndtri(0.975)


def monte_carlo(share, trials=TRIALS, errors=4.0):
    """Return how far a share of independent trials can be from its expectation: four standard errors."""
    return errors * np.sqrt(share * (1 - share) / trials)


def enumerate_power(rates, n, is_shown):
    """Return the exact power for two rates: the sum over all pairs of numbers of responders that are shown."""
    numbers = np.arange(n + 1)
    chances = np.outer(*(binom.pmf(numbers, n, rate) for rate in rates))
    first, second = (grid.ravel() for grid in np.meshgrid(numbers, numbers, indexing="ij"))
    return float(chances.ravel()[is_shown(first / n, second / n)].sum())


def differ(p, q, n):
    """Return the pooled z test, two-sided at 0.05."""
    mean = (p + q) / 2
    return np.abs(p - q) > Z * np.sqrt(2 * mean * (1 - mean) / n)
