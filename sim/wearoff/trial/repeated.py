"""A trial of two arms that is run many times, each time with other patients."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri
from scipy.stats import binomtest

from .. import notebook
from ..labels import CONFIDENCE, FROM_DATA, HIGH, LOW
from ..patients.seen import RESPONSE_OF
from .endpoints import Outcomes, mix
from .hypotheses import (
    Flags,
    compare_durations,
    compare_proportions,
    show_duration_not_inferior,
    show_proportion_not_inferior,
)
from .pooling import find_interval

Counts = npt.NDArray[np.int64]
Means = npt.NDArray[np.float64]

AT_A_TIME = 64  # patients of every trial who are drawn at a time, so that memory does not grow with their number
OF_TRIALS = 5  # the third number of the generators of trials; those of `draws` and `looks` are smaller


@dataclasses.dataclass(frozen=True, eq=False)
class Power:
    """The share of virtual trials that reach their aim.

    Parameters
    ----------
    endpoint : str
        The endpoint in words, with its assessor and day.
    test : str
        The test of each trial in words.
    n : int
        Patients in each arm.
    trials : int
        Number of virtual trials.
    power, low, high : float
        The share of trials with a significant result, and its exact 95 % interval (Clopper and Pearson): the Monte
        Carlo error. With draws of a fit the power is the mean over the draws. Its interval is normal, and
        comes from the number of trials and the number of draws.
    arms : pandas.DataFrame
        ``arm, rate, rate_error, in_favour``, and ``median`` for a duration. ``rate`` is the share of patients with the
        response, or in whom the end of the duration is seen by the last visit, and ``rate_error`` its Monte Carlo
        error. ``in_favour`` is the share of trials that show the arm to be better, or not inferior; 0 for
        the reference of a test of non-inferiority.
        ``median`` is the day of the first visit by which the end is seen in half of the patients, by the product-limit
        estimate; infinite if there is none. With draws ``rate_low`` and ``rate_high`` are the rates from 5 to 95 % of
        the draws.
    draws : pandas.DataFrame or None
        With draws of a fit, ``draw``, the number of each from 1, and its ``power``.
    """

    endpoint: str
    test: str
    n: int
    trials: int
    power: float
    low: float
    high: float
    arms: pd.DataFrame
    draws: pd.DataFrame | None = None

    @property
    def range_of_draws(self) -> tuple[float, float] | None:
        """The power from 5 to 95 % of the draws: what data and priors leave open; None without draws."""
        if self.draws is None:
            return None
        low, high = find_interval(self.draws["power"].to_numpy())
        return float(low), float(high)

    def _repr_html_(self) -> str:
        interval = f"{100 * self.power:.1f} % ({100 * self.low:.1f} to {100 * self.high:.1f} %)"
        known = None
        if self.draws is not None and self.range_of_draws is not None:
            low, high = self.range_of_draws
            known = f"in {len(self.draws):,} draws of a fit {100 * low:.1f} to {100 * high:.1f} % ({FROM_DATA})"
        return notebook.show(
            f"power {interval} with {self.n:,} patients in each arm, {self.trials:,} virtual trials",
            notebook.format_paragraph(f"{self.endpoint}; {self.test}"),
            *([] if known is None else [notebook.format_paragraph(known)]),
            notebook.format_in_words(self.arms),
        )


class RepeatedTrial(NamedTuple):
    """A trial of two arms without its number of patients.

    Parameters
    ----------
    names : (str, str)
        Of the arms; the second is the reference.
    endpoint : str
        A response or a duration.
    description : str
        The endpoint in words, with its assessor and day.
    outcomes : list of list of Outcomes
        Of both arms, in each of several possible populations.
    margin : float or None
        None: superiority.
    alpha : float
        The two-sided level.
    trials : int
        Number of virtual trials.
    seed : int
    drawn : bool
        Whether the populations are draws of a fit.
    """

    names: tuple[str, str]
    endpoint: str
    description: str
    outcomes: list[list[Outcomes]]
    margin: float | None
    alpha: float
    trials: int
    seed: int
    drawn: bool = False

    def run(self, n: int) -> Power:
        """Return the power with n patients in each arm: the mean over the populations.

        All populations have the same random numbers.
        """
        shown = np.array([self._judge(pair, n) for pair in self.outcomes])
        # In how many of the populations a trial is significant.
        share = shown.any(axis=1).mean(axis=0)
        powers = shown.any(axis=1).mean(axis=1)
        return Power(
            self.description,
            self._test,
            n,
            self.trials,
            float(share.mean()),
            *_find_error(share, powers),
            self._tabulate(shown.mean(axis=(0, 2))),
            pd.DataFrame({"draw": range(1, len(powers) + 1), "power": powers}) if self.drawn else None,
        )

    def _judge(self, outcomes: list[Outcomes], n: int) -> tuple[Flags, Flags]:
        # Return for each trial whether each of the arms is shown to be better, or not inferior.
        first, second = (
            draw_counts(each, n, self.trials, np.random.default_rng([self.seed, arm, OF_TRIALS]))
            for arm, each in enumerate(outcomes)
        )
        if self.endpoint in RESPONSE_OF:
            if self.margin is None:
                return compare_durations((first, second), outcomes, self.alpha)
            return show_duration_not_inferior((first, second), outcomes, self.alpha, self.margin)
        responders = np.stack([first[:, 0], second[:, 0]])
        if self.margin is None:
            return compare_proportions(responders, n, self.alpha)
        return show_proportion_not_inferior(responders, n, self.alpha, self.margin)

    def _tabulate(self, in_favour: Means) -> pd.DataFrame:
        # Return `Power.arms`: of the patients of all populations together.
        by_arm = list(zip(*self.outcomes, strict=True))
        pooled = [mix(each) for each in by_arm]
        table = pd.DataFrame({"arm": self.names, "rate": [each.rate for each in pooled]})
        if self.drawn:
            rates = np.array([[own.rate for own in each] for each in by_arm])
            table[f"rate{LOW}"], table[f"rate{HIGH}"] = find_interval(rates.T)
        table["rate_error"] = [each.error for each in pooled]
        table["in_favour"] = in_favour
        if self.endpoint in RESPONSE_OF:
            table["median"] = [each.median for each in pooled]
        return table

    @property
    def _test(self) -> str:
        lasts = self.endpoint in RESPONSE_OF
        if self.margin is None:
            return f"{'log-rank test' if lasts else 'pooled z test'}, two-sided, alpha {self.alpha:g}"
        what = f"hazard ratio below {self.margin:g}" if lasts else f"less than {self.margin:g} lower"
        return f"not inferior ({what}), one-sided, alpha {self.alpha / 2:g}"


def _find_error(share: Means, powers: Means) -> tuple[float, float]:
    # Return the 95 % interval of the power: from the share of the populations in which each trial is significant, and
    # the power in each population.
    trials, count = len(share), len(powers)
    if count == 1:
        interval = binomtest(int(share.sum()), trials).proportion_ci(CONFIDENCE)
        return float(interval.low), float(interval.high)
    error = np.sqrt(share.var(ddof=1) / trials + powers.var(ddof=1) / count)
    reach = float(ndtri(0.5 + CONFIDENCE / 2) * error)
    return max(0.0, float(share.mean()) - reach), min(1.0, float(share.mean()) + reach)


def draw_counts(outcomes: Outcomes, n: int, trials: int, generator: np.random.Generator) -> Counts:
    """Return how many of n patients have each outcome in each trial, shape (trials, outcomes).

    The first patients of a trial do not depend on n.

    Examples
    --------
    >>> outcomes = Outcomes(np.full(2, 30.0), np.array([True, False]), np.array([0.25, 0.75]), 0.0)
    >>> few, more = (draw_counts(outcomes, n, 100, np.random.default_rng(1)) for n in (10, 11))
    >>> few.sum(axis=1).tolist() == 100 * [10], bool(np.all(more >= few))
    (True, True)
    """
    kinds = len(outcomes.chances)
    result = np.zeros(trials * kinds, dtype=np.int64)
    ends = np.cumsum(outcomes.chances)[:-1]
    for first in range(0, n, AT_A_TIME):
        drawn = generator.random((min(AT_A_TIME, n - first), trials))
        places = np.searchsorted(ends, drawn, side="right") + kinds * np.arange(trials)
        result += np.bincount(places.ravel(), minlength=len(result))
    return result.reshape(trials, kinds)
