"""Grades and responders against a simulation that draws the raters' errors, rounds, and keeps the grade in 0 to 3."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import wearoff as wo
from wearoff.patients.grades import (
    ASSESSORS,
    AT_REST,
    BASELINES,
    ENDPOINTS,
    Kind,
    Line,
    Raters,
    chance,
    mean_chance,
    mean_chances,
    worst_grade,
)

RATERS = Raters(severe_share=0.57, placebo_share=0.1, investigator_error=0.32, subject_error=0.45)
EFFECTS = np.array([0.0, 0.1, 0.25, 0.4, 0.5, 0.6, 0.8, 1.0])
HEALED = np.array([0.0, 0.0, 0.1, 0.2, 0.3, 0.2, 0.5, 0.6])
SHARE = 0.4  # of the line that is crease
DRAWS = 40_000


def line(visible, healed=0.0):
    """The lines of patients with a crease share."""
    return Line.of(np.asarray(visible), 1 - healed * np.ones(np.shape(visible)), CONSTANTS)


CONSTANTS = wo.Parameters(crease_share=SHARE).constants()
LINES = line(EFFECTS, HEALED)


def seen(endpoint, baseline, placebo, errors):
    """The grades that are given, as a rater gives them: of fold and crease, or at rest of the crease alone."""
    fold, crease = (1 - SHARE) * (1 - EFFECTS), SHARE * (1 - HEALED)
    severity = baseline * (crease if endpoint == "none_at_rest" else fold + crease) - placebo
    return np.clip(np.rint(severity[:, None] + errors), 0, 3)


def responds(endpoint, grade, baseline):
    """What the endpoints say, in their own words."""
    return {
        "none_or_mild": grade <= 1,
        "one_grade": baseline - grade >= 1,
        "two_grades": baseline - grade >= 2,
        "moderate_improvement": baseline - grade >= 1,
        "onset_reported": baseline - grade >= 1,
        "none_at_rest": grade == 0,
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
        yes &= responds(endpoint, seen(endpoint, baseline, placebo, errors), baseline)
    share = yes.mean(axis=1)
    return share, np.sqrt(share * (1 - share) / DRAWS)


@pytest.mark.parametrize("placebo", [False, True], ids=["", "placebo responder"])
@pytest.mark.parametrize("baseline", BASELINES)
@pytest.mark.parametrize(("endpoint", "assessor"), list(itertools.product(ENDPOINTS, ASSESSORS)))
def test_the_chance_is_the_share_of_draws_that_respond(endpoint, assessor, baseline, placebo):
    found = chance(LINES, endpoint, assessor, Kind(baseline, placebo, 1.0), RATERS)
    share, error = drawn(endpoint, assessor, baseline, placebo)
    # 768 comparisons, each within five standard errors. Where all draws agree, the chance of that is below 1e-5.
    assert np.abs(found - share).max() < 5 * error.max() + 12 / DRAWS
    assert (np.abs(found - share) <= 5 * error + 12 / DRAWS).all()


@given(st.floats(0, 1), st.sampled_from(ENDPOINTS), st.sampled_from(BASELINES), st.booleans())
def test_both_must_see_a_composite_response(visible, endpoint, baseline, placebo):
    kind, effect = Kind(baseline, placebo, 1.0), line([visible], 0.2)
    each = {who: chance(effect, endpoint, who, kind, RATERS)[0] for who in ASSESSORS}
    assert each["composite"] == pytest.approx(each["investigator"] * each["subject"], rel=1e-14)
    assert each["rater"] == each["investigator"]


@given(st.lists(st.floats(0, 1), min_size=2, max_size=9), st.sampled_from(ENDPOINTS), st.sampled_from(ASSESSORS))
def test_more_effect_never_lowers_the_chance(effects, endpoint, assessor):
    # At rest it is the crease that heals.
    rising = np.sort(effects)
    lines = line(np.zeros(len(rising)), rising) if endpoint == AT_REST else line(rising)
    found = mean_chance(lines, endpoint, assessor, RATERS)
    # The weighted sum over the kinds may be rounded another way for equal lines.
    assert (np.diff(found) >= -1e-15).all()
    assert (found >= 0).all()
    assert (found <= 1).all()


@given(st.floats(0, 1), st.sampled_from(ASSESSORS))
def test_two_grades_better_is_one_better_too(visible, assessor):
    two, one = (mean_chance(line([visible]), endpoint, assessor, RATERS)[0] for endpoint in ("two_grades", "one_grade"))
    assert two <= one


def test_the_mean_is_over_the_shares_of_the_kinds():
    kinds = list(RATERS.kinds())
    assert sum(kind.share for kind in kinds) == pytest.approx(1)
    assert sum(kind.share for kind in kinds if kind.placebo_responder) == pytest.approx(RATERS.placebo_share)
    assert sum(kind.share for kind in kinds if kind.baseline == 3) == pytest.approx(RATERS.severe_share)
    for endpoint, assessor in itertools.product(ENDPOINTS, ASSESSORS):
        shares = sum(kind.share * drawn(endpoint, assessor, *kind[:2])[0] for kind in kinds)
        found = mean_chance(LINES, endpoint, assessor, RATERS)
        assert np.abs(found - shares).max() < 5 * 0.5 / np.sqrt(DRAWS)


def test_raters_without_error_give_the_grade_itself():
    sure = Raters(0.5, 0.0, 1e-9, 1e-9)
    effect = np.linspace(0, 1, 1000)
    for endpoint, baseline in itertools.product(ENDPOINTS, BASELINES):
        grade = np.rint(baseline * (1 - effect))
        found = chance(Line(1 - effect, 1 - effect), endpoint, "composite", Kind(baseline, False, 1.0), sure)
        assert (found == responds(endpoint, grade, baseline)).all()


def test_the_worst_grade_is_the_last_that_responds():
    for endpoint, baseline in itertools.product(ENDPOINTS, BASELINES):
        scale = np.arange(4)
        assert worst_grade(endpoint, baseline) == scale[responds(endpoint, scale, baseline)].max()


def test_leniency_is_a_shift_of_the_grades():
    # Raters who are 0.3 grades more lenient see what others would see of lines that are 0.3 grades less severe.
    lenient = RATERS._replace(leniency=0.3)
    for endpoint, assessor, kind in itertools.product(ENDPOINTS, ASSESSORS, RATERS.kinds()):
        less = Line(*(depth - 0.3 / kind.baseline for depth in LINES))
        found, expected = (
            chance(each, endpoint, assessor, kind, raters) for each, raters in ((LINES, lenient), (less, RATERS))
        )
        assert found == pytest.approx(expected, rel=1e-12)


def test_at_baseline_the_line_is_whole_at_frown_and_the_crease_at_rest():
    at_baseline = line(np.zeros(1))
    assert (at_baseline.frown, at_baseline.rest) == (1.0, SHARE)


def test_several_endpoints_at_once_are_each_the_mean_over_the_kinds():
    # `chance` is held against drawn grades above.
    pairs = list(itertools.product(ENDPOINTS, ASSESSORS))
    lines = line(np.stack([EFFECTS, EFFECTS[::-1]]), np.stack([HEALED, HEALED]))
    found = mean_chances(lines, pairs, RATERS)
    assert found.shape == (len(pairs), 2, len(EFFECTS))
    for pair, mean in zip(pairs, found, strict=True):
        expected = sum(kind.share * chance(lines, *pair, kind, RATERS) for kind in RATERS.kinds())
        np.testing.assert_allclose(mean, expected, rtol=0, atol=1e-15)
    assert mean_chances(lines, [], RATERS).shape == (0, 2, len(EFFECTS))
