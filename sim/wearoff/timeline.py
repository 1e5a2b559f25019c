"""The result of a simulation: tidy frames, the landmarks, and the pictures."""

from __future__ import annotations

import dataclasses
import datetime
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from . import notebook
from .checks import Limits, check_number
from .drawn_days import FIRST_MOMENT, days_of_cascade, days_of_curve
from .errors import InputError
from .figures.cascade import draw_cascade
from .figures.effect import draw_effect
from .figures.mechanism import draw_mechanism
from .figures.returns import draw_returns
from .figures.style import AUTO
from .figures.visits import draw_visits
from .labels import BASELINE, COLUMNS
from .levels import HALF, ONSET
from .model.course import Course
from .model.equations import COMPARTMENTS
from .model.intervals import intervals_above
from .model.landmarks import find_landmarks
from .outcomes import Outcome
from .parameters import Parameters
from .times import read_days
from .treatment.description import describe_patient, name_patient
from .treatment.muscles import spill
from .treatment.schedule import Schedule

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOMENTS = 5  # days that have room beside each other in a picture of the mechanism

LEVEL = Limits("keep", 0, 1, above=True)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Timeline:
    """The course of one patient.

    Parameters
    ----------
    schedule : Schedule
        The visits.
    parameters : Parameters
        The constants.
    course : Course
        The solution, to be read at any time.
    times : ndarray, shape (k,)
        Days of the rows of `frame`.
    """

    schedule: Schedule
    parameters: Parameters
    course: Course
    times: npt.NDArray[np.float64]

    def __repr__(self) -> str:
        return f"Timeline({name_patient(self.schedule, self.parameters)}, to day {self.end:g})"

    def _repr_html_(self) -> str:
        drawn = notebook.curve(self.curve["time"], self.curve["visible"])
        return notebook.show(self.description, drawn, notebook.landmark_table(self.landmarks))

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The course as a tidy table, one row a time point.

        ``time`` in days, and its ``date`` where the schedule's start is known; ``depot``, ``free``, ``bound``,
        ``endosome``, ``light_chain`` in units (U) of the first visit's product, taken up; ``snap25`` (intact),
        ``release``, ``force`` as fractions of baseline; ``visible``, the share of a full effect. A visit's own row is
        after the injection.
        """
        return self.at(self.times)

    def at(self, times: npt.ArrayLike) -> pd.DataFrame:
        """Return the table of `frame` at other days.

        Parameters
        ----------
        times : array_like, shape (k,)
            Days in any order, from 0 to the end of the simulation; a number is a row of one. Dates count from the
            schedule's start, and durations from day 0.

        Returns
        -------
        pandas.DataFrame

        Raises
        ------
        InputError
            The days are no numbers, dates or durations, or not all in one row, or one is outside the simulation.
        """
        days = read_days(times, "times", f"days from 0 to {self.end:g}", self.schedule.start)
        if days.ndim > 1:
            raise InputError("times", times, "days in one row", problem=f"has the shape {days.shape}")
        outside = days[~((days >= 0) & (days <= self.end))]
        if len(outside):
            problem, allowed = f"has {outside[0]:g}", f"from 0 to {self.end:g} day, the end of the simulation"
            raise InputError("times", outside[0], allowed, problem=problem)
        columns = {"time": days, **self.course.at(days)}
        # The model counts in units of onabotulinumtoxinA, the table in those of the first visit's product.
        potency = self.schedule.visits[0].product.relative_potency
        columns.update({name: columns[name] / potency for name in COMPARTMENTS})
        # From one array: pandas takes ten columns apart one by one, and that would cost as much as the model.
        frame = pd.DataFrame(np.stack(list(columns.values())).T, columns=list(columns), copy=False)
        frame.attrs["units"] = {name: row.unit for name, row in COLUMNS.items()}
        if self.schedule.start is not None:
            frame.insert(1, "date", self.schedule.dates(days))
        return frame

    @cached_property
    def curve(self) -> pd.DataFrame:
        """The table of `frame` on the days of a smooth curve: 400 between the ends, and more where it bends."""
        return self.at(days_of_curve(self.course.mesh.nodes, self.end))

    @cached_property
    def cascade(self) -> pd.DataFrame:
        """The table of `frame` from a minute after the first injection, on days for a logarithmic axis."""
        return self.at(days_of_cascade(self.course.mesh.nodes, self._first_visit(FIRST_MOMENT), self.end))

    @cached_property
    def spill(self) -> tuple[float, ...]:
        """Share of each visit's dose that fell beyond the muscle; 0 where the dose is taken as even."""
        length = self.schedule.visits[0].muscle.length
        return tuple(
            0.0 if each.sites is None else spill(length, each.sites, self.parameters.spread) for each in self.schedule
        )

    @cached_property
    def returns(self) -> pd.DataFrame:
        """What is left at each return, one row a visit but the first, just before its dose: the carry-over.

        ``visit`` counted from 1, ``time`` in days (and ``date``), ``visible`` and ``light_chain`` as in `frame`.
        """
        days = [visit.day for visit in self.schedule.visits[1:] if visit.day <= self.end]
        left = self.at(days)
        left.insert(0, "visit", np.arange(2, len(days) + 2))
        return left[[column for column in ("visit", "time", "date", "visible", "light_chain") if column in left]]

    def intervals_above(self, level: float) -> npt.NDArray[np.float64]:
        """Return the intervals of time in which the visible effect is at least `level`.

        Parameters
        ----------
        level : float
            A fraction of a full effect, above 0 and at most 1.

        Returns
        -------
        ndarray, shape (s, 2)
            First and last day of each interval, ascending.
        """
        return intervals_above(self.course, check_number(level, LEVEL._replace(name="level")))

    @property
    def end(self) -> float:
        """The last day of the simulation."""
        return float(self.course.mesh.edges[-1])

    @cached_property
    def landmarks(self) -> pd.Series:
        """Onset, full effect, peak, half effect and wear-off in days, and the effect at the peak.

        What is not reached by the end of the simulation but may be later is ``inf``, what is never reached NaN.
        """
        course, last_dose = self.course, self.schedule.visits[-1].day
        found = find_landmarks(course.mesh, course.visible[..., None], course.weak[..., None], last_dose)
        return pd.Series({name: float(value[0]) for name, value in found._asdict().items()}, name="landmarks")

    @property
    def dates(self) -> dict[str, datetime.date]:
        """The dates of the landmarks that are reached, where the schedule's start is known; else empty."""
        days = self.landmarks.drop("peak_effect")
        dates = {str(name): self.schedule.date(day) for name, day in days[np.isfinite(days)].items()}
        return {name: date for name, date in dates.items() if date is not None}

    @property
    def outcomes(self) -> dict[str, Outcome]:
        """For each landmark whether it is reached, never reached, or not reached within the days computed."""
        return {str(name): Outcome.of(value) for name, value in self.landmarks.items()}

    def plot(self, ax: Axes | None = None, *, label: str | None = AUTO, title: str | None = AUTO) -> Axes:
        """Draw the visible effect with its landmarks, and return the Axes drawn on.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw, in the next colour of that Axes and with the legend inside; default: a new figure.
        label : str or None
            The name of the curve in the legend; default: dose and product where `ax` is given, else none.
        title : str or None
            Default: who is shown and what was given, over a new figure; where `ax` is given there is none.
        """
        landmarks = {str(name): float(day) for name, day in self.landmarks.items()}
        return draw_effect(
            self.curve["time"], self.curve["visible"], landmarks, self._visits(), ONSET, patient=self.description,
            name=self._name, start=self.schedule.start, ax=ax, label=label, title=title,
        )  # fmt: skip

    def plot_visits(
        self, keep: float = HALF, ax: Axes | None = None, *, label: str | None = AUTO, title: str | None = AUTO
    ) -> Axes:
        """Draw the visible effect over repeat visits, the level to keep, and the gaps in which it is not kept.

        On a calendar where the schedule's start is known. `keep` as in `intervals_above`, the rest as in `plot`.
        """
        level = check_number(keep, LEVEL)
        return draw_visits(
            self.curve["time"], self.curve["visible"], self._visits(), level, intervals_above(self.course, level),
            patient=self.description, name=self._name, start=self.schedule.start, ax=ax, label=label, title=title,
        )  # fmt: skip

    def plot_returns(self, ax: Axes | None = None, *, title: str | None = AUTO) -> Axes:
        """Draw what is left of effect and light chain at each return; `ax` and `title` as in `plot`.

        Where there is no return before the end of the simulation, raise `InputError`.
        """
        left = self.returns
        if left.empty:
            raise InputError("schedule", self.schedule, "2 visits or more", problem="has no return before the end")
        return draw_returns(
            left["visit"], left["time"], left["visible"], left["light_chain"] / self.first_uptake,
            patient=self.description, dates=None if self.schedule.start is None else list(left["date"]), ax=ax,
            title=title,
        )  # fmt: skip

    def cascade_figure(self, *, title: str | None = AUTO) -> Figure:
        """Draw every step from the depot to the visible effect, on a time axis of hours, days and months.

        `title` as in `plot`. Where the simulation ends before the first visit, raise `InputError`.
        """
        return draw_cascade(self.cascade, self.schedule.visits[0].day, patient=self.description, title=title)

    def mechanism_figure(
        self, days: npt.ArrayLike = (1, 7, 120), style: str = "print", *, title: str | None = AUTO
    ) -> Figure:
        """Draw nerve ending, muscle fibre and skin before the treatment and on some days, with the numbers.

        Parameters
        ----------
        days : array_like, shape (k,)
            One to five days, from 0 to the end of the simulation.
        style : str
            ``print`` (180 mm wide) or ``slide`` (16 to 9, to be read from the last row).
        title : str or None
            As in `plot`.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        InputError
            The days are no numbers, one is outside the simulation, there are none or too many, the first visit is
            after the end, or the style is not known.
        """
        chosen = read_days(days, "days", "such as (1, 7, 120)", self.schedule.start)
        if chosen.ndim > 1 or not 1 <= len(chosen) <= MOMENTS:
            raise InputError("days", days, f"a row of 1 to {MOMENTS}", problem=f"has the shape {chosen.shape}")
        moments = self.at(chosen)
        before = moments.iloc[[0]].assign(**{**BASELINE, "time": np.nan})
        moments = pd.concat([before, moments])
        return draw_mechanism(moments, self.first_uptake, style, patient=self.description, title=title)

    @property
    def description(self) -> str:
        """Who is shown and what was given, in words: the title of the pictures."""
        return describe_patient(self.schedule, self.parameters)

    @property
    def first_uptake(self) -> float:
        """Toxin that the first visit's dose had taken up into the depot (U)."""
        return float(self.at(self._first_visit())["depot"][0])

    @property
    def _name(self) -> str:
        return name_patient(self.schedule, self.parameters)

    def _visits(self) -> list[float]:
        return [visit.day for visit in self.schedule if visit.day <= self.end]

    def _first_visit(self, margin: float = 0.0) -> float:
        # The day of the first visit, which must be before the end by more than the margin.
        first = self.schedule.visits[0].day
        if first + margin >= self.end:
            raise InputError("days", self.end, f"past the first visit, on day {first:g}")
        return first
