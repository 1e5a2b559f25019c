"""Trials with draws of a fit: against separate trials of each draw, patients solved one by one, and a straight line."""

import functools

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtri

import wearoff as wo
from wearoff.labels import PERCENTILES, SHARES
from wearoff.model.course import solve
from wearoff.patients import population
from wearoff.patients.draws import draw, seed_of
from wearoff.patients.treated import vary_doses
from wearoff.trial.pooling import find_interval

pytestmark = pytest.mark.usefixtures("few_pilots")
CENTRE = wo.Population()
DRAWS = wo.Draws(
    populations=[
        CENTRE.replace(potency=potency, severe_share=severe, crease_share=crease)
        for potency, severe, crease in ((0.05, 0.3, 0.2), (0.12, 0.4, 0.4), (0.3, 0.5, 0.3), (0.14, 0.45, 0.35))
    ],
    centre=CENTRE,
)
ARMS = [
    wo.Arm(units=20),
    wo.Arm.placebo(),
    wo.Arm(units=20, retreat=wo.Retreat(min_interval=60, every=30), label="again"),
]
GIVEN = {
    "patients": 300,
    "days": 150,
    "rng": 4,
    "responses": [("none_or_mild", "investigator"), ("none_at_rest", "subject")],
    "response_days": [30, 90],
}


# Made inside the first test that asks for them, where the grids are chosen with few pilots.
@functools.cache
def make_trial():
    return wo.run_trial(ARMS, population=DRAWS, **GIVEN)


@functools.cache
def make_singles():
    return [wo.run_trial(ARMS, population=people, individuals=True, **GIVEN) for people in DRAWS.populations]


@pytest.fixture
def trial():
    return make_trial()


@pytest.fixture
def singles():
    return make_singles()


def stacked(singles, table, column):
    """The values of a column in the separate trials, shape (draws, rows)."""
    return np.stack([getattr(each, table)[column].to_numpy(float) for each in singles])


def test_the_bands_are_the_percentiles_of_the_patients_of_all_draws(trial):
    # The patients of each draw are drawn and solved one by one, and put together.
    days = np.arange(151.0)
    normals = draw(GIVEN["patients"], seed_of(GIVEN["rng"]))
    doses = wo.Schedule.once(units=20).doses(spread=6)
    effects = [
        solve(vary_doses(people, doses, normals), people.constants(normals), 150.0, tolerance=1e-8).visible_at(days)
        for people in DRAWS.populations
    ]
    own = trial.bands.query("arm == '20 U onabotulinumtoxinA'")
    pooled = np.quantile(np.concatenate(effects), SHARES, axis=0)
    for column, expected in zip(PERCENTILES, pooled, strict=True):
        assert np.abs(own[column] - expected).max() < 0.01, column
    # Of four medians the interval is from the least to the largest.
    medians = np.stack([np.median(effect, axis=0) for effect in effects])
    assert np.abs(own["p50_low"] - medians.min(axis=0)).max() < 0.01
    assert np.abs(own["p50_high"] - medians.max(axis=0)).max() < 0.01


def test_rates_are_the_means_of_separate_trials_and_their_interval_is_that_of_the_draws(trial, singles):
    rates = stacked(singles, "responders", "rate")
    np.testing.assert_allclose(trial.responders["rate"], rates.mean(axis=0), rtol=1e-12)
    np.testing.assert_array_equal(trial.responders["rate_low"], rates.min(axis=0))
    np.testing.assert_array_equal(trial.responders["rate_high"], rates.max(axis=0))
    np.testing.assert_allclose(trial.responders["error"], stacked(singles, "responders", "error").mean(axis=0))
    # Without toxin too: the share of severe lines and the crease share differ between the draws.
    placebo = trial.responders.query("arm == 'placebo'")
    assert (placebo["rate_low"] < placebo["rate_high"]).all()


