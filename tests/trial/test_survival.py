"""Survival: Kaplan-Meier, log-rank and hazard ratios, held against closed forms, brute force and lifelines."""

import dataclasses
import functools
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import ndtri
from tests.extent import extent

from wearoff import InputError, estimate_survival
from wearoff.trial.hazards import Observed, compare_by_log_rank, estimate_hazard_ratio

DATA = Path(__file__).parents[1] / "data"


@functools.cache
def lifelines():
    """Return the figures that lifelines 0.30.3 wrote (lifelines_figures.py)."""
    return json.loads((DATA / "survival_lifelines.json").read_text(encoding="utf-8"))


@functools.cache
def survival():
    """Return the survival of the patients of whom lifelines wrote the figures."""
    arms = dict(list(pd.read_csv(DATA / "survival_patients.csv").groupby("arm", sort=False)))
    days = {name: arm["day"] for name, arm in arms.items()}
    return estimate_survival(days, {name: arm["seen"] for name, arm in arms.items()}, "return_to_baseline")


def test_the_patients_have_ties_losses_and_a_median_without_an_upper_limit():
    table, medians = survival().table, survival().medians
    assert table["events"].max() > 10
    assert (table["censored"] > 0).sum() > 10
    assert np.isinf(medians["high"]).any()
    assert np.isfinite(medians["median"]).any()


@pytest.mark.parametrize("arm", ["20 U", "40 U", "80 U"])
def test_a_curve_is_that_of_lifelines(arm):
    own, other = survival().table.query("arm == @arm"), lifelines()["arms"][arm]
    for column in ("day", "at_risk", "events", "censored"):
        assert own[column].tolist() == other[column], column
    for column in ("survival", "low", "high"):
        np.testing.assert_allclose(own[column], other[column], rtol=1e-12, atol=1e-15)
    row = survival().medians.set_index("arm").loc[arm]
    assert row[["median", "low", "high"]].tolist() == other["median"]
    assert row[["patients", "events"]].tolist() == [other["at_risk"][0], sum(other["events"])]


def test_comparisons_are_those_of_lifelines():
    own, other = survival().comparisons, pd.DataFrame(lifelines()["pairs"])
    assert own[["arm", "against"]].equals(other[["arm", "against"]])
    np.testing.assert_allclose(own[["statistic", "p"]], other[["statistic", "p"]], rtol=1e-9)
    np.testing.assert_allclose(own[["hazard_ratio", "low", "high"]], np.stack(other["hazard_ratio"]), rtol=1e-9)


# Weeks in remission (Freireich 1963, Blood 21:699, as in Cox 1972). Published for them: the curve of 6-MP at its
# events, medians of 23 and 8 weeks, a log-rank chi-square of 16.79 (Kleinbaum and Klein, "Survival Analysis", chapter
# 2), and with Efron's ties a coefficient of 1.572 with a standard error of 0.412 (coxph of R's package survival).
MP_LOSSES = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
MP_EVENTS = [6, 6, 6, 7, 10, 13, 16, 22, 23]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
MP_CURVE = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}


def test_the_published_figures_of_a_trial_in_leukaemia():
    days = {"placebo": PLACEBO, "6-MP": MP_EVENTS + MP_LOSSES}
    seen = {"placebo": [True] * 21, "6-MP": [True] * 9 + [False] * 12}
    result = estimate_survival(days, seen, "relapse")
    curve = result.table.query("arm == '6-MP' and events > 0").set_index("day")["survival"]
    assert curve.round(3).to_dict() == MP_CURVE
    assert result.medians["median"].tolist() == [8, 23]
    (row,) = result.comparisons.itertuples()
    assert row.statistic == pytest.approx(16.79, abs=0.005)
    assert np.log(row.hazard_ratio) == pytest.approx(1.572, abs=5e-4)
    assert np.log(row.high / row.low) / (2 * ndtri(0.975)) == pytest.approx(0.412, abs=5e-4)


def test_without_losses_the_curve_is_the_share_and_the_interval_that_of_a_proportion():
    days = 28 * np.random.default_rng(1).integers(1, 10, 200)
    table = estimate_survival({"one": days}, {"one": np.ones(200, bool)}, "relapse").table
    share = (days > table["day"].to_numpy()[:, None]).mean(axis=1)
    np.testing.assert_allclose(table["survival"], share, rtol=1e-13, atol=1e-15)
    # The sum of d / (n (n - d)) is then that of 1 / (n - d) - 1 / n, which is (1 - S) / (k S) for k patients.
    inner = slice(1, -1)
    share = share[inner]
    reach = ndtri(0.975) * np.sqrt((1 - share) / (200 * share)) / np.log(share)
    np.testing.assert_allclose(table["low"][inner], share ** np.exp(-reach), rtol=1e-12)
    np.testing.assert_allclose(table["high"][inner], share ** np.exp(reach), rtol=1e-12)


def test_the_median_of_an_even_number_of_patients_is_not_moved_by_rounding():
    # The last patient is lost, so that the share of one half is a product of rounded numbers.
    for half in range(1, extent(25, 300)):
        days = np.arange(1, 2 * half + 1)
        assert estimate_survival({"one": days}, {"one": days < 2 * half}, "relapse").medians["median"][0] == half


