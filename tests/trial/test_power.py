"""Power: tests held against scipy, shares of trials against enumeration, closed forms, and patients followed singly."""

import functools
import itertools

import numpy as np
import pytest
from scipy.special import ndtr, ndtri
from scipy.stats import CensoredData, chi2_contingency, logrank
from tests.extent import extent
from tests.trial.exact_power import TRIALS, Z, differ, enumerate_power, monte_carlo

import wearoff as wo
from wearoff.defaults import SEED
from wearoff.patients.draws import seed_of
from wearoff.patients.grades import Line, chance
from wearoff.trial.durations import tabulate_durations
from wearoff.trial.endpoints import Outcomes
from wearoff.trial.hazards import score_by_log_rank
from wearoff.trial.hypotheses import compare_proportions, show_duration_not_inferior, show_proportion_not_inferior
from wearoff.trial.repeated import RepeatedTrial, draw_counts

ARMS = (wo.Arm(units=20), wo.Arm(units=10))
LAST = 140  # the last day of trials with durations


def respond(rate):
    return Outcomes(np.full(2, 30.0), np.array([True, False]), np.array([rate, 1 - rate]), 0.0)


def last(hazard, visits, every=28.0):
    """Return the outcomes of a duration with a constant hazard (1/day), seen at visits."""
    days = every * np.arange(1, visits + 1)
    remaining = np.exp(-hazard * np.append(0.0, days))
    chances = np.append(-np.diff(remaining), remaining[-1])
    return Outcomes(np.append(days, days[-1]), np.append(np.ones(visits, bool), False), chances, 0.0)


def repeat(outcomes, endpoint="none_or_mild", margin=None, trials=TRIALS, seed=1):
    return RepeatedTrial(("a", "b"), endpoint, "", [list(outcomes)], margin, 0.05, trials, seed)


def test_log_rank_scores_are_those_of_scipy():
    rng = np.random.default_rng(3)
    days, seen = 28.0 * rng.integers(1, 9, (20, 2, 30)), rng.random((20, 2, 30)) < 0.7
    visits = 28.0 * np.arange(1, 9)
    at_risk = (days[..., None] >= visits).sum(axis=2)
    events = ((days[..., None] == visits) & seen[..., None]).sum(axis=2)
    own = score_by_log_rank(np.moveaxis(at_risk, 1, 0), np.moveaxis(events, 1, 0))
    scores = []
    for trial in zip(days, ~seen, strict=True):
        arms = (CensoredData.right_censored(*arm) for arm in zip(*trial, strict=True))
        scores.append(logrank(*arms).statistic)
    np.testing.assert_allclose(own, scores, rtol=1e-12)


def test_the_test_of_proportions_is_the_chi_square_test_without_correction():
    pairs = np.array(list(itertools.product((1, 10, 20, 25, 39), repeat=2))).T
    p = [chi2_contingency([[a, 40 - a], [b, 40 - b]], correction=False).pvalue for a, b in pairs.T]
    for alpha in (0.01, 0.05, 0.2):
        first, second = compare_proportions(pairs, 40, alpha)
        assert (first | second).tolist() == [each < alpha for each in p]
        assert first[pairs[0] < pairs[1]].sum() == second[pairs[0] > pairs[1]].sum() == 0


def test_arms_without_any_spread_are_decided_by_their_difference():
    # Nobody or everybody responds, and z is 0 / 0 or a number / 0.
    assert not np.any(compare_proportions(np.array([[0, 30], [0, 30]]), 30, 0.05))
    shown, _ = show_proportion_not_inferior(np.array([[30, 0], [30, 30]]), 30, 0.05, 0.1)
    assert shown.tolist() == [True, False]


