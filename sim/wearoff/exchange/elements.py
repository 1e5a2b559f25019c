"""The elements of an SBML model: one function for each kind adds an element with its meaning and its source."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from ..errors import InputError, not_installed

if TYPE_CHECKING:
    import libsbml

# The namespace of our annotations; it is a name, not an address.
NAMESPACE = "urn:wearoff"

ONE = "dimensionless"

# libsbml writes 15 digits, and does not read back numbers outside this range.
SMALLEST, LARGEST = 1e-300, 1e300


def import_libsbml() -> Any:
    """Return the module libsbml, or raise an error that says how to install it."""
    try:
        import libsbml
    except ModuleNotFoundError:
        raise not_installed("SBML", "python-libsbml", "exchange") from None
    return libsbml


def add_unit(model: libsbml.Model, name: str, **powers: int) -> None:
    """Define a unit as a product of units (``item``), days and millimetres (``day``, ``mm``) to their powers."""
    sbml = import_libsbml()
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


def add_constant(
    model: libsbml.Model, name: str, value: float, units: str, meaning: str, source: str, **annotations: str
) -> None:
    """Add a parameter with a constant value."""
    if value not in (0, math.inf) and not SMALLEST <= value <= LARGEST:
        raise InputError(name, value, f"in SBML: 0, inf, or {SMALLEST:g} to {LARGEST:g} {units}")
    element = _add_parameter(model, name, units, meaning, source, annotations)
    element.setConstant(True)
    element.setValue(value)


def add_derived_constant(model: libsbml.Model, name: str, formula: str, units: str, meaning: str, source: str) -> None:
    """Add a constant parameter that is computed from other parameters at the start."""
    _add_parameter(model, name, units, meaning, source, {}).setConstant(True)
    assignment = model.createInitialAssignment()
    assignment.setSymbol(name)
    assignment.setMath(parse_formula(formula))


def add_variable(model: libsbml.Model, name: str, formula: str, units: str, meaning: str) -> None:
    """Add a parameter that a formula determines at every time."""
    _add_parameter(model, name, units, meaning, "equation of the model", {}).setConstant(False)
    rule = model.createAssignmentRule()
    rule.setVariable(name)
    rule.setMath(parse_formula(formula))


def add_state(model: libsbml.Model, name: str, start: float, slope: str, meaning: str) -> None:
    """Add a parameter, a fraction, that changes with a slope per day."""
    element = _add_parameter(model, name, ONE, meaning, "equation of the model", {})
    element.setConstant(False)
    element.setValue(start)
    rule = model.createRateRule()
    rule.setVariable(name)
    rule.setMath(parse_formula(slope))


def add_compartment(model: libsbml.Model, name: str) -> None:
    """Add the compartment of the species. Its size is 1, because species are amounts, not concentrations."""
    element = model.createCompartment()
    element.setId(name)
    element.setSpatialDimensions(3)
    element.setSize(1)
    element.setUnits(ONE)
    element.setConstant(True)


def add_species(model: libsbml.Model, name: str, place: str, meaning: str) -> None:
    """Add an amount in U that starts at 0."""
    element = model.createSpecies()
    element.setId(name)
    describe(element, meaning)
    element.setCompartment(place)
    element.setInitialAmount(0)
    element.setSubstanceUnits("U")
    element.setHasOnlySubstanceUnits(True)
    element.setBoundaryCondition(False)
    element.setConstant(False)


def add_reaction(model: libsbml.Model, name: str, before: str, after: str | None, flow: str) -> None:
    """Add a step from one amount to the next, or out of the model, with its flow in U per day."""
    element = model.createReaction()
    element.setId(name)
    element.setReversible(False)
    ends = [(element.createReactant, before), *([(element.createProduct, after)] if after else [])]
    for create, amount in ends:
        end = create()
        end.setSpecies(amount)
        end.setStoichiometry(1)
        end.setConstant(True)
    element.createKineticLaw().setMath(parse_formula(flow))


def add_event(model: libsbml.Model, name: str, when: str, then: dict[str, str]) -> None:
    """Add an event: the assignments of `then` at the moment when a condition becomes true, also on day 0."""
    element = model.createEvent()
    element.setId(name)
    element.setUseValuesFromTriggerTime(True)
    trigger = element.createTrigger()
    trigger.setInitialValue(False)  # true from the start counts as becoming true
    trigger.setPersistent(True)
    trigger.setMath(parse_formula(when))
    for target, formula in then.items():
        assignment = element.createEventAssignment()
        assignment.setVariable(target)
        assignment.setMath(parse_formula(formula))


def describe(element: libsbml.SBase, meaning: str, source: str = "", **annotations: str) -> None:
    """Write the meaning and the source of an element into notes for readers and an annotation for programs."""
    notes = " ".join(f"{text[0].upper()}{text[1:].rstrip('.')}." for text in (meaning, source) if text)
    element.setNotes(f'<p xmlns="http://www.w3.org/1999/xhtml">{escape(notes)}</p>')
    annotations = {**({"source": source} if source else {}), **annotations}
    if annotations:
        attributes = " ".join(f"{name}={quoteattr(text)}" for name, text in annotations.items())
        element.setAnnotation(f'<wearoff:given xmlns:wearoff="{NAMESPACE}" {attributes}/>')


def parse_formula(formula: str) -> libsbml.ASTNode:
    """Return a formula, read in the infix notation of SBML Level 3; its numbers are dimensionless."""
    node = import_libsbml().parseL3Formula(formula)
    if node is None:
        raise ValueError(f"{formula}: {import_libsbml().getLastParseL3Error()}")
    _set_dimensionless(node)
    return node


def _set_dimensionless(node: libsbml.ASTNode) -> None:
    if node.isNumber():
        node.setUnits(ONE)
    for i in range(node.getNumChildren()):
        _set_dimensionless(node.getChild(i))


def _add_parameter(
    model: libsbml.Model, name: str, units: str, meaning: str, source: str, annotations: dict[str, str]
) -> libsbml.Parameter:
    element = model.createParameter()
    element.setId(name)
    element.setUnits(units)
    describe(element, meaning, source, **annotations)
    return element
