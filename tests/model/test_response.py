"""The weakness against mpmath, from hardly anything cleaved to everything."""

import mpmath
import numpy as np
import pytest

from wearoff import Parameters
from wearoff.model.response import FEW, weakness


@pytest.mark.parametrize("release_at_half_force", [0.083, 0.15, 0.244, 0.999])
@pytest.mark.parametrize("force_steepness", [0.5, 2.0, 4.06, 8.0, 50.0])
def test_weakness_is_exact_however_little_is_cleaved(release_at_half_force, force_steepness):
    # Values on both sides of the point where the formula changes, and close to it. The parameters include the ends of
    # their possible ranges.
    cleaved = np.concatenate([np.geomspace(1e-200, 1, 300), FEW * (1 + np.linspace(-1e-3, 1e-3, 20)), [0.5, 1 - 1e-9]])
    constants = Parameters(release_at_half_force=release_at_half_force, force_steepness=force_steepness).constants()
    found = weakness(cleaved, constants)
    with mpmath.workdps(340):  # digits, for what differs from 1 by 1e-255, the least asked for here
        intact = [1 - mpmath.mpf(float(each)) for each in cleaved]
        h, half = mpmath.mpf(force_steepness), mpmath.mpf(release_at_half_force)
        expected = [1 - (1 + half**h) * s**h / (half**h + s**h) for s in intact]
        error = [abs(mpmath.mpf(float(w)) / e - 1) for w, e in zip(found, expected, strict=True)]
    assert float(max(error)) < 1e-12
    assert weakness(np.zeros(1), constants) == 0
