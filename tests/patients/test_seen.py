"""What a trial sees of durations, against raters who are drawn, and against closed forms for two visits."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from wearoff.patients.grades import ASSESSORS, BASELINES, Kind, Line, Raters, chance
from wearoff.patients.seen import RESPONSE_OF, chance_seen_at, chance_seen_back, mean_chances_seen_back

RATERS = Raters(severe_share=0.57, placebo_share=0.1, investigator_error=0.32, subject_error=0.45)
# Three patients at five visits: one who comes back, one who is back at once, one who stays without a line.
FROWN = np.array([[0.1, 1.0, 0.0], [0.4, 1.0, 0.0], [0.6, 1.0, 0.0], [0.8, 1.0, 0.05], [0.95, 1.0, 0.1]])
LINES = Line(FROWN, 0 * FROWN)
DRAWS = 40_000


def ends(duration, grade, baseline):
    """What ends a duration, in the words of the trials."""
    return {"return_to_baseline": grade >= baseline, "loss_of_none_or_mild": grade >= 2}[duration]


@pytest.mark.parametrize("placebo", [False, True], ids=["", "placebo responder"])
@pytest.mark.parametrize("baseline", BASELINES)
@pytest.mark.parametrize(("duration", "assessor"), list(itertools.product(RESPONSE_OF, ASSESSORS)))
def test_the_chance_is_the_share_of_drawn_patients_who_have_left(duration, assessor, baseline, placebo):
    rng = np.random.default_rng(baseline)
    back = np.ones((*FROWN.shape, DRAWS), dtype=bool)
    for error in RATERS.errors(assessor):
        severity = baseline * FROWN - placebo
        grade = np.clip(np.rint(severity[..., None] + error * rng.standard_normal(back.shape)), 0, 3)
        back &= ends(duration, grade, baseline)
    left = np.maximum.accumulate(back, axis=0).mean(axis=-1)
    found = chance_seen_back(LINES, duration, assessor, Kind(baseline, placebo, 1.0), RATERS)
    # 480 comparisons, each within five standard errors.
    assert (np.abs(found - left) <= 5 * np.sqrt(left * (1 - left) / DRAWS) + 12 / DRAWS).all()


@pytest.mark.parametrize("placebo", [False, True], ids=["", "placebo responder"])
@pytest.mark.parametrize("grade", [1, 2, None])
def test_a_grade_is_seen_in_the_share_of_drawn_patients_in_whom_it_is(grade, placebo):
    rng = np.random.default_rng(1)
    severity = 3 * FROWN - placebo
    drawn = np.rint(severity[..., None] + RATERS.investigator_error * rng.standard_normal((*FROWN.shape, DRAWS)))
    left = np.maximum.accumulate(drawn >= (grade or 3), axis=0).mean(axis=-1)
    found = chance_seen_at(LINES, grade, "investigator", Kind(3, placebo, 1.0), RATERS)
    assert (np.abs(found - left) <= 5 * np.sqrt(left * (1 - left) / DRAWS) + 12 / DRAWS).all()


def test_two_visits_in_closed_form():
    # A severe line, severity 2.4 and then 2.7: back where the rater sees at least 2.5.
    lines, kind = Line(np.array([[0.8], [0.9]]), np.zeros((2, 1))), Kind(3, False, 1.0)
    first, second = norm.sf(0.1 / 0.32), norm.cdf(0.2 / 0.32)
    found = chance_seen_back(lines, "return_to_baseline", "investigator", kind, RATERS)
    assert found[:, 0] == pytest.approx([first, first + (1 - first) * second], rel=1e-14)
    # Both must see it at one visit.
    first, second = first * norm.sf(0.1 / 0.45), second * norm.cdf(0.2 / 0.45)
    both = chance_seen_back(lines, "return_to_baseline", "composite", kind, RATERS)
    assert both[:, 0] == pytest.approx([first, first + (1 - first) * second], rel=1e-14)


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=8), st.sampled_from(list(RESPONSE_OF)), st.sampled_from(ASSESSORS)
)
def test_the_chance_rises_from_visit_to_visit_and_is_that_of_no_response_at_the_first(depths, duration, assessor):
    frown = np.array(depths)[:, None]
    lines = Line(frown, 0 * frown)
    found = mean_chances_seen_back(lines, [duration], assessor, RATERS)[0]
    assert (np.diff(found, axis=0) >= 0).all()
    assert found.min() >= 0
    assert found.max() <= 1
    if assessor != "composite":
        kinds = list(RATERS.kinds())
        no_response = sum(k.share * (1 - chance(lines, RESPONSE_OF[duration], assessor, k, RATERS)[0]) for k in kinds)
        assert found[0] == pytest.approx(no_response, abs=1e-12)


def test_raters_without_error_see_the_first_visit_at_which_the_grade_is_back():
    sure, kind = Raters(0.5, 0.0, 1e-9, 1e-9), Kind(3, False, 1.0)
    # Severities 0.3, 1.2, 1.8, 2.4, 2.85: grades 0, 1, 2, 2, 3.
    for duration, expected in (("return_to_baseline", [0, 0, 0, 0, 1]), ("loss_of_none_or_mild", [0, 0, 1, 1, 1])):
        assert chance_seen_back(LINES, duration, "composite", kind, sure)[:, 0].tolist() == expected


def test_of_the_kinds_of_patients_the_mean_is_taken():
    expected = sum(
        kind.share * chance_seen_back(LINES, "return_to_baseline", "subject", kind, RATERS) for kind in RATERS.kinds()
    )
    found = mean_chances_seen_back(LINES, ["return_to_baseline"], "subject", RATERS)[0]
    assert found == pytest.approx(expected, rel=1e-14)


def test_without_visits_nothing_is_seen():
    nothing = Line(np.zeros((0, 3)), np.zeros((0, 3)))
    assert mean_chances_seen_back(nothing, ["return_to_baseline"], "investigator", RATERS).shape == (1, 0, 3)
