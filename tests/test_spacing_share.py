"""The share of patients in whom visits keep a level: against patients solved one by one, and the typical patient."""

import math

import numpy as np
import pytest

import wearoff as wo
from wearoff import spacing, tables
from wearoff.patients.draws import draw
from wearoff.spacing import share


def solve_singly(visits, patients, days, horizon):
    """The visible effect of each virtual patient, by `simulate`, every quarter of a day, shape (patients, times)."""
    people, at = wo.Population(), np.arange(0, horizon + 0.05, 0.1)
    normals = draw(patients, 1, visits)
    constants, factors = people.constants(normals), people.dose_factors(normals)
    rows = []
    for i in range(patients):
        own = wo.Parameters(
            potency=float(constants.k_cleave[i]),
            light_chain_half_life=math.log(2) / float(constants.k_light_chain[i]),
            depot_half_life=math.log(2) / float(constants.k_depot[i]),
        )
        plan = wo.Schedule(tuple(wo.Visit(day=day, units=20 * factors[i, n]) for n, day in enumerate(days)))
        rows.append(wo.simulate(plan, parameters=own, times=at).frame["visible"].to_numpy())
    return np.array(rows)


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
@pytest.mark.parametrize("interval", [60, 120])
@pytest.mark.parametrize("keep", [0.3, 0.6])
def test_the_share_of_patients_is_that_of_patients_solved_singly(interval, keep):
    patients, horizon = 60, 300
    days = list(range(0, horizon, interval))
    kept = []
    for effect in solve_singly(len(days), patients, days, horizon):
        falls = np.flatnonzero((np.diff(effect) < 0) & (effect[:-1] > 1e-6))
        kept.append(effect[falls[0] if len(falls) else -1 :].min() >= keep)
    found = spacing.compare(interval, keep=keep, horizon=horizon, patients=patients, units=20)
    assert 0 < np.mean(kept) < 1
    assert found.frame["share_of_patients"].item() == pytest.approx(np.mean(kept), abs=1e-9)


def test_patients_who_do_not_differ_are_the_typical_one(monkeypatch):
    same = {name: 0.0 for name in tables.column("population", "name") if name.startswith("omega_")}
    monkeypatch.setattr(share, "Population", lambda **given: wo.Population(**given, **same))
    longest = spacing.recommend(keep=0.5, allow_shorter=True)
    frame = spacing.compare([longest.interval, longest.interval + 1], keep=0.5, patients=8).frame
    assert frame["share_of_patients"].tolist() == [1.0, 0.0]
    assert longest.share_of_patients == 1.0


def test_the_shares_of_a_recommendation_are_those_of_the_comparison():
    found = spacing.recommend(keep=0.4)
    frame = spacing.compare([found.interval, 90], keep=0.4).frame
    assert [found.share_of_patients, found.label_share_of_patients] == frame["share_of_patients"].tolist()
    assert found.frame["share_of_patients"][0] == found.share_of_patients
