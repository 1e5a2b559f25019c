"""The equations as functions: numbers, arrays and symbols go in; the solution is theirs.

Judges: sympy and mpmath for what the functions return, scipy's LSODA on `slope` for the solution.
"""

import mpmath
import numpy as np
import pytest
import sympy
from scipy.integrate import solve_ivp
from tests.extent import extent

import wearoff as wo
from wearoff import tables
from wearoff.model.equations import CHAIN, COMPARTMENTS, MODEL, STATES, Constants, Model, depth, force, slope, uptake
from wearoff.model.response import weakness

SYMBOLS = Constants(*sympy.symbols(Constants._fields))
VARIABLES = sympy.symbols(list(STATES))
ROWS = [row for row in tables.rows("parameters") if row["symbol"] in Constants._fields]


def drawn(number):
    """Return constants from the whole plausible range and one to three visits."""
    rng = np.random.default_rng(number)
    values = {row["name"]: np.exp(rng.uniform(*np.log([float(row["low"]), float(row["high"])]))) for row in ROWS}
    days = np.sort(rng.uniform(0, 150, rng.integers(1, 4)))
    return wo.Parameters(**values), dict(zip(days.tolist(), rng.uniform(1, 100, len(days)).tolist(), strict=True))


def some_states(rng, shape=()):
    """Return states within their ranges."""
    return [
        *rng.uniform(0, 10, (len(COMPARTMENTS), *shape)),
        *rng.uniform(0.01, 1, (len(STATES) - len(COMPARTMENTS), *shape)),
    ]


def test_every_constant_has_a_row():
    assert {row["symbol"] for row in ROWS} == set(Constants._fields)


def test_the_chain_is_a_chain():
    assert [step.target for step in CHAIN] == [*COMPARTMENTS[1:], None]
    assert {step.rate for step in CHAIN} < set(Constants._fields)
    assert tuple(STATES) == (*COMPARTMENTS, "snap25", "visible", "crease")


@pytest.mark.parametrize("function", [force, uptake])
def test_numbers_arrays_and_symbols_agree(function):
    rng = np.random.default_rng(5)
    patients = Constants(*rng.uniform(0.1, 5, (len(Constants._fields), 4)))
    values = rng.uniform(0, 1, 4)
    together = function(values, patients)
    x = sympy.Symbol("x")
    as_symbols = sympy.lambdify([x, SYMBOLS], function(x, SYMBOLS), "mpmath")
    for i, found in enumerate(together):
        one = Constants(*(float(each[i]) for each in patients))
        assert found == pytest.approx(function(float(values[i]), one), rel=1e-14)
        assert found == pytest.approx(float(as_symbols(float(values[i]), one)), rel=1e-13)


def test_slopes_of_numbers_arrays_and_symbols_agree():
    rng = np.random.default_rng(6)
    patients = Constants(*rng.uniform(0.1, 5, (len(Constants._fields), 4)))
    states = some_states(rng, (4,))
    together = slope(0.0, states, patients)
    as_symbols = sympy.lambdify([VARIABLES, SYMBOLS], slope(0, VARIABLES, SYMBOLS), "mpmath")
    for i in range(4):
        one, state = Constants(*(float(each[i]) for each in patients)), [float(each[i]) for each in states]
        found = [each[i] for each in together]
        assert found == pytest.approx(slope(0.0, state, one), rel=1e-13)
        assert found == pytest.approx([float(each) for each in as_symbols(state, one)], rel=1e-12)


def test_patients_come_before_times_in_a_force_of_arrays():
    # Constants over patients have an axis more, so that they stretch over the times.
    patients = Constants(*np.random.default_rng(7).uniform(0.1, 5, (len(Constants._fields), 3, 1)))
    release = np.linspace(0, 1, 5)
    assert force(release, patients).shape == (3, 5)


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
@pytest.mark.parametrize("preset", wo.presets())
def test_before_any_toxin_nothing_changes(preset):
    found = slope(0.0, list(STATES.values()), wo.Parameters.preset(preset).constants())
    assert np.abs(found).max() < 1e-15


