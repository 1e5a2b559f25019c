"""The model: what happens from a dose to the visible effect. Read this file first.

Toxin passes along a chain of compartments (`CHAIN`). The last of them, the light chain, cleaves SNAP-25; with less
intact SNAP-25 the nerve ending releases less acetylcholine (`slope`), the muscle loses force (`force`), and the line
that it folds into the skin softens. Time is in days, amounts are in units (U) of onabotulinumtoxinA, rates in 1/day.

The functions take numbers, arrays or symbols. With numbers they are the right-hand side for any solver of differential
equations; with symbols of sympy they give the formulas that are exported. The solution in `course` does not call
`slope`; tests compare both.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple


class Constants(NamedTuple):
    """The constants under the symbols of the mathematics; each a number, an array over patients, or a symbol.

    Rates in 1/day, ``k_cleave`` in 1/(U day), ``U50`` in U, ``A50`` a fraction, ``h`` a pure number. The values, their
    ranges and their sources are rows of ``data/parameters.csv``.
    """

    k_depot: Any
    k_binding: Any
    k_endocytosis: Any
    k_translocation: Any
    k_light_chain: Any
    k_snap25: Any
    k_cleave: Any
    U50: Any
    A50: Any
    h: Any
    k_line: Any


class Step(NamedTuple):
    """A step of the chain: what is in a compartment leaves it at a rate, for the next compartment or for good."""

    name: str
    source: str
    target: str | None
    rate: str  # a field of `Constants`


CHAIN = (
    Step("liberation", "depot", "free", "k_depot"),
    Step("binding", "free", "bound", "k_binding"),
    Step("endocytosis", "bound", "endosome", "k_endocytosis"),
    Step("translocation", "endosome", "light_chain", "k_translocation"),
    Step("loss", "light_chain", None, "k_light_chain"),
)

COMPARTMENTS = tuple(step.source for step in CHAIN)
# Everything that has a slope, in the order of `slope`, and its value before any toxin.
STATES = {**dict.fromkeys(COMPARTMENTS, 0.0), "snap25": 1.0, "visible": 0.0}


def uptake(dose: Any, c: Constants) -> Any:
    """Return how much of a dose (U) the nerve endings take up into the depot: ``u U50 / (u + U50)``.

    Doses that are given at the same moment and place are added up first. ``U50 = inf`` is no saturation: the formula is
    written so that it has no quotient of infinities.

    Examples
    --------
    >>> from wearoff import Parameters
    >>> uptake(20.0, Parameters(dose_at_half_uptake=20).constants())
    10.0
    """
    return dose / (1 + dose / c.U50)


def force(release: Any, c: Constants) -> Any:
    """Return the muscle's force for a release of acetylcholine, both fractions of baseline.

    ``F(A) = (1 + A50^h) A^h / (A50^h + A^h)``: the safety factor of the neuromuscular junction. A muscle keeps most of
    its force until most of the release is lost.

    Examples
    --------
    >>> from wearoff import Parameters
    >>> c = Parameters(release_at_half_force=0.5, force_steepness=2).constants()
    >>> force(1.0, c), force(0.5, c), force(0.0, c)
    (1.0, 0.625, 0.0)
    """
    return (1 + c.A50**c.h) * release**c.h / (c.A50**c.h + release**c.h)


def slope(t: Any, y: Sequence[Any], c: Constants, force: Callable[[Any, Constants], Any] = force) -> list[Any]:
    """Return the slope of every state between visits, per day.

    A visit adds ``uptake(dose, c)`` to the depot.

    Parameters
    ----------
    t : number
        Day; no slope depends on it.
    y : sequence
        The values of `STATES`, in their order.
    c : Constants
    force : callable
        Force for a release of acetylcholine; default: `force`.

    Returns
    -------
    list

    Examples
    --------
    >>> from wearoff import Parameters
    >>> before_any_toxin = slope(0.0, list(STATES.values()), Parameters().constants())
    >>> max(map(abs, before_any_toxin)) < 1e-15
    True
    """
    *amounts, snap25, visible = y
    light_chain = amounts[-1]
    flows = [getattr(c, step.rate) * amount for step, amount in zip(CHAIN, amounts, strict=True)]
    release = snap25  # acetylcholine is released in proportion to the intact SNAP-25 at the release sites
    return [
        -flows[0],
        *(flow_in - flow_out for flow_in, flow_out in pairwise(flows)),
        c.k_snap25 * (1 - snap25) - c.k_cleave * light_chain * snap25,
        c.k_line * (1 - force(release, c) - visible),
    ]


@dataclasses.dataclass(frozen=True)
class Model:
    """The model, with functions of one's own in the place of the built-in `uptake` and `force`.

    Both take an array and the `Constants` and return an array of the same shape. A constant is a number, or an array
    over patients whose axes come first: arithmetic, powers and functions of numpy are right for both. A function that
    is written with arithmetic and powers alone can be exported, too.

    Parameters
    ----------
    force : callable
        ``force(release, c)``: force for a release of acetylcholine, both fractions of baseline; 1 where the release is
        1.
    uptake : callable
        ``uptake(dose, c)``: units taken up of a local dose in U of onabotulinumtoxinA; 0 of a dose of 0.

    Examples
    --------
    >>> import wearoff as wo
    >>> proportional = wo.Model(force=lambda release, c: release)
    >>> built_in, changed = wo.simulate(units=20), wo.simulate(units=20, model=proportional)
    >>> bool(changed.at(120)["visible"][0] > built_in.at(120)["visible"][0])
    True
    """

    force: Callable[[Any, Constants], Any] = force
    uptake: Callable[[Any, Constants], Any] = uptake


MODEL = Model()
