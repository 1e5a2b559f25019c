"""The model in JavaScript, printed from `model.equations` by sympy: ``python -m wearoff.webpage.printing``.

The file `model.js` is committed, so that sympy is needed only where the equations change. Each slope is linear in its
own state and depends on no later state; so it is printed a second time as ``source - rate state``, the form in which
`solver.js` solves it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from .. import tables
from ..exchange.formulas import call_slope, import_sympy
from ..files import written_whole
from ..forecasts.forecasting import CONTRADICTION, FEWEST
from ..forecasts.posterior import ENOUGH, HORIZON, LEAST_VARIANCE, ROUNDS, STEPS_TO_BEST, WIDER
from ..levels import FULL, HALF, ONSET, WEAR_OFF
from ..model.chain import longest_rise
from ..model.equations import COMPARTMENTS, STATES, Constants, depth, force, uptake
from ..model.mesh import radau_tables
from ..parameters import in_symbols
from .scripts import FOLDER, MODEL

DEGREE = 3  # of the polynomials in `solver.js`: Radau IIA of order 5

NAMES = (
    "states", "initial", "compartments", "levels", "forecasts", "constants", "inSymbols",
    "addPowers", "uptake", "force", "depth", "longestRise", "release", "slope", "parts", "radau",
)  # fmt: skip

HEADER = """\
// The model. Printed from model/equations.py by `python -m wearoff.webpage.printing`: change that file, not this one.
"use strict";

/** The one global name of all scripts. */
var wearoff = {};

