"""What a trial can see of a patient at its endpoint, and the chance of each of these outcomes in an arm.

An endpoint is a response on a day, or a duration that ends at one of the trial's visits. The chances are means over
patients, their kinds and the errors of their raters. Patients drop out or miss visits whatever is seen of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..errors import InputError, format_value
from ..labels import words
from ..model.equations import MODEL
from ..patients.grades import Line
from ..patients.population import Population
from ..patients.seen import RESPONSE_OF, mean_chances_seen_back
from ..workers import Workers, sharing
from .arms import Arm
from .blocks import list_visits
from .counting import Design, count_patients
from .policies import Attendance
from .running import run_trial

Array = npt.NDArray[np.float64]

POOL = 8192  # patients over whom the chances are averaged
CHUNK = 2048  # of them, whom a process gets at a time


class Outcomes(NamedTuple):
    """The outcomes of a patient of an arm, each field but the last an array of shape (outcomes,).

    Parameters
    ----------
    days : ndarray
        The day on which the outcome is seen: that of the response, or days after the last treatment.
    seen : ndarray of bool
        Whether there is a response, or the end of the duration is seen. A duration whose end is not seen is
        right-censored on its day, the last on which the patient was seen.
    chances : ndarray
    error : float
        The Monte Carlo error of the chance that it is seen.
    """

    days: Array
    seen: npt.NDArray[np.bool_]
    chances: Array
    error: float

    @property
    def rate(self) -> float:
        """The share of patients with a response, or in whom the end is seen."""
        return float(self.chances[self.seen].sum())

    @property
    def median(self) -> float:
        """The first day by which the end is seen in half of the patients (product-limit estimate), or infinite."""
        days = self.days[self.seen]
        at_risk = (self.days >= days[:, None]) @ self.chances
        ends = np.divide(self.chances[self.seen], at_risk, out=np.zeros(len(days)), where=at_risk > 0)
        not_seen = np.cumprod(1 - ends)
        return float(days[not_seen <= 0.5].min(initial=np.inf))


def mix(outcomes: Iterable[Outcomes]) -> Outcomes:
    """Return the outcomes of the patients of several populations together, who have the same outcomes."""
    every = list(outcomes)
    # The patients of all populations have the same random numbers, so that errors do not average out.
    chances, error = np.mean([each.chances for each in every], axis=0), np.mean([each.error for each in every])
    return every[0]._replace(chances=chances, error=float(error))


class Question(NamedTuple):
    """What is asked of each patient of two arms, all checked.

    Parameters
    ----------
    arms : dict of str to Arm
        By their names.
    endpoint, assessor : str
        A response or a duration, and who must see it.
    day : float
        The day of a response; NaN for a duration.
    last, look_every : int
        The last day, and the days between the visits at which a duration can end.
    attendance : Attendance
        The chance to miss a visit, and the share of patients who leave within a year.
    seed : int
    """

    arms: dict[str, Arm]
    endpoint: str
    assessor: str
    day: float
    last: int
    look_every: int
    attendance: Attendance
    seed: int

    @property
    def lasts(self) -> bool:
        """Whether the endpoint is a duration."""
        return self.endpoint in RESPONSE_OF

    def describe(self) -> str:
        """Return the endpoint in words, with its assessor, its day or its visits, and who is not seen."""
        when = f"visits every {self.look_every} days to day {self.last}" if self.lasts else f"day {self.day:g}"
        text = f"{words(self.endpoint)}, {words(self.assessor)}, {when}"
        shares = {"dropped out in a year": self.attendance.drop_out, "of visits missed": self.attendance.missed}
        return ", ".join([text, *(f"{100 * share:.3g} % {what}" for what, share in shares.items() if share)])

    @property
    def missed_treatments(self) -> Attendance:
        """How patients come to the treatments after the first; by default to all, also if there are none."""
        repeated = any(arm.retreat or len(arm.schedule or ()) > 1 for arm in self.arms.values())
        return Attendance(missed=self.attendance.missed) if repeated else Attendance()


def find_outcomes(question: Question, populations: list[Population], workers: Workers) -> list[list[Outcomes]]:
    """Return the outcomes of each arm, in each of several possible populations.

    Processes share the patients of a single population, or else the populations.
    """
    find = find_durations if question.lasts else find_responses
    if len(populations) == 1:
        return [find(question, populations[0], workers)]
    with sharing(workers) as share:
        return list(share(partial(find, question), populations))


def find_responses(question: Question, people: Population, workers: Workers = 1) -> list[Outcomes]:
    """Return the outcomes of each arm for a response. A patient who is not there on the day has none."""
    trial = run_trial(
        question.arms.values(),
        population=people,
        patients=POOL,
        days=question.last,
        attendance=question.missed_treatments,
        responses=(question.endpoint, question.assessor),
        response_days=question.day,
        rng=question.seed,
        workers=workers,
    )
    attendance, days = question.attendance, np.full(2, question.day)
    there = (1 - attendance.missed) * float(attendance.find_staying(days)[0])
    rates, errors = (there * trial.responders[name].to_numpy() for name in ("rate", "error"))
    seen = np.array([True, False])
    return [
        Outcomes(days, seen, np.array([rate, 1 - rate]), float(error))
        for rate, error in zip(rates, errors, strict=True)
    ]


def find_durations(question: Question, people: Population, workers: Workers = 1) -> list[Outcomes]:
    """Return the outcomes of each arm for the duration of its last treatment.

    The end is seen at one of the visits, or not by the last of them; see `patients.seen`.
    """
    last, look_every, attendance = question.last, question.look_every, question.attendance
    design = Design(
        question.arms, last, look_every, Attendance(), (), (False, False), POOL, "sobol", question.seed, MODEL,
        seen_by=question.assessor, missed=attendance.missed,
    )  # fmt: skip
    with sharing(workers if design.work else 1) as share:
        counts = count_patients(design, people, CHUNK, share, lambda patients: None)
    place, results = list(RESPONSE_OF).index(question.endpoint), []
    for name in question.arms:
        if name in counts.plans:
            plan = counts.plans[name]
            rates, errors = (rows.reshape(len(RESPONSE_OF), -1)[place] for rows in counts.tallies[name].rates())
            last_dose = float(plan.treated.doses.days[-1])
            results.append(_end_at_visits(plan.visit_days, last_dose, rates, float(errors[-1]), attendance))
        else:
            visit_days = list_visits(0.0, look_every, last)
            baseline = Line(*np.ones((2, len(visit_days), 1)))
            rates = mean_chances_seen_back(
                baseline, [question.endpoint], question.assessor, people.raters, attendance.missed
            )[0, :, 0]
            results.append(_end_at_visits(visit_days, 0.0, rates, 0.0, attendance))
    return results


def check_question(question: Question) -> None:
    """Raise `InputError` if no power is found for the attendance, or if a duration cannot be seen in an arm."""
    attendance = question.attendance
    for name in ("window", "leave_without_effect"):
        if getattr(attendance, name):
            raise InputError(name, getattr(attendance, name), "0 in the attendance of a power")
    if not question.lasts:
        return
    if question.missed_treatments != Attendance():
        problem = f"is {attendance.missed:g}, and an arm has several treatments"
        raise InputError("missed", attendance.missed, "0, for a duration after several treatments", problem=problem)
    for name, arm in question.arms.items():
        _check_visits(name, arm, question.last, question.look_every)


def _check_visits(name: str, arm: Arm, last: int, look_every: int) -> None:
    if arm.retreat is not None:
        problem = f"has {format_value(name)}, with retreat"
        raise InputError("arms", name, "arms without retreat, for a duration", problem=problem)
    day = 0.0 if arm.schedule is None else max(visit.day for visit in arm.schedule)
    if not len(list_visits(day, look_every, last)):
        allowed = f"at least {day + look_every:g} day, that of the first visit after the last treatment"
        raise InputError("days", last, allowed)


def _end_at_visits(
    visit_days: Array, last_dose: float, seen_by: Array, error: float, attendance: Attendance
) -> Outcomes:
    # The end is seen at a visit if the patient has not dropped out before it. Else the patient is censored at the last
    # visit that was not missed before the drop-out or the end; on day 0 if there is none, or no last treatment.
    missed, n = attendance.missed, len(visit_days)
    not_seen = np.append(1.0, 1 - seen_by)
    staying = np.concatenate([[1.0], attendance.find_staying(visit_days), [0.0]])
    ends = -np.diff(not_seen) * staying[1:-1]
    # At a visit or before any: the chance that the patient comes to it, and that nothing has been seen by then.
    comes_unseen = not_seen - missed * np.append(0.0, not_seen[:-1])
    # The chance that a patient drops out after the later visit, and misses all visits between both.
    later = np.arange(n + 1) - np.arange(n + 1)[:, None]
    misses_rest = np.where(later >= 0, missed ** np.maximum(later, 0), 0.0) @ -np.diff(staying)
    after = visit_days - last_dose
    seen = np.repeat([True, False], [n, n + 1])
    return Outcomes(np.concatenate([after, [0.0], after]), seen, np.append(ends, comes_unseen * misses_rest), error)
