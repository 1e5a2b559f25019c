"""Our SBML, changed and saved by libsbml, COPASI and libroadrunner, is read back.

The judge is the case that was written.

Each program changes the same constants, day and units, and saves at every level and version that it offers.
"""

import antimony
import basico
import libsbml
import numpy as np
import pytest
import roadrunner
from tests.extent import extent
from tests.processes import running

import wearoff as wo
from wearoff.exchange import Case, read_case, to_sbml

PLAN = wo.Schedule(
    (wo.Visit(units=20 / 7), wo.Visit(units=50, product="abobotulinumtoxinA"), wo.Visit(day=60.1, units=3)),
    "2027-01-04",
)
CHANGES = {"light_chain_half_life": 45.0, "dose_at_half_uptake": np.inf, "units_3": 7.5, "day_3": 84.0}
EXPECTED = Case(
    schedule=wo.Schedule((*PLAN.visits[:2], wo.Visit(day=84, units=7.5)), PLAN.start),
    parameters=wo.Parameters(light_chain_half_life=45, dose_at_half_uptake=np.inf),
)
SITED = Case(schedule=wo.Schedule.once(units=20, sites=3), parameters=wo.Parameters(spread=12))
# The versions that can say what the file says: Level 1 has no events. `extent` keeps the run short.
VERSIONS = [(3, 2), (3, 1), (2, 5), (2, 4), (2, 3), (2, 2), (2, 1)]


def read(tmp_path, text):
    (tmp_path / "saved.xml").write_text(text, encoding="utf-8")
    return read_case(tmp_path / "saved.xml")


def save_with_libsbml(text, version, changes):
    document = libsbml.readSBMLFromString(text)
    for name, value in changes.items():
        document.getModel().getParameter(name).setValue(value)
    # Without `False` libsbml refuses Level 2, which does not say whether an event fires on day 0.
    assert document.setLevelAndVersion(*version, False)
    return libsbml.writeSBMLToString(document)


def save_with_copasi(text, version, changes):
    model = basico.load_model_from_string(text)
    try:
        for name, value in changes.items():
            basico.set_parameters(name, exact=True, initial_value=value, model=model)
        model.exportSBMLToString(3, 2)  # a second export in a session has other names of events
        return model.exportSBMLToString(*version)
    finally:
        basico.remove_datamodel(model)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("save", [save_with_libsbml, save_with_copasi])
def test_every_level_and_version(tmp_path, save, version):
    text = to_sbml(PLAN)
    assert read(tmp_path, save(text, version, {})) == Case(schedule=PLAN, parameters=wo.Parameters())
    changes, expected = CHANGES, EXPECTED
    if version == (2, 1) and save is save_with_libsbml:  # which the next test is about
        changes = {"units_3": 7.5, "day_3": 84.0}
        expected = Case(schedule=EXPECTED.schedule, parameters=wo.Parameters())
    assert read(tmp_path, save(text, version, changes)) == expected


def test_a_level_without_formulas_for_constants_has_values_that_must_fit(tmp_path):
    # libsbml writes k_light_chain as a value, which the change of its half-life does not follow.
    text = save_with_libsbml(to_sbml(PLAN), (2, 1), {})
    assert read(tmp_path, text).parameters == wo.Parameters()
    changed = text.replace('id="light_chain_half_life" value="54.4"', 'id="light_chain_half_life" value="45"')
    with pytest.raises(wo.InputError, match=r"k_light_chain is 0.0127417 instead of 0.0154033"):
        read(tmp_path, changed)


@pytest.mark.parametrize("save", [save_with_libsbml, save_with_copasi])
def test_level_1_has_lost_the_visits(tmp_path, save):
    with pytest.raises(wo.InputError, match="depot on day_1 is missing"):
        read(tmp_path, save(to_sbml(PLAN), (1, 2), {}))


def test_copasi_after_its_own_file_and_a_run(tmp_path):
    model = basico.load_model_from_string(to_sbml(PLAN))
    basico.save_model(str(tmp_path / "saved.cps"), model=model)
    basico.remove_datamodel(model)
    model = basico.load_model(str(tmp_path / "saved.cps"))
    try:
        basico.run_time_course(0, 100, 100, model=model)
        basico.save_model(str(tmp_path / "other.xml"), type="sbml", model=model)
    finally:
        basico.remove_datamodel(model)
    assert read_case(tmp_path / "other.xml") == Case(schedule=PLAN, parameters=wo.Parameters())


def test_libroadrunner(tmp_path):
    # libroadrunner writes Level 3 Version 2, whatever it is asked for, or refuses.
    runner = roadrunner.RoadRunner(to_sbml(PLAN))
    assert read(tmp_path, runner.getSBML()) == Case(schedule=PLAN, parameters=wo.Parameters())
    for name, value in CHANGES.items():
        runner[f"init({name})"] = value
    runner.reset()
    # It writes the state of its run too: the dose of day 0 is already in the depot.
    with pytest.warns(wo.UnusualWarning, match="the file has the state of a run"):
        assert read(tmp_path, runner.getCurrentSBML()) == EXPECTED


def test_a_constant_that_libroadrunner_does_not_follow_is_refused(tmp_path):
    # Without `init`, libroadrunner solves the model with the old rate, and writes that.
    runner = roadrunner.RoadRunner(to_sbml(PLAN))
    runner["light_chain_half_life"] = 45
    with pytest.raises(wo.InputError, match=r"k_light_chain is 0.0127417 instead of 0.0154033"):
        read(tmp_path, runner.getCurrentSBML())


def test_antimony_has_lost_product_and_muscle(tmp_path):
    antimony.clearPreviousLoads()
    assert antimony.loadSBMLString(to_sbml(PLAN)) >= 0
    with pytest.raises(wo.InputError, match="model is not written by wearoff, or has lost its annotations"):
        read(tmp_path, antimony.getSBMLString(antimony.getMainModuleName()))


@pytest.mark.parametrize("save", [save_with_libsbml, save_with_copasi][: extent(1, 2)])
@pytest.mark.parametrize("version", VERSIONS[1 : extent(2, 7)])
def test_with_sites(tmp_path, save, version):
    assert read(tmp_path, save(to_sbml(SITED.schedule, SITED.parameters), version, {})) == SITED


@pytest.mark.parametrize("version", VERSIONS[: extent(2, 7)])
def test_an_equation_changed_in_copasi_is_refused(tmp_path, version):
    model = basico.load_model_from_string(to_sbml(PLAN))
    try:
        basico.set_parameters("release", exact=True, expression="Values[snap25]^2", model=model)
        text = model.exportSBMLToString(*version)
    finally:
        basico.remove_datamodel(model)
    with pytest.raises(wo.InputError, match="the rule of release is not ours"):
        read(tmp_path, text)


@pytest.mark.proof
def test_it_is_read_where_libsedml_was_imported_after_libsbml(tmp_path):
    # As `import tellurium` does. In this order the kinds of formulas are no numbers in Python.
    (tmp_path / "model.xml").write_text(to_sbml(PLAN), encoding="utf-8")
    code = "import sys, libsbml, libsedml, wearoff; print(len(wearoff.exchange.read_case(sys.argv[1]).schedule))"
    with running("-c", code, tmp_path / "model.xml") as process:
        out, errors = process.communicate(timeout=60)
    assert out.strip() == str(len(PLAN)), errors
