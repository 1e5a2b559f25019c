"""The cascade: every step from the depot to the line in the skin, on a time axis from minutes to months."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..labels import AMOUNTS, COLUMNS, STEPS
from .style import AUTO, BLUE, BROWN, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, muted, stack, tidy, write_title

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_OWN_COLORS = {
    "light_chain": SKY, "snap25": GREEN, "release": ORANGE, "force": PURPLE, "visible": VERMILION, "depth": BROWN,
}  # fmt: skip
# The colour of each step. A step without a colour here has the colour of amounts, or the colour of fractions.
COLOR_OF = {name: _OWN_COLORS.get(name, BLUE if name in AMOUNTS else GREY) for name in STEPS}
TIME_TICKS = {
    1 / 1440: "1 min",
    10 / 1440: "10 min",
    1 / 24: "1 h",
    6 / 24: "6 h",
    1.0: "1 d",
    3.0: "3 d",
    7.0: "1 wk",
    30.0: "1 mo",
    90.0: "3 mo",
    365.0: "1 y",
    3652.5: "10 y",
}


def draw_cascade(columns: pd.DataFrame, first_visit: float, *, patient: str, title: str | None = AUTO) -> Figure:
    """Return a figure with a row for every step, each on its own scale.

    Parameters
    ----------
    columns : pandas.DataFrame
        ``time`` in days, the compartments in U, the rest as fractions of baseline.
    first_visit : float
        The day of the first visit; time counts from it.
    patient : str
        The patient and the treatment: the words of the title.
    title : str or None
        See `style.write_title`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    since = np.asarray(columns["time"], dtype=float) - first_visit
    figure, rows = stack(len(STEPS), (8.0, 8.6))
    for ax, name in zip(rows, STEPS, strict=True):
        values, color = np.asarray(columns[name], dtype=float), COLOR_OF[name]
        unit = "U" if name in AMOUNTS else ""
        top = float(values.max()) if unit else 1.0
        ax.fill_between(since, 0, values, color=color, alpha=0.25, linewidth=0)
        ax.plot(since, values, color=color, linewidth=2)
        ax.set_ylim(0, 1.08 * top if top > 0 else 1.0)
        ax.set_yticks([0, top], ["0", f"{top:.2g} {unit}".strip()])
        ax.set_ylabel(COLUMNS[name].label, rotation=0, ha="right", va="center", fontsize=10)
        tidy(ax)
        ax.tick_params(axis="y", labelsize=8, colors=muted())
        ax.yaxis.tick_right()
        ax.spines["right"].set_visible(False)
        ax.spines["left"].set_visible(False)
        ax.tick_params(length=0)
        ax.grid(axis="x", alpha=0.25, linewidth=0.8)
    last = rows[-1]
    last.set_xscale("log")
    last.set_xlim(since[0], since[-1])
    # A label near the end of the axis would overlap the scales on the right.
    ticks = {day: word for day, word in TIME_TICKS.items() if since[0] <= day <= 0.7 * since[-1]}
    last.set_xticks(list(ticks), list(ticks.values()))
    last.minorticks_off()
    last.set_xlabel("time since the first injection (logarithmic)", fontsize=11)
    write_title(figure, title, patient)
    return figure
