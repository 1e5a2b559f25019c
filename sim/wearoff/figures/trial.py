"""A virtual trial: percentile bands of the effect, and responder rates."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..labels import FROM_DATA, HIGH, LOW, SINCE_FIRST_VISIT, words
from .panel import LINE_LETTERS, Panel, mark_days, name_curves
from .style import AUTO, BLUE, COLORS, VERMILION, ink, muted, shade, stack, tidy, write_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FINE = 4  # points of a band for each of its rows
MARKS_AND_LINES = ("o-", "s--", "^-.", "D:", "v-", "P--")


def draw_bands(bands: pd.DataFrame, *, patients: str, title: str | None = AUTO) -> Figure:
    """Return a figure with the percentiles of the visible effect, an Axes for each arm.

    Parameters
    ----------
    bands : pandas.DataFrame
        ``arm, time, p5, p25, p50, p75, p95``; time in days, the rest fractions of a full effect. With ``p50_low,
        p50_high`` the interval of the median over the draws of a fit is hatched.
    patients : str
        A description of the patients: the words of the title.
    title : str or None
        See `style.write_title`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    groups = list(bands.groupby("arm", sort=False))
    arms = [(name, group) for name, group in groups if (group["p95"] > 0).any()] or groups
    of_draws = f"p50{LOW}" in bands
    figure, rows = stack(len(arms), (8.0, 1.3 + 2.9 * len(arms)))
    for ax, (name, group) in zip(rows, arms, strict=True):
        group = _smooth(group)
        ax.fill_between(
            group["time"],
            group["p5"],
            group["p95"],
            color=BLUE,
            alpha=shade(0.15),
            linewidth=0,
            label=f"5th to 95th percentile{' of patients' * of_draws}",
        )
        ax.fill_between(
            group["time"], group["p25"], group["p75"], color=BLUE, alpha=shade(0.3), linewidth=0, label="25th to 75th"
        )
        ax.plot(group["time"], group["p50"], color=BLUE, linewidth=2.5, label="median")
        if of_draws:
            _hatch(ax, group["time"], group[f"p50{LOW}"], group[f"p50{HIGH}"], f"median: {FROM_DATA}")
        ax.set_ylim(0, 1.05)
        ax.set_yticks(np.arange(0, 1.01, 0.2))
        ax.set_ylabel("visible effect\n(fraction of full)", fontsize=11)
        ax.set_title(textwrap.fill(str(name), LINE_LETTERS), loc="left", fontsize=11)
        tidy(ax)
    columns = 2 if of_draws else 3
    figure.legend(
        *rows[0].get_legend_handles_labels(), loc="outside lower left", ncols=columns, frameon=False, fontsize=10
    )
    rows[-1].set_xlim(0, float(bands["time"].max()))
    mark_days(rows[-1])
    rows[-1].set_xlabel(SINCE_FIRST_VISIT, fontsize=11)
    write_title(figure, title, patients)
    return figure


def draw_responders(
    responders: pd.DataFrame, *, patients: str, ax: Axes | None = None, title: str | None = AUTO
) -> Axes:
    """Draw responder rates of one endpoint day by day, with their Monte Carlo error, and return the Axes.

    Parameters
    ----------
    responders : pandas.DataFrame
        ``arm, endpoint, assessor, day, rate, error``. With ``rate_low, rate_high`` the interval of the rate over the
        draws of a fit is shaded.
    patients : str
        A description of the patients: the words of the title.
    ax : matplotlib.axes.Axes, optional
        The Axes to draw in, with its next colours; default: the Axes of a new figure.
    title : str or None
        See `Panel.write_title`.

    Returns
    -------
    matplotlib.axes.Axes
    """
    panel = Panel.of(ax)
    ax = panel.ax
    of_draws = f"rate{LOW}" in responders
    signs = [*responders["arm"].unique(), *([FROM_DATA] if of_draws else [])]
    names, columns = name_curves(signs)
    for i, (_, group) in enumerate(responders.groupby("arm", sort=False)):
        look: dict[str, Any] = {"color": COLORS[i % len(COLORS)]} if panel.own else {}
        rates, errors = 100 * group["rate"], 100 * group["error"]
        style = MARKS_AND_LINES[i % len(MARKS_AND_LINES)]
        bars = ax.errorbar(group["day"], rates, errors, fmt=style, ecolor=ink(), capsize=3, markersize=5, **look)
        # The sign in the legend is the curve without its error bars, which may be too small to be seen.
        bars.set_label("_")
        bars.lines[0].set_label(names[i])
        if of_draws:
            low, high = (100 * group[f"rate{end}"] for end in (LOW, HIGH))
            color = bars.lines[0].get_color()
            ax.fill_between(group["day"], low, high, color=color, alpha=shade(0.2), linewidth=0)
    if of_draws:
        ax.fill_between([], [], [], color=muted(), alpha=shade(0.3), linewidth=0, label=FROM_DATA)
    first = responders.iloc[0]
    legend = panel.show_legend(columns=columns)
    panel.fit_limits((0, 1.03 * max(1.0, float(responders["day"].max()))), (0, 105), legend)
    if panel.empty:
        ax.set_yticks(np.arange(0, 101, 20))
    panel.mark_days()
    response = f"{words(first['endpoint'])}\nby {words(first['assessor'])} (%)"
    panel.write_labels(SINCE_FIRST_VISIT, response)
    panel.write_title(title, patients)
    return ax


def _smooth(group: pd.DataFrame) -> pd.DataFrame:
    # The rows are a day or more apart, which leaves corners where the effect rises. Between them the percentiles are
    # drawn as a monotone cubic through all of them (Fritsch and Carlson 1980, SIAM J Numer Anal 17:238).
    from scipy.interpolate import PchipInterpolator

    numbers = group.select_dtypes("number")
    days = numbers["time"].to_numpy()
    if len(days) < 2:
        return group
    places = np.arange(FINE * (len(days) - 1) + 1) / FINE
    fine = np.interp(places, np.arange(len(days)), days)
    return pd.DataFrame(PchipInterpolator(days, numbers.to_numpy())(fine), columns=numbers.columns)


def _hatch(ax: Axes, days: pd.Series[float], low: pd.Series[float], high: pd.Series[float], label: str) -> None:
    # A hatched area is told from a shaded one without its colour. It is over the shades and under the curves.
    ax.fill_between(
        days, low, high, facecolor="none", edgecolor=VERMILION, hatch="////", linewidth=1.0, label=label, zorder=1.9
    )
