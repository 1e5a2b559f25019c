"""Formulas in the file come from the equations; a function of the user's own is written there too, or refused.

Judge: scipy's LSODA on `equations.slope`, which libroadrunner's run of the file must agree with.
"""

import re
import sys

import libsbml
import numpy as np
import pytest
import sympy
from scipy.integrate import solve_ivp
from studies.simulators import COLUMNS, copasi, libroadrunner

import wearoff as wo
from wearoff.exchange import read_case, to_antimony, to_sbml
from wearoff.exchange.formulas import write
from wearoff.model.equations import CHAIN, MODEL, STATES, Constants, Model, depth, slope

DAYS = 120
# libroadrunner is asked for a relative error of 1e-10 a step.
BOUND = 1e-8

OWN = {
    "proportional": (Model(force=lambda release, c: release), "release"),
    "a Hill curve": (
        Model(force=lambda a, c: a**3 / (0.2**3 + a**3) * (1 + 0.2**3)),
        "1.008*release^3/(0.008 + release^3)",
    ),
    "with constants": (Model(force=lambda a, c: (1 + c.A50) * a / (c.A50 + a)), "release*(1 + A50)/(A50 + release)"),
    "powers": (Model(force=lambda a, c: (a**0.5 + a**-1 * a**3) / 2), "release^2/2 + release^0.5/2"),
}
# Functions that numpy has no symbols for, and the same with numbers.
WITH_SYMBOLS = Model(force=lambda a, c: sympy.log(1 + a * (sympy.exp(1 + c.A50) - 1)) / (1 + c.A50))
WITH_NUMBERS = Model(force=lambda a, c: np.log(1 + a * (np.exp(1 + c.A50) - 1)) / (1 + c.A50))


def formula(node):
    """Return a formula of the file without the units of its numbers."""
    return libsbml.formulaToL3String(node).replace(" dimensionless", "").replace(" ", "")


def solve(model, units):
    """Return all columns of one visit to the typical patient, one row a day."""
    c = wo.Parameters().constants()
    start = [*STATES.values()]
    start[0] = model.uptake(units, c)
    days = np.arange(DAYS + 1.0)
    run = solve_ivp(slope, (0, DAYS), start, "LSODA", days, args=(c, model.force), rtol=1e-11, atol=1e-15)
    columns = dict(zip(STATES, run.y, strict=True))
    columns["release"] = columns["snap25"]
    columns["force"] = model.force(columns["release"], c)
    columns["depth"] = depth(columns["visible"], columns["crease"], c)
    return np.column_stack([columns[name] for name in COLUMNS])


def worst(found, expected):
    """Return the largest error of any column against its largest value, after the day of the dose."""
    error = (np.abs(found - expected)[1:].max(axis=0) / expected.max(axis=0)).max()
    print(f"worst error of a column: {error:.1e}")
    return error


@pytest.mark.parametrize(("model", "text"), OWN.values(), ids=OWN)
def test_a_force_of_the_users_own_is_in_the_file_and_runs(model, text):
    exported = to_sbml(wo.Schedule.once(units=20), model=model)
    document = libsbml.readSBMLFromString(exported)
    assert document.checkConsistency() == 0
    rule = document.getModel().getRuleByVariable("force")
    assert formula(rule.getMath()) == formula(libsbml.parseL3Formula(text))
    assert worst(libroadrunner(exported, DAYS), solve(model, 20.0)) < BOUND


@pytest.mark.proof
def test_copasi_reads_it_too():
    model, _ = OWN["powers"]
    assert worst(copasi(to_sbml(wo.Schedule.once(units=20), model=model), DAYS), solve(model, 20.0)) < BOUND


def test_exponentials_and_logarithms():
    exported = to_sbml(wo.Schedule.once(units=20), model=WITH_SYMBOLS)
    assert worst(libroadrunner(exported, DAYS), solve(WITH_NUMBERS, 20.0)) < BOUND


def test_an_uptake_of_the_users_own():
    model = Model(uptake=lambda dose, c: dose)
    exported = to_sbml(wo.Schedule.once(units=20), model=model)
    document = libsbml.readSBMLFromString(exported)
    assignment = document.getModel().getEvent(0).getEventAssignment("depot")
    assert formula(assignment.getMath()) == "depot+units_1"
    assert worst(libroadrunner(exported, DAYS), solve(model, 20.0)) < BOUND


def test_functions_of_the_users_own_take_units_of_onabotulinumtoxina():
    # A threshold of 10 U is one of onabotulinumtoxinA, whatever product the amounts are in units of.
    model = Model(
        force=lambda a, c: a ** (c.U50 / 9) / (1 + 0.01 * c.k_cleave) * (1 + 0.01 * c.k_cleave),
        uptake=lambda dose, c: dose**2 / (10 + dose),
    )
    product = "abobotulinumtoxinA"
    plan = wo.Schedule.once(units=50, product=product)
    text = to_sbml(plan, model=model)
    relative = float(re.search(rf'id="relative_potency_{product}" value="([^"]+)"', text)[1])
    assert relative != 1
    expected = solve(model, 50 * relative)
    expected[:, : len(CHAIN)] /= relative
    assert worst(libroadrunner(text, DAYS), expected) < BOUND


