"""Repeat visits: the visible effect, the level to keep, and the gaps in which it is not kept."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from .style import BLACK, BLUE, GREY, ORANGE, axes, legend_above, tidy, time_axis

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_visits(
    days: npt.ArrayLike,
    visible: npt.ArrayLike,
    visits: Sequence[float],
    keep: float,
    spans: npt.NDArray[np.float64],
    *,
    start: datetime.date | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the visible effect over repeat visits; what is not within the level to keep is shaded.

    Parameters
    ----------
    days, visible : array_like, shape (k,)
        Days and the effect on them, a fraction of a full effect.
    visits : sequence of float
        Days of the visits.
    keep : float
        The level to keep.
    spans : ndarray, shape (s, 2)
        First and last days of the stretches in which the level is kept.
    start : datetime.date, optional
        The date of day 0: the time axis is then a calendar.
    ax : matplotlib.axes.Axes, optional
        Where to draw; default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = axes(ax)
    days, visible = np.asarray(days, dtype=float), np.asarray(visible, dtype=float)
    end = float(days[-1])
    # Between the spans, and before the first and after the last of them.
    edges = np.concatenate([[0.0], spans.ravel(), [end]]).reshape(-1, 2)
    gaps = edges[edges[:, 1] > edges[:, 0]]
    below = float(np.diff(gaps, axis=1).sum()) / end
    label = f"below the level\n({below:.1%} of the days)"
    for first, last in gaps:
        ax.axvspan(first, last, facecolor=ORANGE, alpha=0.3, edgecolor="none", label=label)
        label = "_"
    ax.axhline(keep, color=BLACK, linewidth=1.2, linestyle=(0, (5, 3)), zorder=2, label=f"level to keep\n({keep:g})")
    ax.plot(days, visible, color=BLUE, linewidth=2.5, zorder=3, label="visible effect")
    ax.plot(
        visits, np.full(len(visits), 1.08), "v", color=GREY, markersize=9, clip_on=False, zorder=4,
        label=f"visit\n({len(visits)} in all)",
    )  # fmt: skip
    legend_above(ax)
    ax.set_ylim(0, 1.12)
    ax.set_yticks(np.arange(0, 1.01, 0.2))
    time_axis(ax, end, "time since the first visit" if 0.0 in visits else "time", start)
    ax.set_ylabel("visible effect (fraction of full)", fontsize=11)
    tidy(ax)
    return ax
