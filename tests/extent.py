"""The number of cases of a property that a run tries: some in `make test`, all in `make proof`."""

import os
from collections.abc import Sequence

FULL = os.environ.get("EXTENT") == "full"


def extent(short: int, full: int) -> int:
    """Return the number of cases."""
    return full if FULL else short


def some(cases: Sequence, every: int) -> Sequence:
    """Return all cases, or in a short run the first of every `every` cases."""
    return cases if FULL else cases[::every]
