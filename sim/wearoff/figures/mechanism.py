"""The mechanism: nerve ending, muscle and skin at a few moments, with their numbers and the seven steps."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..labels import AMOUNTS, BASELINE, COLUMNS
from ..texts import page_words
from ..times import YEAR
from . import glyphs, layout
from .ending import Ending, number_in_circle
from .style import AUTO, GREY, VERMILION, Look, choose_text, faint, find_look, sheet
from .surprises import find_surprise

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

# The quantities that are shown as numbers, and the colours of their bars: those of their signs.
_NUMBERS = {
    "depot": "heavy", "light_chain": "light", "snap25": "intact", "force": "band", "visible": VERMILION, "crease": GREY,
}  # fmt: skip
_LABEL_OF = {name: COLUMNS[name].label for name in _NUMBERS}
# In the model SNAP-25 and release are the same number.
_LABEL_OF["snap25"] = "SNAP-25 = release"

# What the steps do, and their signs; their names are those of the page.
STEPS: tuple[tuple[str, tuple[glyphs.Sign, ...]], ...] = (
    ("to SV2\nand a ganglioside", (glyphs.TOXIN,)),
    ("in a bubble,\nthe endosome", (glyphs.ENDOSOME, glyphs.TOXIN)),
    ("\nlight chain gets out", (glyphs.LIGHT_CHAIN,)),
    ("it cuts\nSNAP-25", (glyphs.INTACT, glyphs.CUT)),
    ("less\nacetylcholine", (glyphs.OPEN, glyphs.FULL)),
    ("falls when\nmost signal is gone", (glyphs.MUSCLE_PIECE,)),
    ("the fold\nsoftens", (glyphs.SKIN_PIECE,)),
)
_COUNTED = "heavy, light chain:\n4 % of the uptake"

# The words beside the first drawing: their heights in the drawing, and the keys of the page.
_PARTS = {22: "outside", 78: "skin", 146: "muscle", 260: "nerve", 376: "depot"}

# Shares of the figure's width: the words beside the drawings, gaps, title and patient, the widest drawing, the numbers,
# the list of steps; a line of small type.
_WORDS, _GAP, _TITLE, _WIDEST, _TABLE, _LIST = 0.15, 0.012, 0.062, 0.2, 0.093, 0.082
MOST_NUMBERED = 5  # drawings side by side that are large enough for the numbers of the steps
_LETTER, _LINE = 0.53, 1.2  # the mean width of a letter, and the height of a line, in sizes of the type
_NAME = 1.15  # the size of the name of a moment, in sizes of the small type


def draw_mechanism(
    table: pd.DataFrame, whole: float, style: str = "print", *, patient: str, note: str = "", title: str | None = AUTO
) -> Figure:
    """Return a figure with a row of moments, each a nerve ending with its numbers; the first is before the treatment.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a moment after the treatment: ``time`` in days; ``depot``, ``light_chain`` in U; ``snap25``,
        ``release``, ``force``, ``visible`` and ``crease`` as fractions.
    whole : float
        Uptake of the first dose (U), which is 100 %.
    style : str
        ``print`` or ``slide``.
    patient : str
        The patient and the treatment, below the title.
    note : str
        A sentence below the steps.
    title : str or None
        See `style.choose_text`; the default is the title of the page.

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
    text = choose_text(title, page_words("en")["title"])
    column = min((1 - _WORDS) / len(moments) - _GAP, _WIDEST)
    row = _Row(look, column, moments)
    line = _LINE * look.small / 72 / look.width
    note = textwrap.fill(note, round(0.97 / _letter(look)))
    heading = _TITLE if text else _GAP
    around = heading + row.name_height + row.said_height + _TABLE + _LIST + line * len(note.splitlines()) + 3 * _GAP
    drawing_height = column * layout.HEIGHT / layout.WIDTH
    height = 9 / 16 if style == "slide" else around + drawing_height
    # The shape of a slide is fixed: drawings are smaller if there is much text, and gaps are larger if there is little.
    drawing_height = min(drawing_height, height - around)
    gap = _GAP + (height - around - drawing_height) / 3
    figure = sheet((look.width, look.width * height))
    if text:
        _write_title(figure, text, patient if title == AUTO else "", look, height)
    left = (1 + _WORDS - len(moments) * (column + _GAP)) / 2
    bottom = height - heading - row.name_height - drawing_height
    width = drawing_height * layout.WIDTH / layout.HEIGHT
    table_bottom = bottom - row.said_height - gap - _TABLE
    ends = max(1.0, *(shares(moment, whole)[name] for moment in moments for name in _NUMBERS if name in AMOUNTS))
    for i, moment in enumerate(moments):
        x = left + i * (column + _GAP)
        ax = place(figure, x + (column - width) / 2, bottom, width, drawing_height)
        Ending(ax, whole, look.small if len(moments) <= MOST_NUMBERED else 0.0).show(moment)
        ax.set_title(row.names[i], fontsize=_NAME * look.small, pad=0.3 * look.text, weight="bold")
        row.write(figure, i, x, (bottom - _GAP / 2) / height)
        numbers = place(figure, x, table_bottom, column, _TABLE)
        Numbers(numbers, whole, look, top=ends, words=i == 0).show(moment)
        if i == 0:
            _write_parts_beside(
                place(figure, max(x - _WORDS, 0.0), bottom, _WORDS + (column - width) / 2, drawing_height), look
            )
    list_bottom = table_bottom - gap - _LIST
    draw_steps(place(figure, 0.015, list_bottom, 0.97, _LIST), look)
    figure.text(0.015, (list_bottom - gap / 2) / height, note, fontsize=look.small, va="top")
    return figure