def test_durations_are_not_inferior_if_the_upper_limit_of_the_survival_table_is_below_the_margin():
    outcomes = [last(0.008, 8), last(0.008, 8)]
    counts = tuple(draw_counts(each, 60, 30, np.random.default_rng(arm)) for arm, each in enumerate(outcomes))
    highs = []
    for pair in zip(*counts, strict=True):
        rows = {name: np.repeat(np.arange(9), own) for name, own in zip("ab", pair, strict=True)}
        days = {name: outcomes[0].days[row] for name, row in rows.items()}
        seen = {name: outcomes[0].seen[row] for name, row in rows.items()}
        highs.append(wo.estimate_survival(days, seen, "return_to_baseline").comparisons["high"][0])
    margin = float(np.median(highs))
    shown, _ = show_duration_not_inferior(counts, outcomes, 0.05, margin)
    assert shown.tolist() == [high < margin for high in highs]
    assert 0 < shown.sum() < 30


def test_power_of_proportions_is_that_of_the_enumeration():
    n = 150
    found = wo.power(ARMS, n=n, day=90, days=90, trials=TRIALS)
    exact = enumerate_power(found.arms["rate"], n, lambda p, q: differ(p, q, n))
    assert found.power == pytest.approx(exact, abs=monte_carlo(exact))
    assert found.arms["in_favour"].sum() == pytest.approx(found.power)
    assert found.low < found.power < found.high


def test_power_of_small_trials_is_that_of_the_enumeration():
    for n, rates in itertools.product((2, 7, 20), ((0.5, 0.2), (0.97, 0.6))):
        exact = enumerate_power(rates, n, lambda p, q, n=n: differ(p, q, n))
        assert repeat(map(respond, rates)).run(n).power == pytest.approx(exact, abs=monte_carlo(exact))


@pytest.mark.parametrize(("rates", "margin"), [((0.8, 0.8), 0.1), ((0.7, 0.8), 0.1), ((0.75, 0.7), 0.05)])
def test_power_of_non_inferior_proportions_is_that_of_the_enumeration(rates, margin):
    n = 200
    exact = enumerate_power(rates, n, lambda p, q: p - q + margin > Z * np.sqrt((p * (1 - p) + q * (1 - q)) / n))
    found = repeat(map(respond, rates), margin=margin).run(n)
    assert found.power == pytest.approx(exact, abs=monte_carlo(exact))


def test_two_equal_arms_differ_as_often_as_alpha_says():
    found = repeat([respond(0.5)] * 2).run(200)
    assert found.power == pytest.approx(0.05, abs=monte_carlo(0.05) + 0.003)  # numbers of responders are whole
    found = repeat([last(0.008, 8)] * 2, "return_to_baseline").run(200)
    assert found.power == pytest.approx(0.05, abs=monte_carlo(0.05))


def test_a_duration_at_the_margin_is_shown_as_often_as_half_of_alpha_says():
    # Narrow visits: the ratio of hazards that are read at visits is close to that of the hazards.
    trials = extent(1000, 10_000)
    found = repeat([last(0.012, 40, 4.0), last(0.008, 40, 4.0)], "return_to_baseline", 1.5, trials).run(150)
    assert found.power == pytest.approx(0.025, abs=monte_carlo(0.025, trials) + 0.003)


def test_power_of_constant_hazards_is_that_of_schoenfeld():
    # Schoenfeld (1981), Biometrika 68:316: z is normal with variance 1 and mean log(ratio) sqrt(events / 4).
    n, hazards = 100, (0.006, 0.009)
    outcomes = [last(hazard, 60, 4.0) for hazard in hazards]
    events = n * sum(each.rate for each in outcomes)
    expected = ndtr(abs(np.log(hazards[0] / hazards[1])) * np.sqrt(events / 4) - Z)
    assert repeat(outcomes, "return_to_baseline").run(n).power == pytest.approx(expected, abs=0.02)


@functools.cache
def followed():
    """Return the number of independent patients in each arm, and their visits: each is followed singly."""
    patients = extent(1280, 65_536)
    trial = wo.run_trial(ARMS, patients=patients, days=LAST, sampler="random", visits=True, rng=7)
    return patients, trial.visits


def split(patients, n):
    """Yield the patients of the two arms of one trial after another: nobody is in two of them."""
    for first in range(0, patients - 2 * n + 1, 2 * n):
        yield range(first, first + n), range(first + n, first + 2 * n)


