"""How every picture looks: the palette, the colours of the style in use, the sizes, new figures, titles."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ..checks import InputError, member

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.typing import ColorType

# Okabe and Ito's palette, which readers with any colour vision can tell apart (jfly.uni-koeln.de/color).
BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
SKY, PURPLE = "#56B4E9", "#CC79A7"
# On grounds that are light whatever the style: the drawing of a nerve ending, and the pages.
BLACK, GREY = "#222222", "#767676"
# Of curves beside each other, in their order.
COLORS = (BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY)

SIZE = (8.0, 4.5)  # inches: the shape of a slide, and the width of a printed page
DPI = 200

# The value of `title` and `label` that stands for the text which says what is shown; None stands for no text.
AUTO = "auto"

MUTED = 0.55  # opacity of what stands back: on a white page with black text it is a grey of contrast 4.7
LETTERS_AN_INCH = 11.5  # of a title
CONTRAST = 4.5  # of text to its background, at least (WCAG 2.2, criterion 1.4.3)


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


def ink() -> str:
    """Return the colour of text in matplotlib's style in use: black, or white where the style is dark."""
    from matplotlib import rcParams

    color: str = rcParams["text.color"]
    return color


def muted() -> ColorType:
    """Return the colour of what stands back: the ink, so transparent that the background shows through."""
    return ink(), MUTED


def faint() -> ColorType:
    """Return the colour of an area behind bars or a curve."""
    return ink(), 0.07


def readable(color: str, ax: Axes) -> str:
    """Return a colour of the palette for text in `ax`: mixed with the ink until its contrast is `CONTRAST`."""
    from matplotlib.colors import to_hex, to_rgb

    paper, pure, full = to_rgb(ax.get_facecolor()), to_rgb(color), to_rgb(ink())
    for step in range(20):
        red, green, blue = (((20 - step) * one + step * other) / 20 for one, other in zip(pure, full, strict=True))
        if contrast((red, green, blue), paper) >= CONTRAST:
            return to_hex((red, green, blue))
    return ink()


def contrast(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the contrast of two colours, given as red, green and blue from 0 to 1; from 1 to 21.

    As in WCAG 2.2, "contrast ratio" and "relative luminance".
    """
    dark, light = sorted(
        sum(
            weight * (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
            for weight, part in zip((0.2126, 0.7152, 0.0722), color, strict=True)
        )
        for color in (one, other)
    )
    return (light + 0.05) / (dark + 0.05)


def sheet(size: tuple[float, float]) -> Figure:
    """Return a new, empty figure."""
    figure: Figure = _pyplot().figure(figsize=size)
    return figure


def single(size: tuple[float, float]) -> Axes:
    """Return the Axes of a new figure."""
    _, ax = _pyplot().subplots(figsize=size, layout="constrained")
    new: Axes = ax
    return new


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
    ax.spines[["left", "bottom"]].set_alpha(MUTED)
    ax.tick_params(labelsize=10)


def plain(ax: Axes, look: Look) -> None:
    """Make `ax` tidy, with the sizes of a plate."""
    tidy(ax)
    ax.tick_params(labelsize=look.small)
    for label in (ax.xaxis.label, ax.yaxis.label):
        label.set_fontsize(look.small)


def choose_text(given: str | None, words: str) -> str:
    """Return the text of a title or a label: `words` where `AUTO` is given, nothing where None is."""
    return words if given == AUTO else given or ""


def write_title(figure: Figure, title: str | None, words: str) -> None:
    """Write a title over a figure: `words` where it is `AUTO`, nothing where it is None."""
    text = choose_text(title, words)
    if text:
        letters = round(LETTERS_AN_INCH * figure.get_figwidth())
        figure.suptitle(textwrap.fill(text, letters), x=0.015, ha="left", fontsize=11)


def frame(figure: Figure, title: str | None, words: str, caption: Sequence[str], look: Look) -> None:
    """Give a plate its title above, the lines of its caption below, and a margin; for the title see `write_title`."""
    text = choose_text(title, words)
    if text:
        wrapped = textwrap.fill(text, 68)
        figure.suptitle(wrapped, x=0.015, ha="left", fontsize=1.2 * look.text, weight="bold")
    lines = [line for text in caption for line in textwrap.wrap(text, 132)]
    figure.supxlabel("\n".join(lines), x=0.015, ha="left", fontsize=look.small, linespacing=1.3)
    margin = look.width / 90
    figure.set_layout_engine("constrained", w_pad=margin, h_pad=margin, wspace=0.02, hspace=0.0)


def legend_above(ax: Axes, gap: float = 1.8, columns: int = 10) -> None:
    """Put the legend above the axes, where it cannot meet a curve, whatever its shape.

    `gap` between its entries in widths of the font; where nothing bears a label there is no legend.
    """
    if ax.get_legend_handles_labels()[0]:
        ax.legend(
            loc="lower left",
            bbox_to_anchor=(-0.02, 1.0),
            ncols=columns,
            frameon=False,
            fontsize=10,
            handletextpad=0.5,
            columnspacing=gap,
        )


def inner_ticks(ax: Axes) -> None:
    """Keep the ticks of the horizontal axis that lie within it."""
    low, high = ax.get_xlim()
    ax.set_xticks([tick for tick in ax.get_xticks() if low <= tick <= high])
    ax.set_xlim(low, high)


def figure_of(picture: Axes | Figure) -> Figure:
    """Return the figure that holds a picture."""
    figure = picture.get_figure(root=True)
    if figure is None:
        raise InputError("ax is in no figure; allowed: an Axes of a figure")
    return figure


def render(picture: Axes | Figure, kind: str) -> bytes:
    """Return a picture as the bytes of a PNG, SVG or PDF file, and close it; the same picture gives the same bytes."""
    plt = _pyplot()
    figure = figure_of(picture)
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
