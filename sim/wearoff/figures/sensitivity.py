"""Sensitivity: a tornado of one constant at a time, and the shares of the variance when all of them vary."""

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

NOTE_WIDTH = 0.34  # the largest share of the width for a note beside a bar
TWO_LINES = 26  # points: the height of a name with its range below


def draw_tornado(
    frame: pd.DataFrame,
    typical: float,
    word: str,
    *,
    patient: str,
    ax: Axes | None = None,
    title: str | None = AUTO,
) -> Axes:
    """Draw for each constant a bar from the quantity at the low end of its range to that at the high end.

    The function returns the Axes.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a constant, the first on top: ``name``, ``unit``, ``low`` and ``high`` (the range), ``elasticity``,
        ``at_low`` and ``at_high``; NaN or infinite if the quantity is not reached, which a note says.
    typical : float
        The quantity with unchanged constants, where the bars begin.
    word : str
        The quantity with its unit: the label of the axis.
    patient : str
        The patient and the treatment: the words of the title.
    ax : matplotlib.axes.Axes, optional
        The Axes to draw in; default: the Axes of a new figure.
    title : str or None
        See `Panel.write_title`.

    Returns
    -------
    matplotlib.axes.Axes
    """
    panel = _make_rows(frame, ax)
    ax = panel.ax
    place = list(range(len(frame)))
    ends = frame[["at_low", "at_high"]].to_numpy(dtype=float)
    ends = np.where(np.isfinite(ends), ends, np.nan)
    for column, end, color, hatch in ((0, "low", BLUE, ""), (1, "high", ORANGE, "//")):
        length = ends[:, column] - typical
        # If both ends are on one side, the shorter bar is drawn in front of the longer one.
        before = 3 + (np.abs(length) < np.abs(ends[:, 1 - column] - typical))
        bars = ax.barh(place, np.nan_to_num(length), 0.62, left=typical, color=color, hatch=hatch,
                       edgecolor=ax.get_facecolor(), label=f"{end} end of the range")  # fmt: skip
        for bar, order in zip(bars, before, strict=True):
            bar.set_zorder(float(order))
    ax.axvline(typical, color=ink(), linewidth=1.2, zorder=5, label=f"unchanged: {typical:.3g}")
    _widen(ax, ends, typical)
    for row, low, high, (at_low, at_high) in zip(place, frame["low"], frame["high"], ends, strict=True):
        _note_missing(panel, row, typical, {low: at_low, high: at_high})
    beside = ax.secondary_yaxis("right")
    beside.set_yticks(place, [_format_signed(value) for value in frame["elasticity"]])
    beside.set_ylabel("elasticity", fontsize=11, labelpad=8)
    beside.tick_params(length=0, labelsize=10)
    beside.spines["right"].set_visible(False)
    _set_ticks(ax)
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
    """Draw the share of the variance of each constant, alone and with its interactions, and return the Axes.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a constant, the first on top: ``name``, ``unit``, ``low`` and ``high`` (the range), ``S1``,
        ``S1_conf``, ``ST``, ``ST_conf``.
    quantity : str
        Whose variance it is.
    note : str, optional
        A text under the axis that readers of the picture need.
    patient : str
        The patient and the treatment: the words of the title.
    ax : matplotlib.axes.Axes, optional
        The Axes to draw in; default: the Axes of a new figure.
    title : str or None
        See `Panel.write_title`.

    Returns
    -------
    matplotlib.axes.Axes
    """
    panel = _make_rows(frame, ax)
    ax = panel.ax
    place = np.arange(len(frame))
    for shift, column, color, mark, word in (
        (-0.15, "S1", BLUE, "o", "alone (S1)"),
        (0.15, "ST", VERMILION, "s", "with its interactions (ST)"),
    ):
        ax.errorbar(frame[column], place + shift, xerr=frame[f"{column}_conf"], fmt=mark, color=color, markersize=6,
                    elinewidth=1.5, capsize=3, zorder=3, label=word)  # fmt: skip
    low = float(np.min([frame[index] - frame[f"{index}_conf"] for index in ("S1", "ST")]))
    high = float(np.max([frame[index] + frame[f"{index}_conf"] for index in ("S1", "ST")]))
    ax.set_xlim(min(low, 0.0) - 0.02, max(high, 1.0) + 0.02)
    ax.axvline(0, color=muted(), linewidth=1, zorder=1)
    _set_ticks(ax)
    # In a given Axes the names of the constants take most of the width.
    lines = [f"share of the variance of {quantity}", *textwrap.wrap(note, 80 if panel.own else 36)]
    panel.write_labels("\n".join(lines), "")
    _make_room(ax, len(frame), panel.show_legend())
    panel.write_title(title, patient)
    return ax


def _make_rows(frame: pd.DataFrame, ax: Axes | None) -> Panel:
    # Return a panel with a row for each constant. The range is below the name if there is room.
    panel = Panel.of(ax, (8.0, 1.7 + 0.42 * len(frame)))
    row_height = size_in_points(panel.ax)[1] / (len(frame) + 1)
    names = []
    for name, low, high, unit in frame[["name", "low", "high", "unit"]].itertuples(index=False):
        span = f"\n{low:.3g} to {high:.3g} {'' if unit in ('1', 'fraction') else unit}".rstrip()
        names.append(f"{name}{span if panel.own or row_height > TWO_LINES else ''}")
    panel.ax.set_yticks(np.arange(len(frame)), names)
    panel.ax.tick_params(axis="y", length=0, labelsize=9 if panel.own else min(9, 0.75 * row_height))
    return panel


def _make_room(ax: Axes, rows: int, legend: float) -> None:
    # The first row is on top. A legend inside the Axes is above it.
    ax.set_ylim(rows - 0.4, -0.6 - rows * legend / (1 - legend))


def _widen(ax: Axes, ends: npt.NDArray[np.float64], typical: float) -> None:
    # Widen the axis for the ends of the bars, and for notes on the sides that have notes.
    low, high = float(np.nanmin(ends, initial=typical)), float(np.nanmax(ends, initial=typical))
    margin = 0.04 * ((high - low) or abs(typical))
    low, high = low - margin, high + margin
    missing = np.isnan(ends)
    one = missing.any(axis=1) & ~missing.all(axis=1)
    above = np.nanmax(ends, axis=1, initial=typical) > typical
    sides = [bool((one & above).any()), bool((missing.any(axis=1) & ~(one & above)).any())]
    width = (high - low) / (1 - NOTE_WIDTH * sum(sides))
    left, right = (
        (typical - NOTE_WIDTH * width if sides[0] else low),
        (typical + NOTE_WIDTH * width if sides[1] else high),
    )
    ax.set_xlim(min(low, left), max(high, right))


def _note_missing(panel: Panel, row: float, typical: float, ends: dict[float, float]) -> None:
    # Write which ends are not reached, on the side of the line without a bar.
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


def _format_signed(value: float) -> str:
    # A value that rounds to zero has no minus.
    return "undefined" if np.isnan(value) else f"{round(value, 2) + 0.0:+.2f}"


def _set_ticks(ax: Axes) -> None:
    # Ticks are within the axis, and not below zero, where there are only notes and intervals.
    low, high = ax.get_xlim()
    ticks = np.asarray(ax.xaxis.get_major_locator().tick_values(low, high))
    ax.set_xticks(ticks[(ticks >= max(low, 0.0)) & (ticks <= high)])
