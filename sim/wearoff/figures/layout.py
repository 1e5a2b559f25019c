"""The layout of the drawing of a nerve ending: the sheet of the page (`webpage/places.js`), with the skin at the top.

A sheet has 480 by 430 units. Heights are counted downwards, as on the page. From the top it has the outside, the skin,
the muscle, the cleft, the nerve ending with its axon, and, on the left below, tissue with the depot. Every picture has
the same spots, so that a sign stays at its place when others appear or disappear.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import numpy.typing as npt

from .strokes import Points, trace

WIDTH, HEIGHT, MIDDLE = 480.0, 430.0, 240.0
# The skin: its sides, its flat surface, its lower edge; the depth of its deepest furrow and of its deepest crease.
SKIN_LEFT, SKIN_RIGHT, SKIN_SURFACE, SKIN_BOTTOM = 8.0, 472.0, 46.0, 104.0
FURROW, CREASE = 30.0, 14.0
# The muscle: its lower edge, its thickness and length at rest and at full force, and the number of its dark bands.
MUSCLE_BOTTOM, THIN, THICK, SHORT, LONG, BANDS = 170.0, 32.0, 48.0, 250.0, 360.0, 13
MEMBRANE = 190.0  # from which acetylcholine is released
ENDING = "M84 190H396Q428 190 428 222V262C428 330 368 330 368 430H300C300 345 52 345 52 255V222Q52 190 84 190Z"

# Vesicles at the membrane, each with rods of SNAP-25 on both sides. The first is the last to stop its release. The rods
# have the same order, so that the vesicles that stay full are those whose rods are cut.
_DOCKS = (272, 112, 352, 192)
OPEN: Points = np.array([(x, MEMBRANE + 12) for x in _DOCKS], dtype=float)
FULL: Points = np.array([(x, MEMBRANE + 20) for x in _DOCKS], dtype=float)
RODS: Points = np.array([(x + side, MEMBRANE) for x in _DOCKS for side in (-30, -21, 21, 30)], dtype=float)
_CLOUD = ((-9, 180), (-3, 176), (4, 182), (10, 177), (0, 185), (14, 184), (-15, 185), (-13, 175))
CLEFT: Points = np.array([(x + dx, y) for x in _DOCKS for dx, y in _CLOUD], dtype=float)

# Places on the way in: two receptors on the membrane with the angle of their outside, toxin, endosomes, a light chain.
RECEPTORS = ((61, 298, 150), (86, 307, 128), (112, 317, 118), (146, 331, 112))
FREE, BOUND, ESCAPING = (112.0, 346.0), (76.0, 318.0), (219.0, 296.0)
ENDOSOMES = ((126.0, 284.0), (192.0, 312.0))

# The numbers of the seven steps, from binding to skin, and the lines that go with them: arrows, and two leaders.
NUMBERS = ((40, 326), (90, 250), (244, 324), (456, 238), (456, 184), (456, 130), (456, 74))
ARROWS = ("M100 356Q92 346 86 336", "M143 298L166 307", "M224 284Q232 268 238 252")
LEADERS = ("M428 238H456", "M398 184H456")

_STEP = 4.0  # distance of the candidates for spots
_MOST = 100  # spots of a place, each for 4 % of a first dose: enough for four of them
_CLEAR = 29.0  # distance of a light chain from endosomes and numbers


@cache
def spots(place: str) -> Points:
    """Return the spots for toxin, in the order in which they are filled: of the ``depot`` or of the ``light_chain``."""
    inside, (left, right, top, bottom) = _REGIONS[place]
    x, y = (
        axis.ravel()
        for axis in np.meshgrid(np.arange(left, right + 1, _STEP), np.arange(top, bottom + 1, _STEP), indexing="ij")
    )
    candidates = np.stack([x, y], axis=-1)[inside(x, y)]
    middle = np.array([(left + right) / 2, (top + bottom) / 2])
    return spread(candidates, middle, min(_MOST, len(candidates)))


def place_signs(place: str, number: int) -> Points:
    """Return the positions of `number` signs in a place. Signs without a free spot are drawn beside a filled one."""
    filled = spots(place)
    index = np.arange(number)
    rounds = index // len(filled)
    angle = 2.4 * rounds  # the golden angle, so that every round has another direction
    beside = np.where(rounds > 0, 3.0, 0.0)[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    signs: Points = filled[index % len(filled)] + beside
    return signs


def spread(candidates: Points, middle: Points, number: int) -> Points:
    """Return `number` of the candidates. The first is nearest to `middle`; each next is farthest from those before.

    The first k of them are spread evenly, for every k (Gonzalez 1985, Theor Comput Sci 38:293).
    """
    chosen = [int(np.argmin(((candidates - middle) ** 2).sum(axis=-1)))]
    nearest = np.full(len(candidates), np.inf)
    for _ in range(number - 1):
        nearest = np.minimum(nearest, ((candidates - candidates[chosen[-1]]) ** 2).sum(axis=-1))
        chosen.append(int(np.argmax(nearest)))
    return candidates[chosen]


@cache
def ending() -> Points:
    """Return the outline of the nerve ending."""
    (outline,) = trace(ENDING)
    return outline


def muscle(length: float, thickness: float) -> Points:
    """Return the outline of the muscle: a bar with round ends, on its lower edge."""
    left, right, top, r = MIDDLE - length / 2, MIDDLE + length / 2, MUSCLE_BOTTOM - thickness, thickness / 2
    (outline,) = trace(
        f"M{left + r} {top}H{right - r}Q{right} {top} {right} {top + r}Q{right} {MUSCLE_BOTTOM} {right - r} "
        f"{MUSCLE_BOTTOM}H{left + r}Q{left} {MUSCLE_BOTTOM} {left} {top + r}Q{left} {top} {left + r} {top}Z"
    )
    return outline


def bands(length: float, thickness: float) -> list[Points]:
    """Return the dark bands of the muscle, at even distances."""
    pitch = 0.88 * length / BANDS
    top, bottom = MUSCLE_BOTTOM - thickness + 2, MUSCLE_BOTTOM - 2
    lefts = MIDDLE + pitch * (np.arange(BANDS) - (BANDS - 1) / 2) - pitch / 4
    return [
        np.array([[x, bottom], [x + pitch / 2, bottom], [x + pitch / 2, top], [x, top]], dtype=float) for x in lefts
    ]


def tendons(length: float, thickness: float) -> list[Points]:
    """Return the two tendons, from the ends of the muscle up to the skin."""
    y = MUSCLE_BOTTOM - thickness / 2
    sides = (
        f"M{MIDDLE + side * length / 2} {y}Q{MIDDLE + side * (length / 2 + 18)} {y} "
        f"{MIDDLE + side * (length / 2 + 20)} {SKIN_BOTTOM}"
        for side in (-1, 1)
    )
    return [line for side in sides for line in trace(side)]


def skin(fold: float) -> Points:
    """Return the surface of the skin from left to right, with a furrow of a depth from 0 to 1 in the middle."""
    x = np.arange(SKIN_LEFT, SKIN_RIGHT + 1, 2)
    across = np.minimum(np.abs(x - MIDDLE) / 34, 1)
    bulge = np.exp(-(((np.abs(x - MIDDLE) - 46) / 18) ** 2))
    return np.stack([x, SKIN_SURFACE + fold * (FURROW * np.cos(np.pi / 2 * across) ** 4 - 12 * bulge)], axis=-1)


def _in_depot(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    return ((x - 92) / 82) ** 2 + ((y - 376) / 28) ** 2 <= 1


def _among_light_chains(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    away = [(x - a) ** 2 + (y - b) ** 2 > _CLEAR**2 for a, b in (*ENDOSOMES, *NUMBERS)]
    below = (y < 290) | ((x > 262) & (x < 384))
    arrow = (x > 204) & (x < 260) & (y > 236)
    inside: npt.NDArray[np.bool_] = np.logical_and.reduce(away) & below & ((x > 86) | (y < 270)) & ~arrow
    return inside


# Where toxin is counted: which points are inside, and the box around them (left, right, top, bottom).
_Inside = Callable[[npt.NDArray[np.float64], npt.NDArray[np.float64]], npt.NDArray[np.bool_]]
_REGIONS: dict[str, tuple[_Inside, tuple[float, float, float, float]]] = {
    "depot": (_in_depot, (12, 176, 348, 397)),
    "light_chain": (_among_light_chains, (70, 410, 238, 334)),
}
