"""One patient's forecast: the effect with its bands, what was seen, and the day on which a level is lost.

A grade is not an effect. Grades have rows of their own below the effect, with their words on the right axis.
"""

from __future__ import annotations

import datetime
import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from ..labels import ASSESSORS, GRADES
from .panel import LEGEND_SIZE, Panel, size_in_points
from .style import AUTO, VERMILION, ink, mix, muted, paper, readable, shade

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.typing import ColorType

SIZE = (8.0, 5.4)  # inches: higher than other pictures, for the rows of the grades
# The heights of the rows of the grades, and of the visits, on the axis of the effect.
FIRST_ROW, ROW, VISIT_HEIGHT, TOP = -0.14, -0.085, 1.07, 1.2
GONE = len(GRADES)  # the row below the grades: the effect was seen to be gone
MARKS = {"investigator": ("o", 0.0), "subject": ("s", 0.018), "rater": ("D", -0.018)}
BANDS = (("p25", "p75", 0.3, "50 % interval"), ("p10", "p90", 0.15, "80 % interval"))


class Loss(NamedTuple):
    """When a level of the effect is lost: percentiles of the day, and the first day that the label allows."""

    keep: float
    p10: float
    p25: float
    p50: float
    p75: float
    p90: float
    label_day: float


def draw_forecast(
    curve: pd.DataFrame,
    visits: pd.DataFrame,
    seen: pd.DataFrame,
    loss: Loss,
    *,
    patient: str,
    note: str,
    start: datetime.date | None = None,
    ax: Axes | None = None,
    label: str | None = AUTO,
    title: str | None = AUTO,
) -> Axes:
    """Draw a forecast with the history before it, and return the Axes.

    Parameters
    ----------
    curve : pandas.DataFrame
        Percentiles of the visible effect: ``time, p10, p25, p50, p75, p90``.
    visits : pandas.DataFrame
        ``time, amt`` of each visit.
    seen : pandas.DataFrame
        ``day, since, grade, at_rest, assessor`` of each look. Without a grade the effect was gone.
    loss : Loss
    patient : str
        The treatment: the words of the title.
    note : str
        What a reader must know of the picture; in a given Axes it is in the legend.
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
    panel = Panel.of(ax, SIZE)
    zero = panel.find_day_zero(start)
    x, last = zero + curve["time"].to_numpy(dtype=float), zero + float(curve["time"].iloc[-1])
    color = panel.draw_curve(x, curve["p50"], panel.choose_label(label, "effect (median, 50 %, 80 %)") or "median")
    for low, high, opacity, interval in BANDS:
        look: dict[str, Any] = {"color": color, "alpha": shade(opacity), "linewidth": 0}
        panel.ax.fill_between(x, curve[low], curve[high], label=interval if panel.own else "_", **look)
    _mark_visits(panel, visits, zero, last)
    lowest = _draw_seen(panel, seen, zero, last, color)
    words = _mark_loss(panel, loss, zero, last, start)
    if panel.own:
        panel.figure.supxlabel("\n".join([*words, f"This is {note}."]), x=0.015, ha="left", fontsize=9, color=ink())
    else:
        panel.ax.plot([], [], " ", label=note)
    legend = panel.show_legend(1.4, columns=3)
    # The first visit and its dose stand beside the axis, not on it.
    panel.fit_limits((zero - 0.03 * (last - zero), last), (lowest, TOP), legend)
    panel.label_effect(visits["time"].to_list(), start)
    panel.write_title(title, patient)
    return panel.ax


def _mark_visits(panel: Panel, visits: pd.DataFrame, zero: float, last: float) -> None:
    days, doses = zero + visits["time"].to_numpy(dtype=float), [f"{units:g} U" for units in visits["amt"]]
    look: dict[str, Any] = {"color": muted(), "markersize": 8 if panel.own else 5}
    name = "visit" if panel.own else "_"
    panel.ax.plot(days, np.full(len(days), VISIT_HEIGHT), "v", clip_on=False, zorder=4, label=name, **look)
    size = 9.0 if panel.own else 7.0
    a_day = size_in_points(panel.ax)[0] / (last - zero)
    after = -math.inf  # the end of the last text, in points
    for day, dose in zip(days, doses, strict=True):
        # A dose is written if its text does not stand over the one before.
        middle, half = (day - zero) * a_day, 0.35 * size * len(dose)
        if middle - half > after:
            after = middle + half
            panel.ax.text(day, VISIT_HEIGHT + 0.05, dose, ha="center", va="bottom", fontsize=size)


def _draw_seen(panel: Panel, seen: pd.DataFrame, zero: float, last: float, color: ColorType) -> float:
    # Draw what was seen in rows below the effect, name them on the right axis, and return the lowest height.
    if seen.empty:
        return 0.0
    gone = seen["grade"].isna()
    words = [*GRADES, *(["gone"] if gone.any() else [])]
    rows = FIRST_ROW + ROW * np.arange(len(words))
    panel.ax.axhline(0, color=muted(), linewidth=0.8, zorder=1)
    panel.ax.hlines(rows, zero, last, color=mix(paper(), muted(), 0.4), linewidth=0.6, zorder=1)
    axis = panel.ax.secondary_yaxis("right")
    # Where there is no room for the words of all rows, the first and the last row have theirs.
    shown = slice(None) if panel.own else slice(None, None, len(rows) - 1)
    axis.set_yticks(rows[shown], words[shown], fontsize=10 if panel.own else LEGEND_SIZE)
    axis.spines["right"].set_visible(False)
    axis.tick_params(length=0)
    for (assessor, at_rest), looks in seen.groupby(["assessor", "at_rest"], sort=True):
        sign, shift = MARKS[str(assessor)]
        heights = FIRST_ROW + ROW * looks["grade"].fillna(GONE).to_numpy(dtype=float) + shift
        day, since = (zero + looks[name].to_numpy(dtype=float) for name in ("day", "since"))
        known = np.isfinite(since)
        # From the last day on which the line was still better to the day on which it was not.
        panel.ax.hlines(heights[known], since[known], day[known], color=color, linewidth=1.5)
        name = f"grade by {ASSESSORS[str(assessor)].label}{', at rest' * bool(at_rest)}"
        panel.ax.plot(
            day, heights, sign, color=color, markersize=7 if panel.own else 4, zorder=4, clip_on=False,
            markerfacecolor=panel.ax.get_facecolor() if at_rest else color, label=name if panel.own else "_",
        )  # fmt: skip
    return float(rows[-1] + ROW)


def _mark_loss(panel: Panel, loss: Loss, zero: float, last: float, start: datetime.date | None) -> list[str]:
    # Mark the day of the loss with its intervals, and the label's day. Return both in words.
    color = readable(VERMILION)
    low, early, middle, late, high = (min(zero + day, last) for day in loss[1:6])
    panel.add_level(loss.keep, "_", color=ink(), linewidth=0.8, linestyle=(0, (5, 3)))
    panel.ax.plot([low, high], [loss.keep] * 2, color=color, linewidth=2, zorder=5)
    panel.ax.plot([early, late], [loss.keep] * 2, color=color, linewidth=5, zorder=5, solid_capstyle="butt")
    median, first, final = (_name(day, start) for day in (loss.p50, loss.p10, loss.p90))
    name = f"falls below {loss.keep:g}{'' if panel.own else f': {median}'}"
    look: dict[str, Any] = {"color": color, "markersize": 9 if panel.own else 5, "zorder": 6}
    mark = "D" if math.isfinite(loss.p50) else ">"
    panel.ax.plot([middle], [loss.keep], mark, label=name, markeredgecolor=panel.ax.get_facecolor(), **look)
    line: dict[str, Any] = {"color": muted(), "linewidth": 1.2, "linestyle": ":", "zorder": 2}
    panel.ax.axvline(zero + loss.label_day, label="the label's earliest day" if panel.own else "_", **line)
    return [
        f"The effect falls below {loss.keep:g} on about {median}; with a chance of 80 % between {first} and {final}.",
        f"The label allows a treatment from {_name(loss.label_day, start)}.",
    ]


def _name(day: float, start: datetime.date | None) -> str:
    if math.isinf(day):
        return "a later day"
    if start is None:
        return f"day {math.floor(day)}"
    date = start + datetime.timedelta(days=math.floor(day))
    return f"{date.day} {date:%b %Y}"
