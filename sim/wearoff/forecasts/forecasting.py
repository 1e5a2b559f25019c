"""One patient's forecast: the course so far and from now on, and what follows from it."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import notebook
from ..checks import Limits, check_integer, check_number, check_type, checked_arguments
from ..defaults import SEED
from ..errors import InputError, not_installed, warn
from ..figures.forecast import Loss, draw_forecast
from ..figures.style import AUTO
from ..labels import LANDMARKS, PERCENTILES, SHARES
from ..levels import HALF
from ..model.equations import Model
from ..model.response import read_model
from ..patients.draws import given_seed, seed_of
from ..patients.population import Population
from ..provenance import make_block, name_functions
from ..timeline import LEVEL
from ..times import read_days
from ..treatment.description import describe_treatment, name_treatment
from .history import History
from .landmarks import COLUMNS as DRAWN_COLUMNS
from .landmarks import SHARES as DRAWN
from .landmarks import tabulate_landmarks
from .looks import REPEATED, describe_repeats, describe_seen, tabulate_seen
from .next_date import DISCLAIMER, NextDate, find_next_date
from .numbers import find_numbers, tabulate_numbers
from .posterior import DRAWS, Posterior, find_posterior, resample

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = npt.NDArray[np.float64]

# Weights with a heavier tail, or fewer effective draws, do not give an answer that can be trusted.
LARGEST_K, FEWEST = 0.7, 100.0
RESAMPLED = Limits("draws", 1, 1_000_000)
AFTERWARDS = 45  # days that a picture has after the last thing in it
CONTRADICTION = 1e-3  # the chance of a patient and raters so far from what is usual


@dataclasses.dataclass(frozen=True, eq=False)
class Forecast:
    """What a history says of a patient.

    Parameters
    ----------
    history : History
    population : Population
        The people of whom the patient is one.
    posterior : Posterior
        Weighted draws of the patient.
    effective : float
        The number of equally weighted draws that they are worth.
    pareto_k : float
        The shape of the tail of the weights; above 0.7 they cannot be trusted.
    seed : int
        The seed of the draws.
    provenance : dict
        How the forecast was made: versions, seed, population, visits, and what was seen. With a seed that is a whole
        number it can be made again from this.
    """

    history: History
    population: Population
    posterior: Posterior = dataclasses.field(repr=False)
    effective: float
    pareto_k: float
    seed: int
    provenance: dict[str, Any] = dataclasses.field(repr=False)

    def curve(self, days: npt.ArrayLike | None = None) -> pd.DataFrame:
        """Return percentiles of the visible effect: ``time``, ``date`` if known, and ``p5`` to ``p95``.

        Parameters
        ----------
        days : array_like, optional
            Days from day 0 of the visits, or dates if the dates of the visits are known; default: every day.

        Raises
        ------
        InputError
            A day is not possible, or after the end of the forecast.
        """
        end, start = self.posterior.end, self.history.visits.start
        allowed = f"days from 0 to {end:g}"
        times = np.arange(math.floor(end) + 1.0) if days is None else read_days(days, "days", allowed, start)
        if not (times.size and times.ndim == 1 and ((times >= 0) & (times <= end)).all()):
            raise InputError("days", days, allowed)
        found = self.posterior.visible_quantiles(times, SHARES)
        frame = pd.DataFrame(found, columns=PERCENTILES)
        frame.insert(0, "time", times)
        return self._with_dates(frame, "time")

    def next_visit(self, keep: float = HALF) -> NextDate:
        """Return when the effect is lost: when it falls below `keep` after the last visit.

        Parameters
        ----------
        keep : float
            A fraction of a full effect, above 0 and at most 1.
        """
        return find_next_date(self.posterior, self.history.visits, check_number(keep, LEVEL))

    def landmarks(self) -> pd.DataFrame:
        """Return the landmarks of the effect after the last visit: percentiles, and the chance to never reach each.

        Returns
        -------
        pandas.DataFrame
            ``landmark``, ``never`` (the chance), and ``p10, p25, p50, p75, p90``, with ``date`` of the median if the
            dates of the visits are known. Days count from day 0 of the visits; ``peak_effect`` is a fraction of a full
            effect.

        Notes
        -----
        The definitions are those of `Timeline.landmarks`, for the part of the course that begins with the last visit.
        The effect of earlier visits may still be there: an onset, or a full effect, that is there already counts as
        reached on the day of the last visit. The peak is the largest effect from that day on.

        Half effect and wear-off count as the day of the last visit where the effect never reaches that level. For the
        other landmarks the percentiles are among the draws that reach them, NaN if there is none. A day after the end
        of the forecast is infinite.
        """
        found = tabulate_landmarks(self.posterior, self.history.last_visit)
        if self.history.visits.start is not None:
            is_day = [LANDMARKS[name].unit == "day" for name in found["landmark"]]
            dates = [
                self.history.visits.date(value) if day else None
                for value, day in zip(found["p50"], is_day, strict=True)
            ]
            found["date"] = pd.Series(dates, dtype=object)
        return found

    def parameters(self) -> pd.DataFrame:
        """Return the numbers in which patients differ: the population's middle 90 %, and what the history says.

        Columns: ``name, unit, prior_p5, prior_p50, prior_p95, p5, p50, p95``.
        """
        return tabulate_numbers(self.posterior)

    def to_arviz(self, draws: int = 1000) -> Any:
        """Return prior and posterior draws for ArviZ, which the extra ``wearoff[arviz]`` installs.

        Parameters
        ----------
        draws : int
            The number of draws of the posterior. All have the same weight: they are drawn from the weighted draws by
            systematic resampling, with the seed of the forecast, so that some occur several times.

        Returns
        -------
        arviz.InferenceData or xarray.DataTree
            The first with ArviZ before 1.0. Groups ``prior`` (draws of the population) and ``posterior``, each of one
            chain, with the numbers of `parameters`, and ``dose_factor`` along ``visit``: the factor by which the dose
            of a visit acts more or less.

        Raises
        ------
        InputError
            ArviZ is not installed, or `draws` is not possible.
        """
        number, posterior = check_integer(draws, RESAMPLED), self.posterior
        try:
            from .inference_data import to_inference_data
        except ModuleNotFoundError:
            raise not_installed("to_arviz", "arviz", "arviz") from None
        rng = np.random.default_rng([self.seed, posterior.normals.shape[1]])
        chosen = resample(posterior.weights, number, rng)
        return to_inference_data(
            prior=find_numbers(self.population, posterior.normals[:DRAWS]),  # the first round is the population's own
            posterior=find_numbers(self.population, posterior.normals[chosen]),
        )

    def plot(
        self, keep: float = HALF, ax: Axes | None = None, *, label: str | None = AUTO, title: str | None = AUTO
    ) -> Axes:
        """Draw the effect with its bands, what was seen, and the next date, and return the Axes.

        The time axis is a calendar if the dates of the visits are known.

        Parameters
        ----------
        keep : float
            As in `next_visit`.
        ax : matplotlib.axes.Axes, optional
            The Axes to draw on. The curve takes its next colour, and the legend is inside. Default: a new figure.
        label : str or None
            The name of the curve in the legend.
        title : str or None
            Default: the treatment, above a new figure; no title if `ax` is given.
        """
        date = self.next_visit(keep)
        low, early, late, high = date.four_fifths[0], *date.half, date.four_fifths[1]
        latest = max(self.history.last_day, date.label_day, high if math.isfinite(high) else self.posterior.end)
        last = min(latest + AFTERWARDS, math.floor(self.posterior.end))
        days = np.union1d(np.arange(last + 1.0), [visit.day for visit in self.history.visits])
        curve = pd.DataFrame(self.posterior.visible_quantiles(days, DRAWN), columns=DRAWN_COLUMNS)
        curve.insert(0, "time", days)
        return draw_forecast(
            curve, self.history.visits.to_frame(), tabulate_seen(self.history),
            Loss(date.keep, low, early, date.day, late, high, date.label_day), note=DISCLAIMER,
            patient=f"one patient: {describe_treatment(self.history.visits)}", start=self.history.visits.start, ax=ax,
            label=label, title=title,
        )  # fmt: skip

    def _with_dates(self, frame: pd.DataFrame, column: str) -> pd.DataFrame:
        if self.history.visits.start is not None:
            frame.insert(1, "date", self.history.visits.dates(frame[column]))
        return frame

    def _repr_html_(self) -> str:
        return notebook.show(str(self.next_visit()), notebook.format_table(self.parameters()))


@checked_arguments()
def forecast(
    history: History,
    *,
    population: Population | None = None,
    rng: np.random.Generator | int | None = SEED,
    model: Model | None = None,
) -> Forecast:
    """Return what a history says of a patient of a population.

    Parameters
    ----------
    history : History
    population : Population, optional
        The people of whom the patient is one; how they differ is the prior.
    rng : Generator or int, optional
        The seed, or a generator from which it is drawn; the default is a fixed seed.
    model : Model, optional
        A model with your own function for uptake or force; default: the built-in model.

    Returns
    -------
    Forecast

    Raises
    ------
    InputError
        A value is not possible.

    Warns
    -----
    UnusualWarning
        A rater looked more than once on a day. Or the history contradicts the model: a patient and raters who make it
        are very unusual. Or the draws are too few to be trusted.

    Notes
    -----
    The intervals say how uncertain this patient's numbers are. The numbers of the population count as known, although
    they are estimates. Every dose counts as even along the muscle.

    Examples
    --------
    >>> from wearoff import Grade, History, Schedule, forecast
    >>> visits = Schedule.once(units=20, start="2027-01-04")
    >>> soon = forecast(History(visits, [Grade(30, 0), Grade(60, 2)], baseline=3)).next_visit()
    >>> late = forecast(History(visits, [Grade(30, 0), Grade(90, 0)], baseline=3)).next_visit()
    >>> soon.day < late.day
    True
    """
    check_type(history, History, "history")
    people = Population() if population is None else check_type(population, Population, "population")
    model = read_model(model, people.parameters.constants())
    seed = seed_of(rng)
    if repeats := describe_repeats(history):
        warn(f"the history has {repeats}: {REPEATED}")
    posterior = find_posterior(history, people, seed, model)
    treatment = name_treatment(history.visits)
    provenance = make_block(
        "forecast", name_functions(model), people, arms={treatment: history.visits},
        seen={treatment: describe_seen(history)}, seed=given_seed(rng), sampler="sobol",
    )  # fmt: skip
    found = Forecast(history, people, posterior, posterior.effective, posterior.pareto_k, seed, provenance)
    if posterior.surprise < CONTRADICTION:
        warn("the history contradicts the model: no usual patient and raters make what was seen; check days and grades")
    if found.pareto_k > LARGEST_K or found.effective < FEWEST:
        warn(f"the forecast cannot be trusted: {found.effective:.0f} effective draws, Pareto k {found.pareto_k:.2f}")
    return found
