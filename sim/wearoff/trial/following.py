"""Single patients of an arm, followed from treatment to treatment, each on days of its own.

Patients come to visits, are graded, and are treated again as the arm says. Each treatment is solved in days after it,
from what the treatments before have left behind, and is read on whole days. What a patient's raters see decides at the
visit itself.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..labels import LANDMARK_DAYS, LANDMARKS
from ..model.carried import Carried
from ..model.cohort import Cohort
from ..model.doses import Doses
from ..model.landmarks import find_landmarks
from ..patients.draws import OF_PATIENT
from ..patients.grades import Line
from ..patients.treated import Treated
from .looks import Chances, Flags, Grades, People, Whole, grade
from .plans import Given, Plan, plan_rows
from .policies import Retreat

Array = npt.NDArray[np.float64]


class Seen(NamedTuple):
    """Visits of patients, each field an array: of shape (visits, k) for those planned, (visits,) for those made.

    Parameters
    ----------
    patient, day, treatment : ndarray of int
        The place of the patient, the day of the trial, and the number of treatments before the visit.
    units : ndarray
        Units that are given at the visit; 0 for none.
    visible : ndarray
        The visible effect before a treatment at the visit.
    grades : Grades
    """

    patient: Whole
    day: Whole
    treatment: Whole
    units: Array
    visible: Array
    grades: Grades

    def kept(self, made: Flags) -> Seen:
        """Return the visits that were made, one after another."""
        return Seen(
            self.patient[made],
            self.day[made],
            self.treatment[made],
            self.units[made],
            self.visible[made],
            Grades(*(each[made] for each in self.grades)),
        )


class Followed(NamedTuple):
    """The k patients of a block through a trial.

    Parameters
    ----------
    people : People
    visible, crease : ndarray, shape (days, k)
        On every day of the trial from day 0.
    seen : list of Seen
        The visits that were made: first those at baseline, then those after each treatment.
    treatments : ndarray of int, shape (k,)
        Their number; an injection of placebo counts.
    units : ndarray, shape (k,)
        All units that a patient got.
    treated_on : list of (ndarray, ndarray)
        The places of the patients who got the first treatment, the second and so on, and the days of it.
    landmarks : ndarray, shape (landmarks, k)
        The landmarks of the first treatment, up to the second: infinite where the second or the end comes before them.
    until : ndarray of int, shape (k,)
        Days from the first treatment to the second, or to the end of the trial.
    gave_up : ndarray of bool, shape (k,)
        Whether the patient left because no effect was seen.
    """

    people: People
    visible: Array
    crease: Array
    seen: list[Seen]
    treatments: Whole
    units: Array
    treated_on: list[tuple[Whole, Whole]]
    landmarks: Array
    until: Whole
    gave_up: Flags


def follow(plan: Plan, draws: Array, people: People, seed: int, block: int) -> Followed:
    """Return the patients of a block, followed through the trial.

    Parameters
    ----------
    plan : Plan
    draws : ndarray, shape (k, OF_PATIENT + treatments)
        Standard normal numbers from `patients.draws`.
    people : People
        The same patients.
    seed, block : int
        They determine the errors of raters and the attendance.
    """
    count = len(draws)
    result = Followed(
        people, np.zeros((plan.last + 1, count)), np.ones((plan.last + 1, count)), [],
        np.zeros(count, dtype=np.int64), np.zeros(count), [], np.full((len(LANDMARKS), count), np.nan),
        np.zeros(count, dtype=np.int64), np.zeros(count, dtype=bool),
    )  # fmt: skip
    patients, day = np.arange(count), np.full(count, plan.given.days[0])
    dose, start = np.zeros(count, dtype=np.int64), None
    result.seen.append(_see_baseline(plan, draws, people, seed, block))
    number = 1
    while len(patients):
        cohort = (
            None if plan.treated is None else _solve(plan.treated, plan.given, draws[patients], number, dose, start)
        )
        stage = _Stage.of(cohort, plan, number, patients, day)
        stage.write(result.visible, result.crease)
        result.treatments[patients] = number
        result.units[patients] += plan.given.units[dose]
        result.treated_on.append((patients, day))
        again = _look(plan, stage, draws[patients], people.of(patients), seed, block, result)
        wait = again.day - day
        if number == 1:
            result.until[:] = np.where(again.chosen, again.day, plan.last) - day
        if cohort is not None:
            if number == 1:
                result.landmarks[:] = _find_landmarks(cohort, result.until)
            start = Carried(*(part[again.chosen] for part in cohort.carry(np.where(again.chosen, wait, 0.0))))
        patients, day, dose = (values[again.chosen] for values in (patients, again.day, again.dose))
        number += 1
    return result


class _Stage(NamedTuple):
    # Patients after the same number of treatments.
    number: int
    patients: Whole  # their places
    day: Whole  # of the last treatment
    visible: Array  # of each day after it, shape (days, k)
    crease: Array

    @classmethod
    def of(cls, cohort: Cohort | None, plan: Plan, number: int, patients: Whole, day: Whole) -> _Stage:
        after = np.arange(plan.last - day.min() + 1.0)
        if cohort is None:
            shape = (len(after), len(patients))
            return cls(number, patients, day, np.zeros(shape), np.ones(shape))
        return cls(number, patients, day, cohort.visible_at(after), cohort.crease_at(after))

    def write(self, visible: Array, crease: Array) -> None:
        # Write the course since the treatment into the days of the trial.
        after = np.arange(len(visible))[:, None] - self.day
        since = after >= 0
        for whole, own in ((visible, self.visible), (crease, self.crease)):
            read = np.take_along_axis(own, np.clip(after, 0, len(own) - 1), axis=0)
            whole[:, self.patients] = np.where(since, read, whole[:, self.patients])

    def read(self, days: Whole) -> tuple[Array, Array]:
        # Return visible effect and crease on days of the trial, shape (visits, k).
        after = np.clip(days - self.day, 0, len(self.visible) - 1)
        return np.take_along_axis(self.visible, after, axis=0), np.take_along_axis(self.crease, after, axis=0)


class _Again(NamedTuple):
    # The next treatment of each patient of a stage: whether there is one, its day, and which of the arm's it is.
    chosen: Flags
    day: Whole
    dose: Whole


def _solve(treated: Treated, given: Given, draws: Array, number: int, dose: Whole, start: Carried | None) -> Cohort:
    local = Doses(np.zeros(1), given.local[dose][:, None, None], np.ones(1))
    columns = [*range(OF_PATIENT), OF_PATIENT + number - 1]
    return treated._replace(doses=local).solve(draws[:, columns], start)


def _find_landmarks(cohort: Cohort, end: Whole) -> Array:
    # Return the landmarks up to the day on which each patient is treated again, or the trial ends.
    found = find_landmarks(cohort.mesh, cohort.visible, cohort.weak)._asdict()
    found["peak_effect"] = np.where(found["peak_day"] > end, np.nan, found["peak_effect"])
    return np.stack(
        [
            np.where(found[name] > end, np.inf, found[name]) if name in LANDMARK_DAYS else found[name]
            for name in LANDMARKS
        ]
    )


def _see_baseline(plan: Plan, draws: Array, people: People, seed: int, block: int) -> Seen:
    # The grade at maximum frown is that with which patients are admitted. At rest it is seen by the raters.
    count = len(draws)
    errors = Chances.draw(plan.attendance, 1, seed, block, 0).of(np.arange(count)).errors
    line = Line.of(np.zeros((1, count)), np.ones((1, count)), plan.population.constants(draws))
    admitted = people.baseline.astype(np.int8)[None]
    grades = grade(line, people, plan.population.raters, errors)._replace(investigator=admitted, subject=admitted)
    ones = np.ones((1, count), dtype=np.int64)
    units = np.full((1, count), plan.given.units[0])
    day = ones * plan.given.days[0]
    return Seen(np.arange(count)[None], day, 0 * ones, units, np.zeros((1, count)), grades).kept(ones > 0)


def _look(plan: Plan, stage: _Stage, draws: Array, people: People, seed: int, block: int, result: Followed) -> _Again:
    # Go through the visits after a treatment until the next one; record them in `result`.
    days, dose, chances = _plan_visits(plan, stage, seed, block)
    visible, crease = stage.read(days)
    line = Line.of(visible, crease, plan.population.constants(draws))
    grades = grade(line, people, plan.population.raters, chances.errors)
    attended = ~chances.missed & (days > stage.day) & (days <= np.minimum(plan.last, people.last_day))
    better = np.logical_or.accumulate(attended & (grades.investigator < people.baseline), axis=0)
    gives_up = attended & chances.gives_up & ~better
    attended &= ~_before(gives_up)
    treated = attended & (dose >= 0) & ~gives_up & _wants(plan.retreat, grades, visible, people)
    attended &= ~_before(treated)
    treated &= attended
    units = np.where(treated, plan.given.units[dose], 0.0)
    number = np.full(days.shape, stage.number)
    seen = Seen(np.broadcast_to(stage.patients, days.shape), days, number, units, visible, grades)
    result.seen.append(seen.kept(attended))
    result.gave_up[stage.patients] |= (gives_up & attended).any(axis=0)
    # Each patient has at most one visit at which it is treated.
    chosen = np.logical_or.reduce(treated, axis=0)
    return _Again(chosen, np.where(treated, days, 0).sum(axis=0), np.where(treated, dose, 0).sum(axis=0))


def _plan_visits(plan: Plan, stage: _Stage, seed: int, block: int) -> tuple[Whole, Whole, Chances]:
    # Return the days of the visits, which of the arm's treatments can be given at each (-1: none), and the chances.
    if plan.retreat is None:
        planned, dose = plan_rows(plan.given.days, plan.look_every, plan.last)
        chances = Chances.draw(plan.attendance, len(planned), seed, block, 1).of(stage.patients)
        days = planned[:, None] + chances.shifts
        return days, np.broadcast_to(dose[:, None], days.shape), chances
    shortest, every = plan.retreat.min_interval, plan.retreat.every
    after = np.arange((shortest - 1) % every + 1, plan.last - plan.given.days[0] + 1, every)
    # A treatment less than half of the time between visits ago need not be in effect yet.
    after = after[(after >= every / 2) | (after >= shortest)]
    chances = Chances.draw(plan.attendance, len(after), seed, block, stage.number).of(stage.patients)
    possible = (after >= shortest) & (stage.number < plan.most)
    dose = np.where(possible, min(stage.number, len(plan.given.units) - 1), -1)[:, None]
    shifted = after[:, None] + chances.shifts
    days = stage.day + np.where(dose >= 0, np.maximum(shifted, shortest), shifted)
    return days, np.broadcast_to(dose, days.shape), chances


def _wants(retreat: Retreat | None, grades: Grades, visible: Array, people: People) -> Flags:
    # Return at which visits a patient is to be treated again.
    if retreat is None or retreat.always:
        return np.ones(visible.shape, dtype=bool)
    if retreat.level is not None:
        return visible < retreat.level
    return grades.seen_by(retreat.assessor) >= (people.baseline if retreat.grade is None else retreat.grade)


def _before(flags: Flags) -> Flags:
    # Return whether a flag has been set at an earlier visit.
    result = np.zeros_like(flags)
    np.logical_or.accumulate(flags[:-1], axis=0, out=result[1:])
    return result
