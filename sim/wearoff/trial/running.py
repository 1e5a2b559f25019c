"""The function `run_trial`: the same patients in every arm, and what raters would report of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from ..checks import Limits, check_integer, check_name, check_type, checked_arguments, one_or_many
from ..defaults import SEED
from ..errors import InputError, format_value
from ..model.equations import Model
from ..model.response import read_model
from ..patients.draws import SAMPLERS, given_seed, seed_of
from ..patients.population import Population
from ..provenance import make_block, name_functions
from ..workers import Workers, check_shared, sharing
from .arms import Arm
from .blocks import ACCURACY, ArmPlan, Part, empty_tally, plan_arm, split_blocks, tally_part
from .individuals import FollowPart, FollowPlan, empty_counts, follow_part
from .plans import Plan
from .policies import Attendance
from .responses import DAYS, RESPONSE_DAYS, RESPONSES, check_responses, check_whole_days
from .sinks import Target, check_targets, collecting
from .tabulation import (
    join_arms,
    tabulate_bands,
    tabulate_landmarks,
    tabulate_placebo,
    tabulate_planned_treatments,
    tabulate_responses,
    tabulate_treatments,
)
from .tally import Histogram, Tally
from .trial import Trial

Progress: TypeAlias = Callable[[int], None]

PATIENTS = Limits("patients", 1, 10**9)  # the largest number for which `tally.UNIT` has room
CHUNK = Limits("chunk", 1, 10**9)
LOOK_EVERY = Limits("look_every", 1, 3652, "day")


@checked_arguments()
def run_trial(
    arms: Arm | Iterable[Arm],
    *,
    population: Population | None = None,
    patients: int = 10_000,
    days: int = 240,
    look_every: int = 28,
    attendance: Attendance | None = None,
    individuals: bool | str | Path = False,
    visits: bool | str | Path = False,
    responses: tuple[str, str] | Sequence[tuple[str, str]] = RESPONSES,
    response_days: float | Sequence[float] = RESPONSE_DAYS,
    sampler: str = "sobol",
    rng: np.random.Generator | int | None = SEED,
    workers: Workers = 1,
    chunk: int = 10_000,
    progress: Callable[[int, int], None] | None = None,
    model: Model | None = None,
) -> Trial:
    """Return the results of a simulated trial.

    Every arm has the same patients, so that arms differ by the treatment alone. The result depends on the arms, the
    population, the number of patients, the sampler and the seed. `workers` and `chunk` do not change a bit of it.

    Parameters
    ----------
    arms : Arm or iterable of Arm
    population : Population, optional
        Default: ``Population()``.
    patients : int
        Number of patients in each arm.
    days : int
        The last day.
    look_every : int
        Days between the trial's visits, which begin that long after a dose; an arm with a `Retreat` has its own.
        Durations end at a visit.
    attendance : Attendance, optional
        How patients come to the visits; default: to all of them, on the day.
    individuals, visits : bool, str or Path
        Whether the result has a row for each patient, and for each patient and visit; or the file, .csv or .parquet,
        into which they are written part by part, so that memory does not grow with the number of patients.
    responses : (str, str) or sequence of (str, str)
        Endpoints and assessors to report; their names are in ``grades.ENDPOINTS`` and ``grades.ASSESSORS``.
    response_days : float or sequence of float
        The days on which responses are reported; days after the last day are left out.
    sampler : {"sobol", "random"}
        Sobol sequences with random shifts, or pseudo-random numbers.
    rng : Generator or int, optional
        The seed, or a generator from which it is drawn. The default is a fixed seed; None: another one in every call.
    workers : int or map-like callable
        The number of processes; or, as in scipy, a function that distributes the work, such as a Dask client's ``map``.
    chunk : int
        Number of patients that a process gets at a time.
    progress : callable, optional
        Called with the number of patients done and the number of all, over all treated arms.
    model : Model, optional
        A model with your own function for uptake or force; default: the built-in model. With several processes it must
        be possible to pickle each function: it is defined by ``def`` in a module, and is no lambda.

    Returns
    -------
    Trial

    Raises
    ------
    InputError
        A value is not possible, two arms have the same name, or a process ended before its work was done.

    Notes
    -----
    A response counts by its chance, averaged over the errors of the raters and over the kinds of patients (moderate or
    severe, placebo responder or not). The mean is the same as if errors and kinds were drawn, and the noise is smaller.
    So does the end of a duration, by the chance that it has been seen by a visit (`patients.seen`).
    Patients are followed one by one in arms with a `Retreat`, with an `attendance`, and for rows of patients: each has
    a kind, and the errors of its raters at each visit are drawn. In the first two cases responses count by the chance
    that a patient of this kind has on this day. All patients count, also those who have left: their effect goes on, and
    they get no more treatments. Rows do not change the tables.
    The error of every tested course of the default population is below 1e-6. In populations as wide and steep as is
    plausible, one course in some thousands has an error of a few 1e-6. In wider ones it can be above 1e-5.

    Examples
    --------
    >>> trial = run_trial([Arm(units=20), Arm.placebo()], patients=1000, rng=1)
    >>> rates = trial.responders.query("endpoint == 'none_or_mild' and assessor == 'investigator' and day == 30")
    >>> bool(rates["rate"].iloc[0] > 0.7), bool(rates["rate"].iloc[1] < 0.1)
    (True, True)
    """
    arm_of = _name_arms(arms)
    people = Population() if population is None else check_type(population, Population, "population")
    count, last, size = check_integer(patients, PATIENTS), check_integer(days, DAYS), check_integer(chunk, CHUNK)
    interval, reported = check_integer(look_every, LOOK_EVERY), check_responses(responses, response_days, last)
    check_name(sampler, SAMPLERS, "sampler")
    attending = Attendance() if attendance is None else check_type(attendance, Attendance, "attendance")
    targets = check_targets(individuals, visits)
    seed = seed_of(rng)
    model = read_model(model, people.parameters.constants())
    check_shared(workers, model, "model")
    drawn = _Drawn(count, sampler, seed)
    whole = {
        name: plan_arm(arm.schedule, people, last, interval, reported, *drawn, model)
        for name, arm in arm_of.items()
        if arm.schedule is not None and not _decides(arm, attending)
    }
    single = {
        name: FollowPlan(
            Plan.of(arm, people, attending, interval, last, ACCURACY, model),
            check_whole_days(reported) if _decides(arm, attending) else (),
            *drawn,
            *targets,
        )
        for name, arm in arm_of.items()
        if _decides(arm, attending) or targets != (False, False)
    }
    advance = _add_up(progress, count * (len(whole) + len(single)))
    tallies = _count_patients(whole, size, workers, advance)
    followed = _follow_patients(single, targets, size, workers, advance)
    tallies |= {name: tally for name, tally in followed.tallies.items() if _decides(arm_of[name], attending)}
    treated = [name for name in arm_of if name in tallies]
    responders = {
        name: tabulate_responses(tallies[name], reported)
        if name in tallies
        else tabulate_placebo(reported, people, *drawn)
        for name in arm_of
    }
    treatments = {
        name: tabulate_treatments(followed.treatments[name], last)
        if name in single
        else tabulate_planned_treatments(arm.schedule, last)
        for name, arm in arm_of.items()
        if arm.schedule is not None
    }
    return Trial(
        people,
        count,
        _name_muscles(arm_of),
        join_arms(responders),
        join_arms({name: tabulate_bands(tallies.get(name), np.arange(last + 1.0)) for name in arm_of}),
        join_arms(
            {name: tabulate_landmarks(tallies[name], whole.get(name)) for name in treated}, ["landmark", "reached"]
        ),
        join_arms(treatments, ["day", "mean"]),
        *followed.rows,
        make_block(
            "run_trial",
            {
                "patients": count,
                "days": last,
                "look_every": interval,
                "responses": reported,
                "attendance": dataclasses.asdict(attending),
                **name_functions(model),
            },
            people,
            arms={name: arm.schedule for name, arm in arm_of.items()},
            rules={name: arm.retreat.describe() for name, arm in arm_of.items() if arm.retreat},
            seed=given_seed(rng),
            sampler=sampler,
        ),
    )


class _Drawn(NamedTuple):
    # How patients are drawn.
    patients: int
    sampler: str
    seed: int


class _Followed(NamedTuple):
    # What came of the arms whose patients are followed one by one.
    tallies: dict[str, Tally]
    treatments: dict[str, Histogram]
    rows: tuple[pd.DataFrame | None, pd.DataFrame | None]  # of individuals, of visits


def _decides(arm: Arm, attendance: Attendance) -> bool:
    # Return whether the treatments of a patient depend on chance or on what is seen.
    return arm.schedule is not None and (arm.retreat is not None or attendance != Attendance())


def _name_arms(arms: Arm | Iterable[Arm]) -> dict[str, Arm]:
    arm_of: dict[str, Arm] = {}
    for arm in one_or_many(arms, Arm, "arms"):
        check_type(arm, Arm, "arms")
        if arm.name in arm_of:
            problem = f"has {format_value(arm.name)} twice"
            raise InputError("arms", arm.name, "each name once, set with label=", problem=problem)
        arm_of[arm.name] = arm
    if not arm_of:
        raise InputError("arms", arms, "at least 1", problem="is empty")
    return arm_of


def _name_muscles(arms: dict[str, Arm]) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(visit.muscle.name.replace("_", " ") for arm in arms.values() for visit in arm.schedule or ())
    )


def _count_patients(plans: dict[str, ArmPlan], chunk: int, workers: Workers, progress: Progress) -> dict[str, Tally]:
    parts = [Part(name, plan, blocks) for name, plan in plans.items() for blocks in split_blocks(plan.patients, chunk)]
    totals = {name: empty_tally(plan) for name, plan in plans.items()}
    with sharing(workers if parts else 1) as shared:
        for _, (name, tally) in zip(parts, shared(tally_part, parts), strict=True):
            totals[name].merge(tally)
            progress(int(tally.patients.sum()))
    return totals


def _follow_patients(
    plans: dict[str, FollowPlan], targets: tuple[Target, Target], chunk: int, workers: Workers, progress: Progress
) -> _Followed:
    parts = [
        FollowPart(name, plan, blocks) for name, plan in plans.items() for blocks in split_blocks(plan.patients, chunk)
    ]
    counts = {name: empty_counts(plan) for name, plan in plans.items()}
    with sharing(workers if parts else 1) as shared, ExitStack() as files:
        sinks = [files.enter_context(collecting(target)) for target in targets]
        for _, part in zip(parts, shared(follow_part, parts), strict=True):
            tally, treatments = counts[part.arm]
            tally.merge(part.tally)
            treatments.merge(part.treatments)
            for (add, _), rows in zip(sinks, (part.individuals, part.visits), strict=True):
                add(rows)
            progress(int(part.tally.patients.sum()))
    individuals, visits = (pd.concat(kept, ignore_index=True) if kept else None for _, kept in sinks)
    return _Followed(
        {name: tally for name, (tally, _) in counts.items()},
        {name: treatments for name, (_, treatments) in counts.items()},
        (individuals, visits),
    )


def _add_up(progress: Callable[[int, int], None] | None, total: int) -> Progress:
    # Return a function that takes the number of patients done since its last call.
    done = 0

    def add(patients: int) -> None:
        nonlocal done
        done += patients
        if progress is not None:
            progress(done, total)

    return add
