"""A fit: the residuals of the rows, and the estimates with their intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .style import AUTO, BLUE, VERMILION, faint, ink, inner_ticks, mosaic, tidy, write_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw_fit(rows: pd.DataFrame, estimates: pd.DataFrame, *, shown: str, title: str | None = AUTO) -> Figure:
    """Return a figure with the residual of every row, and every estimate relative to its start.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``arm, endpoint, assessor, day, residual``.
    estimates : pandas.DataFrame
        ``name, start, estimate, se_percent, low, high, at_bound``.
    shown : str
        The words of the title.
    title : str or None
        See `style.write_title`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    size = max(len(rows), len(estimates))
    figure, (left, right) = mosaic(1, 2, (11.0, 1.6 + 0.28 * size))
    _draw_residuals(left, rows)
    _draw_estimates(right, estimates)
    write_title(figure, title, shown)
    return figure


def _draw_residuals(ax: Axes, rows: pd.DataFrame) -> None:
    labels = []
    for row in rows.to_dict("records"):
        day = "" if row["day"] != row["day"] else f", day {row['day']:g}"
        labels.append(f"{row['arm']}: {row['endpoint'].replace('_', ' ')}{day}")
    place = np.arange(len(rows))
    ax.axvspan(-2, 2, color=faint(), linewidth=0)
    ax.hlines(place, 0, rows["residual"], color=BLUE, linewidth=2)
    ax.plot(rows["residual"], place, "o", color=BLUE, markersize=6)
    ax.axvline(0, color=ink(), linewidth=1)
    ax.set_yticks(place, labels)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    reach = 1.1 * max(3.0, float(rows["residual"].abs().max()))
    ax.set_xlim(-reach, reach)
    inner_ticks(ax)
    ax.set_xlabel("observed less predicted (standard deviations)", fontsize=11)
    tidy(ax)


def _draw_estimates(ax: Axes, estimates: pd.DataFrame) -> None:
    # An estimate is divided by its start, because the estimates have different units. A correlation may start at 0, so
    # it is drawn as the difference from its start, plus 1.
    place = np.arange(len(estimates))
    correlation = estimates["name"].str.startswith("correlation").to_numpy()
    ratio = {
        key: np.where(correlation, 1 + estimates[key] - estimates["start"], estimates[key] / estimates["start"])
        for key in ("estimate", "low", "high")
    }
    finite = np.isfinite(estimates["se_percent"].to_numpy(float))
    ax.hlines(place[finite], ratio["low"][finite], ratio["high"][finite], color=VERMILION, linewidth=2)
    ax.plot(ratio["estimate"], place, "D", color=VERMILION, markersize=6, markeredgecolor=ax.get_facecolor())
    ax.axvline(1, color=ink(), linewidth=1, linestyle=(0, (5, 3)))
    notes = np.where(finite, np.where(estimates["at_bound"], " (at its bound)", ""), " (not identifiable)")
    ax.set_yticks(place, [f"{name}{note}" for name, note in zip(estimates["name"], notes, strict=True)])
    ax.set_ylim(len(estimates) - 0.4, -0.6)
    inner_ticks(ax)
    note = "\n(a correlation: difference from the start, + 1)" if correlation.any() else ""
    ax.set_xlabel(f"estimate and 95 % interval, start = 1{note}", fontsize=11)
    tidy(ax)
