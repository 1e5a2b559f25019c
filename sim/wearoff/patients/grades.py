"""Grades and responders, computed from the line in the skin.

The severity of a line is its grade at baseline, s0 = 2 or 3, times its depth as a fraction of baseline, on the scale
none 0, mild 1, moderate 2, severe 3. A placebo responder's line is one grade better than that, with and without toxin.
A rater sees the severity with a normal error. The grade is the value that the rater sees, rounded, and limited to 0 to
3. Lines are graded at maximum frown, and for one endpoint at rest. A grade is a response if it is none or mild, if it
is one or two grades better than at baseline, or if it is none, as the endpoint asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from ..model.equations import Constants, depth

Array = npt.NDArray[np.float64]
Grades = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# The endpoints, under their names in the observations. "moderate_improvement" (at least moderate improvement in a
# global assessment) counts as "one grade better". "onset_reported" (a first effect is reported) is no grade: the line
# must be better than at baseline by `Raters.report_change`. "none_at_rest" is graded at rest: no line, of all patients.
AT_REST, ONSET = "none_at_rest", "onset_reported"
ENDPOINTS = ("none_or_mild", "one_grade", "two_grades", "moderate_improvement", ONSET, AT_REST)
# The raters who must see a response, for each assessor. A "rater" has the error of an investigator.
RATERS_OF = {
    "investigator": ("investigator",),
    "subject": ("subject",),
    "composite": ("investigator", "subject"),
    "rater": ("investigator",),
}
ASSESSORS = tuple(RATERS_OF)
BASELINES = (2, 3)


class Line(NamedTuple):
    """The depth of a line, as fractions of its depth at maximum frown at baseline.

    Parameters
    ----------
    frown, rest : ndarray
        At maximum frown and at rest, of the same shape.
    """

    frown: Array
    rest: Array

    @classmethod
    def of(cls, visible: Array, crease: Array, constants: Constants) -> Self:
        """Return the lines of k patients.

        Parameters
        ----------
        visible, crease : ndarray, shape (..., k)
            Visible effect and crease.
        constants : Constants
            The crease share of each patient, an array of shape (k,), or a number.

        Examples
        --------
        >>> from wearoff import Parameters
        >>> c = Parameters(crease_share=0.25).constants()
        >>> Line.of(np.array([0.0, 1.0]), np.array([1.0, 0.5]), c)
        Line(frown=array([1.   , 0.125]), rest=array([0.25 , 0.125]))
        """
        return cls(depth(visible, crease, constants), constants.q * crease)


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
    report_change : float
        Improvement of a line, in grades, at which a first effect is reported.
    leniency : float
        Grades by which the raters of one trial see every line less severe than it is.
    """

    severe_share: float
    placebo_share: float
    investigator_error: float
    subject_error: float
    report_change: float = 0.5
    leniency: float = 0.0

    def kinds(self) -> Iterator[Kind]:
        """Yield the four kinds of patients."""
        for baseline, share in zip(BASELINES, (1 - self.severe_share, self.severe_share), strict=True):
            yield Kind(baseline, False, share * (1 - self.placebo_share))
            yield Kind(baseline, True, share * self.placebo_share)

    def errors(self, assessor: str) -> tuple[float, ...]:
        """Return the error of each rater who must see the response, in grades."""
        return tuple(getattr(self, f"{rater}_error") for rater in RATERS_OF[assessor])


def worst_grade(endpoint: str, baseline: int) -> int:
    """Return the worst grade that is still a response.

    Examples
    --------
    >>> worst_grade("none_or_mild", 3), worst_grade("two_grades", 3), worst_grade("one_grade", 2)
    (1, 1, 1)
    """
    if endpoint == AT_REST:
        return 0
    if endpoint == "none_or_mild":
        return 1
    return baseline - (2 if endpoint == "two_grades" else 1)


def chance(line: Line, endpoint: str, assessor: str, kind: Kind, raters: Raters) -> Array:
    """Return the chance that the raters report a response, averaged over their errors.

    Parameters
    ----------
    line : Line
        Arrays of any shape.
    endpoint, assessor : str
        One of `ENDPOINTS`, one of `ASSESSORS`.
    kind : Kind
    raters : Raters

    Returns
    -------
    ndarray, shape of the arrays of `line`

    Examples
    --------
    >>> raters = Raters(0.5, 0.0, 0.3, 0.3)
    >>> moderate = Kind(2, False, 0.5)
    >>> line = Line(np.array([0.75]), np.array([0.25]))  # severity 1.5 at frown and 0.5 at rest: between two grades
    >>> chance(line, "none_or_mild", "investigator", moderate, raters).tolist()
    [0.5]
    >>> chance(line, "none_at_rest", "investigator", moderate, raters).tolist()
    [0.5]
    """
    room = find_room(line, endpoint, kind, raters)
    result = np.ones_like(room)
    for error in raters.errors(assessor):
        result *= ndtr(room / error)
    return result


def find_room(line: Line, endpoint: str, kind: Kind, raters: Raters) -> Array:
    """Return by how many grades a rater without error could see the line worse before it is no response.

    Below 0 it is no response. The shape is that of the arrays of `line`.
    """
    severity = find_severity(line.rest if endpoint == AT_REST else line.frown, kind.baseline, kind.placebo_responder)
    worst_severity = (
        kind.baseline - raters.report_change if endpoint == ONSET else worst_grade(endpoint, kind.baseline) + 0.5
    )
    result: Array = worst_severity + raters.leniency - severity
    return result


def find_severity(depth: Array, baseline: int | Grades, placebo_responder: bool | Flags) -> Array:
    """Return the severity of lines, in grades, from their depth; `baseline` and `placebo_responder` as in `Kind`."""
    result: Array = baseline * depth - placebo_responder
    return result


def round_grade(seen: Array) -> npt.NDArray[np.int8]:
    """Return the grade for the severity that a rater sees, error included: rounded, a half down, and from 0 to 3.

    Examples
    --------
    >>> round_grade(np.array([-0.7, 0.5, 1.6, 3.4])).tolist()
    [0, 0, 2, 3]
    """
    return np.clip(np.ceil(seen - 0.5), 0, 3).astype(np.int8)


def mean_chance(line: Line, endpoint: str, assessor: str, raters: Raters) -> Array:
    """Return the chance that the raters report a response: the mean over the kinds of patients."""
    return sum(
        (kind.share * chance(line, endpoint, assessor, kind, raters) for kind in raters.kinds()),
        start=np.zeros_like(line.frown),
    )
