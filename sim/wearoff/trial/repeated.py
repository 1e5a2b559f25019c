"""A trial of two arms that is run many times, each time with other patients."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import binomtest

from .. import notebook
from ..patients.seen import RESPONSE_OF
from .endpoints import Outcomes
from .hazards import CONFIDENCE
from .hypotheses import (
    Flags,
    compare_durations,
    compare_proportions,
    show_duration_not_inferior,
    show_proportion_not_inferior,
)

Counts = npt.NDArray[np.int64]

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
        Carlo error.
    arms : pandas.DataFrame
        ``arm, rate, rate_error, in_favour``, and ``median`` for a duration. ``rate`` is the share of patients with the
        response, or in whom the end of the duration is seen by the last visit, and ``rate_error`` its Monte Carlo
        error. ``in_favour`` is the share of trials that show the arm to be better, or not inferior; 0 for
        the reference of a test of non-inferiority.
        ``median`` is the day of the first visit by which the end is seen in half of the patients; infinite if there is
        none.
    """

    endpoint: str
    test: str
    n: int
    trials: int
    power: float
    low: float
    high: float
    arms: pd.DataFrame

    def _repr_html_(self) -> str:
        interval = f"{100 * self.power:.1f} % ({100 * self.low:.1f} to {100 * self.high:.1f} %)"
        return notebook.show(
            f"power {interval} with {self.n:,} patients in each arm, {self.trials:,} virtual trials",
            notebook.format_paragraph(f"{self.endpoint}; {self.test}"),
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
    outcomes : list of Outcomes
        Of both arms.
    margin : float or None
        None: superiority.
    alpha : float
        The two-sided level.
    trials : int
        Number of virtual trials.
    seed : int
    """

    names: tuple[str, str]
    endpoint: str
    description: str
    outcomes: list[Outcomes]
    margin: float | None
    alpha: float
    trials: int
    seed: int

    def run(self, n: int) -> Power:
        """Return the power with n patients in each arm."""
        first, second = (
            draw_counts(each, n, self.trials, np.random.default_rng([self.seed, arm, OF_TRIALS]))
            for arm, each in enumerate(self.outcomes)
        )
        shown = self._judge((first, second), n)
        significant = int(np.sum(shown))
        interval = binomtest(significant, self.trials).proportion_ci(CONFIDENCE)
        columns = {
            "arm": self.names,
            "rate": [each.rate for each in self.outcomes],
            "rate_error": [each.error for each in self.outcomes],
            "in_favour": [float(own.mean()) for own in shown],
        }
        if self.endpoint in RESPONSE_OF:
            columns["median"] = [each.median for each in self.outcomes]
        return Power(
            self.description,
            self._test,
            n,
            self.trials,
            significant / self.trials,
            float(interval.low),
            float(interval.high),
            pd.DataFrame(columns),
        )

    def _judge(self, counts: tuple[Counts, Counts], n: int) -> tuple[Flags, Flags]:
        if self.endpoint in RESPONSE_OF:
            if self.margin is None:
                return compare_durations(counts, self.outcomes, self.alpha)
            return show_duration_not_inferior(counts, self.outcomes, self.alpha, self.margin)
        responders = np.stack([own[:, 0] for own in counts])
        if self.margin is None:
            return compare_proportions(responders, n, self.alpha)
        return show_proportion_not_inferior(responders, n, self.alpha, self.margin)

    @property
    def _test(self) -> str:
        lasts = self.endpoint in RESPONSE_OF
        if self.margin is None:
            return f"{'log-rank test' if lasts else 'pooled z test'}, two-sided, alpha {self.alpha:g}"
        what = f"hazard ratio below {self.margin:g}" if lasts else f"less than {self.margin:g} lower"
        return f"not inferior ({what}), one-sided, alpha {self.alpha / 2:g}"


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
