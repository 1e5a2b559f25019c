"""Grades and responders, computed from the line in the skin.

The severity of a line is its grade at baseline, s0 = 2 or 3, times its depth as a fraction of baseline, on the scale
none 0, mild 1, moderate 2, severe 3. A placebo responder's line is one grade better than that, with and without toxin.
A rater sees the severity with a normal error. The grade is the value that the rater sees, rounded, and limited to 0 to
3. Lines are graded at maximum frown, and for one endpoint at rest. A grade is a response if it is none or mild, if it
is one or two grades better than at baseline, or if it is none, as the endpoint asks.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from ..model.equations import Constants, depth

Array = npt.NDArray[np.float64]

# The endpoints, under their names in the observations. "moderate_improvement" (at least moderate improvement in a
# global assessment) counts as "one grade better". "onset_reported" (a first effect is reported) is no grade: the line
# must be better than at baseline by `Raters.report_change`. "none_at_rest" is graded at rest: no line, of all patients.
AT_REST, ONSET = "none_at_rest", "onset_reported"
ENDPOINTS = ("none_or_mild", "one_grade", "two_grades", "moderate_improvement", ONSET, AT_REST)
# Who must see the response. For "composite" both investigator and subject must see it. A "rater" has the error of an
# investigator.
ASSESSORS = ("investigator", "subject", "composite", "rater")
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
        both = (self.investigator_error, self.subject_error)
        return {"investigator": both[:1], "rater": both[:1], "subject": both[1:], "composite": both}[assessor]


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


class Grading:
    """What raters see of lines. Each chance is computed once, however many endpoints and kinds of patients have it.

    Parameters
    ----------
    line : Line
        Arrays of any shape.
    raters : Raters

    Examples
    --------
    >>> line = Line(np.array([0.75]), np.array([0.25]))  # of a grade of 2: severity 1.5 at frown and 0.5 at rest
    >>> Grading(line, Raters(0.5, 0.0, 0.3, 0.3)).see_at_most(1, "investigator", Kind(2, False, 0.5))[0].tolist()
    [0.5]
    """

    def __init__(self, line: Line, raters: Raters) -> None:
        self._line, self._raters = line, raters
        self._known: dict[tuple[bool, int, float, float], Array] = {}

    def see_response(self, endpoint: str, assessor: str, kind: Kind) -> list[Array]:
        """Return the chance that each rater of an assessor sees a response; arguments as in `chance`."""
        if endpoint == ONSET:
            grade = kind.baseline - self._raters.report_change - 0.5
        else:
            grade = worst_grade(endpoint, kind.baseline)
        return self.see_at_most(grade, assessor, kind, at_rest=endpoint == AT_REST)

    def see_at_most(self, grade: float, assessor: str, kind: Kind, *, at_rest: bool = False) -> list[Array]:
        """Return the chance that each rater of an assessor sees at most a grade, at maximum frown or at rest."""
        # The line is compared with that of a patient who is no placebo responder, so that kinds share chances.
        level = grade + 0.5 + kind.placebo_responder
        return [self._see(at_rest, kind.baseline, level, error) for error in self._raters.errors(assessor)]

    def _see(self, at_rest: bool, baseline: int, level: float, error: float) -> Array:
        key = (at_rest, baseline, level, error)
        if key not in self._known:
            severity = baseline * (self._line.rest if at_rest else self._line.frown)
            self._known[key] = ndtr((level + self._raters.leniency - severity) / error)
        return self._known[key]


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
    return math.prod(Grading(line, raters).see_response(endpoint, assessor, kind))


def mean_chance(line: Line, endpoint: str, assessor: str, raters: Raters) -> Array:
    """Return the chance that the raters report a response: the mean over the kinds of patients."""
    (result,) = mean_chances(line, [(endpoint, assessor)], raters)
    return result


def mean_chances(line: Line, pairs: Sequence[tuple[str, str]], raters: Raters) -> Array:
    """Return the chances of `mean_chance` for several endpoints, each with its assessor.

    Parameters
    ----------
    line : Line
        Arrays of any shape.
    pairs : sequence of (str, str)
        Endpoints and assessors.
    raters : Raters

    Returns
    -------
    ndarray, shape (pairs, ...)
        The other axes are those of the arrays of `line`.
    """
    grading, result = Grading(line, raters), np.zeros((len(pairs), *line.frown.shape))
    for i, (endpoint, assessor) in enumerate(pairs):
        for kind in raters.kinds():
            result[i] += kind.share * math.prod(grading.see_response(endpoint, assessor, kind))
    return result
