"""A virtual trial: percentile bands of the effect, and responder rates."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .style import BLACK, BLUE, COLORS, axes, stack, tidy, time_axis

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

STYLES = ("o-", "s--", "^-.", "D:", "v-", "P--")
# Letters that fit beside each other above the axes, and what an entry of the legend takes beside its name.
WIDTH, SIGN = 90, 10


def draw_bands(bands: pd.DataFrame) -> Figure:
    """Draw the percentiles of the visible effect, an Axes an arm.

    Parameters
    ----------
    bands : pandas.DataFrame
        ``arm, time, p5, p25, p50, p75, p95``; time in days, the rest fractions of a full effect.

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
            own["time"], own["p5"], own["p95"], color=BLUE, alpha=0.15, linewidth=0, label="5th to 95th percentile"
        )
        ax.fill_between(own["time"], own["p25"], own["p75"], color=BLUE, alpha=0.3, linewidth=0, label="25th to 75th")
        ax.plot(own["time"], own["p50"], color=BLUE, linewidth=2.5, label="median")
        ax.set_ylim(0, 1.05)
        ax.set_yticks(np.arange(0, 1.01, 0.2))
        ax.set_ylabel("visible effect\n(fraction of full)", fontsize=11)
        ax.set_title(textwrap.fill(str(name), WIDTH), loc="left", fontsize=11)
        tidy(ax)
    figure.legend(*rows[0].get_legend_handles_labels(), loc="outside upper left", ncols=3, frameon=False, fontsize=10)
    time_axis(rows[-1], float(bands["time"].max()), "time since the first visit", None)
    return figure


def draw_responders(responders: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw responder rates of one endpoint day by day, with their Monte Carlo error.

    Parameters
    ----------
    responders : pandas.DataFrame
        ``arm, endpoint, assessor, day, rate, error``.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = axes(ax)
    names = [textwrap.fill(str(name), WIDTH - SIGN) for name in responders["arm"].unique()]
    for i, (_, own) in enumerate(responders.groupby("arm", sort=False)):
        style, color = STYLES[i % len(STYLES)], COLORS[i % len(COLORS)]
        ax.errorbar(
            own["day"],
            100 * own["rate"],
            100 * own["error"],
            fmt=style,
            color=color,
            ecolor=BLACK,
            label=names[i],
            capsize=3,
        )
    first = responders.iloc[0]
    ax.set_ylim(0, 105)
    ax.set_yticks(np.arange(0, 101, 20))
    ax.set_ylabel(f"{first['endpoint'].replace('_', ' ')}\nby {first['assessor']} (%)", fontsize=11)
    # In as many columns as the names leave room for, above the axes.
    columns = max(1, WIDTH // (max(map(len, names)) + SIGN))
    ax.legend(loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=columns, frameon=False, fontsize=10)
    time_axis(ax, 1.03 * max(1.0, float(responders["day"].max())), "time since the first visit", None)
    tidy(ax)
    return ax
