"""The two plots of a page, in Bokeh. They are plot once, and get new columns at every move of a slider."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from bokeh.models import ColumnDataSource, FixedTicker, HoverTool, Range1d
from bokeh.plotting import figure

from ...figures.cascade import COLOR_OF
from ...figures.effect import MARKS
from ...figures.style import BLACK, BLUE, SKY, VERMILION
from ...labels import AMOUNTS, COLUMNS, LANDMARKS, SINCE_FIRST_VISIT, STEPS


class Theme(NamedTuple):
    """The colours that depend on the background."""

    paper: str
    ink: str
    faint: str
    curve: str


LIGHT = Theme(paper="#ffffff", ink=BLACK, faint="#767676", curve=BLUE)
DARK = Theme(paper="#16191d", ink="#f0f0f0", faint="#a0a0a0", curve=SKY)

MARKERS = {"o": "circle", "s": "square", "^": "triangle", "D": "diamond", "v": "inverted_triangle"}
BAND_COLUMNS = ["time", "p5", "p25", "p50", "p75", "p95", "none_or_mild"]
TEXT_SIZE = "13px"
# The distance of two rows of the cascade is 1: the height of a row, and the height at which its name is written.
ROW_HEIGHT, NAME_HEIGHT = 0.85, 0.4
# Ticks of the cascade: a narrow screen has room for them.
CASCADE_TICKS = {1 / 24: "1 h", 1.0: "1 d", 7.0: "1 wk", 90.0: "3 mo", 3652.5: "10 y"}


class EffectPlot:
    """The plot of the visible effect with its landmarks, and optional published points and bands of a population."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self.curve = ColumnDataSource({"time": [], "visible": []}, name="drawn-curve")
        self.visits = ColumnDataSource({"time": []}, name="drawn-visits")
        self.landmarks = ColumnDataSource(
            {"day": [], "effect": [], "color": [], "marker": [], "word": []}, name="drawn-landmarks"
        )
        self.bands = ColumnDataSource({name: [] for name in BAND_COLUMNS}, name="drawn-bands")
        self.points = ColumnDataSource({"day": [], "share": [], "source": []}, name="drawn-points")
        self.figure = _make_figure(theme, height=360, y_range=Range1d(0, 1.05))
        self.figure.xaxis.axis_label = SINCE_FIRST_VISIT
        self.figure.yaxis.axis_label = "visible effect (fraction of full)"
        self._draw()

    def show(
        self,
        curve: pd.DataFrame,
        landmarks: pd.Series,
        visits: list[float],
        bands: pd.DataFrame | None,
        points: pd.DataFrame | None,
    ) -> None:
        """Draw new columns.

        Parameters
        ----------
        curve : pandas.DataFrame
            ``time`` in days and ``visible``.
        landmarks : pandas.Series
            As `Timeline.landmarks`; NaN and infinite days are not drawn.
        visits : list of float
        bands : pandas.DataFrame, optional
            From `quick_bands`; columns of NaN are not drawn.
        points : pandas.DataFrame, optional
            ``day``, ``share`` (a fraction of the patients) and ``source``.
        """
        days, effect = curve["time"].to_numpy(), curve["visible"].to_numpy()
        self.figure.x_range.end = float(days[-1])
        self.curve.data = {"time": days, "visible": effect}
        self.visits.data = {"time": np.asarray(visits)}
        reached = {name: landmarks[name] for name in MARKS if np.isfinite(landmarks[name])}
        self.landmarks.data = {
            "day": np.array(list(reached.values())),
            "effect": np.interp(list(reached.values()), days, effect),
            "color": [self.theme.ink if MARKS[name][0] == BLACK else MARKS[name][0] for name in reached],
            "marker": [MARKERS[MARKS[name][1]] for name in reached],
            "word": [LANDMARKS[name].label for name in reached],
        }
        self.bands.data = _take_columns(bands, BAND_COLUMNS)
        self.points.data = _take_columns(points, ["day", "share", "source"])

    def _draw(self) -> None:
        plot, theme = self.figure, self.theme
        edge = {"line_color": theme.paper, "line_width": 1.5}
        plot.varea("time", "p5", "p95", source=self.bands, color=theme.curve, alpha=0.15)
        plot.varea("time", "p25", "p75", source=self.bands, color=theme.curve, alpha=0.25)
        plot.line("time", "p50", source=self.bands, color=theme.curve, line_width=1.5, line_dash=[2, 3])
        plot.line("time", "none_or_mild", source=self.bands, color=VERMILION, line_width=2, line_dash=[8, 4])
        curve = plot.line("time", "visible", source=self.curve, color=theme.curve, line_width=3)
        plot.scatter(
            "time", 0, source=self.visits, marker="dash", angle=np.pi / 2, size=18, color=theme.ink, line_width=2
        )
        plot.scatter("day", "effect", source=self.landmarks, marker="marker", size=13, color="color", **edge)
        plot.scatter("day", "share", source=self.points, marker="hex", size=11, color=VERMILION, **edge)
        tooltips = [("day", "@time{0.0}"), ("visible effect", "@visible{0.000}")]
        plot.add_tools(HoverTool(renderers=[curve], mode="vline", tooltips=tooltips, line_policy="interp"))


