"""The formulas of a file, derived from `model.equations` by sympy.

The equations are called with symbols that have the names of the file. They return formulas, which are written as text.
Amounts in the file are in units of the first visit's product. The functions `force` and `uptake` take and return units
of onabotulinumtoxinA, so their arguments and results are converted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ..errors import InputError, format_value, not_installed
from ..model.equations import CHAIN, STATES, Constants, Model, depth, slope

# The states of the whole muscle; the other states are those of a zone.
WHOLE = ("visible", "crease")

# Examples of a user's formula, for the error.
EXAMPLES = {"force": "lambda release, c: release**2", "uptake": "lambda dose, c: dose"}


class Formulas(NamedTuple):
    """The formulas of one zone of the muscle, as text.

    Parameters
    ----------
    flows : dict of str
        The flow of each step of the chain, in U per day.
    slopes : dict of str
        The slope per day of each state that is not a compartment.
    release, force : str
        Fractions of baseline; the force is a formula of the release.
    depth : str
        Fraction of baseline, of the whole muscle.
    """

    flows: dict[str, str]
    slopes: dict[str, str]
    release: str
    force: str
    depth: str


def import_sympy() -> Any:
    """Return the module sympy, or raise an error that says how to install it."""
    try:
        import sympy
    except ModuleNotFoundError:
        raise not_installed("the model in formulas", "sympy", "exchange") from None
    return sympy


def symbol(name: str) -> Any:
    """Return the sympy symbol for an id of the file."""
    return import_sympy().Symbol(name)


def write(formula: Any) -> str:
    """Return a formula of sympy in the infix notation of SBML Level 3.

    Examples
    --------
    >>> write(symbol("dose") / (1 + symbol("dose") / symbol("U50")))
    'dose/(1 + dose/U50)'
    """
    sympy = import_sympy()
    named = formula.replace(sympy.log, sympy.Function("ln"))  # log has base 10 in SBML
    return str(sympy.sstr(named, order="none", full_prec=False)).replace("**", "^")


def express_symbol(name: str) -> Any:
    """Return the formula of sympy for the symbol of a constant in the equations, from the constant under its name.

    Examples
    --------
    >>> express_symbol("depot_half_life"), express_symbol("force_steepness")
    (log(2)/depot_half_life, force_steepness)
    """
    return import_sympy().log(2) / symbol(name) if name.endswith("_half_life") else symbol(name)


def call_slope(
    states: Mapping[str, Any], constants: Constants, name_force: Callable[[Any], Any]
) -> tuple[dict[str, Any], Any]:
    """Return the slope of each state, and the release of acetylcholine, as formulas of sympy.

    Parameters
    ----------
    states : mapping of str to symbol
        In the order of `STATES`.
    constants : Constants
        Symbols.
    name_force : callable
        Returns the symbol that stands for the force in the slopes; its argument is the formula of the release.
    """
    releases = []

    def force(release: Any, _: Constants) -> Any:
        releases.append(release)
        return name_force(release)

    return dict(zip(states, slope(0, list(states.values()), constants, force), strict=True)), releases[0]


def derive_formulas(model: Model, first_potency: str, ending: str = "") -> Formulas:
    """Return the formulas of a zone.

    Parameters
    ----------
    model : Model
    first_potency : str
        Id of the relative potency of the first visit's product.
    ending : str, optional
        The ending of the ids of the zone. The states of `WHOLE`, and the ``force`` on which they depend, are those of
        the whole muscle.
    """
    constants = Constants(*map(symbol, Constants._fields))
    states = {name: symbol(name if name in WHOLE else name + ending) for name in STATES}
    slopes, release = call_slope(states, constants, lambda _: symbol("force"))
    flow, flows = 0, {}
    for step in CHAIN:
        # The flow out of a compartment is the flow into it less its slope.
        flow = flow - slopes.pop(step.source)
        flows[step.name] = write(flow)
    force = call_function(
        model.force, "force", symbol(f"release{ending}"), _convert_constants(constants, first_potency)
    )
    return Formulas(
        flows,
        {name: write(formula) for name, formula in slopes.items()},
        write(release),
        write(force),
        write(depth(symbol("visible"), symbol("crease"), constants)),
    )


def derive_uptake(model: Model, first_potency: str, dose: Any) -> Any:
    """Return the uptake of a dose as a formula of sympy, in units of the first visit's product like the dose."""
    potency, constants = symbol(first_potency), Constants(*map(symbol, Constants._fields))
    return call_function(model.uptake, "uptake", dose * potency, _convert_constants(constants, first_potency)) / potency


def call_function(function: Callable[[Any, Constants], Any], role: str, argument: Any, constants: Constants) -> Any:
    """Return a formula of sympy, the result of a model's function for symbols.

    `role` is ``force`` or ``uptake``. An `InputError` says that a user's function is no formula.
    """
    sympy = import_sympy()
    refusal = InputError(
        "model",
        function,
        f"a {role} written with arithmetic and powers, such as {EXAMPLES[role]}",
        problem=f"has the {role} {_name_function(function)}, which is not a formula",
    )
    try:
        formula = sympy.sympify(function(argument, constants), strict=True)
    except (TypeError, AttributeError, ValueError) as error:  # numpy and comparisons do not take symbols
        raise refusal from error
    allowed = (sympy.Symbol, sympy.Rational, sympy.Float, sympy.Add, sympy.Mul, sympy.Pow, sympy.exp, sympy.log)
    if not all(isinstance(part, allowed) for part in sympy.preorder_traversal(formula)):
        raise refusal
    return formula


def _convert_constants(constants: Constants, first_potency: str) -> Constants:
    # Return constants per unit of onabotulinumtoxinA, from those per unit of the first visit's product.
    potency = symbol(first_potency)
    return constants._replace(k_cleave=constants.k_cleave / potency, U50=constants.U50 * potency)


def _name_function(function: Any) -> str:
    return getattr(function, "__name__", "") or format_value(function)
