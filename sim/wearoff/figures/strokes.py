"""Strokes of a drawing, written as in the `d` of an SVG path, so that the page and the plates have the same."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]  # shape (n, 2)

_PIECES = 24  # straight pieces of a curve
_COUNT = {"M": 2, "L": 2, "H": 1, "V": 1, "Q": 4, "C": 6, "Z": 0}


def trace(path: str) -> list[Points]:
    """Return the strokes of a path as points; ``M L H V Q C Z`` are known, all absolute.

    Parameters
    ----------
    path : str
        Such as ``M0 0H4L4 2Z``; one command has the numbers of one piece.

    Returns
    -------
    list of numpy.ndarray, each of shape (n, 2)
    """
    strokes: list[list[Sequence[float]]] = []
    for command, text in re.findall(r"([MLHVQCZ])([^MLHVQCZ]*)", path):
        numbers = [float(number) for number in re.findall(r"-?[\d.]+(?:e-?\d+)?", text)]
        assert len(numbers) == _COUNT[command], (command, text)
        if command == "M":
            strokes.append([numbers])
            continue
        stroke = strokes[-1]
        x, y = stroke[-1]
        if command == "Z":
            stroke.append(stroke[0])
        elif command in "HV":
            stroke.append((numbers[0], y) if command == "H" else (x, numbers[0]))
        else:
            stroke.extend(_bend(np.array([x, y, *numbers]).reshape(-1, 2)))
    return [np.array(stroke, dtype=float) for stroke in strokes]


def arc(radius: float, first: float, last: float) -> Points:
    """Return an arc around the origin; angles in degrees, from the right towards the bottom."""
    angle = np.radians(np.linspace(first, last, 37))
    around: Points = radius * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    return around


def turn(points: Points, degrees: float) -> Points:
    """Return points turned around the origin, from the right towards the bottom."""
    angle = np.radians(degrees)
    turned: Points = points @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return turned


def _bend(corners: Points) -> Points:
    # The curve of Bezier with two, three or four corners, without its first point (de Casteljau).
    t = np.linspace(0, 1, (1 if len(corners) == 2 else _PIECES) + 1)[1:, None]
    level = [corner * np.ones_like(t) for corner in corners]
    while len(level) > 1:
        level = [(1 - t) * a + t * b for a, b in itertools.pairwise(level)]
    curve: Points = level[0]
    return curve
