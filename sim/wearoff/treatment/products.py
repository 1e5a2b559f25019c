"""Products, their serotypes and their labelled doses. Units of one product are not units of another."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from .. import tables
from ..checks import check_row


class Product(NamedTuple):
    """A product: one row of ``data/products.csv``, which has the sources.

    Parameters
    ----------
    name, serotype : str
    relative_potency : float
        Units of onabotulinumtoxinA for which one unit counts. This is an assumption, not an exchange rate.
    min_interval_days : float
        Shortest interval between treatments that the label allows, or that is assumed (`limit_status`).
    max_units_in_90_days : float or None
        The label's limit over all uses; None where no limit was found.
    limit_status : str
        ``read`` or ``memory``; ``assumed`` where no label was found, so that the shortest interval is assumed.
    """

    name: str
    serotype: str
    relative_potency: float
    min_interval_days: float
    max_units_in_90_days: float | None
    limit_status: str

    @property
    def label_in_words(self) -> str:
        """The label in words, which say if it was not found and is assumed."""
        return f"the label {'assumed for' if self.limit_status == 'assumed' else 'of'} {self.name}"


class Label(NamedTuple):
    """A labelled treatment of one muscle: total units and number of sites; one row of ``data/labels.csv``.

    A product without a label at hand has the treatment of its trials, which is marked there as assumed.
    """

    units: float
    sites: int


def find_product(product: str | Product) -> Product:
    """Return the product of a name or of a brand name; an unknown name raises `InputError` with the nearest.

    A `Product` itself is returned if it is one of the table's; another one raises `InputError`.

    Examples
    --------
    >>> find_product("abobotulinumtoxinA").relative_potency
    0.433
    >>> find_product("Dysport").name
    'abobotulinumtoxinA'
    """
    return check_row(name_product(product) if isinstance(product, str) else product, _products(), "product")


def name_product(text: str) -> str:
    """Return the name of the product for its name or brand name in any case; an unknown text as it is.

    Examples
    --------
    >>> name_product("botox COSMETIC"), name_product("Saline")
    ('onabotulinumtoxinA', 'Saline')
    """
    return _names().get(" ".join(text.split()).casefold(), text)


@cache
def _names() -> dict[str, str]:
    # Names of products by all their names in lower case.
    rows = tables.column("products", "product").items()
    return {each.casefold(): name for name, row in rows for each in (name, *row["brands"].split("; ")) if each}


@cache
def _products() -> dict[str, Product]:
    return {name: _read_product(row) for name, row in tables.column("products", "product").items()}


def _read_product(row: tables.Row) -> Product:
    limit = row["max_units_in_90_days"]
    return Product(
        row["product"],
        row["serotype"],
        float(row["relative_potency"]),
        float(row["min_interval_days"]),
        float(limit) if limit else None,
        row["limit_status"],
    )


def find_label(product_name: str, muscle_name: str) -> Label | None:
    """Return the labelled treatment, or None where none is known.

    Examples
    --------
    >>> find_label("onabotulinumtoxinA", "glabella")
    Label(units=20.0, sites=5)
    """
    for row in tables.rows("labels"):
        if (row["product"], row["muscle"]) == (name_product(product_name), muscle_name):
            return Label(float(row["units"]), int(row["sites"]))
    return None
