"""The middle half of patients: against patients solved one by one, a trial, and the typical patient."""

import math

import numpy as np
import pandas as pd
import pytest

import wearoff as wo
from wearoff import tables
from wearoff.patients.draws import draw
from wearoff.patients.middle import People, describe_ranges, middle_half

LEVELS = {"p25": 0.25, "p50": 0.5, "p75": 0.75}
ONCE = wo.Schedule.once(units=20)


@pytest.fixture(scope="module")
def singly():
    """The timelines of the first 60 patients, each solved by `simulate`."""
    people, normals = wo.Population(), draw(60, 1, 1)
    constants, factors = people.constants(normals), people.dose_factors(normals)
    return [
        wo.simulate(
            wo.Schedule.once(units=20 * float(factors[i, 0])),
            parameters=wo.Parameters(
                potency=float(constants.k_cleave[i]),
                light_chain_half_life=math.log(2) / float(constants.k_light_chain[i]),
                depot_half_life=math.log(2) / float(constants.k_depot[i]),
            ),
            days=1096,
        )
        for i in range(60)
    ]


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
def test_the_percentiles_are_those_of_patients_solved_singly(singly):
    table = middle_half(ONCE, patients=60).set_index("landmark")
    for name in singly[0].landmarks.index:
        days = np.array([timeline.landmarks[name] for timeline in singly])
        assert table["reached"][name] == pytest.approx(np.isfinite(days).mean(), abs=1e-9)
        days = np.nan_to_num(days) if name in ("half_effect_day", "wear_off_day") else days[np.isfinite(days)]
        # A percentile is a value that occurs: it and its neighbours are compared.
        ordered = np.sort(days)
        for column, level in LEVELS.items():
            expected = ordered[math.ceil(level * len(ordered)) - 1]
            assert table[column][name] == pytest.approx(expected, rel=2e-3, abs=2e-3), (name, column)


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
def test_the_band_is_that_of_patients_solved_singly(singly):
    days = np.arange(0, 241, 3.0)
    expected = np.quantile([timeline.at(days)["visible"] for timeline in singly], list(LEVELS.values()), axis=0)
    band = People.of(ONCE, wo.Population(), 60, 240.0).effect(days)
    np.testing.assert_allclose(band[list(LEVELS)].T, expected, atol=1e-3)
    assert list(band) == ["time", *LEVELS]
    np.testing.assert_array_equal(band["time"], days)


def test_the_percentiles_are_those_of_a_trial_within_its_error():
    # A trial leaves out who never reaches a level; these patients all do.
    people = wo.Population(omega_potency=0.1, omega_light_chain=0.1, omega_depot=0.2, omega_visit=0.1)
    trial = wo.run_trial(wo.Arm(units=20), population=people, patients=4096, rng=1, days=600)
    expected, table = (frame.set_index("landmark") for frame in (trial.landmarks, middle_half(ONCE, people)))
    for name in table.index:
        assert table["reached"][name] == expected["reached"][name] == 1
        for column in LEVELS:
            # The quarter of 512 patients is within two standard errors, a tenth of the width of the middle half.
            width = expected["p75"][name] - expected["p25"][name]
            assert table[column][name] == pytest.approx(expected[column][name], abs=0.1 * width + 0.005)


def test_patients_who_do_not_differ_are_the_typical_one():
    same = {name: 0.0 for name in tables.column("population", "name") if name.startswith("omega_")}
    table = middle_half(ONCE, wo.Population(**same), patients=8).set_index("landmark")
    landmarks = wo.simulate(ONCE, days=600).landmarks
    for column in LEVELS:
        np.testing.assert_allclose(table[column], landmarks, rtol=2e-3)
    assert (table["reached"] == 1).all()


def test_who_never_reaches_a_level_has_lost_it_from_the_beginning():
    with pytest.warns(wo.UnusualWarning):
        faint = wo.simulate(units=1).middle_half.set_index("landmark")
    assert faint["p75"]["half_effect_day"] == 0
    assert faint["reached"]["half_effect_day"] < 0.25
    assert faint["p25"]["onset_day"] > 0  # among those who reach it
    nobody = middle_half(ONCE, wo.Population().replace(potency=0), patients=8).set_index("landmark")
    assert (nobody["reached"] == 0).all()
    assert math.isnan(nobody["p50"]["onset_day"])
    assert list(describe_ranges(nobody.reset_index())) == ["half_effect_day", "wear_off_day"]


def test_it_is_for_one_visit_with_an_even_dose():
    for schedule in (wo.Schedule.every(90, visits=2), wo.Schedule.once(sites=3)):
        assert wo.simulate(schedule).middle_half is None
        assert wo.simulate(schedule).ranges == {}
        with pytest.raises(wo.InputError, match="allowed: one visit with an even dose"):
            middle_half(schedule)
    assert wo.simulate(wo.Schedule((wo.Visit(day=50),)), days=40).middle_half is None


def test_a_simulation_solves_nobody_else(monkeypatch):
    monkeypatch.setattr(People, "of", None)
    timeline = wo.simulate(units=20)
    assert len(timeline.landmarks) == 6
    assert len(timeline.frame) == 241


def test_the_typical_patient_of_own_constants_is_among_its_own_people():
    timeline = wo.simulate(units=20, parameters=wo.Parameters(light_chain_half_life=40))
    shorter = timeline.middle_half.set_index("landmark")["p50"]["wear_off_day"]
    people = wo.Population(parameters=timeline.parameters)
    pd.testing.assert_frame_equal(timeline.middle_half, middle_half(ONCE, people), rtol=1e-3)
    assert shorter < middle_half(ONCE).set_index("landmark")["p50"]["wear_off_day"]


def test_an_own_model_has_its_own_people():
    half = wo.Model(uptake=lambda dose, half_dose: dose / 2)
    timeline = wo.simulate(units=20, model=half)
    assert timeline.middle_half["p50"].tolist() != wo.simulate(units=20).middle_half["p50"].tolist()
