"""The script of R: R itself with deSolve runs it, and gives the same curve as `simulate`."""

import datetime

import numpy as np
import pytest
from studies.agreement import BOUND, VISITS
from studies.random_cases import draw_case
from studies.simulators import run_r
from tests.extent import extent
from tests.own_functions import BOTH

import wearoff as wo
from wearoff.exchange import to_r

pytestmark = pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")

OBSERVED = wo.Schedule(
    (wo.Visit(day=0.25, units=20), wo.Visit(day=60, units=20)),
    datetime.date(2027, 1, 4),
    (0.0, 0.25, 3.5, 7.0, 59.0, 60.0, 300.5),
)
CASES = {
    **{f"preset {name}": (VISITS, wo.Parameters.preset(name), None) for name in wo.presets()},
    "five sites": (wo.Schedule.once(units=20, sites=5), wo.Parameters(), None),
    "observed": (OBSERVED, wo.Parameters(), None),
    "two products, one day": (
        wo.Schedule((wo.Visit(product="abobotulinumtoxinA", units=50, sites=3), wo.Visit(units=10))),
        wo.Parameters(),
        None,
    ),
    "own functions": (VISITS, wo.Parameters(), BOTH),
    **{f"random {number}": (*draw_case(number), None) for number in range(extent(8, 50))},
}


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    """Run all cases in one process of R; return the tables by the names of the cases."""
    scripts = [to_r(plan, parameters, model=model) for plan, parameters, model in CASES.values()]
    return dict(zip(CASES, run_r(scripts, tmp_path_factory.mktemp("r")), strict=True))


@pytest.mark.r
@pytest.mark.parametrize("name", CASES)
def test_desolve_gives_the_same_columns(solved, name):
    plan, parameters, model = CASES[name]
    frame, found = wo.simulate(plan, parameters=parameters, model=model).frame, solved[name]
    assert list(found) == list(frame)
    if "date" in frame:
        assert found.pop("date").tolist() == frame.pop("date").dt.strftime("%Y-%m-%d").tolist()
    error = np.abs(found.to_numpy() - frame.to_numpy()).max(axis=0)
    visible, any_column = error[list(frame).index("visible")], (error / frame.max(axis=0).to_numpy()).max()
    assert visible < BOUND
    assert any_column < BOUND


def test_the_script_has_each_constant_with_its_source():
    script, table = to_r(VISITS, wo.Parameters(light_chain_half_life=np.inf)), wo.Parameters().table()
    for name in table["name"]:
        assert f"\n{name} <- " in script
    assert "light_chain_half_life <- Inf  # day" in script
    words = " ".join(script.replace("\n#", "").split())
    assert all(" ".join(meaning.split()) in words for meaning in table["meaning"])


def test_a_function_that_is_no_formula_is_refused():
    with pytest.raises(wo.InputError, match="which is not a formula"):
        to_r(VISITS, model=wo.Model(force=lambda release, c: np.maximum(release, 0)))
