"""Landmarks of curves whose crossings are known in closed form."""

import numpy as np
import pytest

from wearoff.model.landmarks import find_landmarks
from wearoff.model.mesh import Mesh


def hump(mesh, height):
    """V = height x (1 - (t - 10)^2 / 100) on [0, 20], and a W with W - V = V' as the model's last step has it."""
    t = mesh.nodes
    visible = height * (1 - (t - 10) ** 2 / 100)
    return visible[..., None], (visible - height * (t - 10) / 50)[..., None]


def test_crossings_of_a_parabola():
    mesh = Mesh(np.linspace(0, 20, 8))
    found = find_landmarks(mesh, *hump(mesh, 0.9))
    assert found.onset_day[0] == pytest.approx(10 - 10 * np.sqrt(1 - 0.2 / 0.9), abs=1e-10)
    assert found.full_effect_day[0] == pytest.approx(10 - 10 * np.sqrt(0.05), abs=1e-9)
    assert found.peak_day[0] == pytest.approx(10, abs=1e-9)
    assert found.peak_effect[0] == pytest.approx(0.9, abs=1e-12)
    assert found.half_effect_day[0] == pytest.approx(10 + 10 * np.sqrt(1 - 0.5 / 0.9), abs=1e-10)
    assert found.wear_off_day[0] == pytest.approx(10 + 10 * np.sqrt(1 - 0.2 / 0.9), abs=1e-10)


def test_what_is_never_reached_is_nan_and_what_is_not_yet_reached_is_infinite():
    mesh = Mesh(np.linspace(0, 20, 8))
    found = find_landmarks(mesh, *hump(mesh, 0.4))
    assert np.isnan(found.half_effect_day[0])
    assert np.isfinite(found.wear_off_day[0])
    # With a dose after the end the level may still be reached.
    assert np.isposinf(find_landmarks(mesh, *hump(mesh, 0.4), 21.0).half_effect_day[0])
    rising = Mesh(np.linspace(0, 9, 8))
    found = find_landmarks(rising, *hump(rising, 0.9))
    assert np.isfinite(found.onset_day[0])
    for name in ("full_effect_day", "peak_day", "peak_effect", "half_effect_day", "wear_off_day"):
        assert np.isposinf(getattr(found, name)[0]), name


@pytest.mark.parametrize("day", [10.001, 12.0])
def test_a_peak_shortly_before_the_last_dose_is_a_peak_before_it_as_any_other(day):
    # After this dose the effect only falls until the end, so that a level that was not reached may still be.
    mesh = Mesh(np.sort(np.append(np.linspace(0, 20, 8), day)))
    found = find_landmarks(mesh, *hump(mesh, 0.4), day)
    assert found.peak_day[0] == pytest.approx(10, abs=1e-9)
    assert np.isposinf(found.half_effect_day[0])


def test_patients_side_by_side():
    mesh = Mesh(np.linspace(0, 20, 8))
    curves = [hump(mesh, height) for height in (0.9, 0.4, 0.6)]
    together = find_landmarks(mesh, *(np.concatenate(each, axis=-1) for each in zip(*curves, strict=True)))
    for i, curve in enumerate(curves):
        alone = find_landmarks(mesh, *curve)
        for name, value in alone._asdict().items():
            # Equal to rounding only: numpy adds one column and many columns in different orders.
            np.testing.assert_allclose(getattr(together, name)[i], value[0], rtol=1e-13)
