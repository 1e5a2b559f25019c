"""The design of a trial: its power for a number of patients, and the number of patients for a power."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from ..checks import Limits, check_integer, check_name, check_number, check_type, checked_arguments
from ..defaults import SEED
from ..errors import InputError
from ..patients.draws import seed_of
from ..patients.grades import ASSESSORS, ENDPOINTS
from ..patients.population import Population
from ..patients.seen import RESPONSE_OF
from ..patients.uncertainty import Draws
from ..workers import Workers
from .arms import Arm
from .counting import name_arms
from .endpoints import Question, check_question, find_outcomes
from .policies import Attendance
from .repeated import Power, RepeatedTrial
from .responses import DAYS
from .running import LOOK_EVERY, read_population

IN_EACH_ARM = Limits("n", 2, 10_000)
TRIALS = Limits("trials", 100, 100_000)
ALPHA = Limits("alpha", 0, 0.5, above=True)
POWER = Limits("power", 0.1, 0.99)
DIFFERENCE_MARGIN = Limits("margin", 0, 1, above=True)
RATIO_MARGIN = Limits("margin", 1, 10, above=True)
RESPONSE_DAY = 30.0
FIRST_TRIED = 16  # patients in each arm, from where the search for a number doubles


@checked_arguments()
def power(
    arms: Iterable[Arm],
    endpoint: str = "none_or_mild",
    *,
    n: int,
    day: float | None = None,
    assessor: str = "investigator",
    margin: float | None = None,
    alpha: float = 0.05,
    trials: int = 1000,
    days: int = 240,
    look_every: int = 28,
    attendance: Attendance | None = None,
    population: Population | Draws | None = None,
    rng: np.random.Generator | int | None = SEED,
    workers: Workers = 1,
) -> Power:
    """Return the power of a trial of two arms: the share of repeated virtual trials with a significant result.

    Parameters
    ----------
    arms : iterable of Arm
        Two arms; the second is the reference.
    endpoint : str
        A response of ``grades.ENDPOINTS`` on a day; or a duration, ``return_to_baseline`` or ``loss_of_none_or_mild``,
        of the last treatment of each arm, which ends at the first visit at which the assessor sees it.
    n : int
        Patients in each arm, from 2 to 10,000.
    day : float
        The day of the response; default: 30. Not given for a duration.
    assessor : str
        Who must see the response or the end.
    margin : float, optional
        Default: superiority, a two-sided test, whichever arm is better. A margin tests that the first arm is not
        inferior to the second: for a response, that its proportion is less than `margin` lower, such as 0.1; for a
        duration, that its hazard ratio is below `margin`, such as 1.5. This test is one-sided at alpha / 2, as in ICH
        E9.
    alpha : float
        The two-sided level.
    trials : int
        Number of virtual trials.
    days : int
        The last day. A duration is right-censored at the last visit before it.
    look_every : int
        Days between the visits after the last treatment, at which a duration can end.
    attendance : Attendance, optional
        The share of patients who drop out within a year, and the chance to miss a visit; default: all come to all
        visits.
    population : Population or Draws, optional
        Default: ``Population()``. With draws of a fit the power is the mean of the powers in the draws, which is also
        called the assurance.
    rng : Generator or int, optional
        As in `run_trial`.
    workers : int or map-like callable
        As in `run_trial`.

    Returns
    -------
    Power

    Raises
    ------
    InputError
        A value is not possible; there are not two arms, or they have the same name; the day of the response is after
        the last day; or, for a duration, an arm has a `Retreat`, or no visit after its last treatment, or visits are
        missed and an arm has several treatments; or patients come early or late, or leave without effect.

    Notes
    -----
    Every patient of every trial is another person. Patients are independent, so that the outcome of a patient depends
    only on the chances of the outcomes in the population. These are means over 8,192 patients drawn by Sobol sequences,
    over their kinds, and over the errors of their raters. Each trial then draws the outcome of each of its patients.
    The same is found if patients are drawn and followed one by one in each trial, and it is faster. All trials have a
    median potency and median raters.

    All n patients of an arm are analysed. A patient who has dropped out before the day of a response, or misses the
    visit on that day, counts as one without a response (non-responder imputation, the convention for responders). A
    duration is censored at the last visit that the patient came to, and on day 0 if there is none, or if the patient
    left before the last treatment. Who leaves or misses a visit does not depend on the effect.

    Each draw of a fit has the same random numbers of the patients and of the trials, and `trials` virtual trials. It
    takes about as long as a power without draws; `workers` share the draws.

    The tests are the pooled z test of two proportions (chi-square without a correction for continuity) and the log-rank
    test; for a margin, the interval of the difference of two proportions (Wald) and that of the hazard ratio (Cox's
    partial likelihood with Efron's ties).

    Examples
    --------
    >>> design = power([Arm(units=20), Arm(units=10)], n=150, day=90)
    >>> design.low < design.power < design.high
    True
    >>> design.test
    'pooled z test, two-sided, alpha 0.05'
    """
    count = check_integer(n, IN_EACH_ARM)
    trial = _plan(
        arms,
        endpoint,
        day=day,
        assessor=assessor,
        margin=margin,
        alpha=alpha,
        trials=trials,
        days=days,
        look_every=look_every,
        attendance=attendance,
        population=population,
        rng=rng,
        workers=workers,
    )
    return trial.run(count)


@checked_arguments()
def find_n(
    arms: Iterable[Arm],
    endpoint: str = "none_or_mild",
    *,
    power: float = 0.8,
    day: float | None = None,
    assessor: str = "investigator",
    margin: float | None = None,
    alpha: float = 0.05,
    trials: int = 1000,
    days: int = 240,
    look_every: int = 28,
    attendance: Attendance | None = None,
    population: Population | Draws | None = None,
    rng: np.random.Generator | int | None = SEED,
    workers: Workers = 1,
) -> Power:
    """Return the power of the smallest trial that has at least a given power, with its number of patients.

    Parameters
    ----------
    arms, endpoint, day, assessor, margin, alpha, trials, days, look_every, attendance, population, rng, workers
        As in :func:`power`.
    power : float
        From 0.1 to 0.99.

    Returns
    -------
    Power
        ``n`` patients in each arm have the power in these virtual trials, and n - 1 have not.

    Raises
    ------
    InputError
        As :func:`power`; or 10,000 patients in each arm have not the power.

    Notes
    -----
    A smaller trial has the first patients of a larger one, so that the power of two numbers differs by the added
    patients alone. It rises with n, but for its Monte Carlo error and for small steps, since numbers of responders are
    whole. The number is found by doubling and halving, and near a step some smaller one may have the power too. An
    error of the power of 0.01 is one of about 3 % in n, at a power of 0.8; more `trials` make both smaller.

    Examples
    --------
    >>> design = find_n([Arm(units=20), Arm.placebo()], power=0.9)
    >>> design.n < 20, design.power >= 0.9
    (True, True)
    """
    target = check_number(power, POWER)
    trial = _plan(
        arms,
        endpoint,
        day=day,
        assessor=assessor,
        margin=margin,
        alpha=alpha,
        trials=trials,
        days=days,
        look_every=look_every,
        attendance=attendance,
        population=population,
        rng=rng,
        workers=workers,
    )
    low, high = int(IN_EACH_ARM.low) - 1, FIRST_TRIED
    reached = trial.run(high)
    while reached.power < target:
        if high == IN_EACH_ARM.high:
            problem = f"is {target:g}, and {high:,} patients in each arm have {reached.power:.3g}"
            raise InputError("power", target, "a power that they have, or arms that differ more", problem=problem)
        low, high = high, min(2 * high, int(IN_EACH_ARM.high))
        reached = trial.run(high)
    while high - low > 1:
        middle = (low + high) // 2
        tried = trial.run(middle)
        if tried.power < target:
            low = middle
        else:
            high, reached = middle, tried
    return reached


def _plan(
    arms: Iterable[Arm],
    endpoint: str,
    *,
    day: float | None,
    assessor: str,
    margin: float | None,
    alpha: float,
    trials: int,
    days: int,
    look_every: int,
    attendance: Attendance | None,
    population: Population | Draws | None,
    rng: np.random.Generator | int | None,
    workers: Workers,
) -> RepeatedTrial:
    arm_of = name_arms(arms)
    if len(arm_of) != 2:
        raise InputError("arms", len(arm_of), "2, the second is the reference", problem=f"has {len(arm_of)}")
    first, second = arm_of
    check_name(endpoint, (*ENDPOINTS, *RESPONSE_OF), "endpoint")
    check_name(assessor, ASSESSORS, "assessor")
    margins = RATIO_MARGIN if endpoint in RESPONSE_OF else DIFFERENCE_MARGIN
    limit = None if margin is None else check_number(margin, margins)
    level, repeats, last = check_number(alpha, ALPHA), check_integer(trials, TRIALS), check_integer(days, DAYS)
    interval, on = check_integer(look_every, LOOK_EVERY), math.nan
    if endpoint not in RESPONSE_OF:
        on = check_number(RESPONSE_DAY if day is None else day, Limits("day", 0, last, "day"))
    elif day is not None:
        raise InputError("day", day, f"not given for {endpoint}, which is looked for at every visit")
    attending = Attendance() if attendance is None else check_type(attendance, Attendance, "attendance")
    draws, people = read_population(population)
    seed = seed_of(rng)
    question = Question(arm_of, endpoint, assessor, on, last, interval, attending, seed)
    check_question(question)
    populations = [people] if draws is None else list(draws.populations)
    outcomes, named = find_outcomes(question, populations, workers), question.describe()
    return RepeatedTrial((first, second), endpoint, named, outcomes, limit, level, repeats, seed, draws is not None)
