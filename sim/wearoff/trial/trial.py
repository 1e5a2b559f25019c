"""A virtual trial: the same patients in every arm, and what their raters would report."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.linalg import block_diag

from .. import notebook
from ..checks import Limits, check_integer, check_name, check_number, check_type, checked_arguments, one_or_many
from ..defaults import SEED
from ..errors import InputError, format_value
from ..figures.style import AUTO
from ..figures.trial import draw_bands, draw_responders
from ..model.equations import Model
from ..model.response import read_model
from ..patients.draws import SAMPLERS, seed_of
from ..patients.grades import ASSESSORS, ENDPOINTS, mean_chance
from ..patients.population import Population
from ..workers import Workers, check_shared, sharing
from .arms import Arm
from .blocks import DURATIONS, LANDMARKS, ArmPlan, Part, Response, chunks, empty_tally, plan_arm, tally_part
from .tally import Tally

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = npt.NDArray[np.float64]

PATIENTS = Limits("patients", 1, 10**9)  # what `tally.UNIT` allows
CHUNK = Limits("chunk", 1, 10**9)
DAYS = Limits("days", 1, 3652, "day")

RESPONSES = tuple(
    itertools.product(("none_or_mild", "one_grade", "two_grades"), ("investigator", "subject", "composite"))
)
RESPONSE_DAYS = (1, 2, 3, 7, 14, 30, 60, 90, 120, 150, 180)
SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
PERCENTILES = tuple(f"p{round(100 * share)}" for share in SHARES)


@dataclasses.dataclass(frozen=True, eq=False)
class Trial:
    """What a virtual trial found.

    Parameters
    ----------
    population : Population
    patients : int
        In each arm.
    muscles : tuple of str
        What is treated, in all arms together.
    responders : pandas.DataFrame
        ``arm, endpoint, assessor, day, rate, error``: the share who respond, and its Monte Carlo error.
    bands : pandas.DataFrame
        ``arm, time, p5, p25, p50, p75, p95``: percentiles of the visible effect, day by day.
    landmarks : pandas.DataFrame
        ``arm, landmark, reached, p5, p25, p50, p75, p95``, for every treated arm: the share of patients who reach it
        before the end, and percentiles in days (a fraction for ``peak_effect``) of those who do or still will: infinite
        where the effect is still above the level at the end. The return to baseline and the loss of none or mild come
        to every patient, on day 0 to those who were never better.
    """

    population: Population
    patients: int
    muscles: tuple[str, ...]
    responders: pd.DataFrame
    bands: pd.DataFrame
    landmarks: pd.DataFrame

    def _repr_html_(self) -> str:
        return notebook.show(self.description, notebook.format_table(self.landmarks))

    @property
    def description(self) -> str:
        """Who is shown, in words: the title of the pictures, which name the arms themselves."""
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
        """Draw responder rates day by day, a curve an arm, and return the Axes drawn on.

        Into `ax`, with the legend inside and no title by default, or a new figure; `title` as in `bands_figure`.

        Raises
        ------
        InputError
            The trial has no such endpoint by such an assessor; those that it has are named.
        """
        chosen = self.responders[(self.responders["endpoint"] == endpoint) & (self.responders["assessor"] == assessor)]
        if chosen.empty:
            pairs = self.responders[["endpoint", "assessor"]].drop_duplicates().itertuples(index=False)
            allowed = ", ".join(" by ".join(pair) for pair in pairs) or "none was asked for"
            raise InputError("response", (endpoint, assessor), allowed, problem=f"is {endpoint} by {assessor}")
        return draw_responders(chosen, patients=self.description, ax=ax, title=title)


@checked_arguments()
def run_trial(
    arms: Arm | Iterable[Arm],
    *,
    population: Population | None = None,
    patients: int = 10_000,
    days: int = 240,
    responses: tuple[str, str] | Sequence[tuple[str, str]] = RESPONSES,
    response_days: float | Sequence[float] = RESPONSE_DAYS,
    sampler: str = "sobol",
    rng: np.random.Generator | int | None = SEED,
    workers: Workers = 1,
    chunk: int = 10_000,
    progress: Callable[[int, int], None] | None = None,
    model: Model | None = None,
) -> Trial:
    """Simulate the arms of a trial.

    Every arm has the same patients, so that arms differ by the treatment alone. The answer depends on the arms, the
    population, the number of patients, the sampler and the seed; not on `workers` or `chunk`, to the last bit.

    Parameters
    ----------
    arms : Arm or iterable of Arm
    population : Population, optional
        Default: ``Population()``.
    patients : int
        In each arm.
    days : int
        The last day.
    responses : (str, str) or sequence of (str, str)
        Endpoints and assessors to report; ``grades.ENDPOINTS`` and ``grades.ASSESSORS`` name them.
    response_days : float or sequence of float
        The days on which they are reported; those past the end are left out.
    sampler : {"sobol", "random"}
        Scrambled Sobol sequences, or pseudo-random numbers.
    rng : Generator or int, optional
        A seed, or where one is drawn from; the same by default. None: another one in every call.
    workers : int or map-like callable
        So many processes, or what shares the work out, such as a Dask client's ``map``; as in scipy.
    chunk : int
        Patients handed out at a time.
    progress : callable, optional
        Called with the patients done and all there are, in all treated arms together.
    model : Model, optional
        With functions of one's own for uptake or force; default: the built-in ones. With several processes each
        function must be one that can be pickled: defined by ``def`` in a module, no lambda.

    Returns
    -------
    Trial

    Raises
    ------
    InputError
        A value is not possible, two arms have one name, or a process ended before its work.

    Notes
    -----
    A response is counted by its chance over the errors of the raters and over the mix of patients (moderate or severe,
    placebo responder or not), which has the same mean as drawing them, and less noise. Every course of
    the default population that was checked is within 1e-6; in populations as wide and as steep as is plausible one in
    some thousands is off by a few 1e-6, in wider ones by up to 1e-5 and more.

    Examples
    --------
    >>> trial = run_trial([Arm(units=20), Arm.placebo()], patients=1000, rng=1)
    >>> rates = trial.responders.query("endpoint == 'none_or_mild' and assessor == 'investigator' and day == 30")
    >>> bool(rates["rate"].iloc[0] > 0.7), bool(rates["rate"].iloc[1] < 0.1)
    (True, True)
    """
    named = _named(arms)
    people = Population() if population is None else check_type(population, Population, "population")
    count, last, size = check_integer(patients, PATIENTS), check_integer(days, DAYS), check_integer(chunk, CHUNK)
    asked = _responses(responses, response_days, last)
    check_name(sampler, SAMPLERS, "sampler")
    seed = seed_of(rng)
    pieces = read_model(model, people.parameters.constants())
    check_shared(workers, pieces, "model")
    plans = {
        name: plan_arm(arm.schedule, people, last, asked, count, sampler, seed, pieces)
        for name, arm in named.items()
        if arm.schedule is not None
    }
    tallies = _tallies(plans, size, workers, progress)
    return Trial(
        people,
        count,
        _muscles(named),
        _by_arm({name: _responders(tallies.get(name), asked, people) for name in named}),
        _by_arm({name: _bands(tallies.get(name), np.arange(last + 1.0)) for name in named}),
        _by_arm({name: _landmarks(tally, people) for name, tally in tallies.items()}, ["landmark", "reached"]),
    )


def _named(arms: Arm | Iterable[Arm]) -> dict[str, Arm]:
    found: dict[str, Arm] = {}
    for arm in one_or_many(arms, Arm, "arms"):
        check_type(arm, Arm, "arms")
        if arm.name in found:
            problem = f"has {format_value(arm.name)} twice"
            raise InputError("arms", arm.name, "each name once, set with label=", problem=problem)
        found[arm.name] = arm
    if not found:
        raise InputError("arms", arms, "at least 1", problem="is empty")
    return found


def _muscles(arms: dict[str, Arm]) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(visit.muscle.name.replace("_", " ") for arm in arms.values() for visit in arm.schedule or ())
    )


def _responses(responses: Sequence[Any], response_days: float | Sequence[float], last: int) -> tuple[Response, ...]:
    allowed = Limits("response_days", 0, DAYS.high, "day")
    days = [check_number(day, allowed) for day in one_or_many(response_days, (int, float), "response_days")]
    alone = len(responses) == 2 and all(isinstance(each, str) for each in responses)
    found = []
    for pair in [responses] if alone else responses:
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            allowed_pairs = "pairs such as ('none_or_mild', 'investigator')"
            raise InputError("responses", pair, allowed_pairs, problem=f"has {format_value(pair)}")
        endpoint, assessor = check_name(pair[0], ENDPOINTS, "endpoint"), check_name(pair[1], ASSESSORS, "assessor")
        found += [Response(endpoint, assessor, day) for day in days if day <= last]
    return tuple(found)


def _tallies(
    plans: dict[str, ArmPlan], chunk: int, workers: Workers, progress: Callable[[int, int], None] | None
) -> dict[str, Tally]:
    parts = [Part(name, plan, blocks) for name, plan in plans.items() for blocks in chunks(plan.patients, chunk)]
    totals = {name: empty_tally(plan) for name, plan in plans.items()}
    done, total = 0, sum(plan.patients for plan in plans.values())
    with sharing(workers if parts else 1) as shared:
        for _, (name, tally) in zip(parts, shared(tally_part, parts), strict=True):
            totals[name].merge(tally)
            done += int(tally.patients.sum())
            if progress is not None:
                progress(done, total)
    return totals


def _responders(tally: Tally | None, asked: tuple[Response, ...], people: Population) -> pd.DataFrame:
    if tally is None:
        # Nothing is drawn: the chance without effect is the rate.
        rates = np.array([mean_chance(np.zeros(1), each.endpoint, each.assessor, people.raters)[0] for each in asked])
        errors = np.zeros(len(asked))
    else:
        rates, errors = tally.rates()
    return pd.DataFrame(asked, columns=list(Response._fields)).assign(rate=rates, error=errors)


def _bands(tally: Tally | None, days: Array) -> pd.DataFrame:
    values = np.zeros((len(days), len(SHARES))) if tally is None else tally.effect.quantiles(np.array(SHARES))[:-1]
    frame = pd.DataFrame(values, columns=list(PERCENTILES))
    frame.insert(0, "time", days)
    return frame


def _landmarks(tally: Tally, people: Population) -> pd.DataFrame:
    # A landmark is the same for every baseline grade, a duration is not.
    baselines = np.array([[1 - people.severe_share, people.severe_share]])
    mix = block_diag(np.eye(len(LANDMARKS)), *[baselines] * len(DURATIONS))
    reached = mix @ tally.landmarks.counts.sum(axis=1)
    days = tally.landmarks.quantiles(np.array(SHARES), mix)
    rows = [(name, *row) for name, *row in zip([*LANDMARKS, *DURATIONS], reached, *days.T, strict=True)]
    largest = tally.effect
    peak = ("peak_effect", largest.counts[-1].sum(), *largest.quantiles(np.array(SHARES))[-1])
    rows.insert(LANDMARKS.index("peak_day") + 1, peak)
    frame = pd.DataFrame(rows, columns=["landmark", "reached", *PERCENTILES])
    return frame.assign(reached=frame["reached"] / tally.patients.sum())


def _by_arm(frames: dict[str, pd.DataFrame], columns: Sequence[str] = ()) -> pd.DataFrame:
    # One below the other; of no frame, the columns of its rows.
    if not frames:
        return pd.DataFrame(columns=["arm", *columns, *PERCENTILES])
    return pd.concat(frames, names=["arm"]).reset_index(level="arm").reset_index(drop=True)
