"""Repeat visits: the visible effect, the level to keep, and the gaps in which the effect is below it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .panel import Panel
from .style import AUTO, ORANGE, ink, muted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_NAMED = 9  # visits whose days have room, if they are at least half a ninth of the axis apart


def draw_visits(
    days: npt.ArrayLike,
    visible: npt.ArrayLike,
    visits: Sequence[float],
    keep: float,
    spans: npt.NDArray[np.float64],
    *,
    patient: str,
    name: str,
    start: datetime.date | None = None,
    ax: Axes | None = None,
    label: str | None = AUTO,
    title: str | None = AUTO,
) -> Axes:
    """Draw the visible effect over repeat visits, with shaded gaps below the level to keep, and return the Axes.

    Parameters
    ----------
    days, visible : array_like, shape (k,)
        Days and the effect on them, a fraction of a full effect.
    visits : sequence of float
        Days of the visits.
    keep : float
        The level to keep.
    spans : ndarray, shape (s, 2)
        First and last days of the intervals in which the level is kept.
    patient, name : str
        The patient and the treatment (the words of the title), and a short name of the curve.
    start : datetime.date, optional
        The date of day 0: the time axis is then a calendar.
    ax : matplotlib.axes.Axes, optional
        The Axes to draw in; default: the Axes of a new figure.
    label, title : str or None
        See `Panel.choose_label` and `Panel.write_title`.

    Returns
    -------
    matplotlib.axes.Axes
    """
    panel = Panel.of(ax)
    zero = panel.find_day_zero(start)
    days = np.asarray(days, dtype=float)
    end = float(days[-1])
    curve = panel.choose_label(label, name) or "visible effect"
    color = panel.draw_curve(zero + days, visible, curve)
    # The gaps are before the first interval, between intervals, and after the last one.
    edges = np.concatenate([[0.0], spans.ravel(), [end]]).reshape(-1, 2)
    gaps = edges[edges[:, 1] > edges[:, 0]]
    below = float(np.diff(gaps, axis=1).sum()) / end
    shade: dict[str, Any] = {"facecolor": ORANGE, "alpha": 0.3} if panel.own else {"facecolor": color, "alpha": 0.2}
    word = f"below the level\n({below:.1%} of the days)" if panel.own else f"below {keep:g} on {below:.1%} of the days"
    for first, last in zero + gaps:
        panel.ax.axvspan(first, last, edgecolor="none", label=word, **shade)
        word = "_"
    level = f"level to keep\n({keep:g})" if panel.own else "_"
    panel.add_level(keep, level, color=ink(), linewidth=1.2, linestyle=(0, (5, 3)))
    number = f"visit\n({len(visits)} in all)" if panel.own else "_"
    mark: dict[str, Any] = {"color": muted() if panel.own else color, "markersize": 9 if panel.own else 5}
    visit_days = zero + np.asarray(visits, dtype=float)
    panel.ax.plot(visit_days, np.full(len(visits), 1.08), "v", clip_on=False, zorder=4, label=number, **mark)
    named = panel.own and len(visits) <= MOST_NAMED and min(np.diff(visits), default=end) >= end / MOST_NAMED / 2
    if named:
        _name_visits(panel, visits, visit_days, start)
    legend = panel.show_legend()
    panel.fit_limits((zero - (0.03 * end if named else 0.0), zero + end), (0, 1.2 if named else 1.12), legend)
    panel.label_effect(visits, start)
    panel.write_title(title, patient)
    return panel.ax


def _name_visits(panel: Panel, visits: Sequence[float], places: npt.ArrayLike, start: datetime.date | None) -> None:
    # Write the day or the date of each visit over its triangle.
    for day, place in zip(visits, np.asarray(places), strict=True):
        date = None if start is None else start + datetime.timedelta(days=round(day))
        words = f"{day:g}" if date is None else f"{date.day} {date:%b}"
        panel.ax.annotate(
            words, (place, 1.08), (0, 7), textcoords="offset points", ha="center", fontsize=9, annotation_clip=False
        )
