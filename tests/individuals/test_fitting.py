"""The fit to patients: truths that are simulated, closed forms, and the definitions of what it reports."""

import functools

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import binom, chi2, kstest, norm
from studies.individuals import NAME, simulate
from tests.extent import extent

import wearoff as wo
from wearoff.evidence.numbers import find_number
from wearoff.forecasts.posterior import find_posterior
from wearoff.individuals.checking import split_bins
from wearoff.model.equations import MODEL

TRUTH = wo.Population()


@functools.cache
def few():
    return simulate(TRUTH, np.random.default_rng(4), patients=extent(20, 100))


@functools.cache
def fitted():
    """The truth itself: the error of a rater who saw nothing is fitted, and cannot change what is computed."""
    return wo.fit(few(), "severe_share", population=TRUTH, draws=512)


def select(data, chosen):
    return wo.Histories({name: data[name] for name in chosen}, data.covariates.loc[list(chosen)])


def test_a_fit_finds_the_truth():
    start = TRUTH.replace(potency=0.15, light_chain_half_life=48, investigator_error=0.35)
    free = ["potency", "light_chain_half_life", "investigator_error"]
    found = wo.fit(few(), free, effects={"sex": "light_chain_half_life"}, population=start, draws=256, rng=1)
    rows = found.estimates.set_index("name")
    for name in free:
        number = find_number(name)
        error = (number.to(rows.loc[name, "high"]) - number.to(rows.loc[name, "low"])) / (2 * norm.ppf(0.975))
        assert abs(number.to(rows.loc[name, "estimate"]) - number.to(TRUTH.value(name))) < 3.5 * error
    assert abs(rows.loc[NAME, "estimate"] - 0.3) < 3.5 * rows.loc[NAME, "se"]
    assert found.population.parameters.potency == rows.loc["potency", "estimate"]
    # At a maximum of a smooth function all ways go down.
    for shift in 0.5 * np.eye(len(found.names)) * np.sqrt(np.diag(found.solution.covariance)):
        assert max(found.log_likelihood(found.solution.x + shift), found.log_likelihood(found.solution.x - shift)) < (
            found.log_likelihood()
        )


def test_the_share_of_severe_patients_has_a_closed_form():
    # All baselines are known, so that the share is estimated by that of the patients: binomial.
    severe = np.array([history.baseline == 3 for history in few().values()])
    row = fitted().estimates.iloc[0]
    assert row["estimate"] == pytest.approx(severe.mean(), rel=1e-3)
    assert row["se"] == pytest.approx(np.sqrt(severe.mean() * (1 - severe.mean()) / len(severe)), rel=0.01)


def test_with_ranges_the_plausible_range_is_the_prior():
    severe = np.array([history.baseline == 3 for history in few().values()])
    number = find_number("severe_share")

    def loss(x):
        return -binom.logpmf(severe.sum(), len(severe), number.back(x)) - norm.logpdf(x, *number.prior)

    expected = number.back(minimize_scalar(loss).x)
    found = wo.fit(few(), "severe_share", population=TRUTH, draws=256, ranges=True)
    assert found.estimates["estimate"][0] == pytest.approx(expected, rel=1e-3)
    assert found.estimates["estimate"][0] != pytest.approx(severe.mean(), rel=1e-3)


def test_groups_fitted_apart_are_those_of_an_effect():
    # With one number and one effect on it, each group has a number of its own.
    sex = few().covariates["sex"]
    groups = [select(few(), sex.index[sex == value]) for value in (0, 1)]
    apart = [wo.fit(group, "potency", draws=512).estimates.iloc[0] for group in groups]
    joint = wo.fit(few(), "potency", effects={"sex": "potency"}, draws=512)
    rows = joint.estimates.set_index("name")
    both = [rows.loc["potency", "estimate"]]
    both.append(both[0] * np.exp(rows.loc["sex_on_potency", "estimate"]))
    for own, estimate in zip(apart, both, strict=True):
        assert abs(estimate - own["estimate"]) < 0.15 * own["se"]
    assert rows.loc["potency", "se"] == pytest.approx(apart[0]["se"], rel=0.1)
    variances = [(own["se"] / own["estimate"]) ** 2 for own in apart]
    assert rows.loc["sex_on_potency", "se"] == pytest.approx(np.sqrt(sum(variances)), rel=0.1)
    assert joint.population_of({"sex": 1}).parameters.potency == pytest.approx(both[1])
    assert joint.population_of({}).parameters.potency == pytest.approx(both[0])
    for wrong in ("0.2", np.nan):
        with pytest.raises(wo.InputError, match=r"^sex_on_potency is "):
            joint.log_likelihood({"sex_on_potency": wrong})


