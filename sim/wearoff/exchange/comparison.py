"""Two SBML documents compared as mathematics: whatever level, version, order and units' names they are written in.

A document is the same model as another if each variable has the same slope or rule, each constant the same formula or
value, and each event the same condition and assignments. Two formulas are the same if they have equal values where
every symbol without a rule has a random value. Species count as amounts, as ours do: the compartment has the size 1.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .elements import import_libsbml
from .evaluation import POINTS, TIME, OtherMathematicsError, evaluate, is_time, name_operation

if TYPE_CHECKING:
    import libsbml

Array = npt.NDArray[np.float64]

RTOL = 1e-9  # of two formulas; rounding in other programs is smaller
DIGITS = 1e-13  # of two values; files have 15 digits


class Meaning(NamedTuple):
    """What a document says, by name.

    Parameters
    ----------
    formulas : dict of str
        Slopes, rules, formulas of constants, conditions and assignments of events: each as its values at the random
        points.
    values : dict of str
        The values of constants without a formula, and of the compartment.
    start : dict of str
        The values of variables on day 0.
    units : dict of str
        The unit of each constant, and of time, as a multiplier and powers of base units.
    doubled : dict of str
        The values that are given beside a formula for the same constant, and do not count.
    """

    formulas: dict[str, Array]
    values: dict[str, float]
    start: dict[str, float]
    units: dict[str, tuple[Any, ...]]
    doubled: dict[str, float]


def read_meaning(document: libsbml.SBMLDocument, points: Mapping[str, Array]) -> Meaning:
    """Return what a document says.

    Parameters
    ----------
    document : SBMLDocument
    points : mapping of str to ndarray
        The values of each symbol; see `draw_points`.

    Raises
    ------
    OtherMathematicsError
    """
    model = document.getModel()
    formulas: dict[str, Array] = {}
    slopes: dict[str, Any] = {}
    for name, sign, law in _flows(model, points):
        slopes[name] = slopes.get(name, 0.0) + sign * law
    formulas.update({f"the slope of {name}": np.broadcast_to(slope, POINTS) for name, slope in slopes.items()})
    for rule in _each(model.getListOfRules()):
        if rule.isAlgebraic():
            raise OtherMathematicsError("it has an algebraic rule")
        kind = "slope" if rule.isRate() else "rule"
        formulas[f"the {kind} of {rule.getVariable()}"] = evaluate(rule.getMath(), points)
    initial = {each.getSymbol(): each for each in _each(model.getListOfInitialAssignments())}
    for name, each in initial.items():
        formulas[f"the formula of {name}"] = evaluate(each.getMath(), points)
    for event in _each(model.getListOfEvents()):
        assignments = _read_event(event, points)
        if not assignments.keys().isdisjoint(formulas):
            raise OtherMathematicsError(f"{event.getId()} is a second event of a day")
        formulas.update(assignments)
    return Meaning(formulas, *_read_values(model, set(initial)))


def leave_out(meaning: Meaning, names: Collection[str]) -> Meaning:
    """Return what a document says without what it says of some names."""
    kept = {field: {key: each for key, each in part.items() if key.split()[-1] not in names}
            for field, part in meaning._asdict().items()}  # fmt: skip
    return meaning._replace(**kept)


def draw_points(document: libsbml.SBMLDocument) -> dict[str, Array]:
    """Return values of all symbols of a document, the same in each run.

    They are random, but a variable with a rule has the value of its rule, so that a formula may have one for the other.
    The compartment has the size 1.
    """
    model, rng = document.getModel(), np.random.default_rng(0)
    names = [TIME, *(each.getId() for each in (*_each(model.getListOfSpecies()), *_each(model.getListOfParameters())))]
    points = {name: rng.uniform(0.5, 1.5, POINTS) for name in names}
    points.update({each.getId(): np.ones(POINTS) for each in _each(model.getListOfCompartments())})
    for rule in _each(model.getListOfRules()):
        if rule.isAssignment():
            points[rule.getVariable()] = evaluate(rule.getMath(), points)
    return points


def compute_constants(document: libsbml.SBMLDocument) -> dict[str, float]:
    """Return the values of the constants that have a formula."""
    model = document.getModel()
    known = {each.getId(): each.getValue() for each in _each(model.getListOfParameters()) if each.isSetValue()}
    computed: dict[str, float] = {}
    for each in _each(model.getListOfInitialAssignments()):
        computed[each.getSymbol()] = float(evaluate(each.getMath(), {**known, **computed})[0])
    return computed


def find_difference(ours: Meaning, theirs: Meaning, inputs: set[str], computed: Mapping[str, float]) -> str | None:
    """Return what differs between two models, in words, or None; the values of `inputs` may differ.

    A level of SBML without formulas for constants has their values; they must be those that are `computed` from ours.
    """
    lost = {name for name in theirs.values if name in computed}
    formulas = {key: one for key, one in ours.formulas.items() if key.removeprefix("the formula of ") not in lost}
    values = {**ours.values, **{name: computed[name] for name in lost}}
    for expected, found in ((formulas, theirs.formulas), (values, theirs.values), (ours.start, theirs.start)):
        for name in {**expected, **found}:
            if name not in found or name not in expected:
                return f"{name} is {'new' if name in found else 'missing'}"
    for key, formula in formulas.items():
        if not np.allclose(formula, theirs.formulas[key], rtol=RTOL, atol=0):
            return f"{key} is not ours"
    for name, value in values.items():
        if name not in inputs and not math.isclose(value, theirs.values[name], rel_tol=DIGITS):
            return f"{name} is {theirs.values[name]:g} instead of {value:g}"
    others = (name for name, unit in ours.units.items() if not _same_unit(unit, theirs.units.get(name, ())))
    return next((f"the unit of {name} is not ours" for name in others), None)


def _flows(model: libsbml.Model, points: Mapping[str, Array]) -> Iterator[tuple[str, float, Array]]:
    # Yield each species of each reaction, its stoichiometry with a sign, and the flow.
    for reaction in _each(model.getListOfReactions()):
        law = reaction.getKineticLaw()
        if law is None or law.getNumParameters() or law.getNumLocalParameters():
            raise OtherMathematicsError(f"{reaction.getId()} has another kinetic law")
        flow = evaluate(law.getMath(), points)
        for sign, ends in ((-1.0, reaction.getListOfReactants()), (1.0, reaction.getListOfProducts())):
            for end in _each(ends):
                if end.isSetStoichiometryMath():
                    raise OtherMathematicsError(f"{reaction.getId()} has another stoichiometry")
                yield end.getSpecies(), sign * end.getStoichiometry(), flow


def _read_event(event: libsbml.Event, points: Mapping[str, Array]) -> dict[str, Array]:
    name, trigger = event.getId(), event.getTrigger()
    if event.isSetDelay() or event.isSetPriority() or trigger is None:
        raise OtherMathematicsError(f"{name} is another event")
    # Only Level 3 says whether an event fires on day 0, and whether its condition must hold on.
    if event.getLevel() > 2 and (trigger.getInitialValue() or not trigger.getPersistent()):
        raise OtherMathematicsError(f"{name} has another trigger")
    day = _read_day(trigger.getMath())
    if not day:
        raise OtherMathematicsError(f"{name} has another condition")
    assignments = _each(event.getListOfEventAssignments())
    return {f"{each.getVariable()} on {day}": evaluate(each.getMath(), points) for each in assignments}


def _read_day(condition: libsbml.ASTNode) -> str:
    # Return the name of the day of an event, whose own name some programs change; empty if the condition is another.
    if condition is None or condition.getNumChildren() != 2:
        return ""
    sides = [condition.getChild(i) for i in (0, 1)]
    kind = name_operation(condition)
    if kind == "leq":
        sides.reverse()
    elif kind != "geq":
        return ""
    time, day = sides
    return str(day.getName()) if is_time(time) and day.isName() and not is_time(day) else ""


def _read_values(model: libsbml.Model, computed: set[str]) -> tuple[Any, ...]:
    values: dict[str, float] = {}
    start: dict[str, float] = {}
    units: dict[str, tuple[Any, ...]] = {TIME: _read_unit(model, model.getTimeUnits() or "time")}
    doubled: dict[str, float] = {}
    for each in _each(model.getListOfCompartments()):
        values[each.getId()] = each.getSize()
    for each in _each(model.getListOfSpecies()):
        if each.getBoundaryCondition() or each.getConstant() or each.isSetConversionFactor():
            raise OtherMathematicsError(f"{each.getId()} is kept constant")
        amount = each.getInitialAmount() if each.isSetInitialAmount() else each.getInitialConcentration()
        start[each.getId()] = amount
    for each in _each(model.getListOfParameters()):
        name, value = each.getId(), each.getValue() if each.isSetValue() else math.nan
        if each.getConstant():
            units[name] = _read_unit(model, each.getUnits())
        if name in computed:
            doubled[name] = value
        elif each.getConstant():
            values[name] = value
        elif model.getAssignmentRuleByVariable(name) is None:
            start[name] = value
    return values, start, units, doubled


def _read_unit(model: libsbml.Model, name: str) -> tuple[Any, ...]:
    # Return a unit as its multiplier and its powers of base units. Nothing is known of a unit without a name.
    if not name:
        return ()
    definition = model.getUnitDefinition(name)
    sbml = import_libsbml()
    if definition is None:
        return (1.0, ((name, 1),)) if name not in ("dimensionless", "substance") else (1.0, ())
    multiplier, powers = 1.0, dict[str, int]()
    for each in _each(definition.getListOfUnits()):
        power = each.getExponent()
        try:
            multiplier *= (each.getMultiplier() * 10.0 ** each.getScale()) ** power
        except (OverflowError, ZeroDivisionError):  # beyond the range of numbers: not equal to any unit
            multiplier = math.nan
        kind = sbml.UnitKind_toString(each.getKind())
        if kind != "dimensionless":
            powers[kind] = powers.get(kind, 0) + power
    return multiplier, tuple(sorted((kind, power) for kind, power in powers.items() if power))


def _same_unit(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    if not one or not other:
        return True
    return one[1] == other[1] and math.isclose(one[0], other[0], rel_tol=RTOL)


def _each(elements: Any) -> Iterator[Any]:
    return (elements.get(i) for i in range(elements.size()))
