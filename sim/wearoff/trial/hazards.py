"""Two arms compared day by day: the log-rank test, and the hazard ratio by Cox's partial likelihood."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import expit, logit, ndtri
from scipy.stats import CensoredData, logrank

from ..labels import CONFIDENCE

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


class Observed(NamedTuple):
    """What was seen of the patients of one arm.

    Parameters
    ----------
    days : ndarray, shape (k,)
        The day on which the event was seen, or the last day on which the patient was seen without it.
    seen : ndarray of bool, shape (k,)
        Whether the event was seen.
    """

    days: Array
    seen: npt.NDArray[np.bool_]

    @property
    def censored(self) -> CensoredData:
        """The same, as scipy takes it."""
        return CensoredData.right_censored(self.days, ~self.seen)

    def count_on(self, days: Array) -> tuple[Counts, Counts]:
        """Return how many patients are at risk on each day, and in how many of them the event is seen on it.

        A patient is at risk up to the day of the event or the last day seen, that day included.
        """
        last, events = np.sort(self.days), np.sort(self.days[self.seen])
        at_risk = len(last) - np.searchsorted(last, days)
        return at_risk, np.searchsorted(events, days, side="right") - np.searchsorted(events, days)


class HazardRatio(NamedTuple):
    """A hazard ratio, and the limits of its interval."""

    ratio: float
    low: float
    high: float


def compare_by_log_rank(arm: Observed, against: Observed) -> tuple[float, float]:
    """Return chi-square (one degree of freedom) and p of the log-rank test, by `scipy.stats.logrank`.

    Both are NaN where no day tells the arms apart. A day does if both arms have patients at risk, and some of these
    have the event and some have not.
    """
    at_risk, events, others, others_events = _count_both(arm, against)
    if np.all(events + others_events == at_risk + others):
        return np.nan, np.nan
    test = logrank(arm.censored, against.censored)
    return float(test.statistic**2), float(test.pvalue)


def score_by_log_rank(at_risk: Counts, events: Counts) -> Array:
    """Return z of the log-rank tests of many pairs of arms; it is above 0 if the event comes sooner in the first arm.

    With n at risk in both arms on a day, n_1 of them in the first, and d events, d_1 of them in the first, z is the sum
    over the days of d_1 - d n_1 / n, divided by the square root of the sum of d n_1 (n - n_1) (n - d) / (n^2 (n - 1)).
    Its square is the chi-square of `compare_by_log_rank`, which takes a thousand times as long for a thousand pairs.

    Parameters
    ----------
    at_risk, events : ndarray of int, shape (2, pairs, days)
        Of both arms.

    Returns
    -------
    ndarray, shape (pairs,)
        NaN where no day tells the arms apart.

    References
    ----------
    Mantel (1966), Cancer Chemother Rep 50:163.

    Examples
    --------
    Of two patients, one in each arm, the one in the first arm has the event: z is (1 - 1/2) / sqrt(1/4).

    >>> score_by_log_rank(np.array([[[1]], [[1]]]), np.array([[[1]], [[0]]])).tolist()
    [1.0]
    """
    n, d = at_risk.sum(axis=0), events.sum(axis=0)
    share = at_risk[0] / np.maximum(n, 1)
    excess = (events[0] - d * share).sum(axis=-1)
    variance = (d * share * (1 - share) * (n - d) / np.maximum(n - 1, 1)).sum(axis=-1)
    z: Array = np.divide(excess, np.sqrt(variance), out=np.full(excess.shape, np.nan), where=variance > 0)
    return z


def estimate_hazard_ratio(arm: Observed, against: Observed, confidence: float = CONFIDENCE) -> HazardRatio:
    """Return the hazard of an arm divided by that of another, with its interval.

    The hazard is proportional to exp(b) in the arm and to 1 in the other. Let n and m be the numbers at risk in the arm
    and in the other on a day, and d and e the numbers of events. Efron's partial likelihood of the day has one factor
    for each of the d + e events, where s goes through 0, 1, ... d + e - 1 divided by d + e::

        exp(b d) / product over s of ((n - s d) exp(b) + (m - s e))

    With r = log((n - s d) / (m - s e)), the derivative of the log likelihood is the number of events in the arm, minus
    the sum of expit(b + r) over all events. It falls as b rises, and the estimate is its root. The variance of b is
    1 / sum of p (1 - p), where p = expit(b + r). The interval is symmetric in b.

    Days on which one of the arms has no patient at risk say nothing, and are left out. If all events on the other days
    are in one arm, the likelihood has no maximum: the ratio is 0 or infinite, and its interval goes from 0 to infinity.
    Without events on these days all three are NaN.

    References
    ----------
    Cox (1972), J R Stat Soc B 34:187; Efron (1977), J Am Stat Assoc 72:557, for ties.

    Examples
    --------
    One patient has the event on day 28 while another is at risk: the likelihood exp(b) / (exp(b) + 1) has no maximum.

    >>> first, second = Observed(np.array([28.0]), np.array([True])), Observed(np.array([56.0]), np.array([True]))
    >>> estimate_hazard_ratio(first, second)
    HazardRatio(ratio=inf, low=0.0, high=inf)
    """
    at_risk, events, others, others_events = _count_both(arm, against)
    tied = events + others_events
    in_arm, total = int(events.sum()), int(tied.sum())
    if total == 0:
        return HazardRatio(np.nan, np.nan, np.nan)
    if in_arm in (0, total):
        return HazardRatio(np.inf if in_arm else 0.0, 0.0, np.inf)
    # One entry an event from here on.
    day = np.repeat(np.arange(len(tied)), tied)
    s = (np.arange(total) - (np.cumsum(tied) - tied)[day]) / tied[day]
    r = np.log((at_risk[day] - s * events[day]) / (others[day] - s * others_events[day]))
    # The mean of expit(b + r) is in_arm / total, so that the root is between those for the largest and smallest r.
    middle = logit(in_arm / total)
    b = brentq(lambda b: in_arm - expit(b + r).sum(), middle - r.max() - 1, middle - r.min() + 1)
    p = expit(b + r)
    reach = ndtri(0.5 + confidence / 2) / np.sqrt((p * (1 - p)).sum())
    with np.errstate(over="ignore"):  # a limit that is too large for a number is infinite
        return HazardRatio(*np.exp([b, b - reach, b + reach]).tolist())


def _count_both(arm: Observed, against: Observed) -> tuple[Counts, Counts, Counts, Counts]:
    # Return those at risk and the events in the arm and in the other, on the days with an event and patients in both.
    days = np.unique(np.concatenate([arm.days[arm.seen], against.days[against.seen]]))
    counts = np.array([*arm.count_on(days), *against.count_on(days)])
    at_risk, events, others, others_events = counts[:, (counts[0] > 0) & (counts[2] > 0)]
    return at_risk, events, others, others_events
