"""What a trial can see of a patient at its endpoint, and the chance of each of these outcomes in an arm.

An endpoint is a response on a day, or a duration that ends at one of the trial's visits. The chances are means over
patients, their kinds and the errors of their raters.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..errors import InputError, format_value
from ..model.equations import MODEL
from ..patients.grades import Line
from ..patients.population import Population
from ..patients.seen import RESPONSE_OF, mean_chances_seen_back
from ..workers import Workers, sharing
from .arms import Arm
from .blocks import Response, list_visits
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
        right-censored on its day.
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
        """The first day by which the end is seen in half of the patients; infinite if there is none."""
        days, reached = self.days[self.seen], np.cumsum(self.chances[self.seen])
        return float(days[reached >= 0.5].min(initial=np.inf))


def find_responses(
    arms: dict[str, Arm], response: Response, people: Population, last: int, seed: int, workers: Workers
) -> list[Outcomes]:
    """Return the outcomes of each arm for a response."""
    trial = run_trial(
        arms.values(),
        population=people,
        patients=POOL,
        days=last,
        responses=(response.endpoint, response.assessor),
        response_days=response.day,
        rng=seed,
        workers=workers,
    )
    days, seen = np.full(2, response.day), np.array([True, False])
    rows = zip(trial.responders["rate"], trial.responders["error"], strict=True)
    return [Outcomes(days, seen, np.array([rate, 1 - rate]), float(error)) for rate, error in rows]


def find_durations(
    arms: dict[str, Arm],
    duration: str,
    assessor: str,
    people: Population,
    last: int,
    look_every: int,
    seed: int,
    workers: Workers,
) -> list[Outcomes]:
    """Return the outcomes of each arm for the duration of its last treatment.

    The end is seen at one of the visits, or not by the last of them; see `patients.seen`.
    """
    for name, arm in arms.items():
        _check_visits(name, arm, last, look_every)
    design = Design(
        arms, last, look_every, Attendance(), (), (False, False), POOL, "sobol", seed, MODEL, seen_by=assessor
    )
    with sharing(workers if design.work else 1) as share:
        counts = count_patients(design, people, CHUNK, share, lambda patients: None)
    place, results = list(RESPONSE_OF).index(duration), []
    for name in arms:
        if name in counts.plans:
            plan = counts.plans[name]
            after = plan.visit_days - plan.treated.doses.days[-1]
            rates, errors = (rows.reshape(len(RESPONSE_OF), -1)[place] for rows in counts.tallies[name].rates())
            results.append(_end_at_visits(after, rates, float(errors[-1])))
        else:
            after = list_visits(0.0, look_every, last)
            baseline = Line(*np.ones((2, len(after), 1)))
            rates = mean_chances_seen_back(baseline, [duration], assessor, people.raters)[0, :, 0]
            results.append(_end_at_visits(after, rates, 0.0))
    return results


def _check_visits(name: str, arm: Arm, last: int, look_every: int) -> None:
    if arm.retreat is not None:
        problem = f"has {format_value(name)}, with retreat"
        raise InputError("arms", name, "arms without retreat, for a duration", problem=problem)
    day = 0.0 if arm.schedule is None else max(visit.day for visit in arm.schedule)
    if not len(list_visits(day, look_every, last)):
        allowed = f"at least {day + look_every:g} day, that of the first visit after the last treatment"
        raise InputError("days", last, allowed)


def _end_at_visits(days: Array, seen_by: Array, error: float) -> Outcomes:
    # Patients in whom the end has not been seen by the last visit are censored at it.
    chances = np.diff(seen_by, prepend=0.0, append=1.0)
    seen = np.append(np.ones(len(days), dtype=bool), False)
    return Outcomes(np.append(days, days[-1]), seen, chances, error)
