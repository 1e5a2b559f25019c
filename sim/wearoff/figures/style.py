"""How every picture looks: one palette, one size, one way to get an Axes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's palette, which readers with any colour vision can tell apart (jfly.uni-koeln.de/color).
BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
SKY, PURPLE, BLACK, GREY = "#56B4E9", "#CC79A7", "#222222", "#767676"

SIZE = (8.0, 4.5)  # inches: the shape of a slide, and the width of a printed page
DPI = 200


def axes(ax: Axes | None, size: tuple[float, float] = SIZE) -> Axes:
    """Return `ax`, or the Axes of a new figure."""
    if ax is not None:
        return ax
    _, new = _pyplot().subplots(figsize=size, layout="constrained")
    plain: Axes = new
    return plain


def stack(rows: int, size: tuple[float, float]) -> tuple[Figure, list[Axes]]:
    """Return a new figure with `rows` Axes above each other on one time axis."""
    figure, found = _pyplot().subplots(rows, figsize=size, sharex=True, layout="constrained")
    return figure, list(found)


def tidy(ax: Axes) -> None:
    """Take away what carries no information."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(GREY)
    ax.tick_params(colors=BLACK, labelsize=10)


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
