"""The numbers in which patients differ, of weighted draws: under their names, and as a table."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from .. import tables
from ..parameters import from_symbols
from ..patients.population import DIFFERING, Population
from .posterior import Posterior

Array = npt.NDArray[np.float64]

SHARES = (0.05, 0.5, 0.95)
DOSE_FACTOR = "dose_factor"


def tabulate_numbers(posterior: Posterior) -> pd.DataFrame:
    """Return the numbers of the population and of the weighted draws; see `Forecast.parameters`."""
    people, known = posterior.population, tables.column("parameters", "name")
    own = from_symbols(people.constants(posterior.normals), DIFFERING)
    rows = []
    for column, name in enumerate(DIFFERING):
        grid = np.zeros((len(SHARES), posterior.normals.shape[1]))
        grid[:, column] = ndtri(SHARES)
        prior = np.sort(from_symbols(people.constants(grid), [name])[name])
        rows.append([name, known[name]["unit"], *prior, *posterior.quantiles(own[name], SHARES)])
    columns = ["name", "unit", *(f"{which}{each}" for which in ("prior_", "") for each in ("p5", "p50", "p95"))]
    return pd.DataFrame(rows, columns=columns)


def find_numbers(population: Population, normals: Array) -> dict[str, Array]:
    """Return the numbers of k patients by their names, shape (k,), and ``dose_factor``, shape (k, visits)."""
    numbers = from_symbols(population.constants(normals), DIFFERING)
    return {**numbers, DOSE_FACTOR: population.dose_factors(normals)}