class CascadePlot:
    """The plot of every step from the depot to the line in the skin, each in its own row on its own scale."""

    def __init__(self, theme: Theme) -> None:
        self.rows = ColumnDataSource({"time": [], **{name: [] for name in STEPS}}, name="drawn-cascade")
        self._levels = {name: len(STEPS) - 1 - i for i, name in enumerate(STEPS)}
        self.figure = _make_figure(theme, height=500, y_range=Range1d(-0.1, len(STEPS)), x_axis_type="log")
        axis, time_axis = self.figure.yaxis, self.figure.xaxis
        axis.ticker = FixedTicker(ticks=[level + NAME_HEIGHT for level in self._levels.values()])
        axis.axis_line_color = axis.major_tick_line_color = None
        axis.major_label_text_font_size = "12px"
        self.figure.ygrid.grid_line_color = None
        time_axis.ticker = FixedTicker(ticks=list(CASCADE_TICKS))
        time_axis.major_label_overrides = dict(CASCADE_TICKS)
        time_axis.axis_label = "time since the first visit (log)"
        for name, color in COLOR_OF.items():
            shade = theme.curve if color == BLUE else color
            self.figure.varea("time", self._levels[name], name, source=self.rows, color=shade, alpha=0.3)
            self.figure.line("time", name, source=self.rows, color=shade, line_width=2)

    def show(self, cascade: pd.DataFrame, first_visit: float) -> None:
        """Draw the columns of `Timeline.cascade`, each on its own scale."""
        since = cascade["time"].to_numpy() - first_visit
        rows: dict[str, Any] = {"time": since}
        labels = {}
        for name in STEPS:
            values, level, word = cascade[name].to_numpy(), self._levels[name], COLUMNS[name].label
            top = float(values.max()) if name in AMOUNTS else 1.0
            rows[name] = level + ROW_HEIGHT * values / (top or 1.0)
            labels[level + NAME_HEIGHT] = f"{word}\n{top:.2g} U at most" if name in AMOUNTS else word
        self.figure.yaxis.major_label_overrides = labels
        self.figure.x_range.update(start=float(since[0]), end=float(since[-1]))
        self.rows.data = rows


def _take_columns(frame: pd.DataFrame | None, names: list[str]) -> dict[str, Any]:
    return {name: [] if frame is None else frame[name].to_numpy() for name in names}


def _make_figure(theme: Theme, **options: Any) -> Any:
    plot = figure(
        sizing_mode="stretch_width", min_width=280, tools="", toolbar_location=None, output_backend="canvas",
        background_fill_color=theme.paper, border_fill_color=theme.paper, outline_line_color=None,
        **({"x_range": Range1d(0, 240)} if options.get("x_axis_type") != "log" else {"x_range": Range1d(1e-3, 240)}),
        **options,
    )  # fmt: skip
    for axis in (plot.xaxis, plot.yaxis):
        axis.axis_label_text_color = axis.major_label_text_color = theme.ink
        axis.axis_line_color = axis.major_tick_line_color = theme.faint
        axis.minor_tick_line_color = None
        axis.axis_label_text_font_style = "normal"
        axis.axis_label_text_font_size = axis.major_label_text_font_size = TEXT_SIZE
    plot.grid.grid_line_color = theme.faint
    plot.grid.grid_line_alpha = 0.25
    return plot
