"""What a history may be, and the likelihood of what was seen against raters who are drawn."""

import numpy as np
import pytest

import wearoff as wo
from wearoff.forecasts.likelihood import chance_between, find_days, find_likelihoods
from wearoff.patients.grades import Kind, Line, Raters, round_grade

VISITS = wo.Schedule.every(100, visits=2, units=20, start="2027-01-04")
RATERS = Raters(0.4, 0.1, 0.3, 0.4, leniency=0.1)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: wo.Grade(30, 4), "grade is 4; allowed: from 0 to 3"),
        (lambda: wo.Grade(30, 1.5), "grade is 1.5, not a whole number"),
        (lambda: wo.Grade(-1, 1), "day is -1; allowed: from 0 to 36525 day"),
        (lambda: wo.Grade(30, 1, assessor="composite"), "assessor is 'composite'; allowed: investigator, subject"),
        (lambda: wo.Grade(30, 1, at_rest=1), "at_rest is 1; allowed: bool"),
        (lambda: wo.Gone(90, since=90), "since is 90.*allowed: before day 90"),
        (lambda: wo.History(VISITS, [30]), "seen is 30; allowed: Grade or Gone"),
        (lambda: wo.History(VISITS, baseline=1), "baseline is 1; allowed: from 2 to 3"),
        (lambda: wo.History(wo.Visit()), "visits is .*; allowed: Schedule"),
        (
            lambda: wo.History(wo.Schedule((wo.Visit(day=10),)), wo.Grade(5, 3)),
            "seen has day 5; allowed: from day 10, the first visit",
        ),
        (lambda: wo.forecast(VISITS), "history is .*; allowed: History"),
        (lambda: wo.forecast(wo.History(VISITS)).next_visit(keep=0), "keep is 0; allowed: above 0 to 1"),
        (lambda: wo.forecast(wo.History(VISITS)).curve([-1]), r"days is \[-1\]; allowed: days from 0 to 640"),
    ],
)
def test_what_is_not_possible_is_refused_in_one_line(make, message):
    with pytest.raises(wo.InputError, match=message):
        make()


@pytest.mark.parametrize("baseline", [2, 3])
@pytest.mark.parametrize("responder", [False, True])
@pytest.mark.parametrize("assessor", ["investigator", "subject", "rater"])
def test_the_chance_of_a_grade_is_how_often_raters_who_are_drawn_see_it(baseline, responder, assessor):
    kind, rng = Kind(baseline, responder, 0.5), np.random.default_rng(3)
    error = 0.4 if assessor == "subject" else 0.3
    depth = np.array([0.0, 0.3, 0.62, 1.0])
    severity = baseline * depth - responder - 0.1  # the leniency of the raters
    drawn = round_grade(severity + error * rng.standard_normal((40_000, 4)))
    found = np.stack([chance_between(grade, grade, depth, assessor, kind, RATERS) for grade in range(4)])
    assert found.sum(axis=0) == pytest.approx(np.ones(4), abs=1e-15)
    for grade in range(4):
        # Of 40,000 a rate has a standard error of at most 0.0025; four of them.
        assert found[grade] == pytest.approx((drawn == grade).mean(axis=0), abs=0.01)
    assert chance_between(1, 3, depth, assessor, kind, RATERS) == pytest.approx(1 - found[0])


def test_a_chance_far_from_what_is_seen_keeps_its_digits():
    kind = Kind(3, False, 0.5)
    far = chance_between(0, 0, np.array([1.0]), "investigator", kind, RATERS._replace(leniency=0.0))[0]
    assert far == pytest.approx(3.9e-17, rel=0.05)  # the normal tail beyond 2.5 / 0.3
    assert chance_between(3, 3, np.array([0.0]), "investigator", kind, RATERS._replace(leniency=0.0))[0] == far


def test_the_likelihood_is_the_product_over_looks_for_each_kind():
    history = wo.History(VISITS, [wo.Grade(30, 1), wo.Gone(90, since=70), wo.Grade(30, 0, at_rest=True)], baseline=3)
    days = find_days(history)
    assert days.tolist() == [30, 70, 90]
    lines = Line(np.array([[0.3], [0.6], [0.9]]), np.array([[0.1], [0.2], [0.3]]))
    found = np.exp(find_likelihoods(history, days, lines, RATERS)[:, 0])
    for kind, value in zip(RATERS.kinds(), found, strict=True):
        if kind.baseline == 2:
            assert value == 0
            continue
        looks = (
            ("investigator", 1, 1, 0.3),
            ("subject", 0, 2, 0.6),
            ("subject", 3, 3, 0.9),
            ("investigator", 0, 0, 0.1),
        )
        chances = [
            chance_between(low, high, np.array([depth]), who, kind, RATERS)[0] for who, low, high, depth in looks
        ]
        assert value == pytest.approx(kind.share * np.prod(chances))
