"""How likely it is that raters see what they saw, for patients whose lines are known."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from ..patients.grades import WORST, Kind, Line, Raters, find_severity
from .history import History
from .seen import Gone, Grade

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

LEAST = 1e-300  # the smallest chance of a look, so that it has a logarithm


def find_days(history: History) -> Array:
    """Return the days on which something was seen, ascending and distinct."""
    days = [day for each in history.seen for day in each.days]
    return np.unique(np.array(days, dtype=float))


def count_looks(history: History) -> int:
    """Return how often the line was looked at."""
    return sum(len(each.days) for each in history.seen)


def find_likelihoods(history: History, days: Array, lines: Line, raters: Raters) -> Array:
    """Return the logarithm of the likelihood of a history for k patients, if each is of each kind.

    Errors of a rater on different days are independent.

    Parameters
    ----------
    history : History
    days : ndarray, shape (d,)
        From `find_days`.
    lines : Line
        Of the patients on these days, shape (d, k).
    raters : Raters

    Returns
    -------
    ndarray, shape (kinds, k)
        The share of the kind among all patients is in it. Minus infinity for a kind that had another grade before
        treatment than is known.
    """
    place = {day: i for i, day in enumerate(days)}
    rows = []
    for kind in raters.kinds():
        possible = history.baseline in (None, kind.baseline) and kind.share > 0
        result = np.full(lines.frown.shape[1], math.log(kind.share) if possible else -math.inf)
        for each in history.seen:
            for day, low, high, at_rest in list_looks(each, kind):
                depth = (lines.rest if at_rest else lines.frown)[place[day]]
                result += np.log(np.maximum(chance_between(low, high, depth, each.assessor, kind, raters), LEAST))
        rows.append(result)
    return np.stack(rows)


def chance_between(low: int, high: int, depth: Array, assessor: str, kind: Kind, raters: Raters) -> Array:
    """Return the chance that a rater sees a grade from `low` to `high`.

    Parameters
    ----------
    low, high : int
        Grades from 0 to 3.
    depth : ndarray
        Of the line that is seen, at frown or at rest.
    assessor : str
        One rater.
    kind : Kind
    raters : Raters

    Returns
    -------
    ndarray, shape of `depth`
    """
    (error,) = raters.errors(assessor)
    severity = find_severity(depth, kind.baseline, kind.placebo_responder) - raters.leniency
    return subtract_tails(*find_ends(low, high, severity, error))


def find_ends(low: int | Whole, high: int | Whole, severity: Array, error: float | Array) -> tuple[Array, Array]:
    """Return the errors between which a rater sees a grade from `low` to `high`, in standard deviations.

    Every grade is the value that the rater sees, rounded; the lowest and the highest have no end. The arguments
    broadcast.
    """
    below = np.where(np.greater(low, 0), (low - 0.5 - severity) / error, -np.inf)
    above = np.where(np.less(high, WORST), (high + 0.5 - severity) / error, np.inf)
    return below, above


def subtract_tails(below: Array, above: Array) -> Array:
    """Return the chance of a standard normal number between two ends."""
    # The smaller tails are subtracted, so that a chance far from what is seen keeps its digits.
    flip = below > 0
    result: Array = ndtr(np.where(flip, -below, above)) - ndtr(np.where(flip, -above, below))
    return result


def list_looks(seen: Grade | Gone, kind: Kind) -> list[tuple[float, int, int, bool]]:
    """Return the looks that make up what was seen: the day, the lowest and the highest grade, and whether at rest."""
    if isinstance(seen, Grade):
        return [(seen.day, seen.grade, seen.grade, seen.at_rest)]
    gone = [(seen.day, kind.baseline, WORST, False)]
    return gone if seen.since is None else [(seen.since, 0, kind.baseline - 1, False), *gone]
