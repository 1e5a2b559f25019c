"""Grades and responders against a simulation that draws the raters' errors, rounds, and keeps the grade in 0 to 3."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wearoff.patients import grades
from wearoff.patients.grades import (
    ASSESSORS,
    BASELINES,
    Kind,
    Raters,
    chance,
    level_of_loss,
    level_of_return,
    mean_chance,
    worst_grade,
)

# Lines at rest are read in observations, and not predicted yet.
ENDPOINTS = tuple(name for name in grades.ENDPOINTS if name != "none_at_rest")
RATERS = Raters(severe_share=0.57, placebo_share=0.1, investigator_error=0.32, subject_error=0.45)
EFFECTS = np.array([0.0, 0.1, 0.25, 0.4, 0.5, 0.6, 0.8, 1.0])
DRAWS = 40_000


def seen(visible, baseline, placebo, errors):
    """The grades that are given, as a rater gives them."""
    severity = baseline * (1 - visible[:, None]) - placebo
    return np.clip(np.rint(severity + errors), 0, 3)


def responds(endpoint, grade, baseline):
    """What the endpoints say, in their own words."""
    return {
        "none_or_mild": grade <= 1,
        "one_grade": baseline - grade >= 1,
        "two_grades": baseline - grade >= 2,
        "moderate_improvement": baseline - grade >= 1,
        "onset_reported": baseline - grade >= 1,
    }[endpoint]


def drawn(endpoint, assessor, baseline, placebo):
    """The share of draws that respond, for each effect, and the standard error of that share."""
    rng = np.random.default_rng([ENDPOINTS.index(endpoint), ASSESSORS.index(assessor), baseline, placebo])
    investigator = RATERS.investigator_error * rng.standard_normal((len(EFFECTS), DRAWS))
    subject = RATERS.subject_error * rng.standard_normal((len(EFFECTS), DRAWS))
    who = {"investigator": [investigator], "rater": [investigator], "subject": [subject],
           "composite": [investigator, subject]}[assessor]  # fmt: skip
    yes = np.ones((len(EFFECTS), DRAWS), dtype=bool)
    for errors in who:
        yes &= responds(endpoint, seen(EFFECTS, baseline, placebo, errors), baseline)
    share = yes.mean(axis=1)
    return share, np.sqrt(share * (1 - share) / DRAWS)


@pytest.mark.parametrize("placebo", [False, True], ids=["", "placebo responder"])
@pytest.mark.parametrize("baseline", BASELINES)
@pytest.mark.parametrize(("endpoint", "assessor"), list(itertools.product(ENDPOINTS, ASSESSORS)))
def test_the_chance_is_the_share_of_draws_that_respond(endpoint, assessor, baseline, placebo):
    found = chance(EFFECTS, endpoint, assessor, Kind(baseline, placebo, 1.0), RATERS)
    share, error = drawn(endpoint, assessor, baseline, placebo)
    # 640 comparisons, each within five standard errors. Where all draws agree, the chance of that is below 1e-5.
    assert np.abs(found - share).max() < 5 * error.max() + 12 / DRAWS
    assert (np.abs(found - share) <= 5 * error + 12 / DRAWS).all()


@given(st.floats(0, 1), st.sampled_from(ENDPOINTS), st.sampled_from(BASELINES), st.booleans())
def test_both_must_see_a_composite_response(visible, endpoint, baseline, placebo):
    kind, effect = Kind(baseline, placebo, 1.0), np.array([visible])
    each = {who: chance(effect, endpoint, who, kind, RATERS)[0] for who in ASSESSORS}
    assert each["composite"] == pytest.approx(each["investigator"] * each["subject"], rel=1e-14)
    assert each["rater"] == each["investigator"]


@given(st.lists(st.floats(0, 1), min_size=2, max_size=9), st.sampled_from(ENDPOINTS), st.sampled_from(ASSESSORS))
def test_more_effect_never_lowers_the_chance(effects, endpoint, assessor):
    found = mean_chance(np.sort(effects), endpoint, assessor, RATERS)
    assert (np.diff(found) >= 0).all()
    assert (found >= 0).all()
    assert (found <= 1).all()


@given(st.floats(0, 1), st.sampled_from(ASSESSORS))
def test_two_grades_better_is_one_better_too(visible, assessor):
    effect = np.array([visible])
    two, one = (mean_chance(effect, endpoint, assessor, RATERS)[0] for endpoint in ("two_grades", "one_grade"))
    assert two <= one


def test_the_mean_is_over_the_shares_of_the_kinds():
    kinds = list(RATERS.kinds())
    assert sum(kind.share for kind in kinds) == pytest.approx(1)
    assert sum(kind.share for kind in kinds if kind.placebo_responder) == pytest.approx(RATERS.placebo_share)
    assert sum(kind.share for kind in kinds if kind.baseline == 3) == pytest.approx(RATERS.severe_share)
    for endpoint, assessor in itertools.product(ENDPOINTS, ASSESSORS):
        shares = sum(kind.share * drawn(endpoint, assessor, *kind[:2])[0] for kind in kinds)
        found = mean_chance(EFFECTS, endpoint, assessor, RATERS)
        assert np.abs(found - shares).max() < 5 * 0.5 / np.sqrt(DRAWS)


def test_raters_without_error_give_the_grade_itself():
    sure = Raters(0.5, 0.0, 1e-9, 1e-9)
    effect = np.linspace(0, 1, 1000)
    for endpoint, baseline in itertools.product(ENDPOINTS, BASELINES):
        grade = np.rint(baseline * (1 - effect))
        found = chance(effect, endpoint, "composite", Kind(baseline, False, 1.0), sure)
        assert (found == responds(endpoint, grade, baseline)).all()


def test_the_worst_grade_is_the_last_that_responds():
    for endpoint, baseline in itertools.product(ENDPOINTS, BASELINES):
        scale = np.arange(4)
        assert worst_grade(endpoint, baseline) == scale[responds(endpoint, scale, baseline)].max()


@pytest.mark.parametrize("baseline", BASELINES)
def test_the_levels_are_where_the_grade_changes(baseline):
    for level, grade in ((level_of_return(baseline), baseline), (level_of_loss(baseline), 2)):
        above, below = np.array([level + 1e-9]), np.array([level - 1e-9])
        assert np.rint(baseline * (1 - above)) == grade - 1
        assert np.rint(baseline * (1 - below)) == grade
