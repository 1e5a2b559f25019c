"""What a forecast says of its making: it has all that was given, and the forecast is made again from it."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import wearoff as wo
from wearoff.forecasts.looks import describe_repeats, describe_seen, read_history, tabulate_seen
from wearoff.json_text import to_json
from wearoff.past_results import read_recorded

VISITS = wo.Schedule.every(110, visits=2, units=20, start="2027-01-04")
SEEN = [wo.Gone(100, since=80), wo.Grade(14, 0), wo.Grade(60, 1, True, "rater"), wo.Gone(210, assessor="rater")]


def test_a_forecast_is_made_again_from_its_provenance(tmp_path):
    people = wo.Population(omega_visit=0.1).replace(potency=0.2)
    first = wo.forecast(wo.History(VISITS, SEEN, baseline=3), population=people, rng=7)
    path = tmp_path / "result.json"
    path.write_text(to_json({"provenance": first.provenance}), encoding="utf-8")
    recorded = read_recorded(path)
    ((visits, arm),) = recorded.arms
    history = read_history(visits, arm, "arms")
    again = wo.forecast(history, population=recorded.patients, rng=recorded.block["seed"])
    assert again.provenance == first.provenance
    np.testing.assert_array_equal(again.posterior.weights, first.posterior.weights)
    assert str(again.next_visit()) == str(first.next_visit())
    # A generator leaves no seed that could be given again.
    assert "seed" not in wo.forecast(history, rng=np.random.default_rng(7)).provenance


days = st.floats(0, 500, allow_nan=False)
assessors = st.sampled_from(["investigator", "subject", "rater"])
grades = st.builds(wo.Grade, days, st.integers(0, 3), st.booleans(), assessors)
gone = st.tuples(days, st.floats(0.01, 100), st.booleans(), assessors).map(
    lambda each: wo.Gone(each[0] + each[1], each[0] if each[2] else None, each[3])
)


@given(st.lists(st.one_of(grades, gone), max_size=6), st.sampled_from([None, 2, 3]))
def test_every_history_is_read_back(seen, baseline):
    history = wo.History(VISITS, seen, baseline)
    content = json.loads(json.dumps(describe_seen(history)))
    back = read_history(VISITS, content, "arms")
    # In the same order: the order of a sum decides its last digit.
    assert back == history
    table = tabulate_seen(history)
    assert list(table["day"]) == sorted(each.day for each in seen)
    assert table["grade"].isna().sum() == sum(isinstance(each, wo.Gone) for each in seen)


def test_rows_have_what_was_given_and_nothing_else():
    assert describe_seen(wo.History(VISITS, SEEN[1:])) == {
        "seen": [
            {"day": 14, "assessor": "investigator", "grade": 0},
            {"day": 60, "assessor": "rater", "grade": 1, "at_rest": True},
            {"day": 210, "assessor": "rater"},
        ]
    }


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({}, r"arms.seen is .*allowed: a list of rows"),
        ({"seen": [1]}, r"arms.seen is .*allowed: a list of rows"),
        ({"seen": [{"grade": 1}]}, r"arms.seen.day.*allowed: the day on which it was seen"),
        ({"seen": [{"day": 30, "grade": 1, "since": 3}]}, r"key of arms.seen is 'since'"),
        ({"seen": [{"day": 30, "at_rest": True}]}, r"key of arms.seen is 'at_rest'"),
        ({"seen": [{"day": 30, "grade": 4}]}, r"grade is 4; allowed: from 0 to 3"),
        ({"seen": [], "baseline": 1}, r"baseline is 1; allowed: from 2 to 3"),
    ],
)
def test_what_is_no_history_is_one_line(content, message):
    with pytest.raises(wo.InputError, match=f"^{message}"):
        read_history(VISITS, content, "arms")


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (wo.Grade(30, 0), "a grade at maximum frown 2 times by the investigator on day 30"),
        (wo.Grade(30, 2), "a grade at maximum frown 2 times by the investigator on day 30"),
        (wo.Gone(110, assessor="investigator"), "that the effect is gone 2 times by the investigator on day 110"),
        (wo.Grade(30, 0, at_rest=True), ""),
        (wo.Grade(30, 0, assessor="subject"), ""),
        (wo.Grade(31, 0), ""),
        (wo.Grade(110, 3), ""),
    ],
)
def test_a_look_that_is_there_twice_is_named(second, message):
    # The keys are those of a row for NONMEM: the time and DVID, which says by whom and how.
    seen = [wo.Grade(30, 0), wo.Gone(110, assessor="investigator")]
    assert describe_repeats(wo.History(wo.Schedule.once(units=20), [*seen, second])) == message


def test_a_forecast_warns_of_a_look_that_is_there_twice():
    visits = wo.Schedule.once(units=20)
    with pytest.warns(wo.UnusualWarning, match=r"2 times by the subject on day 7 \(and 1 more look\): every row"):
        wo.forecast(wo.History(visits, 2 * [wo.Grade(7, 0, assessor="subject")] + 2 * [wo.Grade(30, 0)]))
