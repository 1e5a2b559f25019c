"""The work of a trial: patients are drawn, solved and counted in blocks. Any process can do any block."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from ..labels import LANDMARK_DAYS
from ..model.cohort import Cohort, plan_crease
from ..model.equations import MODEL, Model
from ..model.landmarks import find_landmarks
from ..model.mesh import Reading
from ..model.radau import FollowingRead
from ..patients.draws import BLOCK, normals
from ..patients.grades import AT_REST, Line, mean_chance
from ..patients.population import Population
from ..patients.seen import RESPONSE_OF
from ..patients.tabulated import ResponseTable, SeenBackTable
from ..patients.treated import Treated
from ..treatment.schedule import Schedule
from .tally import Tally

Array = npt.NDArray[np.float64]

ACCURACY = 1e-6  # of the visible effect
# Days of landmarks are found within about this part of an interval of the mesh, which is about 1e-4 days. In this time
# the effect changes by at most its own error.
NARROW = 1e-6
SEEN_BY = "investigator"  # who sees the end of a duration in the table of landmarks
DAYS_AT_ONCE = 64  # days whose effects are read and counted at a time
FREED = 30 * 2**20  # bytes; the library of C takes no notice of a freed block of more than 32 MiB


class Response(NamedTuple):
    """A response to report: an endpoint, the assessor, the day."""

    endpoint: str
    assessor: str
    day: float


class ArmPlan(NamedTuple):
    """How the patients of an arm are solved and read: everything that a process needs, the same for all parts.

    Parameters
    ----------
    treated : Treated
    days : ndarray
        Every day of the trial, from 0.
    response_days : ndarray
        The days of the responses, ascending.
    visit_days : ndarray
        The days of the visits on which the trial looks whether a duration has ended.
    responses : tuple of Response
    patients : int
    sampler : str
    seed : int
    seen_by : str
        The assessor who sees the end of a duration.
    missed : float
        The chance that a patient misses a visit at which it could be seen.
    """

    treated: Treated
    days: Array
    response_days: Array
    visit_days: Array
    responses: tuple[Response, ...]
    patients: int
    sampler: str
    seed: int
    seen_by: str
    missed: float


class Part(NamedTuple):
    """The work that a process gets at a time: some blocks of the patients of an arm."""

    arm: str
    plan: ArmPlan
    blocks: range


def plan_arm(
    schedule: Schedule,
    people: Population,
    last: int,
    look_every: int,
    responses: tuple[Response, ...],
    patients: int,
    sampler: str,
    seed: int,
    model: Model = MODEL,
    seen_by: str = SEEN_BY,
    missed: float = 0.0,
) -> ArmPlan:
    """Return the plan of an arm, which has a grid up to day `last`."""
    treated = Treated.plan(people, schedule.doses(people.parameters.spread), float(last), ACCURACY, model)
    days, response_days = np.arange(last + 1.0), np.unique([response.day for response in responses])
    visit_days = list_visits(treated.doses.days[-1], look_every, last)
    return ArmPlan(treated, days, response_days, visit_days, responses, patients, sampler, seed, seen_by, missed)


def list_visits(last_dose: float, look_every: int, last: int) -> Array:
    """Return the days of the visits after the last dose, up to the last day.

    Examples
    --------
    >>> list_visits(90.0, 28, 150).tolist()
    [118.0, 146.0]
    """
    return last_dose + look_every * np.arange(1.0, (last - last_dose) // look_every + 1)


def split_blocks(patients: int, chunk: int) -> list[range]:
    """Return the blocks of each part: those whose first patient is in one chunk. No block is divided."""
    blocks = range(-(-patients // BLOCK))
    edges = sorted({-(-first // BLOCK) for first in range(0, patients, chunk)} | {len(blocks)})
    return [blocks[first:after] for first, after in itertools.pairwise(edges)]


def empty_tally(plan: ArmPlan) -> Tally:
    """Return a tally without patients.

    It has room for effects, peak and landmarks. Its chances are those of the responses, then those that each duration
    has been seen to end by each visit.
    """
    chances = len(plan.responses) + len(RESPONSE_OF) * len(plan.visit_days)
    return Tally.empty(len(plan.days) + 1, len(LANDMARK_DAYS), chances, float(plan.days[-1]))


def tally_part(part: Part) -> tuple[str, Tally]:
    """Return the name of the arm and the tally of a part's patients, who are drawn, solved and counted."""
    plan = part.plan
    total, reader = empty_tally(plan), _Reader.of(plan)
    _keep_freed_memory()
    for draws in _draw_patients(part.blocks, plan.patients, plan.sampler, plan.seed, len(plan.treated.doses.days)):
        # The memory of a block is free again when the next is solved, and is then still in the processor's cache.
        reader.add(plan.treated.solve(draws), draws, total)
    return part.arm, total