def test_antimony_has_it_too():
    text = to_antimony(wo.Schedule.once(units=20), model=Model(force=lambda release, c: release**2))
    assert "force := release^2 dimensionless;" in text


def with_comparison(release, c):
    return release if release > 0.5 else 0.5


def with_attribute(release, c):
    return release.clip(0, 1)


@pytest.mark.parametrize(
    ("model", "named"),
    [
        (Model(force=with_comparison), "the force with_comparison"),
        (Model(force=with_attribute), "the force with_attribute"),
        (Model(force=lambda a, c: np.exp(a - 1)), "the force <lambda>"),
        (Model(force=lambda a, c: np.where(a > 0.5, a, 0.5)), "the force <lambda>"),
        (Model(force=lambda a, c: np.interp(a, [0, 1], [0, 1])), "the force <lambda>"),
        (Model(force=lambda a, c: a > 0.5), "the force <lambda>"),
        (Model(force=lambda a, c: abs(a)), "the force <lambda>"),
        (Model(force=lambda a, c: "release"), "the force <lambda>"),
        (Model(force=lambda a, c: None), "the force <lambda>"),
        (Model(force=lambda a, c: a / 0 if a is None else a * float("nan")), "the force <lambda>"),
        (Model(uptake=lambda dose, c: np.minimum(dose, 50)), "the uptake <lambda>"),
    ],
)
def test_a_function_that_is_no_formula_is_refused_in_one_line(model, named):
    with pytest.raises(wo.InputError) as refused:
        to_sbml(wo.Schedule.once(units=20), model=model)
    assert str(refused.value).startswith(f"model has {named}, which is not a formula; allowed: a ")
    assert "written with arithmetic and powers, such as lambda" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert refused.value.field == "model"


def test_only_a_model_is_a_model():
    with pytest.raises(wo.InputError, match="model is 'mine'; allowed: Model"):
        to_sbml(wo.Schedule.once(units=20), model="mine")


def test_a_file_with_a_force_of_the_users_own_is_not_read_as_ours(tmp_path):
    text = to_sbml(wo.Schedule.once(units=20), model=Model(force=lambda release, c: release))
    assert "The force or the uptake is given by the user." in text
    (tmp_path / "own.xml").write_text(text)
    with pytest.raises(wo.InputError, match="model is not wearoff's"):
        read_case(tmp_path / "own.xml")


def test_the_flows_of_the_file_add_up_to_the_slopes_of_the_equations():
    # As symbols: what goes into a compartment less what leaves it.
    document = libsbml.readSBMLFromString(to_sbml(wo.Schedule.once(units=20)))
    model = document.getModel()
    names = {name: sympy.Symbol(name) for name in (*STATES, *Constants._fields, "force")}
    slopes = dict.fromkeys((step.source for step in CHAIN), 0)
    for reaction in model.getListOfReactions():
        flow = sympy.sympify(formula(reaction.getKineticLaw().getMath()).replace("^", "**"), locals=names)
        slopes[reaction.getReactant(0).getSpecies()] -= flow
        if reaction.getNumProducts():
            slopes[reaction.getProduct(0).getSpecies()] += flow
    for name in ("snap25", "visible", "crease"):
        text = formula(model.getRuleByVariable(name).getMath())
        slopes[name] = sympy.sympify(text.replace("^", "**"), locals=names)
    c = Constants(*(names[name] for name in Constants._fields))
    expected = slope(0, [names[name] for name in STATES], c, lambda release, _: names["force"])
    for name, each in zip(STATES, expected, strict=True):
        assert sympy.expand(slopes[name] - each) == 0, name
    assert [(each.getId(), each.getReactant(0).getSpecies()) for each in model.getListOfReactions()] == [
        (step.name, step.source) for step in CHAIN
    ]


def test_no_saturation_has_no_quotient_of_infinities():
    dose, half = sympy.symbols("dose U50")
    assert write(MODEL.uptake(dose, wo.Parameters().constants()._replace(U50=half))) == "dose/(1 + dose/U50)"


def test_where_sympy_is_missing_one_line_says_so(monkeypatch, call, tmp_path):
    monkeypatch.setitem(sys.modules, "sympy", None)
    status, out, error = call("export", "sbml", tmp_path / "model.xml")
    assert (status, out) == (2, "")
    assert error == 'error: the model in formulas needs sympy; install it: pip install "wearoff[exchange]"\n'
    assert list(tmp_path.iterdir()) == []
