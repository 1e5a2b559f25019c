"""The forecast of one patient: calibrated by simulation, and against brute force from the population's own draws."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.special import logsumexp
from scipy.stats import chi2, chisquare
from tests.extent import extent

import wearoff as wo
from wearoff.forecasts import posterior as posterior_module
from wearoff.forecasts.likelihood import find_days, find_likelihoods
from wearoff.forecasts.next_date import find_loss
from wearoff.forecasts.posterior import (
    DRAWS,
    HORIZON,
    Posterior,
    find_posterior,
    fit_normal,
    fit_tail,
    weighted_quantiles,
)
from wearoff.model.equations import MODEL, uptake
from wearoff.patients.draws import OF_PATIENT
from wearoff.patients.few import plan_few
from wearoff.patients.grades import Line, find_severity, round_grade

PEOPLE = wo.Population()
TWO = wo.Schedule.every(110, visits=2, units=20)
WEEKS = np.array([7.0, 30.0, 60.0, 90.0, 117.0, 140.0, 170.0])
QUANTITIES = ("potency", "light chain", "depot", "crease share", "visit", "loss")
HISTORIES = {
    "a usual one": wo.History(TWO, [wo.Grade(30, 0), wo.Gone(105, since=80), wo.Grade(140, 1)], baseline=3),
    "short and weak": wo.History(
        TWO, [wo.Grade(7, 2), wo.Grade(30, 2), wo.Gone(50), wo.Grade(140, 2), wo.Gone(165)], baseline=3
    ),
    "nothing seen": wo.History(TWO),
}


def brute_force(history, patients, seed=5):
    """Return the posterior from draws of the population alone."""
    rng, end = np.random.default_rng(seed), history.last_day + HORIZON
    treated, days = plan_few(history.visits, PEOPLE, end), find_days(history)
    normals = rng.standard_normal((patients, OF_PATIENT + len(history.visits)))
    cohort = treated.solve(normals)
    lines = Line.of(cohort.visible_at(days), cohort.crease_at(days), PEOPLE.constants(normals))
    likelihood = np.exp(find_likelihoods(history, days, lines, PEOPLE.raters))
    weights = likelihood.sum(axis=0) / likelihood.sum()
    return Posterior(PEOPLE, normals, weights, [cohort], end, 1.0)


@pytest.mark.parametrize("name", HISTORIES)
def test_means_are_those_of_brute_force_within_the_monte_carlo_error(name):
    found, judge = (
        find_posterior(HISTORIES[name], PEOPLE, 1, MODEL),
        brute_force(HISTORIES[name], extent(20_000, 200_000)),
    )
    print(f"effective: {found.effective:.0f}, brute force {judge.effective:.0f}; Pareto k {found.pareto_k:.2f}")
    assert found.effective >= 400
    assert found.pareto_k < 0.7
    last = HISTORIES[name].last_visit
    for read in (lambda each: each.normals.T, lambda each: each.visible_at(last + np.array([30.0, 90.0, 150.0]))):
        means, errors = [], []
        for each in (found, judge):
            values = read(each)
            mean = values @ each.weights
            means.append(mean)
            errors.append((((values.T - mean) ** 2).T @ each.weights) / each.effective)
        assert (np.abs(means[0] - means[1]) < 4.5 * np.sqrt(errors[0] + errors[1])).all()


def draw_history(rng, treated, days):
    """Return a patient's standard normal numbers, and a history of grades that raters saw."""
    normals = rng.standard_normal((1, OF_PATIENT + 2))
    cohort, raters = treated.solve(normals), PEOPLE.raters
    kind = rng.choice(4, p=[each.share for each in raters.kinds()])
    baseline, _, _ = own = list(raters.kinds())[kind]
    lines = Line.of(cohort.visible_at(days), cohort.crease_at(days), PEOPLE.constants(normals))
    seen = []
    for i, day in enumerate(days):
        assessor, at_rest = ("subject" if i % 3 == 1 else "investigator"), i % 5 == 4
        depth = (lines.rest if at_rest else lines.frown)[i, 0]
        (error,) = raters.errors(assessor)
        grade = round_grade(find_severity(depth, baseline, own.placebo_responder) + error * rng.standard_normal())
        seen.append(wo.Grade(float(day), int(grade), at_rest, assessor))
    return normals, cohort, wo.History(TWO, seen, baseline=baseline)


