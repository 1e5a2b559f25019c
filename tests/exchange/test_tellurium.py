"""tellurium runs the COMBINE archive, and its report has the columns of `simulate`."""

import matplotlib
import numpy as np
import pytest
from studies.agreement import BOUND, VISITS, compare_archive
from studies.random_cases import draw_case
from studies.simulators import run_tellurium
from tests.extent import extent

import wearoff as wo
from wearoff.exchange import Case, read_case, to_archive, to_sbml

pytestmark = [pytest.mark.tellurium, pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")]

CASES = {
    **{f"preset {name}": (VISITS, wo.Parameters.preset(name)) for name in wo.presets()},
    "five sites": (wo.Schedule.once(units=20, sites=5), wo.Parameters()),
    "observed": (wo.Schedule((wo.Visit(day=3, units=20),), None, (7.0, 30.5)), wo.Parameters()),
    **{f"random {number}": draw_case(number) for number in range(extent(8, 50))},
}


@pytest.fixture(autouse=True)
def _no_windows():
    matplotlib.use("agg")


@pytest.mark.parametrize("name", CASES)
def test_the_report_has_the_same_values(name):
    difference = compare_archive(CASES[name])
    assert difference.visible < BOUND
    assert difference.any_column < BOUND


def test_sbml_that_tellurium_saves_is_read_back(tmp_path):
    import tellurium

    runner = tellurium.loadSBMLModel(to_sbml(VISITS))
    runner["init(light_chain_half_life)"] = 45
    runner.reset()
    expected = Case(schedule=VISITS, parameters=wo.Parameters(light_chain_half_life=45))
    for current in (False, True):
        runner.exportToSBML(str(tmp_path / "saved.xml"), current=current)
        assert read_case(tmp_path / "saved.xml") == expected


def test_the_report_has_a_row_for_each_day_and_the_columns_of_the_frame(tmp_path):
    to_archive(tmp_path / "case.omex", VISITS)
    report, frame = run_tellurium(tmp_path / "case.omex"), wo.simulate(VISITS).frame
    assert list(report) == list(frame)
    assert np.array_equal(report["time"], np.arange(frame["time"].max() + 1))
