"""The effect timeline: the visible effect over the days, with its landmarks."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from .style import BLACK, BLUE, GREEN, ORANGE, PURPLE, VERMILION, axes, legend_above, tidy, time_axis

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# What each landmark is called, its colour and its mark: told apart without colour too.
LANDMARKS = {
    "onset_day": ("onset", ORANGE, "o"),
    "full_effect_day": ("full effect", GREEN, "s"),
    "peak_day": ("peak", VERMILION, "^"),
    "half_effect_day": ("half effect", PURPLE, "D"),
    "wear_off_day": ("wear-off", BLACK, "v"),
}


def draw_effect(
    days: npt.ArrayLike,
    visible: npt.ArrayLike,
    landmarks: Mapping[str, float],
    visits: Sequence[float],
    visible_from: float,
    *,
    start: datetime.date | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the visible effect with its landmarks, and a band where the effect is visible.

    Parameters
    ----------
    days, visible : array_like, shape (k,)
        Days and the effect on them, a fraction of a full effect.
    landmarks : mapping of str to float
        ``onset_day``, ``full_effect_day``, ``peak_day``, ``half_effect_day``, ``wear_off_day``; NaN is not drawn.
    visits : sequence of float
        Days of the visits.
    visible_from : float
        The effect from which on the band is drawn.
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
    ax.plot(days, visible, color=BLUE, linewidth=2.5, zorder=3)
    ax.plot(visits, np.zeros(len(visits)), "|", color=BLACK, markersize=12, markeredgewidth=2, clip_on=False, zorder=4)
    seen = visible >= visible_from
    if seen.any():
        ax.fill_between(
            days,
            0,
            1,
            where=seen.tolist(),
            transform=ax.get_xaxis_transform(),
            color=BLUE,
            alpha=0.10,
            linewidth=0,
            label=f"visible\n(≥ {visible_from:.2f})",
        )
    for name, (word, color, mark) in LANDMARKS.items():
        day = landmarks[name]
        if not np.isnan(day):
            height = np.interp(day, days, visible)
            label = f"{word}\n{_when(day, start)}"
            (point,) = ax.plot([day], [height], mark, color=color, markersize=9, zorder=5, label=label)
            point.set(markeredgecolor="white", clip_on=False)
    legend_above(ax, 1.4 if start is None else 0.6)
    ax.set_ylim(0, 1.05)
    ax.set_yticks(np.arange(0, 1.01, 0.2))
    since = {0: "", 1: " since the visit"}.get(len(visits), " since the first visit")
    time_axis(ax, float(days[-1]), f"time{since if 0.0 in visits else ''}", start)
    ax.set_ylabel("visible effect (fraction of full)", fontsize=11)
    tidy(ax)
    return ax


def _when(day: float, start: datetime.date | None) -> str:
    if start is None:
        return f"day {day:.1f}" if day < 30 else f"day {day:.0f}"
    date = start + datetime.timedelta(days=int(day))
    return f"{date.day} {date:%b %Y}"
