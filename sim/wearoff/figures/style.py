"""How every picture looks: one palette, one size, one way to get an Axes."""

from __future__ import annotations

import datetime
import io
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..checks import member

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's palette, which readers with any colour vision can tell apart (jfly.uni-koeln.de/color).
BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
SKY, PURPLE, BLACK, GREY = "#56B4E9", "#CC79A7", "#222222", "#767676"
# Of curves beside each other, in their order.
COLORS = (BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY)

SIZE = (8.0, 4.5)  # inches: the shape of a slide, and the width of a printed page
DPI = 200


class Look(NamedTuple):
    """For what a plate is made: its width in inches, and its sizes in points."""

    width: float
    text: float
    small: float
    line: float

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in inches, in the shape of a slide."""
        return self.width, self.width * 9 / 16


# A printed page between its margins (180 mm), and a slide of 16 to 9 that is read from the last row.
LOOKS = {"print": Look(7.1, 9.0, 7.0, 1.6), "slide": Look(40 / 3, 18.0, 14.0, 3.2)}


def find_look(style: str) -> Look:
    """Return the sizes of a style, ``print`` or ``slide``; another name raises `InputError`."""
    return LOOKS[member(style, LOOKS, "style")]


def sheet(size: tuple[float, float]) -> Figure:
    """Return a new, empty figure."""
    figure: Figure = _pyplot().figure(figsize=size)
    return figure


def axes(ax: Axes | None, size: tuple[float, float] = SIZE) -> Axes:
    """Return `ax`, or the Axes of a new figure."""
    if ax is not None:
        return ax
    _, new = _pyplot().subplots(figsize=size, layout="constrained")
    plain: Axes = new
    return plain


def stack(rows: int, size: tuple[float, float]) -> tuple[Figure, list[Axes]]:
    """Return a new figure with `rows` Axes above each other on one time axis."""
    figure, found = _pyplot().subplots(rows, figsize=size, sharex=True, layout="constrained", squeeze=False)
    return figure, list(found[:, 0])


def mosaic(rows: int, columns: int, size: tuple[float, float]) -> tuple[Figure, list[Axes]]:
    """Return a new figure with rows and columns of Axes, each for itself, row by row."""
    figure, found = _pyplot().subplots(rows, columns, figsize=size, layout="constrained", squeeze=False)
    return figure, list(found.ravel())


def panels(rows: list[list[str]], size: tuple[float, float], widths: Sequence[float]) -> tuple[Figure, dict[str, Axes]]:
    """Return a new figure and its Axes by name; a name that stands in several rows is one Axes over them."""
    made: tuple[Figure, dict[str, Axes]] = _pyplot().subplot_mosaic(
        rows, figsize=size, width_ratios=widths, layout="constrained"
    )
    return made


def tidy(ax: Axes) -> None:
    """Take away what carries no information."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(GREY)
    ax.tick_params(colors=BLACK, labelsize=10)


def plain(ax: Axes, look: Look) -> None:
    """Make `ax` tidy, with the sizes of a plate."""
    tidy(ax)
    ax.tick_params(labelsize=look.small)
    for label in (ax.xaxis.label, ax.yaxis.label):
        label.set_fontsize(look.small)


def frame(figure: Figure, title: str, caption: Sequence[str], look: Look) -> None:
    """Give a plate its title above, the lines of its caption below, and a margin."""
    figure.suptitle(title, x=0.015, ha="left", fontsize=1.2 * look.text, weight="bold", color=BLACK)
    lines = [line for text in caption for line in textwrap.wrap(text, 132)]
    figure.supxlabel("\n".join(lines), x=0.015, ha="left", fontsize=look.small, color=BLACK, linespacing=1.3)
    margin = look.width / 90
    figure.set_layout_engine("constrained", w_pad=margin, h_pad=margin, wspace=0.02, hspace=0.0)


def legend_above(ax: Axes, gap: float = 1.8) -> None:
    """Put the legend in one row above the axes, where it cannot meet a curve, whatever its shape.

    `gap` between its entries in widths of the font; where nothing bears a label there is no legend.
    """
    if not ax.get_legend_handles_labels()[0]:
        return
    ax.legend(
        loc="lower left",
        bbox_to_anchor=(-0.02, 1.0),
        ncols=10,
        frameon=False,
        fontsize=10,
        handletextpad=0.5,
        columnspacing=gap,
    )


def time_axis(ax: Axes, end: float, word: str, start: datetime.date | None) -> None:
    """Set the time axis from day 0 to `end`: days, or the calendar where the date of day 0 is known."""
    ax.set_xlim(0, end)
    if start is None:
        ax.set_xticks(_ticks(end))
        ax.set_xlabel(f"{word} (days)", fontsize=11)
        return
    dates = _calendar(start, end)
    labels = [f"{date:%b}\n{date:%Y}" if i == 0 or date.month == 1 else f"{date:%b}" for i, date in enumerate(dates)]
    ax.set_xticks([(date - start).days for date in dates], labels)
    ax.set_xlabel(f"date (day 0 is {start.day} {start:%B %Y})", fontsize=11)


def inner_ticks(ax: Axes) -> None:
    """Keep the ticks of the horizontal axis that lie within it."""
    low, high = ax.get_xlim()
    ax.set_xticks([tick for tick in ax.get_xticks() if low <= tick <= high])
    ax.set_xlim(low, high)


def _ticks(end: float) -> npt.NDArray[np.float64]:
    # Steps that people count in: days, weeks, months, years; no more than ten of them.
    step = next((step for step in (1, 2, 7, 14, 30, 60, 90, 180, 365) if end / step <= 10), 3650)
    return np.arange(0, end + 1e-9, step)


def _calendar(start: datetime.date, end: float) -> list[datetime.date]:
    # First days of months, of every so many that no more than thirteen are shown.
    months = end / 30.4
    step = next((step for step in (1, 2, 3, 6, 12, 24, 60) if months / step <= 13), 120)
    first = start.year * 12 + start.month - 1 + (start.day > 1)
    first += -first % step
    last = start + datetime.timedelta(days=end)
    dates = [datetime.date(month // 12, month % 12 + 1, 1) for month in range(first, first + int(months) + 2, step)]
    return [date for date in dates if date <= last]


def render(picture: Axes | Figure, kind: str) -> bytes:
    """Return a picture as the bytes of a PNG, SVG or PDF file, and close it; the same picture gives the same bytes."""
    plt = _pyplot()
    figure = picture.get_figure(root=True)
    buffer = io.BytesIO()
    undated: dict[str, Any] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(kind, {})
    with plt.rc_context({"svg.hashsalt": "wearoff"}):
        plt.figure(figure).savefig(buffer, format=kind, dpi=DPI, metadata=undated)
    plt.close(figure)
    return buffer.getvalue()


def _pyplot() -> Any:
    # Half of the time that `import wearoff` may take, and most uses draw nothing: imported by the first picture.
    from matplotlib import pyplot

    return pyplot
