"""Predictions of each kind of row, against virtual trials, against drawn patients and raters, and by quadrature."""

import functools

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.special import expit, logit
from scipy.stats import norm
from tests.evidence.raters import draw_grades, draw_kinds, ended, first_true, responds
from tests.extent import extent, some
from tests.single_patients import parameters_of

import wearoff as wo
from wearoff.evidence.observations import check_observations
from wearoff.evidence.prediction import ODDS_RATIO, Predictor, Setting, find_visits
from wearoff.patients.draws import OF_PATIENT, seed_of
from wearoff.patients.grades import Line
from wearoff.patients.population import Population
from wearoff.patients.treated import Treated
from wearoff.treatment.schedule import Schedule

PEOPLE = Population(placebo_share=0.05)
SETTING = Setting(PEOPLE)
PATIENTS = 2048  # of predictions
DRAWN = 4000  # patients and raters who are drawn
THREE = {"cycle": 3, "visit_days": "0 120 210"}
RATE = {"endpoint": "none_or_mild", "day": 30, "value": 50, "unit": "%", "n": 100}
MEDIAN = {"endpoint": "return_to_baseline", "value": 18, "unit": "week", "n": 100}


AT_REST = {**RATE, "endpoint": "none_at_rest"}
AMONG = {"among": "none_or_mild investigator 28"}
TRIAL_PAIRS = (
    ("none_or_mild", "investigator"), ("two_grades", "composite"), ("onset_reported", "subject"),
    ("none_at_rest", "investigator"),
)  # fmt: skip
# The rows that are predicted together, so that there is one grid for all of them.
ROWS = {
    **{
        (*pair, day): {**RATE, "endpoint": pair[0], "assessor": pair[1], "day": day}
        for pair in TRIAL_PAIRS
        for day in (3, 30, 120)
    },
    "return_to_baseline": MEDIAN,
    "loss_of_none_or_mild": {**MEDIAN, "endpoint": "loss_of_none_or_mild"},
    "composite loss": {**MEDIAN, "endpoint": "loss_of_none_or_mild", "assessor": "composite"},
    "better": {**RATE, "endpoint": "one_grade", "day": 120},
    "better, among": {**RATE, "endpoint": "one_grade", "day": 120, **AMONG},
    "return, among": {**MEDIAN, **AMONG},
    "onset": {"endpoint": "onset", "assessor": "subject", "value": 3, "unit": "day"},
    "onset, weeks": {"endpoint": "onset", "assessor": "subject", "value": 3, "unit": "week"},
    "24 U, both eyes": {**RATE, "units": 24, "muscle": "crows_feet"},
    "12 U": {**RATE, "units": 12},
    "24 U": {**RATE, "units": 24},
    "on need, first": {**RATE, "retreat": "grade 2 from 90"},
    "placebo": {**RATE, "arm": "placebo"},
    "at rest, placebo": {**AT_REST, "arm": "placebo"},
    "year, grade 1": {
        "endpoint": "treatments_in_a_year", "value": 2, "unit": "treatments", "retreat": "grade 1 from 300"
    },
    "year, late": {
        "endpoint": "treatments_in_a_year", "value": 2, "unit": "treatments", "retreat": "return_to_baseline from 400"
    },
}  # fmt: skip


def table(*rows):
    return check_observations(pd.DataFrame(rows))


def predict(*rows, setting=SETTING, patients=PATIENTS, seed=1):
    predictor = Predictor(table(*rows), patients, seed)
    predictor.plan(setting.population)
    return predictor.predict(setting)


def values(*rows, **named):
    found, *_ = predict(*rows, **named)
    return found


@functools.cache
def predicted():
    """The value, the share and the step of each of `ROWS`."""
    found = predict(*ROWS.values())
    return {name: each[:3] for name, each in zip(ROWS, zip(*found[:3], strict=True), strict=True)}


def value_of(name):
    return predicted()[name][0]


def share_of(name):
    return predicted()[name][1]


@functools.cache
def drawn_patients(units=20.0):
    """Lines of patients drawn at random, on every day after one treatment; and their kinds."""
    rng = np.random.default_rng(17)
    normal = rng.standard_normal((DRAWN, OF_PATIENT + 1))
    doses = Schedule.once(units=units).doses(PEOPLE.parameters.spread)
    days = np.arange(0.0, 400.0)
    cohort = Treated.plan(PEOPLE, doses, days[-1], 1e-4).solve(normal)
    line = Line.of(cohort.visible_at(days), cohort.crease_at(days), PEOPLE.constants(normal))
    return line, *draw_kinds(PEOPLE, rng, DRAWN)


def within(share, found, count=DRAWN):
    """Whether a share of drawn patients is within four standard errors, and the predictions' own error, of another."""
    return abs(share - found) < 4 * np.sqrt(found * (1 - found) / count) + 0.005


