"""The elements of an SBML model, as this house writes them: each made in one call, with its meaning and its source."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from ..errors import InputError, not_installed

if TYPE_CHECKING:
    import libsbml

# A name for what SBML has no place for, not an address.
NAMESPACE = "urn:wearoff"

ONE = "dimensionless"

# With 15 digits, libsbml does not read back what is nearer to the smallest or the largest number there is.
SMALLEST, LARGEST = 1e-300, 1e300


def library() -> Any:
    """Return libsbml, or say how it is installed."""
    try:
        import libsbml
    except ModuleNotFoundError:
        raise not_installed("SBML", "python-libsbml", "exchange") from None
    return libsbml


def unit(model: libsbml.Model, name: str, **powers: int) -> None:
    """Define a unit as a product of units (``item``), days and millimetres (``day``, ``mm``) to their powers."""
    sbml = library()
    base = {
        "item": (sbml.UNIT_KIND_ITEM, 0, 1.0),
        "day": (sbml.UNIT_KIND_SECOND, 0, 86400.0),
        "mm": (sbml.UNIT_KIND_METRE, -3, 1.0),
    }
    definition = model.createUnitDefinition()
    definition.setId(name)
    for word, power in powers.items():
        kind, scale, multiplier = base[word]
        factor = definition.createUnit()
        factor.setKind(kind)
        factor.setExponent(power)
        factor.setScale(scale)
        factor.setMultiplier(multiplier)


def constant(
    model: libsbml.Model, name: str, value: float, units: str, meaning: str, source: str, **annotations: str
) -> None:
    """Make a parameter that stays a number."""
    if value not in (0, math.inf) and not SMALLEST <= value <= LARGEST:
        raise InputError(name, value, f"in SBML: 0, inf, or {SMALLEST:g} to {LARGEST:g} {units}")
    made = _parameter(model, name, units, meaning, source, annotations)
    made.setConstant(True)
    made.setValue(value)


def derived_constant(model: libsbml.Model, name: str, formula: str, units: str, meaning: str, source: str) -> None:
    """Make a parameter that stays what a formula of other parameters gives at the start."""
    _parameter(model, name, units, meaning, source, {}).setConstant(True)
    assignment = model.createInitialAssignment()
    assignment.setSymbol(name)
    assignment.setMath(mathematics(formula))


def variable(model: libsbml.Model, name: str, formula: str, units: str, meaning: str) -> None:
    """Make a parameter that is a formula at every time."""
    _parameter(model, name, units, meaning, "equation of the model", {}).setConstant(False)
    rule = model.createAssignmentRule()
    rule.setVariable(name)
    rule.setMath(mathematics(formula))


def state(model: libsbml.Model, name: str, start: float, slope: str, meaning: str) -> None:
    """Make a parameter, a fraction, that changes with a slope per day."""
    made = _parameter(model, name, ONE, meaning, "equation of the model", {})
    made.setConstant(False)
    made.setValue(start)
    rule = model.createRateRule()
    rule.setVariable(name)
    rule.setMath(mathematics(slope))


def compartment(model: libsbml.Model, name: str) -> None:
    """Make the place of the species, which has no size of its own: amounts are counted, not concentrations."""
    made = model.createCompartment()
    made.setId(name)
    made.setSpatialDimensions(3)
    made.setSize(1)
    made.setUnits(ONE)
    made.setConstant(True)


def species(model: libsbml.Model, name: str, place: str, meaning: str) -> None:
    """Make an amount in U that starts at 0."""
    made = model.createSpecies()
    made.setId(name)
    describe(made, meaning)
    made.setCompartment(place)
    made.setInitialAmount(0)
    made.setSubstanceUnits("U")
    made.setHasOnlySubstanceUnits(True)
    made.setBoundaryCondition(False)
    made.setConstant(False)


def reaction(model: libsbml.Model, name: str, before: str, after: str | None, flow: str) -> None:
    """Make the step from one amount to the next, or out of the model, with its flow in U per day."""
    made = model.createReaction()
    made.setId(name)
    made.setReversible(False)
    ends = [(made.createReactant, before), *([(made.createProduct, after)] if after else [])]
    for create, amount in ends:
        end = create()
        end.setSpecies(amount)
        end.setStoichiometry(1)
        end.setConstant(True)
    made.createKineticLaw().setMath(mathematics(flow))


def event(model: libsbml.Model, name: str, when: str, then: dict[str, str]) -> None:
    """Make what happens at the moment that a condition becomes true, day 0 included."""
    made = model.createEvent()
    made.setId(name)
    made.setUseValuesFromTriggerTime(True)
    trigger = made.createTrigger()
    trigger.setInitialValue(False)  # true from the start counts as becoming true
    trigger.setPersistent(True)
    trigger.setMath(mathematics(when))
    for target, formula in then.items():
        assignment = made.createEventAssignment()
        assignment.setVariable(target)
        assignment.setMath(mathematics(formula))


def describe(element: libsbml.SBase, meaning: str, source: str = "", **given: str) -> None:
    """Say what an element is and where it is from: in notes for a reader, in an annotation for a program."""
    words = " ".join(f"{text[0].upper()}{text[1:].rstrip('.')}." for text in (meaning, source) if text)
    element.setNotes(f'<p xmlns="http://www.w3.org/1999/xhtml">{escape(words)}</p>')
    given = {**({"source": source} if source else {}), **given}
    if given:
        attributes = " ".join(f"{name}={quoteattr(text)}" for name, text in given.items())
        element.setAnnotation(f'<wearoff:given xmlns:wearoff="{NAMESPACE}" {attributes}/>')


def mathematics(formula: str) -> libsbml.ASTNode:
    """Read a formula in the infix notation of SBML Level 3; its numbers are dimensionless."""
    found = library().parseL3Formula(formula)
    if found is None:
        raise ValueError(f"{formula}: {library().getLastParseL3Error()}")
    _set_dimensionless(found)
    return found


def _set_dimensionless(node: libsbml.ASTNode) -> None:
    if node.isNumber():
        node.setUnits(ONE)
    for i in range(node.getNumChildren()):
        _set_dimensionless(node.getChild(i))


def _parameter(
    model: libsbml.Model, name: str, units: str, meaning: str, source: str, given: dict[str, str]
) -> libsbml.Parameter:
    made = model.createParameter()
    made.setId(name)
    made.setUnits(units)
    describe(made, meaning, source, **given)
    return made
