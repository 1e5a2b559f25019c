"""The values of formulas in an SBML document, where each symbol in them has several values."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .elements import import_libsbml

if TYPE_CHECKING:
    import libsbml

Array = npt.NDArray[np.float64]

POINTS = 3  # values of each symbol
TIME = "time"
TIME_SYMBOL = "http://www.sbml.org/sbml/symbols/time"


class OtherMathematicsError(ValueError):
    """A document has something that no document of this package has; the message says what."""


def evaluate(node: libsbml.ASTNode, values: Mapping[str, Any]) -> Array:
    """Return the value of a formula."""
    with np.errstate(all="ignore"):
        return np.broadcast_to(_evaluate(node, values), POINTS)


def _evaluate(node: libsbml.ASTNode, values: Mapping[str, Any]) -> Any:
    if node is None:
        raise OtherMathematicsError("a formula is missing")
    if node.isNumber():
        return node.getValue()
    if node.isName():
        name = TIME if is_time(node) else node.getName()
        if name not in values or node.isAvogadro():
            raise OtherMathematicsError(f"{name} is new")
        return values[name]
    kind = name_operation(node)
    if kind == "pi":
        return math.pi
    arguments = [_evaluate(node.getChild(i), values) for i in range(node.getNumChildren())]
    number, operation = OPERATIONS.get(kind, (-1, None))
    if operation is None or number not in (None, len(arguments)):
        if kind == "-" and len(arguments) == 1:
            return -arguments[0]
        raise OtherMathematicsError(f"it has {import_libsbml().formulaToL3String(node)[:40]}")
    return operation(arguments)


def name_operation(node: libsbml.ASTNode) -> str:
    """Return the character of an operator, or the name of a function, a relation or a constant of MathML.

    The numbers of kinds, `node.getType()`, are objects instead where libsedml was imported after libsbml, as tellurium
    does.
    """
    if node.isOperator():
        return str(node.getCharacter())
    return "" if node.isUserFunction() or node.isCSymbolFunction() else str(node.getName())


def is_time(node: libsbml.ASTNode) -> bool:
    """Return whether a node is the time of a simulation."""
    return bool(node.isName()) and node.getDefinitionURLString() == TIME_SYMBOL


def _power(arguments: list[Any]) -> Any:
    return np.power(np.asarray(arguments[0], dtype=float), arguments[1])


def _root(arguments: list[Any]) -> Any:
    return np.power(np.asarray(arguments[1], dtype=float), np.divide(1.0, arguments[0]))


# The number of arguments of each operation (None: any), and its value.
OPERATIONS: Mapping[str, tuple[int | None, Callable[[list[Any]], Any]]] = {
    "+": (None, lambda a: sum(a, np.zeros(POINTS))),
    "*": (None, lambda a: math.prod(a, start=np.ones(POINTS))),
    "-": (2, lambda a: a[0] - a[1]),
    "/": (2, lambda a: np.divide(a[0], a[1])),
    "^": (2, _power),
    "power": (2, _power),
    "pow": (2, _power),  # in Level 1
    "root": (2, _root),
    "sqrt": (2, _root),
    "exp": (1, lambda a: np.exp(a[0])),
    "ln": (1, lambda a: np.log(a[0])),
}