def test_the_ranks_of_the_truth_among_the_draws_are_uniform():
    # Simulation-based calibration (Talts et al. 2018, arXiv:1804.06788): patients are drawn from the population, and
    # 6 to 12 grades from what raters see of them. The truth is as likely in each tenth of its posterior.
    count, rng = extent(60, 1000), np.random.default_rng(11)
    treated = plan_few(TWO, PEOPLE, TWO.visits[-1].day + 60 + HORIZON)
    ranks, inside, flagged = np.empty((count, len(QUANTITIES))), 0, 0
    for i in range(count):
        days = np.sort(rng.choice(np.arange(3.0, 170.0), rng.integers(6, 13), replace=False))
        normals, cohort, history = draw_history(rng, treated, days)
        found = find_posterior(history, PEOPLE, int(rng.integers(2**31)), MODEL)
        alone = Posterior(PEOPLE, normals, np.ones(1), [cohort], found.end, 1.0)
        last = history.last_visit
        (truth,), draws = find_loss(alone, last, 0.5)[0], find_loss(found, last, 0.5)[0]
        # Equal values, such as days beyond the end, are put in a random order.
        values = np.concatenate([found.normals[:, [0, 1, 2, 3, 5]].T, draws[None]])
        own = np.append(normals[0, [0, 1, 2, 3, 5]], truth)
        below, equal = (compare(values.T, own) @ np.eye(len(own)) for compare in (np.less, np.equal))
        ranks[i] = found.weights @ below + rng.random() * (found.weights @ equal)
        low, high = weighted_quantiles(draws, found.weights, np.array([0.1, 0.9]))
        inside += low <= truth <= high
        flagged += found.surprise < 1e-3
    p = [chisquare(np.histogram(column, 10, (0, 1))[0]).pvalue for column in ranks.T]
    print(dict(zip(QUANTITIES, np.round(p, 3), strict=True)), f"80 % interval: {inside / count:.3f}; {flagged} flagged")
    assert min(p) > 0.01 / len(QUANTITIES)
    # Of 1,000 the rate has a standard error of 0.013; of 60 it has 0.05.
    assert abs(inside / count - 0.8) <= extent(0.16, 0.04)
    assert flagged <= 0.02 * count + 1


def test_a_history_that_contradicts_the_model_is_answered_with_a_warning():
    with pytest.warns(wo.UnusualWarning, match="contradicts the model"):
        found = wo.forecast(wo.History(wo.Schedule.once(units=20), [wo.Grade(14, 3), wo.Grade(200, 0)]))
    assert np.isfinite(found.next_visit().day)


def test_the_next_date_is_earlier_in_who_loses_the_effect_sooner():
    soon, usual, late = (
        wo.forecast(wo.History(TWO, [wo.Gone(day, since=day - 20)], baseline=3)).next_visit()
        for day in (60.0, 85.0, 108.0)
    )
    assert soon.day < usual.day < late.day
    for each in (soon, usual, late):
        assert each.four_fifths[0] <= each.half[0] < each.day < each.half[1] < each.four_fifths[1]
        assert (np.diff(each.lost["chance"]) >= 0).all()
        assert np.interp(each.day, each.lost["day"], each.lost["chance"]) == pytest.approx(0.5, abs=0.05)


def test_dates_are_those_of_the_visits():
    dated = wo.forecast(wo.History(TWO.starting("2027-01-04"), [wo.Grade(30, 0)]))
    found = dated.next_visit()
    assert found.date == dated.history.visits.date(found.day)
    assert found.label_date == dated.history.visits.date(TWO.visits[-1].day + 90)
    assert list(found.lost) == ["day", "date", "weeks", "chance"]
    assert list(dated.curve([0, 10]))[:2] == ["time", "date"]
    # The sentence has the dates of the fields: 4 January and 110 + 90 days are 23 July.
    assert str(found.label_date) == "2027-07-23"
    assert f"on about {found.date}." in str(found)
    assert "from 2027-07-23." in str(found)
    assert "not advice" in str(found)
    assert "falls below 80 % of a full effect" in str(dated.next_visit(keep=0.8))
    plain = wo.forecast(wo.History(TWO, [wo.Grade(30, 0)]))
    assert plain.next_visit().date is None
    assert "from day 200." in str(plain.next_visit())
    assert "date" not in plain.next_visit().lost
    assert plain.next_visit().day == found.day


