"""A virtual trial: percentiles, rates and errors against the same patients solved one by one, and what it refuses."""

import numpy as np
import pytest
from tests.extent import extent, some

import wearoff as wo
from wearoff.labels import PERCENTILES, SHARES
from wearoff.model.course import solve
from wearoff.patients.draws import BLOCK, normals, seed_of
from wearoff.patients.grades import Line, mean_chance
from wearoff.patients.population import Population
from wearoff.patients.treated import vary_doses
from wearoff.trial.arms import Arm
from wearoff.trial.running import run_trial

PEOPLE = Population()
PATIENTS = 2 * BLOCK
TRIAL = run_trial([Arm(units=20), Arm.placebo()], patients=PATIENTS, days=240, rng=3)
NORMALS = np.concatenate([normals("sobol", seed_of(3), block, 1) for block in range(2)])
CONSTANTS, FACTORS = PEOPLE.constants(NORMALS), PEOPLE.dose_factors(NORMALS)[:, 0]
DOSES = vary_doses(PEOPLE, wo.Schedule.once(units=20).doses(spread=6), NORMALS)
COURSE = solve(DOSES, CONSTANTS, 240.0, tolerance=1e-8)


def lines_on(days):
    """The lines of the patients, solved one by one, shape (days, patients)."""
    columns = COURSE.at(days)
    return Line(columns["depth"].T, CONSTANTS.q * columns["crease"].T)


def test_the_bands_are_the_percentiles_of_the_patients():
    effect = COURSE.visible_at(np.arange(241.0))
    own = TRIAL.bands[TRIAL.bands["arm"] != "placebo"]
    for column, share in (("p5", 5), ("p50", 50), ("p95", 95)):
        # Within a bin of the histogram plus the distance between two patients.
        assert np.abs(own[column] - np.percentile(effect, share, axis=0)).max() < 0.01, column
    assert (TRIAL.bands.query("arm == 'placebo'")["p95"] == 0).all()


def test_the_rates_are_the_mean_chances_of_the_patients():
    days = np.array([7.0, 30.0, 120.0])
    expected = mean_chance(lines_on(days), "none_or_mild", "composite", PEOPLE.raters).mean(axis=1)
    rows = TRIAL.responders.query("endpoint == 'none_or_mild' and assessor == 'composite' and arm != 'placebo'")
    assert rows.set_index("day").loc[days, "rate"].to_numpy() == pytest.approx(expected, abs=2e-6)


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
def test_the_landmarks_are_those_of_the_patients():
    rows = TRIAL.landmarks.set_index("landmark")
    singles = [
        wo.simulate(days=240, units=20 * float(FACTORS[i]), parameters=PEOPLE.parameters.replace(
            potency=float(CONSTANTS.k_cleave[i]), light_chain_half_life=float(np.log(2) / CONSTANTS.k_light_chain[i]),
            depot_half_life=float(np.log(2) / CONSTANTS.k_depot[i]))) for i in range(0, PATIENTS, 16)
    ]  # fmt: skip
    onset = np.array([each.landmarks["onset_day"] for each in singles])
    assert rows.loc["onset_day", "reached"] == pytest.approx(np.isfinite(onset).mean(), abs=0.06)
    assert rows.loc["onset_day", "p50"] == pytest.approx(np.nanmedian(onset), rel=0.1)


