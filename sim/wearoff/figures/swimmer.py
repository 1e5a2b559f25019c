"""Treatments over time: a lane for each patient, as in a swimming pool."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from .panel import Panel
from .style import AUTO, BLUE, VERMILION, ink, mix, muted, paper

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LANE_INCHES, MARGIN_INCHES, WIDTH_INCHES = 0.17, 1.9, 8.0
LEFT = {"dropped out": "X", "left without effect": "s"}  # the markers of how a patient left


class Mark(NamedTuple):
    """A marker: its sign, its area in square points, and its colours."""

    sign: str
    size: float
    face: str
    edge: str


def draw_treatments(
    individuals: pd.DataFrame, visits: pd.DataFrame, *, patients: str, ax: Axes | None = None, title: str | None = AUTO
) -> Axes:
    """Draw the visits and treatments of some patients, a lane each, and return the Axes.

    Patients with most treatments are above, and among them those whose second treatment was earliest.

    Parameters
    ----------
    individuals, visits : pandas.DataFrame
        Rows of one arm, as in `Trial`.
    patients : str
        A description of the patients: the words of the title.
    ax : matplotlib.axes.Axes, optional
        The Axes to draw in; default: the Axes of a new figure.
    title : str or None
        See `Panel.write_title`.

    Returns
    -------
    matplotlib.axes.Axes
    """
    order = individuals.sort_values(["treatments", "until", "patient"], ascending=[True, False, False])
    lane = {patient: place for place, patient in enumerate(order["patient"])}
    size = (WIDTH_INCHES, MARGIN_INCHES + LANE_INCHES * len(lane))
    panel = Panel.of(ax, size)
    ax = panel.ax
    first = visits.groupby("patient")["day"].min().reindex(order["patient"])
    ax.hlines(range(len(lane)), first, order["last_visit"], color=mix(paper(), muted(), 0.5), linewidth=1.5, zorder=1)
    worse = visits["investigator"] >= 2
    given = (visits["units"] > 0) | (visits["treatment"] == 0)
    marks = [
        (visits[given], Mark("^", 40, VERMILION, VERMILION), "treatment"),
        (visits[~given & ~worse], Mark("o", 14, paper(), BLUE), "none or mild at a visit"),
        (visits[~given & worse], Mark("o", 14, BLUE, BLUE), "moderate or severe"),
    ]
    for how, marker in LEFT.items():
        gone = order[order["ended"] == how]
        marks.append((gone.assign(day=gone["last_visit"]), Mark(marker, 26, ink(), ink()), how))
    for above, (rows, mark, label) in enumerate(marks):
        if len(rows):
            lanes = rows["patient"].map(lane)
            ax.scatter(
                rows["day"], lanes, mark.size, marker=mark.sign, facecolor=mark.face, edgecolor=mark.edge, label=label,
                zorder=2 + above,
            )  # fmt: skip
    legend = panel.show_legend(columns=3)
    last = float(visits["day"].max())
    panel.fit_limits((-0.02 * last, 1.03 * last), (-1, len(lane)), legend)
    ax.set_yticks([])
    panel.mark_days()
    panel.write_labels("time since the first visit (days)", "patients")
    panel.write_title(title, patients)
    return ax
