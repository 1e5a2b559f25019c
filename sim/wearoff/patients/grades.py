"""Grades and responders, computed from the visible effect.

The severity of a line at maximum frown is ``s = s0 (1 - V)`` on the scale none 0, mild 1, moderate 2, severe 3, where
s0 is the grade at baseline, 2 or 3. A placebo responder's line is one grade better than that, with and without toxin. A
rater sees s with a normal error. The grade is the value that the rater sees, rounded, and limited to 0 to 3. A grade is
a response if it is none or mild, or if it is one or two grades better than at baseline, as the endpoint asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

Array = npt.NDArray[np.float64]

# The endpoints, under their names in the observations. Two of them count as "one grade better": "moderate_improvement"
# (at least moderate improvement in a global assessment) and "onset_reported" (a first effect is reported).
ENDPOINTS = ("none_or_mild", "one_grade", "two_grades", "moderate_improvement", "onset_reported", "none_at_rest")
# Who must see the response. For "composite" both investigator and subject must see it. A "rater" has the error of an
# investigator.
ASSESSORS = ("investigator", "subject", "composite", "rater")
BASELINES = (2, 3)


class Kind(NamedTuple):
    """A kind of patient: the grade at baseline, whether a placebo responder, and its share of all patients."""

    baseline: int
    placebo_responder: bool
    share: float


class Raters(NamedTuple):
    """The shares of the kinds of patients, and the errors of the raters.

    Parameters
    ----------
    severe_share : float
        Share of patients who are severe at baseline; the others are moderate.
    placebo_share : float
        Share of placebo responders.
    investigator_error, subject_error : float
        Standard deviations of the errors, in grades.
    """

    severe_share: float
    placebo_share: float
    investigator_error: float
    subject_error: float

    def kinds(self) -> Iterator[Kind]:
        """Yield the four kinds of patients."""
        for baseline, share in zip(BASELINES, (1 - self.severe_share, self.severe_share), strict=True):
            yield Kind(baseline, False, share * (1 - self.placebo_share))
            yield Kind(baseline, True, share * self.placebo_share)

    def errors(self, assessor: str) -> tuple[float, ...]:
        """Return the error of each rater who must see the response, in grades."""
        both = (self.investigator_error, self.subject_error)
        return {"investigator": both[:1], "rater": both[:1], "subject": both[1:], "composite": both}[assessor]


def worst_grade(endpoint: str, baseline: int) -> int:
    """Return the worst grade that is still a response.

    Examples
    --------
    >>> worst_grade("none_or_mild", 3), worst_grade("two_grades", 3), worst_grade("one_grade", 2)
    (1, 1, 1)
    """
    if endpoint == "none_or_mild":
        return 1
    return baseline - (2 if endpoint == "two_grades" else 1)


def chance(visible: Array, endpoint: str, assessor: str, kind: Kind, raters: Raters) -> Array:
    """Return the chance that the raters report a response, averaged over their errors.

    Parameters
    ----------
    visible : ndarray
        The visible effect, any shape.
    endpoint, assessor : str
        One of `ENDPOINTS`, one of `ASSESSORS`.
    kind : Kind
    raters : Raters

    Returns
    -------
    ndarray, shape of `visible`

    Examples
    --------
    >>> raters = Raters(0.5, 0.0, 0.3, 0.3)
    >>> moderate = Kind(2, False, 0.5)
    >>> effect = np.array([0.25])  # s = 1.5: between two grades
    >>> chance(effect, "none_or_mild", "investigator", moderate, raters).tolist()
    [0.5]
    """
    severity = kind.baseline * (1 - visible) - kind.placebo_responder
    room = worst_grade(endpoint, kind.baseline) + 0.5 - severity
    result = np.ones_like(visible)
    for error in raters.errors(assessor):
        result *= ndtr(room / error)
    return result


def mean_chance(visible: Array, endpoint: str, assessor: str, raters: Raters) -> Array:
    """Return the chance that the raters report a response: the mean over the kinds of patients."""
    return sum(
        (kind.share * chance(visible, endpoint, assessor, kind, raters) for kind in raters.kinds()),
        start=np.zeros_like(visible),
    )


def level_of_return(baseline: int) -> float:
    """Return the effect below which the grade is again that at baseline: the severity s is above s0 - 1/2."""
    return 0.5 / baseline


def level_of_loss(baseline: int) -> float:
    """Return the effect below which the grade is no longer none or mild: the severity s is above 3/2."""
    return 1 - 1.5 / baseline
