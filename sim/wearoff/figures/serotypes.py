"""The plate of the serotypes: the effect of each over time, and the half-life of its light chain."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .style import (
    AUTO,
    BLUE,
    GREEN,
    ORANGE,
    PURPLE,
    VERMILION,
    Look,
    find_look,
    frame,
    muted,
    panels,
    plain,
    readable,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Colour and line of each serotype, in their order; the lines differ in style too.
_LOOKS = [(BLUE, "-"), (GREEN, (0, (5, 1.5))), (ORANGE, (0, (5, 1.5, 1, 1.5))), (PURPLE, (0, (2, 1))), (VERMILION, ":")]
_DAYS = (1, 3, 7, 14, 30, 90, 180, 365)
_LETTERS = 76  # letters in a line above the curves
_TITLE = "If only the light chain's half-life differed"
_CAPTION = "An illustration: serotypes differ here by the half-life of the light chain alone, and not as in people."
_PEOPLE_LETTERS = 44  # letters in a line below a bar
_BAR, _GAP = 1.3, 0.7  # height of a bar, and of the space below its text, in lines of text


def draw_serotypes(
    curves: pd.DataFrame,
    serotypes: pd.DataFrame,
    visible_from: float,
    *,
    patient: str,
    sources: Sequence[str],
    title: str | None = AUTO,
    style: str = "print",
) -> Figure:
    """Return a figure with the effect of each serotype over time (logarithmic) and, beside it, the half-lives.

    Parameters
    ----------
    curves : pandas.DataFrame
        One row a serotype and day: ``serotype``, ``time`` in days, ascending from 1 or more, and ``visible``.
    serotypes : pandas.DataFrame
        One row a serotype, five at most: ``serotype``; ``half_life`` of the light chain in days; ``words``, the text at
        its bar; ``first_day`` and ``last_day`` of the visible effect, NaN if it is never visible, and ``inf`` if it is
        still visible at the end; ``people``, what was seen in people, may be empty.
    visible_from : float
        The level from which the effect is visible.
    patient : str
        The patient and the treatment.
    sources : sequence of str
        The sources of the half-lives, and those of what was seen in people.
    title : str or None
        See `style.frame`.
    style : str
        ``print`` or ``slide``.

    Returns
    -------
    matplotlib.figure.Figure
    """
    look = find_look(style)
    figure, axes = panels([["effect", "half-lives"]], look.size, [1.45, 1])
    _draw_effects(axes["effect"], curves, list(serotypes["serotype"]), visible_from, look)
    axes["effect"].set_title(textwrap.fill(f"visible effect, {patient}", _LETTERS), loc="left", fontsize=look.small)
    _draw_half_lives(axes["half-lives"], curves, serotypes, look)
    caption = _CAPTION
    invisible = serotypes.loc[serotypes["first_day"].isna(), "serotype"]
    if len(invisible):
        caption += f" {' and '.join(invisible)}: here lost before enough is cut to be seen."
    frame(figure, title, _TITLE, (caption, *sources), look)
    return figure


def _draw_effects(ax: Axes, curves: pd.DataFrame, names: list[str], visible_from: float, look: Look) -> None:
    ax.axhline(visible_from, color=muted(), linewidth=look.line / 2, linestyle=(0, (3, 3)), zorder=1)
    for row, (name, (color, dashes)) in enumerate(zip(names, _LOOKS, strict=False)):
        curve = curves[curves["serotype"] == name]
        days, effect = curve["time"].to_numpy(), curve["visible"].to_numpy()
        ax.plot(days, effect, color=color, linestyle=dashes, linewidth=look.line, label=name)
        # The name of a small effect is above its peak. Other names are beside the fall, each lower than the last.
        small = effect.max() < visible_from
        at = effect.argmax() if small else np.flatnonzero(effect >= (0.65 - 0.13 * row) * effect.max())[-1]
        ax.annotate(
            name,
            (days[at], effect[at]),
            (0, look.text / 8) if small else (0.4 * look.text, 0),
            textcoords="offset points",
            ha="center" if small else "left",
            va="bottom" if small else "center",
            fontsize=1.2 * look.text,
            weight="bold",
            color=readable(color),
            # A background keeps the name readable where the line of the level passes behind it.
            bbox={"facecolor": ax.get_facecolor(), "edgecolor": "none", "pad": 0} if small else None,
            visible=bool(effect.any()),
        )
    last = curves["time"].max()
    ax.set(xscale="log", xlim=(1, last), ylim=(0, 1.02), yticks=np.arange(0, 1.01, 0.2))
    ticks = [day for day in _DAYS if day <= last]
    ax.set_xticks(ticks, [str(day) for day in ticks])
    ax.minorticks_off()
    ax.text(1.06, visible_from + 0.015, "visible", va="bottom", fontsize=look.small, color=muted())
    ax.set_xlabel("time since the visit (days, logarithmic)")
    ax.set_ylabel("fraction of a full effect")
    plain(ax, look)


def _draw_half_lives(ax: Axes, curves: pd.DataFrame, serotypes: pd.DataFrame, look: Look) -> None:
    halves = serotypes["half_life"].to_numpy()
    longest = halves[np.isfinite(halves)].max()
    places, bottom = [], 0.0
    for serotype, (color, _) in zip(serotypes.to_dict("records"), _LOOKS, strict=False):
        width = min(serotype["half_life"], 1.2 * longest)  # for a light chain that is never lost
        place = bottom + _BAR / 2
        ax.barh(place, width, _BAR, color=color)
        beside: dict[str, Any] = {"textcoords": "offset points", "va": "center", "fontsize": look.small}
        ax.annotate(serotype["words"], (width, place), (look.text / 3, 0), **beside)
        peak = curves.loc[curves["serotype"] == serotype["serotype"], "visible"].max()
        lines = [f"here: {_describe_days(serotype['first_day'], serotype['last_day'], peak)}"]
        if serotype["people"]:
            lines += textwrap.wrap(f"in people: {serotype['people']}", _PEOPLE_LETTERS)
        ax.text(0, bottom + 1.15 * _BAR, "\n".join(lines), va="top", fontsize=look.small, linespacing=1.15)
        places.append(place)
        bottom += _BAR + len(lines) + _GAP
    ax.set(xlim=(0, 1.75 * longest), ylim=(bottom, -0.2), xticks=[])
    ax.set_yticks(places, serotypes["serotype"])
    ax.set_title("half-life of the light chain", loc="left", fontsize=look.small)
    plain(ax, look)
    ax.spines[:].set_visible(False)
    ax.tick_params(axis="y", length=0)
    for label, (color, _) in zip(ax.get_yticklabels(), _LOOKS, strict=False):
        label.set(fontsize=1.2 * look.text, weight="bold", color=readable(color))


def _describe_days(first: float, last: float, peak: float) -> str:
    if np.isnan(first):
        return f"never visible: peaks at {peak:.2f}"
    return f"visible from day {first:.0f} " + ("on" if np.isinf(last) else f"to {last:.0f}")
