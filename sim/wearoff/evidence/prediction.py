"""The predictions of a population for rows of observations: rates of responders, medians of days, and counts.

A trial sees on its visits and not between them. The visits of a row with a median m are m, m less the days between
visits, and so on: the median says that half of the patients had been seen back by m, and fewer by the visit before m.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr

from ..model.equations import MODEL, Constants, Model
from ..patients.draws import OF_PATIENT, draw
from ..patients.grades import ENDPOINTS, Line, Raters, chance
from ..patients.population import Population
from ..patients.seen import RESPONSE_OF, chance_seen_back
from ..times import YEAR_OF_TRIAL
from ..treatment.products import find_product
from .courses import Courses, Seen, Treatment, weigh_kinds
from .observations import DAYS_OF, USUAL_LOOK_DAYS
from .schedules import LAST_DAY, read_among, read_retreat

Array = npt.NDArray[np.float64]

ONSET_DAYS = np.arange(1.0, 61.0)  # days on which a patient may report an onset
REST_DAY = 30.0  # day after each treatment on which lines at rest are compared between treatments
ODDS_RATIO, COUNT = "none_at_rest_odds_ratio", "treatments_in_a_year"


class Setting(NamedTuple):
    """The numbers from which rows are predicted.

    Parameters
    ----------
    population : Population
    potencies : dict of str to float
        The relative potency of products, where it differs from the table's.
    leniency : float
        Of the raters of every trial, in grades.
    leniencies : dict of str to float
        What is added to it for the raters of some trials, by the name of the trial.
    """

    population: Population
    potencies: Mapping[str, float] = {}
    leniency: float = 0.0
    leniencies: Mapping[str, float] = {}

    def raters(self, trial: str = "") -> Raters:
        """Return the raters of a trial, with their leniency."""
        return self.population.raters._replace(leniency=self.leniency + self.leniencies.get(trial, 0.0))

    def potency(self, product: str) -> float:
        """Return the relative potency of a product."""
        return self.potencies.get(product, find_product(product).relative_potency)


class Prediction(NamedTuple):
    """The predictions for n rows.

    Parameters
    ----------
    values : ndarray, shape (n,)
        The predictions, each in the unit of its row.
    shares : ndarray, shape (n,)
        For a rate the rate as a fraction. For a median of visits the share of patients who have been seen back midway
        between the visit of the row's median and the visit before it. NaN for other rows.
    steps : ndarray, shape (n,)
        For a median the share of patients who are first seen back at the visit of the row's median; 0 for others.
    chances : list of ndarray, shape (kinds, k), or None
        For each row with a share the chance of each patient, as each kind.
    weights : list of ndarray, shape (kinds, k), or None
        For each row with a share the weight of each patient, as each kind; they add up to 1.
    """

    values: Array
    shares: Array
    steps: Array
    chances: list[Array | None]
    weights: list[Array | None]


class Predictor:
    """Predicts rows for any numbers; it keeps the courses that it has solved.

    Parameters
    ----------
    rows : pandas.DataFrame
        A table with the columns of `observations.published`; `observations.why_not` is empty for every row.
    patients : int
        Number of virtual patients, the same in each arm.
    seed : int
    model : Model
    """

    def __init__(self, rows: pd.DataFrame, patients: int, seed: int, model: Model = MODEL) -> None:
        self.rows = rows.to_dict("records")
        self.treatments = [_find_treatment(row) for row in self.rows]
        days_of: dict[Treatment, set[float]] = {}
        for row, treatment in self._pairs():
            if treatment is not None:
                days_of.setdefault(treatment, set()).update(_list_days(row))
            if row["endpoint"] == ODDS_RATIO:
                days_of.setdefault(Treatment.of(row, 1), set()).add(REST_DAY)
        most = max((max(len(each.days), each.cycle) for each in days_of), default=1)
        # Beside the numbers of visits: one for the kind of a patient, and one for each treatment on need.
        drawn = draw(patients, seed, most + 1 + most)
        self.normal, uniform = drawn[:, : OF_PATIENT + most], ndtr(drawn[:, OF_PATIENT + most :])
        ascending = {each: np.array(sorted(days)) for each, days in days_of.items()}
        self.courses = Courses(ascending, self.normal, uniform, model)

    def plan(self, population: Population) -> None:
        """Choose the grids anew, accurate for this population and for others near it."""
        self.courses.plan(population)

    def predict(self, setting: Setting) -> Prediction:
        """Return the predictions for the rows; `plan` must have been called, for numbers near these."""
        constants = setting.population.constants(self.normal)
        found = [self._predict_row(row, treatment, setting, constants) for row, treatment in self._pairs()]
        values, shares, steps, chances, weights = zip(*found, strict=True) if found else ((), (), (), (), ())
        return Prediction(np.array(values), np.array(shares), np.array(steps), list(chances), list(weights))

    def _pairs(self) -> list[tuple[Mapping[Any, Any], Treatment | None]]:
        return list(zip(self.rows, self.treatments, strict=True))

    def _predict_row(
        self, row: Mapping[Any, Any], treatment: Treatment | None, setting: Setting, constants: Constants
    ) -> tuple[float, float, float, Array | None, Array | None]:
        seen, raters = None, setting.raters(row["trial"])
        if treatment is not None:
            seen = self.courses.solve(treatment, setting.population, setting.potency(treatment.product))
        endpoint = row["endpoint"]
        if endpoint in ENDPOINTS:
            chances, weights = find_chances(row, seen, raters, constants)
            rate = float((chances * weights).sum() / weights.sum())
            return 100 * rate, rate, 0.0, chances, weights
        assert seen is not None
        if endpoint in RESPONSE_OF:
            return _predict_median(row, seen, raters, constants)
        if endpoint == "onset":
            value = _find_onset(row, seen, raters, constants)
        elif endpoint == ODDS_RATIO:
            value = self._find_odds_ratio(row, setting, constants)
        else:
            treatments = 1 + (np.cumsum(seen.intervals, axis=0) < YEAR_OF_TRIAL).sum(axis=0)
            value = float(np.median(treatments))
        return value, math.nan, 0.0, None, None

    def _find_odds_ratio(self, row: Mapping[Any, Any], setting: Setting, constants: Constants) -> float:
        # The geometric mean of the ratios of the odds after one treatment and after the treatment before.
        at_rest = {**row, "endpoint": "none_at_rest", "day": REST_DAY, "assessor": "investigator"}
        odds = []
        for cycle in (1, int(row["cycle"])):
            treatment = Treatment.of(row, cycle)
            seen = self.courses.solve(treatment, setting.population, setting.potency(treatment.product))
            chances, weights = find_chances(at_rest, seen, setting.raters(row["trial"]), constants)
            rate = float((chances * weights).sum() / weights.sum())
            odds.append(rate / (1 - rate))
        return float((odds[1] / odds[0]) ** (1 / (int(row["cycle"]) - 1)))


def _find_treatment(row: Mapping[Any, Any]) -> Treatment | None:
    if row["arm"] == "placebo":
        return None
    retreat = read_retreat(row["retreat"])
    if row["endpoint"] == COUNT and retreat is not None:
        return Treatment.of(row, 2 + int(YEAR_OF_TRIAL / retreat.min_interval))
    return Treatment.of(row, int(row["cycle"]))


def _list_days(row: Mapping[Any, Any]) -> Array:
    # Return the days on which the courses of a row are read, counted from the treatment that it is about.
    endpoint = row["endpoint"]
    if endpoint in ENDPOINTS:
        days = np.array([row["day"]])
    elif endpoint in RESPONSE_OF:
        days = find_visits(row)
    else:
        days = ONSET_DAYS if endpoint == "onset" else np.array([REST_DAY])
    among = read_among(row["among"])
    return days if among is None else np.append(days, among.day)


def find_visits(row: Mapping[Any, Any]) -> Array:
    """Return the days of the visits at which a trial may see its patients back, ascending; the median is one of them.

    The first visit is not earlier than the time between visits, when every treatment is in effect.
    """
    every = row["look_days"] if row["look_days"] > 0 else USUAL_LOOK_DAYS
    median = row["value"] * DAYS_OF[row["unit"]]
    before = np.arange(median, every - 1e-9, -every)[::-1] if median >= every else np.array([median])
    return np.append(before, np.arange(median + every, LAST_DAY, every))


def find_chances(
    row: Mapping[Any, Any], seen: Seen | None, raters: Raters, constants: Constants
) -> tuple[Array, Array]:
    """Return the chance of a response of each patient as each kind, and its weight, each of shape (kinds, k)."""
    # Without toxin the line stays as it is.
    if seen is None:
        patients = np.size(constants.q)
        line = Line.of(np.zeros(patients), np.ones(patients), constants)
    else:
        line = seen.line([row["day"]], constants)
    kinds = list(raters.kinds())
    chances = np.stack([chance(line, row["endpoint"], row["assessor"], kind, raters).reshape(-1) for kind in kinds])
    return chances, weigh(row, seen, raters, constants)


def weigh(row: Mapping[Any, Any], seen: Seen | None, raters: Raters, constants: Constants) -> Array:
    """Return the weight of each patient as each kind, shape (kinds, k): how much the row counts it."""
    weights = weigh_kinds(seen, list(raters.kinds()), np.size(constants.q))
    among = read_among(row["among"])
    if among is not None and seen is not None:
        line = seen.line([among.day], constants)
        weights = weights * np.stack(
            [chance(line, among.endpoint, among.assessor, kind, raters)[0] for kind in raters.kinds()]
        )
    return weights


def find_seen_back(row: Mapping[Any, Any], seen: Seen, raters: Raters, constants: Constants) -> tuple[Array, Array]:
    """Return the visits of a row, and the chance that each patient, as each kind, has been seen back by each.

    Returns
    -------
    (ndarray, ndarray), shapes (visits,) and (visits, kinds, k)
    """
    visits = find_visits(row)
    lines = seen.line(visits, constants)
    assessor = row["assessor"] or "investigator"
    by_kind = [chance_seen_back(lines, row["endpoint"], assessor, kind, raters) for kind in raters.kinds()]
    return visits, np.stack(by_kind, axis=1)


def _predict_median(
    row: Mapping[Any, Any], seen: Seen, raters: Raters, constants: Constants
) -> tuple[float, float, float, Array, Array]:
    visits, seen_back = find_seen_back(row, seen, raters, constants)
    weights = weigh(row, seen, raters, constants)
    by_visit = (seen_back * weights).sum(axis=(1, 2)) / weights.sum()
    days_of_unit = DAYS_OF[row["unit"]]
    half = int(np.searchsorted(by_visit, 0.5))
    value = visits[half] / days_of_unit if half < len(visits) else math.inf
    place = int(np.argmin(np.abs(visits - row["value"] * days_of_unit)))
    before = by_visit[place - 1] if place else 0.0
    chances = (seen_back[place] + (seen_back[place - 1] if place else 0.0)) / 2
    return float(value), float(by_visit[place] + before) / 2, float(by_visit[place] - before), chances, weights


def _find_onset(row: Mapping[Any, Any], seen: Seen, raters: Raters, constants: Constants) -> float:
    # Return the first day on which half of the patients have an onset.
    weights = weigh(row, seen, raters, constants)
    line = seen.line(ONSET_DAYS, constants)
    assessor = row["assessor"] or "investigator"
    chances = np.stack([chance(line, "onset_reported", assessor, kind, raters) for kind in raters.kinds()], axis=1)
    by_day = (chances * weights).sum(axis=(1, 2)) / weights.sum()
    reached = np.flatnonzero(by_day >= 0.5)
    return float(ONSET_DAYS[reached[0]]) / DAYS_OF[row["unit"]] if len(reached) else math.inf