@pytest.mark.parametrize("look_every", some([28, 7], 2))
def test_durations_are_those_of_raters_who_are_drawn(look_every):
    # 2,000 patients are drawn, solved one by one, and graded at each visit by a rater whose errors are drawn, until
    # the grade is back. The errors are drawn twenty times.
    count, draws = 2000, 20
    trial = run_trial([Arm(units=20)], patients=count, days=240, look_every=look_every, rng=3)
    normal = np.concatenate([normals("sobol", seed_of(3), block, 1) for block in range(4)])[:count]
    doses = vary_doses(PEOPLE, wo.Schedule.once(units=20).doses(spread=6), normal)
    visit_days = np.arange(look_every, 241.0, look_every)
    depth = solve(doses, PEOPLE.constants(normal), 240.0, tolerance=1e-8).at(visit_days)["depth"].T[..., None]
    rng = np.random.default_rng(8)
    baseline = np.where(rng.random((count, draws)) < PEOPLE.severe_share, 3, 2)
    better = rng.random((count, draws)) < PEOPLE.placebo_share
    errors = PEOPLE.investigator_error * rng.standard_normal((len(visit_days), count, draws))
    grade = np.clip(np.rint(baseline * depth - better + errors), 0, 3)
    rows = trial.landmarks.set_index("landmark")
    for duration, back in (("return_to_baseline_day", grade >= baseline), ("loss_of_none_or_mild_day", grade >= 2)):
        seen = np.maximum.accumulate(back, axis=0).mean(axis=(1, 2))
        # Five standard errors of a share of 40,000 draws; draws of one patient are alike, so that it is less than that.
        error = 5 * 0.5 / np.sqrt(count * draws)
        assert rows.loc[duration, "reached"] == pytest.approx(seen[-1], abs=error)
        for name, share in zip(PERCENTILES, SHARES, strict=True):
            day = rows.loc[duration, name]
            before, by = (seen[visit_days < day], seen[visit_days <= day])
            assert max(before, default=0.0) < share + error
            if np.isfinite(day):
                assert day in visit_days
                assert by[-1] > share - error
            else:
                assert seen[-1] < share + error


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
def test_visits_begin_after_the_last_dose_and_end_with_the_trial():
    two = [Arm(wo.Schedule.every(90, visits=2, units=1e-3))]
    rows = run_trial(two, patients=64, days=150, look_every=20, rng=1).landmarks.set_index("landmark")
    # Without an effect the grade is that of baseline at the first visit, unless the rater errs.
    assert rows.loc["return_to_baseline_day", ["p5", "p50"]].tolist() == [110, 110]
    assert rows.loc["return_to_baseline_day", "reached"] > 0.9
    # The first visit would be on day 151; after the last dose nobody looks.
    for change in ({"days": 150, "look_every": 61}, {"days": 60}):
        rows = run_trial(two, patients=64, rng=1, **change).landmarks.set_index("landmark")
        assert rows.loc["return_to_baseline_day", "reached"] == 0
        assert np.isinf(rows.loc["return_to_baseline_day", list(PERCENTILES)].astype(float)).all()


def test_lines_at_rest_are_those_of_the_patients_with_toxin_and_without():
    at_rest = {"responses": ("none_at_rest", "investigator"), "response_days": [0, 120]}
    found = run_trial([Arm(units=20), Arm.placebo()], patients=PATIENTS, days=240, rng=3, **at_rest).responders
    expected = mean_chance(lines_on(np.array([0.0, 120.0])), "none_at_rest", "investigator", PEOPLE.raters).mean(axis=1)
    treated, placebo = (rows["rate"].to_numpy() for _, rows in found.groupby("arm"))
    assert treated == pytest.approx(expected, abs=2e-6)
    # Before any effect, and at any time without toxin, the crease is that of baseline.
    assert placebo == pytest.approx([expected[0]] * 2, abs=1e-9)
    assert (found["error"] > 0).all()
    assert treated[1] > treated[0]


def test_arms_have_the_same_patients_whatever_their_visits():
    # The second arm's later visit is after the end, so that nothing but its number of visits differs.
    one, two = Arm(units=20, label="one"), Arm(wo.Schedule.every(90, visits=2, units=20), "two")
    found = run_trial([one, two], patients=1000, days=89, rng=5)
    for column in ("p5", "p50", "p95"):
        bands = found.bands.pivot(index="time", columns="arm", values=column)
        assert np.abs(bands["one"] - bands["two"]).max() < 0.002  # two bins of the histogram


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
        run_trial([Arm(units=20)], patients=16_384, days=90, rng=1, sampler=sampler).responders.iloc[8]
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
        ({"look_every": 0}, "look_every is 0"),
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


def test_an_arm_takes_a_visit_as_simulate_does():
    assert wo.Arm(wo.Visit(units=20)) == wo.Arm(units=20)
    with pytest.raises(wo.InputError, match=r"^units is given beside a schedule; allowed: one of the two"):
        wo.Arm(wo.Visit(units=20), units=20)


@pytest.mark.parametrize("label", [3, ["a"]])
def test_a_label_is_a_text(label):
    # Labels 3 and "3" are two arms, and tables of survival would have one.
    for make in (lambda: wo.Arm(units=20, label=label), lambda: wo.Arm.placebo(label)):
        with pytest.raises(wo.InputError, match=r"^label is .*; allowed: str"):
            make()


def test_responses_are_pairs():
    for wrong in (3, "none_or_mild", [("none_or_mild",)]):
        with pytest.raises(wo.InputError, match=r"^responses .*; allowed: pairs such as"):
            wo.run_trial([wo.Arm(units=20)], patients=8, responses=wrong)
