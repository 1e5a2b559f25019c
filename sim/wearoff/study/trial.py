"""A virtual trial: arms, the patients drawn for them, and what their raters would report."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from ..checks import InputError, Limits, member, number, whole
from ..figures.trial import draw_bands, draw_responders
from ..model.cohort import Grid, choose_grid, solve_cohort
from ..model.landmarks import find_landmarks, last_day_above
from ..model.march import Reading
from ..treatment.products import find_product
from ..treatment.schedule import Schedule
from .draws import BLOCK, normals, seed_of
from .grades import ASSESSORS, BASELINES, ENDPOINTS, level_of_loss, level_of_return, mean_chance
from .population import Population
from .tally import Histogram, Tally
from .workers import Workers, sharing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = npt.NDArray[np.float64]

ACCURACY = 1e-6  # of the visible effect
PATIENTS = Limits("patients", 1, 2**31)
CHUNK = Limits("chunk", 1, 2**31)
DAYS = Limits("days", 1, 3652, "day")

RESPONSES = tuple(
    itertools.product(("none_or_mild", "one_grade", "two_grades"), ("investigator", "subject", "composite"))
)
RESPONSE_DAYS = (1, 2, 3, 7, 14, 30, 60, 90, 120, 150, 180)
SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
PERCENTILES = tuple(f"p{round(100 * share)}" for share in SHARES)
LANDMARKS = ("onset_day", "full_effect_day", "peak_day", "half_effect_day", "wear_off_day")
DURATIONS = {"return_to_baseline_day": level_of_return, "loss_of_none_or_mild_day": level_of_loss}


@dataclasses.dataclass(frozen=True)
class Arm:
    """One arm of a trial: a schedule, or None for placebo.

    Examples
    --------
    >>> Arm.treated(units=20).name, Arm.placebo().name
    ('20 U onabotulinumtoxinA', 'placebo')
    """

    schedule: Schedule | None

    def __post_init__(self) -> None:
        for visit in self.schedule or ():
            if visit.sites is not None:
                raise InputError(f"sites is {visit.sites}; allowed: not given, a trial takes the dose as even")

    @classmethod
    def treated(cls, **visit: Any) -> Self:
        """Return an arm of one visit on day 0, with the arguments of `Visit`."""
        return cls(Schedule.once(**visit))

    @classmethod
    def placebo(cls) -> Self:
        """Return an arm that gets no toxin."""
        return cls(None)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an arm: ``placebo``, ``UNITS`` or ``UNITS:PRODUCT``, such as ``50:abobotulinumtoxinA``."""
        if text.strip() == "placebo":
            return cls.placebo()
        units, sign, product = (part.strip() for part in text.partition(":"))
        try:
            return cls.treated(units=units, **({"product": product} if sign else {}))
        except InputError as error:
            raise InputError(f"arm is {text!r}: {error}; or placebo, UNITS, UNITS:PRODUCT") from None

    @property
    def name(self) -> str:
        """What it is called in tables and pictures."""
        if self.schedule is None:
            return "placebo"
        first = self.schedule.visits[0]
        more = f", {len(self.schedule)} visits" if len(self.schedule) > 1 else ""
        return f"{first.units:g} U {first.product}{more}"


@dataclasses.dataclass(frozen=True, eq=False)
class Trial:
    """What a virtual trial found.

    Parameters
    ----------
    population : Population
    patients : int
        In each arm.
    responders : pandas.DataFrame
        ``arm, endpoint, assessor, day, rate, error``: the share who respond, and its Monte Carlo error.
    bands : pandas.DataFrame
        ``arm, time, p5, p25, p50, p75, p95``: percentiles of the visible effect, day by day.
    landmarks : pandas.DataFrame
        ``arm, landmark, reached, p5, p25, p50, p75, p95``: the share of patients who reach it, and percentiles in days
        (a fraction for ``peak_effect``); infinite for what is not over at the end. The day of the return to baseline
        and of the loss of none or mild is 0 for those who were never better.
    """

    population: Population
    patients: int
    responders: pd.DataFrame
    bands: pd.DataFrame
    landmarks: pd.DataFrame

    def plot(self) -> Figure:
        """Draw the percentile bands of every treated arm, one above the other."""
        return draw_bands(self.bands)

    def plot_responders(
        self, endpoint: str = "none_or_mild", assessor: str = "investigator", ax: Axes | None = None
    ) -> Axes:
        """Draw responder rates day by day, a curve an arm; into `ax`, or a new figure."""
        chosen = self.responders[(self.responders["endpoint"] == endpoint) & (self.responders["assessor"] == assessor)]
        if chosen.empty:
            raise InputError(
                f"{endpoint} by {assessor} is not among the responses of this trial; allowed: those asked for"
            )
        return draw_responders(chosen, ax=ax)


class Response(NamedTuple):
    """What is reported: an endpoint, by whom, on which day."""

    endpoint: str
    assessor: str
    day: float


