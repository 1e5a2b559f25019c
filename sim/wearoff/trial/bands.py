"""Percentile bands of a few hundred patients, fast enough to follow a slider; a trial says the same more exactly."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..model.cohort import Grid, choose_grid
from ..model.doses import Doses
from ..model.equations import MODEL
from ..patients.draws import draw
from ..patients.grades import mean_chance
from ..patients.population import Population
from ..patients.treated import Treated
from ..treatment.schedule import Schedule
from .trial import PERCENTILES, SHARES

Array = npt.NDArray[np.float64]

# Asked of the pilots' visible effect: what they do not show is a few times as large, and less than a line's width.
ACCURACY = 1e-3
PILOTS = 32
# The same patients every time.
SEED = 0
# For which the grid is chosen, at every visit: it serves for other doses too, and can be kept while they change.
UNITS = 40.0


def quick_bands(
    schedule: Schedule, times: npt.ArrayLike, *, population: Population | None = None, patients: int = 256
) -> pd.DataFrame:
    """Return percentiles of the visible effect, and the share rated none or mild by the investigator.

    Parameters
    ----------
    schedule : Schedule
        Doses are taken as even along the muscle.
    times : array_like, shape (k,)
        Days, ascending, from 0.
    population : Population, optional
        Default: ``Population()``.
    patients : int
        At most 512, always the same.

    Returns
    -------
    pandas.DataFrame
        ``time, p5, p25, p50, p75, p95, none_or_mild``, fractions; the effect within 0.01 for patients as different as
        those of the default population, mostly within 0.001.

    Examples
    --------
    >>> bands = quick_bands(Schedule.once(units=20), [7, 30, 120])
    >>> bool((bands["p5"] < bands["p50"]).all() and (bands["p50"] < bands["p95"]).all())
    True
    """
    days = np.asarray(times, dtype=float)
    people = Population() if population is None else population
    doses = schedule.doses(people.parameters.spread)
    treated = Treated(people, doses, _grid(tuple(doses.days), people, float(days[-1])), MODEL)
    visible = treated.solve(draw(patients, SEED)).visible_at(days)
    levels = np.quantile(visible, SHARES, axis=1)
    reported = mean_chance(visible, "none_or_mild", "investigator", people.raters).mean(axis=1)
    return pd.DataFrame({"time": days, **dict(zip(PERCENTILES, levels, strict=True)), "none_or_mild": reported})


@lru_cache(maxsize=64)
def _grid(days: tuple[float, ...], people: Population, end: float) -> Grid:
    doses = Doses(np.array(days), np.full((1, len(days)), UNITS), np.ones(1))
    return choose_grid(doses, people.constants(draw(PILOTS, SEED)), end, ACCURACY)
