"""Divided differences of exp against mpmath at 300 digits, equal and nearly equal nodes included."""

import mpmath
import numpy as np
import pytest

from wearoff.model.exponentials import exp_divided_differences

EPS = np.finfo(float).eps


def exact(nodes):
    # Equal nodes are moved apart by 1e-40: at 300 digits the plain formula then errs by less than 1e-38.
    apart = [mpmath.mpf(float(z)) + i * mpmath.mpf(10) ** -40 for i, z in enumerate(nodes)]
    total = mpmath.mpf(0)
    for i, z in enumerate(apart):
        total += mpmath.exp(z) / mpmath.fprod(z - other for j, other in enumerate(apart) if j != i)
    return total


@pytest.mark.parametrize("seed", range(60))
def test_relative_error_is_near_rounding(seed):
    rng = np.random.default_rng(seed)
    nodes = -np.exp(rng.uniform(np.log(1e-3), np.log(500), rng.integers(2, 7)))
    if seed % 2:  # some nodes equal, some nearly
        nodes[1:] = np.where(rng.random(len(nodes) - 1) < 0.6, nodes[0] * (1 + 10 ** rng.uniform(-16, 0)), nodes[1:])
    nodes.sort()
    # Every set of neighbours, and one set with gaps: the recursion can meet all of them.
    sets = {(1 << last) - (1 << first) for last in range(1, len(nodes) + 1) for first in range(last)} | {
        0b101 % 2 ** len(nodes)
    }
    found = exp_divided_differences(nodes[:, None], tuple(sets))[:, 0]
    for chosen, value in zip(sets, found, strict=True):
        with mpmath.workdps(300):
            judge = exact([node for i, node in enumerate(nodes) if chosen >> i & 1])
            error = abs((mpmath.mpf(float(value)) - judge) / judge)
        # The recursion loses a few bits at each of at most five orders.
        assert error < 100 * EPS


def test_all_equal_is_exp_over_factorial():
    found = exp_divided_differences(np.full((5, 1), -2.0), (0b11111,))[0, 0]
    assert found == pytest.approx(np.exp(-2.0) / 24, rel=4 * EPS)
