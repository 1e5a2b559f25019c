"""The model in JavaScript, in a browser, against Python: the printed formulas, the solution, the landmarks, refusals.

Judges: the functions of `model.equations`; `course.solve`, which is right within 1e-8 and solves the equations in
another form; `landmarks_of` on that.
"""

import math

import numpy as np
import pytest
from scipy.optimize import brentq
from tests.webpage.engine import call, open_engine

from wearoff import Parameters, tables
from wearoff.levels import FULL, HALF, ONSET, WEAR_OFF
from wearoff.model.chain import longest_rise
from wearoff.model.course import solve
from wearoff.model.doses import Doses
from wearoff.model.equations import COMPARTMENTS, STATES, depth, force, slope, uptake
from wearoff.model.landmarks import landmarks_of
from wearoff.webpage.scripts import engine_script

CASES = 300
BOUND = 1e-4  # of the visible effect
NEAR = 0.05  # day, of a landmark
# Amounts are right within this share of their largest, and fractions other than the visible effect within this.
AMOUNTS, FRACTIONS = 5e-3, 2e-4
STEPS = 50  # for each visit, on average

ROWS = [row for row in tables.rows("parameters") if row["name"] != "spread"]
NAMES = {
    "onset": "onset_day",
    "full_effect": "full_effect_day",
    "peak": "peak_day",
    "half_effect": "half_effect_day",
    "wear_off": "wear_off_day",
}
OUTCOMES = {"NEVER": math.nan, "NOT_YET": math.inf}


@pytest.fixture(scope="module")
def tab(browser):
    opened = open_engine(browser)
    yield opened
    opened.close()


def draw_constants(rng):
    """Return constants that are even, on the scale of the logarithm, over the plausible ranges."""
    return {
        row["name"]: math.exp(rng.uniform(math.log(float(row["low"])), math.log(float(row["high"])))) for row in ROWS
    }


def draw_case(rng):
    """Return constants, one to eight visits, and a last day."""
    count = int(rng.choice([1, 1, 1, 2, 4, 8]))
    days = np.concatenate([[0.0], np.cumsum(rng.uniform(14, 150, count - 1))])
    units = np.exp(rng.uniform(math.log(2), math.log(80), count))
    return draw_constants(rng), days, units, float(days[-1] + rng.uniform(100, 500))


def solve_in_python(constants, days, units, end):
    return solve(Doses(np.array(days), np.array(units)[None, :], np.ones(1)), Parameters(**constants).constants(), end)


def landmarks_in_python(course, last_dose):
    found = landmarks_of(course, last_dose)
    return {name: float(value) for name, value in found._asdict().items()}


def as_visits(days, units):
    return [{"day": float(day), "units": float(amount)} for day, amount in zip(days, units, strict=True)]


def test_the_printed_formulas_are_those_of_the_equations(tab):
    rng = np.random.default_rng(1)
    for _ in range(20):
        given = draw_constants(rng)
        c, y = Parameters(**given).constants(), rng.uniform(0, 1, len(STATES))
        found = call(
            tab,
            """const m = wearoff.model, c = m.inSymbols(a), slopes = [], parts = [];
            m.slope(b, c, slopes);
            m.parts.forEach((part, i) => {
              const rate = [], source = [];
              part([null, b], c, rate, source);
              parts.push(source[1] - rate[1] * b[i]);
            });
            return { c, slopes, parts, uptake: m.uptake(20, c), force: m.force(b[5], c), depth: m.depth(b[6], b[7], c),
                     rise: m.longestRise(c),
                     states: m.states, initial: m.initial };""",
            given,
            y.tolist(),
        )
        assert {name: found["c"][name] for name in c._fields} == pytest.approx(c._asdict(), rel=1e-12)
        expected = slope(0, y, c)
        assert found["slopes"] == pytest.approx(expected, rel=1e-12, abs=1e-12)
        assert found["parts"] == pytest.approx(expected, rel=1e-10, abs=1e-10)
        assert found["uptake"] == pytest.approx(uptake(20, c), rel=1e-12)
        assert found["force"] == pytest.approx(force(y[5], c), rel=1e-12)
        assert found["depth"] == pytest.approx(depth(y[6], y[7], c), rel=1e-12)
        assert found["rise"] == pytest.approx(longest_rise(c), rel=1e-12)
        assert dict(zip(found["states"], found["initial"], strict=True)) == STATES


def find_time_near(course, level, end):
    """Return how long the effect is within 1e-4 of a level."""
    times = np.linspace(0, end, 20_000)
    return float((np.abs(course.visible_at(times) - level) < BOUND).mean() * end)


