"""Other simulators run the exported file and give the same curve: libroadrunner's CVODE and COPASI's LSODA."""

import antimony
import numpy as np
import pytest
from studies import agreement
from studies.agreement import BOUND, VISITS, compare_sbml
from studies.random_cases import draw_case
from studies.simulators import COLUMNS, copasi, libroadrunner
from tests.extent import extent

import wearoff as wo
from wearoff.exchange import to_antimony, to_sbml

pytestmark = pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")

SIMULATORS = [libroadrunner, copasi]


def check(simulator, case, days=360):
    difference = compare_sbml(simulator, case, days)
    assert difference.visible < BOUND
    assert difference.any_column < BOUND


@pytest.mark.parametrize("preset", wo.presets())
@pytest.mark.parametrize("simulator", SIMULATORS)
def test_every_preset(simulator, preset):
    check(simulator, (VISITS, wo.Parameters.preset(preset)))


@pytest.mark.parametrize("number", range(extent(5, 50)))
@pytest.mark.parametrize("simulator", SIMULATORS)
def test_fifty_random_cases(simulator, number):
    check(simulator, draw_case(number))


@pytest.mark.proof
@pytest.mark.parametrize("simulator", SIMULATORS)
def test_labelled_sites(simulator):
    check(simulator, (wo.Schedule.once(units=20, sites=5), wo.Parameters()), days=180)


def test_a_difference_is_found():
    # The file has a potency that is 0.001 % larger: the difference is what `simulate` says of the two potencies.
    plan, parameters = wo.Schedule.once(units=20), wo.Parameters()
    larger = wo.Parameters(potency=parameters.potency * 1.00001)
    effects = [wo.simulate(plan, parameters=each, days=360).frame["visible"] for each in (parameters, larger)]
    moved = np.abs(effects[0] - effects[1]).max()
    assert moved > BOUND
    other = to_sbml(plan, larger)
    found = compare_sbml(lambda _, days: libroadrunner(other, days), (plan, parameters))
    assert found.visible == pytest.approx(moved, abs=1e-8)


def test_the_page_has_every_program_and_keeps_the_promise():
    page = agreement.PAGE.read_text(encoding="utf-8")
    table = page.partition(agreement.BEGIN)[2].partition(agreement.END)[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.strip().splitlines()[2:]]
    cases = {kind: str(len(each)) for kind, each in agreement.list_cases().items()}
    expected = [[each.name, each.reads, kind, number] for each in agreement.PROGRAMS for kind, number in cases.items()]
    assert [[name, reads, kind, number] for name, _, reads, kind, number, _, _ in rows] == expected
    assert all(0 < float(error) < BOUND for *_, visible, any_column in rows for error in (visible, any_column))


@pytest.mark.proof
def test_antimony_is_the_same_model():
    plan, parameters = draw_case(7)  # which has zones
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
