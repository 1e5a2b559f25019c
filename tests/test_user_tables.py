"""Tables as people and other programs write them: what each must be read as is written beside it, by hand."""

import io
import warnings

import numpy as np
import pandas as pd
import pytest

import wearoff as wo
from wearoff import InputError, Schedule, UnusualWarning
from wearoff.evidence.observations import check_observations, read_observations
from wearoff.treatment.cautions import cautions

TWO = [(0, 20), (90, 20)]
FOUR = [(0, 20), (90, 20), (180, 20), (270, 20)]

# Content of a table, the visits in it, and its days of observation.
READ = {
    "names in capitals": ("TIME,AMT,II,ADDL,EVID,CMT\n0,20,90,3,1,1\n100,.,.,.,0,1\n", FOUR, (100,)),
    "names in any case": ("Time,aMt\n0,20\n90,20\n", TWO, ()),
    "one patient": ("ID,TIME,AMT,II,ADDL,EVID,CMT\n1,0,20,90,3,1,1\n1,100,.,.,.,0,1\n", FOUR, (100,)),
    "one patient with a name": ("id,time,amt\nanna,0,20\nanna,90,20\n", TWO, ()),
    "dv and mdv": ("time,amt,evid,dv,mdv\n0,20,1,.,1\n30,.,0,0.8,0\n", [(0, 20)], (30,)),
    "ss and rate of nothing": ("time,amt,ii,addl,evid,cmt,ss,rate\n0,20,90,3,1,1,0,0\n", FOUR, ()),
    "ss and rate missing": ("time,amt,ss,rate\n0,20,.,NA\n90,20,,0.0\n", TWO, ()),
    "no evid, amt 0": ("time,amt\n0,20\n30,0\n90,20\n", TWO, (30,)),
    "no evid, amt missing": ("time,amt\n0,20\n30,.\n60,NA\n61,\n90,20\n", TWO, (30, 60, 61)),
    "semicolons": ("time;amt\n0;20\n90;20\n", TWO, ()),
    "decimal commas": ("time;amt;ii;addl\n0,5;17,5;90;2\n", [(0.5, 17.5), (90.5, 17.5), (180.5, 17.5)], ()),
    "decimal points beside semicolons": ("time;amt\n0.5;1,75e1\n", [(0.5, 17.5)], ()),
    "tabs": ("time\tamt\n0\t20\n90\t20\n", TWO, ()),
    "a comment above": ("# my schedule, 20 U; twice\ntime,amt\n0,20\n90,20\n", TWO, ()),
    "a comment between": ('time,amt\n0,20\n# "see the chart", 5\n90,20\n', TWO, ()),
    "row numbers of R": ('"","time","amt"\n"1",0,20\n"2",90,20\n', TWO, ()),
    "row numbers of pandas": (",time,amt\n0,0,20\n1,90,20\n", TWO, ()),
    "rows of separators": ("time,amt\n0,20\n90,20\n,\n,\n", TWO, ()),
    "a separator at every end": ("time,amt,\n0,20,\n90,20,\n", TWO, ()),
    "separators past the header": ("time,amt\n0,20,,\n90,20,\n", TWO, ()),
    "dates as times": ("time,amt\n2027-01-04,20\n2027-04-04,20\n", TWO, ()),
    "durations as times": ("time,amt\n0 days,20\n90 days 00:00:00,20\n", TWO, ()),
    "an observation and a dose on one day": ("time,amt,evid\n0,20,1\n30,0,0\n90,0,0\n90,20,1\n", TWO, (30, 90)),
}  # fmt: skip


@pytest.mark.parametrize("case", READ)
def test_a_file_with_one_meaning_is_read_without_a_word(case, tmp_path):
    content, visits, times = READ[case]
    (tmp_path / "plan.csv").write_text(content)
    plan = Schedule.from_csv(tmp_path / "plan.csv")
    assert [(visit.day, visit.units) for visit in plan] == visits
    assert plan.times == times
    assert Schedule.from_csv(io.StringIO(content)) == plan
    with (tmp_path / "plan.csv").open() as file:
        assert Schedule.from_csv(file) == plan


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("missing", ["NA", ".", ""])
def test_the_three_missing_values_are_one_in_every_table(missing, separator):
    def table(text):
        return io.StringIO(text.replace(",", separator))

    assert Schedule.from_csv(table(f"time,amt,sites\n0,20,{missing}\n90,20,{missing}\n")).visits[0].sites is None
    rows = read_observations(table(f"endpoint,assessor,day,value,unit,n\nnone_or_mild,{missing},30,82,%,{missing}\n"))
    assert rows["value"].tolist() == [82]
    assert rows["assessor"].tolist() == ["investigator"]
    assert rows["n"].isna().all()
    frame = pd.DataFrame({"time": [0], "amt": [20], "sites": [missing]})
    assert Schedule.from_frame(frame) == Schedule.once(units=20)