def efron(b, days, seen, in_arm):
    """Return the log of Efron's partial likelihood, written as in the paper: a sum over days and over their events."""
    weight, total = np.exp(b * in_arm), 0.0
    for day in np.unique(days[seen]):
        tied, at_risk = (days == day) & seen, days >= day
        total += b * in_arm[tied].sum()
        for i in range(tied.sum()):
            total -= np.log(weight[at_risk].sum() - i / tied.sum() * weight[tied].sum())
    return total


def log_rank(days, seen, in_arm):
    """Return chi-square: events less those expected, squared, over the sum of hypergeometric variances."""
    excess = variance = 0.0
    for day in np.unique(days[seen]):
        n, m = (days >= day).sum(), ((days >= day) & in_arm).sum()
        d = ((days == day) & seen).sum()
        excess += ((days == day) & seen & in_arm).sum() - d * m / n
        if n > 1:
            variance += d * (m / n) * (1 - m / n) * (n - d) / (n - 1)
    return excess**2 / variance if variance > 1e-12 else np.nan


@pytest.mark.parametrize("seed", range(extent(20, 300)))
def test_comparisons_are_those_of_brute_force(seed):
    rng = np.random.default_rng(seed)
    size = rng.integers(2, 40)
    days, seen = 28.0 * rng.integers(1, 6, size), rng.random(size) < 0.7
    in_arm = np.arange(size) < rng.integers(1, size)
    arm, other = Observed(days[in_arm], seen[in_arm]), Observed(days[~in_arm], seen[~in_arm])
    assert compare_by_log_rank(arm, other)[0] == pytest.approx(log_rank(days, seen, in_arm), rel=1e-9, nan_ok=True)
    ratio = estimate_hazard_ratio(arm, other)
    if not 0 < ratio.ratio < np.inf:
        # There is no maximum: the likelihood rises towards the end that is returned, or is the same everywhere.
        low, middle, high = (efron(b, days, seen, in_arm) for b in (-9, 0, 9))
        signs = {0.0: [-1, -1], np.inf: [1, 1]}.get(ratio.ratio, [0, 0])
        assert np.sign(np.round([middle - low, high - middle], 9)).tolist() == signs
        return
    best = minimize_scalar(lambda b: -efron(b, days, seen, in_arm), [-1, 1], tol=1e-10)
    assert np.log(ratio.ratio) == pytest.approx(best.x, abs=1e-6)  # a minimum is found to the root of the rounding
    step = 1e-3
    curvature = sum(k * efron(best.x + i * step, days, seen, in_arm) for i, k in ((-1, -1), (0, 2), (1, -1))) / step**2
    reach = np.log(ratio.high / ratio.ratio)
    assert reach == pytest.approx(ndtri(0.975) / np.sqrt(curvature), rel=1e-4)  # a second difference
    assert np.log(ratio.ratio / ratio.low) == pytest.approx(reach, rel=1e-9)


def two_arms(days, seen):
    return estimate_survival(dict(zip("ab", days, strict=True)), dict(zip("ab", seen, strict=True)), "relapse")


NOTHING, NO_LIMITS = (np.nan, np.nan, np.nan), (0, np.inf)
FEW = {
    # Days, whether the event was seen, whether the log-rank test says anything, and the ratio: by symmetry it is 1, and
    # where the likelihood has no maximum it is that of an end.
    "none in the other": ([[28, 56], [56, 56]], [[True, True], [False, False]], True, (np.inf, *NO_LIMITS)),
    "none in the arm": ([[56, 56], [28, 56]], [[False, False], [True, True]], True, (0, *NO_LIMITS)),
    "none at all": ([[56, 84], [56]], [[False, False], [False]], False, NOTHING),
    "lost before": ([[28], [56]], [[False], [True]], False, NOTHING),
    "one patient each": ([[28], [28]], [[True], [True]], False, (1, None, None)),
    "all at one visit": ([[28] * 3, [28] * 5], [[True] * 3, [True] * 5], False, (1, None, None)),
    "equal arms": ([[28, 56], [56, 28]], [[True, True], [True, True]], True, (1, None, None)),
}


@pytest.mark.parametrize(("days", "seen", "tested", "ratio"), FEW.values(), ids=list(FEW))
@pytest.mark.filterwarnings("error")
def test_arms_that_say_little_are_compared_without_a_warning(days, seen, tested, ratio):
    (row,) = two_arms(days, seen).comparisons.itertuples()
    assert np.isfinite([row.statistic, row.p]).tolist() == [tested, tested]
    for value, expected in zip((row.hazard_ratio, row.low, row.high), ratio, strict=True):
        assert np.isfinite(value) if expected is None else value == pytest.approx(expected, abs=1e-9, nan_ok=True)


