"""Fixtures of the tests of evidence."""

import pytest
from tests.extent import FULL

from wearoff.patients import population


@pytest.fixture
def few_pilots(monkeypatch):
    """In a short run the grids are chosen with few patients, which takes less time and is less accurate."""
    if not FULL:
        monkeypatch.setattr(population, "DIRECTIONS", 8)
        monkeypatch.setattr(population, "DRAWN_BLOCKS", 0)
