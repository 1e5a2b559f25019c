"""SBML of the first form of the model, whose constants had other names and which had no crease, changed in COPASI.

The judge of the constants is the text of the file, and of the effect libroadrunner, which runs the file itself.
"""

from pathlib import Path

import numpy as np
import pytest
from studies.agreement import BOUND
from studies.simulators import run_libroadrunner

import wearoff as wo
from wearoff.exchange import Case, read_case

FILE = Path(__file__).parents[1] / "data" / "first_form_copasi.xml"
SAID = "first form of the model, without the crease in the skin; taken instead: crease_half_life = "
# As they stand in the file; COPASI changed the loss of the light chain to 45 days.
CONSTANTS = wo.Parameters(
    depot_half_life=0.746,
    light_chain_half_life=45,
    snap25_half_life=6.162,
    potency=0.1298,
    dose_at_half_uptake=18,
    release_at_half_force=0.1485,
    force_steepness=4.06,
    line_half_life=0.1564,
)


def read(tmp_path, *changes):
    text = FILE.read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    (tmp_path / "file.xml").write_text(text, encoding="utf-8")
    return read_case(tmp_path / "file.xml")


def test_constants_and_visit_are_read_under_their_present_names():
    with pytest.warns(wo.UnusualWarning, match=SAID):
        assert read_case(FILE) == Case(schedule=wo.Schedule.once(units=20), parameters=CONSTANTS)


def test_the_effect_is_that_of_the_file(tmp_path):
    # Level 2 does not say whether an event fires on day 0, and libroadrunner does not fire it: the visit is on day 1.
    later = ('name="day_1" value="0"', 'name="day_1" value="1"')
    with pytest.warns(wo.UnusualWarning, match=SAID):
        case = read(tmp_path, later)
    ours = wo.simulate(case.schedule, parameters=case.parameters, days=360).frame["visible"]
    theirs = run_libroadrunner((tmp_path / "file.xml").read_text(encoding="utf-8"), range(361), ["visible"])[:, 0]
    assert np.abs(ours - theirs).max() < BOUND


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("<ci> turnover_half_life </ci>", "<ci> loss_half_life </ci>", "the formula of k_snap25 is not ours"),
        ('id="steepness"', 'id="hill"', "depot_half_life has no value"),
        (
            'id="steepness" name="steepness" value="4.06"',
            'id="steepness" name="steepness" value="-1"',
            "steepness is -1",
        ),
    ],
)
def test_what_is_not_ours_is_refused(tmp_path, before, after, said):
    with pytest.raises(wo.InputError, match=said):
        read(tmp_path, (before, after))
