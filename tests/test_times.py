"""Days as an argument: what numbers, dates and durations of every library mean."""

import datetime

import numpy as np
import pandas as pd
import pytest

import wearoff as wo
from wearoff import InputError

START = "2027-01-04"
DATES = {
    "numpy": np.array(["2027-01-05", "2027-01-11"], "datetime64[D]"),
    "numpy with hours": np.array(["2027-01-05T00", "2027-01-11T00"], "datetime64[h]"),
    "pandas": pd.to_datetime(["2027-01-05", "2027-01-11"]),
    "a series": pd.Series(pd.to_datetime(["2027-01-05", "2027-01-11"]), index=[7, 8]),
    "Python's dates": [datetime.date(2027, 1, 5), datetime.date(2027, 1, 11)],
    "Python's moments": [datetime.datetime(2027, 1, 5), datetime.datetime(2027, 1, 11)],
    "objects of pandas": np.array([pd.Timestamp("2027-01-05"), pd.Timestamp("2027-01-11")], dtype=object),
}
DURATIONS = {
    "numpy's hours": np.array([24, 168], "timedelta64[h]"),
    "numpy's weeks and pandas": pd.to_timedelta([1, 7], "D"),
    "a series": pd.Series(pd.to_timedelta([24, 168], "h")),
    "Python's": [datetime.timedelta(hours=24), datetime.timedelta(weeks=1)],
}


@pytest.mark.parametrize("case", DATES)
def test_dates_count_from_the_start(case):
    found = wo.simulate(units=20, start=START, times=DATES[case])
    assert found.frame["time"].tolist() == [1, 7]
    assert found.frame["date"].dt.strftime("%Y-%m-%d").tolist() == ["2027-01-05", "2027-01-11"]
    assert found.at(DATES[case])["time"].tolist() == [1, 7]
    with pytest.raises(InputError, match=r"^times has dates, and the date of day 0 is not known; allowed: .* a start"):
        wo.simulate(units=20, times=DATES[case])


@pytest.mark.parametrize("case", DURATIONS)
def test_durations_are_converted_to_days(case):
    found = wo.simulate(units=20, times=DURATIONS[case])
    assert found.frame["time"].tolist() == [1, 7]
    assert found.at(DURATIONS[case])["time"].tolist() == [1, 7]


def test_a_part_of_a_day_is_kept():
    found = wo.simulate(units=20, start=START, times=pd.to_datetime(["2027-01-04 06:00", "2027-01-05 12:00"]))
    assert found.frame["time"].tolist() == [0.25, 1.5]


@pytest.mark.parametrize(
    "times",
    [
        np.ma.array([1, 7, 30], mask=[0, 1, 0]),
        np.ma.array([1.0, 7.0], mask=[1, 1]),
        pd.to_datetime(["2027-01-05", None]),
        np.array([1, "NaT"], "timedelta64[D]"),
        pd.Series([1, None], dtype="Int64"),
        pd.Series([1, None]),
        [1, None],
        [1, pd.NaT],
        # A month has no length in days.
        np.array([1, 2], "timedelta64[M]"),
        pd.to_datetime(["2027-01-05"]).tz_localize("UTC"),
        [datetime.datetime(2027, 1, 5, tzinfo=datetime.UTC)],
        [datetime.date(2027, 1, 5), 7],
        [True, True],
        np.array([b"1"]),
        [1 + 0j],
    ],
    ids=repr,
)
def test_what_is_missing_or_has_no_length_in_days_is_refused(times):
    whole = wo.simulate(units=20, start=START)
    for read in (lambda: wo.simulate(units=20, start=START, times=times), lambda: whole.at(times)):
        with pytest.raises(InputError, match=r"^times (has|is) .*; allowed: ") as stop:
            read()
        assert "\n" not in str(stop.value)


def test_a_masked_array_without_a_masked_value_is_an_array():
    assert wo.simulate(units=20, times=np.ma.array([1, 7])).frame["time"].tolist() == [1, 7]


def test_what_is_given_is_not_changed_and_does_not_change_the_result():
    # A view of the caller's array would change with it.
    given = np.array([1.0, 7.0, 30.0])
    found = wo.simulate(units=20, times=given)
    given[:] = 0
    assert found.times.tolist() == [1, 7, 30]
