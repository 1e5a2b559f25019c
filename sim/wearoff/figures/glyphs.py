"""The signs in the drawing of a nerve ending, as on the page (`webpage/signs.js`): they differ in shape and colour."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np

from .strokes import Points, arc, trace, turn

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection
    from matplotlib.transforms import Affine2DBase

_STYLE_SHEET = Path(__file__).parents[1] / "webpage" / "drawing.css"
_TURNS = tuple((i * 47) % 50 - 25 for i in range(50))  # degrees by which signs of toxin are turned, one after another
VESICLE = 14.0  # radius


@cache
def colors() -> dict[str, str]:
    """Return the colours of the drawing by their names on the page, for a light background."""
    light, _, _ = _STYLE_SHEET.read_text(encoding="utf-8").partition("}")
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", light)) | {"ink": "#1b2530"}


class Part(NamedTuple):
    """A part of a sign in one colour: outlines around its position, names of colours, the width of its line."""

    outlines: tuple[Points, ...]
    face: str = "none"
    edge: str = "none"
    line: float = 0.0


class Sign(NamedTuple):
    """A sign: its parts, the first below, and whether one sign after another is turned."""

    parts: tuple[Part, ...]
    turned: bool = False


def put(
    ax: Axes, sign: Sign, where: Points, layer: float, name: str, angle: float = 0.0, scale: float = 1.0
) -> list[PathCollection]:
    """Draw a sign at each position, and return its parts, each one artist; their size follows the scale of the Axes.

    The first part has the name as its label. `angle` (degrees) turns all of them, and `scale` makes them larger.
    """
    from matplotlib.collections import PathCollection
    from matplotlib.path import Path as Outline
    from matplotlib.transforms import AffineDeltaTransform

    palette = {"none": "none"} | colors()
    made = []
    for i, part in enumerate(sign.parts):
        paths = [
            Outline.make_compound_path(*(Outline(scale * turn(outline, angle + by)) for outline in part.outlines))
            for by in (_TURNS if sign.turned else (0.0,))
        ]
        artist = PathCollection(
            paths,
            offsets=where,
            offset_transform=ax.transData,
            facecolor=palette[part.face],
            edgecolor=palette[part.edge],
            linewidth=scale * part.line * points_per_unit(ax),
            zorder=layer + 0.01 * i,
            label=name if i == 0 else f"_{name} {i}",
        )
        # Both axes are linear, so the transform is affine. The sign gets its scale.
        artist.set_transform(AffineDeltaTransform(cast("Affine2DBase", ax.transData)))
        ax.add_collection(artist, autolim=False)
        made.append(artist)
    return made


def points_per_unit(ax: Axes) -> float:
    """Return the length of a unit of the vertical axis in points, for the widths of lines in units of the drawing."""
    low, high = sorted(ax.get_ylim())
    return float(ax.get_window_extent().height / (high - low) * 72 / ax.figure.dpi)


def _disc(radius: float, x: float = 0.0, y: float = 0.0) -> Points:
    disc: Points = arc(radius, 0, 360) + np.array([x, y])
    return disc


def _rod(path: str, color: str, line: float) -> Part:
    return Part(tuple(trace(path)), edge=color, line=line)


# The light chain: a disc with a mouth that opens towards the membrane.
_MOUTH = np.concatenate([[[0.0, 0.0]], arc(7.5, -55, 235), [[0.0, 0.0]]])
LIGHT_CHAIN = Sign((Part((_MOUTH,), "light"),), turned=True)
# Toxin: the heavy chain, which has two lobes, with the light chain on top.
HEAVY = "M-5 8C-9 5 -6 1 -2 1C-1 -1 5 -2 6 1C8 5 4 7 1 5C0 9 -3 10 -5 8Z"
TOXIN = Sign((Part(tuple(trace(HEAVY)), "heavy"), Part((0.68 * _MOUTH + np.array([1.0, -4.0]),), "light")), turned=True)
ENDOSOME = Sign((Part((_disc(17),), "paper", "ink", 1),))
# Two receptors side by side: SV2, a fork, and a ganglioside, a stem with beads.
SV2, GANGLIOSIDE = "M0 -3H7M7 -3L12 -8M7 -3L12 2", "M0 8H6"
_BEADS = Part(tuple(outline for x in (6, 10) for outline in trace(f"M{x} 6H{x + 4}V10H{x}Z")), "nerve-edge")
RECEPTOR = Sign((_rod(SV2, "nerve-edge", 2), _rod(GANGLIOSIDE, "nerve-edge", 2), _BEADS))
# SNAP-25: intact, a rod with a full head; cut, a stump, and the rest apart from it, slanting, with a hollow head.
INTACT_ROD, CUT_ROD = "M0 0V17", "M0 0V7M-2.5 11L2 17.5"
INTACT = Sign((_rod(INTACT_ROD, "intact", 3), Part((_disc(3.2, 0, 20),), "intact")))
CUT = Sign((_rod(CUT_ROD, "cut", 3), Part((_disc(2.8, 4, 20),), edge="cut", line=1.6)))
# A vesicle that stays full, and one that is open towards the muscle and empties itself.
CARGO = ((0, 0), (6.5, 0), (-6.5, 0), (3.2, 5.6), (-3.2, 5.6), (3.2, -5.6), (-3.2, -5.6))
LEFT_IN = ((0, 4), (-6, -1), (6, 0), (0, -6))
FULL = Sign((Part((_disc(VESICLE),), "paper", "ink", 1.2), Part(tuple(_disc(2.4, x, y) for x, y in CARGO), "signal")))
OPEN = Sign(
    (
        Part((arc(VESICLE, -42, 222),), "paper", "nerve-edge", 2),
        Part(tuple(_disc(2.4, x, y) for x, y in LEFT_IN), "signal"),
    )
)
SIGNAL = Sign((Part((_disc(2.4),), "signal"),))

# Pieces for the list of the steps.
_BOX = trace("M-15 -11H15V11H-15Z")
MUSCLE_PIECE = Sign(
    (
        Part(tuple(_BOX), "muscle", "muscle-edge", 1.5),
        Part(tuple(outline for x in (-9, 0, 9) for outline in trace(f"M{x - 2} -9H{x + 2}V9H{x - 2}Z")), "band"),
    )
)
FOLDED = "M-17 11V-5Q-9 -13 -4 -3Q0 7 4 -3Q9 -13 17 -5V11Z"
SKIN_PIECE = Sign((Part(tuple(trace(FOLDED)), "skin", "skin-edge", 1.5), _rod("M0 3V9", "ink", 2.5)))
