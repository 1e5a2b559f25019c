"""Treatments over time: what is drawn is in the rows of the trial, and it is legible."""

import matplotlib as mpl
import numpy as np
import pytest
from tests.figures.legible import assert_legible

import wearoff as wo

mpl.use("Agg")


@pytest.fixture(scope="module")
def trial():
    arms = [wo.Arm(units=20, retreat=wo.Retreat(grade=2, min_interval=90, every=30)), wo.Arm.placebo("nothing")]
    attendance = wo.Attendance(window=3, missed=0.05, drop_out=0.4, leave_without_effect=0.3)
    return wo.run_trial(arms, patients=64, days=365, attendance=attendance, individuals=True, visits=True)


@pytest.mark.parametrize("patients", [1, 30])
def test_it_is_legible(trial, patients):
    assert_legible(trial.plot_treatments(patients=patients).get_figure())


def test_every_visit_has_its_marker_in_the_lane_of_its_patient(trial):
    ax = trial.plot_treatments(patients=20)
    drawn = np.concatenate([marks.get_offsets() for marks in ax.collections if marks.get_label()[0] != "_"])
    own, patients = (
        rows[(rows["arm"] == trial.individuals["arm"][0]) & (rows["patient"] <= 20)]
        for rows in (trial.visits, trial.individuals)
    )
    left = patients[patients["ended"] != "completed"]
    expected = sorted([*own["day"], *left["last_visit"]])
    assert sorted(drawn[:, 0]) == pytest.approx(expected)
    lanes = {lane: {day for day, own_lane in drawn if own_lane == lane} for lane in np.unique(drawn[:, 1])}
    by_patient = own.groupby("patient")["day"].agg(set)
    assert sorted(map(sorted, lanes.values())) == sorted(map(sorted, by_patient))
    mpl.pyplot.close(ax.figure)


def test_what_is_not_there_is_refused(trial):
    with pytest.raises(wo.InputError, match="arm is 'notting'; did you mean 'nothing'"):
        trial.plot_treatments("notting")
    with pytest.raises(wo.InputError, match="patients is 0; allowed: from 1 to 200"):
        trial.plot_treatments(patients=0)
    plain = wo.run_trial(wo.Arm(units=20), patients=8, days=30)
    with pytest.raises(wo.InputError, match="individuals were not kept"):
        plain.plot_treatments()