@pytest.mark.proof
def test_the_rate_after_one_visit_is_that_of_a_virtual_trial_with_other_patients():
    trial = wo.run_trial(
        wo.Arm(units=20), population=PEOPLE, patients=16384, days=121, responses=TRIAL_PAIRS,
        response_days=[3, 30, 120], rng=5,
    )  # fmt: skip
    for row in trial.responders.to_dict("records"):
        # Of another seed: with 1,024 patients a rate differed by up to 0.4 from that of 16,384.
        assert value_of((row["endpoint"], row["assessor"], row["day"])) == pytest.approx(100 * row["rate"], abs=0.3)


def test_with_the_same_patients_the_rate_is_the_trial_s():
    # Two ways of computing one number: counts in blocks by `run_trial` at an accuracy of 1e-6, and predictions.
    trial = wo.run_trial(
        wo.Arm(units=20), population=PEOPLE, patients=512, days=121, responses=TRIAL_PAIRS,
        response_days=[3, 30, 120], rng=5,
    )  # fmt: skip
    rows = trial.responders.to_dict("records")
    cells = [{**RATE, **{name: row[name] for name in ("endpoint", "assessor", "day")}} for row in rows]
    seed = seed_of(5)
    assert values(*cells, patients=512, seed=seed) == pytest.approx([100 * row["rate"] for row in rows], abs=0.01)


def test_the_rate_after_a_third_treatment_on_known_days_is_that_of_a_virtual_trial():
    plan = wo.Schedule(tuple(wo.Visit(day=day, units=units) for day, units in ((0, 20), (120, 20), (210, 30))))
    trial = wo.run_trial(
        wo.Arm(plan), population=PEOPLE, patients=512, days=320, response_days=[240, 315], rng=5,
        responses=[("none_or_mild", "investigator")],
    )  # fmt: skip
    seed = seed_of(5)
    row = {**RATE, **THREE, "visit_units": "20 20 30"}
    found = values(row, {**row, "day": 105}, patients=512, seed=seed)
    assert found == pytest.approx(100 * trial.responders["rate"].to_numpy(), abs=0.01)


@pytest.mark.parametrize("duration", ["return_to_baseline", "loss_of_none_or_mild"])
def test_the_median_of_a_duration_is_that_of_raters_drawn_visit_by_visit(duration):
    line, baseline, better = drawn_patients()
    rng = np.random.default_rng(5)
    row = table({**MEDIAN, "endpoint": duration}).iloc[0].to_dict()
    visits = find_visits(row)
    visits = visits[visits < len(line.frown)]
    assert visits[0] == 14 + 28  # the visits are 28 days apart and one is on day 126; none is before 28 days
    frown = line.frown[visits.astype(int)]
    back = ended(duration, draw_grades(PEOPLE, rng, frown, baseline, better), baseline)
    days = first_true(back, visits)
    weeks, share, step = predicted()[duration]
    assert abs(7 * weeks - np.median(days)) <= 28
    by_visit, before = (days <= 126).mean(), (days <= 98).mean()
    assert within((by_visit + before) / 2, share)
    assert abs((by_visit - before) - step) < 4 * np.sqrt(0.25 / DRAWN)


def test_the_composite_end_of_a_duration_is_a_visit_at_which_both_see_it():
    line, baseline, better = drawn_patients()
    rng = np.random.default_rng(6)
    visits = np.arange(42, 380, 28)
    seen = [
        ended("loss_of_none_or_mild", draw_grades(PEOPLE, rng, line.frown[visits], baseline, better, error), baseline)
        for error in (PEOPLE.investigator_error, PEOPLE.subject_error)
    ]
    days = first_true(seen[0] & seen[1], visits)
    assert within(((days <= 126).mean() + (days <= 98).mean()) / 2, share_of("composite loss"))


def test_only_responders_are_counted_where_a_row_says_so():
    line, baseline, better = drawn_patients()
    rng = np.random.default_rng(7)
    chosen = responds("none_or_mild", draw_grades(PEOPLE, rng, line.frown[28], baseline, better), baseline)
    later = responds("one_grade", draw_grades(PEOPLE, rng, line.frown[120], baseline, better), baseline)
    among, every = share_of("better, among"), share_of("better")
    assert within(later[chosen].mean(), among, chosen.sum())
    assert within(later.mean(), every)
    assert among > every + 0.05
    # The median of a duration among them.
    visits = np.arange(42, 380, 28)
    back = ended("return_to_baseline", draw_grades(PEOPLE, rng, line.frown[visits], baseline, better), baseline)
    days = first_true(back, visits)[chosen]
    share = ((days <= 126).mean() + (days <= 98).mean()) / 2
    assert within(share, share_of("return, among"), chosen.sum())


