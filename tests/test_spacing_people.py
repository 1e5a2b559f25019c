"""Spacing for a population: against patients solved one by one, the typical patient, and every whole day tried."""

import dataclasses

import numpy as np
import pytest

import wearoff as wo
from tests.extent import extent, some
from tests.single_patients import parameters_of
from wearoff import labels, spacing, tables
from wearoff.patients.draws import draw
from wearoff.report.explanations import explain_recommendation, explain_share
from wearoff.spacing import people as module

PEOPLE = wo.Population()
SAME = {name: 0.0 for name in tables.column("population", "name") if name.startswith("omega_")}
PATIENTS, LABEL = extent(12, 500), 90
STEP = 0.05  # days between the points at which patients are solved


class Single:
    """One virtual patient, solved by `simulate`."""

    def __init__(self, normals, horizon):
        self.parameters = parameters_of(PEOPLE.constants(normals[None]), 0)
        self.factors, self.horizon = PEOPLE.dose_factors(normals[None])[0], horizon

    def effect(self, days):
        """The visible effect every `STEP` days, with visits on these days."""
        visits = zip(days, self.factors, strict=False)
        plan = wo.Schedule(tuple(wo.Visit(day=day, units=20 * factor) for day, factor in visits))
        timeline = wo.simulate(plan, parameters=self.parameters, times=[0, self.horizon])
        return timeline.at(np.linspace(0, self.horizon, round(self.horizon / STEP) + 1))["visible"].to_numpy()

    def on_need(self, keep):
        """The days of the visits of a patient who is treated on the first day below the level."""
        days = [0]
        while True:
            daily = self.effect(days)[:: round(1 / STEP)]
            below = np.flatnonzero(daily[days[-1] + LABEL : -1] < keep)
            if not len(below):
                return days
            days.append(days[-1] + LABEL + int(below[0]))

    def measure(self, days, keep):
        """Whether the level is kept, days above it, lowest effect after the first peak, visits, and visits a year."""
        effect = self.effect(days)
        falls = np.flatnonzero((np.diff(effect) < 0) & (effect[:-1] > 1e-6))
        lowest = effect[falls[0] if len(falls) else -1 :].min()
        above = (effect >= keep).astype(float)
        a_year = (len(days) - 1) / (days[-1] / 365.25) if days[-1] else 0
        return lowest >= keep, STEP * (above[1:] + above[:-1]).sum() / 2, lowest, len(days), a_year


def assert_row_is_that_of(row, patients, horizon, units=20, price=3):
    kept, days_above, lowest, visits, a_year = np.array(patients, dtype=float).T
    assert row["share_of_patients"] == pytest.approx(kept.mean(), abs=1e-9)
    assert row["share_of_patient_days"] == pytest.approx(days_above.mean() / horizon, abs=1e-4)
    for name, share in zip(labels.PERCENTILES, labels.SHARES, strict=True):
        assert row[f"lowest_{name}"] == pytest.approx(np.quantile(lowest, share), abs=5e-4)
    assert row["visits"] == pytest.approx(visits.mean(), abs=1e-9)
    assert row["cost_of_covered_day"] == pytest.approx(price * units * visits.mean() / days_above.mean(), rel=2e-4)
    if row["policy"] == "on need":
        assert row["visits_per_year"] == pytest.approx(a_year.mean(), abs=1e-9)
        assert row["interval"] == pytest.approx(365.25 / a_year.mean(), abs=1e-9)


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
@pytest.mark.parametrize(("keep", "interval"), [(0.3, 120), (0.6, 60)])
def test_a_policy_equals_patients_solved_singly(keep, interval):
    horizon = 300
    drawn = [Single(normals, horizon) for normals in draw(PATIENTS, 1, 5)]
    table = spacing.compare(
        interval, keep=keep, horizon=horizon, population=PEOPLE, patients=PATIENTS, units=20, price=3
    ).people
    fixed, on_need = table.to_dict("records")
    assert (fixed["policy"], fixed["interval"], on_need["policy"]) == ("fixed", interval, "on need")
    assert 0 < fixed["share_of_patients"] < 1
    days = range(0, horizon, interval)
    assert_row_is_that_of(fixed, [patient.measure(days, keep) for patient in drawn], horizon)
    assert_row_is_that_of(on_need, [patient.measure(patient.on_need(keep), keep) for patient in drawn], horizon)


