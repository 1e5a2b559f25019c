"""The look of every picture: palette, colours of matplotlib's style, sizes, new figures, titles."""

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

# The palette of Okabe and Ito, whose colours differ for readers with any colour vision (jfly.uni-koeln.de/color).
BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
SKY, PURPLE = "#56B4E9", "#CC79A7"
BROWN = "#8C5A3C"  # of the skin; darker than every colour of the palette but blue
# Text on backgrounds that are light in every style: the drawing of a nerve ending, and the pages.
BLACK, GREY = "#222222", "#767676"
# Colours of curves in one Axes, in their order.
# Two more, for pictures of all products (Tol 2021, the scheme "muted").
WINE, OLIVE = "#882255", "#999933"
COLORS = (BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY, WINE, OLIVE)

SIZE = (8.0, 4.5)  # inches: the shape of a slide, and the width of a printed page
DPI = 200

# The value of `title` and `label` for the default text, which describes the picture; None is for no text.
AUTO = "auto"

# Shares of ink in the two greys. On a white page with black text the contrast of the first is 4.7; the other is very
# light.
MUTED, FAINT = 0.55, 0.07
LETTERS_AN_INCH = 11.5  # of a title
PLATE_LETTERS, CAPTION_LETTERS = 75, 132  # in a line of the title and of the caption of a plate
CONTRAST = 4.5  # the least contrast of text to its background (WCAG 2.2, criterion 1.4.3)


class Look(NamedTuple):
    """The look of a plate for print or slide: its width in inches, and its sizes in points."""

    width: float
    text: float
    small: float
    line: float

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in inches, in the shape of a slide."""
        return self.width, self.width * 9 / 16


# A printed page within its margins (180 mm), and a slide of 16 to 9, readable from the last row.
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
    """Return the colour of less important text and lines: a grey between ink and paper."""
    return mix(paper(), ink(), MUTED)


def faint() -> str:
    """Return the colour of an area behind bars or a curve."""
    return mix(paper(), ink(), FAINT)


def shade(opacity: float) -> float:
    """Return the opacity of a coloured area; on a dark background it is twice that on a light one."""
    return opacity * (2 if luminance(paper()) < luminance(ink()) else 1)


def mix(one: str, other: str, share: float) -> str:
    """Return a mix of two colours; `share` is that of the other, from 0 to 1."""
    from matplotlib.colors import to_hex, to_rgb

    red, green, blue = ((1 - share) * a + share * b for a, b in zip(to_rgb(one), to_rgb(other), strict=True))
    return to_hex((red, green, blue))


def readable(color: str) -> str:
    """Return a colour of the palette for text: mixed with the ink until its contrast to the paper is `CONTRAST`."""
    mixed = (mix(color, ink(), step / 20) for step in range(20))
    return next((candidate for candidate in mixed if contrast(candidate, paper()) >= CONTRAST), ink())


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21: "contrast ratio" of WCAG 2.2."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(color: str) -> float:
    """Return the lightness of a colour, from 0 to 1: "relative luminance" of WCAG 2.2."""
    from matplotlib.colors import to_rgb

    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(color)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def sheet(size: tuple[float, float]) -> Figure:
    """Return a new, empty figure."""
    figure: Figure = _import_pyplot().figure(figsize=size)
    return figure


def single(size: tuple[float, float]) -> Axes:
    """Return the Axes of a new figure."""
    _, ax = _import_pyplot().subplots(figsize=size, layout="constrained")
    new: Axes = ax
    return new


def stack(rows: int, size: tuple[float, float]) -> tuple[Figure, list[Axes]]:
    """Return a new figure with `rows` Axes above each other on one time axis."""
    figure, axes = _import_pyplot().subplots(rows, figsize=size, sharex=True, layout="constrained", squeeze=False)
    return figure, list(axes[:, 0])


def mosaic(rows: int, columns: int, size: tuple[float, float]) -> tuple[Figure, list[Axes]]:
    """Return a new figure and its Axes in rows and columns, row by row; each has its own scales."""
    figure, axes = _import_pyplot().subplots(rows, columns, figsize=size, layout="constrained", squeeze=False)
    return figure, list(axes.ravel())


def panels(rows: list[list[str]], size: tuple[float, float], widths: Sequence[float]) -> tuple[Figure, dict[str, Axes]]:
    """Return a new figure and its Axes by name; a name in several rows is one Axes over these rows."""
    made: tuple[Figure, dict[str, Axes]] = _import_pyplot().subplot_mosaic(
        rows, figsize=size, width_ratios=widths, layout="constrained"
    )
    return made


def tidy(ax: Axes) -> None:
    """Remove the lines of an Axes that carry no information."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(muted())
    ax.tick_params(labelsize=10)