def test_a_median_onset_is_the_first_day_on_which_half_of_the_patients_report_one():
    days = np.arange(1, 31)
    line, baseline, better = drawn_patients()
    # Reported if a line is seen better than at baseline by `report_change`.
    severity = baseline * line.frown[days] - better
    seen = severity + PEOPLE.subject_error * np.random.default_rng(8).standard_normal(severity.shape)
    rates = (seen <= baseline - PEOPLE.report_change).mean(axis=1)
    assert np.abs(rates - 0.5).min() > 0.03  # no tie within the Monte Carlo error
    assert value_of("onset") == days[rates >= 0.5][0]
    assert value_of("onset, weeks") == pytest.approx(value_of("onset") / 7)


def test_crow_s_feet_have_half_of_the_units_on_each_side():
    assert value_of("24 U, both eyes") == pytest.approx(value_of("12 U"), abs=1e-12)
    assert value_of("24 U, both eyes") < value_of("24 U")


def test_no_line_at_rest_without_toxin_is_a_quadrature_over_the_crease_share():
    # Severity at rest is the grade at baseline times the crease share, whose logit is normal.
    people = PEOPLE

    def chance(z, baseline, better):
        share = expit(logit(people.parameters.crease_share) + people.omega_crease_share * z)
        return norm.cdf((0.5 - baseline * share + better) / people.investigator_error) * norm.pdf(z)

    expected = sum(
        weight * placebo_weight * quad(chance, -8, 8, args=(baseline, better))[0]
        for baseline, weight in ((2, 1 - people.severe_share), (3, people.severe_share))
        for better, placebo_weight in ((0, 1 - people.placebo_share), (1, people.placebo_share))
    )
    assert value_of("at rest, placebo") == pytest.approx(100 * expected, abs=0.2)


def test_placebo_is_the_chance_of_a_line_as_at_baseline():
    # A moderate line is seen as mild if the error is below -0.5 grades; a placebo responder's line is one grade better.
    error, severe, placebo = PEOPLE.investigator_error, PEOPLE.severe_share, PEOPLE.placebo_share
    expected = sum(
        weight * norm.cdf((1.5 - severity) / error)
        for severity, weight in (
            (2, (1 - severe) * (1 - placebo)),
            (3, severe * (1 - placebo)),
            (1, (1 - severe) * placebo),
            (2, severe * placebo),
        )
    )
    assert value_of("placebo") == pytest.approx(100 * expected, abs=1e-9)


def test_the_odds_ratio_is_that_of_the_rates_at_rest():
    plan = {"visit_days": "0 120 240", "cycle": 3}
    ratio = {**plan, "endpoint": ODDS_RATIO, "value": 1.3, "unit": "odds ratio"}
    first, third, found = values(AT_REST, {**AT_REST, **plan}, ratio, patients=256) / [100, 100, 1]
    assert found == pytest.approx(np.sqrt(third / (1 - third) / (first / (1 - first))), rel=1e-4)


