"""The trade-off of spacing: days above the level, and units a year, against the interval between visits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from .style import AUTO, BLUE, VERMILION, ink, legend_above, stack, tidy, write_title

if TYPE_CHECKING:
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure


def draw_tradeoff(
    curve: pd.DataFrame,
    compared: pd.DataFrame,
    keep: float,
    longest: float | None,
    shortest: float,
    *,
    patient: str,
    title: str | None = AUTO,
) -> Figure:
    """Return a figure with the share of days above the level and, below it, the units a year.

    Parameters
    ----------
    curve, compared : pandas.DataFrame
        ``interval`` in days, ``share_above``, ``units_per_year``: a row for each point of the curve, and for each mark
        on it.
    keep : float
        The level to keep.
    longest : float or None
        The longest interval that keeps the level in the typical patient, which is marked.
    shortest : float
        The shortest interval that the label allows, in days.
    patient : str
        The patient and the treatment: the words of the title.
    title : str or None
        See `style.write_title`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, rows = stack(2, (8.0, 5.6))
    low, high = float(curve["interval"].min()), float(curve["interval"].max())
    for ax, column, color, word, factor in (
        (rows[0], "share_above", BLUE, f"days with the effect\nat {keep:g} or more (%)", 100),
        (rows[1], "units_per_year", VERMILION, "units a year (U)", 1),
    ):
        ax.plot(curve["interval"], factor * curve[column], color=color, linewidth=2.5, zorder=3)
        ax.plot(
            compared["interval"],
            factor * compared[column],
            "o",
            color=color,
            markersize=8,
            markeredgecolor=ax.get_facecolor(),
            clip_on=False,
            zorder=4,
            label="compared",
        )
        if low < shortest:
            ax.axvspan(low, min(shortest, high), facecolor=ink(), alpha=0.11, edgecolor="none",
                       label=f"shorter than the label's {shortest:g} days")  # fmt: skip
        if longest is not None and low <= longest <= high:
            ax.axvline(longest, color=ink(), linewidth=1.5, linestyle=(0, (5, 3)), zorder=2,
                       label=f"longest that keeps it: {longest:g} days")  # fmt: skip
        ax.set_ylabel(word, fontsize=11)
        top = 100.0 if factor == 100 else float(np.max(curve[column]))
        ax.set_ylim(0, 1.08 * top)
        ax.set_yticks(_find_ticks(ax.yaxis, 0, top))
        tidy(ax)
    legend_above(rows[0])
    rows[1].set_xlim(low, high)
    rows[1].set_xticks(_find_ticks(rows[1].xaxis, low, high))
    rows[1].set_xlabel("interval between visits (days)", fontsize=11)
    write_title(figure, title, patient)
    return figure


def _find_ticks(axis: Axis, low: float, high: float) -> npt.NDArray[np.float64]:
    ticks = np.asarray(axis.get_major_locator().tick_values(low, high))
    return ticks[(ticks >= low) & (ticks <= high)]
