"""A case (treatment and constants), read from a file: SBML that this package wrote, JSON or TOML."""

from __future__ import annotations

import dataclasses
import math
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

import pandas as pd

from .. import tables
from ..checks import Limits, check_ending, check_name, check_path
from ..errors import InputError, warn
from ..files import read_text
from ..json_text import parse_json
from ..numerals import read_if_text, read_integer, read_number
from ..parameters import Parameters, possible
from ..treatment.muscles import SITES
from ..treatment.schedule import Schedule
from ..treatment.visit import DAY, Visit
from .comparison import compute_constants, draw_points, find_difference, leave_out, read_meaning
from .earlier import CREASE, CREASE_CONSTANTS, is_earlier, rename
from .elements import NAMESPACE, import_libsbml
from .evaluation import OtherMathematicsError
from .sbml import to_document

if TYPE_CHECKING:
    import libsbml

DEEPEST = 50  # levels of nested elements that are read; a file of this package has 15

TIMES = DAY._replace(name="times")
WRITTEN = "what `wearoff export sbml` writes"

KEYS = ("schedule", "start", "times", "preset", "parameters")
# The keys of results that `wearoff simulate --json` prints; they are ignored.
RESULTS = (
    "landmarks", "dates", "middle_half", "outcomes", "explanations", "spill", "visible_at", "files", "provenance",
)  # fmt: skip


@dataclasses.dataclass(frozen=True, kw_only=True)
class Case:
    """The input of a simulation.

    Parameters
    ----------
    schedule : Schedule or None
        None if the file has constants alone.
    parameters : Parameters
    """

    schedule: Schedule | None = None
    parameters: Parameters


def read_case(path: str | Path) -> Case:
    """Return treatment and constants, read from a file.

    Parameters
    ----------
    path : str or Path
        ``.xml`` or ``.sbml``: a file that `to_sbml` wrote, in which constants, days and units may have been changed.
        ``.json`` or ``.toml``: ``schedule``, a list of rows with the columns of `Schedule.from_frame`; ``start``, the
        date of day 0; ``times``, days of observation; ``preset``, the constants to start from; ``parameters``, the
        constants that differ from it. All are optional. The output of ``wearoff simulate --json`` can be read too; its
        results are ignored.

    Returns
    -------
    Case

    Raises
    ------
    InputError
        The file cannot be read; a value is not possible; or the equations of an SBML file are not those of this
        package, so that its constants would have another meaning.

    Examples
    --------
    >>> case = read_case("tests/data/case.toml")
    >>> case.parameters.light_chain_half_life, len(case.schedule)
    (60.0, 4)
    """
    path = check_path(path)
    ending = check_ending(path, tuple(_READERS))
    text = read_text(path, path.suffix[1:].upper())
    try:
        return _READERS[ending](text)
    except InputError as error:
        raise error.at(path.name) from None


def _from_json(text: str) -> Case:
    return _from_table(parse_json(text))


def _from_toml(text: str) -> Case:
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        allowed = f"keys {', '.join(KEYS)}"
        raise InputError("content", allowed=allowed, problem=f"is not TOML ({error})") from None
    return _from_table(content)


def _from_table(content: Any) -> Case:
    # JSON and TOML have the same keys.
    table = _check_type(content, dict, "file", f"an object with the keys {', '.join(KEYS)}")
    for key in table:
        if key not in RESULTS:
            check_name(key, KEYS, "key")
    changes = _check_type(table.get("parameters", {}), dict, "parameters", "names with their values")
    parameters = Parameters.preset(table.get("preset", "default")).replace(**_read_changes(changes))
    if "schedule" in table:
        return Case(schedule=_read_schedule(table), parameters=parameters)
    for key in ("start", "times"):
        if key in table:
            raise InputError(key, table[key], "beside it", problem="is given without schedule")
    return Case(parameters=parameters)


def _read_schedule(table: dict[str, Any]) -> Schedule:
    rows = _check_type(table["schedule"], list, "schedule", "a list of rows such as time and amt")
    for row in rows:
        _check_type(row, dict, "schedule", "rows such as time and amt")
    # dtype=object keeps every value as it is in the file until it is read as a number.
    schedule = Schedule.from_frame(pd.DataFrame(rows, dtype=object))
    if "times" in table:
        if schedule.times:
            problem = "is given beside rows of observation"
            raise InputError("times", table["times"], "one of the two", problem=problem)
        times = _check_type(table["times"], list, "times", "a list of days")
        schedule = dataclasses.replace(schedule, times=tuple(read_if_text(day, TIMES) for day in times))
    if "start" in table:
        schedule = schedule.starting(table["start"])
    return schedule


def _check_type(value: Any, kind: type, name: str, allowed: str) -> Any:
    if not isinstance(value, kind):
        raise InputError(name, value, allowed)
    return value


def _read_changes(changes: dict[str, Any]) -> dict[str, Any]:
    # JSON has no infinity: this package writes "inf".
    rows = tables.column("parameters", "name")
    return {name: read_if_text(value, possible(rows[name])) if name in rows else value
            for name, value in changes.items()}  # fmt: skip