@pytest.mark.proof
def test_power_of_proportions_is_that_of_patients_followed_singly():
    patients, visits = followed()
    on_day = visits[visits["day"] == 84]
    good = [(on_day[on_day["arm"] == arm.name]["investigator"] <= 1).to_numpy() for arm in ARMS]
    n, shown = 40, []
    for one, other in split(patients, n):
        a, b = good[0][one].sum(), good[1][other].sum()
        shown.append(chi2_contingency([[a, n - a], [b, n - b]], correction=False).pvalue < 0.05)
    expected = wo.power(ARMS, n=n, day=84, days=84, trials=20_000).power
    assert np.mean(shown) == pytest.approx(expected, abs=monte_carlo(expected, len(shown)))


@pytest.mark.parametrize("assessor", ["investigator", pytest.param("composite", marks=pytest.mark.proof)])
def test_power_of_a_duration_is_that_of_patients_followed_singly(assessor):
    patients, visits = followed()
    rows = tabulate_durations(visits, "loss_of_none_or_mild", assessor, 1)
    arms = [rows[rows["arm"] == arm.name] for arm in ARMS]
    n, shown = 40, []
    for one, other in split(patients, n):
        pair = (arm.iloc[list(own)] for arm, own in zip(arms, (one, other), strict=True))
        test = logrank(*(CensoredData.right_censored(own["day"], ~own["seen"]) for own in pair))
        shown.append(test.pvalue < 0.05)
    found = wo.power(ARMS, "loss_of_none_or_mild", n=n, assessor=assessor, days=LAST, trials=20_000)
    assert np.mean(shown) == pytest.approx(found.power, abs=monte_carlo(found.power, len(shown)))
    for own, rate in zip(arms, found.arms["rate"], strict=True):
        assert own["seen"].mean() == pytest.approx(rate, abs=monte_carlo(rate, patients))


def test_n_is_that_of_the_closed_form():
    # Fleiss, Levin and Paik (2003), Statistical Methods for Rates and Proportions, section 4.2.
    found = wo.find_n(ARMS, power=0.9, day=90, days=90, trials=TRIALS)
    p, q = found.arms["rate"]
    mean = (p + q) / 2
    n = (Z * np.sqrt(2 * mean * (1 - mean)) + ndtri(0.9) * np.sqrt(p * (1 - p) + q * (1 - q))) ** 2 / (p - q) ** 2
    assert found.n == pytest.approx(n, rel=0.06)  # four errors of the power, 0.019, are 6 % of n
    same = repeat([respond(p), respond(q)], seed=seed_of(SEED))
    assert same.run(found.n).power == found.power >= 0.9 > same.run(found.n - 1).power
    assert enumerate_power((p, q), found.n, lambda p, q: differ(p, q, found.n)) == pytest.approx(0.9, abs=0.025)


def test_a_patient_of_placebo_has_the_same_chance_at_each_visit():
    arms = [wo.Arm(units=20), wo.Arm.placebo()]
    found = wo.power(arms, "return_to_baseline", n=10, days=90, trials=100)
    # The line stays as at baseline. Each of three visits sees the end unless the grade is better by the rater's error.
    people = wo.Population()
    line = Line(np.ones(1), np.ones(1))
    kinds = [
        (kind, chance(line, "one_grade", "investigator", kind, people.raters)[0]) for kind in people.raters.kinds()
    ]
    seen = sum(kind.share * (1 - better**3) for kind, better in kinds)
    assert found.arms["rate"][1] == pytest.approx(seen, abs=1e-12)
    assert found.arms["median"][1] == 28


@pytest.mark.proof
def test_a_response_counts_in_arms_that_are_treated_again_too():
    arms = [wo.Arm(units=20, retreat=wo.Retreat(min_interval=84, every=28)), wo.Arm(units=20)]
    found = wo.power(arms, n=50, day=112, days=112, trials=100)
    assert found.arms["rate"][0] > found.arms["rate"][1] + 0.1  # treated again from day 84


