"""The exported file itself: valid, every unit declared and consistent, every parameter with its source."""

import sys

import libsbml
import numpy as np
import pytest
from tests.extent import FULL

import wearoff as wo
from wearoff import tables
from wearoff.exchange import to_antimony, to_sbml
from wearoff.exchange.elements import NAMESPACE, parse_formula
from wearoff.treatment.muscles import relative_dose, zones

pytestmark = pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")

MIXED = wo.Schedule(
    (
        wo.Visit(units=50, product="abobotulinumtoxinA", sites=5),
        wo.Visit(units=5, product="onabotulinumtoxinA"),
        wo.Visit(day=90.5, units=20, sites=3),
    ),
    start="2027-01-04",
    times=(1, 7.5, 30),
)
CASES = {
    "one visit": (wo.Schedule.once(units=20), wo.Parameters()),
    "four visits": (wo.Schedule.every(90, visits=4, units=20), wo.Parameters()),
    "no loss, no saturation": (wo.Schedule.once(units=1), wo.Parameters.preset("lebeda2008")),
    "products and sites mixed": (MIXED, wo.Parameters(spread=12)),
}


@pytest.fixture(params=CASES.values(), ids=CASES)
def document(request):
    return libsbml.readSBMLFromString(to_sbml(*request.param))


def test_it_is_valid_level_3_version_2_with_consistent_units(document):
    assert (document.getLevel(), document.getVersion()) == (3, 2)
    document.setConsistencyChecks(libsbml.LIBSBML_CAT_UNITS_CONSISTENCY, True)
    document.setConsistencyChecks(libsbml.LIBSBML_CAT_MODELING_PRACTICE, True)
    document.checkConsistency()
    found = [document.getError(i).getMessage() for i in range(document.getNumErrors())]
    assert found == []


def test_the_check_of_units_finds_what_is_wrong():
    # The test above can fail: here a rate has the unit of a day.
    text = to_sbml(wo.Schedule.once(units=20)).replace(
        'id="k_light_chain" units="per_day"', 'id="k_light_chain" units="day"'
    )
    document = libsbml.readSBMLFromString(text)
    assert document.checkConsistency() > 0


def test_every_parameter_has_a_unit_and_a_source(document):
    model = document.getModel()
    assert model.getNumParameters() > 30
    for parameter in model.getListOfParameters():
        assert parameter.isSetUnits(), parameter.getId()
        assert parameter.isSetNotes(), parameter.getId()
        ours = parameter.getAnnotation().getChild(0)
        assert ours.getURI() == NAMESPACE
        assert ours.getAttrValue("source"), parameter.getId()


def test_the_constants_have_the_sources_of_the_tables():
    document = libsbml.readSBMLFromString(to_sbml(wo.Schedule.once(units=20, sites=5)))
    model = document.getModel()
    for row in tables.rows("parameters"):
        parameter = model.getParameter(row["name"])
        assert parameter.getValue() == pytest.approx(float(row["value"]), rel=1e-14)
        assert row["source"] in parameter.getAnnotation().getChild(0).getAttrValue("source")
        assert row["source"] in parameter.getNotesString().replace("&gt;", ">")
    assert tables.rows("muscles")[0]["length_source"] in model.getParameter("muscle_length").getNotesString()


def test_a_changed_constant_says_that_it_was_given():
    text = to_sbml(wo.Schedule.once(units=20), wo.Parameters(light_chain_half_life=60))
    document = libsbml.readSBMLFromString(text)
    parameter = document.getModel().getParameter("light_chain_half_life")
    assert "given by the user" in parameter.getAnnotation().getChild(0).getAttrValue("source")


def test_a_visit_is_an_event_and_visits_of_one_day_are_one():
    document = libsbml.readSBMLFromString(to_sbml(MIXED))
    model = document.getModel()
    events = [libsbml.formulaToL3String(each.getTrigger().getMath()) for each in model.getListOfEvents()]
    assert events == ["time >= day_1", "time >= day_3"]


def test_the_strip_is_a_set_of_species_a_zone():
    document = libsbml.readSBMLFromString(to_sbml(MIXED, wo.Parameters(spread=12)))
    model = document.getModel()
    strip = zones(50.0, 12.0)
    assert model.getNumSpecies() == 5 * len(strip.places)
    shares = [model.getParameter(f"share_{i + 1}").getValue() for i in range(len(strip.places))]
    assert sum(shares) == pytest.approx(1, rel=1e-13)
    assert shares == pytest.approx(strip.weights, rel=1e-14)


def test_the_relative_dose_is_that_of_the_strip():
    # The file has a formula; libsbml computes its value.
    spread = 6.0 if FULL else 12.0  # wider, so with fewer zones
    plan = wo.Schedule.once(units=20, sites=3)
    document = libsbml.readSBMLFromString(to_sbml(plan, wo.Parameters(spread=spread)))
    converter = libsbml.ConversionProperties()
    converter.addOption("expandInitialAssignments", True)
    assert document.convert(converter) == libsbml.LIBSBML_OPERATION_SUCCESS
    places = zones(50.0, spread).places
    expected = relative_dose(places, 50.0, 3, spread)
    model = document.getModel()
    found = [model.getParameter(f"relative_dose_3_sites_{i + 1}").getValue() for i in range(len(places))]
    assert found == pytest.approx(expected, rel=1e-12)


@pytest.mark.proof
def test_the_same_call_gives_the_same_text():
    wide = wo.Parameters(spread=12)
    assert to_sbml(MIXED, wide) == to_sbml(MIXED, wide)
    assert to_antimony(MIXED, wide) == to_antimony(MIXED, wide)


def test_antimony_can_be_read():
    lines = [line.strip() for line in to_antimony(wo.Schedule.every(90, visits=2, units=20)).splitlines()]
    assert "force := release^h*(1 dimensionless + A50^h)/(A50^h + release^h);" in lines
    assert "visit_2: at time >= day_2, t0=false: depot = depot + units_2/(1 dimensionless + units_2/U50);" in lines
    assert "k_light_chain = ln(2 dimensionless)/light_chain_half_life;" in lines
    assert "unit U = item;" in lines
    assert any("Simpson 1980 J Pharmacol Exp Ther 212:16" in line for line in lines)


def test_only_a_schedule_and_constants_are_exported():
    with pytest.raises(wo.InputError, match="schedule is 20; allowed: Schedule"):
        to_sbml(20)
    with pytest.raises(wo.InputError, match="parameters is 20; allowed: Parameters"):
        to_antimony(wo.Schedule.once(units=20), 20)


def test_a_formula_that_is_none_is_an_error():
    with pytest.raises(ValueError, match="1 \\+"):
        parse_formula("1 +")


def test_where_libsbml_is_missing_one_line_says_so(monkeypatch, call, tmp_path):
    monkeypatch.setitem(sys.modules, "libsbml", None)
    for what, ending in (("sbml", "xml"), ("antimony", "ant")):
        status, out, error = call("export", what, tmp_path / f"model.{ending}")
        assert (status, out) == (2, "")
        assert error == 'error: SBML needs python-libsbml; install it: pip install "wearoff[exchange]"\n'
    assert list(tmp_path.iterdir()) == []


def test_times_of_the_file_are_days():
    document = libsbml.readSBMLFromString(to_sbml(MIXED))
    model = document.getModel()
    day = model.getUnitDefinition(model.getTimeUnits()).getUnit(0)
    assert (day.getKind(), day.getMultiplier()) == (libsbml.UNIT_KIND_SECOND, 86400)
    assert np.isnan(model.getParameter("k_light_chain").getValue())  # made of the half-life, not a second truth
