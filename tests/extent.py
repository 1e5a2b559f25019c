"""How many cases of a property a run tries: a part of them in `make test`, all of them in `make proof`."""

import os
from collections.abc import Sequence

FULL = os.environ.get("EXTENT") == "full"


def extent(short: int, full: int) -> int:
    """Return the number of cases."""
    return full if FULL else short


def some(cases: Sequence, every: int) -> Sequence:
    """Return all cases, or in a short run each one after so many; the first is always one of them."""
    return cases if FULL else cases[::every]
