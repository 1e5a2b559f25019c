"""Kaplan-Meier curves of the arms of a trial, with the numbers of patients at risk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..labels import SINCE_TREATMENT, SURVIVAL, words
from .panel import LEGEND_SIZE, Panel, name_curves, size_in_points
from .style import AUTO, COLORS, SIZE, readable, shade

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D
    from matplotlib.typing import LineStyleType

    Look = tuple[Line2D, LineStyleType]

Array = npt.NDArray[np.float64]

LINES: tuple[LineStyleType, ...] = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
# Of the numbers at risk: the name by which their signs are found again, and the size of their font in a new figure; in
# sizes of the font, the height of a line and the width of a digit; in points, the length of the sign before a row, and
# the gap beside it.
AT_RISK, OWN_SIZE, LINE_HEIGHT, DIGIT, SIGN, GAP = "at risk", 9, 1.25, 0.6, 20.0, 5.0
LEAST_HEIGHT = 28.0  # points of a given Axes that they and the legend leave to the curves
TICKS_APART = 13.0  # points between the ticks of shares, at least


def draw_survival(
    table: pd.DataFrame, event: str, *, patients: str, ax: Axes | None = None, title: str | None = AUTO
) -> Axes:
    """Draw the share of patients without an event, a curve an arm with its interval, and return the Axes.

    The numbers at risk are below the axis of a new figure. In a given Axes they are inside it, below the curves: the
    Axes keeps its size, and pictures below it are not covered. They are left out where they and the legend would leave
    less than `LEAST_HEIGHT` to the curves.

    Parameters
    ----------
    table : pandas.DataFrame
        ``arm, day, at_risk, survival, low, high``; the days of an arm rise from 0.
    event : str
        The name of the event.
    patients : str
        A description of the patients: the words of the title.
    ax : matplotlib.axes.Axes, optional
        The Axes to draw in, with its next colours; default: the Axes of a new figure.
    title : str or None
        See `Panel.write_title`.

    Returns
    -------
    matplotlib.axes.Axes
    """
    arms = [group for _, group in table.groupby("arm", sort=False)]
    panel = Panel.of(ax, (SIZE[0], SIZE[1] + 0.2 * (len(arms) + 1)))
    names, columns = name_curves(table["arm"].unique())
    looks = [_draw_curve(panel, i, name, arm) for i, (name, arm) in enumerate(zip(names, arms, strict=True))]
    legend = panel.show_legend(columns=columns, sign=3.0)
    rows = AtRisk.of(panel, arms)
    panel.fit_limits(*rows.find_limits(legend), legend)
    if panel.empty:
        low, high = panel.ax.get_ylim()
        points = size_in_points(panel.ax)[1] / (high - low)
        panel.ax.set_yticks(np.arange(0, 101, 20 if 20 * points >= TICKS_APART else 50))
    panel.mark_days()
    panel.write_labels(SINCE_TREATMENT, f"patients without\n{words(event)} (%)")
    if rows.have_room(legend):
        rows.write(looks)
    panel.write_title(title, patients)
    return panel.ax


def _draw_curve(panel: Panel, index: int, name: str, arm: pd.DataFrame) -> Look:
    look: dict[str, Any] = {"color": COLORS[index % len(COLORS)], "linewidth": 2.0} if panel.own else {}
    line = LINES[index % len(LINES)]
    # All corners of the steps are points of the curve, so that matplotlib finds a place for the legend beside them.
    x, low, high, y = (np.repeat(arm[name], 2) for name in ("day", "low", "high", "survival"))
    (curve,) = panel.ax.plot(x[1:], 100 * y[:-1], linestyle=line, label=name, zorder=3, **look)
    color = curve.get_color()
    panel.ax.fill_between(x[1:], 100 * low[:-1], 100 * high[:-1], color=color, alpha=shade(0.15), linewidth=0)
    return curve, line


class AtRisk(NamedTuple):
    """The numbers of patients at risk: a heading, and a row an arm, in columns at the ticks of the time axis.

    Parameters
    ----------
    panel : Panel
    arms : list of pandas.DataFrame
        ``day, at_risk`` of each arm.
    font : float
        The size of the text in points.
    half : float
        Half of the width of the largest number in points.
    above : int
        The number of lines between the lower edge of a given Axes and its next line that is free.
    """

    panel: Panel
    arms: list[pd.DataFrame]
    font: float
    half: float
    above: int

    @classmethod
    def of(cls, panel: Panel, arms: list[pd.DataFrame]) -> Self:
        """Return the numbers of some arms, for a panel."""
        from matplotlib.font_manager import FontProperties

        font = FontProperties(size=OWN_SIZE if panel.own else LEGEND_SIZE).get_size_in_points()
        digits = max(len(_format(arm["at_risk"].max())) for arm in arms)
        written = sum(artist.get_gid() == AT_RISK for artist in panel.ax.artists)
        return cls(panel, arms, font, DIGIT * font * digits / 2, written + (written > 0))

    @property
    def share(self) -> float:
        """The share of the height of a given Axes that the numbers need below the curves."""
        lines = self.above + len(self.arms) + 1.2
        return lines * LINE_HEIGHT * self.font / size_in_points(self.panel.ax)[1]

    def have_room(self, legend: float) -> bool:
        """Return whether the numbers are written, given the share of the height that the legend needs."""
        height = (1 - legend - self.share) * size_in_points(self.panel.ax)[1]
        return self.panel.own or height >= LEAST_HEIGHT

    def find_limits(self, legend: float) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return the limits of both axes that hold the curves, and the numbers where these are inside the Axes."""
        last, top = max(1.0, self._last), 105.0
        if self.panel.own or not self.have_room(legend):
            return (0.0, last), (0.0, top)
        margin, width = self.half + GAP, size_in_points(self.panel.ax)[0]
        days = last * margin / max(width - 2 * margin, margin)
        return (-days, last + days), (-top * self.share / (1 - legend - self.share), top)

    def write(self, looks: list[Look]) -> None:
        """Write heading and rows, each with the sign of its curve, when the limits of the axes are final."""
        from matplotlib.colors import to_hex

        days = self._choose_days()
        start = -self.half - GAP
        self._write(0, days[0], start - SIGN if self.panel.own else -self.half, SURVIVAL["at_risk"].label, ha="left")
        for line, (arm, (curve, style)) in enumerate(zip(self.arms, looks, strict=True), 1):
            color = to_hex(curve.get_color())
            sign = {"color": color, "linestyle": style, "linewidth": curve.get_linewidth()}
            self._draw_sign(line, days[0], start - GAP * (not self.panel.own), sign)
            numbers = np.append(arm["at_risk"], 0)[np.searchsorted(arm["day"], days)]
            for day, number in zip(days, numbers, strict=True):
                self._write(line, day, 0.0, _format(number), ha="center", color=readable(color))

    @property
    def _last(self) -> float:
        return max(float(arm["day"].max()) for arm in self.arms)

    def _choose_days(self) -> Array:
        # Return the ticks in view at which numbers are written: all, or every second or third if room is short.
        low, high = sorted(self.panel.ax.get_xlim())
        inside = [tick for tick in self.panel.ax.get_xticks() if max(0, low) <= tick <= min(self._last, high)]
        days = np.array(inside or [max(0, low)])
        apart = np.diff(days).min(initial=high - low) * size_in_points(self.panel.ax)[0] / (high - low)
        return days[:: int(np.ceil((2 * self.half + GAP) / apart))]

    def _find_place(self, line: int) -> tuple[Any, float]:
        # Return the coordinates of a line, and its distance in points from what they begin at.
        if self.panel.own:
            return ("data", self.panel.ax.xaxis.label), -(line + 0.8) * LINE_HEIGHT * self.font
        return ("data", "axes fraction"), (self.above + len(self.arms) - line + 0.6) * LINE_HEIGHT * self.font

    def _write(self, line: int, day: float, shift: float, text: str, **look: Any) -> None:
        coordinates, height = self._find_place(line)
        look |= {"va": "center", "fontsize": self.font}
        self.panel.ax.annotate(text, (day, 0), (shift, height), coordinates, "offset points", **look)

    def _draw_sign(self, line: int, day: float, shift: float, look: dict[str, Any]) -> None:
        from matplotlib.lines import Line2D
        from matplotlib.offsetbox import AnnotationBbox, DrawingArea

        area = DrawingArea(SIGN, 4)
        area.add_artist(Line2D([0, SIGN], [2, 2], **look))
        coordinates, height = self._find_place(line)
        box = AnnotationBbox(
            area, (day, 0), (shift, height), coordinates, "offset points", box_alignment=(1, 0.5), frameon=False, pad=0
        )
        box.set_gid(AT_RISK)
        self.panel.ax.add_artist(box)


def _format(number: int) -> str:
    return f"{number:,}"
