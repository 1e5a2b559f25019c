"""The likelihood: deviances of scipy, the covariance of simulated trials, and what a median weighs."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom
from tests.evidence.raters import draw_grades, draw_kinds, responds
from tests.extent import extent

from wearoff.evidence.likelihood import ASSUMED_PATIENTS, LARGEST_CORRELATION, Prior, Problem, compute_deviances
from wearoff.evidence.numbers import find_number, transform
from wearoff.evidence.observations import check_observations, published
from wearoff.evidence.prediction import Setting
from wearoff.patients.draws import OF_PATIENT
from wearoff.patients.grades import Line
from wearoff.patients.population import Population
from wearoff.patients.treated import Treated
from wearoff.treatment.schedule import Schedule

PEOPLE = Population()
RATE = {"endpoint": "none_or_mild", "day": 30, "value": 75, "unit": "%", "n": 200, "trial": "one"}


def make_problem(rows, free=("potency",), people=PEOPLE, priors=(), ranges=False, patients=512):
    table = check_observations(pd.DataFrame(rows))
    numbers = tuple(find_number(name) for name in free)
    problem = Problem(table, numbers, Setting(people), priors, ranges, patients, 1, None)
    problem.plan(transform(numbers, problem.start))
    return problem


def linearise(problem):
    return problem.linearise(transform(problem.numbers, problem.start), np.zeros(len(problem.trials)))


@given(st.integers(1, 500), st.data(), st.floats(0.001, 0.999))
def test_a_squared_residual_is_twice_the_log_likelihood_ratio_of_scipy(n, data, p):
    count = data.draw(st.integers(0, n))
    found = compute_deviances(np.array([count / n]), np.array([p]), np.array([float(n)]))[0]
    expected = 2 * (binom.logpmf(count, n, count / n) - binom.logpmf(count, n, p))
    assert found**2 == pytest.approx(max(expected, 0), rel=1e-6, abs=1e-7)
    assert np.sign(found) in (0, np.sign(count / n - p))


def test_a_residual_is_finite_where_the_model_predicts_none_or_all():
    found = compute_deviances(np.array([0.0, 1.0, 0.5, 0.5]), np.array([0.0, 1.0, 0.0, 1.0]), np.full(4, 100.0))
    assert np.abs(found[:2]).max() < 1e-3
    assert found[2] > 30 > -30 > found[3]
    assert np.isfinite(found).all()


def test_the_covariance_of_residuals_is_that_of_simulated_trials():
    # Trials of 150 patients with a potency and raters of their own: three rates of one arm and one of the placebo arm.
    # Patients are drawn from a pool that is solved for 13 potencies; between these the depth is interpolated.
    people = PEOPLE.replace(omega_trial_potency=0.25, omega_trial_leniency=0.2)
    days, subjects, trials = np.array([30.0, 90.0, 120.0]), 150, extent(800, 6000)
    rows = [{**RATE, "day": day, "n": subjects} for day in days]
    rows.append({**RATE, "day": 30, "n": subjects, "arm": "placebo", "value": 5})
    problem = make_problem(rows, (), people)
    linear = linearise(problem)
    assumed = linear.covariance(problem.deviations(problem.start))

    rng = np.random.default_rng(31)
    pool = 1500
    normal = rng.standard_normal((pool, OF_PATIENT + 1))
    logs = np.linspace(-0.9, 0.9, 13)
    depths = []
    treated = Treated.plan(people, Schedule.once(units=20).doses(people.parameters.spread), 121.0, 1e-4)
    for log in logs:
        own = people.replace(potency=people.parameters.potency * float(np.exp(log)))
        cohort = treated._replace(population=own).solve(normal)
        depths.append(Line.of(cohort.visible_at(days), cohort.crease_at(days), own.constants(normal)).frown)
    depths = np.stack(depths)
    effects = rng.standard_normal((trials, 2)) * [0.25, 0.2]
    residuals = np.empty((trials, 4))
    for i, (log, leniency) in enumerate(effects):
        chosen = rng.integers(pool, size=subjects)
        place = np.clip(np.searchsorted(logs, log) - 1, 0, len(logs) - 2)
        part = (log - logs[place]) / (logs[1] - logs[0])
        depth = (1 - part) * depths[place][:, chosen] + part * depths[place + 1][:, chosen]
        counts = []
        for lines in (depth, np.ones((1, subjects))):
            baseline, better = draw_kinds(people, rng, subjects)
            # Lenient raters see every line less severe by the same number of grades.
            grades = draw_grades(people, rng, lines - leniency / baseline, baseline, better)
            counts.append(responds("none_or_mild", grades, baseline).mean(axis=-1))
        residuals[i] = compute_deviances(np.concatenate(counts), linear.prediction.shares, problem.n)
    measured = np.cov(residuals.T)
    scale = np.sqrt(np.outer(np.diag(assumed), np.diag(assumed)))
    # To the first order: effects of this size bend the rates by a tenth of the covariance.
    print(np.round(measured / scale, 2), np.round(assumed / scale, 2))
    assert np.abs((measured - assumed) / scale).max() < 0.15 + 4 * np.sqrt(2 / trials)
    assert measured[0, 0] > 3  # the trials' effects are most of it
    # Not to be explained by rows that are independent.
    assert measured[0, 1] / np.sqrt(measured[0, 0] * measured[1, 1]) > 0.5
    assert measured[0, 3] > 0  # the same raters see both arms


def test_without_effects_rows_of_one_arm_correlate_as_their_patients_do():
    rows = [{**RATE, "day": 90}, {**RATE, "day": 120}, {**RATE, "day": 120, "arm": "placebo"}]
    rows.append({**RATE, "day": 120, "total_units": 44})  # another arm, which was treated elsewhere too
    linear = linearise(make_problem(rows, ()))
    chances, weights, shares = linear.prediction.chances, linear.prediction.weights, linear.prediction.shares
    together = (weights[0] * chances[0] * chances[1]).sum() / weights[0].sum() - shares[0] * shares[1]
    expected = together / np.sqrt(np.prod(shares[:2] * (1 - shares[:2])))
    assert linear.alike[0, 1] == pytest.approx(LARGEST_CORRELATION * expected)
    assert 0.2 < expected < 0.95
    assert (linear.alike[:2, 2:] == 0).all()
    assert linear.alike[2, 3] == 0
    assert (linear.alike == linear.alike.T).all()


def test_rows_with_other_patients_or_selected_ones_correlate_as_simulated_rates_do():
    # An arm of 120 patients, a row of its first 80, and one of the first 50 who responded on day 28. Rates of 4,000
    # arms are drawn patient by patient; their correlation has a standard error of at most 0.016.
    days, sizes, trials = [28.0, 120.0, 120.0], [120, 80, 50], 4000
    rows = [{**RATE, "day": day, "n": n} for day, n in zip(days, sizes, strict=True)]
    rows[2] |= {"endpoint": "one_grade", "among": "none_or_mild investigator 28"}
    problem = make_problem(rows, (), PEOPLE.replace(placebo_share=0.0, severe_share=1.0))
    linear = linearise(problem)
    early, late, better = (each.ravel() for each in linear.prediction.chances)
    everybody = linear.prediction.weights[0].ravel()
    rng = np.random.default_rng(8)
    rates = np.empty((trials, 3))
    for i in range(trials):
        patients = rng.choice(len(everybody), 400, p=everybody / everybody.sum())
        on_28 = rng.random(400) < early[patients]
        selected = patients[on_28][:50]
        assert len(selected) == 50
        rates[i] = (
            on_28[:120].mean(),
            (rng.random(80) < late[patients[:80]]).mean(),
            (rng.random(50) < better[selected]).mean(),
        )
    found = np.corrcoef(rates.T)
    print(found.round(3), linear.alike.round(3))
    assert found[0, 1] > 0.2
    assert found[1, 2] > 0.1
    # What is seen of a patient twice with the same errors (day 28) has no place here: only rows of two days.
    for i, j in ((0, 1), (1, 2)):
        assert linear.alike[i, j] / LARGEST_CORRELATION == pytest.approx(found[i, j], abs=4 * 0.016)


def test_sources_of_one_trial_report_the_same_patients():
    rows = [{**RATE, "source": "paper"}, {**RATE, "source": "label", "day": 60}]
    assert linearise(make_problem(rows, ())).alike[0, 1] > 0.2
    apart = [{**row, "trial": ""} for row in rows]
    assert linearise(make_problem(apart, ())).alike[0, 1] == 0


def test_published_rows_have_a_covariance_wherever_the_constants_are():
    # Correlations that do not belong to one set of patients can give a direction a variance below 0.
    rows = published()
    rows = rows[rows["used_for_fit"]].reset_index(drop=True)
    numbers = [find_number(name) for name in ("potency", "light_chain_half_life", "omega_potency", "crease_share")]
    rng = np.random.default_rng(3)
    for _ in range(extent(3, 20)):
        people = PEOPLE.replace(**{each.name: each.back(rng.normal(*each.prior)) for each in numbers})
        problem = Problem(rows, (), Setting(people), (), False, 64, 1, None)
        problem.plan(np.empty(0))
        assert np.linalg.eigvalsh(linearise(problem).alike).min() > 0.02


@pytest.mark.parametrize("trials", [["", ""], ["one", ""], ["one", "two"], ["1", ""], ["", "0"]])
def test_rows_of_no_trial_or_of_two_share_no_effects(trials):
    # A row's number is not the name of its trial.
    rows = [{**RATE, "trial": trial, "source": str(i), "day": 30 + i} for i, trial in enumerate(trials)]
    linear = linearise(make_problem(rows, ()))
    assert (linear.of_trial[:, 0, 1] == 0).all()
    assert (linear.of_trial[:, 1, 0] == 0).all()
    for i, trial in enumerate(trials):
        # The variance of a row of a trial is larger by its effects; a row without trial has none.
        assert ((linear.of_trial[:, i, i] > 0) == (trial != "")).all()


def test_rows_of_one_trial_share_its_effects_whatever_their_source():
    rows = [{**RATE, "source": "paper"}, {**RATE, "source": "label", "units": 10}, {**RATE, "arm": "placebo"}]
    of_trial = linearise(make_problem(rows, ())).of_trial
    assert of_trial[0, 0, 1] == pytest.approx(np.sqrt(of_trial[0, 0, 0] * of_trial[0, 1, 1]))
    assert (of_trial[0, 2] == 0).all()  # placebo has no potency
    assert (of_trial[1] > 0).all()  # but the same raters


def test_the_slopes_are_those_of_central_differences():
    rows = [RATE, {**RATE, "day": 120}, {"endpoint": "return_to_baseline", "value": 18, "unit": "week", "n": 60}]
    problem = make_problem(rows, ("potency", "light_chain_half_life", "investigator_error"), ranges=True)
    x = transform(problem.numbers, problem.start)
    linear = problem.linearise(x, np.zeros(1))
    step = 1e-3
    for i in range(3):
        near = [problem.evaluate(problem.setting(x + side * step * np.eye(3)[i]))[0] for side in (-1, 1)]
        slope = (near[1] - near[0]) / (2 * step)
        assert linear.slopes[:, i] == pytest.approx(slope, rel=0.02, abs=0.02)
        assert linear.prior_slopes[i, i] == pytest.approx(1 / problem.prior_sd[i])


def test_the_residuals_are_smooth():
    # Second differences of a smooth function fall with the square of the step: no jumps of grids or draws.
    rows = [RATE, {**RATE, "day": 120}, {**RATE, "day": 7}]
    problem = make_problem(rows, ("light_chain_half_life",), patients=256)
    x = transform(problem.numbers, problem.start)

    def bend(step):
        at = [problem.evaluate(problem.setting(x + shift))[0] for shift in (-step, 0, step)]
        return np.abs(at[0] - 2 * at[1] + at[2]).max()

    assert bend(0.01) / bend(0.04) == pytest.approx(1 / 16, rel=0.25)


def test_a_median_without_its_number_of_patients_counts_as_50():
    median = {"endpoint": "return_to_baseline", "value": 18, "unit": "week"}
    assert ASSUMED_PATIENTS == 50
    blank, fifty, many = (
        make_problem([{**median, **n}], patients=64).evaluate(Setting(PEOPLE))[0][0]
        for n in ({}, {"n": 50}, {"n": 800})
    )
    assert blank == fifty
    assert abs(many) > abs(blank)


def test_the_residual_of_a_median_has_the_variance_of_a_share_somewhere_between_two_visits():
    # A share p of n patients has the variance p (1 - p) / n, 0.25 / n for one half. A share that lies evenly between
    # two that differ by d has d^2 / 12 more.
    rows = [{"endpoint": "return_to_baseline", "value": 18, "unit": "week", "n": 60, "look_days": 56}]
    problem = make_problem(rows)
    residuals, prediction = problem.evaluate(Setting(PEOPLE))
    alone = compute_deviances(np.array([0.5]), prediction.shares, np.array([60.0]))
    assert residuals == pytest.approx(alone / np.sqrt(1 + prediction.steps**2 / 12 / (0.25 / 60)))
    assert 0.1 < prediction.steps[0] < 0.9


def test_residuals_of_priors_are_standard_deviations_from_their_means():
    priors = (Prior("half_effect_day", 90.0, 5.0, 20.0), Prior("effect_on_day_180", 0.1, 0.05, 40.0))
    problem = make_problem([RATE], ("potency", "crease_share"), priors=priors, ranges=True, patients=64)
    x = problem.prior_mean + np.array([1.0, -2.0]) * problem.prior_sd
    found = problem.of_priors(x)
    assert found[:2] == pytest.approx([1, -2])
    values = problem.quantities(problem.setting(x))
    assert found[2:] == pytest.approx((values - [90, 0.1]) / [5, 0.05])
    # Where the effect is never at a half, there is no such day.
    never = problem.quantities(Setting(PEOPLE.replace(potency=1e-6)))
    assert never[0] == 0


def test_a_plausible_range_is_the_middle_95_per_cent_of_its_prior():
    number = find_number("crease_share")
    mean, sd = number.prior
    # Two standard deviations to each side; between 95 and 96 % of a normal distribution.
    assert [number.back(mean + side * 2 * sd) for side in (-1, 1)] == pytest.approx([number.low, number.high])
    for name in ("potency", "severe_share", "correlation_potency_light_chain", "release_at_half_force"):
        each = find_number(name)
        assert each.back(each.to(0.3)) == pytest.approx(0.3)