def test_a_thousand_looks_have_a_likelihood():
    # The likelihood itself would be 0 in a double: a grade that is seen with a chance of a half, a thousand times.
    seen = [wo.Grade(float(day), grade) for day in (30, 31) for grade in (0, 1) for _ in range(300)]
    with pytest.warns(wo.UnusualWarning):
        found = wo.forecast(wo.History(wo.Schedule.once(units=20), seen, baseline=3))
    middle = found.curve([30.0])["p50"][0]
    assert 0.5 < middle < 1
    assert found.curve([30.0])["p95"][0] - middle < 0.05


def test_sites_do_not_matter_since_every_dose_counts_as_even():
    sited = wo.Schedule(tuple(wo.Visit(day=visit.day, units=20, sites=5) for visit in TWO))
    seen = [wo.Grade(30, 0), wo.Grade(90, 1)]
    assert wo.forecast(wo.History(sited, seen)).next_visit().day == wo.forecast(wo.History(TWO, seen)).next_visit().day


def test_grades_narrow_what_is_known_and_move_it():
    few = wo.forecast(wo.History(TWO, baseline=3)).parameters().set_index("name")
    weak = wo.forecast(wo.History(TWO, [wo.Grade(day, 2) for day in (14, 30, 45, 60)], baseline=3))
    rows = weak.parameters().set_index("name")
    for each in ("p5", "p50", "p95"):
        # Without anything seen the posterior is the population: 1,024 Sobol points know a percentile to some percent.
        assert few[each].to_numpy() == pytest.approx(few[f"prior_{each}"].to_numpy(), rel=0.08)
    assert rows.loc["potency", "p95"] < rows.loc["potency", "prior_p50"]


def test_the_level_is_lost_at_once_by_who_does_not_reach_it_and_never_within_the_days_by_who_keeps_it():
    posterior = find_posterior(HISTORIES["nothing seen"], PEOPLE, 1, MODEL)
    days, never = find_loss(posterior, 110.0, 0.999)
    assert never.any()
    assert (days[never] == 110).all()
    durable = wo.Population().replace(light_chain_half_life=180, omega_light_chain=0.3)
    kept = find_posterior(HISTORIES["nothing seen"], durable, 1, MODEL)
    days, never = find_loss(kept, 110.0, 0.3)
    assert np.isinf(days).any()
    assert not never[np.isinf(days)].any()


def test_weighted_quantiles_are_those_of_repeated_values():
    values, weights = np.array([3.0, 1.0, 2.0]), np.array([0.25, 0.5, 0.25])
    repeated = np.array([3.0, 1.0, 1.0, 2.0])
    for share in (0.1, 0.5, 0.6, 0.75, 0.9, 1.0):
        expected = np.quantile(repeated, share, method="inverted_cdf")
        assert weighted_quantiles(values, weights, np.array([share]))[0] == expected


def test_the_tail_of_equal_weights_is_not_heavy():
    assert fit_tail(np.full(100, 0.01)) == -np.inf


@pytest.mark.parametrize("visits", [1, 8, 20])
def test_an_ordinary_look_after_many_visits_is_as_ordinary_as_after_one(visits):
    schedule = wo.Schedule.every(90, visits=visits, units=20)
    history = wo.History(schedule, [wo.Grade(schedule.visits[-1].day + 40.0, 1)])
    treated, days = plan_few(schedule, PEOPLE, history.last_day + HORIZON), find_days(history)

    def measure(normals):
        cohort = treated.solve(normals)
        lines = Line.of(cohort.visible_at(days), cohort.crease_at(days), PEOPLE.constants(normals))
        return (normals**2).sum(axis=1) - 2 * logsumexp(find_likelihoods(history, days, lines, PEOPLE.raters), axis=0)

    def with_slopes(normals):
        # All forward differences in one cohort.
        steps = normals + np.concatenate([np.zeros((1, len(normals))), 1e-4 * np.eye(len(normals))])
        first, *others = measure(steps)
        return first, (np.array(others) - first) / 1e-4

    # Expected: the least of the same measure, found by another way, in the distribution of chi-squared.
    least = minimize(with_slopes, np.zeros(OF_PATIENT + visits), jac=True, method="L-BFGS-B").fun
    expected = chi2(1).sf(least)
    assert expected > 0.3
    # It is the smallest that was met, not the least of all; a history is flagged below 0.001.
    assert 0.6 * expected < find_posterior(history, PEOPLE, 1, MODEL).surprise < expected + 0.01