class Cohorts(NamedTuple):
    """How an arm's patients are solved: everything a worker needs, the same for all of them."""

    population: Population
    relative_potency: float
    grid: Grid
    reading: csr_array
    days: Array
    response_days: Array
    responses: tuple[Response, ...]
    patients: int
    sampler: str
    seed: int


def run_trial(
    arms: Iterable[Arm],
    *,
    population: Population | None = None,
    patients: int | str = 10_000,
    days: int | str = 240,
    responses: Sequence[tuple[str, str]] = RESPONSES,
    response_days: Sequence[float] = RESPONSE_DAYS,
    sampler: str = "sobol",
    rng: np.random.Generator | int | None = None,
    workers: Workers = 1,
    chunk: int | str = 10_000,
    progress: Callable[[int, int], None] | None = None,
) -> Trial:
    """Simulate the arms of a trial.

    Every arm has the same patients, so that arms differ by the treatment alone. The answer depends on the arms, the
    population, the number of patients, the sampler and the seed; not on `workers` or `chunk`, to the last bit.

    Parameters
    ----------
    arms : iterable of Arm
    population : Population, optional
        Default: ``Population()``.
    patients : int
        In each arm.
    days : int
        The last day.
    responses : sequence of (str, str)
        Endpoints and assessors to report; ``grades.ENDPOINTS`` and ``grades.ASSESSORS`` name them.
    response_days : sequence of float
        The days on which they are reported; those past the end are left out.
    sampler : {"sobol", "random"}
        Scrambled Sobol sequences, or pseudo-random numbers.
    rng : Generator or int, optional
        Where the seed is drawn from.
    workers : int or map-like callable
        So many processes, or what shares the work out, such as a Dask client's ``map``; as in scipy.
    chunk : int
        Patients handed out at a time.
    progress : callable, optional
        Called with the patients done and all there are.

    Returns
    -------
    Trial

    Notes
    -----
    A response is counted by its chance over the errors of the raters and over the mix of patients (moderate or severe,
    placebo responder or not), which has the same mean as drawing them, and less noise. Every course is within 1e-6.

    Examples
    --------
    >>> trial = run_trial([Arm.treated(units=20), Arm.placebo()], patients=1000, rng=1)
    >>> rates = trial.responders.query("endpoint == 'none_or_mild' and assessor == 'investigator' and day == 30")
    >>> bool(rates["rate"].iloc[0] > 0.7), bool(rates["rate"].iloc[1] < 0.1)
    (True, True)
    """
    given = list(arms)
    if not given:
        raise InputError("arms is empty; allowed: at least 1")
    people = Population() if population is None else population
    count, last, size = whole(patients, PATIENTS), whole(days, DAYS), whole(chunk, CHUNK)
    asked = _responses(responses, response_days, last)
    seed = seed_of(rng)
    member(sampler, ("sobol", "random"), "sampler")
    treated = [arm for arm in given if arm.schedule is not None]
    plans = [_plan(arm.schedule, people, last, asked, count, sampler, seed) for arm in treated if arm.schedule]
    tallies = iter(_tallies(plans, size, workers, progress))
    found = [(arm, None if arm.schedule is None else next(tallies)) for arm in given]
    grid = np.arange(last + 1.0)
    return Trial(
        people,
        count,
        pd.concat([_responders(arm, tally, asked, people) for arm, tally in found], ignore_index=True),
        pd.concat([_bands(arm, tally, grid) for arm, tally in found], ignore_index=True),
        pd.concat([_landmarks(arm, tally, people) for arm, tally in found if tally is not None], ignore_index=True)
        if treated
        else pd.DataFrame(columns=["arm", "landmark", "reached", *PERCENTILES]),
    )


def _responses(pairs: Sequence[tuple[str, str]], days: Sequence[float], last: int) -> tuple[Response, ...]:
    allowed = Limits("response_days", 0, DAYS.high, "day")
    on = [day for day in (number(day, allowed) for day in days) if day <= last]
    return tuple(
        Response(member(endpoint, ENDPOINTS, "endpoint"), member(assessor, ASSESSORS, "assessor"), day)
        for endpoint, assessor in pairs
        for day in on
    )


def _plan(
    schedule: Schedule,
    people: Population,
    last: int,
    asked: tuple[Response, ...],
    patients: int,
    sampler: str,
    seed: int,
) -> Cohorts:
    first = find_product(schedule.visits[0].product).relative_potency
    doses: dict[float, float] = {}
    for visit in schedule:
        units = float(visit.units or 0.0) * find_product(visit.product).relative_potency / first
        doses[visit.day] = doses.get(visit.day, 0.0) + units
    grid = choose_grid(
        np.array(list(doses)), np.array(list(doses.values())), people.pilots(first), float(last), ACCURACY
    )
    days, response_days = np.arange(last + 1.0), np.unique([each.day for each in asked])
    reading = Reading(grid.mesh, np.concatenate([days, response_days])).matrix()
    return Cohorts(people, first, grid, reading, days, response_days, asked, patients, sampler, seed)