@pytest.mark.parametrize("missing", ["", ".", "NA"])
def test_the_columns_of_a_schedule_are_read_as_the_others_are(missing):
    rows = read_observations(
        io.StringIO(
            "ENDPOINT;Day;value;unit;n;CYCLE;Visit_Days;visit_units;retreat;look_days;among;total_units\n"
            f"none_or_mild;30;56,5;%;227;3;0  120 210;{missing};{missing};{missing};{missing};{missing}\n"
            f"onset;;2,5;day;50;{missing};{missing};{missing};{missing};{missing};{missing};40,5\n"
        )
    )
    assert rows["cycle"].tolist() == [3, 1]
    assert rows["visit_days"].tolist() == ["0 120 210", ""]
    assert rows["retreat"].tolist() == rows["among"].tolist() == rows["visit_units"].tolist() == ["", ""]
    assert rows["look_days"].isna().all()
    assert rows["total_units"].tolist() == [20, 40.5]


def test_a_row_marked_in_column_c_is_a_comment_and_that_is_said():
    # NONMEM's IGNORE=C: the record on day 45 is left out.
    with pytest.warns(UnusualWarning, match="^table, line 3: marked in column 'C', so taken as a comment"):
        plan = Schedule.from_csv(io.StringIO("C,time,amt\n.,0,20\nC,45,20\n.,90,20\n"))
    assert [(visit.day, visit.units) for visit in plan] == TWO


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("amt\n20\n20\n", "plan.csv: columns 'time' and 'date' are missing; allowed: at least one of them"),
        ("time,amt,addl\n0,20,3\n", "plan.csv, line 2: ii is missing and addl is 3; allowed: above 0"),
        ("ID,time,amt\n1,0,20\n2,0,20\n3,0,20\n", "plan.csv: id has 3 patients; allowed: 1, the visits of one patient"),
        ("time,amt,evid\n0,20,1\n0,0,0\n", "plan.csv, line 3: times ends on day 0; allowed: a last day of observation"),
        ("time,amt,ss\n0,20,0\n90,20,1\n", "plan.csv, line 3: ss is 1, which is not supported: steady state"),
        ("time,amt,rate\n0,20,-2\n", "plan.csv, line 2: rate is -2, which is not supported: a dose is an injection"),
        ("time,amt,muscle\n0,20,glabella\n9,20,forehead\n", "plan.csv, line 3: muscle is 'forehead' after 'glabella'"),
        ('"","time","amt"\n"a",0,20\n', "plan.csv: column is ''; allowed: time"),
        (",time,amt\n1,0,20\n1,90,20\n", "plan.csv: column is ''; allowed: time"),
        ("time;amt\n0;1.234,5\n", "plan.csv, line 2: amt is '1.234,5', not a number"),
        ("time,amt\n0,20,5\n", "plan.csv, line 2 has 3 cells; allowed: 2, as in the header"),
        ("time,amt\n0,20\n2027-04-04,20\n", "plan.csv, line 3: time is '2027-04-04', not a number"),
        ("time,amt,Amt\n0,20,40\n", "plan.csv: column 'amt' is repeated"),
        ("TIME,DOSE\n0,20\n", "plan.csv: column is 'DOSE'"),
    ],
)
def test_what_has_no_meaning_or_two_is_refused_with_file_and_line(content, message, tmp_path):
    (tmp_path / "plan.csv").write_text(content)
    with pytest.raises(InputError) as stop:
        Schedule.from_csv(tmp_path / "plan.csv")
    assert str(stop.value).startswith(message)


def test_an_index_with_the_name_of_a_column_is_that_column():
    for name, values in (("time", [0, 90]), ("date", pd.to_datetime(["2027-01-04", "2027-04-04"])),
                         ("Time", pd.to_timedelta([0, 90], "D"))):  # fmt: skip
        plan = Schedule.from_frame(pd.DataFrame({name: values, "amt": [20, 20]}).set_index(name))
        assert [(visit.day, visit.units) for visit in plan] == TWO
    frame = pd.DataFrame({"id": [1, 1], "time": [0, 90], "amt": [20, 20]}).set_index(["id", "time"])
    assert [(visit.day, visit.units) for visit in Schedule.from_frame(frame)] == TWO
    with pytest.raises(InputError, match="column 'time' is repeated"):
        Schedule.from_frame(pd.DataFrame({"time": [0], "amt": [20]}, index=pd.Index([5], name="time")))
    rows = pd.DataFrame({"day": [30], "endpoint": ["none_or_mild"], "value": [82], "unit": ["%"]}).set_index("day")
    assert check_observations(rows)["day"].tolist() == [30]


