"""The effect timeline: the visible effect over the days, with its landmarks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from .style import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, VERMILION, axes, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# What each landmark is called, its colour and mark, and where its label stands from it, in points. Under the plateau
# and right of the fall there is room whatever the constants.
_LANDMARKS = {
    "onset_day": ("onset", ORANGE, "o", (12, -3)),
    "full_effect_day": ("full effect", GREEN, "s", (14, -26)),
    "peak_day": ("peak", VERMILION, "^", (0, 10)),
    "half_effect_day": ("half effect", PURPLE, "D", (12, 4)),
    "wear_off_day": ("wear-off", BLACK, "v", (12, 4)),
}


def draw_effect(
    days: npt.ArrayLike,
    visible: npt.ArrayLike,
    landmarks: Mapping[str, float],
    visits: Sequence[float],
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw the visible effect; for a single visit its landmarks too, with a band where the effect is visible.

    Parameters
    ----------
    days, visible : array_like, shape (k,)
        Days and the effect on them, a fraction of a full effect.
    landmarks : mapping of str to float
        ``onset_day``, ``full_effect_day``, ``peak_day``, ``half_effect_day``, ``wear_off_day``; NaN is not drawn.
    visits : sequence of float
        Days of the visits.
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
    if len(visits) == 1:
        _band(ax, landmarks, float(days[-1]))
        for name, (word, color, mark, offset) in _LANDMARKS.items():
            day = landmarks[name]
            if np.isnan(day):
                continue
            height = float(np.interp(day, days, visible))
            ax.plot([day], [height], mark, color=color, markersize=8, markeredgecolor="white", zorder=5)
            ax.annotate(
                f"{word}: day {_short(day)}",
                (day, height),
                xytext=offset,
                textcoords="offset points",
                fontsize=11,
                color=BLACK,
                ha="left",
                zorder=6,
            )
    ax.set_xlim(0, days[-1])
    ax.set_ylim(0, 1.15)
    ax.set_yticks(np.arange(0, 1.01, 0.2))
    ax.set_xticks(_ticks(float(days[-1])))
    ax.set_xlabel("time since the first visit (days)" if len(visits) > 1 else "time since the visit (days)", fontsize=11)
    ax.set_ylabel("visible effect (fraction of full)", fontsize=11)
    tidy(ax)
    return ax


def _band(ax: Axes, landmarks: Mapping[str, float], end: float) -> None:
    onset, wear_off = landmarks["onset_day"], landmarks["wear_off_day"]
    if np.isnan(onset):
        return
    last = end if np.isnan(wear_off) else wear_off
    ax.axvspan(onset, last, color=BLUE, alpha=0.10, linewidth=0, zorder=0)
    until = "" if np.isnan(wear_off) else f" to {_short(wear_off)}"
    since = f"effect visible: day {_short(onset)}{until}" if until else f"effect visible from day {_short(onset)}"
    ax.annotate(since, ((onset + last) / 2, 0.045), ha="center", fontsize=10, color=GREY)


def _short(day: float) -> str:
    return f"{day:.1f}" if day < 30 else f"{day:.0f}"


def _ticks(end: float) -> npt.NDArray[np.float64]:
    # Steps that people count in: days, weeks, months, years; no more than ten of them.
    step = next((step for step in (1, 2, 7, 14, 30, 60, 90, 180, 365) if end / step <= 10), 3650)
    return np.arange(0, end + 1e-9, step)
