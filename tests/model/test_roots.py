"""Crossings of a level against closed forms."""

import numpy as np
import pytest
from numpy.polynomial.chebyshev import chebval

from wearoff.model.mesh import Mesh, evaluate, read_within
from wearoff.model.roots import NARROW, crossings, root


def test_a_cosine_passes_a_level_where_its_arc_does():
    mesh = Mesh(np.linspace(0, 4 * np.pi, 30))
    for level in (-0.9, 0.0, 0.3):
        first = np.arccos(level)
        expected = np.sort([turn + side * first for turn in 2 * np.pi * np.arange(3) for side in (-1, 1)])
        expected = expected[(expected > 0) & (expected < 4 * np.pi)]
        assert crossings(mesh, np.cos(mesh.nodes), level) == pytest.approx(expected, abs=1e-12)


def test_a_crossing_at_an_edge_of_the_mesh_is_one():
    # By rounding, the end of an interval and the start of the next can lie on different sides of the level.
    mesh = Mesh(np.array([0.0, 1.0, 2.0]))
    for off in (-1e-16, 0.0, 1e-16):
        values = mesh.nodes - 1.0
        values[1, 0] += off
        assert crossings(mesh, values, 0.0) == pytest.approx([1.0], abs=1e-12)


def test_what_stays_on_one_side_passes_nothing():
    mesh = Mesh(np.array([0.0, 1.0, 5.0]))
    assert len(crossings(mesh, np.exp(-mesh.nodes), 2.0)) == 0
    assert len(crossings(mesh, np.zeros_like(mesh.nodes), 0.0)) == 0


@pytest.mark.parametrize("narrow", [NARROW, 1e-6])
def test_many_roots_at_once_each_in_its_own_bracket(narrow):
    # exp(-t) = level has the root t = -log(level); one polynomial and one level for each root.
    mesh = Mesh(np.linspace(0, 6, 13))
    levels = np.geomspace(0.003, 0.99, 400)
    expected = -np.log(levels)
    interval = np.searchsorted(mesh.edges, expected) - 1
    node = (mesh.nodes[interval] < expected[:, None]).sum(axis=1) - 1
    found = root(mesh, np.exp(-mesh.nodes)[interval], interval, node, levels, narrow)
    assert np.abs(found - expected).max() < 0.5 * narrow


def test_a_root_that_is_found_stays_as_it_is_however_long_another_takes():
    mesh = Mesh(np.array([0.0, 1.0]))
    straight, flat = mesh.nodes[0] - 0.3, (mesh.nodes[0] - 1 / 3) ** 7
    node = np.array([(mesh.nodes[0] < 0.3).sum() - 1, (mesh.nodes[0] < 1 / 3).sum() - 1])
    quick, slow = (
        root(mesh, np.stack([straight, other]), np.zeros(2, int), node, np.zeros(2)) for other in (straight, flat)
    )
    assert quick[0] == slow[0]
    assert quick[0] == pytest.approx(0.3, abs=NARROW)


@pytest.mark.parametrize("power", [1, 3, 5, 7])
def test_a_flat_crossing_is_found_as_exactly_as_its_height_allows(power):
    # (t - 1/3)^power has slope 0 where it crosses zero: Newton's method alone would be slow.
    mesh = Mesh(np.array([0.0, 1.0]))
    node = np.array([(mesh.nodes[0] < 1 / 3).sum() - 1])
    found = root(mesh, (mesh.nodes - 1 / 3) ** power, np.array([0]), node, np.zeros(1))[0]
    assert abs(found - 1 / 3) ** power < 2e-15


def test_polynomials_are_evaluated_as_numpy_does():
    polynomials, places = np.random.default_rng(5).standard_normal((13, 40)), np.linspace(-1, 1, 40)
    expected = chebval(places, polynomials, tensor=False)
    assert evaluate(polynomials, places) == pytest.approx(expected, abs=1e-13)


def test_values_are_read_within_the_interval_that_is_given():
    # A day on an edge belongs to both intervals, and has the value of each.
    mesh = Mesh(np.array([0.0, 1.0, 3.0]))
    found = read_within(mesh, np.stack([np.exp(-mesh.nodes[0]), np.cos(mesh.nodes[1]), np.exp(-mesh.nodes[0])]),
                        np.array([0, 1, 0]), np.array([0.4, 1.0, 1.0]))  # fmt: skip
    assert found == pytest.approx([np.exp(-0.4), np.cos(1.0), np.exp(-1.0)], abs=1e-12)
