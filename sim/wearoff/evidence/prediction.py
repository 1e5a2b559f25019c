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
from ..model.landmarks import find_landmarks, last_day_above
from ..patients.grades import BASELINES, chance, level_of_loss, level_of_return
from ..patients.population import Population
from ..patients.treated import Treated
from ..treatment.schedule import Schedule
from .observations import DAYS_OF, LAST_DAY, MEDIANS

Array = npt.NDArray[np.float64]
Treatment = tuple[str, float]

ACCURACY = 1e-5  # of the visible effect; the error of a responder rate is then about 0.01 %


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
    """The effect in the patients of one treatment on the days of its rows.

    Parameters
    ----------
    visible : dict of float to ndarray, shape (k,)
        The visible effect of each patient on each day.
    days : dict of str to ndarray, shape (baselines, k)
        The day of each event in each patient, for each grade at baseline.
    """

    visible: dict[float, Array]
    days: dict[str, Array]


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
    normal : ndarray, shape (patients, 3)
        Standard normal numbers from `draws.draw`.
    treated : mapping
        From `plan_treatments`, for the same rows and for this population or one near it.
    """
    shares = np.array([kind.share for kind in population.raters.kinds()])
    patients = {
        treatment: _read_patients(rows, treatment, treated[treatment]._replace(population=population).solve(normal))
        for treatment in _find_treatments(rows)
    }
    size = len(normal)
    means, covariance = np.empty(len(rows)), np.zeros((len(rows), len(rows)))
    responses: dict[Hashable, list[tuple[int, Array]]] = {}
    for i, row in enumerate(rows.to_dict("records")):
        treatment = (row["product"], row["units"])
        if row["endpoint"] in MEDIANS:
            share = population.severe_share
            days = patients[treatment].days[row["endpoint"]] / DAYS_OF[row["unit"]]
            means[i], deviation = _find_median(days.ravel(), np.repeat([1 - share, share], size) / size)
            covariance[i, i] = deviation**2 / row["n"]
            continue
        seen = np.zeros(size) if row["arm"] == "placebo" else patients[treatment].visible[row["day"]]
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


def _read_patients(rows: pd.DataFrame, treatment: Treatment, cohort: Cohort) -> Patients:
    product, units = treatment
    treated = rows[(rows["arm"] != "placebo") & (rows["product"] == product) & (rows["units"] == units)]
    days = np.unique(treated["day"].dropna())
    events = dict.fromkeys(treated["endpoint"][treated["endpoint"].isin(MEDIANS)])
    return Patients(
        dict(zip(days, cohort.visible_at(days), strict=True)), {name: _read_event(name, cohort) for name in events}
    )


def _read_event(name: str, cohort: Cohort) -> Array:
    if name == "onset":
        onset = find_landmarks(cohort.mesh, cohort.visible, cohort.weak).onset_day
        return np.tile(np.where(np.isnan(onset), np.inf, onset), (len(BASELINES), 1))
    level = {"return_to_baseline": level_of_return, "loss_of_none_or_mild": level_of_loss}[name]
    return np.stack([last_day_above(cohort.mesh, cohort.visible, level(grade)) for grade in BASELINES])


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
