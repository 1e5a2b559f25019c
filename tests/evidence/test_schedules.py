"""The schedule of an observation: which visits, treatment on need, a selection of patients; and bad cells by name."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.evidence.predicted import documented_rows

import wearoff as wo
from wearoff.evidence.observations import check_observations, read_observations
from wearoff.evidence.schedules import Among, Visits, read_among, read_cycle, read_retreat, read_visits

DOCS = Path(__file__).parents[2] / "docs"


def test_the_documented_rows_are_one_of_each_kind():
    single, third, on_need, at_rest, among = documented_rows().to_dict("records")
    assert read_visits(single) == Visits((0.0,), (24.0,))
    assert (single["cycle"], single["total_units"]) == (1, 24)
    assert np.isnan(single["look_days"])
    assert read_visits(third) == Visits((0.0, 120.0, 210.0), (24.0, 24.0, 24.0))
    assert third["cycle"] == 3
    assert read_retreat(on_need["retreat"]) == wo.Retreat(grade=2, min_interval=90)
    assert (on_need["value"], on_need["unit"]) == (3, "treatments")
    assert (at_rest["endpoint"], at_rest["cycle"], at_rest["look_days"]) == ("none_at_rest", 2, 28)
    assert read_retreat(at_rest["retreat"]) == wo.Retreat(min_interval=84)
    assert read_among(among["among"]) == Among("none_or_mild", "investigator", 28.0)
    assert (among["value"], among["unit"]) == (32.3, "week")


def test_the_documented_columns_are_those_of_the_reader():
    names = re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.*?) \|", (DOCS / "tables.md").read_text(), re.M)))
    assert {"trial", "total_units", "cycle", "visit_days", "visit_units", "retreat", "look_days", "among"} <= set(names)


def test_a_blank_cell_is_one_visit_without_a_selection():
    assert read_retreat("") is None
    assert read_among("") is None
    assert read_visits({"visit_days": "", "visit_units": "", "units": 20.0}) == Visits((0.0,), (20.0,))
    assert read_cycle({"cycle": "1", "visit_days": "", "retreat": ""}) == 1


def test_what_must_be_seen_is_a_grade_or_the_return_to_baseline():
    assert read_retreat("grade 2 from 90").grade == 2
    assert read_retreat("  grade   3  from 84 ", 14.0) == wo.Retreat(grade=3, min_interval=84, every=14)
    assert read_retreat("return_to_baseline from 84").grade is None


def test_units_of_each_visit_are_one_number_or_as_many_as_visits():
    row = {"visit_days": "0 90 200", "visit_units": "20 20 40", "units": 40.0}
    assert read_visits(row).units == (20, 20, 40)
    assert read_visits({**row, "visit_units": "25"}).units == (25, 25, 25)
    assert read_visits({**row, "visit_units": ""}).units == (40, 40, 40)


def test_a_row_on_need_may_be_about_any_treatment():
    assert read_cycle({"cycle": "7", "visit_days": "", "retreat": "grade 2 from 90"}) == 7


BASE = {"endpoint": "none_or_mild", "day": "30", "value": "80", "unit": "%", "n": "100"}
THREE = {**BASE, "cycle": "3", "visit_days": "0 120 210"}


def read_one(**cells):
    return check_observations(pd.DataFrame([cells])).iloc[0]


def test_the_row_has_the_units_of_its_own_treatment():
    assert read_one(**THREE, visit_units="20 30 40")["units"] == 40
    assert read_one(**{**THREE, "cycle": "2"}, visit_units="20 30 40")["units"] == 30
    assert read_one(**THREE, units="40", visit_units="20 30 40")["units"] == 40
    assert read_one(**THREE)["units"] == 20  # the labelled dose
    # Of platysma no labelled dose is known.
    assert read_one(**THREE, muscle="platysma", visit_units="31")["units"] == 31


def test_the_units_of_the_whole_treatment_are_by_default_those_of_the_row():
    assert read_one(**BASE, units="24", muscle="crows_feet")["total_units"] == 24
    assert read_one(**BASE, units="24", muscle="crows_feet", total_units="44")["total_units"] == 44
    assert read_one(**BASE, arm="placebo", total_units="44")["total_units"] == 0


def test_durations_are_seen_every_28_days_unless_the_row_says_otherwise():
    duration = {"endpoint": "return_to_baseline", "value": "20", "unit": "week"}
    assert read_one(**duration)["look_days"] == 28
    assert read_one(**duration, look_days="14")["look_days"] == 14
    assert read_one(**BASE, retreat="grade 2 from 90", cycle="2")["look_days"] == 28
    assert read_one(**duration, look_days="30.5")["look_days"] == 30.5
    assert np.isnan(read_one(**{**duration, "endpoint": "onset", "value": "1"})["look_days"])
    assert np.isnan(read_one(**BASE)["look_days"])


YEAR = {"endpoint": "treatments_in_a_year", "value": "3", "unit": "treatments", "retreat": "grade 2 from 90"}
TWO = {"cycle": "2", "visit_days": "0 120"}
ODDS = {**TWO, "endpoint": "none_at_rest_odds_ratio", "value": "1.3", "unit": "odds ratio"}


def test_endpoints_of_several_treatments():
    assert read_one(**YEAR)["value"] == 3
    assert read_one(**ODDS)["value"] == 1.3
    assert np.isnan(read_one(**YEAR)["day"])


DAYS = "allowed: ascending days that begin with 0, separated by blanks, such as 0 120 210"
BAD = {
    "total_units, too few": ({**BASE, "units": "24", "total_units": "20"}, "total_units is 20; allowed: from 24 to 10"),
    "total_units, text": ({**BASE, "total_units": "all"}, "total_units is 'all', not a number"),
    "cycle, fraction": ({**THREE, "cycle": "1.5"}, "cycle is 1.5, not a whole number"),
    "cycle, none": ({**THREE, "cycle": "0"}, "cycle is 0; allowed: from 1 to 3, the number of"),
    "cycle, no visit": ({**THREE, "cycle": "4"}, "cycle is 4; allowed: from 1 to 3, the number of"),
    "cycle, one visit": ({**BASE, "cycle": "2"}, "cycle is 2; allowed: from 1 to 1, the number of"),
    "cycle, text": ({**BASE, "cycle": "second"}, "cycle is 'second', not a number"),
    "visit_days, order": ({**THREE, "visit_days": "0 210 120"}, f"visit_days is '0 210 120'; {DAYS}"),
    "visit_days, twice": ({**THREE, "visit_days": "0 120 120"}, f"visit_days is '0 120 120'; {DAYS}"),
    "visit_days, first": ({**THREE, "visit_days": "30 120 210"}, f"visit_days is '30 120 210'; {DAYS}"),
    "visit_days, text": ({**THREE, "visit_days": "0 x 210"}, "visit_days is 'x', not a number; allowed: from 0 to 730"),
    "visit_days, commas": ({**THREE, "visit_days": "0;120;210"}, "visit_days is '0;120;210', not a number"),
    "visit_days, late": ({**THREE, "visit_days": "0 120 900"}, "visit_days is 900; allowed: from 0 to 730 day"),
    "visit_days, on need": (
        {**THREE, "retreat": "grade 2 from 90"},
        "visit_days is '0 120 210'; allowed: a blank where retreat is filled",
    ),
    "visit_units, number": (
        {**THREE, "visit_units": "20 20"},
        "visit_units has 2 numbers for 3 visits; allowed: 1 number, or 3 as in visit_days",
    ),
    "visit_units, one visit": ({**BASE, "visit_units": "20 20"}, "visit_units has 2 numbers for 1 visit; allowed: 1"),
    "visit_units, text": ({**BASE, "visit_units": "20U"}, "visit_units is '20U', not a number"),
    "visit_units, none": ({**BASE, "visit_units": "0"}, "visit_units is 0; allowed: above 0 to 10000 U"),
    "visit_units, units": (
        {**THREE, "units": "20", "visit_units": "20 20 40"},
        "units is 20; allowed: 40 U, as visit_units say of treatment 3, or a blank",
    ),
    "visit_units, placebo": (
        {**BASE, "arm": "placebo", "visit_units": "20"},
        "visit_units is '20'; allowed: a blank for placebo",
    ),
    "retreat, form": ({**BASE, "retreat": "when needed"}, "retreat is 'when needed'; allowed: return"),
    "retreat, no day": ({**BASE, "retreat": "grade 2"}, "retreat is 'grade 2'; allowed: return_to_baseline, grade 1"),
    "retreat, grade": ({**BASE, "retreat": "grade 4 from 90"}, "retreat is 'grade 4'; did you mean 'grade 3'?"),
    "retreat, event": ({**BASE, "retreat": "return from 90"}, "retreat is 'return'; did you mean 'return_to_baseline'"),
    "retreat, day": ({**BASE, "retreat": "grade 2 from 0"}, "retreat is 0; allowed: from 1 to 730 day"),
    "retreat, part of a day": ({**BASE, "retreat": "grade 2 from 84.5"}, "retreat is 84.5, not a whole number"),
    "look_days, part of a day": (
        {**BASE, "retreat": "grade 2 from 90", "look_days": "30.5"},
        "look_days is 30.5, not a whole number",
    ),
    "look_days, none": ({**BASE, "look_days": "0"}, "look_days is 0; allowed: from 1 to 365 day"),
    "look_days, text": ({**BASE, "look_days": "monthly"}, "look_days is 'monthly', not a number"),
    "among, form": ({**BASE, "among": "responders"}, "among is 'responders'; allowed: an endpoint, an asses"),
    "among, endpoint": ({**BASE, "among": "onset subject 3"}, "among is 'onset'; did you mean 'onset_reported'?"),
    "among, assessor": ({**BASE, "among": "none_or_mild nurse 3"}, "among is 'nurse'; allowed: investigator, subject"),
    "among, day": ({**BASE, "among": "none_or_mild subject x"}, "among is 'x', not a number; allowed: from 0 to 730"),
    "day, late": ({**THREE, "day": "600"}, "day is 600; allowed: from 0 to 520 after the treatment on day 210"),
    "unit of a year": ({**YEAR, "unit": "%"}, "unit is '%'; allowed: treatments"),
    "value of a year": ({**YEAR, "value": "0"}, "value is 0; allowed: above 0 to 365"),
    "a year without need": ({**YEAR, "retreat": ""}, "retreat is blank; allowed: filled for treatments_in_a_year"),
    "unit of odds": ({**ODDS, "unit": "%"}, "unit is '%'; allowed: odds ratio"),
    "odds of one": ({**ODDS, "cycle": "1"}, "cycle is 1; allowed: at least 2 for none_at_rest_odds_ratio"),
    "odds of placebo": ({**ODDS, "arm": "placebo"}, "arm is 'placebo' of the endpoint none_at_rest_odds_ratio, which"),
    "median of placebo": (
        {"endpoint": "onset", "value": "3", "unit": "day", "arm": "placebo"},
        "arm is 'placebo' of the endpoint onset, a day; allowed: treated",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_bad_cell_is_named_with_file_line_and_what_is_allowed(tmp_path, case):
    row, message = BAD[case]
    (tmp_path / "mine.csv").write_text(",".join(row) + "\n" + ",".join(row.values()) + "\n")
    with pytest.raises(wo.InputError) as stop:
        read_observations(tmp_path / "mine.csv")
    assert str(stop.value).startswith(f"mine.csv, line 2: {message}")
    assert "\n" not in str(stop.value)


def test_the_former_column_of_doses_is_unknown():
    with pytest.raises(wo.InputError, match="column is 'dose'"):
        check_observations(pd.DataFrame([{**BASE, "dose": "labelled"}]))