wearoff.model = (() => {
"""
FOOTER = "})();\n"


def print_model() -> str:
    """Return the text of `model.js`.

    Returns
    -------
    str
        A script that defines ``wearoff.model``. Its functions take the values of the states as an array ``y`` in the
        order of ``states``, and the constants as an object ``c`` with the symbols of `Constants`.

    Raises
    ------
    ValueError
        A slope is not linear in its own state, or depends on a later state.
    """
    sympy = import_sympy()
    constants = Constants(*(sympy.Symbol(f"c.{name}") for name in Constants._fields))
    states = {name: sympy.Symbol(f"y[{i}]") for i, name in enumerate(STATES)}
    slopes, release = call_slope(states, constants, lambda formula: sympy.Symbol(f"force({_write(formula)}, c)"))
    body = [
        *_print_names(),
        *_print_constants(force(sympy.Symbol("release"), constants)),
        *_print_functions(constants, release),
        "/** Writes the slopes of the states, per day, into an array. */",
        "function slope(y, c, into) {",
        *(f"  into[{i}] = {_write(formula)};" for i, formula in enumerate(slopes.values())),
        "}",
        "",
        *_print_parts(states, slopes),
        *_print_radau(),
        f"return {{ {', '.join(NAMES[:7])},",
        f"  {', '.join(NAMES[7:])} }};",
    ]
    return HEADER + "".join(f"  {line}".rstrip() + "\n" for line in body) + FOOTER


def main() -> None:
    """Write `model.js` into the package."""
    with written_whole(FOLDER / MODEL) as temporary:
        temporary.write_text(print_model(), encoding="utf-8")


def _name_powers(formula: Any) -> tuple[Any, dict[str, Any]]:
    # Return a formula with names for its powers of constants, and the powers: each is computed once for a patient.
    sympy = import_sympy()
    atoms = [each for each in formula.atoms(sympy.Pow) if each.exp != -1]
    powers = [each for each in atoms if all(part.name.startswith("c.") for part in each.free_symbols)]
    names = {f"c.power{i}": power for i, power in enumerate(sorted(powers, key=str), start=1)}
    return formula.subs({power: sympy.Symbol(name) for name, power in names.items()}), names


def _write(formula: Any) -> str:
    return str(import_sympy().jscode(formula, order="none", full_prec=False))


def _print_names() -> list[str]:
    return [
        "/** The states, their values before any toxin, and those that are amounts of toxin: the first ones. */",
        f"const states = {json.dumps(list(STATES))};",
        f"const initial = [{', '.join(f'{start:g}' for start in STATES.values())}];",
        f"const compartments = {json.dumps(list(COMPARTMENTS))};",
        "",
        "/** Levels of the visible effect that define the landmarks; `full` is a share of the peak. */",
        f"const levels = {{ onset: {ONSET}, full: {FULL}, half: {HALF}, wearOff: {WEAR_OFF} }};",
        "",
        "/** The numbers of forecasts/posterior.py and forecasts/forecasting.py; their comments say what each is. */",
        f"const forecasts = {{ horizon: {HORIZON}, rounds: {ROUNDS}, enough: {ENOUGH}, wider: {WIDER},",
        f"  leastVariance: {LEAST_VARIANCE}, stepsToBest: {STEPS_TO_BEST}, fewest: {FEWEST:g}, "
        f"contradiction: {CONTRADICTION} }};",
        "",
    ]


def _print_constants(force_formula: Any) -> list[str]:
    _, powers = _name_powers(force_formula)
    names = {row["symbol"]: row["name"] for row in tables.rows("parameters")}
    users = [names[symbol] for symbol in Constants._fields]
    symbols = in_symbols({name: import_sympy().Symbol(f"p.{name}") for name in users})
    return [
        "/** The constants under the users' names. */",
        "const constants = [",
        *(f"  {json.dumps(name)}," for name in users),
        "];",
        "",
        "/** The constants of the equations, from those of the users: a half-life in days becomes a rate in 1/day. */",
        "function inSymbols(p) {",
        "  return addPowers({",
        *(f"    {name}: {_write(formula)}," for name, formula in symbols.items()),
        "  });",
        "}",
        "",
        "/** Adds to the constants the powers of constants that the force needs. */",
        "function addPowers(c) {",
        *(f"  {name} = {_write(power)};" for name, power in powers.items()),
        "  return c;",
        "}",
        "",
    ]


def _print_functions(constants: Constants, released: Any) -> list[str]:
    dose, release, visible, crease = map(import_sympy().Symbol, ("dose", "release", "visible", "crease"))
    force_formula, _ = _name_powers(force(release, constants))
    formulas = [
        ("uptake", "dose, c", uptake(dose, constants), "Units that are taken up of a local dose."),
        ("force", "release, c", force_formula, "Force, a fraction of baseline."),
        ("depth", "visible, crease, c", depth(visible, crease, constants), "Depth of the line, at maximum frown."),
        ("longestRise", "c", longest_rise(constants), "Days after a dose from which its light chain only falls."),
        ("release", "y", released, "Release of acetylcholine, a fraction of baseline."),
    ]
    return [line for each in formulas for line in _print_function(*each)]


def _print_function(name: str, arguments: str, formula: Any, words: str) -> list[str]:
    # A part that occurs twice is computed once.
    shared, (result,) = import_sympy().cse(formula, order="none")
    return [
        f"/** {words} */",
        f"function {name}({arguments}) {{",
        *(f"  const {part} = {_write(value)};" for part, value in shared),
        f"  return {_write(result)};",
        "}",
        "",
    ]


def _print_parts(states: dict[str, Any], slopes: dict[str, Any]) -> list[str]:
    lines, later = [], set(states.values())
    for name, state in states.items():
        later.remove(state)
        rate = -slopes[name].diff(state)
        if rate.has(state) or slopes[name].free_symbols & later:
            raise ValueError(f"the slope of {name} is not linear in it, or depends on a later state")
        source = slopes[name].subs(state, 0)
        texts = [f"    rates[i] = {_write(rate)};", f"    sources[i] = {_write(source)};"]
        lines += [
            f"function {name}(at, c, rates, sources) {{",
            "  for (let i = 1; i < at.length; i++) {",
            *(["    const y = at[i];"] if any("y[" in text for text in texts) else []),
            *texts,
            "  }",
            "},",
        ]
    return [
        "/** For each state: writes rate and source at points 1, 2, ..., where its slope is source - rate * state. */",
        "const parts = [",
        *(f"  {line}" for line in lines),
        "];",
        "",
    ]


def _print_radau() -> list[str]:
    tables = radau_tables(DEGREE)
    return [
        "/** Radau points of [0, 1], 0 first; Lagrange's weights; the derivative at the points from their values. */",
        "const radau = {",
        f"  points: {_print_numbers(tables.points)},",
        f"  barycentric: {_print_numbers(tables.barycentric)},",
        "  derivative: [",
        *(f"    {_print_numbers(row)}," for row in tables.derivative),
        "  ],",
        "};",
        "",
    ]


def _print_numbers(numbers: Iterable[float]) -> str:
    # The last digit of a double can differ between versions of numpy.
    return f"[{', '.join(f'{number:.15g}' for number in numbers)}]"


if __name__ == "__main__":
    main()
