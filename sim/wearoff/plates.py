"""Plates for teaching: pictures that compare several simulations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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

LAST_DAY = 365  # day on which the picture of the serotypes ends
RESPONSE_DAY = 30.0  # day of the local effect, when trials count responders

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
    """Draw how long serotypes would act if only the half-life of the light chain differed, and what was seen in people.

    The picture is an illustration. `parameters` are those of serotype A. The other serotypes differ from it in the
    half-life of the light chain alone (``data/presets.csv``). Beside each is the figure of people that is at hand
    (``data/serotypes.csv``).

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
        The title; default: what is shown; None for no title.

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
    Foran et al. 2003, J Biol Chem 278:1363 (half-life of inhibition in rat cerebellar neurons). Those of the figures of
    people are in the table.

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
    days = np.geomspace(1, LAST_DAY, 600)
    serotypes = _read_serotypes(parameters)
    timelines = {
        serotype.serotype: simulate(
            times=days, parameters=parameters.replace(light_chain_half_life=serotype.half_life), **visit
        )
        for serotype in serotypes
    }
    curves = [timeline.frame[["time", "visible"]].assign(serotype=name) for name, timeline in timelines.items()]
    intervals = [_find_visible_days(timeline) for timeline in timelines.values()]
    first_days, last_days = zip(*intervals, strict=True)
    sources = dict.fromkeys(serotype.source for serotype in serotypes if serotype.source)
    return draw_serotypes(
        pd.concat(curves),
        pd.DataFrame(serotypes).assign(first_day=first_days, last_day=last_days, people=_read_people(timelines)),
        ONSET,
        patient=describe_visit(timelines["A"].schedule.visits[0], parameters),
        sources=(
            f"Half-lives: A, this model; others, the number shown, of {'; '.join(sources)}.",
            f"In people: {'; '.join(row['source'] for row in tables.rows('serotypes'))}.",
        ),
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
    """Draw how few injection sites differ from many: local dose, local effect on day 30, effect of the whole muscle.

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
    timelines = {number: simulate(sites=number, parameters=parameters, **visit) for number in _check_sites(sites)}
    first_visit = next(iter(timelines.values())).schedule.visits[0]
    length = first_visit.muscle.length
    curves = [timeline.frame[["time", "visible"]].assign(sites=number) for number, timeline in timelines.items()]
    return draw_sites(
        pd.concat([_read_along_muscle(timeline, number, length) for number, timeline in timelines.items()]),
        pd.concat(curves),
        {number: site_places(length, number) for number in timelines},
        {number: timeline.spill[0] for number, timeline in timelines.items()},
        length=length,
        day=RESPONSE_DAY,
        patient=describe_visit(first_visit, parameters),
        title=title,
        style=style,
    )


class _Serotype(NamedTuple):
    serotype: str
    half_life: float
    words: str
    source: str


def _read_serotypes(parameters: Parameters) -> list[_Serotype]:
    # Return serotype A, then the others from the longest half-life to the shortest. Their words come from their source.
    kind = str(parameters.table().set_index("name").loc["light_chain_half_life", "kind"])
    half_life = parameters.light_chain_half_life
    words = "not lost" if np.isinf(half_life) else f"{half_life:.3g} d, {kind}"
    others = []
    for row in tables.rows("presets"):
        if row["preset"].startswith(_PREFIX):
            what, _, where = row["source"].removeprefix("illustration: half-life of inhibition ").partition(", ")
            name = row["preset"].removeprefix(_PREFIX)
            others.append(_Serotype(name, float(row["value"]), what, f"inhibition in {where}"))
    return [_Serotype("A", half_life, words, ""), *sorted(others, key=lambda serotype: -serotype.half_life)]


def _read_people(names: Iterable[str]) -> list[str]:
    # Return what was seen in people for each serotype, with author and year; serotype A is the model's own.
    seen = tables.column("serotypes", "serotype")
    texts = {name: f"{row['figure']} ({' '.join(row['source'].split()[:2])})" for name, row in seen.items()}
    return ["" if name == "A" else texts.get(name, "no human figure at hand") for name in names]


def _find_visible_days(timeline: Timeline) -> tuple[float, float]:
    # Return the first and the last day of a visible effect: NaN if there is none, inf if it lasts beyond the picture.
    intervals = timeline.intervals_above(ONSET)
    if not len(intervals):
        return np.nan, np.nan
    first, last = intervals[0]
    return first, np.inf if last >= LAST_DAY else last


def _check_sites(sites: int | Sequence[int]) -> list[int]:
    sites = one_or_many(sites, int, "sites")
    numbers = [check_integer(number, SITES) for number in sites]
    if not 1 <= len(numbers) <= MOST or len(set(numbers)) < len(numbers):
        allowed = f"one to {MOST} different numbers, such as [1, 3, 5]"
        raise InputError("sites", sites, allowed, problem=f"has {list(sites)}")
    return numbers


def _read_along_muscle(timeline: Timeline, sites: int, length: float) -> pd.DataFrame:
    # Return dose and effect at the zones of the solution and their mirror images, and the dose beyond the muscle, as
    # far as the spill can be seen.
    spread = timeline.parameters.spread
    half = zones(length, spread).places
    beyond = np.linspace(0, min(2.5 * spread, length / 4), 50)
    places = np.concatenate([-beyond[::-1], half, length - half[::-1], length + beyond])
    outside = np.full(len(beyond), np.nan)
    local = timeline.course.visible_along(np.array([RESPONSE_DAY]))[:, 0]
    return pd.DataFrame(
        {
            "sites": sites,
            "place": places,
            "dose": relative_dose(places, length, sites, spread),
            "visible": np.concatenate([outside, local, local[::-1], outside]),
        }
    )