def test_before_any_toxin_the_formulas_are_zero():
    start = dict(zip(VARIABLES, map(int, STATES.values()), strict=True))  # 1.0^h is not 1 to every sympy
    assert [sympy.simplify(each.subs(start)) for each in slope(0, VARIABLES, SYMBOLS)] == [0] * len(STATES)


def test_the_chain_loses_nothing_but_what_the_last_step_takes():
    slopes = slope(0, VARIABLES, SYMBOLS)
    last = CHAIN[-1]
    lost = getattr(SYMBOLS, last.rate) * VARIABLES[COMPARTMENTS.index(last.source)]
    assert sympy.expand(sum(slopes[: len(CHAIN)]) + lost) == 0


def test_slope_takes_a_force_of_the_users_own():
    found = slope(0, VARIABLES, SYMBOLS, force=lambda release, c: release)
    by_name, states = dict(zip(STATES, found, strict=True)), dict(zip(STATES, VARIABLES, strict=True))
    expected = SYMBOLS.k_line * (1 - states["snap25"] - states["visible"])
    assert sympy.expand(by_name["visible"] - expected) == 0


def test_uptake_saturates():
    c = wo.Parameters(dose_at_half_uptake=20).constants()
    assert uptake(20.0, c) == 10.0
    assert uptake(20.0, c._replace(U50=np.inf)) == 20.0
    assert uptake(0.0, c) == 0.0


def test_a_model_is_its_functions():
    assert Model() == MODEL
    assert (MODEL.force, MODEL.uptake) == (force, uptake)


@pytest.mark.parametrize("number", range(4))
def test_the_weakness_of_the_solution_is_one_minus_the_force(number):
    # `weakness` is written for few cleaved molecules; the judge is `force` at 340 digits.
    parameters, _ = drawn(number)
    c = parameters.constants()
    cleaved = np.concatenate([np.geomspace(1e-200, 1, 60), [1e-3, 0.5, 1 - 1e-9]])
    found = weakness(cleaved, c)
    with mpmath.workdps(340):
        exact = Constants(*map(mpmath.mpf, map(float, c)))
        expected = [1 - force(1 - mpmath.mpf(float(each)), exact) for each in cleaved]
        error = [abs(mpmath.mpf(float(w)) / e - 1) for w, e in zip(found, expected, strict=True)]
    assert float(max(error)) < 1e-12


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
@pytest.mark.parametrize("number", range(extent(3, 20)))
def test_the_slopes_integrated_are_the_solution(number):
    # Of an effect below 1e-6 this solver keeps too few digits, since it solves for what is near 1: `tests.reference`
    # is made for these.
    parameters, doses = (wo.Parameters(), {0.0: 20.0}) if number == 0 else drawn(number)
    c, times = parameters.constants(), np.arange(0.0, 301.0, 2.5)
    state = np.array([*STATES.values()])
    found = np.tile(state[:, None], len(times))
    for (day, units), stop in zip(doses.items(), [*list(doses)[1:], times[-1] + 1], strict=True):
        state[0] += MODEL.uptake(units, c)
        asked = (times >= day) & (times < stop)
        points = np.union1d(times[asked], [day, stop])
        run = solve_ivp(slope, (day, stop), state, "LSODA", points, args=(c,), rtol=1e-12, atol=1e-14)
        found[:, asked] = run.y[:, np.searchsorted(points, times[asked])]
        state = run.y[:, -1].copy()
    schedule = wo.Schedule(tuple(wo.Visit(day=day, units=units) for day, units in doses.items()))
    frame = wo.simulate(schedule, parameters=parameters, times=times).frame
    columns = dict(zip(STATES, found, strict=True))
    columns["depth"] = depth(columns["visible"], columns["crease"], c)
    errors = {name: np.abs(column - frame[name]).max() / frame[name].max() for name, column in columns.items()}
    print({name: f"{error:.1e}" for name, error in errors.items()})
    assert max(errors.values()) < 1e-8
