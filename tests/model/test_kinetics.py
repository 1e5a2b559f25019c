"""The chain against Lebeda 2008's closed form, conservation and superposition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

import wearoff as wo
from wearoff.model.exponentials import exp_divided_difference
from wearoff.model.kinetics import amounts, uptake

MINUTE = 1 / 1440
HALF_LIFE = st.floats(1e-3, 400)


def bateman(minutes, k_s, k_b=0.058, k_t=0.141, k_l=0.013):
    """Lytic fraction of the four-step model of Lebeda 2008 (BIOMD0000000178), rates per minute, all distinct."""
    rates = [k_s, k_b, k_t, k_l]
    remaining = sum(
        np.exp(-k * minutes) * np.prod([other / (other - k) for other in rates if other != k]) for k in rates
    )
    return 1 - remaining


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
@pytest.mark.parametrize("k_s", [0.00015, 0.001, 0.01])
def test_tension_of_lebeda2008(k_s):
    parameters = wo.Parameters.preset("lebeda2008").replace(release_half_life=np.log(2) / k_s * MINUTE)
    minutes = np.linspace(0, 40 * 1440, 3000)
    frame = wo.simulate(units=1, parameters=parameters, times=minutes * MINUTE).frame
    assert np.abs((1 - frame["light_chain"]) - (1 - bateman(minutes, k_s))).max() < 1e-10


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
@pytest.mark.parametrize(
    ("half_life", "minutes", "accuracy"),
    [
        (np.log(2) / 0.00015 * MINUTE, 15_452, 0.5),  # published: 15,450 min
        (1e-9, 204.08, 0.005),  # without the bulk step; published: 204 min
    ],
)
def test_time_to_ten_per_cent_tension(half_life, minutes, accuracy):
    parameters = wo.Parameters.preset("lebeda2008").replace(release_half_life=half_life)
    timeline = wo.simulate(units=1, parameters=parameters, days=20)
    found = brentq(lambda t: 1 - timeline.at([t])["light_chain"][0] - 0.1, 0.01, 20, xtol=1e-12)
    assert found / MINUTE == pytest.approx(minutes, abs=accuracy)


@settings(max_examples=200)
@given(st.lists(HALF_LIFE, min_size=5, max_size=5), st.floats(1e-4, 400), st.booleans())
def test_toxin_is_conserved(half_lives, day, equal):
    rates = np.log(2) / np.array([half_lives[0]] * 5 if equal else half_lives)
    held = sum(a[0, 0] for a in amounts(np.array([day]), np.zeros(1), np.ones((1, 1)), rates).values())
    # What is lost is a sixth step with no way out: the product of the rates, t^5, and six nodes, one of them 0.
    nodes = np.sort(np.append(-rates * day, 0.0))[:, None]
    lost = (rates * day).prod() * exp_divided_difference(nodes)[0]
    assert held + lost == pytest.approx(1, abs=1e-12)


@settings(max_examples=50)
@given(st.floats(0, 300))
def test_a_second_dose_adds_its_own_shifted_course(interval):
    rates = np.array([wo.Parameters().symbols()[k] for k in
                      ("k_release", "k_bind", "k_endocytosis", "k_translocation", "k_loss")])  # fmt: skip
    times = np.linspace(0, 400, 200)
    both = amounts(times + interval, np.array([0, interval]), np.ones((1, 2)), rates)["light_chain"]
    first = amounts(times + interval, np.zeros(1), np.ones((1, 1)), rates)["light_chain"]
    alone = amounts(times, np.zeros(1), np.ones((1, 1)), rates)["light_chain"]
    assert np.abs(both - first - alone).max() < 1e-12


def test_uptake_saturates():
    assert uptake(np.array([20.0]), 20.0) == 10.0
    assert uptake(np.array([20.0]), np.inf) == 20.0
