"""The model: what happens from a dose to the visible effect. Read this file first.

The nerve endings take up a part of each dose (`uptake`). The toxin passes along a chain of compartments (`CHAIN`).
The last compartment is the light chain, which cleaves SNAP-25. With less intact SNAP-25 the nerve endings release less
acetylcholine. With less acetylcholine the muscle has less force (`force`). With less force the fold that the muscle
makes in the skin softens: this is the visible effect. Years of folding have also etched a crease into the skin. Where
the fold is gone the crease slowly heals, and where the fold is back it slowly returns. `slope` has the differential
equations of all this, and `depth` says how deep the line is that people see.

Time is in days, amounts are in units (U) of onabotulinumtoxinA, and rates are in 1/day.

The functions take numbers, arrays or symbols. With numbers, `slope` can be integrated by any solver of differential
equations. With symbols of sympy, the functions return the formulas that are exported. The module `course` solves the
equations in another form and does not call `slope`; tests compare the two.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple


class Constants(NamedTuple):
    """The constants under the symbols of the mathematics.

    Each constant is a number, an array over patients, or a symbol. Rates are in 1/day, ``k_cleave`` is in 1/(U day),
    ``U50`` is in U, ``A50`` and ``q`` are fractions, and ``h`` is a pure number. The values, their ranges and their
    sources are rows of ``data/parameters.csv``.
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
    k_crease: Any
    q: Any


class Step(NamedTuple):
    """A step of the chain: toxin leaves the compartment `source` at a rate and enters the compartment `target`."""

    name: str
    source: str
    target: str | None  # None: the toxin is lost
    rate: str  # a field of `Constants`


CHAIN = (
    Step("liberation", "depot", "free", "k_depot"),
    Step("binding", "free", "bound", "k_binding"),
    Step("endocytosis", "bound", "endosome", "k_endocytosis"),
    Step("translocation", "endosome", "light_chain", "k_translocation"),
    Step("loss", "light_chain", None, "k_light_chain"),
)

COMPARTMENTS = tuple(step.source for step in CHAIN)
# The variables of `slope`, in its order, and the value of each before the first dose.
STATES = {**dict.fromkeys(COMPARTMENTS, 0.0), "snap25": 1.0, "visible": 0.0, "crease": 1.0}


def uptake(dose: Any, c: Constants) -> Any:
    """Return the units (U) of a dose that the nerve endings take up into the depot: ``u U50 / (u + U50)``.

    Doses that are given at the same moment and place are added up first. ``U50 = inf`` means that uptake does not
    saturate; the code divides by ``U50`` only once, so that it is right for ``inf`` too.

    Examples
    --------
    >>> from wearoff import Parameters
    >>> uptake(20.0, Parameters(dose_at_half_uptake=20).constants())
    10.0
    """
    return dose / (1 + dose / c.U50)


def force(release: Any, c: Constants) -> Any:
    """Return the muscle's force for a release of acetylcholine, both fractions of baseline.

    The formula is ``F(A) = (1 + A50^h) A^h / (A50^h + A^h)``. A muscle keeps most of its force until most of the
    release is lost: this is the safety factor of the neuromuscular junction.

    Examples
    --------
    >>> from wearoff import Parameters
    >>> c = Parameters(release_at_half_force=0.5, force_steepness=2).constants()
    >>> force(1.0, c), force(0.5, c), force(0.0, c)
    (1.0, 0.625, 0.0)
    """
    return (1 + c.A50**c.h) * release**c.h / (c.A50**c.h + release**c.h)


def depth(visible: Any, crease: Any, c: Constants) -> Any:
    """Return the depth of the line at maximum frown, a fraction of baseline: ``(1 - q) (1 - V) + q C``.

    Of the line of a patient the share q is crease, and the rest is fold. At rest there is no fold, and the depth is
    ``q C``.

    Examples
    --------
    >>> from wearoff import Parameters
    >>> c = Parameters(crease_share=0.25).constants()
    >>> depth(0.0, 1.0, c), depth(1.0, 1.0, c), depth(1.0, 0.5, c)
    (1.0, 0.25, 0.125)
    """
    return (1 - c.q) * (1 - visible) + c.q * crease


def slope(t: Any, y: Sequence[Any], c: Constants, force: Callable[[Any, Constants], Any] = force) -> list[Any]:
    """Return the slopes of the variables between visits, per day.

    At a visit the depot rises by ``uptake(dose, c)``.

    Parameters
    ----------
    t : number
        The day. No slope depends on it; solvers of differential equations pass it.
    y : sequence
        The values of the variables, in the order of `STATES`.
    c : Constants
    force : callable
        Returns the force for a release of acetylcholine; default: `force`.

    Returns
    -------
    list
        The slopes, in the order of `STATES`.

    Examples
    --------
    >>> from wearoff import Parameters
    >>> before_any_toxin = slope(0.0, list(STATES.values()), Parameters().constants())
    >>> max(map(abs, before_any_toxin)) < 1e-15
    True
    """
    *amounts, snap25, visible, crease = y
    light_chain = amounts[-1]
    flows = [getattr(c, step.rate) * amount for step, amount in zip(CHAIN, amounts, strict=True)]
    release = snap25  # acetylcholine is released in proportion to the intact SNAP-25 at the release sites
    return [
        -flows[0],
        *(flow_in - flow_out for flow_in, flow_out in pairwise(flows)),
        c.k_snap25 * (1 - snap25) - c.k_cleave * light_chain * snap25,
        c.k_line * (1 - force(release, c) - visible),
        c.k_crease * (1 - visible - crease),
    ]


@dataclasses.dataclass(frozen=True)
class Model:
    """The model. A user's own functions can replace the built-in `uptake` and `force`.

    Both functions take an array and the `Constants`, and return an array of the same shape. A constant is a number or
    an array over patients; arithmetic, powers and functions of numpy are right for both. A function that uses only
    arithmetic and powers can be exported, too.

    Parameters
    ----------
    force : callable
        ``force(release, c)`` returns the force for a release of acetylcholine, both fractions of baseline. It must
        return 1 where the release is 1.
    uptake : callable
        ``uptake(dose, c)`` returns the units that are taken up of a local dose, both in U of onabotulinumtoxinA. It
        must return 0 for a dose of 0.

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