def plain(ax: Axes, look: Look) -> None:
    """Make an Axes tidy, with the sizes of a plate."""
    tidy(ax)
    ax.tick_params(labelsize=look.small)
    for label in (ax.xaxis.label, ax.yaxis.label):
        label.set_fontsize(look.small)


def choose_text(text: str | None, words: str) -> str:
    """Return the text of a title or a label: `words` for `AUTO`, and an empty text for None."""
    return words if text == AUTO else text or ""


def write_title(figure: Figure, title: str | None, words: str) -> None:
    """Write a title over a figure: `words` for `AUTO`, nothing for None."""
    text = choose_text(title, words)
    if text:
        letters = round(LETTERS_AN_INCH * figure.get_figwidth())
        figure.suptitle(textwrap.fill(text, letters), x=0.015, ha="left", fontsize=11)


def frame(figure: Figure, title: str | None, words: str, caption: Sequence[str], look: Look) -> None:
    """Add title, caption and margin to a plate; for the title see `write_title`."""
    text = choose_text(title, words)
    if text:
        wrapped = textwrap.fill(text, PLATE_LETTERS)
        figure.suptitle(wrapped, x=0.015, ha="left", fontsize=1.2 * look.text, weight="bold")
    lines = [line for text in caption for line in textwrap.wrap(text, CAPTION_LETTERS)]
    figure.supxlabel("\n".join(lines), x=0.015, ha="left", fontsize=look.small, linespacing=1.3)
    margin = look.width / 90
    figure.set_layout_engine("constrained", w_pad=margin, h_pad=margin, wspace=0.02, hspace=0.0)


def legend_above(ax: Axes, gap: float = 1.8, columns: int = 10, sign: float = 2.0) -> None:
    """Put the legend above the Axes, where no curve can overlap it; without labels there is no legend.

    `gap` is the distance of its entries, and `sign` the width of their signs, in sizes of the font.
    """
    if ax.get_legend_handles_labels()[0]:
        ax.legend(
            loc="lower left",
            bbox_to_anchor=(-0.02, 1.0),
            ncols=columns,
            frameon=False,
            fontsize=10,
            handletextpad=0.5,
            handlelength=sign,
            columnspacing=gap,
        )


def inner_ticks(ax: Axes) -> None:
    """Remove the ticks of the horizontal axis that are outside its limits."""
    low, high = ax.get_xlim()
    ax.set_xticks([tick for tick in ax.get_xticks() if low <= tick <= high])
    ax.set_xlim(low, high)


def figure_of(picture: Axes | Figure) -> Figure:
    """Return the figure that holds a picture."""
    figure = picture.get_figure(root=True)
    if figure is None:
        raise InputError("ax", picture, "an Axes of a figure", problem="is in no figure")
    return figure


def render(picture: Axes | Figure, kind: str, note: str = "") -> bytes:
    """Return the bytes of a PNG, SVG or PDF file of a picture, and close it; equal pictures have equal bytes.

    `note` is written into the file's description (in PDF its subject), where viewers and programs find it.
    """
    plt = _import_pyplot()
    figure = figure_of(picture)
    buffer = io.BytesIO()
    metadata: dict[str, Any] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(kind, {})
    if note:
        metadata["Subject" if kind == "pdf" else "Description"] = note
    with plt.rc_context({"svg.hashsalt": "wearoff"}):
        plt.figure(figure).savefig(buffer, format=kind, dpi=DPI, metadata=metadata)
    plt.close(figure)
    return buffer.getvalue()


def render_files(
    picture: Axes | Figure, name: str, note: str = "", kinds: tuple[str, ...] = ("png", "svg")
) -> dict[str, bytes]:
    """Return the files of one picture, such as ``name.png`` and ``name.svg``, with their bytes; see `render`."""
    return {f"{name}.{kind}": render(picture, kind, note) for kind in kinds}


def _import_pyplot() -> Any:
    # The import takes half of the time that `import wearoff` may take, so the first picture makes it.
    from matplotlib import pyplot

    return pyplot
