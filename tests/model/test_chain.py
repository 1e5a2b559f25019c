"""The chain against Lebeda 2008's closed form, 60 digits, conservation and superposition."""

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

import wearoff as wo
from wearoff import Parameters
from wearoff.model.chain import COMPARTMENTS, LARGEST_TERM, Chain, chain_derivatives, longest_rise
from wearoff.model.equations import Constants, uptake
from wearoff.model.exponentials import exp_divided_differences

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
    parameters = wo.Parameters.preset("lebeda2008").replace(depot_half_life=np.log(2) / k_s * MINUTE)
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
    parameters = wo.Parameters.preset("lebeda2008").replace(depot_half_life=half_life)
    timeline = wo.simulate(units=1, parameters=parameters, days=20)
    found = brentq(lambda t: 1 - timeline.at([t])["light_chain"][0] - 0.1, 0.01, 20, xtol=1e-12)
    assert found / MINUTE == pytest.approx(minutes, abs=accuracy)


@settings(max_examples=200)
@given(st.lists(HALF_LIFE, min_size=5, max_size=5), st.floats(1e-4, 400), st.booleans())
def test_toxin_is_conserved(half_lives, day, equal):
    rates = np.log(2) / np.array([half_lives[0]] * 5 if equal else half_lives)
    held = sum(a[0, 0] for a in Chain.after(np.zeros(1), np.ones((1, 1)), rates).at(np.array([day])).values())
    # The amount lost is a sixth step that nothing leaves: the product of the rates, t^5, and six nodes, one of them 0.
    nodes = np.sort(np.append(-rates * day, 0.0))[:, None]
    lost = (rates * day).prod() * exp_divided_differences(nodes, (0b111111,))[0, 0]
    assert held + lost == pytest.approx(1, abs=1e-12)


@settings(max_examples=50)
@given(st.floats(0, 300))
def test_a_second_dose_adds_its_own_shifted_course(interval):
    rates = np.array([wo.Parameters().symbols()[k] for k in
                      ("k_depot", "k_binding", "k_endocytosis", "k_translocation", "k_light_chain")])  # fmt: skip
    times = np.linspace(0, 400, 200)
    both = Chain.after(np.array([0, interval]), np.ones((1, 2)), rates).at(times + interval)["light_chain"]
    single = Chain.after(np.zeros(1), np.ones((1, 1)), rates)
    first, alone = single.at(times + interval)["light_chain"], single.at(times)["light_chain"]
    assert np.abs(both - first - alone).max() < 1e-12


@pytest.mark.parametrize("rates", [[0.85, 83.5, 203.0, 18.7, 0.0085], [2.0] * 5, [0.85, 0.85, 203.0, 0.8501, 0.0]])
def test_the_amounts_after_many_doses_are_those_of_each_dose_alone(rates):
    # Expected: the sum over the doses of the amounts after a single dose, which a test below compares with 60 digits.
    rng = np.random.default_rng(3)
    rates = np.array(rates)
    # Doses on the same day, doses 1e-10 days apart, doses a tenth of a day apart, and doses months apart.
    days = np.sort(np.concatenate([rng.uniform(5, 900, 50), [5.0, 5.0, 5.0 + 1e-10, 300.0, 300.1, 301.0]]))
    taken = rng.uniform(0, 40, (2, len(days)))
    times = rng.permutation(np.concatenate([rng.uniform(0, 1000, 300), days, days + 1e-3, [0.0, 0.0, 1000.0]]))
    found = Chain.after(days, taken, rates).at(times)
    for name, amount in found.items():
        alone = [Chain.after(days[[i]], taken[:, [i]], rates).at(times)[name] for i in range(len(days))]
        np.testing.assert_allclose(amount, np.sum(alone, axis=0), rtol=1e-12, atol=1e-290, err_msg=name)
        assert (amount[:, times < days[0]] == 0).all()


@mpmath.workdps(60)
def amounts_at_60_digits(times, days, taken, rates):
    """The five amounts by the exponential of the chain's matrix, dose by dose, at 60 digits; shape (5, k)."""
    matrix = chain_matrix(rates)
    found = mpmath.zeros(5, len(times))
    for day, units in zip(days, taken, strict=True):
        for j, time in enumerate(times):
            if time >= day:
                passed = mpmath.expm(matrix * (mpmath.mpf(float(time)) - mpmath.mpf(float(day))), method="taylor")
                found[:, j] += mpmath.mpf(float(units)) * passed[:, 0]
    return np.array(found.tolist(), dtype=float)


