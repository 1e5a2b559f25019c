"""The formulas that stand in a file, derived from `model.equations` by sympy.

The equations are called with symbols that have the names of the file, and what comes out is written as text. Amounts
are in units of the first visit's product; the functions `force` and `uptake` take and return units of
onabotulinumtoxinA, so that what goes in and what comes out is converted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ..errors import InputError, format_value, not_installed
from ..model.equations import CHAIN, STATES, Constants, Model, slope

# What a formula of the user's own may be, for the error.
EXAMPLES = {"force": "lambda release, c: release**2", "uptake": "lambda dose, c: dose"}


class Formulas(NamedTuple):
    """The formulas of one zone of the muscle, as text.

    Parameters
    ----------
    flows : dict of str
        For each step of the chain, the flow out of its source in U per day.
    slopes : dict of str
        For each state that is no compartment, its slope per day.
    release, force : str
        Fractions of baseline; the force is a formula of the release.
    """

    flows: dict[str, str]
    slopes: dict[str, str]
    release: str
    force: str


def library() -> Any:
    """Return sympy, or say how it is installed."""
    try:
        import sympy
    except ModuleNotFoundError:
        raise not_installed("SBML", "sympy", "exchange") from None
    return sympy


def symbol(name: str) -> Any:
    """Return the symbol for an id of the file."""
    return library().Symbol(name)


def write(formula: Any) -> str:
    """Return a formula of sympy in the infix notation of SBML Level 3.

    Examples
    --------
    >>> write(symbol("dose") / (1 + symbol("dose") / symbol("U50")))
    'dose/(1 + dose/U50)'
    """
    sympy = library()
    named = formula.replace(sympy.log, sympy.Function("ln"))  # log has base 10 in SBML
    return str(sympy.sstr(named, order="none", full_prec=False)).replace("**", "^")


def derive_formulas(model: Model, first_potency: str, ending: str = "") -> Formulas:
    """Return the formulas of a zone.

    Parameters
    ----------
    model : Model
    first_potency : str
        Id of the relative potency of the first visit's product.
    ending : str, optional
        What the ids of the zone end in. ``visible`` and the ``force`` that it follows are those of the whole muscle.
    """
    constants = Constants(*map(symbol, Constants._fields))
    states = [symbol(name if name == "visible" else name + ending) for name in STATES]
    releases = []

    def force_of_muscle(release: Any, _: Constants) -> Any:
        releases.append(release)
        return symbol("force")

    slopes = dict(zip(STATES, slope(0, states, constants, force_of_muscle), strict=True))
    flow, flows = 0, {}
    for step in CHAIN:
        # What does not stay in a compartment flows on.
        flow = flow - slopes.pop(step.source)
        flows[step.name] = write(flow)
    force = _call(model.force, "force", symbol(f"release{ending}"), _per_unit(constants, first_potency))
    return Formulas(flows, {name: write(each) for name, each in slopes.items()}, write(releases[0]), write(force))


def derive_uptake(model: Model, first_potency: str, dose: Any) -> Any:
    """Return what is taken up of a dose, as a formula of sympy; both in units of the first visit's product."""
    potency, constants = symbol(first_potency), Constants(*map(symbol, Constants._fields))
    return _call(model.uptake, "uptake", dose * potency, _per_unit(constants, first_potency)) / potency


def _per_unit(constants: Constants, first_potency: str) -> Constants:
    # In units of onabotulinumtoxinA, from those of the first visit's product.
    potency = symbol(first_potency)
    return constants._replace(k_cleave=constants.k_cleave / potency, U50=constants.U50 * potency)


def _call(function: Callable[[Any, Constants], Any], role: str, argument: Any, constants: Constants) -> Any:
    # A function of the user's own, called with symbols.
    sympy = library()
    refusal = InputError(
        "model",
        function,
        f"a {role} written with arithmetic and powers, such as {EXAMPLES[role]}",
        problem=f"has the {role} {_name(function)}, which is not a formula",
    )
    try:
        formula = sympy.sympify(function(argument, constants), strict=True)
    except (TypeError, AttributeError, ValueError) as error:  # numpy and comparisons do not take symbols
        raise refusal from error
    allowed = (sympy.Symbol, sympy.Rational, sympy.Float, sympy.Add, sympy.Mul, sympy.Pow, sympy.exp, sympy.log)
    if not all(isinstance(part, allowed) for part in sympy.preorder_traversal(formula)):
        raise refusal
    return formula


def _name(function: Any) -> str:
    return getattr(function, "__name__", "") or format_value(function)