def test_goodness_is_as_defined():
    goodness, count = fitted().goodness, len(few())
    total = fitted().log_likelihood(pointwise=True).sum()
    assert goodness["log_likelihood"] == pytest.approx(total)
    assert goodness["aic"] == pytest.approx(-2 * total + 2)
    assert goodness["bic_patients"] == pytest.approx(-2 * total + np.log(count))
    assert goodness["bic_looks"] == pytest.approx(-2 * total + np.log(8 * count))
    assert fitted().patients["log_likelihood"].sum() == pytest.approx(total)


def test_patients_and_shrinkage_are_those_of_the_forecast_of_each_patient():
    # The posterior of a forecast has its own draws.
    means, halves = [], []
    for history in list(few().values())[:20]:
        own = find_posterior(history, fitted().population, 7, MODEL)
        means.append(own.weights @ own.normals)
        potency = fitted().population.constants(own.normals).k_cleave
        halves.append(own.quantiles(potency, [0.05, 0.5, 0.95]))
    found = fitted().patients.iloc[:20]
    expected = np.array(halves)
    columns = [f"potency_p{share}" for share in (5, 50, 95)]
    assert np.median(np.abs(np.log(found[columns].to_numpy() / expected))) < 0.05
    if len(few()) == 20:
        shrinkage = 1 - np.std(means, axis=0, ddof=1)[:4]
        assert fitted().shrinkage["shrinkage"].to_numpy()[:4] == pytest.approx(shrinkage, abs=0.05)


def test_residuals_of_the_truth_are_independent_standard_normal_numbers():
    residuals = fitted().residuals()
    assert len(residuals) == 8 * len(few())
    assert kstest(residuals["residual"], "norm").pvalue > 0.01
    of_patients = residuals["residual"].to_numpy().reshape(-1, 8)
    # Neighbours of independent numbers have a correlation with the standard error 1 / sqrt(n).
    neighbours = np.corrcoef(of_patients[:, :-1].ravel(), of_patients[:, 1:].ravel())[0, 1]
    assert abs(neighbours) < 3.5 / np.sqrt(7 * len(few()))
    wrong = wo.fit(few(), "severe_share", population=TRUTH.replace(investigator_error=0.7), draws=512)
    squares = [(found.residuals()["residual"] ** 2).sum() for found in (fitted(), wrong)]
    assert 0.005 < chi2.cdf(squares[0], len(residuals)) < 0.995
    assert chi2.cdf(squares[1], len(residuals)) < 0.005


def test_the_check_predicts_what_is_simulated_patient_by_patient():
    frame = fitted().check(bins=3)
    assert frame.groupby("day")["observed"].sum().to_numpy() == pytest.approx(1)
    assert frame.groupby("day")["predicted"].sum().to_numpy() == pytest.approx(1)
    assert frame.groupby("day")["n"].first().sum() == 8 * len(few())
    inside = (frame["predicted_low"] <= frame["observed"]) & (frame["observed"] <= frame["predicted_high"])
    assert inside.mean() > 0.7
    # Expected: one data set after another from the solver of single patients, at the same truth.
    looks = simulate(fitted().population, np.random.default_rng(9), patients=extent(250, 2000), effect=0.0)
    rows = [(s.day - max(v.day for v in h.visits if v.day < s.day), s.grade) for h in looks.values() for s in h.seen]
    since, grades = np.array(rows).T
    late = frame[frame["day"] == frame["day"].max()]
    own = grades[since >= late["from_day"].iloc[0]]
    for row in late.to_dict("records"):
        # Looks of one patient are alike: the error is at most that of independent patients.
        error = np.sqrt(0.25 / (len(own) / 3)) + 0.5 * (row["predicted_high"] - row["predicted_low"]) / 3
        assert abs((own == row["grade"]).mean() - row["predicted"]) < 3 * error


def test_bins_hold_nearly_the_same_number():
    sizes = [len(places) for places in split_bins(np.random.default_rng(1).permutation(90) + 0.5, 4)]
    assert sum(sizes) == 90
    assert max(sizes) - min(sizes) <= 2
    assert [len(places) for places in split_bins(np.full(5, 30.0), 3)] == [5]


def test_numbers_go_to_the_transformed_scale_and_back():
    found = fitted()
    assert found.names == ("severe_share",)
    assert found.values(found.transform({"severe_share": 0.4})) == pytest.approx({"severe_share": 0.4})
    value = found.values(found.solution.x)
    assert found.log_likelihood(value) == pytest.approx(found.log_likelihood(found.solution.x))
    assert found.log_likelihood([1000.0]) == -np.inf
    with pytest.raises(wo.InputError, match=r"theta is \[1, 2\]; allowed: 1 numbers: severe_share"):
        found.log_likelihood([1, 2])
    for wrong in (["a"], [np.nan], "a", object()):
        with pytest.raises(wo.InputError, match=r"^theta is .*; allowed: 1 numbers: severe_share"):
            found.log_likelihood(wrong)


