"""Event tables: additional doses as mrgsolve documents them, observations, exact round trips, and refusals by name."""

import datetime
import decimal
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import wearoff as wo
from wearoff import InputError, Schedule, Visit

from .test_schedule import refusal

ADDITIONAL = "time,amt,ii,addl,evid,cmt\n0,20,90,3,1,1\n"


def read(text):
    return Schedule.from_frame(pd.read_csv(io.StringIO(text)))


def test_additional_doses_are_the_visits_at_an_interval():
    plan = read(ADDITIONAL)
    assert plan == Schedule.every(90, visits=4, units=20)
    by_table, by_interval = (wo.simulate(each, days=500).frame for each in (plan, Schedule.every(90, visits=4)))
    assert np.abs(by_table - by_interval).to_numpy().max() <= 1e-12


def test_addl_counts_the_doses_beside_the_first():
    # mrgsolve's realize_addl(ev(amt = 100, ii = 24, addl = 2)) has doses at 0, 24 and 48.
    assert [visit.day for visit in read("time,amt,ii,addl\n0,100,24,2\n")] == [0, 24, 48]


def test_additional_doses_reach_past_the_next_row():
    plan = read("time,amt,ii,addl\n0,20,90,2\n100,5,0,0\n")
    assert [(visit.day, visit.units) for visit in plan] == [(0, 20), (90, 20), (100, 5), (180, 20)]


def test_defaults_are_evid_1_cmt_1():
    assert read("time,amt\n0,20\n") == Schedule.once(units=20)
    assert read("time,amt,ii,addl,evid,cmt\n0,20,.,.,1,.\n") == Schedule.once(units=20)


def test_an_interval_without_additional_doses_is_one_dose():
    assert len(read("time,amt,ii\n0,20,90\n")) == 1


def test_rows_with_evid_0_are_days_of_observation():
    plan = read("time,amt,evid\n0,20,1\n0,0,0\n3,,0\n7,.,0\n90,20,1\n100.5,0,0\n")
    assert plan.times == (0, 3, 7, 100.5)
    assert [visit.day for visit in plan] == [0, 90]
    frame = wo.simulate(plan).frame
    assert frame["time"].tolist() == [0, 3, 7, 100.5]
    assert frame["depot"][0] > 9  # half of the dose is taken up: an observation on the day of a dose sees the dose
    assert len(wo.simulate(plan, days=10).frame) == 11


moments = st.floats(0, 1000)


@given(
    st.lists(st.tuples(moments, st.floats(0.1, 100), st.sampled_from([None, 1, 5])), min_size=1, max_size=6),
    st.lists(moments, max_size=5).filter(lambda times: not times or max(times) > 0),
    st.one_of(st.none(), st.dates(datetime.date(1990, 1, 1), datetime.date(2100, 1, 1))),
)
def test_the_round_trip_is_exact(tmp_path_factory, visits, times, start):
    given = (Visit(day=day, units=units, sites=sites) for day, units, sites in sorted(visits, key=lambda v: v[0]))
    plan = Schedule(tuple(given), start, tuple(sorted(times)))
    path = tmp_path_factory.mktemp("plans") / "plan.csv"
    plan.to_csv(path)
    assert Schedule.from_csv(path) == plan
    assert Schedule.from_frame(plan.to_events()) == plan
    assert Schedule.from_frame(plan.to_frame()) == Schedule(plan.visits, plan.start)


def test_dates_instead_of_days():
    plan = read("date,amt\n2027-01-04,20\n2027-04-10,20\n")
    assert plan.start == datetime.date(2027, 1, 4)
    assert [visit.day for visit in plan] == [0, 96]
    with pytest.raises(InputError, match="row 1: date is 2027-04-11 on day 96; allowed: 2027-04-10, as the rows"):
        read("time,date,amt\n0,2027-01-04,20\n96,2027-04-11,20\n")


