"""What a population predicts for rows of observations: rates of responders, and medians of days.

Rows of one treatment share their patients; the same draws stand behind every prediction, so that it is a smooth
function of the population's numbers.
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
from .observations import DAYS_OF, HORIZON, MEDIANS

Array = npt.NDArray[np.float64]
Treatment = tuple[str, float]

# Beyond this the last fits of a responder rate are noise: of the visible effect, a hundredth of a per cent.
ACCURACY = 1e-5


class Prediction(NamedTuple):
    """What is predicted for k rows, and how it hangs together.

    Parameters
    ----------
    means : ndarray, shape (k,)
        In the unit of each row.
    covariance : ndarray, shape (k, k)
        Of what trials of the rows' numbers of patients would report: rows of one arm have the same patients.
        The Monte Carlo error is not part of it. NaN where a row has no number of patients.
    """

    means: Array
    covariance: Array


class Patients(NamedTuple):
    """One treatment's patients on the days of its rows.

    Parameters
    ----------
    visible : dict of float to ndarray, shape (k,)
        The visible effect of each patient on each day.
    days : dict of str to ndarray, shape (baselines, k)
        Days of each event for each grade at baseline.
    """

    visible: dict[float, Array]
    days: dict[str, Array]


def plan_treatments(rows: pd.DataFrame, population: Population, model: Model = MODEL) -> dict[Treatment, Treated]:
    """Return the patients of every treatment among the rows, on grids fit for this population and others near it."""
    found = {}
    for product, units in _treatments(rows):
        doses = Schedule.once(product=product, units=units).doses(population.parameters.spread)
        found[product, units] = Treated.plan(population, doses, HORIZON, ACCURACY, model)
    return found


def predict(
    rows: pd.DataFrame, population: Population, normal: Array, treated: Mapping[Treatment, Treated]
) -> Prediction:
    """Predict the rows of a table of observations.

    Parameters
    ----------
    rows : pandas.DataFrame
        As of `observations.published`, none of which `observations.why_not` refuses.
    population : Population
    normal : ndarray, shape (patients, 3)
        Of `draws.draw`.
    treated : mapping
        Of `plan_treatments` for the same rows, and this population or one near it.
    """
    shares = np.array([kind.share for kind in population.raters.kinds()])
    patients = {
        treatment: _patients(rows, treatment, treated[treatment]._replace(population=population).solve(normal))
        for treatment in _treatments(rows)
    }
    size = len(normal)
    means, spread = np.empty(len(rows)), np.zeros((len(rows), len(rows)))
    responses: dict[Hashable, list[tuple[int, Array]]] = {}
    for i, row in enumerate(rows.to_dict("records")):
        treatment = (row["product"], row["units"])
        if row["endpoint"] in MEDIANS:
            share = population.severe_share
            days = patients[treatment].days[row["endpoint"]] / DAYS_OF[row["unit"]]
            means[i], deviation = _median(days.ravel(), np.repeat([1 - share, share], size) / size)
            spread[i, i] = deviation**2 / row["n"]
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
    for own in responses.values():
        places = [i for i, _ in own]
        spread[np.ix_(places, places)] = _spread(own, shares, rows["n"].to_numpy(float))
    return Prediction(means, spread)


def _treatments(rows: pd.DataFrame) -> list[Treatment]:
    treated = rows[rows["arm"] != "placebo"]
    return list(dict.fromkeys(zip(treated["product"], treated["units"], strict=True)))


def _patients(rows: pd.DataFrame, treatment: Treatment, cohort: Cohort) -> Patients:
    product, units = treatment
    own = rows[(rows["arm"] != "placebo") & (rows["product"] == product) & (rows["units"] == units)]
    on = np.unique(own["day"].dropna())
    events = dict.fromkeys(own["endpoint"][own["endpoint"].isin(MEDIANS)])
    return Patients(dict(zip(on, cohort.visible_at(on), strict=True)), {name: _event(name, cohort) for name in events})


def _event(name: str, cohort: Cohort) -> Array:
    if name == "onset":
        onset = find_landmarks(cohort.mesh, cohort.visible, cohort.weak).onset_day
        return np.tile(np.where(np.isnan(onset), np.inf, onset), (len(BASELINES), 1))
    level = {"return_to_baseline": level_of_return, "loss_of_none_or_mild": level_of_loss}[name]
    return np.stack([last_day_above(cohort.mesh, cohort.visible, level(grade)) for grade in BASELINES])


def _median(days: Array, weights: Array) -> tuple[float, float]:
    # The median, and the standard deviation of a sample median times the root of the sample's size: 1 / (2 density).
    order = np.argsort(days)
    ranked, share = days[order], np.cumsum(weights[order]) - weights[order] / 2
    quantile = np.interp([0.4, 0.5, 0.6], share, ranked)
    # Without end where so many never come to it.
    deviation = float((quantile[2] - quantile[0]) / 0.2 / 2) if np.isfinite(quantile).all() else math.inf
    return float(quantile[1]), deviation


def _spread(arm: list[tuple[int, Array]], shares: Array, subjects: Array) -> Array:
    # The covariance of the percentages of one arm's rows: the same patients respond on several days and to several
    # raters, who err apart from each other.
    size = arm[0][1].shape[1]
    stacked = np.stack([chances for _, chances in arm])
    means = stacked.mean(axis=2) @ shares
    both = np.einsum("ikp,jkp,k->ij", stacked, stacked, shares / size, optimize=True)
    np.fill_diagonal(both, means)
    n = subjects[[i for i, _ in arm]]
    result: Array = 1e4 * (both - np.outer(means, means)) / np.maximum.outer(n, n)
    return result
