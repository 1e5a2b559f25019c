"""The numbers in which patients differ, of weighted draws: under their names, and as a table."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from ..model.equations import Constants
from ..patients.population import Population
from .posterior import Posterior

Array = npt.NDArray[np.float64]

SHARES = (0.05, 0.5, 0.95)
# In the order of the columns of the standard normal numbers.
NUMBERS: tuple[tuple[str, str, Callable[[Constants], Any]], ...] = (
    ("potency", "1/(U day)", lambda c: c.k_cleave),
    ("light_chain_half_life", "day", lambda c: math.log(2) / c.k_light_chain),
    ("depot_half_life", "day", lambda c: math.log(2) / c.k_depot),
    ("crease_share", "fraction", lambda c: c.q),
)
DOSE_FACTOR = "dose_factor"


def tabulate_numbers(posterior: Posterior) -> pd.DataFrame:
    """Return the numbers of the population and of the weighted draws; see `Forecast.parameters`."""
    people = posterior.population
    own = people.constants(posterior.normals)
    rows = []
    for column, (name, unit, read) in enumerate(NUMBERS):
        grid = np.zeros((len(SHARES), posterior.normals.shape[1]))
        grid[:, column] = ndtri(SHARES)
        prior = np.sort(read(people.constants(grid)))
        rows.append([name, unit, *prior, *posterior.quantiles(read(own), SHARES)])
    columns = ["name", "unit", *(f"{which}{each}" for which in ("prior_", "") for each in ("p5", "p50", "p95"))]
    return pd.DataFrame(rows, columns=columns)


def find_numbers(population: Population, normals: Array) -> dict[str, Array]:
    """Return the numbers of k patients by their names, shape (k,), and ``dose_factor``, shape (k, visits)."""
    constants = population.constants(normals)
    numbers = {name: np.asarray(read(constants)) for name, _, read in NUMBERS}
    return {**numbers, DOSE_FACTOR: population.dose_factors(normals)}
