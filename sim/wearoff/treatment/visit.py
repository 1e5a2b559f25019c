"""One treatment of one muscle: its day, units, product and injection sites."""

from __future__ import annotations

import dataclasses

from ..checks import Limits, check_integer, check_number, checked_arguments
from ..errors import InputError
from .muscles import SITES, find_muscle
from .products import Label, find_label, find_product

DAY = Limits("day", 0, 36525, "day")
UNITS = Limits("units", 0, 10_000, "U", above=True)


@checked_arguments()
@dataclasses.dataclass(frozen=True, kw_only=True)
class Visit:
    """One treatment of one muscle; immutable, and checked when made.

    Parameters
    ----------
    day : float
        Days since the start, from 0.
    units : float, optional
        Units (U) of the product; default: the labelled dose of this product for this muscle.
    product : str
        A name in ``data/products.csv``; default: onabotulinumtoxinA.
    muscle : str
        A name in ``data/muscles.csv``; default: glabella.
    sites : int, optional
        Number of injection sites along the muscle; default: the dose is taken as even along it.

    Raises
    ------
    InputError
        A value is not possible, or no units are given where no labelled dose is known.
    """

    day: float = 0.0
    units: float | None = None
    product: str = "onabotulinumtoxinA"
    muscle: str = "glabella"
    sites: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "day", check_number(self.day, DAY))
        find_product(self.product)
        find_muscle(self.muscle)
        units = self._labelled().units if self.units is None else check_number(self.units, UNITS)
        object.__setattr__(self, "units", units)
        if self.sites is not None:
            object.__setattr__(self, "sites", check_integer(self.sites, SITES))

    def _labelled(self) -> Label:
        found = find_label(self.product, self.muscle)
        if found is None:
            problem = f"is not given and no labelled dose of {self.product} for {self.muscle} is known"
            raise InputError("units", allowed=str(UNITS), problem=problem)
        return found


# What a visit is made from, where a function hands it on.
VISIT = tuple(field.name for field in dataclasses.fields(Visit))


def check_order(before: Visit, after: Visit) -> None:
    """Raise `InputError` where one visit cannot follow another: an earlier day, another muscle."""
    if after.day < before.day:
        problem = f"is {after.day:g} after a visit on day {before.day:g}"
        raise InputError("day", after.day, "ascending days", problem=problem)
    if after.muscle != before.muscle:
        problem = f"is {after.muscle!r} after {before.muscle!r}"
        raise InputError("muscle", after.muscle, "one muscle in a schedule", problem=problem)
