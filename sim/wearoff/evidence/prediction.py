"""The predictions of a population for rows of observations: rates of responders, and medians of days.

Rows of one treatment have the same patients. Every prediction is made from the same random numbers, so that it is a
smooth function of the numbers of the population.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..model.cohort import Cohort
from ..model.equations import MODEL, Model
from ..model.landmarks import find_landmarks
from ..patients.grades import Line, chance
from ..patients.population import Population
from ..patients.seen import mean_chance_seen_back
from ..patients.treated import Treated
from ..treatment.schedule import Schedule
from .observations import DAYS_OF, LAST_DAY, MEDIANS

Array = npt.NDArray[np.float64]
Treatment = tuple[str, float]

ACCURACY = 1e-5  # of the visible effect; the error of a responder rate is then about 0.01 %
LOOK_DAYS = np.arange(0.0, LAST_DAY, 28.0)  # the visits on which a duration is seen to end; none on day 0


class Prediction(NamedTuple):
    """The predictions for k rows, and their covariance.

    Parameters
    ----------
    means : ndarray, shape (k,)
        The predictions, each in the unit of its row.
    covariance : ndarray, shape (k, k)
        Covariance of the results of trials with the rows' numbers of patients; rows of one arm have the same patients.
        It does not include the Monte Carlo error. NaN for a row without a number of patients.
    """

    means: Array
    covariance: Array


class Patients(NamedTuple):
    """The lines of the patients of one treatment on the days of its rows.

    Parameters
    ----------
    lines : dict of float to Line
        The line of each patient on each day, arrays of shape (k,).
    days : dict of str to (ndarray, ndarray)
        Days on which each event may be, and the share of the events on each.
    """

    lines: dict[float, Line]
    days: dict[str, tuple[Array, Array]]


def plan_treatments(rows: pd.DataFrame, population: Population, model: Model = MODEL) -> dict[Treatment, Treated]:
    """Return the patients of every treatment among the rows; their grids suit this population and others near it."""
    treated = {}
    for product, units in _find_treatments(rows):
        doses = Schedule.once(product=product, units=units).doses(population.parameters.spread)
        treated[product, units] = Treated.plan(population, doses, LAST_DAY, ACCURACY, model)
    return treated


def predict(
    rows: pd.DataFrame, population: Population, normal: Array, treated: Mapping[Treatment, Treated]
) -> Prediction:
    """Return the predictions for the rows of a table of observations.

    Parameters
    ----------
    rows : pandas.DataFrame
        A table with the columns of `observations.published`; `observations.why_not` is empty for every row.
    population : Population
    normal : ndarray, shape (patients, OF_PATIENT + 1)
        Standard normal numbers from `draws.draw`.
    treated : mapping
        From `plan_treatments`, for the same rows and for this population or one near it.
    """
    shares = np.array([kind.share for kind in population.raters.kinds()])
    patients = {
        treatment: _read_patients(rows, treatment, treated[treatment]._replace(population=population), normal)
        for treatment in _find_treatments(rows)
    }
    untreated = Line.of(np.zeros(len(normal)), np.ones(len(normal)), population.constants(normal))
    means, covariance = np.empty(len(rows)), np.zeros((len(rows), len(rows)))
    responses: dict[Hashable, list[tuple[int, Array]]] = {}
    for i, row in enumerate(rows.to_dict("records")):
        treatment = (row["product"], row["units"])
        if row["endpoint"] in MEDIANS:
            days, weights = patients[treatment].days[row["endpoint"]]
            means[i], deviation = _find_median(days / DAYS_OF[row["unit"]], weights)
            covariance[i, i] = deviation**2 / row["n"]
            continue
        seen = untreated if row["arm"] == "placebo" else patients[treatment].lines[row["day"]]
        chances = np.stack(
            [
                chance(seen, row["endpoint"], row["assessor"], kind, population.raters)
                for kind in population.raters.kinds()
            ]
        )
        means[i] = 100 * shares @ chances.mean(axis=1)
        arm = (row["source"], row["arm"], row["product"], row["units"])
        responses.setdefault(arm, []).append((i, chances))
    for rows_of_arm in responses.values():
        places = [i for i, _ in rows_of_arm]
        covariance[np.ix_(places, places)] = _compute_covariance(rows_of_arm, shares, rows["n"].to_numpy(float))
    return Prediction(means, covariance)


def _find_treatments(rows: pd.DataFrame) -> list[Treatment]:
    treated = rows[rows["arm"] != "placebo"]
    return list(dict.fromkeys(zip(treated["product"], treated["units"], strict=True)))


def _read_patients(rows: pd.DataFrame, treatment: Treatment, treated: Treated, normal: Array) -> Patients:
    product, units = treatment
    of_treatment = rows[(rows["arm"] != "placebo") & (rows["product"] == product) & (rows["units"] == units)]
    cohort, constants = treated.solve(normal), treated.population.constants(normal)

    def read_lines(days: Array) -> Line:
        return Line.of(cohort.visible_at(days), cohort.crease_at(days), constants)

    days = np.unique(of_treatment["day"].dropna())
    lines = dict(zip(days, (Line(*depths) for depths in zip(*read_lines(days), strict=True)), strict=True))
    events = {}
    for name in dict.fromkeys(of_treatment["endpoint"][of_treatment["endpoint"].isin(MEDIANS)]):
        events[name] = (
            _read_onset(cohort) if name == "onset" else _read_duration(name, read_lines(LOOK_DAYS), treated.population)
        )
    return Patients(lines, events)


def _read_onset(cohort: Cohort) -> tuple[Array, Array]:
    onset = find_landmarks(cohort.mesh, cohort.visible, cohort.weak).onset_day
    return np.where(np.isnan(onset), np.inf, onset), np.full(len(onset), 1 / len(onset))


def _read_duration(name: str, lines: Line, population: Population) -> tuple[Array, Array]:
    # The share that is seen at a visit is placed on the day of the visit, the rest after the last one.
    at_visits = Line(*(depth[1:] for depth in lines))
    seen = mean_chance_seen_back(at_visits, name, "investigator", population.raters).mean(axis=1)
    return np.append(LOOK_DAYS[1:], np.inf), np.diff(np.concatenate([[0.0], seen, [1.0]]))


def _find_median(days: Array, weights: Array) -> tuple[float, float]:
    # The median, and the standard deviation of a sample's median times the root of the sample's size. The latter is
    # 1 / (2 density); the density is taken between the 40 % and the 60 % quantile.
    order = np.argsort(days)
    ranked, share = days[order], np.cumsum(weights[order]) - weights[order] / 2
    quantile = np.interp([0.4, 0.5, 0.6], share, ranked)
    # Infinite if the 60 % quantile is infinite: too many patients never have the event.
    deviation = float((quantile[2] - quantile[0]) / 0.2 / 2) if np.isfinite(quantile).all() else math.inf
    return float(quantile[1]), deviation


def _compute_covariance(arm: list[tuple[int, Array]], shares: Array, subjects: Array) -> Array:
    # The covariance of the percentages of one arm's rows. The rows have the same patients; the errors of the raters are
    # independent.
    size = arm[0][1].shape[1]
    stacked = np.stack([chances for _, chances in arm])
    means = stacked.mean(axis=2) @ shares
    both = np.einsum("ikp,jkp,k->ij", stacked, stacked, shares / size, optimize=True)
    np.fill_diagonal(both, means)
    n = subjects[[i for i, _ in arm]]
    result: Array = 1e4 * (both - np.outer(means, means)) / np.maximum.outer(n, n)
    return result