def test_patients_who_do_not_differ_are_the_typical_one():
    same = PEOPLE.replace(**SAME)
    longest = spacing.recommend(keep=0.5, share=0.9, population=same, patients=8, allow_shorter=True)
    assert longest.interval == longest.typical.interval
    assert longest.share_of_patients == longest.typical_share_of_patients == 1
    compared = spacing.compare([longest.interval, longest.interval + 1], keep=0.5, population=same, patients=8, price=2)
    people = compared.people[compared.people["policy"] == "fixed"]
    assert people["share_of_patients"].tolist() == [1.0, 0.0]
    assert people["share_error"].tolist() == [0.0, 0.0]
    pairs = {"share_of_patient_days": "share_above", "lowest_p5": "lowest_effect", "lowest_p95": "lowest_effect"}
    for name, of_typical in {**pairs, "cost_of_covered_day": "cost_of_covered_day"}.items():
        np.testing.assert_allclose(people[name], compared.frame[of_typical], rtol=1e-3)
    for name in ("units_per_year", "visits_per_year"):
        assert people[name].tolist() == compared.frame[name].tolist()


@pytest.mark.parametrize("share", [0.5, 0.8, 0.9])
def test_the_interval_for_a_share_is_the_longest_of_all_whole_days(share):
    asked = {"keep": 0.4, "horizon": 120, "population": PEOPLE, "patients": 40}
    found = spacing.recommend(share=share, allow_shorter=True, **asked)
    low = found.interval - 5
    frame = spacing.compare(range(low, 121), **asked).people.query("policy == 'fixed'")
    holds = frame[frame["share_of_patients"] >= share]
    assert found.interval == holds["interval"].max()
    assert found.share_of_patients == holds["share_of_patients"].iloc[-1]
    assert found.share_of_patients == found.frame["share_of_patients"][0]
    allowed = spacing.recommend(share=share, **asked)
    assert allowed.interval == (found.interval if found.interval >= LABEL else None)
    assert allowed.label_share_of_patients == spacing.compare(LABEL, **asked).people["share_of_patients"][0]


def test_a_shorter_interval_can_keep_the_level_in_fewer_patients():
    # If doses act very differently from visit to visit, one more visit can be the one at which the level is lost.
    wide = PEOPLE.replace(omega_visit=1.5)
    asked = {"keep": 0.5, "horizon": 240, "population": wide, "patients": 64}
    table = spacing.compare(range(90, 241), **asked).people.query("policy == 'fixed'")
    shares = table["share_of_patients"]
    assert (np.diff(shares) > 0).any()
    for share in some(np.unique(shares)[1:], 3):
        expected = table["interval"][shares >= share].max()
        assert spacing.recommend(share=share, **asked).interval == expected


def test_the_error_is_that_of_other_patients():
    few, many = (spacing.compare(90, population=PEOPLE, patients=n).people.iloc[0] for n in (512, 2048))
    assert 0.003 < few["share_error"] < 0.03
    assert abs(few["share_of_patients"] - many["share_of_patients"]) < 4 * few["share_error"]
    assert many["share_error"] < few["share_error"]
    assert np.isnan(spacing.compare(90, population=PEOPLE, patients=1).people["share_error"][0])


def test_patients_in_parts_are_the_same_patients(monkeypatch):
    asked = {"population": PEOPLE, "patients": 20, "horizon": 200}
    whole = spacing.compare([60, 90], **asked).people
    monkeypatch.setattr(module, "AT_ONCE", 7)
    np.testing.assert_allclose(
        spacing.compare([60, 90], **asked).people.iloc[:, 1:], whole.iloc[:, 1:], rtol=1e-12, atol=1e-12
    )


# What is said


def test_too_few_patients_at_the_labels_interval():
    found = spacing.recommend(keep=0.5, share=0.8)
    assert found.outcome is spacing.Attainment.TOO_FEW_PATIENTS
    assert found.interval is None
    assert found.share_of_patients is None
    assert found.nearest["interval"] == LABEL
    assert found.nearest["share_of_patients"] == found.label_share_of_patients < 0.8
    said = f"every 90 days, which is the shortest, keeps it in {found.label_share_of_patients:.0%} (Monte Carlo error "
    assert said in explain_share(found)


