"""Plates for teaching: simulations that belong on one picture, made and drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from . import tables
from .checks import check_integer, check_type, checked_arguments, one_or_many
from .errors import InputError
from .figures.serotypes import draw_serotypes
from .figures.sites import MOST, draw_sites
from .figures.style import AUTO, find_look
from .levels import ONSET
from .parameters import Parameters
from .simulation import simulate
from .timeline import Timeline
from .treatment.description import describe_visit
from .treatment.muscles import SITES, relative_dose, site_places, zones

if TYPE_CHECKING:
    from matplotlib.figure import Figure

YEAR = 365
# Of the local effect: when a trial counts its responders.
DAY = 30.0

_PREFIX = "serotype_"


@checked_arguments()
def serotypes_figure(
    units: float | None = None,
    *,
    product: str | None = None,
    muscle: str | None = None,
    parameters: Parameters | None = None,
    style: str = "print",
    title: str | None = AUTO,
) -> Figure:
    """Draw how long each serotype acts: the visible effect over a year, and the half-life of the light chain.

    An illustration: `parameters` are serotype A's, and the others differ from it by the half-life of the light chain
    alone (``data/presets.csv``).

    Parameters
    ----------
    units : float, optional
        Units (U) of the one visit; default: the labelled dose.
    product, muscle : str, optional
        See `Visit`.
    parameters : Parameters, optional
        The constants of serotype A; default: ``Parameters()``.
    style : str
        ``print``, 180 mm wide, or ``slide``, 16 to 9.
    title : str or None
        Default: what is shown; None leaves it out.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        A value is not possible, or `parameters` started from the preset of another serotype.

    Warns
    -----
    UnusualWarning
        The dose is outside those observed.

    References
    ----------
    Foran et al. 2003, J Biol Chem 278:1363 (half-life of inhibition in rat cerebellar neurons).

    Examples
    --------
    >>> figure = serotypes_figure(units=20, style="slide")
    >>> figure.savefig("serotypes.pdf")  # doctest: +SKIP
    """
    find_look(style)
    parameters = Parameters() if parameters is None else check_type(parameters, Parameters, "parameters")
    if parameters.origin.startswith(_PREFIX):
        raise InputError("preset", parameters.origin, "one of serotype A, which the others start from")
    visit: dict[str, Any] = {"units": units, "product": product, "muscle": muscle}
    days = np.geomspace(1, YEAR, 600)
    kinds = _serotypes(parameters)
    timelines = {
        kind.serotype: simulate(
            times=days, parameters=parameters.replace(light_chain_half_life=kind.half_life), **visit
        )
        for kind in kinds
    }
    spans = [_span(timeline) for timeline in timelines.values()]
    sources = dict.fromkeys(kind.source for kind in kinds if kind.source)
    return draw_serotypes(
        pd.concat([each.frame[["time", "visible"]].assign(serotype=name) for name, each in timelines.items()]),
        pd.DataFrame(kinds).assign(first_day=[first for first, _ in spans], last_day=[last for _, last in spans]),
        ONSET,
        patient=describe_visit(timelines["A"].schedule.visits[0], parameters),
        source=f"Half-lives: A, this model; others, the number shown, of {'; '.join(sources)}.",
        title=title,
        style=style,
    )


@checked_arguments()
def sites_figure(
    sites: int | Sequence[int] = (1, 3, 5),
    *,
    units: float | None = None,
    product: str | None = None,
    muscle: str | None = None,
    parameters: Parameters | None = None,
    style: str = "print",
    title: str | None = AUTO,
) -> Figure:
    """Draw why few and many injection sites differ: the local dose, the local effect on day 30, the whole's effect.

    Parameters
    ----------
    sites : sequence of int
        One to three different numbers of sites.
    units, product, muscle, parameters, style, title : optional
        As in `serotypes_figure`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        A value is not possible.

    Warns
    -----
    UnusualWarning
        The dose is outside those observed.

    Examples
    --------
    >>> figure = sites_figure((1, 2), units=20)
    >>> figure.savefig("sites.png")  # doctest: +SKIP
    """
    find_look(style)
    parameters = Parameters() if parameters is None else check_type(parameters, Parameters, "parameters")
    visit: dict[str, Any] = {"units": units, "product": product, "muscle": muscle}
    timelines = {number: simulate(sites=number, parameters=parameters, **visit) for number in _numbers_of_sites(sites)}
    one = next(iter(timelines.values()))
    place = one.schedule.visits[0].muscle
    curves = [each.frame[["time", "visible"]].assign(sites=number) for number, each in timelines.items()]
    return draw_sites(
        pd.concat([_along(each, number, place.length) for number, each in timelines.items()]),
        pd.concat(curves),
        {number: site_places(place.length, number) for number in timelines},
        {number: each.spill[0] for number, each in timelines.items()},
        length=place.length,
        day=DAY,
        patient=describe_visit(one.schedule.visits[0], parameters),
        title=title,
        style=style,
    )


class _Kind(NamedTuple):
    serotype: str
    half_life: float
    words: str
    source: str


def _serotypes(parameters: Parameters) -> list[_Kind]:
    # A first, then the others as their light chain lasts; what is written beside each is what its source says.
    kind = str(parameters.table().set_index("name").loc["light_chain_half_life", "kind"])
    own = parameters.light_chain_half_life
    words = "not lost" if np.isinf(own) else f"{own:.3g} d, {kind}"
    others = []
    for row in tables.rows("presets"):
        if row["preset"].startswith(_PREFIX):
            what, _, where = row["source"].removeprefix("illustration: half-life of inhibition ").partition(", ")
            name = row["preset"].removeprefix(_PREFIX)
            others.append(_Kind(name, float(row["value"]), what, f"inhibition in {where}"))
    return [_Kind("A", own, words, ""), *sorted(others, key=lambda kind: -kind.half_life)]


def _span(timeline: Timeline) -> tuple[float, float]:
    # The days on which the effect is visible: NaN for never, inf for beyond the year.
    spans = timeline.intervals_above(ONSET)
    if not len(spans):
        return np.nan, np.nan
    first, last = spans[0]
    return first, np.inf if last >= YEAR else last


def _numbers_of_sites(given: int | Sequence[int]) -> list[int]:
    sites = one_or_many(given, int, "sites")
    numbers = [check_integer(each, SITES) for each in sites]
    if not 1 <= len(numbers) <= MOST or len(set(numbers)) < len(numbers):
        allowed = f"one to {MOST} different numbers, such as [1, 3, 5]"
        raise InputError("sites", sites, allowed, problem=f"has {list(sites)}")
    return numbers


def _along(timeline: Timeline, sites: int, length: float) -> pd.DataFrame:
    # The zones of the solution and their mirror images, and as much of the surroundings as shows the spill.
    spread = timeline.parameters.spread
    half = zones(length, spread).places
    beyond = np.linspace(0, min(2.5 * spread, length / 4), 50)
    places = np.concatenate([-beyond[::-1], half, length - half[::-1], length + beyond])
    outside = np.full(len(beyond), np.nan)
    local = timeline.course.visible_along(np.array([DAY]))[:, 0]
    return pd.DataFrame(
        {
            "sites": sites,
            "place": places,
            "dose": relative_dose(places, length, sites, spread),
            "visible": np.concatenate([outside, local, local[::-1], outside]),
        }
    )