@pytest.mark.filterwarnings("error")
def test_small_arms_have_defined_curves_and_medians():
    # The greatest and the least possible limits where the formula has none; no upper limit where nobody is left.
    result = two_arms([[28], [28, 56]], [[True], [False, False]])
    assert result.table.query("arm == 'a'")[["survival", "low"]].to_numpy().tolist() == [[1, 1], [0, 0]]
    np.testing.assert_equal(result.table.query("arm == 'a'")["high"].tolist(), [1, np.nan])
    assert (result.table.query("arm == 'b'")[["survival", "low", "high"]] == 1).all(axis=None)
    assert result.medians[["median", "low", "high"]].to_numpy().tolist() == [[28, 28, np.inf], [np.inf] * 3]
    on_day_0 = estimate_survival({"a": [0, 0, 28]}, {"a": [True, False, True]}, "relapse").table
    assert on_day_0[["day", "at_risk", "events", "censored"]].to_numpy().tolist() == [[0, 3, 1, 1], [28, 1, 1, 0]]
    assert on_day_0["survival"].tolist() == [pytest.approx(2 / 3), 0]


PATIENTS = st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=1, max_size=30)


@pytest.mark.filterwarnings("error")
@settings(max_examples=extent(15, 1000))
@given(PATIENTS, PATIENTS)
def test_every_table_holds_together(one, other):
    arms = [[28 * day for day, _ in arm] for arm in (one, other)], [[seen for _, seen in arm] for arm in (one, other)]
    result, mirrored = two_arms(*arms), two_arms(*(each[::-1] for each in arms))
    for patients, (_, table) in zip((one, other), result.table.groupby("arm"), strict=True):
        assert table["at_risk"].iloc[0] == len(patients)
        left = table["at_risk"] - table["events"] - table["censored"]
        assert left.tolist() == [*table["at_risk"].iloc[1:], 0]
        assert (np.diff(table["survival"]) <= 0).all()
        assert ((table["low"] <= table["survival"]) & ~(table["high"] < table["survival"])).all()
    # The arms exchanged: the same test, and the inverse ratio.
    (row,), (inverse,) = (each.comparisons.itertuples() for each in (result, mirrored))
    assert row.statistic == pytest.approx(inverse.statistic, rel=1e-9, abs=1e-9, nan_ok=True)
    for value, inverted in ((row.hazard_ratio, inverse.hazard_ratio), (row.low, inverse.high)):
        with np.errstate(divide="ignore"):
            assert value == pytest.approx(1 / np.float64(inverted), rel=1e-9, nan_ok=True)


WRONG = {
    "no arm": (({}, {}), "days is empty; allowed: at least 1 arm"),
    "no mapping": (([28], [True]), "days is [28]; allowed: a mapping of the names of arms to arrays"),
    "another arm": (({"a": [1]}, {"b": [True]}), "seen is ['b']; allowed: the arms of days, a"),
    "no patient": (
        ({"a": []}, {"a": []}),
        "days of 'a' is []; allowed: a number for each patient, and at least 1 patient",
    ),
    "text": (({"a": ["1"]}, {"a": [True]}), "days of 'a' is ['1']; allowed: a number for each patient"),
    "ragged": (({"a": [[1], [1, 2]]}, {"a": [True]}), "days of 'a' is [[1], [1, 2]]; allowed: a number for each"),
    "two axes": (({"a": [[1]]}, {"a": [[True]]}), "days of 'a' is [[1]]; allowed: a number for each patient"),
    "negative": (({"a": [1, -2]}, {"a": [True, True]}), "days of 'a' is -2; allowed: finite and at least 0"),
    "not a number": (({"a": [np.nan]}, {"a": [True]}), "days of 'a' is nan; allowed: finite and at least 0"),
    "infinite": (({"a": [np.inf]}, {"a": [True]}), "days of 'a' is inf; allowed: finite and at least 0"),
    "masked": (
        ({"a": np.ma.array([1], mask=[1])}, {"a": [True]}),
        "days of 'a' is nan; allowed: finite and at least 0",
    ),
    "numbers seen": (({"a": [1]}, {"a": [1]}), "seen of 'a' is [1]; allowed: True or False for each of 1 patients"),
    "too few seen": (({"a": [1, 2]}, {"a": [True]}), "seen of 'a' is [True]; allowed: True or False for each of 2"),
    "ragged seen": (({"a": [1]}, {"a": [[True], [True] * 2]}), "seen of 'a' is [[True], [True, True]]; allowed: True"),
}


@pytest.mark.parametrize(("arguments", "message"), WRONG.values(), ids=list(WRONG))
def test_what_cannot_be_used_is_refused_in_one_line(arguments, message):
    with pytest.raises(InputError) as stop:
        estimate_survival(*arguments, "relapse")
    assert str(stop.value).startswith(message)
    assert "\n" not in str(stop.value)


def test_an_event_has_a_name():
    with pytest.raises(InputError, match=r"^event is 5; allowed: str$"):
        estimate_survival({"a": [1]}, {"a": [True]}, 5)


def test_a_result_is_not_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        survival().event = "another"
    days, seen = np.array([28.0, 56.0]), np.array([True, False])
    copies = days.copy(), seen.copy()
    estimate_survival({"a": days}, {"a": seen}, "relapse")
    np.testing.assert_array_equal(days, copies[0])
    np.testing.assert_array_equal(seen, copies[1])
