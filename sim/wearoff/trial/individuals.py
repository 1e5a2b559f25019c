"""One row a patient, and one a patient and visit, of patients who are followed one by one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..labels import LANDMARK_DAYS, LANDMARKS
from ..outcomes import Outcome
from ..parameters import from_symbols
from ..patients.draws import BLOCK, normals
from ..patients.grades import Line, chance
from ..patients.population import DIFFERING
from ..times import YEAR_OF_TRIAL
from .blocks import Response
from .following import Followed, follow
from .looks import Grades, People
from .plans import Plan
from .sinks import Rows, Target, form_rows
from .tally import Histogram, Tally

Array = npt.NDArray[np.float64]

# How a patient's trial ended.
COMPLETED, DROPPED_OUT, NO_EFFECT = "completed", "dropped out", "left without effect"


class FollowPlan(NamedTuple):
    """The patients of an arm who are followed one by one; everything that a process needs, the same for all parts.

    Parameters
    ----------
    plan : Plan
    responses : tuple of Response
        The responses to count; none if the arm is counted otherwise.
    patients : int
    sampler : str
    seed : int
    individuals, visits : bool or Path
        Where the rows of patients and of visits go; see `sinks`.
    """

    plan: Plan
    responses: tuple[Response, ...]
    patients: int
    sampler: str
    seed: int
    individuals: Target
    visits: Target


class FollowPart(NamedTuple):
    """The work that a process gets at a time: some blocks of the patients of an arm."""

    arm: str
    plan: FollowPlan
    blocks: range


class PartResult(NamedTuple):
    """What came of a part.

    Parameters
    ----------
    arm : str
    tally : Tally
    treatments : Histogram
        The number of treatments of each patient by each of `count_days`.
    individuals, visits : pandas.DataFrame, bytes or None
        The rows, as the target takes them.
    """

    arm: str
    tally: Tally
    treatments: Histogram
    individuals: Rows
    visits: Rows


def count_days(last: int) -> list[int]:
    """Return the days before which treatments are counted: the ends of the years, and the end of the trial.

    Examples
    --------
    >>> count_days(730), count_days(240)
    ([365, 730], [240])
    """
    return sorted({*range(YEAR_OF_TRIAL, last + 1, YEAR_OF_TRIAL), last})


def empty_counts(plan: FollowPlan) -> tuple[Tally, Histogram]:
    """Return the counts of an arm without patients."""
    last = plan.plan.last
    tally = Tally.empty(last + 2, len(LANDMARK_DAYS), len(plan.responses), float(last))
    most = plan.plan.most + 1
    return tally, Histogram.empty(len(count_days(last)), most, float(most))


def follow_part(part: FollowPart) -> PartResult:
    """Follow the patients of a part, and return their counts and, if asked for, their rows."""
    plan, course = part.plan, part.plan.plan
    total, treatments = empty_counts(plan)
    individuals, visits = [], []
    for block in part.blocks:
        first = block * BLOCK
        draws = normals(plan.sampler, plan.seed, block, course.most)[: plan.patients - first]
        people = People.draw(course.population.raters, course.attendance, plan.seed, block, len(draws))
        followed = follow(course, draws, people, plan.seed, block)
        _count(plan, followed, draws, total, treatments)
        if plan.individuals is not False:
            individuals.append(_tabulate_patients(part.arm, course, followed, draws, first))
        if plan.visits is not False:
            visits.append(_tabulate_visits(part.arm, followed, first))
    rows = (
        form_rows(pd.concat(frames), target) if frames else None
        for frames, target in ((individuals, plan.individuals), (visits, plan.visits))
    )
    return PartResult(part.arm, total, treatments, *rows)


def _count(plan: FollowPlan, followed: Followed, draws: Array, total: Tally, treatments: Histogram) -> None:
    constants = plan.plan.population.constants(draws)
    chances = np.empty((len(plan.responses), len(draws)))
    kinds = list(plan.plan.population.raters.kinds())
    for row, response in enumerate(plan.responses):
        day = int(response.day)
        line = Line.of(followed.visible[day], followed.crease[day], constants)
        for place, kind in enumerate(kinds):
            own = followed.people.kinds == place
            lines = Line(line.frown[own], line.rest[own])
            chances[row, own] = chance(lines, response.endpoint, response.assessor, kind, plan.plan.population.raters)
    names = list(LANDMARKS)
    of_days = followed.landmarks[[names.index(name) for name in LANDMARK_DAYS]]
    peak = followed.landmarks[names.index("peak_effect")]
    total.add([followed.visible, peak[None]], of_days, chances)
    counts = np.zeros((len(count_days(plan.plan.last)), len(draws)))
    for patients, days in followed.treated_on:
        counts[:, patients] += days < np.array(count_days(plan.plan.last))[:, None]
    treatments.add(counts)


def _tabulate_patients(arm: str, plan: Plan, followed: Followed, draws: Array, first: int) -> pd.DataFrame:
    people, count = followed.people, len(draws)
    last_visit = np.zeros(count, dtype=np.int64)
    for seen in followed.seen:
        np.maximum.at(last_visit, seen.patient, seen.day)
    ended = np.where(people.last_day < plan.last, DROPPED_OUT, COMPLETED)
    columns = {
        "arm": arm,
        "patient": first + np.arange(1, count + 1),
        **from_symbols(plan.population.constants(draws), DIFFERING),
        "baseline_grade": people.baseline,
        "placebo_responder": people.placebo_responder,
        "treatments": followed.treatments,
        "units": followed.units,
        "last_visit": last_visit,
        "ended": np.where(followed.gave_up, NO_EFFECT, ended),
    }
    columns["until"] = followed.until
    for name, values in zip(LANDMARKS, followed.landmarks, strict=True):
        columns[name] = values
        if name in LANDMARK_DAYS:
            columns[name.replace("_day", "_outcome")] = [Outcome.of(day).name.lower() for day in values]
    return pd.DataFrame(columns)


def _tabulate_visits(arm: str, followed: Followed, first: int) -> pd.DataFrame:
    seen = followed.seen
    columns = {
        name: np.concatenate([getattr(each, name) for each in seen])
        for name in ("patient", "day", "treatment", "units", "visible")
    }
    columns |= {name: np.concatenate([getattr(each.grades, name) for each in seen]) for name in Grades._fields}
    order = np.lexsort((columns["day"], columns["patient"]))
    frame = pd.DataFrame({name: values[order] for name, values in columns.items()})
    frame["patient"] += first + 1
    frame.insert(0, "arm", arm)
    return frame
