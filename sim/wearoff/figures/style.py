"""How every picture looks: the palette, the colours of the style in use, the sizes, new figures, titles."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ..checks import check_name
from ..errors import InputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

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

# Shares of ink in what stands back: on a white page with black text a grey of contrast 4.7, and a very light one.
MUTED, FAINT = 0.55, 0.07
LETTERS_AN_INCH = 11.5  # of a title
PLATE_LETTERS, CAPTION_LETTERS = 75, 132  # across a plate, in its title and its caption
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
    return LOOKS[check_name(style, LOOKS, "style")]


def ink() -> str:
    """Return the colour of text in matplotlib's style in use: black, or white where the style is dark."""
    from matplotlib import rcParams

    color: str = rcParams["text.color"]
    return color


def paper() -> str:
    """Return the colour of the background of new Axes in matplotlib's style in use."""
    from matplotlib import rcParams
    from matplotlib.colors import to_hex, to_rgba

    faces = rcParams["axes.facecolor"], rcParams["figure.facecolor"]
    return next((to_hex(face) for face in faces if to_rgba(face)[3] > 0), "#ffffff")


def muted() -> str:
    """Return the colour of what stands back: a grey between ink and paper."""
    return mix(paper(), ink(), MUTED)


def faint() -> str:
    """Return the colour of an area behind bars or a curve."""
    return mix(paper(), ink(), FAINT)


def shade(opacity: float) -> float:
    """Return the opacity of a coloured area: on a dark ground, twice that on a light one, to be seen as well."""
    return opacity * (2 if luminance(paper()) < luminance(ink()) else 1)


def mix(one: str, other: str, share: float) -> str:
    """Return a colour between two, with a share of the other from 0 to 1."""
    from matplotlib.colors import to_hex, to_rgb

    red, green, blue = ((1 - share) * a + share * b for a, b in zip(to_rgb(one), to_rgb(other), strict=True))
    return to_hex((red, green, blue))


def readable(color: str) -> str:
    """Return a colour of the palette for text: mixed with the ink until its contrast to the paper is `CONTRAST`."""
    mixed = (mix(color, ink(), step / 20) for step in range(20))
    return next((each for each in mixed if contrast(each, paper()) >= CONTRAST), ink())


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21: "contrast ratio" of WCAG 2.2."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(color: str) -> float:
    """Return how light a colour is, from 0 to 1: "relative luminance" of WCAG 2.2."""
    from matplotlib.colors import to_rgb

    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(color)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


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
    ax.spines[["left", "bottom"]].set_color(muted())
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
        wrapped = textwrap.fill(text, PLATE_LETTERS)
        figure.suptitle(wrapped, x=0.015, ha="left", fontsize=1.2 * look.text, weight="bold")
    lines = [line for text in caption for line in textwrap.wrap(text, CAPTION_LETTERS)]
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
        raise InputError("ax", picture, "an Axes of a figure", problem="is in no figure")
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
