"""Carry-over: the effect and the light chain that are left at each visit after the first."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..labels import COLUMNS
from .panel import Panel
from .style import AUTO, BLUE, ORANGE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Up to `MOST_LABELLED` visits have their values over the bars and their days below. More visits have no values, and
# about `LABELS` days.
MOST_LABELLED, LABELS = 13, 9


def draw_returns(
    visit: npt.ArrayLike,
    days: npt.ArrayLike,
    visible: npt.ArrayLike,
    light_chain: npt.ArrayLike,
    *,
    patient: str,
    dates: Sequence[datetime.date] | None = None,
    ax: Axes | None = None,
    title: str | None = AUTO,
) -> Axes:
    """Draw what is left at each visit as bars, and return the Axes.

    Parameters
    ----------
    visit, days : array_like, shape (k,)
        Numbers and days of the visits.
    visible, light_chain : array_like, shape (k,)
        The effect that is left, and the light chain that is left as a share of the first uptake.
    patient : str
        The patient and the treatment: the words of the title.
    dates : sequence of datetime.date, optional
        The dates of the visits, shown instead of their days.
    ax : matplotlib.axes.Axes, optional
        The Axes to draw in; default: the Axes of a new figure.
    title : str or None
        See `Panel.write_title`.

    Returns
    -------
    matplotlib.axes.Axes
    """
    panel = Panel.of(ax)
    ax = panel.ax
    place = np.arange(len(np.asarray(visit)))
    few = len(place) <= MOST_LABELLED
    for shift, values, color, hatch, unit, word in (
        (-0.2, visible, BLUE, "", "fraction of full", COLUMNS["visible"].label),
        (0.2, light_chain, ORANGE, "//", "share of the first dose taken up", COLUMNS["light_chain"].label),
    ):
        bars = ax.bar(
            place + shift,
            np.asarray(values, dtype=float),
            0.38,
            color=color,
            hatch=hatch,
            edgecolor=ax.get_facecolor(),
            label=f"{word}\n({unit})" if panel.own else word,
        )
        if few:
            ax.bar_label(bars, fmt="%.2f", padding=2, fontsize=10 if panel.own and len(place) <= 6 else 7)
    stride = 1 if few else -(-len(place) // LABELS)
    days_or_dates = (
        [f"{day:.0f}" for day in np.asarray(days)] if dates is None else [f"{d.day} {d:%b}\n{d:%Y}" for d in dates]
    )
    names = [f"{number}\n{word}" for number, word in zip(np.asarray(visit), days_or_dates, strict=True)]
    ax.set_xticks(place[::stride], names[::stride])
    middle, room = (len(place) - 1) / 2, max(len(place), 3) / 2 + 0.1
    top = 1.1 * max(1.0, float(np.max(light_chain)))
    legend = panel.show_legend()
    panel.fit_limits((middle - room, middle + room), (0, top), legend)
    panel.write_labels(f"visit, and its {'day' if dates is None else 'date'}", "left at the return")
    panel.write_title(title, patient)
    return ax