@pytest.mark.parametrize("rates", [[0.85, 8.5, 20.3, 1.87, 0.0085], [2.0] * 5, [0.5, 0.5 * (1 + 1e-9), 7.0, 0.5, 0.0]])
def test_every_amount_after_doses_has_its_digits(rates):
    # The error is relative to each amount, small amounts included.
    days, taken = np.array([1.0, 1.5, 4.0, 11.0]), np.array([10.0, 5.0, 20.0, 8.0])
    times = np.array([1.0, 1.2, 1.5, 3.0, 4.0, 4.001, 9.0, 11.0, 20.0])
    found = Chain.after(days, taken[None], np.array(rates)).at(times)
    exact = amounts_at_60_digits(times, days, taken, rates)
    for name, judge in zip(COMPARTMENTS, exact, strict=True):
        np.testing.assert_allclose(found[name][0], judge, rtol=1e-12, atol=0, err_msg=name)


def test_patients_whose_rates_come_in_different_orders_do_not_disturb_each_other():
    rng = np.random.default_rng(4)
    rates, days, times = np.exp(rng.uniform(-4, 4, (5, 6))), np.array([0.0, 20.0, 50.0]), np.linspace(0, 90, 40)
    taken = rng.uniform(1, 20, (6, 2, 3))
    together = Chain.after(days, taken, rates).at(times)
    for i in range(6):
        for name, alone in Chain.after(days, taken[i], rates[:, i]).at(times).items():
            np.testing.assert_allclose(together[name][i], alone, rtol=1e-14, atol=0)


@settings(max_examples=200)
@given(st.lists(HALF_LIFE, min_size=5, max_size=5), st.floats(1, 20))
def test_the_light_chain_of_a_dose_only_falls_after_its_longest_rise(half_lives, times):
    # The slope of the light chain, as the equations have it: what comes from the endosome less what is lost.
    rates = np.log(2) / np.array(half_lives)
    constants = Constants(*rates[:5], *[1.0] * 8)
    day = times * longest_rise(constants)
    held = {
        name: each[0, 0] for name, each in Chain.after(np.zeros(1), np.ones((1, 1)), rates).at(np.array([day])).items()
    }
    assert rates[3] * held["endosome"] <= rates[4] * held["light_chain"] * (1 + 1e-9)


def test_uptake_saturates():
    assert uptake(20.0, Parameters(dose_at_half_uptake=20).constants()) == 10.0
    assert uptake(20.0, Parameters(dose_at_half_uptake=np.inf).constants()) == 20.0


def chain_matrix(rates):
    matrix = mpmath.zeros(5)
    for i, rate in enumerate(rates):
        matrix[i, i] = -mpmath.mpf(float(rate))
        if i < 4:
            matrix[i + 1, i] = mpmath.mpf(float(rate))
    return matrix


@mpmath.workdps(60)
def chain_at_60_digits(times, days, taken, rates):
    """The light chain and its first two derivatives by the exponential of the chain's matrix, at 60 digits."""
    matrix = chain_matrix(rates)
    found = np.zeros((3, len(times)))
    for day, units in zip(days, taken, strict=True):
        for j, time in enumerate(times):
            if time > day:
                after = mpmath.expm(matrix * (mpmath.mpf(float(time)) - mpmath.mpf(float(day))), method="taylor")[:, 0]
                for derivative in range(3):
                    found[derivative, j] += float(units * after[4])
                    after = matrix * after
    return found


SOME_RATES = {
    "well separated": [0.85, 83.5, 203.0, 18.7, 0.0085],
    "release as fast as translocation": [18.7, 83.5, 203.0, 18.7, 0.0085],
    "release nearly as fast as translocation": [18.7 * (1 + 1e-9), 83.5, 203.0, 18.7, 0.0085],
    "release as slow as loss": [0.0085, 83.5, 203.0, 18.7, 0.0085],
    "all a tenth apart": [0.85, 0.85 * 1.1, 0.85 * 1.1**2, 0.85 * 1.1**3, 0.85 * 1.1**4],
    "all a little apart": [0.85, 0.85 * 1.02, 0.85 * 1.02**2, 0.85 * 1.02**3, 0.85 * 1.02**4],
    "all a hair apart": [0.85, 0.85 * (1 + 1e-9), 0.85 * (1 + 1e-12), 0.85 * (1 - 1e-9), 0.85 * (1 + 1e-6)],
    "one pair a thousandth apart": [18.7 * 1.001, 83.5, 203.0, 18.7, 0.0085],
    "one pair a fiftieth apart": [18.7 * 1.02, 83.5, 203.0, 18.7, 0.0085],
    "all equal": [2.0] * 5,
    "no loss": [0.85, 83.5, 203.0, 18.7, 0.0],
}


