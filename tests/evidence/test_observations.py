"""Observations: the published table, a user's own, what is refused with file and line, binomial intervals."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

import wearoff as wo
from wearoff.evidence.observations import (
    OBSERVATION_COLUMNS,
    check_observations,
    intervals,
    published,
    read_observations,
    why_not,
)
from wearoff.patients.grades import ENDPOINTS
from wearoff.treatment.muscles import find_muscle


def test_the_rows_for_fits_were_read_and_say_of_how_many_patients():
    used = published().query("used_for_fit")
    assert (used["status"] == "read").all()
    responses = used["endpoint"].isin(ENDPOINTS)
    assert used["n"].notna().where(responses, True).all()
    assert set(used["endpoint"][~responses]) == {"return_to_baseline", "loss_of_none_or_mild"}
    # Of one trial the numbers of patients were computed from its percentages: each is that of a whole count, as
    # published to a tenth of a per cent.
    derived = used[used["note"].str.contains("n derived from the percentages")]
    assert set(derived["trial"]) == {"Joseph 2021"}
    counts = np.rint(derived["n"] * derived["value"] / 100)
    assert (100 * counts / derived["n"] - derived["value"]).abs().max() <= 0.051
    for row in used.to_dict("records"):
        assert why_not(row) == "", row


def test_every_row_names_its_trial_and_is_there_once():
    rows = published()
    assert (rows["trial"] != "").all()
    assert set(rows["source"][rows["trial"] == "ona CFL 1"]) == {
        "Carruthers A 2014, Dermatol Surg 40:1181",
        "ASAPS meeting 2013, abstract 5712",
    }
    treated = ["trial", "product", "units", "total_units", "muscle", "arm", "cycle", "among"]
    assert not rows.duplicated([*treated, "endpoint", "assessor", "day"]).any()
    # One placebo arm of a trial counts once, whatever the doses that it was beside.
    assert not rows[rows["arm"] == "placebo"].duplicated(["trial", "muscle", "endpoint", "assessor", "day"]).any()


def test_a_part_of_pooled_trials_says_so():
    part = published().query("trial == 'ona GL pivotal 2'")
    assert len(part) == 2
    assert part["note"].str.contains("one of the two trials in 'ona GL pivotal, pooled'").all()


def test_the_units_are_those_in_the_muscle_and_those_of_the_treatment():
    rows = published()
    rows = rows[(rows["trial"] == "ona FHL 2") & (rows["arm"] == "treated")]
    assert rows["units"].tolist() == [20, 20]  # in the forehead
    assert rows["total_units"].tolist() == [40, 64]  # with the glabella, and with the crow's feet too
    assert find_muscle("crows_feet").sides == 2


def test_the_second_trial_of_crow_s_feet_is_about_the_third_treatment():
    # Carruthers J 2015: 56.5 % after 24 U, 63.6 % with 20 U in the glabella, 1.1 % after placebo.
    rows = published().query("trial == 'ona CFL 2'")
    assert rows["value"].tolist() == [56.5, 63.6, 1.1]
    assert rows["units"].tolist() == [24, 24, 0]
    assert rows["total_units"].tolist() == [24, 44, 0]
    assert set(rows["cycle"]) == {3}
    assert set(rows["visit_days"]) == {"0 120 210"}


def test_what_is_assumed_of_the_visits_is_in_the_note():
    rows = published()
    durations = rows["endpoint"].isin(["return_to_baseline", "loss_of_none_or_mild"]) | (rows["retreat"] != "")
    assert (rows["look_days"].notna() == durations | (rows["endpoint"] == "none_at_rest_odds_ratio")).all()
    assert rows["note"][rows["look_days"].notna()].str.contains("visits every 4 weeks assumed").all()
    at_rest = rows[rows["endpoint"] == "none_at_rest"]
    assert at_rest["note"].str.contains("treatment on need as in the open trial assumed").all()
    assert rows["note"][rows["among"] != ""].str.contains("assumed").all()


def test_the_reader_takes_the_published_rows_as_they_are():
    rows = published()
    rows = rows[[why_not(row) == "" for row in rows.to_dict("records")]]
    again = check_observations(rows.assign(used_for_fit=rows["used_for_fit"].map({True: "yes", False: "no"})))
    assert list(again) == list(rows) == list(OBSERVATION_COLUMNS)
    same = [column for column in rows if column != "assessor"]  # a blank one is read as the investigator
    pd.testing.assert_frame_equal(again[same], rows[same].reset_index(drop=True))


def test_the_reason_why_a_row_is_not_predicted():
    row = check_observations(pd.DataFrame([GOOD])).iloc[0].to_dict()
    assert why_not(row) == ""
    assert why_not({**row, "product": "BoNT-A"}) == "product BoNT-A has no relative potency"
    assert why_not({**row, "muscle": ""}) == "muscle (not given) is not one of the model's"
    assert why_not({**row, "value": np.nan}) == "the value is not given"
    assert why_not({**row, "units": np.nan}) == "the dose is not given"
    assert why_not({**row, "assessor": ""}) == "the assessor is not given"
    assert why_not({**row, "assessor": "nurse"}) == "assessor nurse is not one of the model's"
    assert why_not({**row, "endpoint": "onset", "assessor": ""}) == ""
    assert why_not({**row, "endpoint": "onset", "assessor": "nurse"}) == "assessor nurse is not one of the model's"
    later = {**row, "cycle": 2, "visit_days": "0 120"}
    assert why_not(later) == ""
    of_later = "a selection after the first treatment is not followed to later ones"
    assert why_not({**later, "among": "none_or_mild subject 28"}) == of_later
    assert why_not({**row, "endpoint": "none_at_rest_odds_ratio"}) == "there is one treatment"
    assert why_not({**row, "endpoint": "treatments_in_a_year", "retreat": "grade 2 from 90"}) == ""
    assert why_not({**row, "arm": "placebo", "endpoint": "onset"}) == "without toxin there is no such day"


@pytest.mark.parametrize(("count", "n"), [(0, 53), (1, 100), (24, 105), (300, 405), (45, 45)])
def test_intervals_are_scipy_s_exact_ones(count, n):
    exact = binomtest(count, n).proportion_ci(0.95, "exact")
    low, high = intervals(pd.Series([100 * count / n]), pd.Series([float(n)]))
    assert (low[0], high[0]) == pytest.approx((100 * exact.low, 100 * exact.high), abs=1e-9)


def test_no_interval_without_the_number_of_patients():
    assert np.isnan(intervals(pd.Series([50.0]), pd.Series([np.nan]))).all()


def test_a_table_of_one_s_own(tmp_path):
    (tmp_path / "mine.csv").write_text("endpoint,day,value,unit,n\nnone_or_mild,30,80,count,100\nonset,,3,day,40\n")
    rows = read_observations(tmp_path / "mine.csv")
    assert rows["value"].tolist() == [80, 3]
    assert rows["units"].tolist() == [20, 20]  # the labelled dose
    assert rows["unit"].tolist() == ["%", "day"]


GOOD = {"endpoint": "none_or_mild", "day": "30", "value": "80", "unit": "%", "n": "100"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"endpoint": "none_or_mid"}, "line 2: endpoint is 'none_or_mid'; did you mean 'none_or_mild'"),
        (
            {"endpoint": "onset", "day": "", "value": "3", "unit": "day", "arm": "placebo"},
            "arm is 'placebo' of the endpoint",
        ),
        ({"value": "150"}, "line 2: value is 150; allowed: from 0 to 100 %"),
        ({"value": "-1"}, "value is -1"),
        ({"value": "nan"}, "value is nan"),
        ({"value": "most"}, "value is 'most', not a number"),
        ({"value": ""}, "value is blank"),
        ({"value": "101", "unit": "count"}, "value is 101; allowed: from 0 to 100"),
        ({"value": "3.5", "unit": "count"}, "value is 3.5, not a whole number"),
        ({"unit": "count", "n": ""}, "n is blank; allowed: filled where the unit is count"),
        ({"n": "0"}, "n is 0"),
        ({"n": "2.5"}, "n is 2.5"),
        ({"day": "731"}, "day is 731; allowed: from 0 to 730 day"),
        ({"day": ""}, "day is blank"),
        ({"day": "-1"}, "day is -1"),
        ({"unit": "share"}, "unit is 'share'"),
        ({"assessor": "nurse"}, "assessor is 'nurse'"),
        ({"endpoint": "onset", "unit": "day", "assessor": "nurse"}, "assessor is 'nurse'"),
        ({"arm": "control"}, "arm is 'control'"),
        ({"product": "botulin"}, "product is 'botulin'"),
        ({"muscle": "glabela"}, "did you mean 'glabella'"),
        ({"units": "-5"}, "units is -5"),
        ({"endpoint": "onset", "unit": "%"}, "unit is '%'; allowed: day, week"),
        ({"endpoint": "onset", "unit": "week", "value": "200"}, "value is 200; allowed: above 0 to 104"),
    ],
)
def test_what_is_wrong_names_the_line_and_the_column(tmp_path, change, message):
    row = {**GOOD, **change}
    (tmp_path / "mine.csv").write_text(",".join(row) + "\n" + ",".join(row.values()) + "\n")
    with pytest.raises(wo.InputError, match=r"^mine\.csv, line 2: ") as stop:
        read_observations(tmp_path / "mine.csv")
    assert message in str(stop.value)
    assert "\n" not in str(stop.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "mine.csv is empty"),
        (b"endpoint,value,unit\nnone_or_mild,3,%,7\n", "line 2 has 4 cells; allowed: 3"),
        (b"endpoint,value,unit\n\n\nparalysis,3,%\n", "line 4: endpoint is 'paralysis'"),
        (b"endpoint,value,unit,unit\nnone_or_mild,3,%,%\n", "column 'unit' is repeated"),
        (b"endpoint,value,unit,day,used_for_fit\nnone_or_mild,3,%,30,maybe\n", "used_for_fit is 'maybe'"),
        (b"endpoint,value,unit,day,low\nnone_or_mild,3,%,30,x\n", "low is 'x', not a number"),
        (b"endpoint,value,unit\n", "no row below the header"),
        (b"endpoint,value\nnone_or_mild,3\n", "column 'unit' is missing"),
        (b"endpoint,value,unit,dayy\nnone_or_mild,3,%,3\n", "column is 'dayy'; did you mean 'day'"),
        (b"\xff\xfe\x00\x01", "not a text file"),
        (b"endpoint,value,unit\nnone_or_mild,3,%,7,8\n", "mine.csv"),
    ],
)
def test_what_is_no_table_is_refused_in_one_line(tmp_path, content, message):
    (tmp_path / "mine.csv").write_bytes(content)
    with pytest.raises(wo.InputError) as stop:
        read_observations(tmp_path / "mine.csv")
    assert message in str(stop.value)
    assert "\n" not in str(stop.value)


def test_a_file_that_is_not_there():
    with pytest.raises(wo.InputError, match=r"nothing\.csv cannot be read"):
        read_observations("nothing.csv")


def test_a_frame_is_checked_like_a_file():
    frame = check_observations(pd.DataFrame([{**GOOD, "day": 30, "value": 80.0, "n": 100}]))
    assert why_not(frame.iloc[0].to_dict()) == ""
