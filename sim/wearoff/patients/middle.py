"""The middle half of patients after one visit: percentiles of the landmarks and of the visible effect."""

from __future__ import annotations

import math
from typing import NamedTuple, Self

import numpy as np
import pandas as pd

from ..checks import check_integer, check_type, checked_arguments
from ..defaults import SEED
from ..errors import InputError
from ..labels import LANDMARKS, whole_day
from ..model import Array
from ..model.cohort import Cohort
from ..model.equations import MODEL, Model
from ..model.landmarks import FALLS, find_landmarks
from ..treatment.schedule import Schedule
from .draws import draw
from .few import PATIENTS, SAMPLE, plan_few
from .population import Population

SHARES = {"p25": 0.25, "p50": 0.5, "p75": 0.75}
FOLLOWED = 1096  # days after the visit: three years


class People(NamedTuple):
    """Many patients after one visit.

    Parameters
    ----------
    cohort : Cohort
        Their courses.
    visit_day : float
        The day of the visit.
    """

    cohort: Cohort
    visit_day: float

    @classmethod
    def of(cls, schedule: Schedule, population: Population, patients: int, end: float, model: Model = MODEL) -> Self:
        """Return patients of a population, always the same ones, solved for three years or up to day `end`."""
        day = schedule.visits[-1].day
        treated = plan_few(schedule, population, max(end, day + FOLLOWED), model)
        return cls(treated.solve(draw(patients, SEED, len(treated.doses.days))), day)

    def landmarks(self) -> pd.DataFrame:
        """Return the percentiles of each landmark; see `middle_half`."""
        cohort, rows = self.cohort, []
        found = find_landmarks(cohort.mesh, cohort.visible, cohort.weak, self.visit_day, cohort.rise)
        for name in LANDMARKS:
            values = getattr(found, name)
            reached = float(np.isfinite(values).mean())
            # Who never reaches a level of the fall has lost it from the beginning.
            counted = np.where(np.isnan(values), 0.0, values) if name in FALLS else values[np.isfinite(values)]
            rows.append({"landmark": name, "reached": reached} | _find_percentiles(counted))
        return pd.DataFrame(rows)

    def effect(self, times: Array) -> pd.DataFrame:
        """Return ``time, p25, p50, p75``: percentiles of the visible effect on each day."""
        levels = np.quantile(self.cohort.visible_at(times), list(SHARES.values()), axis=1)
        return pd.DataFrame({"time": times, **dict(zip(SHARES, levels, strict=True))})


@checked_arguments()
def middle_half(
    schedule: Schedule, population: Population | None = None, patients: int = SAMPLE, *, model: Model = MODEL
) -> pd.DataFrame:
    """Return the middle half of patients for each landmark: the 25th, 50th and 75th percentile among all of them.

    Parameters
    ----------
    schedule : Schedule
        One visit, whose dose is even along the muscle.
    population : Population, optional
        Default: ``Population()``.
    patients : int
        Number of patients; each number gives the same patients.
    model : Model

    Returns
    -------
    pandas.DataFrame
        ``landmark``, ``reached`` (the share of patients who reach it) and ``p25, p50, p75``. Half effect and wear-off
        count as day 0 in patients whose effect never reaches that level, and as ``inf`` where it is not lost within
        three years. For the other landmarks the percentiles are among those who reach them, NaN if there is nobody.

    Raises
    ------
    InputError
        There are several visits, or injection sites.

    Examples
    --------
    >>> table = middle_half(Schedule.once(units=20)).set_index("landmark")
    >>> bool(table["p25"]["wear_off_day"] < table["p50"]["wear_off_day"] < table["p75"]["wear_off_day"])
    True
    """
    check_type(model, Model, "model")
    if not has_middle_half(check_type(schedule, Schedule, "schedule")):
        problem = f"has {len(schedule)} visits" if len(schedule) > 1 else "has injection sites"
        raise InputError("schedule", schedule, "one visit with an even dose", problem=problem)
    people = Population() if population is None else check_type(population, Population, "population")
    return People.of(schedule, people, check_integer(patients, PATIENTS), 0.0, model).landmarks()


def has_middle_half(schedule: Schedule) -> bool:
    """Return whether the middle half is known for a schedule: one visit, with an even dose."""
    return len(schedule) == 1 and schedule.visits[0].sites is None


def describe_ranges(table: pd.DataFrame) -> dict[str, str]:
    """Return the range of the middle half in words, in whole days, under the name of each landmark.

    Parameters
    ----------
    table : pandas.DataFrame
        From `middle_half`. A landmark that the middle half does not reach has no range.

    Examples
    --------
    >>> row = {"landmark": "wear_off_day", "reached": 0.97, "p25": 70.4, "p50": 127.2, "p75": 186.9}
    >>> describe_ranges(pd.DataFrame([row, row | {"landmark": "onset_day"}, row | {"p75": float("inf")}]))
    {'wear_off_day': '70 or later', 'onset_day': '70 to 187 (97 % reach it)'}
    """
    ranges = {}
    for row in table.to_dict("records"):
        name, low, high = str(row["landmark"]), float(row["p25"]), float(row["p75"])
        if not math.isfinite(low):
            continue
        if LANDMARKS[name].unit != "day":
            text = f"{low:.2f} to {high:.2f}"
        else:
            text = f"{whole_day(low)} to {whole_day(high)}" if math.isfinite(high) else f"{whole_day(low)} or later"
        share = f"{100 * row['reached']:.0f}"
        ranges[name] = text if name in FALLS or share == "100" else f"{text} ({share} % reach it)"
    return ranges


def _find_percentiles(values: Array) -> dict[str, float]:
    # Return values that occur, because a mean of two is not defined where one is infinite.
    ordered = np.sort(values)
    places = {name: max(math.ceil(share * len(ordered)) - 1, 0) for name, share in SHARES.items()}
    return {name: float(ordered[place]) if len(ordered) else math.nan for name, place in places.items()}
