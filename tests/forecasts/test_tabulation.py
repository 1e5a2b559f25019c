"""Histories as tables: random ones are read back the same; the numbers for other programs are what was seen."""

import datetime
import io

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.extent import extent

import wearoff as wo
from wearoff import Gone, Grade, Histories, History, Schedule, Visit, tables

RATERS = st.sampled_from(["investigator", "subject", "rater"])
PRODUCTS = sorted(tables.column("products", "product"))
MUSCLES = sorted(tables.column("muscles", "muscle"))


@st.composite
def histories_of_one(draw):
    muscle, start = draw(st.sampled_from(MUSCLES)), draw(st.none() | st.dates(datetime.date(1990, 1, 1)))
    days = sorted(draw(st.lists(st.floats(0, 800) | st.integers(0, 800), min_size=1, max_size=4)))
    visits = tuple(
        Visit(
            day=day,
            units=draw(st.floats(0.1, 100)),
            product=draw(st.sampled_from(PRODUCTS)),
            muscle=muscle,
            sites=draw(st.none() | st.integers(1, 9)),
        )
        for day in days
    )
    moments = st.floats(days[0], 1000) | st.sampled_from(days)
    grades = st.builds(Grade, moments, st.integers(0, 3), st.booleans(), RATERS)
    gone = st.tuples(moments, moments, st.booleans(), RATERS).filter(lambda each: each[0] != each[1])
    gone = gone.map(lambda each: Gone(max(each[:2]), min(each[:2]) if each[2] else None, each[3]))
    seen = sorted(draw(st.lists(grades | gone, max_size=6)), key=lambda each: each.day)
    start = start if start is None or start.year < 2190 else None
    return History(Schedule(visits, start), seen, draw(st.sampled_from([None, 2, 3])))


IDS = st.text(min_size=1, max_size=8).filter(
    lambda text: text == text.strip() and text not in (".", "NA") and not text.startswith("#")
)


@st.composite
def histories_of_several(draw):
    patients = draw(st.dictionaries(IDS, histories_of_one(), min_size=1, max_size=4))
    numbers = st.floats(-1e6, 1e6)
    names = draw(st.sampled_from([[], ["age"], ["WT", "sex"]]))
    covariates = pd.DataFrame({name: [draw(numbers) for _ in patients] for name in names}, index=list(patients))
    return Histories(patients, covariates)


@given(histories_of_several())
@settings(max_examples=extent(15, 400), deadline=None)
def test_what_is_written_is_read_back_the_same(histories):
    assert Histories.from_frame(histories.to_frame(), histories.covariates.columns) == histories


@given(histories_of_several())
@settings(max_examples=extent(20, 200), deadline=None)
def test_a_file_is_read_back_the_same(histories):
    named = Histories(
        {f"Patient, {i}": each for i, each in enumerate(histories.values())},
        histories.covariates.set_axis([f"Patient, {i}" for i in range(len(histories))]),
    )
    content = named.to_frame().to_csv(index=False)
    assert Histories.from_csv(io.StringIO(content), histories.covariates.columns) == named


@given(histories_of_several())
@settings(max_examples=extent(30, 300), deadline=None)
def test_the_numbers_for_other_programs_are_what_was_given_and_seen(histories):
    frame = histories.to_nonmem()
    again = pd.read_csv(io.StringIO(frame.to_csv(index=False, na_rep=".")), na_values=".")
    assert again.notna().equals(frame.notna())
    np.testing.assert_allclose(again.astype(float), frame.astype(float), rtol=1e-14)
    assert sorted(set(frame["ID"])) == list(range(1, len(histories) + 1))
    assert frame["EVID"].equals(frame["MDV"])
    assert (frame["CMT"] == 1).all()
    for number, (patient, history) in enumerate(histories.items(), 1):
        rows = frame[frame["ID"] == number]
        assert (np.diff(rows["TIME"]) >= 0).all()
        visits, looks = rows[rows["EVID"] == 1], rows[rows["EVID"] == 0]
        assert visits["TIME"].tolist() == [visit.day for visit in history.visits]
        assert visits["AMT"].tolist() == [visit.units for visit in history.visits]
        assert looks["AMT"].isna().all()
        assert sorted(zip(looks["TIME"], looks["DV"], looks["DVID"], strict=True)) == sorted(expected(history))
        assert rows["BASE"].isna().all() if history.baseline is None else (rows["BASE"] == history.baseline).all()
        for name in histories.covariates:
            assert (rows[name.upper()] == histories.covariates.loc[patient, name]).all()
        # A look at the moment of a visit comes before it.
        order = rows.reset_index(drop=True)
        for moment, same in order.groupby("TIME"):
            assert same["EVID"].is_monotonic_increasing, moment


def expected(history):
    """Yield the day, the value and the kind of each observation."""
    for each in history.seen:
        add = 1 if each.assessor == "subject" else 0
        if isinstance(each, Grade):
            yield each.day, each.grade, (3 if each.at_rest else 1) + add
        else:
            yield each.day, 1, 5 + add
            if each.since is not None:
                yield each.since, 0, 5 + add


def test_products_and_muscles_are_numbered_only_if_there_are_several():
    one = History(Schedule.every(90, visits=2, units=20), [Grade(30, 1)])
    assert not {"PROD", "MUSC"} & set(Histories({"1": one}).to_nonmem())
    visits = (Visit(units=20), Visit(day=90, units=50, product="Dysport"))
    two = History(Schedule(visits), [Grade(0, 3), Grade(30, 1), Grade(90, 2), Grade(100, 0)])
    frame = Histories({"1": two, "2": History(Schedule.once(units=10, muscle="forehead"))}).to_nonmem()
    names = list(tables.column("products", "product"))
    expected = ["onabotulinumtoxinA"] * 4 + ["abobotulinumtoxinA"] * 2 + ["onabotulinumtoxinA"]
    assert [names[place - 1] for place in frame["PROD"]] == expected
    assert frame["MUSC"].tolist() == [1] * 6 + [2]


def test_the_grade_of_the_first_day_stays_a_look_where_the_baseline_is_not_known():
    history = History(Schedule.once(units=20), [Grade(0, 1)])
    frame = wo.Histories({"1": history}).to_frame()
    assert frame["baseline"].tolist() == ["unknown", "unknown"]
    assert wo.Histories.from_frame(frame)["1"] == history


def test_no_id_is_in_the_numbers_for_other_programs():
    frame = Histories({"Anna": History(Schedule.once(units=20), [Grade(30, 1)])}).to_nonmem()
    assert all(pd.api.types.is_numeric_dtype(kind) for kind in frame.dtypes)
