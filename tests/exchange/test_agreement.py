"""Other simulators run the exported file and give the same curve: libroadrunner's CVODE and COPASI's LSODA."""

import antimony
import numpy as np
import pytest
from tests.exchange.drawn import drawn
from tests.exchange.simulators import COLUMNS, copasi, libroadrunner
from tests.extent import extent

import wearoff as wo
from wearoff.exchange import to_antimony, to_sbml

pytestmark = pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")

# The largest error of the visible effect that is promised.
BOUND = 1e-6


def worst(simulator, plan, parameters, days=360):
    """Return the largest error of the visible effect, and that of any column against its largest value."""
    found = simulator(to_sbml(plan, parameters), days)
    expected = wo.simulate(plan, parameters=parameters, days=days).frame[list(COLUMNS)].to_numpy()
    # At the moment of a dose, a simulator reports the depot either before the dose or after it.
    apart = np.setdiff1d(np.arange(days + 1), [visit.day for visit in plan])
    error = np.abs(found - expected)
    return error[:, COLUMNS.index("visible")].max(), (error[apart].max(axis=0) / expected.max(axis=0)).max()


@pytest.mark.parametrize("preset", wo.presets())
@pytest.mark.parametrize("simulator", [libroadrunner, copasi])
def test_every_preset(simulator, preset):
    plan = wo.Schedule.every(90, visits=4, units=20)
    visible, any_column = worst(simulator, plan, wo.Parameters.preset(preset))
    print(f"{preset} in {simulator.__name__}: visible effect {visible:.1e}, any column {any_column:.1e}")
    assert visible < BOUND
    assert any_column < BOUND


@pytest.mark.parametrize("number", range(extent(5, 50)))
def test_fifty_random_cases_in_libroadrunner(number):
    visible, any_column = worst(libroadrunner, *drawn(number))
    print(f"case {number}: visible effect {visible:.1e}, any column {any_column:.1e}")
    assert visible < BOUND
    assert any_column < BOUND


@pytest.mark.parametrize("number", range(extent(1, 10)))
def test_ten_of_them_in_copasi(number):
    visible, any_column = worst(copasi, *drawn(number))
    print(f"case {number}: visible effect {visible:.1e}, any column {any_column:.1e}")
    assert visible < BOUND
    assert any_column < BOUND


@pytest.mark.proof
def test_labelled_sites():
    visible, any_column = worst(libroadrunner, wo.Schedule.once(units=20, sites=5), wo.Parameters(), days=180)
    print(f"five sites: visible effect {visible:.1e}, any column {any_column:.1e}")
    assert visible < BOUND
    assert any_column < BOUND


@pytest.mark.proof
def test_antimony_is_the_same_model():
    plan, parameters = drawn(7)  # which has zones
    antimony.clearPreviousLoads()
    assert antimony.loadAntimonyString(to_antimony(plan, parameters)) >= 0, antimony.getLastError()
    back = antimony.getSBMLString(antimony.getMainModuleName())
    once, again = libroadrunner(to_sbml(plan, parameters), 360), libroadrunner(back, 360)
    assert np.abs(once - again).max() < 1e-8 * np.abs(once).max()


def test_a_constant_changed_in_the_other_program_changes_all_that_follows():
    # The file has the constants under the user's names, and computes rates, uptake and zones from them.
    plan, changed = (
        wo.Schedule.once(units=50, product="abobotulinumtoxinA"),
        {"light_chain_half_life": 45.0, "dose_at_half_uptake": 9.0},
    )
    text = to_sbml(plan)
    for name, value in changed.items():
        before = f'id="{name}" value="{getattr(wo.Parameters(), name):.15g}"'
        assert before in text
        text = text.replace(before, f'id="{name}" value="{value}"')
    expected = wo.simulate(plan, parameters=wo.Parameters(**changed), days=200).frame["visible"]
    assert np.abs(libroadrunner(text, 200)[:, COLUMNS.index("visible")] - expected).max() < BOUND