def assert_landmarks_agree(found, course, last_dose, end):
    expected = landmarks_in_python(course, last_dose)
    peak = expected["peak_effect"]
    levels = {"onset": ONSET, "full_effect": FULL * peak, "peak": peak, "half_effect": HALF, "wear_off": WEAR_OFF}
    for name, landmark in found.items():
        day = OUTCOMES.get(landmark["outcome"], landmark["day"])
        known = expected[NAMES[name]]
        if day == known or (math.isnan(day) and math.isnan(known)):
            continue
        # Where the effect stays near the level for longer, the day may be any of those days.
        allowed = NEAR if abs(day - known) <= NEAR else find_time_near(course, levels[name], end)
        assert abs(day - known) <= allowed, (name, day, known)


def test_random_courses_and_landmarks_are_those_of_python(tab):
    rng, steps, visits = np.random.default_rng(5), 0, 0
    for _ in range(CASES):
        constants, days, units, end = draw_case(rng)
        course = solve_in_python(constants, days, units, end)
        times = np.unique(np.concatenate([np.linspace(0, end, 300), *(day + np.linspace(0, 14, 40) for day in days)]))
        times = times[times <= end]
        found = call(
            tab,
            """const course = wearoff.solve(a, b, c);
            return { at: course.at(d), landmarks: course.landmarks(), steps: course.steps.count };""",
            constants,
            as_visits(days, units),
            end,
            times.tolist(),
        )
        expected = course.at(times)
        expected["frown"] = expected.pop("depth")
        assert found["at"].keys() == expected.keys()
        for name, values in expected.items():
            error = np.abs(np.array(found["at"][name]) - values).max()
            bound = AMOUNTS * values.max() if name in COMPARTMENTS else BOUND if name == "visible" else FRACTIONS
            assert error <= bound, (name, error, constants)
        assert_landmarks_agree(found["landmarks"], course, days[-1], end)
        steps, visits = steps + found["steps"], visits + len(days)
    assert steps / visits < STEPS


@pytest.mark.parametrize(
    ("units", "days", "end"),
    [
        ([0.3], [0], 365),  # below every level
        ([20], [0], 2),  # before the onset
        ([20], [0], 5),  # before the peak
        ([20], [0], 60),  # before half effect
        ([20, 20], [0, 90], 80),  # a dose after the end
        ([20, 0.1], [0, 150], 400),
        ([2, 0.001], [0, 30], 45),
        ([2, 0.001], [0, 30], 270),  # no peak after the last dose
        ([20], [50], 30),
        ([20], [50], 400),
        ([0], [0], 100),
        ([5, 5, 10], [0, 0, 0], 365),  # doses of one day are added up
    ],
)
def test_outcomes_are_those_of_python(tab, units, days, end):
    found = call(tab, "return wearoff.solve(a, b, c).landmarks()", defaults(), as_visits(days, units), end)
    summed = {}
    for day, amount in zip(days, units, strict=True):
        summed[day] = summed.get(day, 0.0) + amount
    course = solve_in_python(defaults(), [float(day) for day in summed], list(summed.values()), end)
    assert_landmarks_agree(found, course, days[-1], end)


@pytest.mark.parametrize(("above", "outcome"), [(3e-4, "REACHED"), (-3e-4, "NEVER")])
def test_a_peak_that_just_touches_a_level(tab, above, outcome):
    def find_peak(units):
        return landmarks_in_python(solve_in_python(defaults(), [0.0], [units], 365), 0.0)["peak_effect"]

    units = brentq(lambda units: find_peak(units) - ONSET - above, 0.5, 20, xtol=1e-9)
    found = call(tab, "return wearoff.solve(a, b, 365).landmarks()", defaults(), as_visits([0], [units]))
    assert (found["onset"]["outcome"], found["wear_off"]["outcome"]) == (outcome, outcome)
    if outcome == "REACHED":
        assert found["onset"]["day"] < found["peak"]["day"] < found["wear_off"]["day"]


def defaults(**changes):
    return {row["name"]: float(row["value"]) for row in ROWS} | changes


