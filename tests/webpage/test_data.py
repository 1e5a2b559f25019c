"""The data of the page are those of the tables: read again here from the tables and the classes that use them."""

import json

import numpy as np
import pytest

from wearoff import Parameters, Population, Visit, published, tables
from wearoff.patients.draws import draw
from wearoff.patients.grades import Kind, View
from wearoff.webpage.data import DIGITS, PATIENTS, SEED, VISITS, page_data


@pytest.fixture(scope="module")
def data():
    return page_data()


def test_it_is_json_of_less_than_300_kb(data):
    assert len(json.dumps(data, allow_nan=False)) < 300_000


def test_constants_are_those_of_the_typical_patient(data):
    shown = {row["name"]: row["value"] for row in data["constants"]}
    assert Parameters(**shown) == Parameters()
    assert set(tables.column("parameters", "name")) - set(shown) == {"spread"}
    assert {row["symbol"] for row in data["constants"]} == set(Parameters().constants()._fields)
    assert all(
        row["low"] <= row["value"] <= row["high"] and row["source"] and row["meaning"] for row in data["constants"]
    )


def test_the_population_is_the_default_one(data):
    assert Population(**{row["name"]: row["value"] for row in data["population"]}) == Population()


def test_products_are_those_of_visits(data):
    for name, row in data["products"].items():
        for muscle, units in row["units"].items():
            visit = Visit(product=name, muscle=muscle)
            assert (visit.units, visit.product.relative_potency) == (units, row["relative_potency"])
            assert visit.product.min_interval_days == row["min_interval_days"]
    assert set(data["products"]["onabotulinumtoxinA"]["units"]) == {"glabella", "crows_feet", "forehead"}


def test_views_are_those_of_the_raters(data):
    raters = Population().raters
    assert sum(kind["share"] for kind in data["raters"]["kinds"]) == pytest.approx(1)
    assert data["raters"]["errors"]["composite"] == [raters.investigator_error, raters.subject_error]
    for endpoint, views in data["raters"]["views"].items():
        for view, kind in zip(views, data["raters"]["kinds"], strict=True):
            assert view["share"] == kind["share"]
            assert View.of(endpoint, Kind(**kind), raters)._asdict() == {key: view[key] for key in View._fields}


def test_rates_are_published(data):
    rows = published()
    for rate in data["rates"]:
        same = rows[
            (rows["source"] == rate["source"]) & (rows["day"] == rate["day"]) & (rows["value"] == rate["value"])
        ]
        assert len(same) >= 1
        assert same["unit"].eq("%").all()
    assert len(data["rates"]) > 50


def test_normals_are_the_draws_of_a_seed(data):
    numbers = np.array(data["normals"])
    assert numbers == pytest.approx(draw(PATIENTS, SEED, VISITS), abs=0.5 * 10.0**-DIGITS)
