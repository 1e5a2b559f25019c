"""How a figure is measured: in turn with its peer, as the ratio of every pair."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import wearoff as wo

REPEATS = 15


class Figure(NamedTuple):
    """One row of the table: how many times faster (or as long), and what was aimed at."""

    work: str
    against: str
    target: str
    ratios: list[float]
    met: bool | None


def typical() -> tuple[dict[str, float], float]:
    """Return the constants under their symbols as the peer knows them, and the units taken up of 20."""
    symbols = wo.Parameters().symbols()
    taken = 20 / (1 + 20 / symbols["U50"])
    return {name: each for name, each in symbols.items() if name not in ("U50", "sigma")}, taken


def loosest(errors: dict[float, float], bound: float) -> float:
    """Return the loosest tolerance with which the peer's error is no larger, or else its tightest."""
    return next((rtol for rtol, error in errors.items() if error <= bound), min(errors))


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
