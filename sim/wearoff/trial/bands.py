"""Percentile bands of a few hundred patients, fast enough to follow a slider; a trial is more exact."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..labels import PERCENTILES, SHARES
from ..model.cohort import Cohort, Grid, choose_grid
from ..model.doses import Doses
from ..model.equations import MODEL
from ..patients.draws import draw
from ..patients.grades import Line, mean_chance
from ..patients.middle import People
from ..patients.population import Population
from ..patients.treated import Treated, vary_doses
from ..treatment.schedule import Schedule

Array = npt.NDArray[np.float64]

# The grid is tested on `PILOT_PATIENTS`: their visible effect has this error. The error of other patients is a few
# times as large, which is still less than the width of a line.
GRID_ACCURACY = 1e-3
PILOT_PATIENTS = 32
BAND_SEED = 0  # every call has the same patients
GRID_UNITS = 40.0  # U at every visit, for the choice of the grid; the same grid is used for all doses


def quick_bands(
    schedule: Schedule, times: npt.ArrayLike, *, population: Population | None = None, patients: int = 256
) -> pd.DataFrame:
    """Return percentiles of the visible effect, and the share that the investigator rates as none or mild.

    Parameters
    ----------
    schedule : Schedule
        The dose counts as even along the muscle.
    times : array_like, shape (k,)
        Days, ascending, from 0.
    population : Population, optional
        Default: ``Population()``.
    patients : int
        Number of patients, at most 512; every call has the same ones.

    Returns
    -------
    pandas.DataFrame
        ``time, p5, p25, p50, p75, p95, none_or_mild``, fractions. For the default population the error of the effect
        is below 0.01, and mostly below 0.001.

    Examples
    --------
    >>> bands = quick_bands(Schedule.once(units=20), [7, 30, 120])
    >>> bool((bands["p5"] < bands["p50"]).all() and (bands["p50"] < bands["p95"]).all())
    True
    """
    days = np.asarray(times, dtype=float)
    people = Population() if population is None else population
    normals = draw(patients, BAND_SEED, len(schedule.doses(people.parameters.spread).days))
    cohort = _solve(schedule, people, float(days[-1]), normals)
    visible = cohort.visible_at(days)
    line = Line.of(visible, cohort.crease_at(days), people.constants(normals))
    levels = np.quantile(visible, SHARES, axis=1)
    reported = mean_chance(line, "none_or_mild", "investigator", people.raters).mean(axis=1)
    return pd.DataFrame({"time": days, **dict(zip(PERCENTILES, levels, strict=True)), "none_or_mild": reported})


def quick_middle_half(
    schedule: Schedule, end: float, *, population: Population | None = None, patients: int = 256
) -> pd.DataFrame:
    """Return the middle half of the patients of `quick_bands` after one visit; see `patients.middle.middle_half`.

    They are followed up to day `end`: landmarks that are later count as ``inf``.
    """
    people = Population() if population is None else population
    cohort = _solve(schedule, people, end, draw(patients, BAND_SEED, len(schedule)))
    return People(cohort, schedule.visits[-1].day).landmarks()


def _solve(schedule: Schedule, people: Population, end: float, normals: Array) -> Cohort:
    doses = schedule.doses(people.parameters.spread)
    return Treated(people, doses, choose_band_grid(tuple(doses.days), people, end), MODEL).solve(normals)


@lru_cache(maxsize=64)
def choose_band_grid(days: tuple[float, ...], people: Population, end: float) -> Grid:
    """Return a grid for doses on some days; it is kept while the units change."""
    doses = Doses(np.array(days), np.full((1, len(days)), GRID_UNITS), np.ones(1))
    pilots = draw(PILOT_PATIENTS, BAND_SEED, len(days))
    return choose_grid(vary_doses(people, doses, pilots), people.constants(pilots), end, GRID_ACCURACY)
