"""The forecast in JavaScript against `wearoff.forecast`: the same for equal draws, and near it for its own draws."""

import numpy as np
import pytest
from tests.webpage.engine import call, open_engine

import wearoff as wo
from wearoff import Gone, Grade, History, Schedule, Visit
from wearoff.forecasts import posterior
from wearoff.webpage.data import page_data

HISTORIES = 20
PRODUCTS = ("onabotulinumtoxinA", "abobotulinumtoxinA", "daxibotulinumtoxinA")
FORECAST = "const found = wearoff.run(wearoff.forecast(a, wearoff.population(data, constants), b, c));"

pytestmark = pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")


@pytest.fixture(scope="module")
def tab(browser):
    opened = open_engine(browser)
    opened.evaluate(
        """(data) => { globalThis.data = data; globalThis.constants = {};
        for (const row of data.constants) constants[row.name] = row.value; }""",
        page_data(),
    )
    yield opened
    opened.close()


def draw_history(rng):
    """Return a history of one to three visits and one to three looks."""
    count = int(rng.integers(1, 4))
    days = np.concatenate([[0.0], np.cumsum(rng.integers(80, 160, count - 1))])
    visits = [
        Visit(day=float(day), units=float(rng.integers(15, 41)), product=PRODUCTS[rng.integers(0, 3)]) for day in days
    ]
    seen = []
    for _ in range(int(rng.integers(1, 4))):
        day = float(days[rng.integers(0, count)] + rng.integers(25, 100))
        if rng.random() < 0.3:
            seen.append(Gone(day, since=day - 20 if rng.random() < 0.5 else None))
        else:
            assessor = str(rng.choice(["investigator", "subject"]))
            seen.append(Grade(day, int(rng.integers(0, 3)), at_rest=bool(rng.random() < 0.2), assessor=assessor))
    return History(Schedule(tuple(visits)), seen, baseline=[None, 2, 3][rng.integers(0, 3)])


def write_history(history):
    """Return a history as the page has it."""
    seen = [
        {"day": each.day, "gone": True, "since": each.since, "assessor": each.assessor}
        if isinstance(each, Gone)
        else {"day": each.day, "grade": each.grade, "atRest": each.at_rest, "assessor": each.assessor}
        for each in history.seen
    ]
    visits = [{"day": visit.day, "units": visit.units, "product": visit.product.name} for visit in history.visits]
    return {"visits": visits, "seen": seen, "baseline": history.baseline}


def forecast_in_page(tab, history, normals, options):
    # The data are in the tab.
    return call(
        tab,
        FORECAST.replace("b, c)", "b ?? data.normals, { data, ...c })")
        + "return { ...found.nextVisit(0.5), effective: found.effective, surprise: found.surprise }",
        write_history(history),
        normals,
        options,
    )


def test_next_dates_are_those_of_python_for_equal_draws(tab, monkeypatch):
    monkeypatch.setattr(posterior, "ROUNDS", 1)
    rng = np.random.default_rng(3)
    for number in range(HISTORIES):
        history = draw_history(rng)
        expected = wo.forecast(history, rng=number)
        date = expected.next_visit(0.5)
        found = forecast_in_page(tab, history, expected.posterior.normals.tolist(), {"rounds": 1})
        assert found["day"] == pytest.approx(date.day, abs=1)
        assert found["half"] == pytest.approx(date.half, abs=1)
        assert found["four_fifths"] == pytest.approx(date.four_fifths, abs=1)
        assert found["label_day"] == date.label_day
        assert found["never"] == pytest.approx(date.never, abs=0.01)
        assert [row["chance"] for row in found["lost"]] == pytest.approx(date.lost["chance"].to_numpy(), abs=0.01)
        assert found["effective"] == pytest.approx(expected.effective, rel=0.02)
        assert found["surprise"] == pytest.approx(expected.posterior.surprise, rel=0.02)


def test_chances_of_its_own_draws_are_near_those_of_python(tab):
    # At least 400 effective draws on each side: the difference of two chances has a standard error of at most 0.035.
    rng = np.random.default_rng(4)
    for number in range(6):
        history = draw_history(rng)
        date = wo.forecast(history, rng=number).next_visit(0.5)
        found = forecast_in_page(tab, history, None, {})
        assert found["effective"] >= 400
        assert found["never"] == pytest.approx(date.never, abs=0.1)
        assert [row["chance"] for row in found["lost"]] == pytest.approx(date.lost["chance"].to_numpy(), abs=0.1)


def test_without_looks_the_weights_are_equal(tab):
    history = History(Schedule.once(units=20), [])
    found = forecast_in_page(tab, history, None, {})
    assert found["effective"] == pytest.approx(500)
    assert found["surprise"] == 1


def test_the_bands_are_those_of_python(tab, monkeypatch):
    monkeypatch.setattr(posterior, "ROUNDS", 1)
    history = History(Schedule.once(units=20), [Grade(30, 0), Grade(90, 1)], baseline=3)
    expected = wo.forecast(history, rng=1)
    days = [0, 1.5, 3.25, 20, 60.5, 100, 365]
    bands = call(
        tab,
        FORECAST.replace("c))", "{ data, rounds: 1 }))") + "return wearoff.run(found.bands(c))",
        write_history(history),
        expected.posterior.normals.tolist(),
        days,
    )
    for name, values in expected.curve(days).drop(columns="time").items():
        # Between the kept days, a quarter apart at first, the effect is taken as straight.
        assert bands[name] == pytest.approx(values.to_numpy(), abs=0.02), name