def _tallies(
    plans: list[Cohorts], chunk: int, workers: Workers, progress: Callable[[int, int], None] | None
) -> list[Tally]:
    if not plans:
        return []
    # A chunk holds the whole blocks that begin in it: no block is ever cut.
    blocks = range(-(-plans[0].patients // BLOCK))
    edges = sorted({-(-first // BLOCK) for first in range(0, plans[0].patients, chunk)} | {len(blocks)})
    parts = [
        (arm, blocks[first:after])
        for arm in range(len(plans))
        for first, after in itertools.pairwise(edges)
        if first < after
    ]
    totals = [_empty(plan) for plan in plans]
    done, total = 0, len(plans) * plans[0].patients
    with sharing(workers) as shared:
        found = shared(_tally, [(plans[arm], part) for arm, part in parts])
        for (arm, _), tally in zip(parts, found, strict=True):
            totals[arm].merge(tally)
            done += int(tally.patients.sum())
            if progress is not None:
                progress(done, total)
    return totals


def _empty(plan: Cohorts) -> Tally:
    rows = len(LANDMARKS) + len(DURATIONS) * len(BASELINES)
    return Tally.empty(len(plan.days) + 1, rows, len(plan.responses), float(plan.days[-1]))


def _tally(part: tuple[Cohorts, range]) -> Tally:
    plan, blocks = part
    total = _empty(plan)
    for block in blocks:
        draws = normals(plan.sampler, plan.seed, block)[: plan.patients - block * BLOCK]
        cohort = solve_cohort(plan.grid, plan.population.constants(draws, plan.relative_potency))
        read = np.clip(plan.reading @ cohort.visible.reshape(plan.reading.shape[1], -1), 0.0, 1.0)
        effect, reported = read[: len(plan.days)], read[len(plan.days) :]
        found = find_landmarks(cohort.mesh, cohort.visible, cohort.weak)
        durations = [
            last_day_above(cohort.mesh, cohort.visible, level(grade))
            for level in DURATIONS.values()
            for grade in BASELINES
        ]
        total.add(
            np.concatenate([effect, found.peak_effect[None]]),
            np.stack([*(getattr(found, name) for name in LANDMARKS), *durations]),
            _chances(plan, reported),
        )
    return total


def _chances(plan: Cohorts, reported: Array) -> Array:
    rows = np.searchsorted(plan.response_days, [each.day for each in plan.responses])
    pairs = dict.fromkeys((each.endpoint, each.assessor) for each in plan.responses)
    every = {pair: mean_chance(reported, *pair, plan.population.raters) for pair in pairs}
    result = np.empty((len(plan.responses), reported.shape[1]))
    for i, (each, row) in enumerate(zip(plan.responses, rows, strict=True)):
        result[i] = every[each.endpoint, each.assessor][row]
    return result


def _responders(arm: Arm, tally: Tally | None, asked: tuple[Response, ...], people: Population) -> pd.DataFrame:
    if tally is None:
        # Nothing is drawn: the chance without effect is the rate.
        rates = np.array([mean_chance(np.zeros(1), each.endpoint, each.assessor, people.raters)[0] for each in asked])
        errors = np.zeros(len(asked))
    else:
        rates, errors = tally.rates()
    return pd.DataFrame(asked, columns=list(Response._fields)).assign(rate=rates, error=errors).pipe(_named, arm)


def _bands(arm: Arm, tally: Tally | None, days: Array) -> pd.DataFrame:
    values = np.zeros((len(days), len(SHARES))) if tally is None else tally.effect.quantiles(np.array(SHARES))[:-1]
    return pd.DataFrame(values, columns=list(PERCENTILES)).assign(time=days)[["time", *PERCENTILES]].pipe(_named, arm)


def _landmarks(arm: Arm, tally: Tally, people: Population) -> pd.DataFrame:
    days, shares = tally.landmarks, np.array(SHARES)
    patients = tally.patients.sum()
    reached = days.counts.sum(axis=1) / patients
    rows = [(name, reached[i], *days.quantiles(shares)[i]) for i, name in enumerate(LANDMARKS)]
    peak = len(tally.effect.counts) - 1
    rows.insert(
        LANDMARKS.index("peak_day") + 1,
        ("peak_effect", tally.effect.counts[peak].sum() / patients, *tally.effect.quantiles(shares)[peak]),
    )
    mix = np.array([1 - people.severe_share, people.severe_share])
    for i, name in enumerate(DURATIONS):
        first = len(LANDMARKS) + i * len(BASELINES)
        own = slice(first, first + len(BASELINES))
        mixed = Histogram(
            days.top,
            *(
                mix @ kept[own][:, None] if kept.ndim == 1 else (mix @ kept[own])[None]
                for kept in (days.counts, days.beyond, days.missing)
            ),
        )
        rows.append((name, float(mix @ reached[own]), *mixed.quantiles(shares)[0]))
    return pd.DataFrame(rows, columns=["landmark", "reached", *PERCENTILES]).pipe(_named, arm)


def _named(frame: pd.DataFrame, arm: Arm) -> pd.DataFrame:
    frame.insert(0, "arm", arm.name)
    return frame
