"""The marginal likelihood of patients: against brute force, and its slopes against differences."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import logsumexp
from tests.extent import extent

import wearoff as wo
from wearoff.forecasts.likelihood import find_days, find_likelihoods
from wearoff.individuals import likelihood as likelihood_module
from wearoff.individuals.effects import read_effects
from wearoff.individuals.looks import Terms, read_looks
from wearoff.individuals.numbers import POSSIBLE, Numbers
from wearoff.individuals.sampling import log_scale
from wearoff.individuals.solution import Problem
from wearoff.model.equations import MODEL
from wearoff.patients.draws import OF_PATIENT
from wearoff.patients.few import plan_few
from wearoff.patients.grades import Line

TWO = wo.Schedule((wo.Visit(day=5, units=20), wo.Visit(day=118, units=25)))
HISTORIES = {
    "usual": wo.History(TWO, [wo.Grade(35, 0), wo.Gone(110, since=85), wo.Grade(140, 1)], baseline=3),
    "short, the baseline not known": wo.History(
        wo.Schedule.once(units=20), [wo.Grade(60, 2), wo.Grade(7, 1, assessor="subject"), wo.Grade(90, 1, at_rest=True)]
    ),
    "seen on the day of a treatment": wo.History(
        wo.Schedule.every(90, visits=3, units=15), [wo.Grade(14, 0), wo.Grade(90, 1), wo.Grade(150, 0)], baseline=2
    ),
}
DATA = wo.Histories(HISTORIES, pd.DataFrame({"sex": [0, 1, 1], "age": [30, 40, 62]}, index=list(HISTORIES)))
PEOPLE = wo.Population(correlation_potency_light_chain=0.4, placebo_share=0.05)
EFFECTS = {"sex": ("potency", "light_chain_half_life"), "age": ("depot_half_life", "crease_share")}
ELSEWHERE = {
    "potency": 0.13,
    "light_chain_half_life": 48.0,
    "depot_half_life": 0.7,
    "crease_share": 0.2,
    "omega_potency": 0.75,
    "omega_visit": 0.16,
    "correlation_potency_light_chain": 0.2,
    "investigator_error": 0.3,
    "placebo_share": 0.08,
    "sex_on_potency": 0.2,
    "sex_on_light_chain_half_life": -0.25,
    "age_on_crease_share": 0.02,
    "age_on_depot_half_life": -0.01,
}


def make_problem(draws=1024, seed=1):
    numbers = Numbers.of(list(POSSIBLE), read_effects(EFFECTS, DATA.covariates), DATA, PEOPLE)
    return Problem(
        numbers, read_looks(DATA, PEOPLE), Terms.of(DATA, list(PEOPLE.raters.kinds())), draws, seed, False, MODEL, None
    )


def draw_likelihood(problem, x):
    """Return the likelihood with draws made twice at transformed numbers."""
    return problem.sample(x, 1, problem.sample(x, 0), all_draws=True)


def brute_force(patient, values, draws):
    """Return the logarithm of a patient's likelihood and its Monte Carlo error, from the population's own draws.

    The patient's course is solved with both treatments on one grid, as that of a forecast, and without `carry`.
    """
    history, row = HISTORIES[patient], DATA.covariates.loc[patient]
    changes = {name: value for name, value in values.items() if "_on_" not in name}
    people = PEOPLE.replace(**changes)
    sex, age = row["sex"], row["age"] - 40  # 40 is the median
    share = people.parameters.crease_share
    odds = share / (1 - share) * np.exp(values.get("age_on_crease_share", 0.0) * age)
    own = people.replace(
        potency=people.parameters.potency * np.exp(values.get("sex_on_potency", 0.0) * sex),
        light_chain_half_life=people.parameters.light_chain_half_life
        * np.exp(values.get("sex_on_light_chain_half_life", 0.0) * sex),
        depot_half_life=people.parameters.depot_half_life * np.exp(values.get("age_on_depot_half_life", 0.0) * age),
        crease_share=odds / (1 + odds),
    )
    normals = np.random.default_rng(5).standard_normal((draws, OF_PATIENT + len(history.visits)))
    days = find_days(history)
    cohort = plan_few(history.visits, own, history.last_day + 1).solve(normals)
    lines = Line.of(cohort.visible_at(days), cohort.crease_at(days), own.constants(normals))
    likelihoods = np.exp(logsumexp(find_likelihoods(history, days, lines, own.raters), axis=0))
    return np.log(likelihoods.mean()), likelihoods.std() / likelihoods.mean() / np.sqrt(draws)


@pytest.mark.parametrize("values", [{}, ELSEWHERE], ids=["at the draws", "elsewhere"])
def test_the_likelihood_is_that_of_brute_force(values):
    problem = make_problem()
    likelihood = draw_likelihood(problem, problem.numbers.transform({}))
    point = problem.numbers.point(problem.numbers.transform(values))
    weighed = likelihood.weigh(point)
    errors, _ = likelihood.find_errors(likelihood.weigh(point, slopes=True), point)
    for place, patient in enumerate(HISTORIES):
        expected, error = brute_force(patient, values, extent(20_000, 500_000))
        assert abs(weighed.logs[place] - expected) < 4.5 * np.hypot(error, np.sqrt(errors[place])), patient


def test_the_same_draws_weighted_again_give_what_draws_made_there_give():
    problem = make_problem()
    x = problem.numbers.transform(ELSEWHERE)
    point = problem.numbers.point(x)
    logs, variances = [], []
    for made in (problem.numbers.transform({}), x):
        likelihood = draw_likelihood(problem, made)
        logs.append(likelihood.weigh(point).logs)
        variances.append(likelihood.find_errors(likelihood.weigh(point, slopes=True), point)[0])
    assert (np.abs(logs[0] - logs[1]) < 4.5 * np.sqrt(variances[0] + variances[1])).all()


def test_parts_of_the_patients_give_what_all_at_once_give(monkeypatch):
    # Patients are independent. The patients have different numbers of kinds and of looks.
    problem = make_problem(draws=256)
    x = problem.numbers.transform(ELSEWHERE)
    point = problem.numbers.point(x)
    found = []
    for at_once in (2**20, 512, 1):
        monkeypatch.setattr(likelihood_module, "DRAWS_AT_ONCE", at_once)
        likelihood = draw_likelihood(problem, x)
        weighed = likelihood.weigh(point, slopes=True)
        found.append([weighed.logs, likelihood.find_scores(weighed, point), *likelihood.find_errors(weighed, point)])
    for parts in found[1:]:
        for values, of_all in zip(parts, found[0], strict=True):
            np.testing.assert_allclose(values, of_all, rtol=1e-12, atol=1e-14)


def test_the_scores_are_the_slopes_of_the_logarithms():
    # Central differences have an error of the square of the step.
    problem = make_problem(draws=256)
    likelihood = draw_likelihood(problem, problem.numbers.transform({}))
    x = problem.numbers.transform(ELSEWHERE)
    point = problem.numbers.point(x)
    scores = likelihood.find_scores(likelihood.weigh(point, slopes=True), point)
    for place, name in enumerate(problem.numbers.names):
        step = 1e-4 * (np.arange(len(x)) == place)
        ahead, behind = (likelihood.weigh(problem.numbers.point(x + sign * step)).logs for sign in (1, -1))
        assert scores[:, place] == pytest.approx((ahead - behind) / 2e-4, rel=1e-5, abs=1e-6), name


def test_the_scale_is_the_determinant_of_the_deviations():
    # The deviations are linear in the standard normal numbers: their matrix has unit vectors' deviations as rows.
    matrix = PEOPLE.deviations(np.eye(OF_PATIENT + 2))
    found = log_scale(PEOPLE, np.ones((1, OF_PATIENT + 2), dtype=bool))[0]
    assert found == pytest.approx(np.linalg.slogdet(matrix)[1])


def test_the_monte_carlo_error_is_the_spread_over_seeds():
    logs, errors = [], []
    for seed in range(extent(12, 100)):
        problem = make_problem(draws=256, seed=seed)
        likelihood = draw_likelihood(problem, problem.numbers.transform({}))
        point = problem.numbers.point(problem.numbers.transform({}))
        weighed = likelihood.weigh(point, slopes=True)
        logs.append(weighed.logs)
        errors.append(likelihood.find_errors(weighed, point)[0])
    ratio = np.std(logs, axis=0, ddof=1) / np.sqrt(np.mean(errors, axis=0))
    # The standard deviation of n values has a relative error of 1 / sqrt(2 (n - 1)).
    assert (np.abs(np.log(ratio)) < extent(0.9, 0.35)).all()
