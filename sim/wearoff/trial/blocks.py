"""The work of a trial: patients are drawn, solved and counted in blocks. Any process can do any block."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..labels import LANDMARK_DAYS
from ..model.equations import MODEL, Model
from ..model.landmarks import FALLS, Landmarks, find_landmarks, last_day_above
from ..patients.draws import BLOCK, normals
from ..patients.grades import BASELINES, level_of_loss, level_of_return, mean_chance
from ..patients.population import Population
from ..patients.treated import Treated
from ..treatment.schedule import Schedule
from .tally import Tally

Array = npt.NDArray[np.float64]

ACCURACY = 1e-6  # of the visible effect

# The level of the effect that ends each duration, as a function of the grade at baseline.
LEVEL_OF_DURATION = {"return_to_baseline_day": level_of_return, "loss_of_none_or_mild_day": level_of_loss}


class Response(NamedTuple):
    """A response to report: an endpoint, the assessor, the day."""

    endpoint: str
    assessor: str
    day: float


class ArmPlan(NamedTuple):
    """How the patients of an arm are solved and read: everything that a process needs, the same for all parts."""

    treated: Treated
    days: Array
    response_days: Array
    responses: tuple[Response, ...]
    patients: int
    sampler: str
    seed: int


class Part(NamedTuple):
    """The work that a process gets at a time: some blocks of the patients of an arm."""

    arm: str
    plan: ArmPlan
    blocks: range


def plan_arm(
    schedule: Schedule,
    people: Population,
    last: int,
    responses: tuple[Response, ...],
    patients: int,
    sampler: str,
    seed: int,
    model: Model = MODEL,
) -> ArmPlan:
    """Return the plan of an arm, which has a grid up to day `last`."""
    treated = Treated.plan(people, schedule.doses(people.parameters.spread), float(last), ACCURACY, model)
    days, response_days = np.arange(last + 1.0), np.unique([response.day for response in responses])
    return ArmPlan(treated, days, response_days, responses, patients, sampler, seed)


def split_blocks(patients: int, chunk: int) -> list[range]:
    """Return the blocks of each part: those whose first patient is in one chunk. No block is divided."""
    blocks = range(-(-patients // BLOCK))
    edges = sorted({-(-first // BLOCK) for first in range(0, patients, chunk)} | {len(blocks)})
    return [blocks[first:after] for first, after in itertools.pairwise(edges)]


def empty_tally(plan: ArmPlan) -> Tally:
    """Return a tally without patients. It has room for effects, peak, landmarks, durations and responses."""
    rows = len(LANDMARK_DAYS) + len(LEVEL_OF_DURATION) * len(BASELINES)
    return Tally.empty(len(plan.days) + 1, rows, len(plan.responses), float(plan.days[-1]))


def tally_part(part: Part) -> tuple[str, Tally]:
    """Return the name of the arm and the tally of a part's patients, who are drawn, solved and counted."""
    plan = part.plan
    total, times = empty_tally(plan), np.concatenate([plan.days, plan.response_days])
    for block in part.blocks:
        draws = normals(plan.sampler, plan.seed, block)[: plan.patients - block * BLOCK]
        cohort = plan.treated.solve(draws)
        visible = cohort.visible_at(times)
        daily, reported = visible[: len(plan.days)], visible[len(plan.days) :]
        landmarks = find_landmarks(cohort.mesh, cohort.visible, cohort.weak, float(plan.treated.doses.days[-1]))
        durations = [
            last_day_above(cohort.mesh, cohort.visible, level(grade))
            for level in LEVEL_OF_DURATION.values()
            for grade in BASELINES
        ]
        total.add(
            np.concatenate([daily, landmarks.peak_effect[None]]),
            np.stack([*_read_landmark_days(landmarks, cohort.visible), *durations]),
            _read_chances(plan, reported),
        )
    return part.arm, total


def _read_landmark_days(landmarks: Landmarks, visible: Array) -> Iterator[Array]:
    # If the effect is still above the level at the end, the day of the fall is infinite, not NaN.
    for name in LANDMARK_DAYS:
        days = getattr(landmarks, name)
        if name in FALLS:
            days = np.where(np.isnan(days) & (visible[-1, -1] >= FALLS[name]), np.inf, days)
        yield days


def _read_chances(plan: ArmPlan, visible: Array) -> Array:
    rows = np.searchsorted(plan.response_days, [response.day for response in plan.responses])
    pairs = dict.fromkeys((response.endpoint, response.assessor) for response in plan.responses)
    chances_of = {pair: mean_chance(visible, *pair, plan.treated.population.raters) for pair in pairs}
    chances = np.empty((len(plan.responses), visible.shape[1]))
    for i, (response, row) in enumerate(zip(plan.responses, rows, strict=True)):
        chances[i] = chances_of[response.endpoint, response.assessor][row]
    return chances
