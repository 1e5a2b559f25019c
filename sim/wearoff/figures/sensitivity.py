"""What matters: a tornado of one constant at a time, and the shares of the variance when all of them change."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from .panel import Panel, size_in_points
from .style import AUTO, BLUE, ORANGE, VERMILION, ink, muted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Part of the width that a note beside a bar takes at most.
NOTE = 0.34
# Points of height that a name with its range takes.
TWO_LINES = 26


def draw_tornado(
    frame: pd.DataFrame,
    typical: float,
    word: str,
    *,
    patient: str,
    ax: Axes | None = None,
    title: str | None = AUTO,
) -> Axes:
    """Draw for each constant a bar from what it gives at the low end of its range to what it gives at the high end.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a constant, the first on top: ``name``, ``unit``, ``low`` and ``high`` (the range), ``elasticity``,
        ``at_low`` and ``at_high``; NaN or infinite where nothing is reached, which is said in words.
    typical : float
        What the constants give unchanged: where the bars begin.
    word : str
        What it is, with its unit: the label of the axis.
    patient : str
        Whose quantity it is: the words of the title.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default: a new figure.
    title : str or None
        See `Panel.write_title`.

    Returns
    -------
    matplotlib.axes.Axes
    """
    panel = _rows(frame, ax)
    ax = panel.ax
    place = list(range(len(frame)))
    ends = frame[["at_low", "at_high"]].to_numpy(dtype=float)
    ends = np.where(np.isfinite(ends), ends, np.nan)
    for column, end, color, hatch in ((0, "low", BLUE, ""), (1, "high", ORANGE, "//")):
        length = ends[:, column] - typical
        # Where both ends lie on one side, the shorter bar stands before the longer.
        before = 3 + (np.abs(length) < np.abs(ends[:, 1 - column] - typical))
        bars = ax.barh(place, np.nan_to_num(length), 0.62, left=typical, color=color, hatch=hatch,
                       edgecolor=ax.get_facecolor(), label=f"{end} end of the range")  # fmt: skip
        for bar, order in zip(bars, before, strict=True):
            bar.set_zorder(float(order))
    ax.axvline(typical, color=ink(), linewidth=1.2, zorder=5, label=f"unchanged: {typical:.3g}")
    _widen(ax, ends, typical)
    for row, low, high, (at_low, at_high) in zip(place, frame["low"], frame["high"], ends, strict=True):
        _say_missing(panel, row, typical, {low: at_low, high: at_high})
    beside = ax.secondary_yaxis("right")
    beside.set_yticks(place, [_signed(value) for value in frame["elasticity"]])
    beside.set_ylabel("elasticity", fontsize=11, labelpad=8)
    beside.tick_params(length=0, labelsize=10)
    beside.spines["right"].set_visible(False)
    _ticks(ax)
    panel.write_labels(word, "")
    _make_room(ax, len(frame), panel.show_legend())
    panel.write_title(title, patient)
    return ax


def draw_indices(
    frame: pd.DataFrame,
    quantity: str,
    note: str = "",
    *,
    patient: str,
    ax: Axes | None = None,
    title: str | None = AUTO,
) -> Axes:
    """Draw each constant's share of the variance, alone and with its interactions, with their intervals.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a constant, the first on top: ``name``, ``unit``, ``low`` and ``high`` (the range), ``S1``,
        ``S1_conf``, ``ST``, ``ST_conf``.
    quantity : str
        Whose variance it is.
    note : str, optional
        What must be known to read the picture; it stands under the axis.
    patient : str
        Whose quantity it is: the words of the title.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default: a new figure.
    title : str or None
        See `Panel.write_title`.

    Returns
    -------
    matplotlib.axes.Axes
    """
    panel = _rows(frame, ax)
    ax = panel.ax
    place = np.arange(len(frame))
    for shift, column, color, mark, word in (
        (-0.15, "S1", BLUE, "o", "alone (S1)"),
        (0.15, "ST", VERMILION, "s", "with its interactions (ST)"),
    ):
        ax.errorbar(frame[column], place + shift, xerr=frame[f"{column}_conf"], fmt=mark, color=color, markersize=6,
                    elinewidth=1.5, capsize=3, zorder=3, label=word)  # fmt: skip
    low = float(np.min([frame[each] - frame[f"{each}_conf"] for each in ("S1", "ST")]))
    high = float(np.max([frame[each] + frame[f"{each}_conf"] for each in ("S1", "ST")]))
    ax.set_xlim(min(low, 0.0) - 0.02, max(high, 1.0) + 0.02)
    ax.axvline(0, color=muted(), linewidth=1, zorder=1)
    _ticks(ax)
    # In somebody's Axes the names of the constants take most of the width.
    lines = [f"share of the variance of {quantity}", *textwrap.wrap(note, 80 if panel.own else 36)]
    panel.write_labels("\n".join(lines), "")
    _make_room(ax, len(frame), panel.show_legend())
    panel.write_title(title, patient)
    return ax


def _rows(frame: pd.DataFrame, given: Axes | None) -> Panel:
    # An axis of constants, each with its range under its name where there is room for both.
    panel = Panel.of(given, (8.0, 1.7 + 0.42 * len(frame)))
    row = size_in_points(panel.ax)[1] / (len(frame) + 1)
    names = []
    for name, low, high, unit in frame[["name", "low", "high", "unit"]].itertuples(index=False):
        span = f"\n{low:.3g} to {high:.3g} {'' if unit in ('1', 'fraction') else unit}".rstrip()
        names.append(f"{name}{span if panel.own or row > TWO_LINES else ''}")
    panel.ax.set_yticks(np.arange(len(frame)), names)
    panel.ax.tick_params(axis="y", length=0, labelsize=9 if panel.own else min(9, 0.75 * row))
    return panel


def _make_room(ax: Axes, rows: int, legend: float) -> None:
    # The first row is on top; a legend inside stands above it.
    ax.set_ylim(rows - 0.4, -0.6 - rows * legend / (1 - legend))


def _widen(ax: Axes, ends: npt.NDArray[np.float64], typical: float) -> None:
    # Room for the ends of the bars, and for the notes on the sides on which there is one.
    low, high = float(np.nanmin(ends, initial=typical)), float(np.nanmax(ends, initial=typical))
    margin = 0.04 * ((high - low) or abs(typical))
    low, high = low - margin, high + margin
    missing = np.isnan(ends)
    one = missing.any(axis=1) & ~missing.all(axis=1)
    above = np.nanmax(ends, axis=1, initial=typical) > typical
    sides = [bool((one & above).any()), bool((missing.any(axis=1) & ~(one & above)).any())]
    width = (high - low) / (1 - NOTE * sum(sides))
    left, right = (typical - NOTE * width if sides[0] else low), (typical + NOTE * width if sides[1] else high)
    ax.set_xlim(min(low, left), max(high, right))


def _say_missing(panel: Panel, row: float, typical: float, ends: dict[float, float]) -> None:
    # Beside the line, on the side where no bar is.
    missing = [f"{constant:.3g}" for constant, value in ends.items() if np.isnan(value)]
    if not missing:
        return
    side = -1 if any(value > typical for value in ends.values()) else 1
    where = f"at {' or '.join(missing)}"
    reached = "not reached " if len(missing) == 1 else "not reached\n"
    words = f"{reached if panel.own else 'never '}{where}"
    panel.ax.annotate(
        words, (typical, row), (6 * side, 0), textcoords="offset points", ha="right" if side < 0 else "left",
        va="center", fontsize=9 if panel.own else 7,
    )  # fmt: skip


def _signed(value: float) -> str:
    # No minus before what rounds to zero.
    return "undefined" if np.isnan(value) else f"{round(value, 2) + 0.0:+.2f}"


def _ticks(ax: Axes) -> None:
    # None outside the axis, and none below zero, where only notes and intervals reach.
    low, high = ax.get_xlim()
    ticks = np.asarray(ax.xaxis.get_major_locator().tick_values(low, high))
    ax.set_xticks(ticks[(ticks >= max(low, 0.0)) & (ticks <= high)])
