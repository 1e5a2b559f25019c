"""Predictions through the published points, an Axes an endpoint and assessor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..labels import words
from .panel import mark_days
from .style import AUTO, COLORS, ink, mosaic, muted, paper, tidy, write_title

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

LINES = ("-", (0, (6, 2)), (0, (2, 1.5)))
EARLY = 10.0  # days: where nothing later is observed, the axis ends here
COLUMNS = 2


def draw_comparison(rows: pd.DataFrame, curves: pd.DataFrame, *, shown: str, title: str | None = AUTO) -> Figure:
    """Draw each row as a point with its interval, on the curve predicted for its arm and the band a trial would keep.

    Filled points were read in their source, hollow ones recalled; circles were used for the fit, squares were not.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``product, units, arm, endpoint, assessor, day, n, status, used_for_fit, observed, low, high``, in per cent.
    curves : pandas.DataFrame
        ``arm, endpoint, assessor, day, rate``: rates as fractions, the arms named as ``20 U onabotulinumtoxinA``.
    shown : str
        What is shown: the words of the title.
    title : str or None
        See `style.write_title`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    panels = list(rows.groupby(["endpoint", "assessor"], sort=False))
    height = -(-len(panels) // COLUMNS)
    figure, places = mosaic(height, COLUMNS, (10.0, 0.9 + 2.6 * height))
    colors = _colors(rows)
    for ax, ((endpoint, assessor), own) in zip(places, panels, strict=False):
        drawn = curves[(curves["endpoint"] == endpoint) & (curves["assessor"] == assessor)]
        _panel(ax, own, drawn, colors)
        ax.set_ylabel(f"{words(str(endpoint))}\nby {words(str(assessor))} (%)", fontsize=10)
    for ax in places[len(panels) :]:
        ax.remove()
    handles: list[Artist] = [_point(color, "read", True, product) for product, color in colors.items()]
    handles += [
        _point(ink(), "read", True, "used for the fit"),
        _point(ink(), "read", False, "only predicted"),
        _point(ink(), "memory", False, "hollow: from memory, unverified"),
    ]
    handles += _keys()
    figure.legend(handles=handles, loc="outside lower left", ncols=4, frameon=False, fontsize=10, handletextpad=0.3)
    write_title(figure, title, shown)
    return figure


def _panel(ax: Axes, own: pd.DataFrame, curves: pd.DataFrame, colors: dict[str, str]) -> None:
    last = float(own["day"].max())
    end = EARLY if last < EARLY else 5.0 * np.ceil(1.1 * last / 5)
    subjects = float(own["n"].median())
    drawn: list[pd.Series] = []
    # The smaller doses first, each with its own line.
    for name in dict.fromkeys(_arm(row) for row in own.sort_values("units").to_dict("records")):
        curve = curves[(curves["arm"] == name) & (curves["day"] <= end)]
        # Arms of equal effect share a curve.
        if any(np.allclose(curve["rate"], other) for other in drawn):
            continue
        placebo = name == "placebo"
        line = LINES[0] if placebo else LINES[min(len(drawn), len(LINES) - 1)]
        color = muted() if placebo else ink()
        if not placebo:
            drawn.append(curve["rate"])
        ax.plot(curve["day"], 100 * curve["rate"], color=color, linestyle=line, linewidth=1.8, zorder=2)
        if subjects > 0:
            half = 1.96 * np.sqrt(curve["rate"] * (1 - curve["rate"]) / subjects)
            low, high = np.maximum(curve["rate"] - half, 0), np.minimum(curve["rate"] + half, 1)
            ax.fill_between(curve["day"], 100 * low, 100 * high, color=color, alpha=0.12, linewidth=0, zorder=1)
    # Those used for the fit last, on top.
    for row in own.sort_values("used_for_fit", kind="stable").to_dict("records"):
        color = muted() if row["arm"] == "placebo" else colors[row["product"]]
        if row["low"] == row["low"]:
            ax.plot([row["day"]] * 2, [row["low"], row["high"]], color=color, linewidth=1.2, zorder=3)
        point = _point(color, row["status"], row["used_for_fit"], "")
        point.set_data([row["day"]], [row["observed"]])
        point.set(zorder=4, clip_on=False)
        ax.add_line(point)
    tidy(ax)
    ax.set_xlim(0, end)
    ax.set_ylim(0, 105)
    ax.set_yticks(range(0, 101, 25))
    mark_days(ax)
    ax.set_xlabel("time (days)", fontsize=11)


def _arm(row: dict[Any, Any]) -> str:
    return "placebo" if row["arm"] == "placebo" else f"{row['units']:g} U {row['product']}"


def _colors(rows: pd.DataFrame) -> dict[str, str]:
    treated = dict.fromkeys(rows["product"][rows["arm"] != "placebo"])
    colors = {str(product): COLORS[i % len(COLORS)] for i, product in enumerate(treated)}
    return {**colors, "placebo": muted()} if (rows["arm"] == "placebo").any() else colors


def _keys() -> list[Artist]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    return [
        Line2D([], [], color=ink(), linewidth=1.8, label="predicted"),
        Line2D([], [], color=ink(), linewidth=1.8, linestyle=LINES[1], label="predicted, a larger dose"),
        Line2D([], [], color=muted(), linewidth=1.8, label="predicted, placebo"),
        Patch(color=ink(), alpha=0.12, linewidth=0, label="95 % of trials of the usual size"),
    ]


def _point(color: str, status: str, fitted: bool, label: str) -> Line2D:
    from matplotlib.lines import Line2D

    face = paper() if status == "memory" else color
    return Line2D(
        [], [], color=color, marker="o" if fitted else "s", linestyle="none", markersize=7, markerfacecolor=face,
        markeredgewidth=1.5, label=label,
    )  # fmt: skip