def test_too_many_units_for_the_share():
    free = spacing.recommend(keep=0.2, share=0.5)
    limited = spacing.recommend(keep=0.2, share=0.5, max_units_per_year=20 * 365.25 / (free.interval + 9.5))
    assert limited.outcome is spacing.Attainment.TOO_MANY_UNITS
    assert (limited.interval, limited.answer.longest) == (None, free.interval)
    assert limited.nearest["interval"] == free.interval + 10
    assert limited.nearest["share_of_patients"] < 0.5
    assert f"(every {free.interval} days); nearest: every {free.interval + 10} days" in explain_share(limited)
    affordable = spacing.recommend(keep=0.2, share=0.5, max_units_per_year=20 * 365.25 / free.interval)
    assert affordable.interval == free.interval


def test_the_typical_patient_is_answered_beside_the_share():
    both, typical = (spacing.recommend(keep=0.4, **asked) for asked in ({"share": 0.5}, {"population": PEOPLE}))
    assert typical.answer == both.typical
    assert typical.interval == both.typical.interval == spacing.recommend(keep=0.4).interval
    assert typical.share_of_patients == both.typical_share_of_patients
    assert explain_recommendation(both) == explain_recommendation(typical)
    said = f"{both.typical.interval} days, which keeps it in {typical.share_of_patients:.0%}"
    assert said in explain_recommendation(both)


def test_one_visit_is_enough_over_a_short_horizon():
    found = spacing.recommend(keep=0.2, share=0.5, horizon=60)
    assert found.interval == 60
    assert explain_share(found).startswith("one visit keeps 0.2 in 50% of patients for all 60 days, in ")


def test_without_any_effect_there_is_no_covered_day():
    asked = {"population": PEOPLE.replace(potency=0), "patients": 8, "price": 1}
    for row in spacing.compare(90, **asked).people.to_dict("records"):
        assert (row["share_of_patients"], row["share_of_patient_days"], row["lowest_p95"]) == (0, 0, 0)
        assert row["cost_of_covered_day"] == np.inf
        assert row["visits"] == 9  # nobody reaches the level: everybody is treated as soon as the label allows
    assert spacing.recommend(share=0.1, **asked).outcome is spacing.Attainment.TOO_FEW_PATIENTS


def test_who_never_needs_a_return_has_one_visit():
    forever = PEOPLE.replace(**SAME, light_chain_half_life=np.inf)
    row = spacing.compare(90, population=forever, patients=8).people.iloc[1]
    assert (row["visits"], row["visits_per_year"], row["interval"]) == (1, 0, np.inf)


def test_without_a_population_there_are_no_patients():
    compared, found = spacing.compare(90, price=2), spacing.recommend(keep=0.4)
    assert compared.people.empty
    assert "share_of_patients" not in found.frame
    assert found.label_share_of_patients is None
    row = compared.frame.iloc[0]
    assert row["cost_of_covered_day"] == pytest.approx(2 * 20 * 9 / (730 * row["share_above"]))


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"share": 0}, "share is 0; allowed: above 0 to 1"),
        ({"share": 1.1}, "share is 1.1; allowed: above 0 to 1"),
        ({"share": np.nan}, "share is nan; allowed: above 0 to 1"),
        ({"share": "most"}, "share is 'most', not a number; allowed: above 0 to 1"),
        ({"price": -1}, "price is -1; allowed: from 0 to 1e+09"),
        ({"price": np.nan}, "price is nan; allowed: from 0 to 1e+09"),
        ({"price": "2"}, "price is '2', not a number; allowed: from 0 to 1e+09"),
        ({"population": 3}, "population is 3; allowed: Population"),
        ({"population": PEOPLE, "patients": 0}, "patients is 0; allowed: from 1 to 100000"),
        ({"patients": 5}, "patients is given without a population; allowed: a population beside it"),
        (
            {"population": PEOPLE, "parameters": wo.Parameters()},
            "parameters and population are both given; allowed: one of the two, since a population has the parameters "
            "of its typical patient",
        ),
    ],
)
def test_bad_input_is_one_line(asked, reason):
    calls = [spacing.recommend] if "share" in asked else [spacing.recommend, spacing.compare]
    for call in calls:
        with pytest.raises(wo.InputError) as refused:
            call(**asked)
        assert str(refused.value) == reason


def test_a_share_and_parameters_are_a_population_around_them():
    typical = wo.Parameters(light_chain_half_life=80)
    ours = spacing.recommend(keep=0.4, share=0.5, parameters=typical, patients=32)
    theirs = spacing.recommend(
        keep=0.4, share=0.5, population=dataclasses.replace(PEOPLE, parameters=typical), patients=32
    )
    assert ours.frame.equals(theirs.frame)
    assert ours.interval == theirs.interval
