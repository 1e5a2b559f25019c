"""The mechanism: nerve ending, muscle fibre and skin at a few moments, side by side, with their numbers below."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..labels import AMOUNTS, BASELINE, COLUMNS
from ..times import YEAR
from . import glyphs, layout
from .ending import Ending
from .style import AUTO, BLUE, GREEN, GREY, PURPLE, SKY, VERMILION, Look, choose_text, faint, find_look, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# The quantities that are shown as numbers, and the colours of their bars.
_NUMBERS = {"depot": BLUE, "light_chain": SKY, "snap25": GREEN, "force": PURPLE, "visible": VERMILION, "crease": GREY}
_LABEL_OF = {name: COLUMNS[name].label for name in _NUMBERS}
# In the model SNAP-25 and release are the same number.
_LABEL_OF["snap25"] = f"{COLUMNS['snap25'].label} =\n{COLUMNS['release'].label}"

# The key: height in the drawing, words, and signs. The heights are near the things that the words name.
_KEY: tuple[tuple[float, str, tuple[glyphs.Sign, ...]], ...] = (
    (138, "toxin: a dot is 1 % of\nthe first visit's uptake", (glyphs.TOXIN,)),
    (119, "toxin in an endosome,\non its way in", (glyphs.ENDOSOME, glyphs.TOXIN)),
    (104, "nerve ending", (glyphs.NERVE_PIECE,)),
    (93, "light chain, at work", (glyphs.LIGHT_CHAIN,)),
    (82, "vesicle, full", (glyphs.FULL, glyphs.LOAD)),
    (71, "vesicle, emptying", (glyphs.OPEN,)),
    (60, "SNAP-25, intact", (glyphs.INTACT,)),
    (49, "SNAP-25, cut", (glyphs.CUT,)),
    (39, "acetylcholine", (glyphs.ACETYLCHOLINE,)),
    (27, "muscle fibre", (glyphs.FIBRE, glyphs.BANDS)),
    (16, "skin, folded", (glyphs.SKIN_PIECE,)),
    (5, "crease in the skin", (glyphs.CREASED_PIECE, glyphs.CREASE)),
)

# Shares of the figure's width: the key, a gap, a title, the shortest and the tallest drawing, the numbers.
_KEY_WIDTH, _GAP, _TITLE, _SHORTEST, _TALLEST, _TABLE = 0.205, 0.014, 0.04, 0.28, 0.31, 0.175


def draw_mechanism(
    table: pd.DataFrame, whole: float, style: str = "print", *, patient: str, title: str | None = AUTO
) -> Figure:
    """Return a figure with a row of moments, each a nerve ending with its numbers; the first is before the treatment.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a moment after the treatment: ``time`` in days; ``depot``, ``free``, ``bound``, ``endosome``,
        ``light_chain`` in U; ``snap25``, ``release``, ``force``, ``visible`` and ``crease`` as fractions.
    whole : float
        Uptake of the first dose (U), which is 100 %.
    style : str
        ``print`` or ``slide``.
    patient : str
        The patient and the treatment: the words of the title.
    title : str or None
        See `style.choose_text`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        The style is not known.
    """
    look = find_look(style)
    moments: list[dict[Any, Any]] = [{**BASELINE, "time": np.nan}, *table.to_dict("records")]
    names = [name_moment(moment["time"]) for moment in moments]
    text = choose_text(title, patient)
    heading = _TITLE if text else 0.0
    # The shape of a slide is fixed, so drawings are smaller if there is a title.
    tallest = _SHORTEST if text and style == "slide" else _TALLEST
    width = min((1 - _KEY_WIDTH) / len(names) - _GAP, tallest * layout.WIDTH / layout.HEIGHT)
    drawing_height = width * layout.HEIGHT / layout.WIDTH
    broken = len(names) > 4 or max(map(len, names)) > 18
    filled = _TABLE + max(drawing_height, _SHORTEST) + (1.5 if broken else 1) * _TITLE + heading
    # A page has no empty space, a slide may have some.
    height = 9 / 16 if style == "slide" else filled + _GAP
    figure = sheet((look.width, look.width * height))
    left, bottom = (1 + _KEY_WIDTH - len(names) * (width + _GAP)) / 2, (height - filled) / 2
    if text:
        # The title is one line. The width of a bold letter is 0.65 of its size.
        size = min(1.2 * look.text, 0.97 * 72 * look.width / (0.65 * len(text)))
        figure.suptitle(text, x=0.015, y=1 - 0.4 * _TITLE / height, ha="left", fontsize=size, weight="bold")
    draw_key(place(figure, left - _KEY_WIDTH, bottom + _TABLE, _KEY_WIDTH, max(drawing_height, _SHORTEST)), look)
    top = max(1.0, *(shares(moment, whole)[name] for moment in moments for name in _NUMBERS if name in AMOUNTS))
    for i, (moment, name) in enumerate(zip(moments, names, strict=True)):
        x = left + i * (width + _GAP)
        ax = place(figure, x, bottom + _TABLE, width, drawing_height)
        Ending(ax, whole).show(moment)
        ax.set_title(name.replace(" (", "\n(") if broken else name, fontsize=look.text, pad=0.5 * look.text)
        numbers = place(figure, x, bottom, width, _TABLE - _GAP)
        Numbers(numbers, whole, look, top=top, words=i == 0).show(moment)
    return figure


def name_moment(day: float) -> str:
    """Return the name of a day: with its month from day 60 on; ``before`` for NaN."""
    if np.isnan(day):
        return "before"
    month = YEAR / 12
    return f"day {day:g}" if day < 60 else f"month {day / month:.0f} (day {day:g})"


def draw_key(ax: Axes, look: Look) -> None:
    """Draw the key in an Axes: signs with their words, as tall as the drawing beside it."""
    box = ax.get_window_extent()
    ax.set_ylim(0, layout.HEIGHT)
    ax.set_xlim(0, layout.HEIGHT * box.width / box.height)
    ax.set(xticks=[], yticks=[])
    ax.axis("off")
    for height, words, signs in _KEY:
        for layer, sign in enumerate(signs):
            low, high = (np.concatenate(sign.outlines)[:, 1].min(), np.concatenate(sign.outlines)[:, 1].max())
            glyphs.put(ax, sign, np.array([[7.5, height - (low + high) / 2]]), layer, words)
        ax.text(15.5, height, words, fontsize=look.small, va="center", linespacing=1.1)


class Numbers:
    """Bars of the quantities in per cent; `show` sets them to a moment.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    whole : float
        Uptake of the first dose (U), which is 100 %.
    look : Look
    top : float
        The end of the scale of the bars, 1 for 100 %.
    words : bool
        Whether the names of the quantities are written on the left.
    """

    def __init__(self, ax: Axes, whole: float, look: Look, *, top: float, words: bool) -> None:
        self._whole = whole
        rows = list(range(len(_NUMBERS)))
        box = ax.get_window_extent()
        # Room for the longest number and " %". The width of a character is 0.65 of the size of the type.
        characters = len(f"{100 * top:.0f}") + 3
        room = 0.65 * characters * look.small * ax.figure.dpi / 72 / box.width
        ax.set_xlim(0, top / (1 - room))
        ax.set_ylim(len(_NUMBERS) - 0.5, -0.5)
        ax.barh(rows, [top if name in AMOUNTS else 1.0 for name in _NUMBERS], height=0.5, color=faint())
        self.bars = ax.barh(rows, 0.0, height=0.5, color=list(_NUMBERS.values()))
        self.texts = [ax.text(top * 1.04, row, "", fontsize=look.small, va="center", ha="left") for row in rows]
        ax.set_xticks([])
        ax.set_yticks(rows, [word if words else "" for word in _LABEL_OF.values()], fontsize=look.small)
        ax.tick_params(length=0)
        for label in ax.get_yticklabels():
            label.set_verticalalignment("center")
        ax.spines[:].set_visible(False)

    def show(self, quantities: Mapping[Any, float]) -> None:
        """Draw the numbers of one moment; see `Ending.show`."""
        for bar, text, value in zip(self.bars, self.texts, shares(quantities, self._whole).values(), strict=True):
            bar.set_width(value)
            text.set_text(f"{100 * value:.0f} %")


def shares(quantities: Mapping[Any, float], whole: float) -> dict[str, float]:
    """Return the quantities that are shown as numbers: toxin as a fraction of `whole`, others of baseline."""
    return {name: quantities[name] / (whole if name in AMOUNTS else 1.0) for name in _NUMBERS}


def place(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Return a new Axes in a figure; all four numbers are shares of the width of the figure."""
    figure_width, figure_height = figure.get_size_inches()
    return figure.add_axes((left, bottom * figure_width / figure_height, width, height * figure_width / figure_height))
