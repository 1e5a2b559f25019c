"""A virtual trial: percentiles, rates and errors against the same patients solved one by one, and what it refuses."""

import numpy as np
import pytest
from tests.extent import extent, some

import wearoff as wo
from wearoff.model.course import solve
from wearoff.patients.draws import BLOCK, normals, seed_of
from wearoff.patients.grades import level_of_return, mean_chance
from wearoff.patients.population import Population
from wearoff.trial.arms import Arm
from wearoff.trial.trial import run_trial

PEOPLE = Population()
PATIENTS = 2 * BLOCK
TRIAL = run_trial([Arm(units=20), Arm.placebo()], patients=PATIENTS, days=240, rng=3)
CONSTANTS = PEOPLE.constants(np.concatenate([normals("sobol", seed_of(3), block) for block in range(2)]))
COURSE = solve(wo.Schedule.once(units=20).doses(spread=6), CONSTANTS, 240.0, tolerance=1e-8)


def test_the_bands_are_the_percentiles_of_the_patients():
    effect = COURSE.visible_at(np.arange(241.0))
    own = TRIAL.bands[TRIAL.bands["arm"] != "placebo"]
    for column, share in (("p5", 5), ("p50", 50), ("p95", 95)):
        # Within a bin of the histogram plus the distance between two patients.
        assert np.abs(own[column] - np.percentile(effect, share, axis=0)).max() < 0.01, column
    assert (TRIAL.bands.query("arm == 'placebo'")["p95"] == 0).all()


def test_the_rates_are_the_mean_chances_of_the_patients():
    days = np.array([7.0, 30.0, 120.0])
    expected = mean_chance(COURSE.visible_at(days), "none_or_mild", "composite", PEOPLE.raters).mean(axis=0)
    rows = TRIAL.responders.query("endpoint == 'none_or_mild' and assessor == 'composite' and arm != 'placebo'")
    assert rows.set_index("day").loc[days, "rate"].to_numpy() == pytest.approx(expected, abs=2e-6)


def test_the_landmarks_are_those_of_the_patients():
    rows = TRIAL.landmarks.set_index("landmark")
    singles = [
        wo.simulate(days=240, parameters=PEOPLE.parameters.replace(
            potency=float(CONSTANTS.k_cleave[i]), light_chain_half_life=float(np.log(2) / CONSTANTS.k_light_chain[i]),
            depot_half_life=float(np.log(2) / CONSTANTS.k_depot[i]))) for i in range(0, PATIENTS, 16)
    ]  # fmt: skip
    onset = np.array([each.landmarks["onset_day"] for each in singles])
    assert rows.loc["onset_day", "reached"] == pytest.approx(np.isfinite(onset).mean(), abs=0.06)
    assert rows.loc["onset_day", "p50"] == pytest.approx(np.nanmedian(onset), rel=0.1)
    # The share of patients who have returned by a day: their effect is below the level of return on that day.
    moderate = COURSE.visible_at(np.array([120.0]))[:, 0] < level_of_return(2)
    severe = COURSE.visible_at(np.array([120.0]))[:, 0] < level_of_return(3)
    returned = (1 - PEOPLE.severe_share) * moderate.mean() + PEOPLE.severe_share * severe.mean()
    below, above = (rows.loc["return_to_baseline_day", name] for name in ("p25", "p75"))
    assert (below < 120 < above) == (0.25 < returned < 0.75)


@pytest.mark.parametrize("sampler", some(["sobol", "random"], 2))
@pytest.mark.proof
def test_the_error_reported_is_the_spread_over_seeds(sampler):
    pair = {"responses": [("none_or_mild", "investigator")], "response_days": [90], "sampler": sampler}
    found = [
        run_trial([Arm(units=20)], patients=512, days=90, rng=seed, **pair).responders for seed in range(extent(12, 24))
    ]
    spread = np.std([each["rate"][0] for each in found], ddof=1)
    reported = np.sqrt(np.mean([each["error"][0] ** 2 for each in found]))
    # A rate lies outside once in a thousand times; each reported error has 7 degrees of freedom.
    low, high = {24: (0.6, 1.7), 12: (0.37, 1.87)}[len(found)]
    assert low < spread / reported < high


def test_sobol_is_less_noisy_than_random_and_both_agree():
    rows = [
        run_trial([Arm(units=20)], patients=4096, days=90, rng=1, sampler=sampler).responders.iloc[8]
        for sampler in ("sobol", "random")
    ]
    assert rows[0]["error"] < rows[1]["error"] / 3
    assert rows[0]["rate"] == pytest.approx(rows[1]["rate"], abs=5 * rows[1]["error"])


def test_progress_counts_up_to_all_patients():
    seen = []
    run_trial([Arm(units=20), Arm.placebo(), Arm(units=40)], patients=1500, days=30, chunk=512,
              progress=lambda done, total: seen.append((done, total)))  # fmt: skip
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (3000, 3000)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"patients": 0}, "patients is 0"),
        ({"workers": 0}, "workers is 0"),
        ({"workers": "two"}, "workers is 'two'"),
        ({"chunk": 0}, "chunk is 0"),
        ({"days": 0}, "days is 0"),
        ({"sampler": "halton"}, "sampler is 'halton'"),
        ({"rng": "x"}, "rng is 'x'"),
        ({"responses": [("mild_or_none", "investigator")]}, "endpoint is 'mild_or_none'"),
        ({"responses": [("none_or_mild", "nurse")]}, "assessor is 'nurse'"),
        ({"response_days": [-1]}, "response_days is -1"),
        ({"arms": []}, "arms is empty"),
    ],
)
def test_what_cannot_be_is_refused(change, message):
    given = {"arms": [Arm(units=20)], "patients": 512, "days": 30, **change}
    with pytest.raises(wo.InputError, match=message):
        run_trial(**given)


def test_an_arm_with_sites_is_refused():
    with pytest.raises(wo.InputError, match="sites is 3"):
        Arm(units=20, sites=3)
