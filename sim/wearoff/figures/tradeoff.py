"""The trade-off of spacing: what an interval between visits gives, and what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..labels import ON_NEED
from .style import AUTO, BLUE, ORANGE, VERMILION, ink, legend_above, stack, tidy, write_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

SIZE = {"o": 8.0, "D": 9.5}  # of a mark, in points


class _Line(NamedTuple):
    # A column as a line: its colour, its style, and its name in the legend if the Axes has several lines.
    column: str
    color: str
    style: str = "-"
    label: str = "_"


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
    """Return a figure with the days above the level, and patients if there are many, and below it the units a year.

    Parameters
    ----------
    curve, compared : pandas.DataFrame
        ``interval`` in days, ``units_per_year``, and ``share_above`` of one patient or ``share_of_patients`` and
        ``share_of_patient_days`` of many: a row for each point of the curve, and for each mark on it. Of many patients
        `compared` also has ``policy``, and a row for treatment on need.
    keep : float
        The level to keep.
    longest : float or None
        The longest interval that keeps the level, which is marked.
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
    units = [_Line("units_per_year", VERMILION)]
    on_need = compared.iloc[:0]
    if "policy" in compared:
        on_need = compared[(compared["policy"] == ON_NEED) & np.isfinite(compared["interval"])]
        compared = compared[compared["policy"] != ON_NEED]
        days = _Line("share_of_patient_days", ORANGE, "--", f"days at {keep:g} or more")
        patients = _Line("share_of_patients", BLUE, "-", f"patients always at {keep:g} or more")
        plots = [([days, patients], "share of days,\nand of patients (%)", 100), (units, "units a year (U)", 1)]
    else:
        days = _Line("share_above", BLUE)
        plots = [([days], f"days with the effect\nat {keep:g} or more (%)", 100), (units, "units a year (U)", 1)]
    low, high = float(curve["interval"].min()), float(curve["interval"].max())
    for ax, (lines, word, factor) in zip(rows, plots, strict=True):
        for line in lines:
            x, y = curve["interval"], factor * curve[line.column]
            ax.plot(x, y, line.style, color=line.color, linewidth=2.5, zorder=3, label=line.label)
        _add_marks(ax, lines, factor, compared, "o", "compared" if len(lines) == 1 else "_")
        if len(on_need):
            _add_marks(ax, lines, factor, on_need, "D", "treated on need")
        if low < shortest:
            ax.axvspan(low, min(shortest, high), facecolor=ink(), alpha=0.11, edgecolor="none",
                       label=f"shorter than the label's {shortest:g} days")  # fmt: skip
        if longest is not None and low <= longest <= high:
            ax.axvline(longest, color=ink(), linewidth=1.5, linestyle=(0, (5, 3)), zorder=2,
                       label=f"longest that keeps it: {longest:g} days")  # fmt: skip
        ax.set_ylabel(word, fontsize=11)
        shown = pd.concat([frame[line.column] for frame in (curve, on_need) for line in lines])
        top = 100.0 if factor == 100 else float(shown.max())
        ax.set_ylim(0, 1.08 * top)
        ax.set_yticks(_find_ticks(ax.yaxis, 0, top))
        tidy(ax)
    legend_above(rows[0], columns=3 if len(plots[0][0]) == 1 else 2)
    rows[1].set_xlim(low, high)
    rows[1].set_xticks(_find_ticks(rows[1].xaxis, low, high))
    rows[1].set_xlabel("interval between visits (days)", fontsize=11)
    write_title(figure, title, patient)
    return figure


def _add_marks(ax: Axes, lines: list[_Line], factor: float, rows: pd.DataFrame, mark: str, label: str) -> None:
    # Mark some rows on every line of an Axes; the first line has the name in the legend.
    for line, name in zip(lines, [label, *["_"] * len(lines)], strict=False):
        ax.plot(rows["interval"], factor * rows[line.column], mark, color=line.color, markersize=SIZE[mark],
                markeredgecolor=ax.get_facecolor(), clip_on=False, zorder=4, label=name)  # fmt: skip


def _find_ticks(axis: Axis, low: float, high: float) -> npt.NDArray[np.float64]:
    ticks = np.asarray(axis.get_major_locator().tick_values(low, high))
    return ticks[(ticks >= low) & (ticks <= high)]
