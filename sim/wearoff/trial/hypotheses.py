"""The tests of two arms, in many trials at once: superiority and non-inferiority, of proportions and of durations.

Each function returns, for each trial, whether the first arm is shown to be better (or not inferior), and whether the
second is shown to be better. The second arm is the reference: it is never tested for being not inferior.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from .endpoints import Outcomes
from .hazards import Observed, estimate_hazard_ratio, score_by_log_rank

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def compare_proportions(responders: Counts, n: int, alpha: float) -> tuple[Flags, Flags]:
    """Test by the pooled z test, two-sided, whether the proportions of two arms differ.

    With the proportions p_1 and p_2 and their mean p, z = (p_1 - p_2) / sqrt(2 p (1 - p) / n). Its square is the
    chi-square of the two by two table, without a correction for continuity.

    Parameters
    ----------
    responders : ndarray of int, shape (2, trials)
    n : int
        Patients in each arm.
    alpha : float

    Examples
    --------
    Of 50 patients 30 and 20 respond: z = 0.2 / sqrt(2 * 0.25 / 50) = 2.

    >>> first, second = compare_proportions(np.array([[30], [20]]), 50, 0.05)
    >>> first.tolist(), second.tolist()
    ([True], [False])
    """
    first, second = responders / n
    mean = (first + second) / 2
    z = _divide(first - second, np.sqrt(2 * mean * (1 - mean) / n))
    limit = ndtri(1 - alpha / 2)
    return z > limit, z < -limit


def show_proportion_not_inferior(responders: Counts, n: int, alpha: float, margin: float) -> tuple[Flags, Flags]:
    """Test by the unpooled z test, one-sided at alpha / 2, whether p_1 - p_2 is above -margin.

    z = (p_1 - p_2 + margin) / sqrt((p_1 (1 - p_1) + p_2 (1 - p_2)) / n): the lower limit of Wald's interval of
    1 - alpha for the difference is above -margin.

    Examples
    --------
    Of 100 patients 80 respond in both arms: z = 0.1 / sqrt(2 * 0.16 / 100) = 1.77.

    >>> show_proportion_not_inferior(np.array([[80], [80]]), 100, 0.05, 0.1)[0].tolist()
    [False]
    >>> show_proportion_not_inferior(np.array([[80], [80]]), 100, 0.05, 0.12)[0].tolist()
    [True]
    """
    first, second = responders / n
    z = _divide(first - second + margin, np.sqrt((first * (1 - first) + second * (1 - second)) / n))
    shown = z > ndtri(1 - alpha / 2)
    return shown, np.zeros_like(shown)


def compare_durations(counts: tuple[Counts, Counts], outcomes: list[Outcomes], alpha: float) -> tuple[Flags, Flags]:
    """Test by the log-rank test, two-sided, whether durations differ: the arm in which they end later is better.

    Parameters
    ----------
    counts : (ndarray of int, ndarray of int), shape (trials, outcomes of the arm)
        Patients with each outcome.
    outcomes : list of Outcomes
        Of both arms.
    alpha : float
    """
    days = np.unique(np.concatenate([each.days for each in outcomes]))
    at_risk, events = [], []
    for own, each in zip(counts, outcomes, strict=True):
        at_risk.append(own @ (each.days[:, None] >= days).astype(np.int64))
        events.append(own @ ((each.days[:, None] == days) & each.seen[:, None]).astype(np.int64))
    z = score_by_log_rank(np.stack(at_risk), np.stack(events))
    limit = ndtri(1 - alpha / 2)
    return z < -limit, z > limit


def show_duration_not_inferior(
    counts: tuple[Counts, Counts], outcomes: list[Outcomes], alpha: float, margin: float
) -> tuple[Flags, Flags]:
    """Test, one-sided at alpha / 2, whether the hazard ratio of the first arm to the second is below the margin.

    The upper limit of the interval of 1 - alpha must be below it; see `estimate_hazard_ratio`. Arguments are as in
    `compare_durations`.
    """
    shown = np.zeros(len(counts[0]), dtype=bool)
    for trial, pair in enumerate(zip(*counts, strict=True)):
        arms = [
            Observed(np.repeat(each.days, own), np.repeat(each.seen, own))
            for own, each in zip(pair, outcomes, strict=True)
        ]
        shown[trial] = estimate_hazard_ratio(arms[0], arms[1], 1 - alpha).high < margin
    return shown, np.zeros_like(shown)


def _divide(difference: Array, error: Array) -> Array:
    # Without an error, where all patients of an arm are alike, z is infinite, and 0 where there is no difference.
    unlimited = np.where(difference == 0, 0.0, np.copysign(np.inf, difference))
    return np.divide(difference, error, out=unlimited, where=error > 0)
