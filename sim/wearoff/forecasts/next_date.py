"""The day on which a level of the effect is lost after the last visit, and how well it is known."""

from __future__ import annotations

import dataclasses
import datetime
import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import InputError
from ..times import read_days
from ..treatment.schedule import Schedule
from .posterior import Posterior

Array = npt.NDArray[np.float64]

INTERVALS = (0.25, 0.75, 0.1, 0.9)  # a half and four fifths
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
        ``day``, ``date`` if known, ``weeks`` after the last visit, and ``chance`` to have lost the level by then. For
        an appointment after 13 weeks: ``lost.query("weeks == 13")``.
    visits : Schedule
        The visits that were made.
    losses, weights : ndarray, shape (k,)
        The day of each draw, and its weight.
    end : float
        The last day of the forecast.
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
    losses: Array = dataclasses.field(repr=False)
    weights: Array = dataclasses.field(repr=False)
    end: float = dataclasses.field(repr=False)

    def lost_by(self, days: Any) -> Array:
        """Return the chance to have lost the level by each day.

        Parameters
        ----------
        days : array_like
            Days from day 0 of the visits, or dates if the dates of the visits are known, up to the end of the forecast.
            Days before the last visit have the chance 0.

        Returns
        -------
        ndarray, shape (k,)

        Raises
        ------
        InputError
            A day is not possible, or after the end of the forecast.
        """
        first = self.visits.visits[0].day
        allowed = f"days from {first:g} to {self.end:g}"
        numbers = read_days(days, "days", allowed, self.visits.start)
        if numbers.ndim > 1 or not ((numbers >= first) & (numbers <= self.end)).all():
            raise InputError("days", days, allowed)
        return find_chances(self.losses, self.weights, numbers)

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


def find_next_date(posterior: Posterior, visits: Schedule, level: float) -> NextDate:
    """Return when the effect falls below a level after the last visit."""
    last = visits.visits[-1]
    losses, never = find_loss(posterior, last.day, level)
    middle, early, late, low, high = map(float, posterior.quantiles(losses, [0.5, *INTERVALS]))
    label = float(math.ceil(last.day + last.product.min_interval_days))
    weeks = np.arange(0, math.floor((posterior.end - last.day) / WEEK) + 1)
    on = last.day + WEEK * weeks.astype(float)
    lost = pd.DataFrame({"day": on, "weeks": weeks, "chance": find_chances(losses, posterior.weights, on)})
    if visits.start is not None:
        lost.insert(1, "date", visits.dates(on))
    return NextDate(
        keep=level,
        day=middle,
        half=(early, late),
        four_fifths=(low, high),
        date=visits.date(middle),
        label_day=label,
        label_date=visits.date(label),
        never=min(float(posterior.weights[never].sum()), 1.0),
        lost=lost,
        visits=visits,
        losses=losses,
        weights=posterior.weights,
        end=posterior.end,
    )


def find_chances(losses: Array, weights: Array, days: Array) -> Array:
    """Return the chance of a loss by each day, shape of `days`: the weight of the draws whose loss is not later."""
    order = np.argsort(losses)
    by_then = np.append(0.0, np.cumsum(weights[order]))
    chances: Array = np.minimum(by_then[np.searchsorted(losses[order], days, side="right")], 1.0)
    return chances


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