REFUSED = {
    "evid 2": ("time,amt,evid\n0,20,2\n", "line 2: evid is 2 (other event), which is not supported"),
    "evid 3": ("time,amt,evid\n0,20,3\n", "line 2: evid is 3 (reset), which is not supported"),
    "evid 4": ("time,amt,evid\n0,20,4\n", "line 2: evid is 4 (reset and dose), which is not supported"),
    "evid 8": ("time,amt,evid\n0,20,8\n", "line 2: evid is 8, which is not supported"),
    "evid 1.5": ("time,amt,evid\n0,20,1.5\n", "line 2: evid is 1.5, not a whole number"),
    "evid -1": ("time,amt,evid\n0,20,-1\n", "line 2: evid is -1"),
    "evid blank": ("time,amt,evid\n0,20,\n", "line 2: evid is blank"),
    "cmt 2": ("time,amt,cmt\n0,20,2\n", "line 2: cmt is 2"),
    "cmt text": ("time,amt,cmt\n0,20,DEPOT\n", "line 2: cmt is 'DEPOT', not a number"),
    "addl -1": ("time,amt,ii,addl\n0,20,90,-1\n", "line 2: addl is -1"),
    "addl 1.5": ("time,amt,ii,addl\n0,20,90,1.5\n", "line 2: addl is 1.5, not a whole number"),
    "addl huge": ("time,amt,ii,addl\n0,20,90,1e9\n", "line 2: addl is 1000000000"),
    "ii 0": ("time,amt,ii,addl\n0,20,0,3\n", "line 2: ii is 0; allowed: above 0 to 36525 day"),
    "ii negative": ("time,amt,ii,addl\n0,20,-90,0\n", "line 2: ii is -90"),
    "ii NaN": ("time,amt,ii,addl\n0,20,nan,3\n", "line 2: ii is nan"),
    "past the end": ("time,amt,ii,addl\n0,20,36525,3\n", "line 2: time is 73050"),
    "amt blank": ("time,amt,evid\n0,.,1\n", "line 2: amt is blank"),
    "amt of an observation": ("time,amt,evid\n0,20,1\n5,20,0\n", "line 3: amt of an observation is 20"),
    "only observations": ("time,amt,evid\n0,0,0\n", "no visit below the header"),
    "out of order": ("time,amt,evid\n90,20,1\n0,20,1\n", "line 3: time is 0 after 90; allowed: ascending times"),
    "observation out of order": ("time,amt,evid\n9,20,1\n0,0,0\n", "line 3: time is 0 after 9"),
    "no date": ("date,amt\nsoon,20\n", "line 2: date is 'soon', not a date"),
    "blank date": ("date,amt\n,20\n", "line 2: date is blank"),
    "a moment, no date": ("date,amt\n2027-01-04T08:00,20\n", "line 2: date is '2027-01-04T08:00'"),
    "date too early": ("date,amt\n1066-10-14,20\n", "line 2: date is '1066-10-14'"),
    "dates out of order": ("date,amt\n2027-01-04,20\n2026-01-04,20\n", "line 3: time is -365"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_supported_is_refused_by_name(case, tmp_path):
    content, reason = REFUSED[case]
    assert reason in refusal(tmp_path, content.encode())


def test_an_error_in_a_table_has_its_parts_and_the_name_of_the_column():
    with pytest.raises(InputError) as stop:
        read("time,amt\n0,20\n90,-5\n")
    error = stop.value
    assert (error.where, error.field, error.value, error.allowed) == (
        "schedule, row 1", "amt", -5, "above 0 to 10000 U",
    )  # fmt: skip
    with pytest.raises(InputError) as stop:
        read("time,amt,muscle\n0,20,glabella\n90,20,forehead\n")
    assert (stop.value.where, stop.value.field, stop.value.value) == ("schedule, row 1", "muscle", "forehead")


def test_a_column_that_is_repeated_in_a_frame_is_refused():
    with pytest.raises(InputError, match="column 'amt' is repeated"):
        Schedule.from_frame(pd.DataFrame([[20, 40]], columns=["amt", "amt"]))


def test_a_number_that_may_not_be_compared_is_refused():
    # To find out whether a value is missing, pandas compares it with itself.
    with pytest.raises(InputError, match="schedule has a signalling NaN; allowed"):
        Schedule.from_frame(pd.DataFrame({"time": [0], "amt": [decimal.Decimal("sNaN")]}))


def test_a_label_of_a_row_does_not_break_the_line():
    with pytest.raises(InputError) as stop:
        Schedule.from_frame(pd.DataFrame({"time": 0, "amt": [-1]}, index=["a\nb" * 1000]))
    assert str(stop.value).isprintable()
    assert len(str(stop.value)) < 200


def test_a_name_that_no_file_can_have():
    with pytest.raises(InputError, match="cannot be read"):
        Schedule.from_csv("a\0b")
