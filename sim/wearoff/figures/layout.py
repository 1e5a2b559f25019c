"""The layout of the drawing of a nerve ending: a sheet of 100 by 150 units, its outlines, and spots for the dots.

From the top it has tissue with the depot on the left, the nerve ending, the cleft, the muscle fibre, the skin and the
air. Every picture has the same spots, so that a dot stays at its place when others appear or disappear.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from ..labels import AMOUNTS

Points = npt.NDArray[np.float64]  # shape (n, 2)

WIDTH, HEIGHT = 100.0, 150.0
MEMBRANE = 64.0  # the membrane from which acetylcholine is released
FIBRE_TOP = 52.0
SKIN_TOP, SKIN_SURFACE = 21.0, 4.0
PLACES = AMOUNTS  # of toxin

# Vesicles are docked at the membrane, each with pins of SNAP-25 on both sides. The first vesicle in the list is the
# last to stop its release. The pins are in the same order, so that the vesicles that stay full are those whose pins are
# cut.
VESICLE = 4.6  # radius
_DOCKS = np.array([37.8, 81.2, 16.1, 59.5])
_SIDES = np.array([-8.25, -5.85, 5.85, 8.25, 10.85])

DOCKED: Points = np.stack([_DOCKS, np.full(4, MEMBRANE + VESICLE + 1.6)], axis=-1)
PINS: Points = np.stack([np.add.outer(_DOCKS, _SIDES).ravel(), np.full(20, MEMBRANE)], axis=-1)

_RING = np.arange(6) * np.pi / 3
LOAD: Points = np.concatenate([[[0.0, 0.0]], 2.7 * np.stack([np.cos(_RING), np.sin(_RING)], axis=-1)])

_SPOTS = 400  # dots for the uptake of four first doses; a dot is a hundredth of one
_STEP = 0.7  # distance of the candidates for spots


@cache
def spots(place: str) -> Points:
    """Return the spots for toxin in a place, in the order in which they are filled."""
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(0, WIDTH, _STEP), np.arange(0, HEIGHT, _STEP)))
    roof = _find_roof(x)
    inside = {
        "depot": ((x - 30) / 26) ** 2 + ((y - 131) / 16) ** 2 <= 1,
        "free": (np.abs(y - roof - 5.5) <= 1.5) & (x > 12) & (x < 42),
        "bound": (np.abs(y - roof - 1.8) <= 0.4) & (x > 10) & (x < 46),
        "endosome": (y > 111) & (y < 128) & (y < roof - 5) & (x < 79),
        "light_chain": (y > MEMBRANE + 14) & (y < 106) & (y < roof - 4) & (x > 7) & (x < 92),
    }
    # A compartment that is not in `inside` is drawn in the nerve ending, between endosomes and light chain.
    between = (y > 106) & (y < 111) & (y < roof - 4) & (x < 85)
    candidates = np.stack([x, y], axis=-1)[inside.get(place, between)]
    return spread(candidates, min(_SPOTS, len(candidates)))


def place_dots(place: str, number: int) -> Points:
    """Return the positions of `number` dots in a place. Dots that have no free spot are drawn beside a filled one."""
    filled = spots(place)
    index = np.arange(number)
    rounds = index // len(filled)
    angle = 2.4 * rounds  # the golden angle, so that every round has another direction
    beside = np.where(rounds > 0, 1.1, 0.0)[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    dots: Points = filled[index % len(filled)] + beside
    return dots


@cache
def acetylcholine() -> Points:
    """Return the spots of acetylcholine in the cleft below each vesicle, in the order of the vesicles."""
    x, y = (
        axis.ravel() for axis in np.meshgrid(np.arange(-8, 8.1, 0.4), np.arange(FIBRE_TOP + 2.4, MEMBRANE - 1.4, 0.4))
    )
    below = np.stack([x, y], axis=-1)[np.abs(x) < 2.0 + 0.6 * (MEMBRANE - y)]
    cloud = spread(below, 10)
    return np.concatenate([cloud + np.array([dock, 0]) for dock in _DOCKS])


@cache
def cargo() -> Points:
    """Return the spots of acetylcholine within the vesicles, seven for each."""
    return np.concatenate([LOAD + dock for dock in DOCKED])


def spread(candidates: Points, number: int) -> Points:
    """Return `number` of the candidates. The first is in the middle; each next one is the farthest from those before.

    The first k of them are spread evenly, for every k (Gonzalez 1985, Theor Comput Sci 38:293).
    """
    chosen = [int(np.argmin(((candidates - candidates.mean(axis=0)) ** 2).sum(axis=-1)))]
    nearest = np.full(len(candidates), np.inf)
    for _ in range(number - 1):
        nearest = np.minimum(nearest, ((candidates - candidates[chosen[-1]]) ** 2).sum(axis=-1))
        chosen.append(int(np.argmax(nearest)))
    return candidates[chosen]


@cache
def ending() -> Points:
    """Return the outline of the nerve ending: from the axon at the top around the membrane and back."""
    left = _make_shoulder()
    right = _make_curve((82, HEIGHT), (82, 124), (97, 122), (97, 90))
    corners = [
        _make_curve((97, 90), (97, 70), (97, MEMBRANE), (90, MEMBRANE)),
        _make_curve((10, MEMBRANE), (3, MEMBRANE), (3, 70), (3, 84)),
    ]
    return np.concatenate([right, *corners, left])


def fibre(length: float, thickness: float) -> Points:
    """Return the outline of the muscle fibre: a rounded bar below the cleft."""
    angle = np.linspace(0, 2 * np.pi, 121)
    cosine, sine = np.cos(angle), np.sin(angle)
    # A superellipse: straight sides and round ends.
    x = np.sign(cosine) * np.abs(cosine) ** (2 / 9) * length / 2
    y = np.sign(sine) * np.abs(sine) ** (2 / 4) * thickness / 2
    return np.stack([WIDTH / 2 + x, FIBRE_TOP - thickness / 2 + y], axis=-1)


def bands(length: float, thickness: float, number: int) -> list[Points]:
    """Return the dark bands of the fibre, at even distances along its straight part."""
    pitch = 0.9 * length / number
    middles = WIDTH / 2 + pitch * (np.arange(number) - (number - 1) / 2)
    half, low, high = pitch / 4, FIBRE_TOP - 0.94 * thickness, FIBRE_TOP - 0.06 * thickness
    return [np.array([[x - half, low], [x + half, low], [x + half, high], [x - half, high]]) for x in middles]


def skin(depth: float) -> Points:
    """Return the surface of the skin from left to right, with a furrow of the given depth in the middle."""
    x = np.linspace(-2, WIDTH + 2, 209)
    across = np.clip((x - WIDTH / 2) / 9, -1, 1)
    return np.stack([x, SKIN_SURFACE + depth * np.cos(np.pi / 2 * across) ** 4], axis=-1)


def _make_shoulder() -> Points:
    return _make_curve((3, 84), (3, 112), (64, 92), (64, HEIGHT))


def _find_roof(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    # Return the height of the upper left membrane of the nerve ending.
    left = _make_shoulder()
    return np.interp(x, left[:, 0], left[:, 1])


def _make_curve(*corners: tuple[float, float]) -> Points:
    t = np.linspace(0, 1, 40)[:, None]
    a, b, c, d = np.array(corners, dtype=float)
    curve: Points = (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d
    return curve
