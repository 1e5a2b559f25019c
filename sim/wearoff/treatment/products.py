"""Products and serotypes, and their label doses; units of one product are not units of another."""

from __future__ import annotations

from typing import NamedTuple

from .. import tables
from ..checks import check_name


class Product(NamedTuple):
    """A product: one row of ``data/products.csv``, which has the sources.

    Parameters
    ----------
    name, serotype : str
    relative_potency : float
        Units of onabotulinumtoxinA that one unit is taken for: a working assumption, not an exchange rate.
    min_interval_days : float
        Shortest interval between treatments that the label allows.
    max_units_in_90_days : float or None
        The label's limit over all uses, where one was found.
    """

    name: str
    serotype: str
    relative_potency: float
    min_interval_days: float
    max_units_in_90_days: float | None


class Label(NamedTuple):
    """A labelled treatment of one muscle: units in all and number of sites; one row of ``data/labels.csv``."""

    units: float
    sites: int


def find_product(name: str) -> Product:
    """Return the product called `name`; an unknown name raises `InputError` with the nearest.

    Examples
    --------
    >>> find_product("abobotulinumtoxinA").relative_potency
    0.4
    """
    table = tables.column("products", "product")
    row = table[check_name(name, table, "product")]
    most = row["max_units_in_90_days"]
    return Product(
        name,
        row["serotype"],
        float(row["relative_potency"]),
        float(row["min_interval_days"]),
        float(most) if most else None,
    )


def find_label(product_name: str, muscle_name: str) -> Label | None:
    """Return the labelled treatment, or None where none is known.

    Examples
    --------
    >>> find_label("onabotulinumtoxinA", "glabella")
    Label(units=20.0, sites=5)
    """
    for row in tables.rows("labels"):
        if (row["product"], row["muscle"]) == (product_name, muscle_name):
            return Label(float(row["units"]), int(row["sites"]))
    return None