@pytest.mark.parametrize(
    "changes",
    [
        # Nearly equal and equal rates: a closed form would divide by 0.
        {"binding_half_life": 0.0034138454519303, "endocytosis_half_life": 0.0034138454519303},
        {"depot_half_life": 8.8, "light_chain_half_life": 8.8000001},
        {"depot_half_life": 1e-6, "translocation_half_life": 1e-6, "line_half_life": 1e-6},  # very quick
        {"potency": 1000.0},
        {"potency": 0.0},
        {"force_steepness": 50.0},
        {"crease_half_life": 36525.0, "line_half_life": 100.0},
    ],
)
def test_the_possible_range_is_solved_too(tab, changes):
    times = np.concatenate([np.linspace(0, 20, 200), np.linspace(21, 365, 345)])
    found = call(
        tab, "return wearoff.solve(a, b, 365).at(c)", defaults(**changes), as_visits([0], [20]), times.tolist()
    )
    expected = solve_in_python(defaults(**changes), [0.0], [20.0], 365).at(times)
    for name in ("visible", "crease"):
        assert found[name] == pytest.approx(expected[name], abs=BOUND), name


def test_no_loss_and_no_saturation_are_allowed(tab):
    infinite = ("light_chain_half_life", "dose_at_half_uptake")
    given = {name: value for name, value in defaults().items() if name not in infinite}
    found = call(
        tab,
        """const constants = { ...a, light_chain_half_life: Infinity, dose_at_half_uptake: Infinity };
        return wearoff.solve(constants, [{ day: 0, units: 20 }], 200).at([1, 100, 200]);""",
        given,
    )
    course = solve_in_python(given | dict.fromkeys(infinite, math.inf), [0.0], [20.0], 200)
    expected = course.at(np.array([1.0, 100.0, 200.0]))
    assert found["light_chain"] == pytest.approx(expected["light_chain"], rel=1e-4)
    assert found["visible"] == pytest.approx(expected["visible"], abs=BOUND)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("wearoff.solve({ ...a, potency: NaN }, [], 10)", "potency is NaN; allowed: at least 0"),
        ("wearoff.solve({ ...a, depot_half_life: -1 }, [], 10)", "depot_half_life is -1; allowed: at least 0"),
        ("wearoff.solve({}, [], 10)", "depot_half_life is undefined"),
        ("wearoff.solve(a, [{ day: 3, units: 20 }, { day: 2, units: 20 }], 10)", "a visit has day 2 after 3"),
        ("wearoff.solve(a, [{ day: 0, units: NaN }], 10)", "a visit has NaN units"),
        ("wearoff.solve(a, [], 0)", "the last day is 0; allowed: above 0"),
        ("wearoff.solve(a, [], NaN)", "the last day is NaN; allowed: above 0"),
        ("wearoff.solve(a, [], 10).at([11])", "day is 11; allowed: from 0 to 10"),
        ("wearoff.solve(a, [{ day: 0, units: 1e308 }], 10).at([NaN])", "day is NaN; allowed: from 0 to 10"),
        ("wearoff.localUnits({ units: 20, product: 'toString' }, { products: {} })", "product is toString"),
    ],
)
def test_what_cannot_be_computed_is_refused_in_one_line(tab, body, message):
    found = call(tab, f"try {{ {body}; return 'accepted' }} catch (error) {{ return error.message }}", defaults())
    assert message in found
    assert "\n" not in found


def test_an_extreme_value_ends(tab):
    body = """try { return wearoff.solve({ ...a, potency: b }, [{ day: 0, units: c }], 365).at([100]).visible[0] }
    catch (error) { return error.message }"""
    for potency, units in [(1e308, 20), (1e-308, 20), (0.1, 1e308), (1e12, 1e12)]:
        found = call(tab, body, defaults(), potency, units)
        assert "too extreme" in found if isinstance(found, str) else 0 <= found <= 1


def test_one_global_name(browser):
    tab = browser.new_page()
    before = set(tab.evaluate("Object.getOwnPropertyNames(globalThis)"))
    tab.add_script_tag(content=engine_script())
    assert set(tab.evaluate("Object.getOwnPropertyNames(globalThis)")) - before == {"wearoff"}
    tab.close()


def test_tasks_run_in_slices(tab):
    found = tab.evaluate(
        """async () => {
          function* work() {
            for (let i = 0; i < 50; i++) {
              const end = performance.now() + 1;
              while (performance.now() < end);
              yield;
            }
            return "done";
          }
          let turns = 0, cancelled = false;
          const other = setInterval(() => turns++, 1);
          const result = await new Promise((resolve) => wearoff.inSlices(work(), resolve, 5));
          clearInterval(other);
          wearoff.inSlices(work(), () => (cancelled = "not cancelled"), 5)();
          await new Promise((resolve) => setTimeout(resolve, 100));
          return [result, turns, cancelled, wearoff.run(work())];
        }"""
    )
    assert found[0] == found[3] == "done"
    assert found[1] > 1
    assert found[2] is False
