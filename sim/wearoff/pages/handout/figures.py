"""The pictures of the hand-out: Bokeh figures of the data that the page puts into their sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...figures.style import BLACK, BLUE, GREY, ORANGE, SKY, VERMILION
from ...levels import HALF
from .curves import COURSE_DAYS, FIRST_DAYS

if TYPE_CHECKING:
    from bokeh.models import ColumnDataSource, GlyphRenderer
    from bokeh.plotting import figure

PALE = "#E4E4E4"
FONT = "Helvetica, Arial, sans-serif"
TEXT_SIZES = {"screen": "15px", "paper": "12px"}
QUARTER = 13  # weeks

# On the screen a picture fills its column. On paper it has a fixed size in pixels of 1/96 inch.
SCREEN = {"sizing_mode": "stretch_width", "height": 310}
PAPER = {"first": {"width": 236, "height": 214}, "both": {"width": 458, "height": 214}}


def make_document() -> dict[str, Any]:
    """Return a Bokeh document as JSON, and under ``roots`` the element of the page for each figure.

    The names of the sources are ``once``, ``repeat``, ``visits``, ``early`` (landmarks of the rise) and ``late``
    (landmarks of the fall). All sources are empty.
    """
    from bokeh.document import Document
    from bokeh.models import ColumnDataSource

    columns = ("week", "day", "visible", "name", "rise")
    sources = {
        name: ColumnDataSource({column: [] for column in columns}, name=name)
        for name in ("once", "repeat", "visits", "early", "late")
    }
    document = Document()
    roots = {}
    for medium in ("screen", "paper"):
        for part, draw in (("first", _draw_first_visit), ("both", _draw_all_visits)):
            size = SCREEN if medium == "screen" else PAPER[part]
            picture = draw(sources, size, TEXT_SIZES[medium])
            document.add_root(picture)
            roots[picture.id] = f"{part}-{medium}"
    return {"document": document.to_json(deferred=False), "roots": roots}


def _draw_first_visit(sources: dict[str, ColumnDataSource], size: dict[str, Any], text: str) -> figure:
    picture = _make_empty(size, text, (0, FIRST_DAYS), "days after a visit")
    picture.varea("day", 0, "visible", source=sources["once"], color=SKY, alpha=0.25)
    curve = picture.line("day", "visible", source=sources["once"], color=BLUE, line_width=3)
    _mark_points(picture, text, "day", sources["early"], BLUE)
    _add_tooltips(picture, curve)
    picture.xaxis.ticker = list(range(0, FIRST_DAYS + 1, 2))
    return picture


def _draw_all_visits(sources: dict[str, ColumnDataSource], size: dict[str, Any], text: str) -> figure:
    picture = _make_empty(size, text, (-1, COURSE_DAYS / 7), "weeks since the first visit")
    picture.varea("week", 0, "visible", source=sources["repeat"], color=SKY, alpha=0.25)
    picture.line("week", "visible", source=sources["once"], color=GREY, line_width=1.5, line_dash=[5, 4])
    curve = picture.line("week", "visible", source=sources["repeat"], color=BLUE, line_width=3)
    _mark_points(picture, text, "week", sources["late"], GREY)
    picture.scatter(
        "week", "visible", source=sources["visits"], marker="inverted_triangle", size=10, color=ORANGE, line_color=BLACK
    )
    _add_tooltips(picture, curve)
    picture.xaxis.ticker = list(range(0, COURSE_DAYS // 7 + 1, QUARTER))
    return picture


def _mark_points(picture: figure, text: str, across: str, source: ColumnDataSource, color: str) -> None:
    from bokeh.core.properties import value

    picture.scatter(across, "visible", source=source, size=9, fill_color="white", line_color=color, line_width=2.5)
    picture.text(
        across,
        "visible",
        "name",
        source=source,
        x_offset=9,
        y_offset="rise",
        text_baseline="middle",
        text_font_size=text,
        text_font=value(FONT),
        text_color=BLACK,
    )


def _add_tooltips(picture: figure, curve: GlyphRenderer) -> None:
    from bokeh.models import HoverTool, InlineStyleSheet

    tooltips = [("day", "@day{0.0}"), ("week", "@week{0.0}"), ("effect", "@visible{0.0%}")]
    picture.add_tools(HoverTool(mode="vline", renderers=[curve], tooltips=tooltips, line_policy="nearest"))
    # A finger that moves on a picture scrolls the page.
    picture.stylesheets = [InlineStyleSheet(css=".bk-events { touch-action: auto !important; }")]


def _make_empty(size: dict[str, Any], text: str, across: tuple[float, float], label: str) -> figure:
    from bokeh.models import NumeralTickFormatter, Range1d, Span
    from bokeh.plotting import figure

    picture = figure(
        **size,
        x_range=Range1d(*across),
        y_range=Range1d(0, 1.14),
        tools="",
        toolbar_location=None,
        output_backend="svg",  # sharp on paper
        background_fill_alpha=0,
        border_fill_alpha=0,
        outline_line_color=None,
        min_border_right=14,  # room for half of the last number
    )
    picture.add_layout(Span(location=HALF, dimension="width", line_color=VERMILION, line_dash=[2, 4], line_width=2))
    picture.xgrid.grid_line_color = None
    picture.ygrid.grid_line_color = PALE
    picture.yaxis.ticker = [0, 0.25, 0.5, 0.75, 1]
    picture.yaxis.formatter = NumeralTickFormatter(format="0%")
    for axis in (*picture.xaxis, *picture.yaxis):
        axis.minor_tick_line_color = None
        axis.major_tick_in = 0
        axis.axis_line_color = axis.major_tick_line_color = GREY
        axis.major_label_text_color = axis.axis_label_text_color = BLACK
        axis.major_label_text_font_size = axis.axis_label_text_font_size = text
        axis.major_label_text_font = axis.axis_label_text_font = FONT
        axis.axis_label_text_font_style = "normal"
    picture.xaxis.axis_label = label
    return picture
