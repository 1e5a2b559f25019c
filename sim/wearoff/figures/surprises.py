"""The two surprises: much is cut and nothing shows; little is intact and most of the force is back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

KEEPS = 0.95  # of its force: a muscle that shows nothing
MUCH = 0.25  # of SNAP-25: what is cut, or intact, when it surprises
BACK = 0.7  # of its force: a muscle whose force is back


def find_surprise(quantities: Mapping[Any, float], lowest: float) -> int:
    """Return which surprise a moment is, 1 or 2, or 0 for none.

    Parameters
    ----------
    quantities : mapping of str to float
        ``snap25`` and ``force``, as fractions.
    lowest : float
        The least force at an earlier moment.

    Examples
    --------
    >>> find_surprise({"snap25": 0.7, "force": 0.99}, lowest=1.0)
    1
    >>> find_surprise({"snap25": 0.2, "force": 0.73}, lowest=0.1)
    2
    """
    intact, force = quantities["snap25"], quantities["force"]
    if force >= KEEPS and 1 - intact >= MUCH:
        return 1
    return 2 if intact <= MUCH and force >= BACK > lowest else 0
