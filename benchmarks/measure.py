"""How a figure is measured: wearoff and the other program in turn, as the ratio of each pair."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

REPEATS = 15


class Target(NamedTuple):
    """A target: its words, the bounds of the median, and what takes the time, shown where the target is missed."""

    words: str
    least: float = -np.inf
    most: float = np.inf
    cost: str = ""

    def holds(self, value: float) -> bool:
        """Whether a value is within the bounds."""
        return self.least <= value <= self.most


class Figure(NamedTuple):
    """One row of the table: the value of each repeat in a unit, such as "times faster", and the target."""

    work: str
    against: str
    values: list[float]
    unit: str
    target: Target | None = None

    def median(self) -> float:
        """Return the median of the repeats."""
        return statistics.median(self.values)


def loosest(errors: dict[float, float], bound: float) -> float:
    """Return the loosest tolerance whose error is at most `bound`, or the tightest if there is none."""
    return next((rtol for rtol, error in errors.items() if error <= bound), min(errors))


def order(error: float) -> str:
    """Write an error with one digit, such as 1e-8."""
    return f"{error:.0e}".replace("e-0", "e-")


def compare(one: Callable[[], Any], other: Callable[[], Any], repeats: int = REPEATS) -> list[float]:
    """Time the two in turn and return the ratio one / other of every pair."""
    one(), other()
    return [timed(one) / timed(other) for _ in range(repeats)]


def timed(work: Callable[[], Any]) -> float:
    """Return the seconds that `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def worst(found: Any, exact: Any) -> float:
    """Return the largest error of any column against that column's largest value."""
    return float((np.abs(found - exact).max(axis=0) / np.abs(exact).max(axis=0)).max())


def progress(text: str) -> None:
    """Print on standard error how far the run is, and figures that the table does not show."""
    print(text, file=sys.stderr, flush=True)
