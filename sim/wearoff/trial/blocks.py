"""The work of a trial: blocks of patients drawn, solved and counted, by whichever worker gets them."""

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

LANDMARKS = LANDMARK_DAYS
DURATIONS = {"return_to_baseline_day": level_of_return, "loss_of_none_or_mild_day": level_of_loss}


class Response(NamedTuple):
    """What is reported: an endpoint, by whom, on which day."""

    endpoint: str
    assessor: str
    day: float


class ArmPlan(NamedTuple):
    """How an arm's patients are solved and read: everything a worker needs, the same for all of them."""

    treated: Treated
    days: Array
    response_days: Array
    responses: tuple[Response, ...]
    patients: int
    sampler: str
    seed: int


class Part(NamedTuple):
    """What is handed out at a time: some blocks of the patients of an arm."""

    arm: str
    plan: ArmPlan
    blocks: range


def plan_arm(
    schedule: Schedule,
    people: Population,
    last: int,
    asked: tuple[Response, ...],
    patients: int,
    sampler: str,
    seed: int,
    model: Model = MODEL,
) -> ArmPlan:
    """Choose the grid of an arm, and gather what every worker needs for it; responses are reported up to day `last`."""
    treated = Treated.plan(people, schedule.doses(people.parameters.spread), float(last), ACCURACY, model)
    days, response_days = np.arange(last + 1.0), np.unique([each.day for each in asked])
    return ArmPlan(treated, days, response_days, asked, patients, sampler, seed)


def chunks(patients: int, chunk: int) -> list[range]:
    """Return which blocks are handed out at a time: a chunk holds those that begin in it, and none is ever cut."""
    blocks = range(-(-patients // BLOCK))
    edges = sorted({-(-first // BLOCK) for first in range(0, patients, chunk)} | {len(blocks)})
    return [blocks[first:after] for first, after in itertools.pairwise(edges)]


def empty_tally(plan: ArmPlan) -> Tally:
    """Return a tally of nobody: the effect on every day and at its peak, landmarks and durations, the responses."""
    rows = len(LANDMARKS) + len(DURATIONS) * len(BASELINES)
    return Tally.empty(len(plan.days) + 1, rows, len(plan.responses), float(plan.days[-1]))


def tally_part(part: Part) -> tuple[str, Tally]:
    """Draw, solve and count the patients of a part; return its arm and their tally."""
    plan = part.plan
    total, times = empty_tally(plan), np.concatenate([plan.days, plan.response_days])
    for block in part.blocks:
        draws = normals(plan.sampler, plan.seed, block)[: plan.patients - block * BLOCK]
        cohort = plan.treated.solve(draws)
        read = cohort.visible_at(times)
        effect, reported = read[: len(plan.days)], read[len(plan.days) :]
        found = find_landmarks(cohort.mesh, cohort.visible, cohort.weak, float(plan.treated.doses.days[-1]))
        durations = [
            last_day_above(cohort.mesh, cohort.visible, level(grade))
            for level in DURATIONS.values()
            for grade in BASELINES
        ]
        total.add(
            np.concatenate([effect, found.peak_effect[None]]),
            np.stack([*_days(found, cohort.visible), *durations]),
            _chances(plan, reported),
        )
    return part.arm, total


def _days(found: Landmarks, visible: Array) -> Iterator[Array]:
    # A fall through a level that is still to come at the end is infinite, not missing.
    for name in LANDMARKS:
        days = getattr(found, name)
        if name in FALLS:
            days = np.where(np.isnan(days) & (visible[-1, -1] >= FALLS[name]), np.inf, days)
        yield days


def _chances(plan: ArmPlan, reported: Array) -> Array:
    rows = np.searchsorted(plan.response_days, [each.day for each in plan.responses])
    pairs = dict.fromkeys((each.endpoint, each.assessor) for each in plan.responses)
    every = {pair: mean_chance(reported, *pair, plan.treated.population.raters) for pair in pairs}
    result = np.empty((len(plan.responses), reported.shape[1]))
    for i, (each, row) in enumerate(zip(plan.responses, rows, strict=True)):
        result[i] = every[each.endpoint, each.assessor][row]
    return result