def on_need_one_by_one(patients, cycles, earliest, grade, every=28.0):
    """Days between treatments and lines at rest after the last, by a loop over patients solved with `simulate`.

    The patient is looked at every 28 days from the earliest day on, by an investigator with an error at each look, and
    treated at the first look at which the grade is `grade` or worse (or at least that at baseline).
    """
    people = PEOPLE.replace(omega_visit=0.0)
    rng = np.random.default_rng(23)
    constants = people.constants(rng.standard_normal((patients, OF_PATIENT + 1)))
    baselines, betters = draw_kinds(people, rng, patients)
    intervals, rest = np.empty((cycles, patients)), np.empty(patients)
    looks = np.arange(earliest, 720, every)
    for i in range(patients):
        days, parameters = [0.0], parameters_of(constants, i)
        for cycle in range(cycles):
            plan = wo.Schedule(tuple(wo.Visit(day=day, units=20) for day in days))
            course = wo.simulate(plan, parameters=parameters, days=int(days[-1]) + 721)
            depth = course.at(days[-1] + looks)["depth"].to_numpy()
            seen = draw_grades(people, rng, depth, baselines[i], betters[i])
            wanted = np.flatnonzero(seen >= (baselines[i] if grade is None else grade))
            intervals[cycle, i] = looks[wanted[0] if len(wanted) else -1]
            days.append(days[-1] + intervals[cycle, i])
        plan = wo.Schedule(tuple(wo.Visit(day=day, units=20) for day in days))
        row = wo.simulate(plan, parameters=parameters, days=int(days[-1]) + 60).at([days[-1] + 28])
        severity = baselines[i] * parameters.crease_share * float(row["crease"].iloc[0]) - betters[i]
        rest[i] = norm.cdf((0.5 - severity) / people.investigator_error)
    return intervals, rest


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
@pytest.mark.parametrize(("grade", "retreat"), some([(2, "grade 2 from 90"), (None, "return_to_baseline from 84")], 2))
def test_treatment_on_need_is_that_of_a_loop_over_single_patients(grade, retreat):
    patients = extent(60, 300)
    intervals, rest = on_need_one_by_one(patients, 1, float(retreat.split()[-1]), grade)
    row = {**RATE, "endpoint": "none_at_rest", "day": 28, "retreat": retreat, "cycle": 2}
    predictor = Predictor(table(row), 512, 1)
    setting = Setting(PEOPLE.replace(omega_visit=0.0))
    predictor.plan(setting.population)
    rate = predictor.predict(setting).shares[0]
    assert abs(rest.mean() - rate) < 4 * rest.std() / np.sqrt(patients)
    (treatment,) = predictor.treatments
    found = predictor.courses.solve(treatment, setting.population, 1.0).intervals
    assert found.shape == (1, 512)
    assert abs(found.mean() - intervals.mean()) < 4 * intervals.std() / np.sqrt(patients)
    assert found.min() >= float(retreat.split()[-1])


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
@pytest.mark.proof
def test_treatments_in_a_year_are_those_of_a_loop_over_single_patients():
    intervals, _ = on_need_one_by_one(100, 4, 90.0, 2)
    counts = 1 + (np.cumsum(intervals, axis=0) < 365).sum(axis=0)
    row = {"endpoint": "treatments_in_a_year", "value": 3, "unit": "treatments", "retreat": "grade 2 from 90"}
    predictor = Predictor(table(row), 512, 1)
    setting = Setting(PEOPLE.replace(omega_visit=0.0))
    predictor.plan(setting.population)
    assert predictor.predict(setting)[0] == [np.median(counts)]
    found = predictor.courses.solve(predictor.treatments[0], setting.population, 1.0).intervals
    shares = 1 + (np.cumsum(found, axis=0) < 365).sum(axis=0)
    assert abs(shares.mean() - counts.mean()) < 4 * counts.std() / 10


def test_treatments_in_a_year_are_1_and_those_whose_days_are_within_it():
    # On day 300 most have a line of grade 1 or worse, and the second treatment is then.
    assert value_of("year, grade 1") == 2
    assert value_of("year, late") == 1


def test_rows_on_need_are_predicted_on_any_day_that_may_be_written():
    plans = [{"retreat": f"grade 2 from {day}", "cycle": cycle} for day in (90, 719, 720, 730) for cycle in (1, 2)]
    numbers, shares, *_ = predict(
        *({**row, **plan} for plan in plans for row in ({**RATE, "day": 730}, MEDIAN)), patients=64
    )
    assert (shares >= 0).all()
    assert (shares[::2] < 0.2).all()  # two years after the treatment
    assert (numbers[1::2] > 8).all()
    assert (numbers[1::2] < 60).all()


def test_the_first_treatment_on_need_is_a_single_one():
    once, on_need = share_of(("none_or_mild", "investigator", 30)), share_of("on need, first")
    # Each patient on need is of one kind, so that the kinds add Monte Carlo noise.
    assert abs(once - on_need) < 4 * np.sqrt(0.25 / PATIENTS)


def test_leniency_is_added_to_what_every_rater_overlooks():
    # A rater who is lenient by half a grade sees severity 2 as 1.5.
    row = {**RATE, "arm": "placebo"}
    found = values(row, setting=Setting(PEOPLE.replace(placebo_share=0.0, severe_share=0.0), leniency=0.5))
    assert found[0] == pytest.approx(50, abs=1e-9)


def test_a_potency_of_a_product_acts_as_a_larger_dose_before_uptake_is_saturated():
    people = PEOPLE.replace(dose_at_half_uptake=np.inf)
    twice = Setting(people, {"abobotulinumtoxinA": 2.0})
    found = values({**RATE, "product": "abobotulinumtoxinA", "units": 10}, RATE, setting=twice, patients=64)
    assert found[0] == pytest.approx(found[1], abs=1e-9)


def test_a_median_without_half_of_the_patients_is_infinite():
    nearly_none = Setting(PEOPLE.replace(light_chain_half_life=np.inf))
    assert values(MEDIAN, setting=nearly_none, patients=64)[0] == np.inf


@pytest.mark.parametrize(
    ("median", "every", "first"), [(126, 28, 42), (19.7 * 7, 28, 19.7 * 7 % 28 + 28), (20, 28, 20)]
)
def test_the_visits_of_a_median_are_so_many_days_apart_and_one_is_the_median(median, every, first):
    visits = find_visits({"value": median, "unit": "day", "look_days": every})
    assert visits[0] == pytest.approx(first)
    assert np.abs(visits - median).min() < 1e-9
    assert np.diff(visits) == pytest.approx(every)
