"""An Axes to draw in: the Axes of a new figure, or a given Axes, whose look, limits and labels stay."""

from __future__ import annotations

import datetime
import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import InputError
from .style import AUTO, BLUE, SIZE, choose_text, figure_of, legend_above, single, tidy, write_title

if TYPE_CHECKING:
    import numpy.typing as npt
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.typing import ColorType

# Distances of ticks in days: days, weeks, months, years.
DAY_STEPS = (1, 2, 7, 14, 30, 60, 90, 180, 365, 730, 1825)
# The largest and the smallest number of ticks of a time axis.
MOST_TICKS, FEWEST_TICKS = 11, 4
# The legend inside an Axes: the size of its text, and the share of the height that it may take from the curves.
LEGEND_SIZE, LARGEST_LEGEND = "small", 0.55
# Letters in a line above a new Axes, and the width in letters of the sign of an entry of the legend.
LINE_LETTERS, SIGN_LETTERS = 90, 10


class Panel(NamedTuple):
    """An Axes to draw in.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    own : bool
        Whether it is in a new figure. The legend then is above the Axes, and the title over the figure. In a given Axes
        the legend is inside, and a title is written only if one is given.
    empty : bool
        Whether the Axes was empty.
    """

    ax: Axes
    own: bool
    empty: bool

    @classmethod
    def of(cls, ax: Axes | None, size: tuple[float, float] = SIZE) -> Panel:
        """Return the panel of `ax`, or of a new figure with a size in inches."""
        if ax is not None:
            return cls(ax, False, not ax.has_data())
        new = single(size)
        tidy(new)
        return cls(new, True, True)

    @property
    def figure(self) -> Figure:
        """The figure that holds the Axes."""
        return figure_of(self.ax)

    def draw_curve(self, x: npt.ArrayLike, y: npt.ArrayLike, label: str) -> ColorType:
        """Draw a curve and return its colour: the first of the palette, or the next of a given Axes."""
        look: dict[str, Any] = {"color": BLUE, "linewidth": 2.5} if self.own else {}
        (curve,) = self.ax.plot(x, y, zorder=3, label=label or "_", **look)
        return curve.get_color()

    def add_level(self, height: float, label: str, **look: Any) -> None:
        """Draw a horizontal line with its name, unless the Axes has this line already."""
        name = f"level {height:g}"
        if not any(line.get_gid() == name for line in self.ax.lines):
            self.ax.axhline(height, zorder=2, label=label, gid=name, **look)

    def choose_label(self, label: str | None, words: str) -> str:
        """Return the name of a curve in the legend. In a new figure it is empty by default: the title has the words."""
        return choose_text(label, "" if self.own else words)

    def write_labels(self, x: str, y: str) -> None:
        """Write the labels of axes without a label; in a given Axes, in lines no longer than the axis."""
        for axis, words, length in zip((self.ax.xaxis, self.ax.yaxis), (x, y), size_in_points(self.ax), strict=True):
            if axis.get_label_text():
                continue
            if self.own:
                axis.set_label_text(words, fontsize=11)
            else:
                letters = max(12, int(length / (0.5 * float(axis.label.get_fontsize()))))
                axis.set_label_text("\n".join(textwrap.fill(line, letters) for line in words.split("\n")))

    def write_title(self, title: str | None, words: str) -> None:
        """Write the title over a new figure; over a given Axes only if a text is given."""
        if self.own:
            write_title(self.figure, title, words)
        elif title != AUTO and title:
            self.ax.set_title(title)

    def show_legend(self, gap: float = 1.8, columns: int = 10, sign: float = 2.0) -> float:
        """Show the legend if anything has a name: above a new Axes as `legend_above` does, inside a given one.

        Returns
        -------
        float
            The share of the height of the Axes that the legend needs above the curves; 0 if it is above the Axes.
        """
        handles, names = self.ax.get_legend_handles_labels()
        if self.own or not names:
            legend_above(self.ax, gap, columns, sign)
            return 0.0
        from matplotlib.font_manager import FontProperties

        # Lengths are multiples of the font size: a letter is 0.53 wide, a sign of the legend with its gaps is 4 wide,
        # and a line with its gap is 1.7 high.
        points: float = FontProperties(size=LEGEND_SIZE).get_size_in_points()
        width, height = (length / points for length in size_in_points(self.ax))
        names = [textwrap.fill(name, max(12, int((width - 4) / 0.53))) for name in names]
        across = max(1, int(width / (0.53 * max(map(len, names)) + 4)))
        lines = -(-sum(name.count("\n") + 1 for name in names) // across)
        self.ax.legend(
            handles, names, loc="best", fontsize=LEGEND_SIZE, ncols=across, handlelength=1.5, columnspacing=1,
            borderaxespad=0.3,
        )  # fmt: skip
        share: float = (1.7 * lines + 1.1) / height
        return min(share, LARGEST_LEGEND)

    def fit_limits(self, x: tuple[float, float], y: tuple[float, float], legend: float = 0.0) -> None:
        """Widen the limits until they hold `x`, `y` and the legend above; limits that the user has fixed stay."""
        if self.empty:
            self.ax.margins(0)
        top = y[0] + (y[1] - y[0]) / (1 - legend)
        self.ax.update_datalim([(x[0], y[0]), (x[1], top)])
        self.ax.autoscale_view()

    def find_day_zero(self, start: datetime.date | None) -> float:
        """Return the position of day 0 on the time axis: 0, or the number of its date on a calendar.

        With a start the axis becomes matplotlib's date axis. An axis with days takes no dates, and an axis with dates
        takes no days.
        """
        axis, sharing = self.ax.xaxis, self.ax.get_shared_x_axes().get_siblings(self.ax)
        has_dates = any(other.xaxis.get_converter() is not None for other in sharing)
        if start is None:
            if has_dates:
                problem = "is not given and ax has a calendar"
                raise InputError("start", allowed="a schedule with start, another ax", problem=problem)
            return 0.0
        if not has_dates and any(other.has_data() for other in sharing):
            problem = f"is {start} and ax has days, no dates"
            raise InputError("start", start, "a schedule without start, another ax", problem=problem)
        dates = _import_dates()

        self.ax.xaxis_date()
        # Ticks that the user has chosen stay.
        if isinstance(axis.get_major_formatter(), dates.AutoDateFormatter):
            locator = dates.AutoDateLocator(minticks=3, maxticks=_count_ticks(self.ax, 0.4))
            axis.set_major_locator(locator)
            axis.set_major_formatter(dates.ConciseDateFormatter(locator))
        return float(dates.date2num(start))

    def label_effect(self, visits: Sequence[float], start: datetime.date | None) -> None:
        """Set ticks and labels of the axes of a visible effect over time, given the days of the visits."""
        if self.empty:
            self.ax.set_yticks([0, 0.2, 0.4, 0.6, 0.8, 1])
        since = {0: "", 1: " since the visit"}.get(len(visits), " since the first visit")
        if start is None:
            self.mark_days()
            word = f"time{since if 0.0 in visits else ''} (days)"
        else:
            word = f"date (day 0 is {start.day} {start:%B %Y})" if self.own else "date"
        self.write_labels(word, "visible effect (fraction of full)" if self.own else "visible effect (fraction)")

    def mark_days(self) -> None:
        """Set ticks at days on the time axis, unless the user has chosen the ticks."""
        from matplotlib.ticker import MultipleLocator

        if self.empty or isinstance(self.ax.xaxis.get_major_locator(), MultipleLocator):
            mark_days(self.ax)


def size_in_points(ax: Axes) -> tuple[float, float]:
    """Return width and height of an Axes in points, before the layout of the figure changes them."""
    box, dpi = ax.get_window_extent(), figure_of(ax).dpi
    return 72 * box.width / dpi, 72 * box.height / dpi


def name_curves(names: Iterable[object]) -> tuple[list[str], int]:
    """Return names as they are in a legend above a new Axes, and the number of columns for which there is room."""
    wrapped = [textwrap.fill(str(name), LINE_LETTERS - SIGN_LETTERS) for name in names]
    return wrapped, max(1, LINE_LETTERS // (max(map(len, wrapped)) + SIGN_LETTERS))


def mark_days(ax: Axes) -> None:
    """Set the ticks of an axis of days at multiples of days, weeks, months or years."""
    from matplotlib.ticker import MultipleLocator

    low, high = ax.get_xlim()
    most = _count_ticks(ax, 0.15 + 0.1 * len(f"{high:.0f}"))
    step = next((step for step in DAY_STEPS if (high - low) / step <= most), 3650)
    ax.xaxis.set_major_locator(MultipleLocator(step))


def _count_ticks(ax: Axes, room: float) -> int:
    # Return the largest number of ticks; each label needs `room` inches.
    return min(max(int(size_in_points(ax)[0] / 72 / room), FEWEST_TICKS), MOST_TICKS)


def _import_dates() -> Any:
    # matplotlib has no types for this module.
    from matplotlib import dates

    return dates