class _Row:
    """The texts of a row of moments: their names, and what is said of them below."""

    def __init__(self, look: Look, column: float, moments: list[dict[Any, Any]]) -> None:
        self._small = look.small
        line = _LINE * look.small / 72 / look.width
        names = [name_moment(moment["time"]) for moment in moments]
        broken = max(map(len, names)) > column / (1.2 * _NAME * _letter(look))
        self.names = [name.replace(" (", "\n(") if broken else name for name in names]
        self.name_height = _NAME * line * (2 if broken else 1) + 0.35 * look.text / 72 / look.width
        letters = round(column / _letter(look))
        self._said = [textwrap.fill(_say(moment, moments[:i]), letters) for i, moment in enumerate(moments)]
        self.said_height = line * max(said.count("\n") + 1 for said in self._said) + _GAP / 2

    def write(self, figure: Figure, i: int, x: float, y: float) -> None:
        """Write what is said of a moment: x is a share of the width of the figure, y of its height."""
        figure.text(x, y, self._said[i], fontsize=self._small, va="top")


def _letter(look: Look) -> float:
    # The mean width of a letter of small type, as a share of the width of the figure.
    return _LETTER * look.small / 72 / look.width


def _write_title(figure: Figure, text: str, patient: str, look: Look, height: float) -> None:
    size = min(1.2 * look.text, 0.97 * 72 * look.width / (0.65 * len(text)))
    figure.suptitle(text, x=0.015, y=1 - 0.01 / height, ha="left", va="top", fontsize=size, weight="bold")
    figure.text(0.015, 1 - 0.04 / height, patient, fontsize=look.small, va="top")


def name_moment(day: float) -> str:
    """Return the name of a day: with its month from day 60 on; ``before`` for NaN."""
    if np.isnan(day):
        return "before"
    month = YEAR / 12
    return f"day {day:g}" if day < 60 else f"month {day / month:.0f} (day {day:g})"


