"""Hermite's two-point formula against closed forms: order, stability, and what the quintic reads."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wearoff.model.hermite import follow, quintic, slopes, steps

TURNOVER = 0.3
COUNTS = np.array([96, 128, 192, 256, 384])  # where the order is asymptotic, and the error far above rounding


def known_course(edges, turnover=TURNOVER):
    """The cleavage, with two derivatives, under which the cleaved fraction is t / (1 + t) whatever the turnover."""
    after = 1 + edges
    cleavage = np.stack([turnover * edges + 1 / after, turnover - 1 / after**2, 2 / after**3])
    return cleavage[..., None], (edges / after)[:, None]


def order(counts, errors):
    return -np.polyfit(np.log(counts), np.log(errors), 1)[0]


def test_order_at_the_edges_is_six():
    counts, errors = COUNTS, []
    for count in counts:
        edges = np.linspace(0, 10, count + 1)
        cleavage, exact = known_course(edges)
        errors.append(np.abs(follow(*steps(slopes(cleavage, TURNOVER), edges)) - exact).max())
    print(f"order {order(counts, errors):.2f}, promised 6")
    assert order(counts, errors) == pytest.approx(6, abs=0.25)


def test_order_between_the_edges_is_six():
    counts, errors, times = COUNTS, [], np.linspace(0, 10, 2001)
    for count in counts:
        edges = np.linspace(0, 10, count + 1)
        cleavage, _ = known_course(edges)
        slope = slopes(cleavage, TURNOVER)
        x = follow(*steps(slope, edges))
        known = [x, *(slope.constants[i] - slope.factors[i] * x for i in (0, 1))]
        errors.append(np.abs(quintic(edges, times) @ np.concatenate(known) - (times / (1 + times))[:, None]).max())
    print(f"order {order(counts, errors):.2f} between edges, promised 6")
    assert order(counts, errors) == pytest.approx(6, abs=0.25)


def test_the_three_derivatives_are_those_of_the_course():
    edges = np.linspace(0, 5, 11)
    cleavage, x = known_course(edges)
    slope = slopes(cleavage, TURNOVER)
    for i, sign in enumerate((1, -1, 1)):  # of t / (1 + t): i! / (1 + t)^(i + 1), in turn up and down
        expected = sign * math.factorial(i + 1) / (1 + edges[:, None]) ** (i + 2)
        assert slope.constants[i] - slope.factors[i] * x == pytest.approx(expected, rel=1e-12, abs=1e-12)


def growth(z):
    """What one step of length 1 does to x, for a steady rate z."""
    steady = np.zeros((3, 2, 1))
    return float(steps(slopes(steady, z), np.array([0.0, 1.0]))[0][0, 0])


@given(st.floats(0, 1e12))
def test_any_rate_over_any_step_is_stable(z):
    # In exact arithmetic the growth is below 1 for every rate above 0; for the smallest and largest it rounds to 1.
    assert abs(growth(z)) <= 1


@pytest.mark.parametrize("z", [0.05, 0.1, 0.2, 0.4])
def test_growth_is_the_diagonal_pade_approximation_of_exp(z):
    # The first term of its error, with 3! 3! / (6! 7!) = 1 / 100800; the next is smaller by z^2 / 36.
    assert growth(z) - np.exp(-z) == pytest.approx(-(z**7) * np.exp(-z) / 100800, rel=z**2 / 20, abs=1e-15)


def test_a_step_ends_where_the_equation_comes_to_rest():
    # With constant cleavage c the fraction tends to c / (c + turnover), whether the equation is stiff or not.
    for cleavage in (1e-3, 1.0, 1e3, 1e6):
        steady = np.zeros((3, 2, 1))
        steady[0] = cleavage
        factor, term = steps(slopes(steady, TURNOVER), np.array([0.0, 2.0]))
        rest = cleavage / (cleavage + TURNOVER)
        assert factor * rest + term == pytest.approx(rest, rel=1e-12)


def test_patients_beside_each_other_are_patients_apart():
    edges = np.linspace(0, 3, 7)
    every = [known_course(edges, turnover)[0] for turnover in (0.1, 0.3, 2.0)]
    together = follow(*steps(slopes(np.concatenate(every, axis=-1), np.array([0.1, 0.3, 2.0])), edges))
    for i, (own, turnover) in enumerate(zip(every, (0.1, 0.3, 2.0), strict=True)):
        assert together[:, i].tolist() == follow(*steps(slopes(own, turnover), edges))[:, 0].tolist()


def test_every_other_slope_is_that_of_every_other_edge():
    edges = np.linspace(0, 4, 9)
    finer, coarse = (slopes(known_course(each)[0], TURNOVER) for each in (edges, edges[::2]))
    for one, other in zip(finer.every_other(), coarse, strict=True):
        assert all((a == b).all() for a, b in zip(one, other, strict=True))


def read(edges, times, polynomial):
    known = [polynomial.deriv(i)(edges) if i else polynomial(edges) for i in range(3)]
    return quintic(edges, times) @ np.concatenate(known)


@given(st.lists(st.floats(-10, 10), min_size=6, max_size=6), st.lists(st.floats(0, 4), min_size=1, max_size=9))
def test_the_quintic_reads_polynomials_of_degree_five_exactly(coefficients, times):
    polynomial = np.polynomial.Polynomial(coefficients)
    edges = np.array([0.0, 0.25, 1.0, 4.0])
    largest = np.abs(coefficients) @ 4.0 ** np.arange(6)
    assert np.abs(read(edges, np.array(times), polynomial) - polynomial(np.array(times))).max() <= 1e-14 * largest


def test_the_quintic_misses_a_sixth_power_by_what_theory_says():
    # For t^6 on [0, 1] the remainder is t^3 (t - 1)^3, which is largest in the middle.
    sixth = np.polynomial.Polynomial([0, 0, 0, 0, 0, 0, 1])
    assert sixth(0.5) - read(np.array([0.0, 1.0]), np.array([0.5]), sixth)[0] == pytest.approx(-1 / 64, rel=1e-12)


def test_the_quintic_reads_the_edges_themselves():
    edges = np.array([0.0, 1.0, 3.0, 10.0])
    assert read(edges, edges, np.polynomial.Polynomial([1, -2, 3])) == pytest.approx(1 - 2 * edges + 3 * edges**2)
