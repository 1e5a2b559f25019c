"""The COMBINE archive: libcombine and libsedml read it, and libroadrunner runs its SBML as its SED-ML says.

tellurium, which runs the whole archive, takes minutes to install: docs/exchange.md says how it was tried.
"""

import numpy as np
import pytest
from tests.exchange.read_archive import read_archive
from tests.exchange.simulators import run_libroadrunner

import wearoff as wo
from wearoff.exchange import read_case, to_archive
from wearoff.labels import COLUMNS

BOUND = 1e-6

PLANS = {
    "four visits": wo.Schedule.every(90, visits=4, units=20),
    "sites": wo.Schedule.once(units=20, sites=3),
    "observed": wo.Schedule((wo.Visit(day=3, units=20),), None, (7.0, 30.5)),
}
CONSTANTS = wo.Parameters(light_chain_half_life=60)


@pytest.mark.parametrize("name", PLANS)
def test_what_the_archive_says_gives_the_same_columns(tmp_path, name):
    plan = PLANS[name]
    to_archive(tmp_path / "case.omex", plan, CONSTANTS)
    found = read_archive(tmp_path / "case.omex")
    assert found["errors"] == []
    assert found["algorithm"] == "KISAO:0000019"  # CVODE, which libroadrunner runs
    assert list(found["report"]) == list(COLUMNS)
    text = found["texts"][found["model"]]
    for kind, target in found["report"].values():
        assert target == "time" or f'<{kind} id="{target}"' in text
    start, end, steps = found["course"]
    times = np.linspace(start, end, steps + 1)
    solved = run_libroadrunner(text, times, [target for _, target in found["report"].values()])
    ours = wo.simulate(plan, parameters=CONSTANTS, times=times).frame[list(COLUMNS)].to_numpy()
    apart = ~np.isin(times, [visit.day for visit in plan])  # other programs report before or after a dose
    error = (np.abs(solved - ours)[apart].max(axis=0) / ours.max(axis=0)).max()
    print(f"archive, {name}: any column {error:.1e}")
    assert error < BOUND


def test_the_visits_and_the_model_are_read_back(tmp_path):
    plan = PLANS["four visits"]
    to_archive(tmp_path / "case.omex", plan, CONSTANTS)
    texts = read_archive(tmp_path / "case.omex")["texts"]
    for name in ("model.xml", "visits.csv"):
        (tmp_path / name).write_text(texts[name])
    assert read_case(tmp_path / "model.xml").parameters == CONSTANTS
    assert wo.Schedule.from_csv(tmp_path / "visits.csv") == plan


def test_the_same_case_has_the_same_bytes(tmp_path):
    for name in ("one.omex", "two.omex"):
        to_archive(tmp_path / name, PLANS["four visits"])
    assert (tmp_path / "one.omex").read_bytes() == (tmp_path / "two.omex").read_bytes()


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(wo.InputError, match=r"case.zip: ending is '.zip'; allowed: .omex"):
        to_archive(tmp_path / "case.zip", PLANS["four visits"])
