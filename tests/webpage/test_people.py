"""Many patients in JavaScript against Python: who they are, their bands, responder rates, landmarks, and chances.

Judges: `Population.constants`; `plan_few`, right within 1e-4; numpy's quantiles; `mean_chance`; scipy's distributions.
"""

import numpy as np
import pytest
from scipy.special import chdtrc, ndtr
from scipy.stats import kstest
from tests.webpage.engine import call, open_engine

from wearoff import Parameters, Population, Schedule
from wearoff.forecasts.posterior import weighted_quantiles
from wearoff.labels import PERCENTILES, SHARES
from wearoff.patients.few import plan_few
from wearoff.patients.grades import Line, mean_chance
from wearoff.patients.middle import People
from wearoff.webpage.data import page_data

BOUND = 2e-4  # both solutions are within 1e-4
DAYS = [0.0, 1.0, 3.0, 7.0, 30.0, 60.0, 90.0, 120.0, 180.0, 365.0]
SCHEDULE = Schedule.every(120, visits=3, units=20)
VISITS = [{"day": visit.day, "units": visit.units} for visit in SCHEDULE]
FOLLOW = """const people = wearoff.draws(wearoff.population(data, constants), wearoff.normals(data.normals, 3));
const followed = wearoff.run(wearoff.follow(people, a, b));"""


@pytest.fixture(scope="module")
def data():
    return page_data()


@pytest.fixture(scope="module")
def tab(browser, data):
    opened = open_engine(browser)
    opened.evaluate(
        """(data) => { globalThis.data = data; globalThis.constants = {};
        for (const row of data.constants) constants[row.name] = row.value; }""",
        data,
    )
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def solved(data):
    normals = np.array(data["normals"])
    return plan_few(SCHEDULE, Population(), DAYS[-1]).solve(normals), Population().constants(normals)


def test_people_are_those_of_python(tab, data):
    population = Population(correlation_potency_light_chain=-0.6, parameters=Parameters(crease_share=0.3))
    changed = {"correlation_potency_light_chain": -0.6}
    found = call(
        tab,
        """const typical = { ...constants, crease_share: 0.3 };
        return wearoff.draws({ ...wearoff.population(data, typical), ...a }, data.normals);""",
        changed,
    )
    normals = np.array(data["normals"])
    expected, factors = population.constants(normals), population.dose_factors(normals)
    for name in expected._fields:
        values = np.broadcast_to(getattr(expected, name), len(normals))
        assert [each["c"][name] for each in found] == pytest.approx(values, rel=1e-9), name
    assert [each["factors"] for each in found] == [pytest.approx(row, rel=1e-12) for row in factors]


def test_effects_and_bands(tab, solved):
    visible = solved[0].visible_at(np.array(DAYS))
    found = call(tab, FOLLOW + "return [followed.visible, wearoff.bands(followed)]", VISITS, DAYS)
    effects = np.array(found[0]).reshape(-1, len(DAYS)).T
    assert effects == pytest.approx(visible, abs=BOUND)
    for name, share in zip(PERCENTILES, SHARES, strict=True):
        assert found[1][name] == pytest.approx(np.quantile(visible, share, axis=1), abs=BOUND)


def test_shares_at_a_level(tab, solved):
    found = call(tab, FOLLOW + "return wearoff.shares(followed, 0.5)", VISITS, DAYS)
    # One patient in a hundred may be so near the level that the two solutions differ.
    assert found == pytest.approx((solved[0].visible_at(np.array(DAYS)) >= 0.5).mean(axis=1), abs=0.01)


@pytest.mark.parametrize(
    ("endpoint", "assessor"),
    [
        ("none_or_mild", "investigator"),
        ("one_grade", "composite"),
        ("two_grades", "composite"),
        ("moderate_improvement", "subject"),
        ("onset_reported", "subject"),
        ("none_at_rest", "rater"),
    ],
)
def test_responder_rates(tab, solved, endpoint, assessor):
    body = FOLLOW + "return wearoff.responderRates(followed, data.raters, c, d)"
    found = call(tab, body, VISITS, DAYS, endpoint, assessor)
    cohort, constants = solved
    line = Line.of(cohort.visible_at(np.array(DAYS)), cohort.crease_at(np.array(DAYS)), constants)
    expected = mean_chance(line, endpoint, assessor, Population().raters).mean(axis=1)
    assert found == pytest.approx(expected, abs=BOUND)


def test_the_middle_half(tab, data):
    found = call(
        tab,
        """const people = wearoff.draws(wearoff.population(data, constants), wearoff.normals(data.normals, 1));
        return wearoff.run(wearoff.middleHalf(people, [{ day: 0, units: 20 }], 1096));""",
    )
    cohort = plan_few(Schedule.once(units=20), Population(), 1096.0).solve(np.array(data["normals"])[:, :5])
    for row in People(cohort, 0.0).landmarks().to_dict("records"):
        own = found[row["landmark"].removesuffix("_day")]
        assert own["reached"] == pytest.approx(row["reached"], abs=0.002)
        assert [own[name] for name in ("p25", "p50", "p75")] == pytest.approx(
            [row[name] for name in ("p25", "p50", "p75")], abs=0.05
        )


def test_more_visits_than_the_data_have_numbers_for(tab, data):
    few, many = call(tab, "return [5, 20].map((visits) => wearoff.normals(data.normals, visits))")
    assert np.array(few).shape == (500, 9)
    assert np.array(many)[:, :12] == pytest.approx(np.array(data["normals"]))
    fewer = call(tab, "return wearoff.normals(data.normals, 15)")
    assert np.array(many)[:, :19].tolist() == fewer


def test_chances_are_those_of_scipy(tab):
    x = np.linspace(-37, 9, 2001)
    assert call(tab, "return a.map(wearoff.chances.normalChance)", x.tolist()) == pytest.approx(ndtr(x), rel=1e-9)
    for n in (1, 2, 3, 8, 15):
        y = np.linspace(0, 80, 101)
        found = call(tab, "return a.map((x) => wearoff.chances.chiSquaredChance(b, x))", y.tolist(), n)
        assert found == pytest.approx(chdtrc(n, y), rel=1e-9)


def test_the_generator_draws_normal_numbers(tab):
    found = np.array(call(tab, "const draw = wearoff.chances.makeNormals(7); return Array.from({length: 20000}, draw)"))
    assert kstest(found, "norm").pvalue > 0.01
    assert abs(np.corrcoef(found[:-1], found[1:])[0, 1]) < 0.03
    first = np.array(call(tab, "return Array.from({length: 5000}, (_, i) => wearoff.chances.makeNormals(i + 1)())"))
    assert kstest(first, "norm").pvalue > 0.01


def test_weighted_quantiles(tab):
    rng = np.random.default_rng(2)
    values, weights = rng.normal(size=200).round(1), rng.exponential(size=200)
    shares = [0.0, 0.1, 0.5, 0.9, 1.0]
    found = call(tab, "return wearoff.chances.weightedQuantiles(a, b, c)", values.tolist(), weights.tolist(), shares)
    assert found == weighted_quantiles(values, weights, np.array(shares)).tolist()
