"""The function `run_trial`: the same patients in every arm, and what raters would report of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from ..checks import Limits, check_integer, check_name, check_type, checked_arguments
from ..defaults import SEED
from ..errors import InputError
from ..model.equations import Model
from ..model.response import read_model
from ..patients.draws import SAMPLERS, given_seed, seed_of
from ..patients.population import Population
from ..patients.uncertainty import Draws
from ..provenance import make_block, name_functions
from ..times import TEN_YEARS
from ..workers import Workers, check_shared, sharing
from .arms import Arm
from .counting import Design, Progress, count_patients, name_arms
from .policies import Attendance
from .pooling import tabulate_draws
from .responses import DAYS, RESPONSE_DAYS, RESPONSES, check_responses
from .sinks import Target, check_targets
from .tabulation import tabulate
from .trial import Trial

PATIENTS = Limits("patients", 1, 10**9)  # the largest number for which `tally.UNIT` has room
CHUNK = Limits("chunk", 1, 10**9)
LOOK_EVERY = Limits("look_every", 1, TEN_YEARS, "day")


@checked_arguments()
def run_trial(
    arms: Arm | Iterable[Arm],
    *,
    population: Population | Draws | None = None,
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
    population : Population or Draws, optional
        Default: ``Population()``. With draws of a fit there is a trial in each of them, with the same random numbers of
        the patients; the tables then are of the patients of all, with intervals over the draws.
    patients : int
        Number of patients in each arm, in each draw.
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
        Number of patients that a process gets at a time. With draws of a fit it gets the patients of one draw.
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
        A value is not possible, two arms have the same name, or a process ended before its work was done; or rows of
        patients are asked for with draws of a fit.

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
    arm_of = name_arms(arms)
    draws, people = read_population(population)
    count, last, size = check_integer(patients, PATIENTS), check_integer(days, DAYS), check_integer(chunk, CHUNK)
    interval, reported = check_integer(look_every, LOOK_EVERY), check_responses(responses, response_days, last)
    check_name(sampler, SAMPLERS, "sampler")
    if progress is not None and not callable(progress):
        raise InputError("progress", progress, "a function of two numbers")
    attending = Attendance() if attendance is None else check_type(attendance, Attendance, "attendance")
    targets = check_targets(individuals, visits)
    if draws is not None:
        _refuse_rows(individuals=targets[0], visits=targets[1])
    seed = seed_of(rng)
    model = read_model(model, people.parameters.constants())
    check_shared(workers, model, "model")
    design = Design(arm_of, last, interval, attending, reported, targets, count, sampler, seed, model)
    advance = _add_up(progress, design.work * (1 if draws is None else len(draws)))
    rows: tuple[pd.DataFrame | None, pd.DataFrame | None] = (None, None)
    with sharing(workers if design.work else 1) as share:
        if draws is None:
            counts = count_patients(design, people, size, share, advance)
            tables, rows = tabulate(design, people, counts), counts.rows
        else:
            tables = tabulate_draws(design, draws, share, advance)
    return Trial(
        people,
        count,
        _name_muscles(arm_of),
        *tables,
        *rows,
        draws,
        make_block(
            "run_trial",
            {
                "patients": count,
                "days": last,
                "look_every": interval,
                "responses": reported,
                "attendance": dataclasses.asdict(attending),
                **({} if draws is None else {"draws": draws.table.drop(columns="draw").to_dict("list")}),
                **name_functions(model),
            },
            people,
            arms={name: arm.schedule for name, arm in arm_of.items()},
            rules={name: arm.retreat.describe() for name, arm in arm_of.items() if arm.retreat},
            seed=given_seed(rng),
            sampler=sampler,
        ),
    )


def read_population(population: Population | Draws | None) -> tuple[Draws | None, Population]:
    """Return the draws, if there are any, and the population, which is that in the middle of the draws."""
    if isinstance(population, Draws):
        return population, population.centre
    if population is not None and not isinstance(population, Population):
        raise InputError("population", population, "a Population, or the Draws of a fit")
    return None, Population() if population is None else population


def _refuse_rows(**targets: Target) -> None:
    for name, target in targets.items():
        if target is not False:
            allowed = "False with draws of a fit, or one of their populations"
            raise InputError(name, target, allowed, problem="are asked for in many populations")


def _name_muscles(arms: dict[str, Arm]) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(visit.muscle.name.replace("_", " ") for arm in arms.values() for visit in arm.schedule or ())
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
