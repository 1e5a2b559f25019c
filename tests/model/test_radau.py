"""The march against closed forms: order, stiffness, interpolation."""

import mpmath
import numpy as np
import pytest

from wearoff.model.mesh import DEGREE, Mesh, Reading, graded_mesh, nodes_within, pieces_needed
from wearoff.model.radau import SYSTEMS, Following, march


def rotating(mesh):
    """x' = source - rate x with x = sin(t)^2 and rate = 2 + cos(t)."""
    t = mesh.nodes
    rate = 2 + np.cos(t)
    return rate, 2 * np.sin(t) * np.cos(t) + rate * np.sin(t) ** 2


@pytest.mark.parametrize("degree", [2, 3, 4, DEGREE])
def test_nodes_are_zero_and_the_radau_points(degree):
    # The right Radau points are the zeros of P_degree - P_(degree - 1) on (-1, 1], computed here with 40 digits.
    nodes = nodes_within(Mesh(np.array([0.0, 1.0]), degree))
    assert nodes.dtype == np.float64  # whatever type numpy gives the roots of a polynomial
    assert (nodes[0], nodes[-1], len(nodes)) == (0.0, 1.0, degree + 1)
    with mpmath.workdps(40):
        for node in nodes[1:-1]:
            exact = mpmath.findroot(
                lambda x: mpmath.legendre(degree, x) - mpmath.legendre(degree - 1, x), 2 * mpmath.mpf(float(node)) - 1
            )
            assert abs(float((exact + 1) / 2 - mpmath.mpf(float(node)))) < 1e-15
    assert (np.diff(nodes) > 0).all()


@pytest.mark.parametrize("degree", [2, 3, 4])
def test_order_at_the_edges_is_twice_the_degree_less_one(degree):
    counts = np.array([16, 24, 32, 48, 64])
    errors = []
    for count in counts:
        mesh = Mesh(np.linspace(0, 10, count + 1), degree)
        found = march(mesh, *rotating(mesh))
        errors.append(np.abs(found[:, -1] - np.sin(mesh.edges[1:]) ** 2).max())
    order = -np.polyfit(np.log(counts), np.log(errors), 1)[0]
    print(f"degree {degree}: order {order:.2f}, promised {2 * degree - 1}")
    assert order == pytest.approx(2 * degree - 1, abs=0.25)


@pytest.mark.parametrize("degree", [2, 3, 4])
def test_order_between_the_edges_is_the_degree_plus_one(degree):
    counts = np.array([32, 48, 64, 96, 128])
    times = np.linspace(0, 10, 4001)
    errors = []
    for count in counts:
        mesh = Mesh(np.linspace(0, 10, count + 1), degree)
        found = Reading(mesh, times)(march(mesh, *rotating(mesh)))
        errors.append(np.abs(found - np.sin(times) ** 2).max())
    order = -np.polyfit(np.log(counts), np.log(errors), 1)[0]
    print(f"degree {degree}: order {order:.2f} between nodes, promised {degree + 1}")
    assert order == pytest.approx(degree + 1, abs=0.25)


@pytest.mark.parametrize("rate", [1e-3, 1.0, 1e3, 1e9])
def test_any_stiffness_on_one_mesh(rate):
    # x' = rate (1 - x) gives 1 - exp(-rate t).
    mesh = graded_mesh(np.zeros(1), 100.0, rate)
    while True:
        constant = np.full_like(mesh.nodes, rate)
        found = march(mesh, constant, constant)
        pieces = pieces_needed(mesh, found, 1e-9)
        if pieces.max() == 1:
            break
        mesh = mesh.split(pieces)
    assert np.abs(found + np.expm1(-rate * mesh.nodes)).max() < 1e-9
    assert len(mesh.edges) < 80  # a million million times stiffer, and no more than a few intervals more


def test_more_intervals_than_are_solved_at_a_time():
    # x' = rate (1 - x) gives 1 - exp(-rate t), for three rates at once.
    mesh, rates = Mesh(np.linspace(0, 10, SYSTEMS), 4), np.array([0.1, 1.0, 7.0])[:, None, None]
    rate = rates * np.ones_like(mesh.nodes)
    assert np.abs(march(mesh, rate, rate) + np.expm1(-rates * mesh.nodes)).max() < 1e-12


def test_polynomials_of_the_degree_are_exact_everywhere():
    mesh = Mesh(np.array([0.0, 1.0, 5.0]), 4)
    times = np.append(np.linspace(0, 5, 51), mesh.nodes.ravel())
    assert Reading(mesh, times)(mesh.nodes**4) == pytest.approx(times**4, abs=1e-11)


def test_splitting_keeps_the_ends_and_cuts_evenly():
    mesh = Mesh(np.array([0.0, 1.0, 4.0])).split(np.array([1, 3]))
    assert mesh.edges.tolist() == [0, 1, 2, 3, 4]


def test_pieces_are_asked_where_a_kink_stands_alone():
    mesh = Mesh(np.array([0.0, 1.0, 2.0]))
    pieces = pieces_needed(mesh, np.abs(mesh.nodes - 1.5), 1e-8)
    assert pieces[0] == 1
    assert pieces[1] > 1


def test_what_follows_a_sine_is_read_on_any_day_in_any_order():
    # x' = r (sin t - x) has the solution (r^2 sin t - r cos t) / (1 + r^2) + c exp(-r t), with c from x(0) = start.
    mesh, rate, start = Mesh(np.array([0.0, 1.0, 2.5, 3.0, 6.0])), 0.7, np.array([0.2, -1.0])
    days = np.array([5.5, 0.0, 0.3, 6.0, 2.5, 1.7, 1.8])
    course = np.repeat(np.sin(mesh.nodes)[..., None], 2, axis=-1)
    found = Following.at(mesh, rate).read(Reading(mesh, days))(course, start)

    def particular(t):
        return (rate**2 * np.sin(t) - rate * np.cos(t)) / (1 + rate**2)

    expected = particular(days)[:, None] + np.exp(-rate * days)[:, None] * (start - particular(0.0))
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10)


def test_many_patients_are_read_on_any_days_in_any_order():
    # Polynomials of degree 4 are exact; there are more days in an interval than are read at a time.
    mesh, factors = Mesh(np.array([0.0, 1.0, 2.5, 9.0])), np.array([1.0, -2.0, 0.5])
    days = np.concatenate([np.linspace(0, 9, 200), [4.0, 1.0, 0.0]])
    found = Reading(mesh, days).of_many(mesh.nodes[..., None] ** 4 * factors)
    np.testing.assert_allclose(found, days[:, None] ** 4 * factors, rtol=1e-12, atol=1e-12)