def test_landmarks_are_those_of_the_patients_of_separate_trials(trial, singles):
    people = pd.concat([each.individuals for each in singles]).query("arm == '20 U onabotulinumtoxinA'")
    rows = trial.landmarks.query("arm == '20 U onabotulinumtoxinA'").set_index("landmark")
    for name in ("onset_day", "peak_day", "half_effect_day"):
        days = people[name].to_numpy()
        assert rows.loc[name, "reached"] == pytest.approx(np.isfinite(days).mean(), abs=1e-12)
        # A percentile of those who reach it, later than the end included; within two bins of the histogram.
        expected = np.nanquantile(days, 0.5, method="lower")
        assert rows.loc[name, "p50"] == pytest.approx(expected, abs=0.3), name
    for column in ("reached", "p50"):
        values = stacked(singles, "landmarks", column)
        low, high = (trial.landmarks[f"{column}_{end}"] for end in ("low", "high"))
        np.testing.assert_array_equal(low, values.min(axis=0))
        np.testing.assert_array_equal(high, values.max(axis=0))


def test_treatments_on_need_are_those_of_separate_trials(trial, singles):
    means = stacked(singles, "treatments", "mean")
    assert trial.treatments["mean"].to_numpy() == pytest.approx(means.mean(axis=0))
    np.testing.assert_array_equal(trial.treatments["mean_low"], means.min(axis=0))
    np.testing.assert_array_equal(trial.treatments["mean_high"], means.max(axis=0))


def test_without_uncertainty_the_interval_collapses_and_the_rest_is_that_of_one_trial(singles):
    one = DRAWS.populations[0]
    trial = wo.run_trial(ARMS, population=wo.Draws(populations=[one] * 3, centre=one), **GIVEN)
    for table in ("responders", "bands", "landmarks", "treatments"):
        frame = getattr(trial, table)
        ends = [name for name in frame if name.endswith(("_low", "_high"))]
        assert ends
        for name in ends:
            # A mean of three equal numbers differs from them by a rounding.
            np.testing.assert_allclose(frame[name], frame[name.rpartition("_")[0]], rtol=1e-14)
        for low, high in zip(ends[::2], ends[1::2], strict=True):
            np.testing.assert_array_equal(frame[low], frame[high])
        pd.testing.assert_frame_equal(frame.drop(columns=ends), getattr(singles[0], table), rtol=1e-12)


def test_a_small_uncertainty_goes_through_a_straight_line():
    # Near the centre a rate is a straight line in the logarithm of potency, whose slope comes from two trials. So the
    # interval of the rate is the slope times that of the logarithm: of nine draws, from the least to the largest.
    centre, sd = CENTRE.parameters.potency, 0.02
    steps = sd * ndtri((np.arange(9) + 0.5) / 9)
    many = wo.Draws(populations=[CENTRE.replace(potency=centre * np.exp(step)) for step in steps], centre=CENTRE)
    given = {"patients": 64, "days": 30, "responses": ("none_or_mild", "investigator"), "response_days": [14, 30]}
    rates = wo.run_trial(wo.Arm(units=20), population=many, **given).responders
    near = [
        wo.run_trial(wo.Arm(units=20), population=CENTRE.replace(potency=centre * np.exp(step)), **given).responders
        for step in (-sd, sd)
    ]
    slope = (near[1]["rate"] - near[0]["rate"]) / (2 * sd)
    assert (rates["rate_high"] - rates["rate_low"]).to_numpy() == pytest.approx(
        slope * (steps[-1] - steps[0]), rel=0.02
    )


