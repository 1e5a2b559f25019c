"""Many cases solved together, against each case solved alone."""

import numpy as np
import pytest

from wearoff import Parameters
from wearoff.model.cases import solve_cases
from wearoff.model.course import Course, solve
from wearoff.model.doses import Doses
from wearoff.model.equations import Constants

DAYS = np.array([0.0, 5.0, 30.0, 90.0])


@pytest.mark.parametrize("zones", [1, 2, 3])
def test_cases_of_a_muscle_of_any_number_of_zones(zones):
    # One zone gets no toxin at all, so that the effect of the muscle is far from that of any one zone.
    units = np.linspace(0, 40, zones) if zones > 1 else np.array([20.0])
    doses = Doses(np.zeros(1), units[:, None] * np.ones((3, 1, 1)), np.full(zones, 1 / zones))
    typical = Parameters().constants()
    constants = Constants(*(np.full(3, value) for value in typical))._replace(k_cleave=np.array([0.05, 0.1, 0.2]))
    (found,) = solve_cases(doses, constants, np.arange(3), 100.0, 1e-6)
    visible = found.visible_at(DAYS) if isinstance(found, Course) else found.visible_at(DAYS).T
    for i, k_cleave in enumerate(constants.k_cleave):
        alone = solve(doses._replace(units=doses.units[i]), typical._replace(k_cleave=float(k_cleave)), 100.0)
        np.testing.assert_allclose(visible[i], alone.visible_at(DAYS), atol=2e-6)