def _from_sbml(text: str) -> Case:
    _check_xml(text)
    sbml = import_libsbml()
    document = sbml.readSBMLFromString(text)
    for i in range(document.getNumErrors()):
        error = document.getError(i)
        if error.getSeverity() >= sbml.LIBSBML_SEV_ERROR:
            problem = f"is not valid ({error.getShortMessage()})"
            raise InputError(f"line {error.getLine()}", allowed="SBML", problem=problem)
    model = document.getModel()
    annotation = {} if model is None else _read_annotation(model)
    if not annotation:
        raise InputError("model", allowed=WRITTEN, problem="is not written by wearoff, or has lost its annotations")
    absent: tuple[str, ...] = ()
    if is_earlier(model):
        rename(document)
        absent = CREASE
    names = [name for name in tables.column("parameters", "name") if name not in absent]
    parameters = Parameters(origin=annotation.get("preset", ""), **{name: _read_value(model, name) for name in names})
    visits: list[Visit] = []
    while model.getParameter(f"units_{len(visits) + 1}") is not None:
        visits.append(_read_visit(model, len(visits) + 1))
        names += _name_visit(len(visits))
    start: Any = annotation.get("start")  # a date as text
    times = tuple(read_number(day, TIMES) for day in annotation.get("times", "").split())
    schedule = Schedule(tuple(visits), start, times)
    _compare(document, to_document(schedule, parameters), set(names), absent)
    if absent:
        values = ", ".join(f"{name} = {getattr(parameters, name):g}" for name in CREASE_CONSTANTS)
        warn(f"the file is of the first form of the model, without the crease in the skin; taken instead: {values}")
    return Case(schedule=schedule, parameters=parameters)


def _check_xml(text: str) -> None:
    # libsbml crashes on elements that are nested too deeply, and on texts that a document type makes endless.
    depth = 0

    def enter(name: str, _: Any) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            problem = f"is {depth} elements deep"
            raise InputError(f"<{name}>", depth, f"at most {DEEPEST}", problem=problem)

    def leave(_: str) -> None:
        nonlocal depth
        depth -= 1

    def refuse(*_: Any) -> None:
        raise InputError("a document type", allowed="SBML, which has none", problem="is declared")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler, parser.StartDoctypeDeclHandler = enter, leave, refuse
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise InputError("content", allowed="SBML", problem=f"is not XML ({error})") from None


def _read_visit(model: libsbml.Model, number: int) -> Visit:
    day, units = _name_visit(number)
    annotation = _read_annotation(model.getParameter(units))
    if not {"product", "muscle"} <= set(annotation):
        raise InputError(units, allowed=WRITTEN, problem="has lost its product and muscle")
    sites = read_integer(annotation["sites"], SITES) if "sites" in annotation else None
    amount = _read_value(model, units)
    return Visit(
        day=_read_value(model, day),
        units=amount,
        product=annotation["product"],
        muscle=annotation["muscle"],
        sites=sites,
    )


def _name_visit(number: int) -> tuple[str, str]:
    return f"day_{number}", f"units_{number}"


def _read_value(model: libsbml.Model, name: str) -> float:
    # The annotation has all digits of the number, the file has 15 or so. If they differ, the value was changed.
    parameter = model.getParameter(name)
    if parameter is None or not parameter.isSetValue():
        raise InputError(name, allowed=WRITTEN, problem="has no value")
    value = float(parameter.getValue())
    annotation = _read_annotation(parameter)
    exact = read_number(annotation["exact"], Limits(name, -math.inf, math.inf)) if "exact" in annotation else value
    return (
        exact
        if exact == value or math.isclose(exact, value, rel_tol=1e-15) or float(f"{exact:.15g}") == value
        else value
    )


def _read_annotation(element: libsbml.SBase) -> dict[str, str]:
    # Return the attributes of our annotation, or none if there is no annotation.
    annotation = element.getAnnotation()
    for i in range(annotation.getNumChildren() if annotation is not None else 0):
        child = annotation.getChild(i)
        if child.getURI() == NAMESPACE:
            return {child.getAttrName(k): child.getAttrValue(k) for k in range(child.getAttributesLength())}
    return {}


def _compare(
    document: libsbml.SBMLDocument, expected: libsbml.SBMLDocument, inputs: set[str], absent: Sequence[str]
) -> None:
    # But for the values of inputs, the file must be the model that this package writes, without what is absent.
    points = draw_points(expected)
    ours, computed = leave_out(read_meaning(expected, points), absent), compute_constants(expected)
    try:
        theirs = read_meaning(document, points)
        difference = find_difference(ours, theirs, inputs, computed)
    except OtherMathematicsError as error:
        difference = str(error)
    if difference:
        allowed = "other days, units and constants, but another spread only where there are no sites"
        raise InputError("model", allowed=allowed, problem=f"is not wearoff's: {difference}")
    for name, value in theirs.doubled.items():
        if not (math.isnan(value) or math.isclose(value, computed[name], rel_tol=1e-9)):
            warn(f"the file has {name} = {value:g} beside its formula; the formula counts: {computed[name]:g}")
    moved = [name for name, value in theirs.start.items() if not math.isclose(value, ours.start[name], abs_tol=1e-12)]
    if moved:
        warn(f"the file has the state of a run ({moved[0]} is {theirs.start[moved[0]]:g}); a case begins without toxin")


_READERS: dict[str, Callable[[str], Case]] = {
    ".xml": _from_sbml,
    ".sbml": _from_sbml,
    ".json": _from_json,
    ".toml": _from_toml,
}