def test_a_mapping_of_columns_is_a_frame():
    assert Schedule.from_frame({"time": [0, 90], "amt": [20, 20]}) == Schedule.every(90, visits=2, units=20)
    for wrong in ({"time": 0, "amt": 20}, {"time": [0, 90], "amt": [20]}, [20], "plan.csv", None):
        with pytest.raises(InputError, match=r"^schedule is "):
            Schedule.from_frame(wrong)
    with pytest.raises(InputError, match=r"^table gives b'time.* allowed: a file opened as text$"):
        Schedule.from_csv(io.BytesIO(b"time,amt\n0,20\n"))
    for wrong in (5, None, ["plan.csv"]):
        with pytest.raises(InputError, match=r"^file is .*; allowed: a path, or an open text file$"):
            Schedule.from_csv(wrong)
    closed = io.StringIO("time,amt\n0,20\n")
    closed.close()
    with pytest.raises(InputError, match=r"^table cannot be read \(I/O operation on closed file\)"):
        Schedule.from_csv(closed)


def test_a_table_that_a_library_wrote_and_read_again_is_the_same(tmp_path):
    frame = Schedule.every(90, visits=2, units=20).to_events()
    frame.to_csv(tmp_path / "numbered.csv")
    assert Schedule.from_csv(tmp_path / "numbered.csv") == Schedule.from_frame(frame)
    # Read again, pandas calls the numbers of the rows "Unnamed: 0".
    assert Schedule.from_frame(pd.read_csv(tmp_path / "numbered.csv")) == Schedule.from_frame(frame)
    frame.to_csv(tmp_path / "german.csv", sep=";", decimal=",", index=False)
    assert Schedule.from_csv(tmp_path / "german.csv") == Schedule.from_frame(frame)


def test_the_units_of_a_day_are_added_up_for_the_caution():
    # As 90 U at once is: the trials had 20 to 80 U.
    said = "90 U of onabotulinumtoxinA in the glabella is outside the doses observed (20 to 80 U): an extrapolation"
    assert cautions(Schedule.once(units=90)) == [said]
    assert cautions(Schedule.from_csv(io.StringIO("time,amt\n0,30\n0,30\n0,30\n"))) == [said]
    assert said in cautions(Schedule.from_csv(io.StringIO("time,amt\n0,30\n0.25,30\n0.5,30\n")))
    assert cautions(Schedule.from_csv(io.StringIO("time,amt\n0,10\n0,10\n90,20\n"))) == []


def test_days_of_observation_do_not_end_the_course():
    # There is one observation, on day 30. The landmarks are those of both visits: the simulation continues.
    found = wo.simulate(Schedule.from_csv(io.StringIO("time,amt\n0,20\n30,0\n90,20\n")))
    assert found.frame["time"].tolist() == [30]
    assert found.landmarks.equals(wo.simulate(Schedule.every(90, visits=2, units=20)).landmarks)


FRACTIONS = "endpoint,day,value,unit,n\nnone_or_mild,30,0.82,%,200\nnone_or_mild,90,0.45,%,200\n"


def test_percentages_that_are_all_below_1_are_said():
    with pytest.warns(UnusualWarning, match=r"^table: every percentage is below 1; 0.82 is read as 0.82 %, not as"):
        assert read_observations(io.StringIO(FRACTIONS))["value"].tolist() == [0.82, 0.45]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_observations(io.StringIO(FRACTIONS.replace("0.82", "82")))
        read_observations(io.StringIO(FRACTIONS.replace("0.82", "0").replace("0.45", "0")))
        read_observations(io.StringIO("endpoint,value,unit\nonset,0.5,day\n"))


@pytest.mark.parametrize(("unit", "value"), [("%", 82), ("percent", 82), ("Percent", 82), ("per cent", 82)])
def test_a_unit_has_more_than_one_name(unit, value):
    rows = read_observations(io.StringIO(f"endpoint,day,value,unit,n\nnone_or_mild,30,82,{unit},50\n"))
    assert rows["value"].tolist() == [value]
    assert rows["unit"].tolist() == ["%"]
    weeks = read_observations(io.StringIO("endpoint,value,unit\nreturn_to_baseline,17,weeks\nonset,3,days\n"))
    assert weeks["unit"].tolist() == ["week", "day"]


@pytest.mark.parametrize(
    "dtype", ["int8", "int32", "int64", "uint16", "float32", "float64", "Int64", "Float64", object]
)
def test_numbers_of_any_width_are_the_same_numbers(dtype):
    frame = pd.DataFrame({"time": [0, 90], "amt": [20, 20]}).astype(dtype)
    assert Schedule.from_frame(frame) == Schedule.every(90, visits=2, units=20)
    if np.dtype(object) != dtype:
        values = frame["time"].to_numpy()
        assert wo.simulate(units=20, times=values).frame["time"].tolist() == [0, 90]


def test_a_number_of_more_digits_than_python_writes_is_refused_in_one_line():
    long = pd.Series([10**5000], dtype=object)
    with pytest.raises(wo.InputError, match=r"^schedule, row 0: amt has more digits than Python writes"):
        wo.Schedule.from_frame(pd.DataFrame({"time": [0], "amt": long}))
    # Two such IDs would be one patient, if they were read as the same text.
    with pytest.raises(wo.InputError, match=r"^histories, row 0: id has more digits than Python writes"):
        wo.Histories.from_frame(pd.DataFrame({"id": long, "day": [0], "units": [20]}))
