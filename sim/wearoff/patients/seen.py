"""What a trial sees of a duration: the first of its visits at which the raters' grade is back.

A trial grades a line on its visits and not between them, and each grade has a rater's error, independent of those of
other visits. A duration ends at the first visit with a grade that ends it. Patients who are seen back at one visit
leave, so that a later better grade does not count.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .grades import Kind, Line, Raters, Seen, View, mean_over_kinds, weigh_views

Array = npt.NDArray[np.float64]

# The durations, and the response that a patient has until the duration ends. A return to baseline is the first grade
# that is no better than that at baseline. A loss of none or mild is the first grade that is worse than mild.
RESPONSE_OF = {"return_to_baseline": "one_grade", "loss_of_none_or_mild": "none_or_mild"}


def chance_seen_back(lines: Line, duration: str, assessor: str, kind: Kind, raters: Raters) -> Array:
    """Return the chance that the end of a duration has been seen by each visit, given the courses of patients.

    At visit j the raters see the end with the chance p_j, so that they see it first at visit j with the chance
    ``p_j (1 - p_1) ... (1 - p_(j-1))``. The chance that they have seen it by visit j is
    ``1 - (1 - p_1) ... (1 - p_j)``. The assessor "composite" sees an end at a visit at which both the investigator and
    the subject see it: a published "loss of none or mild (investigator and subject)" ends when both no longer rate none
    or mild.

    Parameters
    ----------
    lines : Line
        Arrays of shape (visits, k): the lines of k patients at the visits of the trial, in their order.
    duration : str
        One of `RESPONSE_OF`.
    assessor : str
        One of `grades.ASSESSORS`.
    kind : Kind
    raters : Raters

    Returns
    -------
    ndarray, shape (visits, k)

    Examples
    --------
    >>> raters = Raters(0.5, 0.0, 0.3, 0.3)
    >>> moderate = Kind(2, False, 0.5)
    >>> lines = Line(np.array([[0.75], [0.75]]), np.zeros((2, 1)))  # severity 1.5: between two grades
    >>> chance_seen_back(lines, "return_to_baseline", "investigator", moderate, raters).tolist()
    [[0.5], [0.75]]
    """
    view = View.of(RESPONSE_OF[duration], kind, raters)
    return accumulate_visits(_not_seen(Seen(lines, raters).by_each(view, assessor)))


def chance_seen_at(lines: Line, grade: int | None, assessor: str, kind: Kind, raters: Raters) -> Array:
    """Return the chance that a grade, or a worse one, has been seen by each visit, as `chance_seen_back` does.

    Parameters
    ----------
    lines : Line
        Arrays of shape (visits, k).
    grade : int or None
        From 1 to 3; None for the grade at baseline.
    assessor, kind, raters
        As in `chance_seen_back`.

    Returns
    -------
    ndarray, shape (visits, k)
    """
    better = (kind.baseline if grade is None else grade) - 0.5
    view = View(at_rest=False, baseline=kind.baseline, level=better + kind.placebo_responder)
    return accumulate_visits(_not_seen(Seen(lines, raters).by_each(view, assessor)))


def mean_chances_seen_back(
    lines: Line, durations: Sequence[str], assessor: str, raters: Raters, missed: float = 0.0
) -> Array:
    """Return the chances of `chance_seen_back` for several durations: the means over the kinds of patients.

    `missed` is the chance that a patient misses a visit; nothing is seen then.

    Returns
    -------
    ndarray, shape (durations, visits, k)
    """
    views, weights = weigh_views(tuple(RESPONSE_OF[duration] for duration in durations), raters)
    not_seen = chances_not_seen(lines, views, assessor, raters, missed)
    return mean_over_kinds(list(accumulate_visits(not_seen)), weights)


def chances_not_seen(lines: Line, views: Sequence[View], assessor: str, raters: Raters, missed: float = 0.0) -> Array:
    """Return the chance that the end is not seen at a visit, whatever is seen at others, shape (views, ..., k)."""
    seen = Seen(lines, raters)
    return np.stack([missed + (1 - missed) * _not_seen(seen.by_each(view, assessor)) for view in views])


def accumulate_visits(not_seen: Array) -> Array:
    """Return the chance that the end has been seen by each visit, and change the array that is given.

    Parameters
    ----------
    not_seen : ndarray, shape (..., visits, k)
        The chance that it is not seen at a visit.
    """
    for before, here in itertools.pairwise(np.moveaxis(not_seen, -2, 0)):
        here *= before
    result: Array = np.subtract(1, not_seen, out=not_seen)
    return result


def _not_seen(better: list[Array]) -> Array:
    # Return the chance that at a visit not all raters see the end, from the chance of each to see a better grade.
    first, *others = better
    return 1 - math.prod((1 - each for each in others), start=1 - first) if others else first
