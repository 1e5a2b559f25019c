"""An Axes to draw into: in a new figure, or somebody's, whose look, limits and labels stay."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ..checks import InputError
from .style import AUTO, BLUE, SIZE, choose_text, figure_of, legend_above, single, tidy, write_title

if TYPE_CHECKING:
    import numpy.typing as npt
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.typing import ColorType

# Steps that people count days in: days, weeks, months, years.
STEPS = (1, 2, 7, 14, 30, 60, 90, 180, 365, 730, 1825)
# Ticks of a time axis: so many at most, and so many inches of the axis for each.
MOST_TICKS, FEWEST_TICKS, ROOM = 11, 4, 0.45


class Panel(NamedTuple):
    """An Axes to draw into.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    own : bool
        Whether it is in a new figure. Then the legend stands above it and the title over the figure. In somebody's
        Axes the legend stands inside, and a title is written only where one is given.
    empty : bool
        Whether nothing had been drawn in it.
    """

    ax: Axes
    own: bool
    empty: bool

    @classmethod
    def of(cls, ax: Axes | None, size: tuple[float, float] = SIZE) -> Panel:
        """Return the panel of `ax`, or of a new figure of a size in inches."""
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
        """Draw a curve and return its colour: the first of the palette, or the next of somebody's Axes."""
        look: dict[str, Any] = {"color": BLUE, "linewidth": 2.5} if self.own else {}
        (curve,) = self.ax.plot(x, y, zorder=3, label=label or "_", **look)
        return curve.get_color()

    def add_level(self, height: float, label: str, **look: Any) -> None:
        """Draw a horizontal line with its name; a second curve in the same Axes needs no second line."""
        name = f"level {height:g}"
        if not any(line.get_gid() == name for line in self.ax.lines):
            self.ax.axhline(height, zorder=2, label=label, gid=name, **look)

    def choose_label(self, label: str | None, words: str) -> str:
        """Return the name of a curve in the legend: in a new figure the title has the words already."""
        return choose_text(label, "" if self.own else words)

    def join_lines(self, text: str) -> str:
        """Return the name of a legend's entry: on two lines above the axes, on one line inside."""
        return text if self.own else text.replace("\n", " ")

    def write_labels(self, x: str, y: str) -> None:
        """Write the labels of the axes where there are none."""
        size = 11 if self.own else None
        for axis, word in ((self.ax.xaxis, x), (self.ax.yaxis, y)):
            if not axis.get_label_text():
                axis.set_label_text(word, fontsize=size)

    def write_title(self, title: str | None, words: str) -> None:
        """Write the title: over a new figure; over somebody's Axes only where a text is given."""
        if self.own:
            write_title(self.figure, title, words)
        elif title != AUTO and title:
            self.ax.set_title(title)

    def show_legend(self, gap: float = 1.8, columns: int = 10) -> None:
        """Show the legend, if anything has a name: above new axes, inside somebody's."""
        if self.own:
            legend_above(self.ax, gap, columns)
        elif self.ax.get_legend_handles_labels()[0]:
            self.ax.legend(loc="best", fontsize="small", handlelength=1.5, borderaxespad=0.3)

    def fit_limits(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        """Widen the limits until they hold `x` and `y`; those that somebody has fixed stay."""
        if self.empty:
            self.ax.margins(0)
        self.ax.update_datalim([(x[0], y[0]), (x[1], y[1])])
        self.ax.autoscale_view()

    def find_day_zero(self, start: datetime.date | None) -> float:
        """Return where day 0 stands on the time axis: at 0, or at the number of its date on a calendar.

        With a start the axis becomes matplotlib's date axis. An axis that has days already takes no dates, and one
        that has dates takes no days.
        """
        axis, sharing = self.ax.xaxis, self.ax.get_shared_x_axes().get_siblings(self.ax)
        has_dates = any(each.xaxis.get_converter() is not None for each in sharing)
        if start is None:
            if has_dates:
                raise InputError("start is not given and ax has a calendar; allowed: a schedule with start, another ax")
            return 0.0
        if not has_dates and any(each.has_data() for each in sharing):
            raise InputError(
                f"start is {start} and ax has days, no dates; allowed: a schedule without start, another ax"
            )
        dates = _import_dates()

        self.ax.xaxis_date()
        # Somebody's own choice of ticks stays.
        if isinstance(axis.get_major_formatter(), dates.AutoDateFormatter):
            locator = dates.AutoDateLocator(minticks=3, maxticks=_most_ticks(self.ax))
            axis.set_major_locator(locator)
            axis.set_major_formatter(dates.ConciseDateFormatter(locator))
        return float(dates.date2num(start))

    def label_effect(self, visits: Sequence[float], start: datetime.date | None) -> None:
        """Put ticks and labels to the axes of a visible effect over time, with visits on these days."""
        if self.empty:
            self.ax.set_yticks([0, 0.2, 0.4, 0.6, 0.8, 1])
        separator = " " if self.own else "\n"
        since = {0: "", 1: " since the visit"}.get(len(visits), " since the first visit")
        if start is None:
            self.mark_days()
            word = f"time{since if 0.0 in visits else ''} (days)"
        else:
            word = f"date (day 0 is {start.day} {start:%B %Y})" if self.own else "date"
        self.write_labels(word, f"visible effect{separator}(fraction of full)")

    def mark_days(self) -> None:
        """Mark the days on the time axis, unless somebody has chosen its ticks."""
        from matplotlib.ticker import MultipleLocator

        if self.empty or isinstance(self.ax.xaxis.get_major_locator(), MultipleLocator):
            mark_days(self.ax)


def mark_days(ax: Axes) -> None:
    """Put the ticks of an axis of days at multiples of a step that people count in."""
    from matplotlib.ticker import MultipleLocator

    low, high = ax.get_xlim()
    most = _most_ticks(ax)
    step = next((step for step in STEPS if (high - low) / step < most), 3650)
    ax.xaxis.set_major_locator(MultipleLocator(step))


def _most_ticks(ax: Axes) -> int:
    inches = ax.get_window_extent().width / figure_of(ax).dpi
    return min(max(int(inches / ROOM), FEWEST_TICKS), MOST_TICKS)


def _import_dates() -> Any:
    # Not typed by matplotlib.
    from matplotlib import dates

    return dates
