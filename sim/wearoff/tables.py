"""The tables in `data/`, which have the numbers of the simulator and a source on every row."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

Row = dict[str, str]


@cache
def rows(name: str) -> tuple[Row, ...]:
    """Return the rows of the table `name` as text, one dict a row.

    Parameters
    ----------
    name : str
        The file's name without its ending, such as ``"parameters"``.

    Examples
    --------
    >>> rows("parameters")[0]["name"]
    'depot_half_life'
    """
    with (folder() / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def column(name: str, key: str) -> dict[str, Row]:
    """Return the rows of the table `name` by the values of its column `key`, in the order of the table."""
    return {row[key]: row for row in rows(name)}


def folder() -> Path:
    """Return the folder `data/`: inside the package in a wheel, in the repository for an editable install."""
    inside = Path(__file__).parent / "data"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "data"