def draw_steps(ax: Axes, look: Look, columns: int = 4) -> list[Text]:
    """Draw the list of the seven steps in an Axes, row by row, and what a sign counts; return the numbers."""
    box = ax.get_window_extent()
    points = 72 / ax.figure.dpi
    ax.set_xlim(0, box.width * points)
    ax.set_ylim(box.height * points, 0)
    ax.set(xticks=[], yticks=[])
    ax.axis("off")
    names = page_words("en")
    rows = -(-(len(STEPS) + 1) // columns)
    across, down = box.width * points / columns, box.height * points / rows
    small = look.small
    numbers: list[Text] = []
    for i, (words, signs) in enumerate([*STEPS, (_COUNTED, (glyphs.TOXIN,))]):
        x, y = across * (i % columns), down * (i // columns) + down / 2
        if i < len(STEPS):
            numbers.append(number_in_circle(ax, x + 1.1 * small, y, i + 1, small))
            words = f"{names[f'step.{i + 1}'].rstrip('.')}: {words}"
        beside = len(signs) > 1 and signs[0] is not glyphs.ENDOSOME
        scale = small / (20 if beside else 17)
        for layer, sign in enumerate(signs):
            outlines = np.concatenate([outline for part in sign.parts for outline in part.outlines])
            middle = (outlines.min(axis=0) + outlines.max(axis=0)) / 2 if sign is not glyphs.TOXIN else np.zeros(2)
            shift = (layer - 0.5) * 1.6 * small if beside else 0.0
            at = np.array([[x + 3.6 * small + shift, y]]) - scale * middle
            glyphs.put(ax, sign._replace(turned=False), at, 5 + layer, "_key", scale=scale)
        ax.text(x + 5.6 * small, y, words, fontsize=small, va="center", linespacing=1.1)
    return numbers


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
        colors = [glyphs.colors().get(color, color) for color in _NUMBERS.values()]
        self.bars = ax.barh(rows, 0.0, height=0.5, color=colors)
        self.texts = [ax.text(top * 1.04, row, "", fontsize=look.small, va="center", ha="left") for row in rows]
        ax.set_xticks([])
        ax.set_yticks(rows, [word if words else "" for word in _LABEL_OF.values()], fontsize=look.small)
        ax.tick_params(length=0)
        for label in ax.get_yticklabels():
            label.set(verticalalignment="center", linespacing=0.95)
        ax.spines[:].set_visible(False)

    def show(self, quantities: Mapping[Any, float]) -> None:
        """Draw the numbers of one moment; see `Ending.show`."""
        for bar, text, value in zip(self.bars, self.texts, shares(quantities, self._whole).values(), strict=True):
            bar.set_width(value)
            text.set_text(f"{100 * value:.0f} %")


def shares(quantities: Mapping[Any, float], whole: float) -> dict[str, float]:
    """Return the quantities that are shown as numbers: toxin as a fraction of `whole`, others of baseline."""
    return {name: quantities[name] / (whole if name in AMOUNTS else 1.0) for name in _NUMBERS}


def say_surprise(number: int, quantities: Mapping[Any, float]) -> str:
    """Return the first sentence of the page about a surprise, 1 or 2, with its numbers."""
    words = page_words("en")[f"surprise.{number}"].partition(". ")[0].rstrip(".")
    intact, force = quantities["snap25"], quantities["force"]
    return (
        words.format(cut=f"{1 - intact:.0%}", intact=f"{intact:.0%}", force=f"{force:.0%}").replace("%", "\u00a0%")
        + "."
    )


def write_parts(ax: Axes, size: float) -> None:
    """Write the words of the parts of the drawing into it, as on the page."""
    words, color = page_words("en"), glyphs.colors()["ink"]
    for x, y, key in ((16, 20, "outside"), (16, 92, "skin"), (8, 178, "muscle"), (8, 420, "depot")):
        ax.text(x, y, words[f"drawing.{key}"], fontsize=size, color=color, va="center", zorder=9)
    nerve = words["drawing.nerve"].replace(" ", "\n")
    ax.text(472, 386, nerve, fontsize=size, color=color, va="center", ha="right", zorder=9)


def place(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Return a new Axes in a figure; all four numbers are shares of the width of the figure."""
    figure_width, figure_height = figure.get_size_inches()
    return figure.add_axes((left, bottom * figure_width / figure_height, width, height * figure_width / figure_height))


def _say(moment: Mapping[Any, float], earlier: list[dict[Any, Any]]) -> str:
    # A surprise, or how much of the fold is gone.
    number = find_surprise(moment, min((each["force"] for each in earlier), default=1.0))
    if number:
        return f"Surprise: {say_surprise(number, moment)}"
    return page_words("en")["step.7.now"].format(visible=f"{100 * moment['visible']:.0f}\u00a0%")


def _write_parts_beside(ax: Axes, look: Look) -> None:
    ax.set_ylim(layout.HEIGHT, 0)
    ax.axis("off")
    for height, key in _PARTS.items():
        words = page_words("en")[f"drawing.{key}"]
        words = words if len(words) < 14 else words.replace(" in ", "\nin ")
        ax.text(0.95, height, words, fontsize=look.small, ha="right", va="center", linespacing=1.1)