@pytest.mark.proof
def test_the_interval_of_a_fit_is_that_of_its_covariance_through_a_straight_line(monkeypatch):
    # Each draw chooses its grid with few patients, which is accurate enough for rates.
    monkeypatch.setattr(population, "DIRECTIONS", 8)
    monkeypatch.setattr(population, "DRAWN_BLOCKS", 0)
    # Rows of many patients leave little open, so that rates are straight lines in the transformed numbers: a rate with
    # slopes g has the variance g' C g, with the covariance C of the report, and its interval is 2 x 1.645 errors wide.
    rows = pd.DataFrame({"endpoint": "none_or_mild", "day": [7, 30, 90, 120], "value": [75, 80, 50, 30], "unit": "%"})
    found = wo.fit(wo.check_observations(rows.assign(n=5000)), ["potency", "light_chain_half_life"], patients=256)
    given = {
        "patients": 256,
        "days": 120,
        "responses": ("none_or_mild", "investigator"),
        "response_days": [30, 90, 120],
    }

    def rates(people):
        return wo.run_trial(wo.Arm(units=20), population=people, **given).responders

    names, errors = list(found.estimates["name"]), found.estimates["se_percent"].to_numpy() / 100
    covariance = found.correlations.to_numpy() * np.outer(errors, errors)
    slopes = []
    for name, error in zip(names, errors, strict=True):
        value = found.population.value(name)
        near = [rates(found.population.replace(**{name: value * np.exp(step)}))["rate"] for step in (-error, error)]
        slopes.append((near[1] - near[0]) / (2 * error))
    gradient = np.stack(slopes)
    expected = 2 * ndtri(0.95) * np.sqrt(np.einsum("ir,ij,jr->r", gradient, covariance, gradient))
    pooled = rates(found.draws(400))
    # The ends of an interval of 400 draws have an error of about 7 % of its width.
    assert (pooled["rate_high"] - pooled["rate_low"]).to_numpy() == pytest.approx(expected, rel=0.2)


def test_processes_and_chunks_do_not_change_a_bit(trial):
    shared = wo.run_trial(ARMS, population=DRAWS, workers=lambda work, parts: list(map(work, parts)), chunk=17, **GIVEN)
    for table in ("responders", "bands", "landmarks", "treatments"):
        pd.testing.assert_frame_equal(getattr(trial, table), getattr(shared, table), check_exact=True)


def test_progress_counts_the_patients_of_all_draws():
    seen = []
    wo.run_trial(
        [wo.Arm(units=20), wo.Arm.placebo()], population=DRAWS, patients=10, days=30,
        progress=lambda done, total: seen.append((done, total)),
    )  # fmt: skip
    assert seen == [(10, 40), (20, 40), (30, 40), (40, 40)]


def test_the_result_says_which_draws_it_is_of(trial):
    assert trial.draws == DRAWS
    assert trial.population == CENTRE
    assert trial.provenance["options"]["draws"]["potency"] == [0.05, 0.12, 0.3, 0.14]
    assert "300 virtual patients in each arm, in each of 4 draws of a fit" in trial.description


def test_an_interval_keeps_infinite_days_and_leaves_out_draws_without_one():
    # By hand: of four days and one draw without, the least and the largest; of 0 to 100, those at 5 and 95 %.
    low, high = find_interval(np.array([[30.0], [np.inf], [np.nan], [20.0], [25.0]]))
    assert (low[0], high[0]) == (20, np.inf)
    low, high = find_interval(np.arange(101.0)[::-1])
    assert (low, high) == (5, 95)
    low, high = find_interval(np.full((3, 1), np.nan))
    assert np.isnan([low[0], high[0]]).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"population": list(DRAWS.populations)},
            r"^population is \[.*; allowed: a Population, or the Draws of a fit$",
        ),
        ({"population": "default"}, "population is 'default'; allowed: a Population, or the Draws"),
        ({"individuals": True}, "^individuals are asked for in many populations; allowed: False with draws of a fit"),
        ({"visits": "visits.csv"}, "^visits are asked for in many populations; allowed: False with draws of a fit"),
        ({"workers": 0}, "workers is 0"),
    ],
)
def test_what_cannot_be_is_refused(change, message):
    with pytest.raises(wo.InputError, match=message):
        wo.run_trial(**{"arms": [wo.Arm(units=20)], "population": DRAWS, "patients": 16, "days": 30, **change})


def test_survival_needs_rows_which_draws_do_not_have(trial):
    with pytest.raises(wo.InputError, match="visits were not kept in the trial"):
        trial.survival()
