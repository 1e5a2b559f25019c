"""Shares of grades over time since a treatment: observed, and of simulated data (a visual predictive check)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..labels import GRADES, SINCE_LAST_TREATMENT
from .panel import Panel, mark_days
from .style import AUTO, BLUE, SIZE, ink, mosaic, muted, shade, tidy, write_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

OBSERVED, PREDICTED = "observed, 95 % interval", "simulated data, middle 95 %"


def draw_check(check: pd.DataFrame, *, shown: str, ax: Axes | None = None, title: str | None = AUTO) -> Axes:
    """Draw the share of one grade in bins of time, and return the Axes.

    Parameters
    ----------
    check : pandas.DataFrame
        ``day, grade, observed, low, high, predicted, predicted_low, predicted_high``; shares are fractions.
    shown : str
        The words of the title.
    ax : matplotlib.axes.Axes, optional
        The Axes to draw in; default: the Axes of a new figure.
    title : str or None
        See `Panel.write_title`.

    Returns
    -------
    matplotlib.axes.Axes
    """
    panel = Panel.of(ax, SIZE)
    _draw_shares(panel.ax, check)
    legend = panel.show_legend()
    panel.fit_limits((0, 1.05 * float(check["day"].max())), (0, 105), legend)
    panel.mark_days()
    panel.write_labels(SINCE_LAST_TREATMENT, f"looks with the grade {GRADES[int(check['grade'].iloc[0])]} (%)")
    panel.write_title(title, shown)
    return panel.ax


def check_figure(check: pd.DataFrame, *, shown: str, title: str | None = AUTO) -> Figure:
    """Return a figure with an Axes for each grade; the arguments are those of `draw_check`."""
    figure, axes = mosaic(2, 2, (9.0, 6.4))
    last = 1.05 * float(check["day"].max())
    for ax, (grade, own) in zip(axes, check.groupby("grade"), strict=True):
        _draw_shares(ax, own)
        tidy(ax)
        ax.set_xlim(0, last)
        ax.set_ylim(0, 105)
        ax.set_yticks(np.arange(0, 101, 25))
        mark_days(ax)
        ax.set_ylabel(f"{GRADES[int(str(grade))]} (% of looks)", fontsize=11)
    for ax in axes[2:]:
        ax.set_xlabel(SINCE_LAST_TREATMENT, fontsize=11)
    handles, names = axes[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower left", ncols=2, frameon=False, fontsize=10)
    write_title(figure, title, shown)
    return figure


def _draw_shares(ax: Axes, check: pd.DataFrame) -> None:
    day = check["day"].to_numpy(float)
    predicted, observed = 100 * check["predicted"].to_numpy(float), 100 * check["observed"].to_numpy(float)
    low, high = 100 * check["predicted_low"].to_numpy(float), 100 * check["predicted_high"].to_numpy(float)
    ax.fill_between(day, low, high, color=BLUE, alpha=shade(0.25), linewidth=0, label=PREDICTED)
    ax.plot(day, predicted, color=BLUE, linewidth=2, zorder=2, label="_")
    reach = np.stack([observed - 100 * check["low"], 100 * check["high"] - observed])
    ax.errorbar(
        day, observed, reach, fmt="o", color=ink(), ecolor=muted(), capsize=3, zorder=3, label=OBSERVED, clip_on=False
    )
