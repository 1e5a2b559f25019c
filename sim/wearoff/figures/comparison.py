"""Predicted curves and published points, an Axes for each endpoint and assessor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..labels import name_dose, words
from .panel import mark_days
from .style import AUTO, COLORS, ink, mosaic, muted, paper, tidy, write_title

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

LINES = ("-", (0, (6, 2)), (0, (2, 1.5)))
EARLY = 10.0  # days: the end of the axis if there is no later observation
AXES_IN_A_ROW = 2
# The size of a marker, as a share of the height of an Axes, and its step to the side, as a share of the width.
MARKER, STEP_ASIDE = 0.055, 0.022


def draw_comparison(rows: pd.DataFrame, curves: pd.DataFrame, *, shown: str, title: str | None = AUTO) -> Figure:
    """Return a figure with each row as a point with its interval, and the predicted curve of its arm.

    Without rows the figure has no Axes.

    The band of a curve holds 95 % of the rates of trials of the usual size. Filled points were read in their source,
    hollow ones were recalled. Circles were used for the fit, squares were not. Points that would cover another stand
    beside it.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``product, units, arm, endpoint, assessor, day, n, status, used_for_fit, observed, low, high``, in per cent.
    curves : pandas.DataFrame
        ``arm, endpoint, assessor, day, rate``: rates as fractions, the arms named as ``20 U onabotulinumtoxinA``.
    shown : str
        The words of the title.
    title : str or None
        See `style.write_title`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    panels = list(rows.groupby(["endpoint", "assessor"], sort=False))
    height = max(1, -(-len(panels) // AXES_IN_A_ROW))
    figure, axes = mosaic(height, AXES_IN_A_ROW, (10.0, 0.9 + 2.6 * height))
    colors = _choose_colors(rows)
    for ax, ((endpoint, assessor), group) in zip(axes, panels, strict=False):
        predicted = curves[(curves["endpoint"] == endpoint) & (curves["assessor"] == assessor)]
        _draw_panel(ax, group, predicted, colors)
        ax.set_ylabel(f"{words(str(endpoint))}\nby {words(str(assessor))} (%)", fontsize=10)
    handles: list[Artist] = [_make_point(color, "read", True, product) for product, color in colors.items()]
    handles += [
        _make_point(ink(), "read", True, "used for the fit"),
        _make_point(ink(), "read", False, "only predicted"),
        _make_point(ink(), "memory", False, "hollow: from memory, unverified"),
    ]
    handles += _make_keys()
    look: dict[str, Any] = {"handles": handles, "frameon": False, "fontsize": 9, "handletextpad": 0.3}
    free = axes[len(panels) :]
    if panels and len(free):
        # The legend has the place that is free.
        free[-1].axis("off")
        key = free[-1].legend(loc="center left", bbox_to_anchor=(-0.15, 0.5), ncols=2, columnspacing=1, **look)
        key.set_in_layout(False)
    else:
        for ax in free:
            ax.remove()
        figure.legend(loc="outside lower left", ncols=4, **look)
    write_title(figure, title, shown)
    return figure


def _draw_panel(ax: Axes, rows: pd.DataFrame, curves: pd.DataFrame, colors: dict[str, str]) -> None:
    last = float(rows["day"].max())
    end = EARLY if last < EARLY else 5.0 * np.ceil(1.1 * last / 5)
    subjects = float(rows["n"].median())
    drawn: list[pd.Series] = []
    # Each arm has its own line, the smaller doses first.
    for name in dict.fromkeys(_name_arm(row) for row in rows.sort_values("units").to_dict("records")):
        curve = curves[(curves["arm"] == name) & (curves["day"] <= end)]
        # Arms with the same effect have one curve.
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
    # Points used for the fit are drawn last, on top.
    rows = rows.sort_values("used_for_fit", kind="stable")
    shifts = end * STEP_ASIDE * _find_steps_aside(rows["day"].to_numpy() / end, rows["observed"].to_numpy() / 100)
    for row, shift in zip(rows.to_dict("records"), shifts, strict=True):
        color = muted() if row["arm"] == "placebo" else colors[row["product"]]
        if row["low"] == row["low"]:
            ax.plot([row["day"] + shift] * 2, [row["low"], row["high"]], color=color, linewidth=1.2, zorder=3)
        point = _make_point(color, row["status"], row["used_for_fit"], "")
        point.set_data([row["day"] + shift], [row["observed"]])
        point.set(zorder=4, clip_on=False)
        ax.add_line(point)
    tidy(ax)
    ax.set_xlim(0, end)
    ax.set_ylim(0, 105)
    ax.set_yticks(range(0, 101, 25))
    mark_days(ax)
    ax.set_xlabel("time (days)", fontsize=11)


def _find_steps_aside(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    # Return by how many steps each point moves to the side, so that no marker covers another: 0, 1, -1, 2, ... Places
    # are shares of the axes.
    steps = np.zeros(len(x))
    for i in range(len(x)):
        for step in (0, 1, -1, 2, -2, 3, -3, 4, -4):
            steps[i] = step
            beside = np.abs(x[:i] + STEP_ASIDE * steps[:i] - x[i] - STEP_ASIDE * step) < 0.9 * STEP_ASIDE
            if not (beside & (np.abs(y[:i] - y[i]) < MARKER)).any():
                break
    return steps


def _name_arm(row: dict[Any, Any]) -> str:
    return "placebo" if row["arm"] == "placebo" else name_dose(row["units"], row["product"])


def _choose_colors(rows: pd.DataFrame) -> dict[str, str]:
    treated = dict.fromkeys(rows["product"][rows["arm"] != "placebo"])
    colors = {str(product): COLORS[i % len(COLORS)] for i, product in enumerate(treated)}
    return {**colors, "placebo": muted()} if (rows["arm"] == "placebo").any() else colors


def _make_keys() -> list[Artist]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    return [
        Line2D([], [], color=ink(), linewidth=1.8, label="predicted"),
        Line2D([], [], color=ink(), linewidth=1.8, linestyle=LINES[1], label="predicted, a larger dose"),
        Line2D([], [], color=muted(), linewidth=1.8, label="predicted, placebo"),
        Patch(color=ink(), alpha=0.12, linewidth=0, label="95 % of trials of the usual size"),
    ]


def _make_point(color: str, status: str, fitted: bool, label: str) -> Line2D:
    from matplotlib.lines import Line2D

    face = paper() if status == "memory" else color
    return Line2D(
        [], [], color=color, marker="o" if fitted else "s", linestyle="none", markersize=6, markerfacecolor=face,
        markeredgewidth=1.5, label=label,
    )  # fmt: skip