def tally_at_rest(people: Population, assessors: tuple[str, ...], patients: int, sampler: str, seed: int) -> Tally:
    """Return the chances that patients without toxin have no line at rest, one row an assessor.

    Patients differ in the share of the line that is crease. At maximum frown they have the same line.
    """
    total = Tally.empty(0, 0, len(assessors), 1.0)
    for draws in _draw_patients(range(-(-patients // BLOCK)), patients, sampler, seed, 0):
        share = people.constants(draws).q
        line = Line(np.ones_like(share), share)
        chances = [mean_chance(line, AT_REST, assessor, people.raters) for assessor in assessors]
        total.add([], np.empty((0, len(draws))), np.stack(chances))
    return total


def _keep_freed_memory() -> None:
    # The library of C on Linux gives freed memory back to the system, and asks for it again, which takes a sixth of a
    # trial's time and five times as many page faults. It keeps blocks up to the size of the largest one that has been
    # freed (M_MMAP_THRESHOLD in mallopt(3), which is dynamic). So a block is freed here that no trial needs. Nothing is
    # written into it, so that it takes no memory. Other libraries of C do nothing of this kind.
    np.empty(FREED, np.uint8)


def _draw_patients(blocks: range, patients: int, sampler: str, seed: int, visits: int) -> Iterator[Array]:
    # Yield the standard normal numbers of each block's patients.
    for block in blocks:
        yield normals(sampler, seed, block, visits)[: patients - block * BLOCK]


class _Reader(NamedTuple):
    # Reads and counts the patients of a plan. What all blocks share is computed once.
    plan: ArmPlan
    chances: _Chances
    on_graded_days: Reading
    crease: FollowingRead
    on_days: list[Reading]

    @classmethod
    def of(cls, plan: ArmPlan) -> Self:
        mesh, k_crease = plan.treated.grid.mesh, plan.treated.population.parameters.constants().k_crease
        graded_days = np.concatenate([plan.response_days, plan.visit_days])
        return cls(
            plan,
            _Chances.of(plan),
            Reading(mesh, graded_days),
            plan_crease(mesh, float(k_crease), graded_days),
            # Some days are read and counted at a time: their values then stay in the processor's cache.
            [Reading(mesh, plan.days[day : day + DAYS_AT_ONCE]) for day in range(0, len(plan.days), DAYS_AT_ONCE)],
        )

    def add(self, cohort: Cohort, draws: Array, total: Tally) -> None:
        graded, creases = cohort.read_visible(self.on_graded_days), cohort.read_crease(self.crease)
        lines = Line.of(graded, creases, self.plan.treated.population.constants(draws))
        last_dose = float(self.plan.treated.doses.days[-1])
        landmarks = find_landmarks(cohort.mesh, cohort.visible, cohort.weak, last_dose, cohort.rise, NARROW)
        total.add(
            # By rounding an effect can be outside of 0 to 1: it counts in the first or the last bin.
            itertools.chain((on.of_many(cohort.visible) for on in self.on_days), [landmarks.peak_effect[None]]),
            np.stack([getattr(landmarks, name) for name in LANDMARK_DAYS]),
            self.chances(lines),
        )


class _Chances(NamedTuple):
    # Gives the rows of chances of `empty_tally`.
    reported: ResponseTable  # of the endpoints with their assessors, each pair once
    rows: npt.NDArray[np.intp]  # the row of each response among those of `reported`, one a pair and day
    seen_back: SeenBackTable
    days: int  # number of the days of responses

    @classmethod
    def of(cls, plan: ArmPlan) -> Self:
        raters = plan.treated.population.raters
        pairs = [(response.endpoint, response.assessor) for response in plan.responses]
        distinct = list(dict.fromkeys(pairs))
        day = np.searchsorted(plan.response_days, [response.day for response in plan.responses])
        return cls(
            ResponseTable(distinct, raters),
            np.array([*map(distinct.index, pairs)], np.intp) * len(plan.response_days) + day,
            SeenBackTable(list(RESPONSE_OF), plan.seen_by, raters, plan.missed),
            len(plan.response_days),
        )

    def __call__(self, lines: Line) -> Array:
        # Return the chances from the lines on the days of responses, and then on those of visits.
        at_responses, at_visits = (
            Line(*(depth[part] for depth in lines)) for part in (slice(self.days), slice(self.days, None))
        )
        patients = lines.frown.shape[-1]
        reported = self.reported(at_responses).reshape(-1, patients)
        seen = self.seen_back(at_visits).reshape(-1, patients)
        result = np.empty((len(self.rows) + len(seen), patients))
        np.take(reported, self.rows, axis=0, out=result[: len(self.rows)], mode="clip")  # other modes copy twice
        result[len(self.rows) :] = seen
        return result
