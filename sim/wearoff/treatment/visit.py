"""One treatment of one muscle: its day, units, product and injection sites."""

from __future__ import annotations

import dataclasses

from ..checks import Limits, check_integer, check_number, checked_arguments
from ..errors import InputError
from ..times import CENTURY
from .muscles import SITES, Muscle, find_muscle
from .products import Product, find_label, find_product

DAY = Limits("day", 0, CENTURY, "day")
UNITS = Limits("units", 0, 10_000, "U", above=True)


@checked_arguments()
@dataclasses.dataclass(frozen=True, init=False, repr=False)
class Visit:
    """One treatment of one muscle. It cannot be changed, and is checked when it is made.

    Parameters
    ----------
    day : float
        Days since the start, from 0.
    units : float, optional
        Units (U) of the product; default: the labelled dose of this product for this muscle.
    product : str or Product
        A name or a brand name in ``data/products.csv``, in any case; the visit holds it as a `Product`. Default:
        onabotulinumtoxinA.
    muscle : str or Muscle
        A name in ``data/muscles.csv``, which the visit holds as a `Muscle`; default: glabella.
    sites : int, optional
        Number of injection sites along the muscle; default: an even dose along the muscle.

    Raises
    ------
    InputError
        A value is not possible, or no units are given where no labelled dose is known.

    Examples
    --------
    >>> visit = Visit(product="abobotulinumtoxinA")
    >>> visit.units, visit.product.relative_potency, visit.muscle.length
    (50.0, 0.433, 50.0)
    """

    day: float
    units: float
    product: Product
    muscle: Muscle
    sites: int | None

    # Written by hand, since an argument may be a name or None where the field is not.
    def __init__(
        self,
        *,
        day: float = 0.0,
        units: float | None = None,
        product: str | Product = "onabotulinumtoxinA",
        muscle: str | Muscle = "glabella",
        sites: int | None = None,
    ) -> None:
        product, muscle = find_product(product), find_muscle(muscle)
        amount = _find_labelled_units(product, muscle) if units is None else check_number(units, UNITS)
        object.__setattr__(self, "day", check_number(day, DAY))
        object.__setattr__(self, "units", amount)
        object.__setattr__(self, "product", product)
        object.__setattr__(self, "muscle", muscle)
        object.__setattr__(self, "sites", None if sites is None else check_integer(sites, SITES))

    def __repr__(self) -> str:
        return (
            f"Visit(day={self.day}, units={self.units}, product={self.product.name!r}, muscle={self.muscle.name!r}, "
            f"sites={self.sites})"
        )


def _find_labelled_units(product: Product, muscle: Muscle) -> float:
    label = find_label(product.name, muscle.name)
    if label is None:
        problem = f"is not given and no labelled dose of {product.name} for {muscle.name} is known"
        raise InputError("units", allowed=str(UNITS), problem=problem)
    return label.units


# The names of the arguments of `Visit` except its day, for functions that pass them on and choose the day themselves.
VISIT = tuple(field.name for field in dataclasses.fields(Visit) if field.name != "day")


def check_order(before: Visit, after: Visit) -> None:
    """Raise `InputError` if one visit cannot follow another, because of an earlier day or another muscle."""
    if after.day < before.day:
        problem = f"is {after.day:g} after a visit on day {before.day:g}"
        raise InputError("day", after.day, "ascending days", problem=problem)
    if after.muscle != before.muscle:
        problem = f"is {after.muscle.name!r} after {before.muscle.name!r}"
        raise InputError("muscle", after.muscle.name, "one muscle in a schedule", problem=problem)
