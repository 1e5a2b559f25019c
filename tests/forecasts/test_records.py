"""Histories as clinics and other programs write them: what each table says is written beside it, by hand."""

import datetime
import io

import pandas as pd
import pytest

import wearoff as wo
from wearoff import Gone, Grade, History, InputError, UnusualWarning

TWO = [(0, 20), (90, 20)]
LOOK = [Grade(30, 1)]
THREE_GRADES = "date,units,grade\n2027-01-04,20,3\n2027-02-03,,0\n2027-04-30,20,2\n"

# Content of a table, the visits in it, what was seen, and the grade before treatment.
READ = {
    "dates": (THREE_GRADES, [(0, 20), (116, 20)], [Grade(30, 0), Grade(116, 2)], 3),
    "days": ("day,units,grade\n0,20,\n30,,1\n90,20,\n", TWO, LOOK, None),
    "times of event tables": ("time,amt,grade\n0,20,\n30,0,1\n90,20,\n", TWO, LOOK, None),
    "an event table in capitals": (
        "ID,TIME,AMT,EVID,CMT,II,ADDL,DV,MDV\n1,0,20,1,1,90,1,.,1\n1,30,.,0,2,.,.,1,0\n", TWO, LOOK, None,
    ),
    "dv of 0 on a dose": ("TIME,AMT,EVID,DV\n0,20,1,0\n30,0,0,1\n90,20,1,0\n", TWO, LOOK, None),
    "dv on a dose that is missing by mdv": (
        "TIME,AMT,EVID,DV,MDV\n0,20,1,2,1\n30,0,0,1,0\n90,20,1,3,1\n", TWO, LOOK, None,
    ),
    "dv that is missing by mdv": ("TIME,AMT,DV,MDV\n0,20,,1\n30,0,1,0\n60,0,2,1\n61,0,,1\n90,20,,1\n", TWO, LOOK, None),
    "dv without evid": ("time,amt,dv\n0,20,.\n30,.,1\n90,20,.\n", TWO, LOOK, None),
    "no looks": ("day,units\n0,20\n90,20\n", TWO, [], None),
    "looks without their columns": ("time,amt,evid\n0,20,1\n90,20,1\n", TWO, [], None),
    "the baseline on the first day": ("day,units,grade\n0,20,3\n30,,1\n90,20,\n", TWO, LOOK, 3),
    "the baseline before": ("date,units,grade\n2026-12-20,,2\n2027-01-04,20,\n2027-02-03,,1\n", [(0, 20)], LOOK, 2),
    "the baseline on a day before": ("day,units,grade\n-14,,2\n0,20,\n30,,1\n90,20,\n", TWO, LOOK, 2),
    "the baseline twice": ("day,units,grade\n-14,,2\n0,20,2\n30,,1\n90,20,\n", TWO, LOOK, 2),
    "a column baseline": ("day,units,grade,baseline\n0,20,,3\n30,,1,\n90,20,,3\n", TWO, LOOK, 3),
    "a grade of the first day beside a column baseline": (
        "day,units,grade,assessor,baseline\n0,20,2,Subject,3\n30,,1,,3\n", [(0, 20)],
        [Grade(0, 2, assessor="subject"), Grade(30, 1)], 3,
    ),
    "a baseline that is not known": (
        "day,units,grade,baseline\n0,20,3,Unknown\n30,,1,\n", [(0, 20)], [Grade(0, 3), Grade(30, 1)], None,
    ),
    "at rest": (
        "day,units,grade,at_rest\n0,20,,\n30,,1,Yes\n31,,2,0\n", [(0, 20)], [Grade(30, 1, True), Grade(31, 2)], None,
    ),
    "at rest on the first day": ("day,units,grade_at_rest\n0,20,1\n", [(0, 20)], [Grade(0, 1, True)], None),
    "at rest beside at frown": (
        "day,units,grade,grade_at_rest\n0,20,3,\n30,,1,0\n", [(0, 20)], [Grade(30, 1), Grade(30, 0, True)], 3,
    ),
    "at rest alone": ("day,units,grade_at_rest\n0,20,\n30,,1\n", [(0, 20)], [Grade(30, 1, True)], None),
    "assessors": (
        "day,units,grade,assessor\n0,20,,\n30,,1,subject\n30,,0,RATER\n30,,0,.\n", [(0, 20)],
        [Grade(30, 1, assessor="subject"), Grade(30, 0, assessor="rater"), Grade(30, 0)], None,
    ),
    "gone": ("day,units,seen\n0,20,\n95,,gone\n100,20,Came back\n", [(0, 20), (100, 20)], [Gone(95), Gone(100)], None),
    "gone in a note": ("day,units,note\n0,20,\n95,,Gone\n", [(0, 20)], [Gone(95)], None),
    "gone by the investigator": (
        "day,units,seen,assessor\n0,20,,\n95,,gone,investigator\n",
        [(0, 20)], [Gone(95, assessor="investigator")], None,
    ),
    "gone since a day": ("day,units,seen,since\n0,20,,\n95,,gone,80\n", [(0, 20)], [Gone(95, since=80)], None),
    "gone since a date": (
        "date,units,seen,since\n2027-01-04,20,,\n2027-04-09,,gone,2027-03-25\n", [(0, 20)], [Gone(95, since=80)], None,
    ),
    "a grade, gone and a visit in one row": (
        "day,units,grade,seen\n0,20,,\n95,20,2,gone\n", [(0, 20), (95, 20)], [Grade(95, 2), Gone(95)], None,
    ),
    "semicolons and decimal commas": ("Day;Units;Grade\n0;17,5;3\n30,5;;1\n", [(0, 17.5)], [Grade(30.5, 1)], 3),
    "tabs": ("day\tunits\tgrade\n0\t20\t\n30\t\t1\n90\t20\tNA\n", TWO, LOOK, None),
    "comments": ("# anna\nday,units,grade\n0,20,.\n# 5 U more?\n30,NA,1\n90,20,\n", TWO, LOOK, None),
    "row numbers of R": ('"","day","units","grade"\n"1",0,20,NA\n"2",30,NA,1\n"3",90,20,NA\n', TWO, LOOK, None),
    "row numbers of pandas": (",day,units,grade\n0,0,20,\n1,30,,1.0\n2,90,20,\n", TWO, LOOK, None),
    "rows of separators": ("day,units,grade\n0,20,\n30,,1\n90,20,\n,,\n,,\n", TWO, LOOK, None),
    "ss and rate of nothing": ("time,amt,dv,ss,rate\n0,20,,0,0\n30,,1,.,\n90,20,,0,0\n", TWO, LOOK, None),
    "dates as times": ("time,amt,dv\n2027-01-04,20,\n2027-02-03,,1\n2027-04-04,20,\n", TWO, LOOK, None),
    "durations": ("time,amt,dv\n0 days,20,\n30 days,,1\n90 days 00:00:00,20,\n", TWO, LOOK, None),
    "a look after the visit in the table": (
        "time,amt,evid,dv\n0,20,1,.\n90,20,1,.\n90,0,0,2\n", TWO, [Grade(90, 2)], None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", READ)
def test_a_table_with_one_meaning_is_read_without_a_word(case, tmp_path):
    content, visits, seen, baseline = READ[case]
    (tmp_path / "history.csv").write_text(content)
    history = History.from_csv(tmp_path / "history.csv")
    assert [(visit.day, visit.units) for visit in history.visits] == visits
    assert list(history.seen) == seen
    assert history.baseline == baseline
    assert History.from_csv(io.StringIO(content)) == history
    with (tmp_path / "history.csv").open() as file:
        assert History.from_csv(file) == history


def test_dates_are_kept_and_those_of_pandas_are_read():
    history = History.from_csv(io.StringIO(THREE_GRADES))
    assert history.visits.start == datetime.date(2027, 1, 4)
    frame = pd.read_csv(io.StringIO(THREE_GRADES), parse_dates=["date"])
    assert History.from_frame(frame) == History.from_frame(frame.set_index("date")) == history
    assert History.from_frame(frame.assign(at_rest=False)) == history


def test_products_have_their_brand_names():
    table = "date,units,product,sites\n2027-01-04,50,DYSPORT,5\n2027-05-04,20,Xeomin,\n"
    first, second = History.from_csv(io.StringIO(table)).visits
    assert (first.product.name, first.sites) == ("abobotulinumtoxinA", 5)
    assert (second.product.name, second.sites) == ("incobotulinumtoxinA", None)


def test_a_note_that_says_something_else_is_passed_over_and_that_is_said():
    table = "day,units,note\n0,20,Anna was late\n95,,gone\n100,20,happy\n"
    with pytest.warns(UnusualWarning) as caught:
        history = History.from_csv(io.StringIO(table))
    assert history.seen == (Gone(95),)
    (warning,) = caught
    assert str(warning.message) == ("table, line 2 and 1 more: note is not 'gone' or 'came back', so it is passed over")


def test_of_one_such_note_its_line_alone_is_said():
    with pytest.warns(
        UnusualWarning, match=r"^table, line 2: note is not 'gone' or 'came back', so it is passed over$"
    ):
        History.from_csv(io.StringIO("day,units,note\n0,20,Anna was late\n"))


def test_a_row_marked_in_column_c_is_a_comment_and_that_is_said():
    with pytest.warns(UnusualWarning, match="^table, line 3: marked in column 'C', so taken as a comment"):
        history = History.from_csv(io.StringIO("C,time,amt,dv\n.,0,20,.\nC,45,.,3\n.,90,.,1\n"))
    assert history.seen == (Grade(90, 1),)


REFUSED = {
    "no units": ("day,grade\n0,2\n", "h.csv: column 'units' is missing; allowed: one of units, amt"),
    "no days": ("units,grade\n20,2\n", "h.csv: column 'date' is missing; allowed: one of date, day"),
    "no visit": ("day,units,grade\n30,,2\n", "h.csv, line 2: the patient has no visit; allowed: at least 1"),
    "no rows": ("day,units,grade\n", "h.csv: the patient has no visit"),
    "nothing in a row": ("day,units,grade\n0,20,\n30,,\n", "h.csv, line 3: the row has no content; allowed: units, a"),
    "nothing by evid": ("time,amt,evid,dv\n0,20,1,.\n30,.,0,.\n", "h.csv, line 3: the row has no content"),
    "unknown column": ("day,units,grad\n0,20,\n", "h.csv: column is 'grad'; did you mean 'grade'?"),
    "two names of one column": ("day,time,units\n0,0,20\n", "h.csv: columns 'day' and 'time' are both there"),
    "grade and dv": ("day,units,grade,dv\n0,20,,\n", "h.csv: columns 'grade' and 'dv' are both there"),
    "grade 4": ("day,units,grade\n0,20,\n30,,4\n", "h.csv, line 3: grade is 4; allowed: from 0 to 3"),
    "grade -1": ("day,units,grade\n0,20,\n30,,-1\n", "h.csv, line 3: grade is -1; allowed: from 0 to 3"),
    "grade 1.5": ("day,units,grade\n0,20,\n30,,1.5\n", "h.csv, line 3: grade is 1.5, not a whole number"),
    "grade in words": ("day,units,grade\n0,20,\n30,,mild\n", "h.csv, line 3: grade is 'mild', not a number"),
    "dv 1.5": ("time,amt,dv\n0,20,\n30,,1.5\n", "h.csv, line 3: dv is 1.5, not a whole number"),
    "dv of a dose": (
        "time,amt,dv\n0,20,\n90,20,2\n", "h.csv, line 3: dv of a dose is '2'; allowed: 0 or blank, or mdv",
    ),
    "mdv 2": ("time,amt,dv,mdv\n0,20,,2\n", "h.csv, line 2: mdv is 2; allowed: from 0 to 1"),
    "mild before treatment": ("day,units,grade\n0,20,1\n", "h.csv, line 2: grade is 1; allowed: 2 or 3, as it is"),
    "mild before the first visit": (
        "date,units,grade\n2027-01-01,,1\n2027-01-04,20,\n", "h.csv, line 2: grade is 1; allowed: 2 or 3, as it is",
    ),
    "two grades before treatment": (
        "day,units,grade\n-7,,2\n0,20,3\n", "h.csv, line 3: grade is 3; allowed: 2, as the",
    ),
    "a baseline and another grade before": (
        "day,units,grade,baseline\n-7,,2,3\n0,20,,3\n", "h.csv, line 2: grade is 2; allowed: 3, as the grade before",
    ),
    "two baselines": ("day,units,baseline\n0,20,2\n90,20,3\n", "h.csv, line 3: baseline is 3; allowed: 2, as the"),
    "a baseline and unknown": (
        "day,units,baseline\n0,20,2\n9,20,unknown\n", "h.csv, line 3: baseline is 'unknown'; allowed",
    ),
    "baseline 1": ("day,units,baseline\n0,20,1\n", "h.csv, line 2: baseline is 1; allowed: from 2 to 3"),
    "at rest before": (
        "day,units,grade_at_rest\n-7,,1\n0,20,\n", "h.csv, line 2: grade_at_rest is 1; allowed: grades at",
    ),
    "gone before": (
        "day,units,seen\n-7,,gone\n0,20,\n", "h.csv, line 2: seen is 'gone'; allowed: from the first visit",
    ),
    "a visit before day 0": ("day,units\n-7,20\n", "h.csv, line 2: day is -7; allowed: from 0 to 36525 day"),
    "days out of order": (
        "day,units,grade\n0,20,\n30,,1\n20,,0\n", "h.csv, line 4: day is 20 after 30; allowed: ascending",
    ),
    "dates out of order": (
        "date,units,grade\n2027-01-04,20,\n2027-02-04,,1\n2027-01-20,,0\n", "h.csv, line 4: time is 16 after 31",
    ),
    "a date and a day": (
        "date,day,units\n2027-01-04,0,20\n2027-04-04,91,20\n", "h.csv, line 3: date is 2027-04-04 on day 91",
    ),
    "no date": ("date,units\nsoon,20\n", "h.csv, line 2: date is 'soon', not a date"),
    "a number for a date": (
        "time,amt\n20270104,20\n", "h.csv, line 2: time is 20270104; allowed: from -36525 to 36525",
    ),
    "negative units": ("day,units\n0,-20\n", "h.csv, line 2: units is -20"),
    "units of a look": ("day,units,evid,grade\n0,20,1,\n9,20,0,1\n", "h.csv, line 3: amt of an observation is 20"),
    "product": ("day,units,product\n0,20,Botax\n", "h.csv, line 2: product is 'Botax'"),
    "assessor": (
        "day,units,grade,assessor\n0,20,2,nurse\n", "h.csv, line 2: assessor is 'nurse'; allowed: investigator",
    ),
    "composite": ("day,units,grade,assessor\n0,20,2,composite\n", "h.csv, line 2: assessor is 'composite'"),
    "at_rest": ("day,units,grade,at_rest\n0,20,2,maybe\n", "h.csv, line 2: at_rest is 'maybe'"),
    "seen": ("day,units,seen\n0,20,\n95,,gon\n", "h.csv, line 3: seen is 'gon'; did you mean 'gone'?"),
    "since alone": (
        "day,units,since\n0,20,\n95,20,80\n", "h.csv, line 3: since is '80'; allowed: blank if 'seen' is not",
    ),
    "since after": (
        "day,units,seen,since\n0,20,,\n95,,gone,95\n", "h.csv, line 3: since is 95; allowed: before day 95",
    ),
    "since before the visits": (
        "day,units,seen,since\n0,20,,\n9,,gone,-3\n", "h.csv, line 3: since is -3; allowed: from 0",
    ),
    "a date without dates": (
        "day,units,seen,since\n0,20,,\n9,,gone,2027-01-04\n",
        "h.csv, line 3: since is '2027-01-04'; allowed: a day, as the visits have no dates",
    ),
    "evid 2": (
        "time,amt,evid,dv\n0,20,1,.\n5,.,2,.\n", "h.csv, line 3: evid is 2 (other event), which is not supported",
    ),
    "addl without ii": ("time,amt,addl\n0,20,3\n", "h.csv, line 2: ii is missing and addl is 3"),
    "ss": ("time,amt,ss\n0,20,1\n", "h.csv, line 2: ss is 1, which is not supported: steady state"),
    "muscles": (
        "day,units,muscle\n0,20,glabella\n9,20,forehead\n", "h.csv, line 3: muscle is 'forehead' after 'glabella'",
    ),
    "several patients": (
        "ID,day,units\nAnna,0,20\nZoe,0,20\nMia,0,20\n",
        "h.csv: id has 3 patients; allowed: 1, the history of one patient; Histories reads several",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_mistake_is_refused_in_one_line_with_file_and_line(case, tmp_path):
    content, message = REFUSED[case]
    (tmp_path / "h.csv").write_text(content)
    with pytest.raises(InputError) as stop:
        History.from_csv(tmp_path / "h.csv")
    assert str(stop.value).startswith(message)
    assert "\n" not in str(stop.value)


SEVERAL = (
    "Id,date,units,grade,AGE,baseline\n"
    "Zoe,2027-01-04,20,,41,3\nAnna,2027-02-01,40,3,,\nZoe,2027-02-03,,1,41,\nAnna,2027-02-11,,0,38,\n"
)  # fmt: skip


def test_several_patients_are_read_in_the_order_of_the_file_each_with_a_day_0():
    histories = wo.Histories.from_csv(io.StringIO(SEVERAL), covariates=("Age",))
    assert list(histories) == ["Zoe", "Anna"]
    assert histories["Zoe"] == History(wo.Schedule.once(units=20, start="2027-01-04"), Grade(30, 1), baseline=3)
    assert histories["Anna"] == History(wo.Schedule.once(units=40, start="2027-02-01"), Grade(10, 0), baseline=3)
    assert histories.covariates["Age"].to_dict() == {"Zoe": 41, "Anna": 38}
    frame = pd.read_csv(io.StringIO(SEVERAL))
    assert wo.Histories.from_frame(frame, "Age") == wo.Histories.from_frame(frame.set_index("Id"), "Age") == histories


def test_a_patient_without_dates_may_stand_beside_one_with_dates():
    table = "id,date,day,units\n1,2027-01-04,0,20\n2,,0,20\n2,,90,20\n"
    histories = wo.Histories.from_csv(io.StringIO(table))
    assert histories["1"].visits.start == datetime.date(2027, 1, 4)
    assert histories["2"].visits == wo.Schedule.every(90, visits=2, units=20)


@pytest.mark.parametrize(
    ("content", "covariates", "message"),
    [
        ("day,units\n0,20\n", (), "table: column 'id' is missing; allowed: the patients; History reads one"),
        ("Zoe,2027-01-04,20\nAnna,2027-02-01,20\n", (), "table: the header has no known column; allowed: units"),
        ("id,day,units\n", (), "table has no patient below the header"),
        ("id,day,units\nZoe,0,20\n,90,20\n", (), "table, line 3: id is blank; allowed: the patient of every row"),
        ("id,day,units\nZoe,0,20\nAnna,0,-20\n", (), "table, line 3: units is -20"),
        ("id,day,units,grade\nZoe,0,20,\nAnna,0,,2\n", (), "table, line 3: the patient has no visit"),
        ("id,day,units,grade\nZoe,0,20,1\n", (), "table, line 2: grade is 1; allowed: 2 or 3"),
        ("id,day,units\nZoe,0,20\n", "age", "table: column 'age' is missing; allowed: a column for each covariate"),
        ("id,day,units,age\nZoe,0,20,\n", "age", "table, line 2: age is blank; allowed: a number for each patient"),
        ("id,day,units,age\nZoe,0,20,41\nZoe,9,20,42\n", "age", "table, line 3: age is 42; allowed: 41, as before"),
        ("id,day,units,age\nZoe,0,20,inf\n", "age", "table, line 2: age is inf; allowed: finite numbers"),
        ("id,day,units,age\nZoe,0,20,old\n", "age", "table, line 2: age is 'old', not a number"),
        ("id,day,units,age\nZoe,0,20,41\n", (), "table: column is 'age'"),
        ("id,day,units\nZoe,0,20\n", "day", "covariate is 'day'; allowed: names that differ"),
        ("id,day,units\nZoe,0,20\n", "prod", "covariate is 'prod'; allowed: names that differ"),
        ("id,day,units\nZoe,0,20\n", ("age", "AGE"), "covariate is 'AGE'; allowed: names that differ"),
        ("id,day,units\nZoe,0,20\n", 5, "covariates is 5; allowed: one or several of str"),
    ],
)  # fmt: skip
def test_mistakes_in_tables_of_several_patients_are_refused_without_an_id(content, covariates, message):
    with pytest.raises(InputError) as stop:
        wo.Histories.from_csv(io.StringIO(content), covariates=covariates)
    assert str(stop.value).startswith(message)
    assert not any(name in str(stop.value) for name in ("Zoe", "Anna"))


def test_a_frame_with_ids_in_its_index_is_refused_without_them():
    frame = pd.DataFrame({"day": [0, 0], "units": [20, -20]}, index=pd.Index(["Zoe", "Anna"], name="id"))
    with pytest.raises(InputError, match=r"^histories, row 1: units is -20"):
        wo.Histories.from_frame(frame)
    with pytest.raises(InputError, match=r"^history, row 1: units is -20"):
        History.from_frame(frame.rename_axis(None))
