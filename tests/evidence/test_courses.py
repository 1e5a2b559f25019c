"""Courses that are kept: what a fit changes is solved again, and nothing else."""

import functools

import numpy as np
import pandas as pd
import pytest
from tests.extent import some

import wearoff as wo
from wearoff.evidence import courses
from wearoff.evidence.observations import check_observations
from wearoff.evidence.prediction import Predictor, Setting
from wearoff.patients.population import Population
from wearoff.patients.treated import Treated

PEOPLE = Population()
ROWS = check_observations(
    pd.DataFrame([
        {"endpoint": "none_or_mild", "day": 30, "value": 80, "unit": "%"},
        {"endpoint": "none_or_mild", "day": 90, "value": 80, "unit": "%", "product": "abobotulinumtoxinA"},
    ])
)  # fmt: skip
ON_NEED = check_observations(
    pd.DataFrame([
        {"endpoint": "none_or_mild", "day": 30, "value": 80, "unit": "%", "retreat": "grade 2 from 90", "cycle": cycle}
        for cycle in (1, 2, 3)
    ])
)  # fmt: skip


@pytest.fixture
def solved(monkeypatch):
    """The patients who are solved: one entry a call."""
    calls = []
    solve = Treated.solve
    monkeypatch.setattr(Treated, "solve", lambda self, *given: calls.append(self.population) or solve(self, *given))
    return calls


@functools.cache
def plan_for(name):
    predictor = Predictor({"ROWS": ROWS, "ON_NEED": ON_NEED}[name], 64, 1)
    predictor.plan(PEOPLE)
    return predictor


def planned(name):
    """A predictor that has its grids and has solved nothing."""
    predictor = plan_for(name)
    predictor.courses.solved.clear()
    return predictor


def test_what_raters_see_of_a_course_is_no_reason_to_solve_it_again(solved):
    predictor = planned("ROWS")
    first, *_ = predictor.predict(Setting(PEOPLE))
    assert len(solved) == 2
    for change in (
        {"investigator_error": 0.5}, {"subject_error": 0.5}, {"report_change": 0.3}, {"severe_share": 0.4},
        {"placebo_share": 0.1}, {"crease_share": 0.3}, {"omega_crease_share": 1.0}, {"omega_trial_potency": 0.5},
    ):  # fmt: skip
        predictor.predict(Setting(PEOPLE.replace(**change)))
        assert len(solved) == 2, change
    changed, *_ = predictor.predict(Setting(PEOPLE.replace(investigator_error=0.5), leniency=0.1))
    assert len(solved) == 2
    assert np.abs(changed - first).min() > 0.1


@pytest.mark.parametrize(
    "change",
    some([
        {"potency": 0.2}, {"light_chain_half_life": 70}, {"line_half_life": 0.5}, {"crease_half_life": 100},
        {"omega_potency": 0.5}, {"omega_light_chain": 0.5}, {"omega_depot": 0.5}, {"omega_visit": 0.3},
        {"correlation_potency_light_chain": 0.3}, {"force_steepness": 4}, {"dose_at_half_uptake": 20},
    ], 2),
)  # fmt: skip
def test_whatever_a_course_depends_on_solves_it_again(solved, change):
    predictor = planned("ROWS")
    before, *_ = predictor.predict(Setting(PEOPLE))
    people = PEOPLE.replace(**change)
    kept, *_ = predictor.predict(Setting(people))
    assert len(solved) == 4
    assert np.abs(kept - before).max() > 1e-6
    again, *_ = predictor.predict(Setting(PEOPLE))
    assert (again == before).all()
    assert len(solved) == 4
    anew, *_ = planned("ROWS").predict(Setting(people))
    assert (anew == kept).all()
    assert len(solved) == 6


def test_a_potency_of_one_product_solves_its_treatments_alone(solved):
    predictor = planned("ROWS")
    before, *_ = predictor.predict(Setting(PEOPLE))
    after, *_ = predictor.predict(Setting(PEOPLE, {"abobotulinumtoxinA": 0.6}))
    assert len(solved) == 3
    assert after[0] == before[0]
    assert after[1] > before[1]


def test_the_treatments_on_need_of_one_plan_are_solved_once_for_all_its_rows(solved):
    predictor = planned("ON_NEED")
    predictor.predict(Setting(PEOPLE))
    assert len(solved) == 3
    # Whom a rater sees in need is treated: the errors of raters count.
    predictor.predict(Setting(PEOPLE.replace(investigator_error=0.5)))
    assert len(solved) == 6


def test_no_more_than_a_known_number_of_courses_is_kept(monkeypatch):
    monkeypatch.setattr(courses, "KEPT", 3)
    predictor = planned("ROWS")
    for potency in np.linspace(0.1, 0.12, 6):
        predictor.predict(Setting(PEOPLE.replace(potency=float(potency))))
        assert len(predictor.courses.solved) <= 4


def test_treatments_change_smoothly_with_the_numbers_of_the_population():
    # The days of treatments on need are no whole looks: second differences fall with the square of the step, but for
    # the few patients whose day passes a look.
    predictor = planned("ON_NEED")

    def slope(step):
        low, high = (
            predictor.predict(Setting(PEOPLE.replace(light_chain_half_life=54.75 + s)))[0] for s in (-step, step)
        )
        return (high - low)[1] / (2 * step)

    assert slope(0.05) == pytest.approx(slope(1.0), rel=0.2)


@pytest.mark.parametrize("cell", some(["grade 2 from 90", "return_to_baseline from 84"], 1))
def test_a_rule_means_the_same_to_a_prediction_and_to_a_trial(cell):
    # The trial follows each patient, with a grade of the rater at each visit: the day of its second treatment.
    row = {
        "endpoint": "none_or_mild",
        "day": 30,
        "value": 80,
        "unit": "%",
        "retreat": cell,
        "cycle": 2,
        "look_days": 21,
    }
    predictor = Predictor(check_observations(pd.DataFrame([row])), 1024, 1)
    predictor.plan(PEOPLE)
    (treatment,) = predictor.treatments
    (found,) = predictor.courses.solve(treatment, PEOPLE, 1.0).intervals
    arm = wo.Arm(units=20, retreat=treatment.retreat)
    seen = wo.run_trial(arm, patients=1024, days=720, visits=True, rng=2).visits
    days = seen["day"][(seen["treatment"] == 1) & (seen["units"] > 0)]
    # A prediction treats those who are still well after two years, which a trial does not.
    assert (found > 700).sum() == pytest.approx(1024 - (days <= 700).sum(), abs=16)
    early, late = days[days <= 700], found[found <= 700]
    error = np.hypot(early.std() / np.sqrt(len(early)), late.std() / np.sqrt(len(late)))
    assert late.mean() == pytest.approx(early.mean(), abs=3 * error)
