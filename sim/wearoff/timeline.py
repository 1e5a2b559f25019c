"""The result of a simulation: tables, landmarks and pictures."""

from __future__ import annotations

import dataclasses
import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from . import notebook
from .checks import Limits, check_number
from .course_table import name_days, tabulate_course
from .defaults import SEED
from .drawn_days import FIRST_MOMENT, days_of_cascade, days_of_curve
from .errors import InputError
from .figures.cascade import draw_cascade
from .figures.effect import draw_effect
from .figures.mechanism import draw_mechanism
from .figures.returns import draw_returns
from .figures.style import AUTO
from .figures.visits import draw_visits
from .first_reports import describe_first_reports
from .labels import whole_day
from .levels import HALF, ONSET
from .model.course import Course
from .model.intervals import intervals_above
from .model.landmarks import landmarks_of
from .outcomes import Outcome
from .parameters import Parameters
from .patients.few import SAMPLE
from .patients.middle import People, describe_ranges, has_middle_half
from .patients.population import Population
from .provenance import make_block, name_functions
from .times import read_days
from .treatment.description import describe_patient, name_patient, name_treatment
from .treatment.muscles import spill
from .treatment.schedule import Schedule

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_MECHANISM_DAYS = 5  # days for which a picture of the mechanism has room
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
        The solution, which can be read at any time.
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
        picture = notebook.draw_curve(self.curve["time"], self.curve["visible"])
        return notebook.show(self.description, picture, notebook.format_landmarks(self.landmarks, self.ranges))

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The course as a tidy table, one row a time point.

        The columns are ``time`` in days, and its ``date`` if the schedule's start is known; ``depot``, ``free``,
        ``bound``, ``endosome`` and ``light_chain``, the toxin taken up, in units (U) of the first visit's product;
        ``visible`` as a fraction of a full effect; and ``snap25`` (intact), ``release``, ``force``, ``crease`` and
        ``depth`` as fractions of baseline. The row at the time of a visit is after the injection.
        """
        return self.at(self.times)

    def at(self, times: npt.ArrayLike) -> pd.DataFrame:
        """Return the table of `frame` at other days.

        Parameters
        ----------
        times : array_like, shape (k,)
            Days in any order, from 0 to the end of the simulation; a single number gives one row. Dates are counted
            from the schedule's start, and durations from day 0. Days outside the simulation are refused.
        """
        days = read_days(times, "times", f"days from 0 to {self.end:g}", self.schedule.start)
        if days.ndim > 1:
            raise InputError("times", times, "days in one row", problem=f"has the shape {days.shape}")
        outside = days[~((days >= 0) & (days <= self.end))]
        if len(outside):
            problem, allowed = f"has {outside[0]:g}", f"from 0 to {self.end:g} day, the end of the simulation"
            raise InputError("times", outside[0], allowed, problem=problem)
        return tabulate_course(self.course, days, self.schedule)

    @cached_property
    def curve(self) -> pd.DataFrame:
        """The table of `frame` on the days of a smooth curve: 400 days, and more where the curve bends."""
        return self.at(days_of_curve(self.course.mesh.nodes, self.end))

    @cached_property
    def cascade(self) -> pd.DataFrame:
        """The table of `frame` on days for a logarithmic axis, which begin a minute after the first injection."""
        return self.at(days_of_cascade(self.course.mesh.nodes, self._first_visit(FIRST_MOMENT), self.end))

    @cached_property
    def spill(self) -> tuple[float, ...]:
        """The share of each visit's dose that falls beyond the muscle; 0 where the dose is even along the muscle."""
        length, spread = self.schedule.visits[0].muscle.length, self.parameters.spread
        return tuple(0.0 if visit.sites is None else spill(length, visit.sites, spread) for visit in self.schedule)

    @cached_property
    def returns(self) -> pd.DataFrame:
        """The effect and the light chain that are left at each visit but the first, one row a visit.

        ``visit`` is counted from 1; ``time`` in days (and ``date``), ``visible`` and ``light_chain`` are as in `frame`.
        """
        days = [visit.day for visit in self.schedule.visits[1:] if visit.day <= self.end]
        table = self.at(days)
        table.insert(0, "visit", np.arange(2, len(days) + 2))
        return table[[column for column in ("visit", "time", "date", "visible", "light_chain") if column in table]]

    def intervals_above(self, level: float) -> npt.NDArray[np.float64]:
        """Return the first and last day of each interval of time with an effect of at least `level`, shape (s, 2).

        `level` is a fraction of a full effect, above 0 and at most 1.
        """
        return intervals_above(self.course, check_number(level, LEVEL._replace(name="level")))

    @property
    def end(self) -> float:
        """The last day of the simulation."""
        return float(self.course.mesh.edges[-1])

    @cached_property
    def landmarks(self) -> pd.Series:
        """The days of onset, full effect, peak, half effect and wear-off, and the effect at the peak.

        A landmark is ``inf`` if it is not reached by the end of the simulation but may be later, and NaN if it is never
        reached.
        """
        landmarks = landmarks_of(self.course, self.schedule.visits[-1].day)
        return pd.Series({name: float(value) for name, value in landmarks._asdict().items()}, name="landmarks")

    @property
    def dates(self) -> dict[str, datetime.date]:
        """The dates of the landmarks that are reached, each of the nearest whole day; empty without a known start."""
        days = self.landmarks.drop("peak_effect")
        dates = {str(name): self.schedule.date(whole_day(day)) for name, day in days[np.isfinite(days)].items()}
        return {name: date for name, date in dates.items() if date is not None}

    @property
    def outcomes(self) -> dict[str, Outcome]:
        """The outcome of each landmark: reached, never reached, or not reached within the days computed."""
        return {str(name): Outcome.of(value) for name, value in self.landmarks.items()}

    @cached_property
    def provenance(self) -> dict[str, Any]:
        """How the course was made: versions, arguments, treatment, constants, and the population of `middle_half`."""
        arguments = {**name_days(self.times, self.end), **name_functions(self.course.model)}
        people, arms = Population(parameters=self.parameters), {name_treatment(self.schedule): self.schedule}
        return make_block("simulate", arguments, people, arms=arms, seed=SEED, sampler="sobol")

    @cached_property
    def middle_half(self) -> pd.DataFrame | None:
        """The middle half of the default population around this patient, for each landmark; see `patients.middle`.

        It is None for several visits, for injection sites, and for a visit after the end of the simulation.
        """
        return None if self._people is None else self._people.landmarks()

    @cached_property
    def _people(self) -> People | None:
        # Many patients are solved when they are first asked for: `simulate` does not.
        if not has_middle_half(self.schedule) or self.schedule.visits[0].day >= self.end:
            return None
        return People.of(self.schedule, Population(parameters=self.parameters), SAMPLE, self.end, self.course.model)

    def plot(self, ax: Axes | None = None, *, label: str | None = AUTO, title: str | None = AUTO) -> Axes:
        """Draw the visible effect with its landmarks, and return the Axes.

        A new figure of one visit also has the 25th to 75th percentile of the effect in many patients.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            The Axes to draw on. The curve takes its next colour, and the legend is inside. Default: a new figure.
        label : str or None
            The name of the curve in the legend; default: dose and product if `ax` is given, else no name.
        title : str or None
            Default: patient and treatment, above a new figure; no title if `ax` is given.
        """
        people = self._people if ax is None else None
        landmarks = {str(name): float(day) for name, day in self.landmarks.items()}
        return draw_effect(
            self.curve["time"], self.curve["visible"], landmarks, self._visit_days(), ONSET, patient=self.description,
            name=self._name, start=self.schedule.start, ax=ax, label=label, title=title,
            middle=people and people.effect(self.curve["time"].to_numpy()),
        )  # fmt: skip

    def plot_visits(
        self, keep: float = HALF, ax: Axes | None = None, *, label: str | None = AUTO, title: str | None = AUTO
    ) -> Axes:
        """Draw the visible effect over repeat visits, the level to keep, and the gaps in which it is not kept.

        The time axis is a calendar if the schedule's start is known. `keep` is a level as in `intervals_above`; the
        other arguments are as in `plot`.
        """
        level = check_number(keep, LEVEL)
        return draw_visits(
            self.curve["time"], self.curve["visible"], self._visit_days(), level, intervals_above(self.course, level),
            patient=self.description, name=self._name, start=self.schedule.start, ax=ax, label=label, title=title,
        )  # fmt: skip

    def plot_returns(self, ax: Axes | None = None, *, title: str | None = AUTO) -> Axes:
        """Draw the effect and the light chain that are left at each return; `ax` and `title` are as in `plot`.

        If there is no return before the end of the simulation, `InputError` is raised.
        """
        returns = self.returns
        if returns.empty:
            raise InputError("schedule", self.schedule, "2 visits or more", problem="has no return before the end")
        return draw_returns(
            returns["visit"], returns["time"], returns["visible"], returns["light_chain"] / self.first_uptake,
            patient=self.description, dates=None if self.schedule.start is None else list(returns["date"]), ax=ax,
            title=title,
        )  # fmt: skip

    def cascade_figure(self, *, title: str | None = AUTO) -> Figure:
        """Draw every step from the depot to the visible effect, on a time axis of hours, days and months.

        `title` is as in `plot`. If the simulation ends before the first visit, `InputError` is raised.
        """
        return draw_cascade(self.cascade, self.schedule.visits[0].day, patient=self.description, title=title)

    def mechanism_figure(
        self, days: npt.ArrayLike = (1, 7, 120), style: str = "print", *, title: str | None = AUTO
    ) -> Figure:
        """Draw nerve ending, muscle fibre and skin, with numbers, before the treatment and on some days.

        Parameters
        ----------
        days : array_like, shape (k,)
            One to five days, from 0 to the end; else, or if the first visit is after the end, `InputError` is raised.
        style : str
            ``print`` (180 mm wide) or ``slide`` (16 to 9, with text that can be read from the last row).
        title : str or None
            As in `plot`.
        """
        shown = read_days(days, "days", "such as (1, 7, 120)", self.schedule.start)
        if shown.ndim > 1 or not 1 <= len(shown) <= MOST_MECHANISM_DAYS:
            allowed = f"a row of 1 to {MOST_MECHANISM_DAYS}"
            raise InputError("days", days, allowed, problem=f"has the shape {shown.shape}")
        visit = self.schedule.visits[0]
        note = describe_first_reports(visit.product.name, visit.muscle.name, visit.units)
        return draw_mechanism(
            self.at(shown), self.first_uptake, style, patient=self.description, note=note, title=title
        )

    @property
    def description(self) -> str:
        """The patient and the treatment in words: the title of the pictures."""
        return describe_patient(self.schedule, self.parameters)

    @property
    def first_uptake(self) -> float:
        """The toxin that is taken up into the depot at the first visit (U)."""
        return float(self.at(self._first_visit())["depot"][0])

    @property
    def ranges(self) -> dict[str, str]:
        """The ranges of the middle half of patients in words, under the names of landmarks; empty if there are none."""
        return {} if self.middle_half is None else describe_ranges(self.middle_half)

    @property
    def _name(self) -> str:
        return name_patient(self.schedule, self.parameters)

    def _visit_days(self) -> list[float]:
        return [visit.day for visit in self.schedule if visit.day <= self.end]

    def _first_visit(self, margin: float = 0.0) -> float:
        # Return the day of the first visit. The end must be later than this day by more than the margin.
        first = self.schedule.visits[0].day
        if first + margin >= self.end:
            raise InputError("days", self.end, f"past the first visit, on day {first:g}")
        return first
