"""The longest interval within the limits of a request, or the reason why there is none and what comes nearest."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..model.intervals import intervals_above
from ..outcomes import Attainment
from ..times import YEAR
from ..treatment.schedule import VISITS
from ..treatment.visit import Visit
from .patient import Patient
from .people import People
from .search import find_fewest, find_longest_interval, find_most_days, round_up
from .share_search import find_longest_for_share


class Request(NamedTuple):
    """The arguments of a recommendation, after checks.

    Parameters
    ----------
    visit : Visit
        The visit that is repeated.
    keep : float
        The level of the effect to keep.
    horizon, step : int
        The number of days over which intervals are judged, and the number of days of which every interval is a
        multiple.
    max_units_per_year : float
        The limit on units a year; ``inf`` if there is no limit.
    visits : int or None
        The number of visits of the best dates; None for the smallest number that keeps the level.
    allow_shorter : bool
        Whether intervals shorter than the label's are tried.
    share : float or None
        The share of patients in whom the level is to be kept; None for the typical patient.
    """

    visit: Visit
    keep: float
    horizon: int
    step: int
    max_units_per_year: float
    visits: int | None
    allow_shorter: bool
    share: float | None

    def describe(self) -> dict[str, Any]:
        """Return the arguments by their names, without the visit."""
        return {name: value for name, value in self._asdict().items() if name != "visit"}

    @property
    def shortest(self) -> float:
        """The shortest interval that is tried, in days; 0 for no limit."""
        return 0.0 if self.allow_shorter else self.visit.product.min_interval_days

    @property
    def allowed(self) -> int:
        """The shortest interval that is a multiple of the step."""
        return max(self.step, round_up(self.shortest, self.step))

    @property
    def affordable(self) -> int:
        """The shortest interval within the limit on units too."""
        return max(self.allowed, round_up(self.visit.units * YEAR / self.max_units_per_year, self.step))

    def affords(self, interval: int) -> bool:
        """Return whether an interval is within the limit on units."""
        return interval >= self.affordable or self.visit.units * YEAR / interval <= self.max_units_per_year


class Answer(NamedTuple):
    """The longest interval that keeps the level, or the reason why none does and what comes nearest.

    Parameters
    ----------
    outcome : Attainment
        ``ATTAINABLE`` if the level can be kept, else the reason why not.
    interval : int or None
        The longest interval in days within the limits of the label and on units. It is the horizon if one visit keeps
        the level, and None if no interval does.
    longest : int or None
        The longest interval in days if there were no limit on units; for the typical patient also as if the label had
        no shortest interval. None if no interval keeps the level.
    nearest : dict
        What comes nearest if the level cannot be kept: ``keep``, a level that can be kept; or ``interval``, its
        ``share_above`` and, of a population, its ``share_of_patients``.
    """

    outcome: Attainment
    interval: int | None
    longest: int | None
    nearest: dict[str, float]

    @property
    def even(self) -> float | None:
        """The interval, or the nearest; None if there is neither."""
        return self.nearest.get("interval") if self.interval is None else self.interval


def answer_for_typical(patient: Patient, request: Request) -> tuple[Answer, list[float]]:
    """Return the answer for the typical patient, and the best dates; without dates if the level is above the peak."""
    step, shortest, count = request.step, request.shortest, request.visits
    # If the peak passes the level only between two nodes of the mesh, no interval is found, and the level counts as
    # above the peak.
    if not len(intervals_above(patient.alone, patient.keep)):
        return Answer(Attainment.ABOVE_PEAK, None, None, {"keep": patient.peak}), []
    interval, affordable = find_longest_interval(patient, step), request.affordable
    most = len(patient.even_days(affordable))
    if interval is None:
        dates = [] if count is None else find_most_days(patient, min(count, most), step, shortest)
        return _miss(patient, Attainment.TOO_FAR_APART, None, affordable), dates
    too_long = interval < min(request.allowed, patient.horizon)
    if too_long or not request.affords(interval):
        outcome = Attainment.LABEL_TOO_LONG if too_long else Attainment.TOO_MANY_UNITS
        if too_long and count is None and affordable == request.allowed:
            dates = find_fewest(patient, step, shortest)
        else:
            dates = find_most_days(patient, min(count or most, most), step, shortest)
        return _miss(patient, outcome, interval, affordable), dates
    dates = find_fewest(patient, step, shortest) if count is None else find_most_days(patient, count, step, shortest)
    return Answer(Attainment.ATTAINABLE, interval, interval, {}), dates


def answer_for_share(people: People, request: Request, share: float) -> Answer:
    """Return the answer for a share of patients."""
    patient = people.patient
    # Visits at a shorter interval would be more than a schedule may have.
    possible = round_up(patient.horizon / VISITS.high, request.step)
    interval = find_longest_for_share(people, share, max(request.allowed, possible), request.step)
    if interval is None:
        return _miss(patient, Attainment.TOO_FEW_PATIENTS, None, request.affordable)
    if not request.affords(interval):
        return _miss(patient, Attainment.TOO_MANY_UNITS, interval, request.affordable)
    return Answer(Attainment.ATTAINABLE, interval, interval, {})


def _miss(patient: Patient, outcome: Attainment, longest: int | None, nearest: int) -> Answer:
    # Return the answer if no interval keeps the level; `nearest` is the interval that comes nearest.
    row = {"interval": nearest, "share_above": patient.compute_row(nearest)["share_above"]}
    return Answer(outcome, None, longest, row)
