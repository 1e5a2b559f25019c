"""A virtual trial: percentile bands of the effect, and responder rates."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..labels import words
from .panel import Panel, mark_days
from .style import AUTO, BLUE, COLORS, ink, shade, stack, tidy, write_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

STYLES = ("o-", "s--", "^-.", "D:", "v-", "P--")
# Letters that fit beside each other above the axes, and what an entry of the legend takes beside its name.
WIDTH, SIGN = 90, 10


def draw_bands(bands: pd.DataFrame, *, patients: str, title: str | None = AUTO) -> Figure:
    """Draw the percentiles of the visible effect, an Axes an arm.

    Parameters
    ----------
    bands : pandas.DataFrame
        ``arm, time, p5, p25, p50, p75, p95``; time in days, the rest fractions of a full effect.
    patients : str
        Who is shown: the words of the title.
    title : str or None
        See `style.write_title`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    arms = [(name, own) for name, own in bands.groupby("arm", sort=False) if (own["p95"] > 0).any()] or [
        *bands.groupby("arm", sort=False)
    ]
    figure, rows = stack(len(arms), (8.0, 1.3 + 2.9 * len(arms)))
    for ax, (name, own) in zip(rows, arms, strict=True):
        ax.fill_between(
            own["time"],
            own["p5"],
            own["p95"],
            color=BLUE,
            alpha=shade(0.15),
            linewidth=0,
            label="5th to 95th percentile",
        )
        ax.fill_between(
            own["time"], own["p25"], own["p75"], color=BLUE, alpha=shade(0.3), linewidth=0, label="25th to 75th"
        )
        ax.plot(own["time"], own["p50"], color=BLUE, linewidth=2.5, label="median")
        ax.set_ylim(0, 1.05)
        ax.set_yticks(np.arange(0, 1.01, 0.2))
        ax.set_ylabel("visible effect\n(fraction of full)", fontsize=11)
        ax.set_title(textwrap.fill(str(name), WIDTH), loc="left", fontsize=11)
        tidy(ax)
    figure.legend(*rows[0].get_legend_handles_labels(), loc="outside lower left", ncols=3, frameon=False, fontsize=10)
    rows[-1].set_xlim(0, float(bands["time"].max()))
    mark_days(rows[-1])
    rows[-1].set_xlabel("time since the first visit (days)", fontsize=11)
    write_title(figure, title, patients)
    return figure


def draw_responders(
    responders: pd.DataFrame, *, patients: str, ax: Axes | None = None, title: str | None = AUTO
) -> Axes:
    """Draw responder rates of one endpoint day by day, with their Monte Carlo error.

    Parameters
    ----------
    responders : pandas.DataFrame
        ``arm, endpoint, assessor, day, rate, error``.
    patients : str
        Who is shown: the words of the title.
    ax : matplotlib.axes.Axes, optional
        Where to draw, in the next colours of that Axes; default: a new figure.
    title : str or None
        See `Panel.write_title`.

    Returns
    -------
    matplotlib.axes.Axes
    """
    panel = Panel.of(ax)
    ax = panel.ax
    names = [textwrap.fill(str(name), WIDTH - SIGN) for name in responders["arm"].unique()]
    for i, (_, own) in enumerate(responders.groupby("arm", sort=False)):
        look: dict[str, Any] = {"color": COLORS[i % len(COLORS)]} if panel.own else {}
        rates, errors = 100 * own["rate"], 100 * own["error"]
        style = STYLES[i % len(STYLES)]
        ax.errorbar(own["day"], rates, errors, fmt=style, ecolor=ink(), label=names[i], capsize=3, **look)
    first = responders.iloc[0]
    # In as many columns as the names leave room for, above the axes.
    columns = max(1, WIDTH // (max(map(len, names)) + SIGN))
    legend = panel.show_legend(columns=columns)
    panel.fit_limits((0, 1.03 * max(1.0, float(responders["day"].max()))), (0, 105), legend)
    if panel.empty:
        ax.set_yticks(np.arange(0, 101, 20))
    panel.mark_days()
    response = f"{words(first['endpoint'])}\nby {words(first['assessor'])} (%)"
    panel.write_labels("time since the first visit (days)", response)
    panel.write_title(title, patients)
    return ax
