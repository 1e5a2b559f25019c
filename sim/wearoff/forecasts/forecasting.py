"""One patient's forecast: the course so far and from now on, and the day on which a level of the effect is lost."""

from __future__ import annotations

import dataclasses
import datetime
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from .. import notebook
from ..checks import check_number, check_type, checked_arguments
from ..defaults import SEED
from ..errors import InputError, warn
from ..labels import PERCENTILES, SHARES
from ..levels import HALF
from ..model.equations import Constants, Model
from ..model.response import read_model
from ..patients.draws import seed_of
from ..patients.population import Population
from ..timeline import LEVEL
from ..treatment.schedule import Schedule
from .history import History
from .posterior import Posterior, find_posterior

Array = npt.NDArray[np.float64]

INTERVALS = (0.25, 0.75, 0.1, 0.9)  # a half and four fifths
# Weights with a heavier tail, or fewer effective draws, do not give an answer that can be trusted.
LARGEST_K, FEWEST = 0.7, 100.0
CONTRADICTION = 1e-3  # the chance of a patient and raters so far from what is usual
DISCLAIMER = "a model for teaching and research, not advice"
WEEK = 7


@dataclasses.dataclass(frozen=True, eq=False)
class NextDate:
    """When a level of the effect is lost after the last visit: what is known of that day.

    Parameters
    ----------
    keep : float
        The level, a fraction of a full effect.
    day : float
        The median day, from day 0 of the visits; infinite if it is later than the forecast.
    half, four_fifths : tuple of float
        The days between which it is with a chance of a half, and of four fifths.
    date : datetime.date or None
        The median's date, if the dates of the visits are known.
    label_day : float
        The first whole day on which the label of the last product allows a treatment.
    label_date : datetime.date or None
    never : float
        The chance that the effect does not reach the level after the last visit. Such a patient has lost it on the day
        of the last visit.
    lost : pandas.DataFrame
        ``day``, ``date`` if known, ``weeks`` after the last visit, and ``chance`` to have lost the level by then.
    visits : Schedule
        The visits that were made.
    """

    keep: float
    day: float
    half: tuple[float, float]
    four_fifths: tuple[float, float]
    date: datetime.date | None
    label_day: float
    label_date: datetime.date | None
    never: float
    lost: pd.DataFrame
    visits: Schedule = dataclasses.field(repr=False)

    def __str__(self) -> str:
        def name(day: float) -> str:
            if math.isinf(day):
                return "a day after the end of the forecast"
            return f"day {math.floor(day)}" if self.visits.start is None else f"{self.visits.date(day)}"

        (early, late), (low, high) = self.half, self.four_fifths
        return (
            f"The effect falls below {100 * self.keep:.3g} % of a full effect on about {name(self.day)}.\n"
            f"With a chance of 50 % it does between {name(early)} and {name(late)}, of 80 % between {name(low)} and "
            f"{name(high)}.\n"
            f"The label allows a treatment from {name(self.label_day)}.\n"
            f"This is {DISCLAIMER}."
        )


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
    """

    history: History
    population: Population
    posterior: Posterior = dataclasses.field(repr=False)
    effective: float
    pareto_k: float

    def curve(self, days: npt.ArrayLike | None = None) -> pd.DataFrame:
        """Return percentiles of the visible effect: ``time``, ``date`` if known, and ``p5`` to ``p95``.

        Parameters
        ----------
        days : array_like, optional
            Days from day 0 of the visits; default: every day.
        """
        last = math.floor(self.posterior.end)
        times = np.arange(last + 1.0) if days is None else np.atleast_1d(np.asarray(days, dtype=float))
        if not (times.size and np.isfinite(times).all() and times.min() >= 0 and times.max() <= self.posterior.end):
            raise InputError("days", days, f"days from 0 to {self.posterior.end:g}")
        found = self.posterior.quantiles(self.posterior.visible_at(times), SHARES)
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
        level, last = check_number(keep, LEVEL), self.history.last_visit
        days, never = find_loss(self.posterior, last, level)
        middle = self.posterior.quantiles(days, [0.5, *INTERVALS])
        label = float(math.ceil(last + self.history.visits.visits[-1].product.min_interval_days))
        weeks = np.arange(0, math.floor((self.posterior.end - last) / WEEK) + 1)
        order, on = np.argsort(days), last + WEEK * weeks
        by_then = np.append(0.0, np.cumsum(self.posterior.weights[order]))
        chances = by_then[np.searchsorted(days[order], on, side="right")]
        lost = pd.DataFrame({"day": on, "weeks": weeks, "chance": np.minimum(chances, 1.0)})
        date = self.history.visits.date
        return NextDate(
            level,
            float(middle[0]),
            (float(middle[1]), float(middle[2])),
            (float(middle[3]), float(middle[4])),
            date(float(middle[0])) if math.isfinite(middle[0]) else None,
            label,
            date(label),
            float(self.posterior.weights[never].sum()),
            self._with_dates(lost, "day"),
            self.history.visits,
        )

    def parameters(self) -> pd.DataFrame:
        """Return the numbers in which patients differ: the population's middle 90 %, and what the history says.

        Columns: ``name, unit, prior_p5, prior_p50, prior_p95, p5, p50, p95``.
        """
        shares = [0.05, 0.5, 0.95]
        own = self.population.constants(self.posterior.normals)
        rows = []
        for column, (name, unit, read) in enumerate(_NUMBERS):
            grid = np.zeros((3, self.posterior.normals.shape[1]))
            grid[:, column] = ndtri(shares)
            prior = np.sort(read(self.population.constants(grid)))
            rows.append([name, unit, *prior, *self.posterior.quantiles(read(own), shares)])
        columns = ["name", "unit", *(f"{which}{each}" for which in ("prior_", "") for each in ("p5", "p50", "p95"))]
        return pd.DataFrame(rows, columns=columns)

    def _with_dates(self, frame: pd.DataFrame, column: str) -> pd.DataFrame:
        if self.history.visits.start is not None:
            frame.insert(1, "date", self.history.visits.dates(frame[column]))
        return frame

    def _repr_html_(self) -> str:
        return notebook.show(str(self.next_visit()), notebook.format_table(self.parameters()))


# In the order of the columns of the standard normal numbers.
_NUMBERS: tuple[tuple[str, str, Callable[[Constants], Any]], ...] = (
    ("potency", "1/(U day)", lambda c: c.k_cleave),
    ("light_chain_half_life", "day", lambda c: math.log(2) / c.k_light_chain),
    ("depot_half_life", "day", lambda c: math.log(2) / c.k_depot),
    ("crease_share", "fraction", lambda c: c.q),
)


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
        The history contradicts the model: a patient and raters who make it are very unusual. Or the draws are too few
        to be trusted.

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
    posterior = find_posterior(history, people, seed_of(rng), model)
    found = Forecast(history, people, posterior, posterior.effective, posterior.pareto_k)
    if posterior.surprise < CONTRADICTION:
        warn("the history contradicts the model: no usual patient and raters make what was seen; check days and grades")
    if found.pareto_k > LARGEST_K or found.effective < FEWEST:
        warn(f"the forecast cannot be trusted: {found.effective:.0f} effective draws, Pareto k {found.pareto_k:.2f}")
    return found


def find_loss(posterior: Posterior, last_visit: float, level: float) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Return the day on which each draw's effect falls below a level after the last visit, and who never reaches it.

    Returns
    -------
    (ndarray, ndarray of bool), shape (k,)
        The day of the last visit for who never reaches the level; infinite where the level is not yet lost at the end.
    """
    days = np.append(np.arange(last_visit, posterior.end), posterior.end)
    visible = posterior.visible_at(days)
    above = visible >= level
    never: npt.NDArray[np.bool_] = np.logical_not(above.any(axis=0))
    last = np.where(never, 0, len(days) - 1 - above[::-1].argmax(axis=0))
    after, draws = np.minimum(last + 1, len(days) - 1), np.arange(visible.shape[1])
    drop = visible[last, draws] - visible[after, draws]
    part = (visible[last, draws] - level) / np.where(drop > 0, drop, 1.0)
    loss = days[last] + part * (days[after] - days[last])
    result: Array = np.where(never, last_visit, np.where(after == last, np.inf, loss))
    return result, never