def test_what_the_data_do_not_inform_has_no_error():
    found = wo.fit(few(), ["severe_share", "subject_error"], population=TRUTH, draws=256)
    row = found.estimates.set_index("name").loc["subject_error"]
    assert np.isinf(row["se"])
    assert (row["low"], row["high"]) == pytest.approx((0.01, 3))  # all that is possible


def test_the_interval_of_an_omega_at_its_bound_ends_where_the_likelihood_has_fallen():
    # Expected: a fit with the omega fixed there has a likelihood that is less by half of the 95 % point of chi-squared.
    alike = simulate(TRUTH.replace(omega_light_chain=0), np.random.default_rng(1), patients=14, effect=0.0)
    found = wo.fit(alike, ["omega_light_chain", "severe_share"], draws=256)
    row = found.estimates.iloc[0]
    assert row["at_bound"]
    assert np.isnan(row["se"])
    assert row["low"] == 0
    there = wo.fit(alike, "severe_share", population=TRUTH.replace(omega_light_chain=row["high"]), draws=256)
    fallen = 2 * (found.goodness["log_likelihood"] - there.goodness["log_likelihood"])
    error = 2 * np.hypot(found.goodness["log_likelihood_error"], there.goodness["log_likelihood_error"])
    assert abs(fallen - chi2.ppf(0.95, 1)) < 3.5 * error


def test_patients_of_whom_nothing_was_seen_are_left_out_with_a_warning():
    more = dict(few()) | {"unseen": wo.History(wo.Schedule.once(units=20))}
    with pytest.warns(wo.UnusualWarning, match="nothing was seen of 1 of"):
        found = wo.fit(wo.Histories(more), "severe_share", draws=256)
    assert list(found.patients.index) == list(few())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"free": []}, "free is empty; allowed: at least 1 name"),
        ({"free": "force_steepness"}, "free is 'force_steepness'"),
        ({"free": "potensy"}, "free is 'potensy'; did you mean 'potency'?"),
        (
            {"free": "omega_depot", "population": TRUTH.replace(omega_depot=0)},
            "omega_depot, where the fit starts",
        ),
        ({"free": "depot_half_life", "population": TRUTH.replace(omega_depot=0)}, "omega_depot is 0, and"),
        ({"effects": {"age": "potency"}}, "covariate is 'age'; allowed: sex"),
        ({"effects": {"sex": "potensy"}}, "effects is 'potensy'; did you mean 'potency'?"),
        ({"effects": ["sex"]}, "effects is ['sex']; allowed: a mapping"),
        ({"draws": 100}, "draws is 100; allowed: from 256"),
        ({"draws": 300}, "draws is 300; allowed: a multiple of 8"),
    ],
)
def test_what_cannot_be_fitted_is_refused_in_one_line(arguments, message):
    with pytest.raises(wo.InputError) as stop:
        wo.fit(few(), **arguments)
    assert str(stop.value).startswith(message)
    assert "\n" not in str(stop.value)


def test_an_effect_needs_a_covariate_that_differs():
    name = next(iter(few()))
    with pytest.raises(wo.InputError, match="a covariate that differs between patients"):
        wo.fit(select(few(), [name]), effects={"sex": "potency"})
    with pytest.raises(wo.InputError, match="effects needs covariates, and the histories have none"):
        wo.fit(wo.Histories(dict(few())), effects={"sex": "potency"})


def test_effects_are_read_with_their_reference():
    data = wo.Histories(dict(few()), pd.DataFrame({"age": np.arange(len(few()))}, index=list(few())))
    found = wo.fit(data, "severe_share", effects={"age": "potency"}, draws=256)
    assert found.references == {"age": (len(few()) - 1) / 2}


def test_looks_that_are_there_twice_are_named_without_an_id():
    once = wo.Schedule.once(units=20)
    twice = wo.History(once, [wo.Grade(30, 0), wo.Grade(30, 0)], baseline=3)
    patients = {"anna": wo.History(once, [wo.Grade(30, 0)], baseline=3), "bea": twice, "carla": twice}
    message = (
        "^patient 2 of 3 has a grade at maximum frown 2 times by the investigator on day 30, and 1 more patient has"
    )
    with pytest.warns(wo.UnusualWarning, match=message) as caught:
        wo.fit(wo.Histories(patients), "potency", draws=256)
    assert not any(name in str(each.message) for each in caught for name in patients)
