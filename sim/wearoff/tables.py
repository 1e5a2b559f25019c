"""The tables in `data/`: what the simulator knows, a source on every row."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

Row = dict[str, str]


@cache
def rows(name: str) -> tuple[Row, ...]:
    """Read the table `name` as text, one dict a row.

    Parameters
    ----------
    name : str
        The file's name without its ending, such as ``"parameters"``.

    Examples
    --------
    >>> rows("parameters")[0]["name"]
    'depot_half_life'
    """
    with (_folder() / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def column(name: str, key: str) -> dict[str, Row]:
    """Index the table `name` by its column `key`, in the table's order."""
    return {row[key]: row for row in rows(name)}


def _folder() -> Path:
    # A wheel carries the tables inside the package; an editable install reads them where they are kept.
    inside = Path(__file__).parent / "data"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "data"
