"""The visits of single patients: on which days they come, what the raters see, and who leaves.

All random numbers of a block of patients are determined by the seed, the number of the block, and the number of the
treatment before the visits. The process does not matter, and all arms have the same patients and errors of raters.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..patients.draws import BLOCK
from ..patients.grades import RATERS_OF, Line, Raters, find_severity, round_grade
from ..times import YEAR
from .policies import Attendance

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
GradesOf = npt.NDArray[np.int8]

# The third number of a generator of a block; `patients.draws` uses 0 and 1.
OF_PEOPLE, OF_ERRORS, OF_ATTENDANCE = 2, 3, 4


class People(NamedTuple):
    """What stays the same in a patient through a trial, each an array of shape (k,).

    Parameters
    ----------
    baseline : ndarray of int
        Grade at baseline.
    placebo_responder : ndarray of bool
    kinds : ndarray of int
        The place of the patient's kind in `Raters.kinds`.
    last_day : ndarray
        The day on which the patient drops out; infinite for a patient who does not.
    """

    baseline: Whole
    placebo_responder: Flags
    kinds: Whole
    last_day: Array

    @classmethod
    def draw(cls, raters: Raters, attendance: Attendance, seed: int, block: int, patients: int) -> People:
        """Return the first patients of a block."""
        of_kind, of_leaving = np.random.default_rng([seed, block, OF_PEOPLE]).random((2, BLOCK))[:, :patients]
        all_kinds = list(raters.kinds())
        kinds = raters.choose_kinds(of_kind)
        # The chance to be left after t days is (1 - drop_out)^(t / year).
        rate = -np.log1p(-attendance.drop_out) / YEAR
        with np.errstate(over="ignore"):  # a day without end, at next to no rate
            last_day = -np.log1p(-of_leaving) / rate if rate > 0 else np.full(patients, np.inf)
        return cls(
            np.array([kind.baseline for kind in all_kinds])[kinds],
            np.array([kind.placebo_responder for kind in all_kinds])[kinds],
            kinds,
            last_day,
        )

    def of(self, patients: Whole) -> People:
        """Return some of the patients, by their places."""
        return People(
            self.baseline[patients], self.placebo_responder[patients], self.kinds[patients], self.last_day[patients]
        )


class Grades(NamedTuple):
    """The grades that raters give to k patients at some visits, each of shape (visits, k)."""

    investigator: GradesOf
    subject: GradesOf
    investigator_at_rest: GradesOf
    subject_at_rest: GradesOf

    def seen_by(self, assessor: str) -> GradesOf:
        """Return the grade at maximum frown of an assessor; a composite grade is the better one of both raters."""
        grades: GradesOf = np.minimum.reduce([getattr(self, rater) for rater in RATERS_OF[assessor]])
        return grades


class Chances(NamedTuple):
    """The random numbers of the visits after one treatment.

    Parameters
    ----------
    errors : ndarray, shape (visits, 4, k)
        Standard normals: one for each field of `Grades`.
    shifts : ndarray of int, shape (visits, k)
        Days by which a visit is late.
    missed, gives_up : ndarray of bool, shape (visits, k)
        Whether the visit is missed; whether a patient in whom no effect has been seen leaves at it.
    """

    errors: Array
    shifts: Whole
    missed: Flags
    gives_up: Flags

    @classmethod
    def draw(cls, attendance: Attendance, visits: int, seed: int, block: int, treatment: int) -> Chances:
        """Return the numbers of a whole block."""
        errors = np.random.default_rng([seed, block, OF_ERRORS, treatment])
        attending = np.random.default_rng([seed, block, OF_ATTENDANCE, treatment])
        shifts, missed, gives_up = np.moveaxis(attending.random((visits, 3, BLOCK)), 1, 0)
        return cls(
            errors.standard_normal((visits, len(Grades._fields), BLOCK)),
            np.floor((2 * attendance.window + 1) * shifts).astype(np.int64) - attendance.window,
            missed < attendance.missed,
            gives_up < attendance.leave_without_effect,
        )

    def of(self, patients: Whole) -> Chances:
        """Return the numbers of some of the patients, by their places."""
        return Chances(
            self.errors[..., patients], self.shifts[:, patients], self.missed[:, patients], self.gives_up[:, patients]
        )


def grade(line: Line, people: People, raters: Raters, errors: Array) -> Grades:
    """Return what the raters see.

    Parameters
    ----------
    line : Line
        Arrays of shape (visits, k).
    people : People
        k patients.
    raters : Raters
    errors : ndarray, shape (visits, 4, k)
        As in `Chances`.
    """
    deviations = (raters.investigator_error, raters.subject_error)
    severities = [find_severity(depth, people.baseline, people.placebo_responder) for depth in line]
    seen = [
        severity + deviation * errors[:, 2 * place + rater] - raters.leniency
        for place, severity in enumerate(severities)
        for rater, deviation in enumerate(deviations)
    ]
    return Grades(*map(round_grade, seen))