def test_weights_are_flattened_until_enough_draws_carry_them():
    # Normal draws in two dimensions, weighted by exp(-a r^2 / 2), are normal with the variance 1 / (1 + a). Of k draws
    # k (1 + 2 a) / (1 + a)^2 carry the weight. With a = 10,000 these are 20 of 100,000. The first power in steps of the
    # root of 2 with which 2,000 do is 2^-7: a is 78, and 2,512 draws carry the weight (before: 110, and 1,786).
    centred = np.random.default_rng(1).standard_normal((100_000, 2))
    points, logs = centred + np.array([3.0, 0.0]), -5000 * (centred**2).sum(axis=1)
    mean, covariance = fit_normal(points, logs, draws_a_dimension=1000, wider=1.5)
    assert mean == pytest.approx([3, 0], abs=0.02)
    assert np.diag(covariance) == pytest.approx(np.full(2, 1.5 / 79.1), rel=0.1)
    assert abs(covariance[0, 1]) < 0.1 * covariance[0, 0]
    # Weights that enough draws carry stay as they are.
    mean, covariance = fit_normal(points, logs / 5000, draws_a_dimension=1000, wider=1.5)
    assert np.diag(covariance) == pytest.approx(np.full(2, 1.5 / 3), rel=0.02)


def test_an_own_uptake_of_half_a_dose_is_the_forecast_of_half_the_dose():
    half = wo.Model(uptake=lambda dose, c: uptake(dose / 2, c))
    seen = [wo.Grade(30, 0), wo.Grade(60, 1)]
    own, halved = (
        wo.forecast(wo.History(wo.Schedule.once(units=units), seen), model=model).next_visit()
        for units, model in ((40, half), (20, None))
    )
    assert own.day == pytest.approx(halved.day, rel=1e-3)
    assert own.four_fifths == pytest.approx(halved.four_fifths, rel=1e-3)


def test_no_more_is_drawn_than_is_needed():
    # Nothing was seen: all 1,024 draws of the first round have the same weight, and 400 are enough.
    found = find_posterior(HISTORIES["nothing seen"], PEOPLE, 1, MODEL)
    assert len(found.weights) == DRAWS
    assert found.effective == pytest.approx(DRAWS)


def test_draws_that_are_solved_in_parts_are_the_same(monkeypatch):
    # A patient's course does not depend on the others who are solved at the same time.
    history = wo.History(wo.Schedule.every(100, visits=3, units=20), [wo.Grade(30, 0), wo.Grade(260, 1)], baseline=3)
    whole = find_posterior(history, wo.Population(), 1, MODEL)
    monkeypatch.setattr(posterior_module, "VALUES_AT_ONCE", 2**18)
    parts = find_posterior(history, wo.Population(), 1, MODEL)
    assert len(parts.cohorts) > len(whole.cohorts)
    np.testing.assert_allclose(parts.weights, whole.weights, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(
        parts.visible_at([10.0, 130.0, 400.0]), whole.visible_at([10.0, 130.0, 400.0]), atol=1e-12
    )
    assert abs(parts.surprise - whole.surprise) < 1e-9


def test_the_days_of_a_curve_may_be_dates_and_are_checked():
    found = wo.forecast(wo.History(wo.Schedule.once(units=20, start="2027-01-04"), [wo.Grade(30, 0)], baseline=3))
    of_dates = found.curve(pd.to_datetime(["2027-01-14", "2027-03-05"]))
    pd.testing.assert_frame_equal(of_dates, found.curve([10, 60]))
    for wrong in ("abc", ["2027-01-14"], [[1, 2], [3, 4]], [True], [float("nan")], [], -1, 100_000):
        with pytest.raises(wo.InputError, match=r"^days "):
            found.curve(wrong)