def test_the_result_depends_on_the_seed_alone():
    arguments = {"n": 30, "day": 7, "days": 7, "trials": 100}
    first, same = (wo.power([ARMS[0], wo.Arm.placebo()], rng=1, workers=workers, **arguments) for workers in (1, map))
    assert first.arms.equals(same.arms)
    one, same, other = (repeat(map(respond, (0.5, 0.2)), trials=100, seed=seed).run(30) for seed in (1, 1, 2))
    assert one.arms.equals(same.arms)
    assert not one.arms.equals(other.arms)


def test_the_result_shows_itself():
    found = repeat([last(0.008, 8)] * 2, "return_to_baseline", 1.5, 100).run(30)
    shown = found._repr_html_()
    for text in ("with 30 patients in each arm", "hazard ratio below 1.5", "one-sided, alpha 0.025", "median (day)"):
        assert text in shown
    assert found.arms["in_favour"].tolist() == [found.power, 0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 1}, "n is 1; allowed: from 2 to 10000"),
        ({"alpha": 0}, "alpha is 0; allowed: above 0 to 0.5"),
        ({"alpha": 1}, "alpha is 1; allowed"),
        ({"margin": -0.1}, "margin is -0.1; allowed: above 0 to 1"),
        ({"margin": 0.9, "endpoint": "return_to_baseline"}, "margin is 0.9; allowed: above 1 to 10"),
        ({"arms": [wo.Arm(units=20)]}, "arms has 1; allowed: 2, the second is the reference"),
        ({"arms": [wo.Arm(units=units) for units in (10, 20, 30)]}, "arms has 3; allowed: 2"),
        ({"arms": [wo.Arm(units=20), wo.Arm(units=20)]}, "twice; allowed: each name once"),
        ({"endpoint": "non_or_mild"}, "did you mean 'none_or_mild'"),
        ({"assessor": "nurse"}, "assessor is 'nurse'"),
        ({"endpoint": "return_to_baseline", "day": 30}, "day is 30; allowed: not given for return_to_baseline"),
        ({"attendance": wo.Attendance(window=3)}, "window is 3; allowed: 0 in the attendance of a power"),
        ({"attendance": wo.Attendance(leave_without_effect=0.2)}, "leave_without_effect is 0.2; allowed: 0 in the"),
        ({"attendance": 0.2}, "attendance is 0.2; allowed: Attendance"),
        ({"population": 3}, "population is 3; allowed: a Population, or the Draws of a fit"),
        (
            {
                "arms": [wo.Arm(wo.Schedule.every(90, visits=2)), wo.Arm.placebo()],
                "endpoint": "return_to_baseline",
                "attendance": wo.Attendance(missed=0.1),
            },
            "missed is 0.1, and an arm has several treatments; allowed: 0, for a duration after several treatments",
        ),
        ({"day": 241}, "day is 241; allowed: from 0 to 240 day"),
        ({"trials": 99}, "trials is 99; allowed: from 100 to 100000"),
        ({"endpoint": "return_to_baseline", "days": 27}, "days is 27; allowed: at least 28 day"),
        (
            {"endpoint": "return_to_baseline", "arms": [wo.Arm(units=20, retreat=wo.Retreat()), wo.Arm.placebo()]},
            "allowed: arms without retreat, for a duration",
        ),
    ],
)
def test_what_is_not_possible_is_refused_in_one_line(arguments, message):
    given = {"arms": ARMS, "n": 20, **arguments}
    with pytest.raises(wo.InputError) as error:
        wo.power(**given)
    assert message in str(error.value)


def test_a_power_that_no_number_has_is_refused():
    with pytest.raises(wo.InputError, match=r"power is 0.8, and 10,000 patients in each arm have 0\.\d+; allowed"):
        wo.find_n([wo.Arm.placebo("one"), wo.Arm.placebo("other")], trials=100)
    with pytest.raises(wo.InputError, match=r"power is 1; allowed: from 0\.1 to 0\.99"):
        wo.find_n(ARMS, power=1)
