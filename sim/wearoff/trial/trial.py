"""A virtual trial: the same patients in every arm, and what raters would report of them."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import notebook
from ..checks import Limits, check_integer, check_name, check_number, check_type, checked_arguments, one_or_many
from ..defaults import SEED
from ..errors import InputError, format_value
from ..figures.style import AUTO
from ..figures.trial import draw_bands, draw_responders
from ..model.equations import Model
from ..model.response import read_model
from ..patients.draws import SAMPLERS, given_seed, seed_of
from ..patients.grades import ASSESSORS, ENDPOINTS
from ..patients.population import Population
from ..provenance import make_block, name_functions
from ..workers import Workers, check_shared, sharing
from .arms import Arm
from .blocks import ArmPlan, Part, Response, empty_tally, plan_arm, split_blocks, tally_part
from .tabulation import join_arms, tabulate_bands, tabulate_landmarks, tabulate_placebo, tabulate_responses
from .tally import Tally

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = npt.NDArray[np.float64]

PATIENTS = Limits("patients", 1, 10**9)  # the largest number for which `tally.UNIT` has room
CHUNK = Limits("chunk", 1, 10**9)
DAYS = Limits("days", 1, 3652, "day")
LOOK_EVERY = Limits("look_every", 1, 3652, "day")

RESPONSES = tuple(
    itertools.product(("none_or_mild", "one_grade", "two_grades"), ("investigator", "subject", "composite"))
)
RESPONSE_DAYS = (1, 2, 3, 7, 14, 30, 60, 90, 120, 150, 180)


@dataclasses.dataclass(frozen=True, eq=False)
class Trial:
    """The results of a virtual trial.

    Parameters
    ----------
    population : Population
    patients : int
        Number of patients in each arm.
    muscles : tuple of str
        The muscles treated in any arm.
    responders : pandas.DataFrame
        ``arm, endpoint, assessor, day, rate, error``: the share of responders, and its Monte Carlo error.
    bands : pandas.DataFrame
        ``arm, time, p5, p25, p50, p75, p95``: percentiles of the visible effect, day by day.
    landmarks : pandas.DataFrame
        ``arm, landmark, reached, p5, p25, p50, p75, p95``, for every treated arm. ``reached`` is the share of patients
        who reach it before the end. The percentiles are days (``peak_effect``: fractions) of those who reach it;
        infinite if the effect is above the level at the end. Return to baseline and loss of none or mild are what the
        investigator sees at the visits of the trial: ``reached`` is the share of patients in whom it is seen by the
        end, and a percentile is the day of the first visit by which it is seen in that share of all patients, infinite
        if there is none. A return to baseline without effect is seen on the first visit.
    provenance : dict
        How the trial was made: versions, arguments, seed, sampler, constants, population and arms.
    """

    population: Population
    patients: int
    muscles: tuple[str, ...]
    responders: pd.DataFrame
    bands: pd.DataFrame
    landmarks: pd.DataFrame
    provenance: dict[str, Any] = dataclasses.field(repr=False)

    def _repr_html_(self) -> str:
        return notebook.show(self.description, notebook.format_table(self.landmarks))

    @property
    def description(self) -> str:
        """The patients in words: the title of the pictures."""
        return ", ".join([f"{self.patients:,} virtual patients in each arm", *self.muscles])

    def bands_figure(self, *, title: str | None = AUTO) -> Figure:
        """Draw the percentile bands of every treated arm, one above the other.

        `title` is written over the figure; default: the number of patients and the muscle. None leaves it out.
        """
        return draw_bands(self.bands, patients=self.description, title=title)

    def plot_responders(
        self,
        endpoint: str = "none_or_mild",
        assessor: str = "investigator",
        ax: Axes | None = None,
        *,
        title: str | None = AUTO,
    ) -> Axes:
        """Draw responder rates day by day, a curve an arm, and return the Axes: `ax`, or the Axes of a new figure.

        In a given `ax` the legend is inside, and there is no title by default. `title` is as in `bands_figure`.

        Raises
        ------
        InputError
            The trial does not report this endpoint by this assessor; the error names the pairs that it reports.
        """
        rates = self.responders[(self.responders["endpoint"] == endpoint) & (self.responders["assessor"] == assessor)]
        if rates.empty:
            pairs = self.responders[["endpoint", "assessor"]].drop_duplicates().itertuples(index=False)
            allowed = ", ".join(" by ".join(pair) for pair in pairs) or "none was asked for"
            raise InputError("response", (endpoint, assessor), allowed, problem=f"is {endpoint} by {assessor}")
        return draw_responders(rates, patients=self.description, ax=ax, title=title)


@checked_arguments()
def run_trial(
    arms: Arm | Iterable[Arm],
    *,
    population: Population | None = None,
    patients: int = 10_000,
    days: int = 240,
    look_every: int = 28,
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
        Days between the trial's visits, which begin that long after the last dose. Durations end at a visit.
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
    interval, reported = check_integer(look_every, LOOK_EVERY), _check_responses(responses, response_days, last)
    check_name(sampler, SAMPLERS, "sampler")
    seed = seed_of(rng)
    model = read_model(model, people.parameters.constants())
    check_shared(workers, model, "model")
    plans = {
        name: plan_arm(arm.schedule, people, last, interval, reported, count, sampler, seed, model)
        for name, arm in arm_of.items()
        if arm.schedule is not None
    }
    tallies = _count_patients(plans, size, workers, progress)
    landmarks = {name: tabulate_landmarks(tally, plans[name]) for name, tally in tallies.items()}
    responders = {
        name: tabulate_responses(tallies[name], reported)
        if name in tallies
        else tabulate_placebo(reported, people, count, sampler, seed)
        for name in arm_of
    }
    return Trial(
        people,
        count,
        _name_muscles(arm_of),
        join_arms(responders),
        join_arms({name: tabulate_bands(tallies.get(name), np.arange(last + 1.0)) for name in arm_of}),
        join_arms(landmarks, ["landmark", "reached"]),
        make_block(
            "run_trial",
            {"patients": count, "days": last, "look_every": interval, "responses": reported, **name_functions(model)},
            people, arms={name: arm.schedule for name, arm in arm_of.items()}, seed=given_seed(rng), sampler=sampler,
        ),
    )  # fmt: skip


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


def _check_responses(
    responses: Sequence[Any], response_days: float | Sequence[float], last: int
) -> tuple[Response, ...]:
    limits = Limits("response_days", 0, DAYS.high, "day")
    days = [check_number(day, limits) for day in one_or_many(response_days, (int, float), "response_days")]
    one_pair = len(responses) == 2 and all(isinstance(name, str) for name in responses)
    checked = []
    for pair in [responses] if one_pair else responses:
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            allowed = "pairs such as ('none_or_mild', 'investigator')"
            raise InputError("responses", pair, allowed, problem=f"has {format_value(pair)}")
        endpoint, assessor = check_name(pair[0], ENDPOINTS, "endpoint"), check_name(pair[1], ASSESSORS, "assessor")
        checked += [Response(endpoint, assessor, day) for day in days if day <= last]
    return tuple(checked)


def _count_patients(
    plans: dict[str, ArmPlan], chunk: int, workers: Workers, progress: Callable[[int, int], None] | None
) -> dict[str, Tally]:
    parts = [Part(name, plan, blocks) for name, plan in plans.items() for blocks in split_blocks(plan.patients, chunk)]
    totals = {name: empty_tally(plan) for name, plan in plans.items()}
    done, total = 0, sum(plan.patients for plan in plans.values())
    with sharing(workers if parts else 1) as shared:
        for _, (name, tally) in zip(parts, shared(tally_part, parts), strict=True):
            totals[name].merge(tally)
            done += int(tally.patients.sum())
            if progress is not None:
                progress(done, total)
    return totals
