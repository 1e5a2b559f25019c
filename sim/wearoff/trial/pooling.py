"""A trial in each of several populations, and the tables of all: how patients differ, and what is not known of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..labels import HIGH, KNOWN_SHARES, LOW
from ..patients.population import Population
from ..patients.uncertainty import Draws
from .counting import Counts, Design, Progress, Share, count_patients
from .tabulation import Tables, tabulate

Array = npt.NDArray[np.float64]

# The columns that have an interval over the populations, by table.
UNCERTAIN = {"responders": ("rate",), "bands": ("p50",), "landmarks": ("reached", "p50"), "treatments": ("mean",)}


class DrawPart(NamedTuple):
    """The work that a process gets at a time: the patients of one population, in all arms."""

    design: Design
    people: Population


def count_draw(part: DrawPart) -> tuple[Counts, Tables]:
    """Return the patients of one population, counted, and their tables."""
    counts = count_patients(*part, part.design.patients, map, lambda patients: None)
    return counts, tabulate(*part, counts)


def tabulate_draws(design: Design, draws: Draws, share: Share, progress: Progress) -> Tables:
    """Return the tables of the patients of all populations together, with intervals over the populations.

    Every population has patients with the same random numbers. Their counts are added up, and of each population only
    the columns of `UNCERTAIN` are kept.

    Parameters
    ----------
    design : Design
    draws : Draws
    share, progress : callable
        As for `counting.count_patients`; each process gets one population at a time.
    """
    pooled: Counts | None = None
    columns: dict[str, list[Array]] = {name: [] for name in UNCERTAIN}
    errors = []
    for counts, tables in share(count_draw, [DrawPart(design, people) for people in draws.populations]):
        for name, uncertain in UNCERTAIN.items():
            columns[name].append(getattr(tables, name)[list(uncertain)].to_numpy(float))
        errors.append(tables.responders["error"].to_numpy(float))
        pooled = counts if pooled is None else _add(pooled, counts)
        progress(design.work)
    assert pooled is not None
    of_all = tabulate(design, draws.centre, pooled)
    # Patients without toxin are not in the counts, so rates are means of rates. The patients of all populations have
    # the same random numbers, so that errors do not average out.
    rates = np.mean(columns["responders"], axis=0)[:, 0]
    of_all = of_all._replace(responders=of_all.responders.assign(rate=rates, error=np.mean(errors, axis=0)))
    return Tables(*(_add_intervals(getattr(of_all, name), name, np.stack(columns[name])) for name in UNCERTAIN))


def find_interval(values: Array) -> tuple[Array, Array]:
    """Return the ends of the interval of each value over the populations: `KNOWN_SHARES`, outwards to a value.

    Parameters
    ----------
    values : ndarray, shape (populations, ...)
        Infinite: later than the end. NaN: there is none in this population, which is left out.

    Returns
    -------
    low, high : ndarray, shape (...)

    Examples
    --------
    >>> low, high = find_interval(np.arange(101.0))
    >>> float(low), float(high)
    (5.0, 95.0)
    """
    ordered = np.sort(values, axis=0)  # NaN comes last
    last = np.maximum((~np.isnan(values)).sum(axis=0) - 1, 0)
    first = np.floor(KNOWN_SHARES[0] * last).astype(np.intp)
    low, high = (np.take_along_axis(ordered, place[None], axis=0)[0] for place in (first, last - first))
    return low, high


def _add(total: Counts, counts: Counts) -> Counts:
    # Add counts to a total, which is changed.
    for name, tally in counts.tallies.items():
        total.tallies[name].merge(tally)
    for name, treatments in counts.treatments.items():
        total.treatments[name].merge(treatments)
    return total


def _add_intervals(table: pd.DataFrame, name: str, values: Array) -> pd.DataFrame:
    # Return a table with the ends of the interval behind each column of `UNCERTAIN`.
    result = table.copy()
    for i, column in enumerate(UNCERTAIN[name]):
        low, high = find_interval(values[..., i])
        place = list(result).index(column) + 1
        result.insert(place, f"{column}{LOW}", low)
        result.insert(place + 1, f"{column}{HIGH}", high)
    return result
