"""Histories of several patients: what is refused, and that no message has an ID."""

import pickle
import re

import numpy as np
import pandas as pd
import pytest

import wearoff as wo

ONE = wo.History(wo.Schedule.once(units=20), [wo.Grade(30, 0), wo.Gone(100, since=80)], baseline=3)
TWO = wo.History(wo.Schedule.every(90, visits=2, units=20))
PATIENTS = {"Zoe": ONE, "Anna": TWO}


def test_histories_are_a_mapping_in_the_order_in_which_they_were_given():
    covariates = pd.DataFrame({"age": [38, 41]}, index=["Anna", "Zoe"])
    histories = wo.Histories(PATIENTS, covariates)
    assert list(histories) == ["Zoe", "Anna"]
    assert dict(histories) == PATIENTS
    assert histories.covariates["age"].to_dict() == {"Zoe": 41.0, "Anna": 38.0}
    assert histories.covariates.index.name == "id"
    copied = histories.covariates
    copied["age"] = 0.0
    assert histories == wo.Histories(PATIENTS, covariates)
    assert histories != wo.Histories(PATIENTS)
    assert histories != PATIENTS
    assert pickle.loads(pickle.dumps(histories)) == histories


def test_a_notebook_shows_numbers_and_no_id():
    histories = wo.Histories(PATIENTS)
    for shown in (repr(histories), histories._repr_html_()):
        assert "Zoe" not in shown
        assert "Anna" not in shown
    assert repr(histories) == "<Histories: patients 2, visits 3, looks 3>"
    cells = re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", histories._repr_html_())
    assert [cell for cell in cells if cell] == ["patient", "visits", "looks", "1", "1", "3", "2", "2", "0"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: wo.Histories({}), "histories has no patient"),
        (lambda: wo.Histories(ONE), "histories is .*; allowed: Mapping"),
        (lambda: wo.Histories({"Zoe": TWO.visits}), "history is Schedule.*; allowed: History"),
        (lambda: wo.Histories({"": ONE}), "id of a patient cannot be used"),
        (lambda: wo.Histories({" Zoe": ONE}), "id of a patient cannot be used"),
        (lambda: wo.Histories({7: ONE}), "id of a patient cannot be used"),
        (
            lambda: wo.Histories.from_frame({"id": [], "day": [], "units": []}, ["age", 3]),
            "^covariates is 3; allowed: str",
        ),
        (lambda: wo.Histories.from_frame({"id": [], "day": [], "units": []}, " age"), "^covariate is ' age'"),
        (lambda: wo.Histories(PATIENTS, {"age": 1}), "covariates is .*; allowed: DataFrame"),
        (
            lambda: wo.Histories(PATIENTS, pd.DataFrame({"age": [1, 2]}, index=["Zoe", "Eve"])),
            "covariates have 2 rows, which are not those of the 2 patients",
        ),
        (
            lambda: wo.Histories(PATIENTS, pd.DataFrame({"age": [1, np.nan]}, index=["Zoe", "Anna"])),
            "age is not a number for every patient; allowed: finite numbers",
        ),
        (
            lambda: wo.Histories(PATIENTS, pd.DataFrame({"sex": ["f", "m"]}, index=["Zoe", "Anna"])),
            "sex is not a number for every patient",
        ),
        (
            lambda: wo.Histories(
                PATIENTS, pd.DataFrame({"born": pd.to_datetime(["1980-05-01", "1990-05-01"])}, index=["Zoe", "Anna"])
            ),
            "born is not a number for every patient; allowed: finite numbers",
        ),
        (lambda: wo.Histories(PATIENTS, pd.DataFrame({3: [1, 2]}, index=["Zoe", "Anna"])), "covariate is 3"),
    ],
)
def test_what_is_not_possible_is_refused_without_an_id(make, message):
    with pytest.raises(wo.InputError, match=message) as stop:
        make()
    assert not any(name in str(stop.value) for name in ("Zoe", "Anna", "Eve"))
