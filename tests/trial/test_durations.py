"""How long a treatment lasts in each patient, against a plain loop over the rows of a trial."""

import numpy as np
import pandas as pd
import pytest

import wearoff as wo
from wearoff.trial.durations import read_durations, tabulate_durations


@pytest.fixture(scope="module")
def trial():
    arms = [
        wo.Arm(units=20, retreat=wo.Retreat(grade=3, min_interval=100, every=20)),
        wo.Arm(wo.Schedule.every(120, visits=3, units=20)),
        wo.Arm.placebo(),
    ]
    attendance = wo.Attendance(missed=0.2, drop_out=0.3, window=2)
    return wo.run_trial(arms, patients=60, days=400, attendance=attendance, individuals=True, visits=True)


@pytest.mark.parametrize("treatment", [1, 2])
@pytest.mark.parametrize("assessor", ["investigator", "subject", "composite"])
@pytest.mark.parametrize("event", ["return_to_baseline", "loss_of_none_or_mild"])
def test_durations_are_those_of_a_plain_loop(trial, event, assessor, treatment):
    expected = []
    for (arm, patient), rows in trial.visits.groupby(["arm", "patient"], sort=False):
        baseline, begin, after, found = rows["investigator"].iloc[0], None, 0, None
        for row in rows.to_dict("records"):
            if begin is not None and row["treatment"] == treatment and found is None:
                grade = {**row, "composite": min(row["investigator"], row["subject"])}[assessor]
                if grade >= (baseline if event == "return_to_baseline" else 2):
                    found = row["day"] - begin
                else:
                    after = row["day"] - begin
            first_of_placebo = arm == "placebo" and treatment == 1 and row["treatment"] == 0
            if row["treatment"] == treatment - 1 and (row["units"] > 0 or first_of_placebo):
                begin = row["day"]
        if begin is not None:
            expected.append((arm, patient, after, after if found is None else found, found is not None))
    result = tabulate_durations(trial.visits, event, assessor, treatment)
    assert list(result.itertuples(index=False, name=None)) == expected


def test_durations_by_the_curve_are_the_landmarks(trial):
    found = read_durations(trial.individuals, "loss_of_half_effect")
    for row, own in zip(trial.individuals.to_dict("records"), found.to_dict("records"), strict=True):
        day = row["half_effect_day"]
        assert own["seen"] == (row["half_effect_outcome"] != "not_yet")
        assert own["day"] == (row["until"] if np.isinf(day) else 0 if np.isnan(day) else day)


def test_a_treatment_that_nobody_got_is_refused(trial):
    with pytest.raises(wo.InputError, match="treatment is 9; allowed: one that some patients got"):
        tabulate_durations(trial.visits, "return_to_baseline", "investigator", 9)
    with pytest.raises(wo.InputError, match="event is 'relapse'"):
        tabulate_durations(pd.DataFrame(), "relapse", "investigator", 1)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"treatment": 2}, "treatment is 2; allowed: 1 for wear_off"),
        ({"assessor": "subject"}, "assessor is 'subject'; allowed: not given for wear_off"),
        ({"treatment": 0}, "treatment is 0"),
    ],
)
def test_the_effect_itself_is_followed_after_the_first_treatment_and_seen_by_nobody(trial, asked, message):
    with pytest.raises(wo.InputError, match=f"^{message}"):
        trial.survival("wear_off", **asked)
