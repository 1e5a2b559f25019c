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
from functools import lru_cache
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from ..checks import Limits
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
BASELINES, WORST = (2, 3), 3
BASELINE = Limits("baseline", min(BASELINES), max(BASELINES))


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

    def choose_kinds(self, uniform: Array) -> npt.NDArray[np.intp]:
        """Return the place in `kinds` of each patient's kind, which numbers from 0 to 1 decide."""
        edges = np.cumsum([kind.share for kind in self.kinds()])[:-1]
        chosen: npt.NDArray[np.intp] = np.searchsorted(edges, uniform, side="right")
        return chosen

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


class View(NamedTuple):
    """What a rater compares: the severity that a line has without a placebo response, with a level.

    Parameters
    ----------
    at_rest : bool
        Whether the line is seen at rest, or at maximum frown.
    baseline : int
        The grade at baseline.
    level : float
        The severity up to which a rater without error and leniency sees a response.
    """

    at_rest: bool
    baseline: int
    level: float

    @classmethod
    def of(cls, endpoint: str, kind: Kind, raters: Raters) -> Self:
        """Return the view that decides on a response. Many endpoints and kinds of patients have the same one."""
        graded = worst_grade(endpoint, kind.baseline) + 0.5
        level = kind.baseline - raters.report_change if endpoint == ONSET else graded
        return cls(endpoint == AT_REST, kind.baseline, level + kind.placebo_responder)


class Seen:
    """The chances that raters see lines at most as severe as levels; each is computed once.

    Parameters
    ----------
    line : Line
        Arrays of any shape.
    raters : Raters

    Examples
    --------
    >>> line = Line(np.array([0.75]), np.array([0.25]))
    >>> seen = Seen(line, Raters(0.5, 0.0, 0.3, 0.3))
    >>> view = View(at_rest=False, baseline=2, level=1.5)  # the severity is 1.5 too
    >>> [chances.tolist() for chances in seen.by_each(view, "composite")], seen.by_all(view, "composite").tolist()
    ([[0.5], [0.5]], [0.25])
    """

    def __init__(self, line: Line, raters: Raters) -> None:
        self._line, self._raters = line, raters
        self._chances: dict[tuple[View, float], Array] = {}

    def by_each(self, view: View, assessor: str) -> list[Array]:
        """Return the chance for each rater of an assessor."""
        for error in self._raters.errors(assessor):
            if (view, error) not in self._chances:
                severity = view.baseline * (self._line.rest if view.at_rest else self._line.frown)
                room = (view.level + self._raters.leniency - severity) / error
                self._chances[view, error] = ndtr(room, out=room)
        return [self._chances[view, error] for error in self._raters.errors(assessor)]

    def by_all(self, view: View, assessor: str) -> Array:
        """Return the chance that all raters of an assessor see it."""
        first, *others = self.by_each(view, assessor)
        return math.prod(others, start=first)


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
    return Seen(line, raters).by_all(View.of(endpoint, kind, raters), assessor)


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
    return np.clip(np.ceil(seen - 0.5), 0, WORST).astype(np.int8)


def mean_chance(line: Line, endpoint: str, assessor: str, raters: Raters) -> Array:
    """Return the chance that the raters report a response: the mean over the kinds of patients."""
    result: Array = mean_chances(line, [(endpoint, assessor)], raters)[0]
    return result


def mean_chances(line: Line, pairs: Sequence[tuple[str, str]], raters: Raters) -> Array:
    """Return the chances of `mean_chance` for several endpoints, each with its assessor.

    Parameters
    ----------
    line : Line
        Arrays of shape (..., k).
    pairs : sequence of (str, str)
        Endpoints and assessors.
    raters : Raters

    Returns
    -------
    ndarray, shape (pairs, ..., k)
    """
    seen, result = Seen(line, raters), np.empty((len(pairs), *line.frown.shape))
    for assessor in dict.fromkeys(assessor for _, assessor in pairs):
        rows = [row for row, pair in enumerate(pairs) if pair[1] == assessor]
        views, weights = weigh_views(tuple(pairs[row][0] for row in rows), raters)
        result[rows] = mean_over_kinds([seen.by_all(view, assessor) for view in views], weights)
    return result


@lru_cache(maxsize=16)
def weigh_views(endpoints: tuple[str, ...], raters: Raters) -> tuple[tuple[View, ...], Array]:
    """Return the distinct views of endpoints, and the share of the patients for whom each decides.

    Returns
    -------
    (tuple of View, ndarray), length v and shape (endpoints, v); the array is read-only, and the same in every call
    """
    kinds = list(raters.kinds())
    views_of = [[View.of(endpoint, kind, raters) for kind in kinds] for endpoint in endpoints]
    views = tuple(dict.fromkeys(view for row in views_of for view in row))
    weights = np.zeros((len(endpoints), len(views)))
    for weight, row in zip(weights, views_of, strict=True):
        for view, kind in zip(row, kinds, strict=True):
            weight[views.index(view)] += kind.share
    weights.flags.writeable = False
    return views, weights


def mean_over_kinds(chances: Sequence[Array], weights: Array) -> Array:
    """Return the means over the kinds of patients, shape (endpoints, ..., k).

    Parameters
    ----------
    chances : sequence of ndarray, shape (..., k)
        A chance for each view.
    weights : ndarray, shape (endpoints, v)
        From `weigh_views`.
    """
    return np.moveaxis(weights @ np.stack(chances, axis=-2), -2, 0)
