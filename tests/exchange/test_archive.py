"""The COMBINE archive: libcombine and libsedml read it, and libroadrunner runs its SBML as its SED-ML says.

`test_tellurium.py` runs the whole archive.
"""

import numpy as np
import pytest
from studies.agreement import BOUND, VISITS
from studies.simulators import run_libroadrunner
from tests.exchange.read_archive import read_archive
from tests.failing import check_failures

import wearoff as wo
from wearoff.exchange import read_case, to_archive
from wearoff.labels import COLUMNS

PLANS = {
    "four visits": VISITS,
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
    with pytest.raises(wo.InputError, match=r"file is '.*case.zip'; allowed: a name that ends in .omex"):
        to_archive(tmp_path / "case.zip", PLANS["four visits"])


def test_a_full_disk_leaves_all_as_it_was(tmp_path):
    check_failures(lambda file: to_archive(file, wo.Schedule.once(units=20)), tmp_path, ".omex")