@pytest.mark.parametrize("rates", SOME_RATES.values(), ids=SOME_RATES)
def test_the_light_chain_of_a_cohort_has_its_exact_value_and_derivatives(rates):
    days, taken = np.array([0.0, 3.0, 3.5]), np.array([10.0, 5.0, 20.0])
    times = np.array([0.0, 1e-3, 0.02, 0.3, 1.0, 2.9, 3.0, 3.001, 3.6, 8.0, 40.0])
    exact = chain_at_60_digits(times, days, taken, rates)
    found = chain_derivatives(times, days, taken[:, None], [np.array([rate]) for rate in rates])[..., 0]
    errors = np.abs(found - exact).max(axis=1) / np.abs(exact).max(axis=1)
    print("relative errors of value, slope, bend:", errors)
    assert errors.max() < 10 * LARGEST_TERM * np.finfo(float).eps


def test_patients_with_and_without_near_rates_do_not_disturb_each_other():
    times, days, taken = np.linspace(0, 60, 30), np.array([0.0, 20.0]), np.array([10.0, 7.0])
    every = np.array(list(SOME_RATES.values())).T
    together = chain_derivatives(times, days, taken[:, None], list(every))
    assert np.isfinite(together).all()
    for i, rates in enumerate(every.T):
        alone = chain_derivatives(times, days, taken[:, None], [np.array([rate]) for rate in rates])[..., 0]
        # Terms below exp(-50) are left out where the slowest patient of the group allows it.
        assert together[..., i] == pytest.approx(alone, rel=1e-13, abs=1e-13)


@settings(max_examples=50)
@given(st.lists(HALF_LIFE, min_size=5, max_size=5), st.floats(0, 300), st.floats(0, 100))
def test_the_light_chain_of_a_cohort_is_the_exact_one_for_any_rates(half_lives, second, units):
    rates, times = np.log(2) / np.array(half_lives), np.linspace(0, 400, 60)
    days, taken = np.array([0.0, second]), np.array([10.0, units])
    expected = Chain.after(days, taken[None], rates).at(times, ("light_chain",))["light_chain"][0]
    found = chain_derivatives(times, days, taken[:, None], [np.array([rate]) for rate in rates])[0, :, 0]
    assert np.abs(found - expected).max() <= 1e-9 * taken.sum()


@settings(max_examples=30)
@given(st.floats(0, 100), st.floats(0, 50))
def test_doses_of_a_cohort_add_up(second, units):
    rates = [np.array([rate]) for rate in SOME_RATES["well separated"]]
    times = np.linspace(0, 200, 80)
    both = chain_derivatives(times, np.array([0.0, second]), np.array([[10.0], [units]]), rates)
    first = chain_derivatives(times, np.zeros(1), np.array([[10.0]]), rates)
    other = chain_derivatives(times, np.array([second]), np.array([[units]]), rates)
    scale = np.abs(both).max(axis=1, keepdims=True) + 1e-300
    assert (np.abs(both - first - other) / scale).max() < 1e-13


def test_many_doses_of_a_cohort_add_up():
    # Expected: the sum over the doses of the solution after a single dose.
    rng = np.random.default_rng(6)
    rates = [np.exp(rng.uniform(-3, 3, 20) + 2 * i) for i in (0, 2, 3, 1, -2)]
    days, taken = np.sort(np.append(rng.uniform(0, 500, 40), [100.0, 100.0, 100.5])), rng.uniform(0, 40, 43)
    times = np.union1d(np.linspace(0, 600, 300), days)
    found = chain_derivatives(times, days, taken[:, None], rates)
    alone = sum(chain_derivatives(times, days[[i]], taken[[i], None], rates) for i in range(43))
    scale = np.abs(alone).max(axis=1, keepdims=True)
    assert (np.abs(found - alone) / scale).max() < LARGEST_TERM * np.finfo(float).eps
