"""The signs in the drawing of a nerve ending, which differ in shape and colour; lengths are in units of the drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np

from . import layout
from .layout import VESICLE, Points
from .style import BLACK, BLUE, BROWN, GREEN, GREY, ORANGE, PURPLE, SKY

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection
    from matplotlib.transforms import Affine2DBase

# Colours of the areas, so light that the colours of the palette are visible on them, and of their outlines.
TISSUE, NERVE, FLESH, SKIN = "#F3F3F0", "#FBF2CC", "#EFD3E3", "#F3DDCA"
NERVE_EDGE, FLESH_EDGE, SKIN_EDGE = "#A88B3A", "#8E4A72", BROWN


class Sign(NamedTuple):
    """A shape with its colours: outlines around its position, and the width of their line."""

    outlines: tuple[Points, ...]
    face: str
    edge: str = "none"
    line: float = 0.0
    closed: bool = True


def put(ax: Axes, sign: Sign, where: Points, layer: float, name: str) -> PathCollection:
    """Draw a sign at each position as one artist with a name, and return it; its size follows the scale of the Axes."""
    from matplotlib.collections import PathCollection
    from matplotlib.path import Path
    from matplotlib.transforms import AffineDeltaTransform

    shape = Path.make_compound_path(*(Path(outline, closed=sign.closed) for outline in sign.outlines))
    signs = PathCollection(
        [shape],
        offsets=where,
        offset_transform=ax.transData,
        facecolor=sign.face,
        edgecolor=sign.edge,
        linewidth=sign.line * points_per_unit(ax),
        zorder=layer,
        label=name,
    )
    # Both axes are linear, so the transform is affine. The sign gets its scale.
    signs.set_transform(AffineDeltaTransform(cast("Affine2DBase", ax.transData)))
    ax.add_collection(signs, autolim=False)
    return signs


def points_per_unit(ax: Axes) -> float:
    """Return the length of a unit of the vertical axis in points, for the widths of lines in units of the drawing."""
    low, high = ax.get_ylim()
    return float(ax.get_window_extent().height / (high - low) * 72 / ax.figure.dpi)


def _make_arc(radius: float, first: float, last: float) -> Points:
    # Angles in degrees, anticlockwise from the right.
    angle = np.radians(np.linspace(first, last, 37))
    around: Points = radius * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    return around


def _make_box(width: float, height: float) -> Points:
    box: Points = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]]) * np.array([width / 2, height / 2])
    return box


def _move(points: Points, x: float, y: float) -> Points:
    moved: Points = points + np.array([x, y])
    return moved


def _turn(points: Points, degrees: float) -> Points:
    angle = np.radians(degrees)
    turned: Points = points @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return turned


TOXIN = Sign((_make_arc(1.5, 0, 360),), BLUE)
ENDOSOME = Sign((_make_arc(2.9, 0, 360),), "white", BLACK, 0.5)
# A disc with a mouth that opens towards the membrane below.
LIGHT_CHAIN = Sign((np.concatenate([[[0.0, 0.0]], _make_arc(1.8, -50, 230), [[0.0, 0.0]]]),), SKY, BLUE, 0.35)
FULL = Sign((_make_arc(VESICLE, 0, 360),), "white", BLACK, 0.6)
# An emptying vesicle touches the membrane and is open below. The line of the membrane is not drawn across the opening.
OPEN = Sign((_move(_make_arc(VESICLE, -54, 234), 0, -2.9),), TISSUE, NERVE_EDGE, 1.2, closed=False)
ACETYLCHOLINE = Sign((_make_arc(1.05, 0, 360),), ORANGE)
_HEAD = _make_arc(1.05, 0, 360)
INTACT = Sign((_move(_make_box(0.9, 6.7), 0, 3.05), _move(_HEAD, 0, 6.4)), GREEN)
# The light chain has cut off the upper part, which is drawn apart.
_LOOSE = _move(_turn(_make_box(0.9, 3), -24), 0.9, 5.3), _move(_HEAD, 1.5, 6.7)
CUT = Sign((_move(_make_box(0.9, 2.7), 0, 1.05), *_LOOSE), GREY)

# Small pieces for the key.
NERVE_PIECE = Sign((_make_box(9, 7),), NERVE, NERVE_EDGE, 1.2)
LOAD = Sign(tuple(_move(_HEAD, x, y) for x, y in layout.LOAD), ORANGE)
FIBRE = Sign((_make_box(9, 7),), FLESH, FLESH_EDGE, 0.9)
BANDS = Sign(tuple(_move(_make_box(1.3, 7), x, 0) for x in (-2.6, 0, 2.6)), PURPLE)
_NOTCH = [[4.5, -3.5], [4.5, 3.5], [-4.5, 3.5], [-4.5, -3.5], [-2, -3.5], [0, 1.5], [2, -3.5], [4.5, -3.5]]
SKIN_PIECE = Sign((np.array(_NOTCH),), SKIN, SKIN_EDGE, 0.9)
CREASED_PIECE = Sign((_make_box(9, 7),), SKIN)
CREASE = Sign((_make_box(1.2, 5),), BLACK)
