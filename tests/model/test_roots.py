"""Crossings of a level against closed forms."""

import numpy as np
import pytest

from wearoff.model.march import Mesh
from wearoff.model.roots import crossings


def test_a_cosine_passes_a_level_where_its_arc_does():
    mesh = Mesh(np.linspace(0, 4 * np.pi, 30))
    for level in (-0.9, 0.0, 0.3):
        first = np.arccos(level)
        expected = np.sort([turn + side * first for turn in 2 * np.pi * np.arange(3) for side in (-1, 1)])
        expected = expected[(expected > 0) & (expected < 4 * np.pi)]
        assert crossings(mesh, np.cos(mesh.nodes), level) == pytest.approx(expected, abs=1e-12)


def test_a_crossing_at_an_edge_of_the_mesh_is_one():
    # The end of an interval and the start of the next may differ by a rounding, on either side of the level.
    mesh = Mesh(np.array([0.0, 1.0, 2.0]))
    for off in (-1e-16, 0.0, 1e-16):
        values = mesh.nodes - 1.0
        values[1, 0] += off
        assert crossings(mesh, values, 0.0) == pytest.approx([1.0], abs=1e-12)


def test_what_stays_on_one_side_passes_nothing():
    mesh = Mesh(np.array([0.0, 1.0, 5.0]))
    assert len(crossings(mesh, np.exp(-mesh.nodes), 2.0)) == 0
    assert len(crossings(mesh, np.zeros_like(mesh.nodes), 0.0)) == 0
