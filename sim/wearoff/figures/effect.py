"""The effect timeline: the visible effect over the days, with its landmarks."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..labels import LANDMARKS, whole_day
from .panel import Panel
from .style import AUTO, BLACK, BLUE, GREEN, ORANGE, PURPLE, VERMILION, ink, shade

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.typing import ColorType

# The colour and the mark of each landmark; the marks differ in shape too. `BLACK` is replaced by the colour of text.
MARKS = {
    "onset_day": (ORANGE, "o"),
    "full_effect_day": (GREEN, "s"),
    "peak_day": (VERMILION, "^"),
    "half_effect_day": (PURPLE, "D"),
    "wear_off_day": (BLACK, "v"),
}


def draw_effect(
    days: npt.ArrayLike,
    visible: npt.ArrayLike,
    landmarks: Mapping[str, float],
    visits: Sequence[float],
    visible_from: float,
    *,
    patient: str,
    name: str,
    start: datetime.date | None = None,
    ax: Axes | None = None,
    label: str | None = AUTO,
    title: str | None = AUTO,
    middle: pd.DataFrame | None = None,
) -> Axes:
    """Draw the visible effect with its landmarks, and return the Axes.

    In a new figure the days on which the effect is visible are shaded, and the legend has the landmarks. In a given
    Axes there may be several curves. The curve then has the next colour of the Axes, its landmarks are small marks in
    the same colour, and the legend has the name of the curve alone.

    Parameters
    ----------
    days, visible : array_like, shape (k,)
        Days and the effect on them, a fraction of a full effect.
    landmarks : mapping of str to float
        ``onset_day``, ``full_effect_day``, ``peak_day``, ``half_effect_day``, ``wear_off_day``; NaN and
        infinite days are not drawn.
    visits : sequence of float
        Days of the visits.
    visible_from : float
        The level from which the effect is visible.
    patient, name : str
        The patient and the treatment (the words of the title), and a short name of the curve.
    start : datetime.date, optional
        The date of day 0: the time axis is then a calendar.
    ax : matplotlib.axes.Axes, optional
        The Axes to draw in; default: the Axes of a new figure.
    label, title : str or None
        See `Panel.choose_label` and `Panel.write_title`.
    middle : pandas.DataFrame, optional
        The band of the middle half of patients: ``time``, ``p25``, ``p75``.

    Returns
    -------
    matplotlib.axes.Axes
    """
    panel = Panel.of(ax)
    zero = panel.find_day_zero(start)
    x, visible = zero + np.asarray(days, dtype=float), np.asarray(visible, dtype=float)
    color = panel.draw_curve(x, visible, panel.choose_label(label, name))
    _mark_visits(panel, zero + np.asarray(visits, dtype=float), ink() if panel.own else color)
    if panel.own:
        _shade_visible(panel.ax, x, visible, visible_from)
    if middle is not None:
        _shade_middle_half(panel.ax, zero + middle["time"].to_numpy(), middle)
    for landmark, (landmark_color, mark) in MARKS.items():
        day = landmarks[landmark]
        if np.isfinite(day):
            height = np.interp(zero + day, x, visible)
            look: dict[str, Any] = {"color": color, "markersize": 5, "label": "_"}
            if panel.own:
                look = {"color": ink() if landmark_color == BLACK else landmark_color, "markersize": 9}
                look["label"] = f"{LANDMARKS[landmark].label}\n{_format_day(day, start)}"
            (point,) = panel.ax.plot([zero + day], [height], mark, zorder=5, **look)
            point.set(markeredgecolor=panel.ax.get_facecolor(), clip_on=False)
    legend = panel.show_legend(0.8, sign=1.2)
    panel.fit_limits((zero, float(x[-1])), (0, 1.05), legend)
    panel.label_effect(visits, start)
    panel.write_title(title, patient)
    return panel.ax


def _mark_visits(panel: Panel, x: npt.NDArray[np.float64], color: ColorType) -> None:
    panel.ax.plot(x, np.zeros(len(x)), "|", color=color, markersize=12, markeredgewidth=2, clip_on=False, zorder=4)


def _shade_visible(ax: Axes, x: npt.NDArray[np.float64], visible: npt.NDArray[np.float64], visible_from: float) -> None:
    above = visible >= visible_from
    if above.any():
        label = f"visible\n(≥ {visible_from:.2f})"
        full_height = ax.get_xaxis_transform()
        ax.fill_between(
            x,
            0,
            1,
            where=above.tolist(),
            transform=full_height,
            color=BLUE,
            alpha=shade(0.10),
            linewidth=0,
            label=label,
        )


def _shade_middle_half(ax: Axes, x: npt.NDArray[np.float64], middle: pd.DataFrame) -> None:
    low, high = middle["p25"].to_numpy(), middle["p75"].to_numpy()
    look: dict[str, Any] = {"color": ink(), "alpha": shade(0.10), "linewidth": 0}
    ax.fill_between(x, low, high, zorder=1.5, label="middle half\nof patients", **look)


def _format_day(day: float, start: datetime.date | None) -> str:
    if start is None:
        return f"day {whole_day(day)}"
    date = start + datetime.timedelta(days=whole_day(day))
    return f"{date.day} {date:%b}\n{date:%Y}"  # in one line the legend is wider than the axes
