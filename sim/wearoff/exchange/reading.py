"""A case, treatment and constants, read back from a file: SBML that this package wrote, JSON or TOML."""

from __future__ import annotations

import dataclasses
import json
import math
import tomllib
from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

import pandas as pd

from .. import tables
from ..checks import Limits, check_name
from ..errors import InputError, format_value
from ..files import read_text
from ..numerals import read_integer, read_number
from ..parameters import Parameters, possible
from ..treatment.muscles import SITES
from ..treatment.schedule import Schedule
from ..treatment.visit import DAY, Visit
from .elements import NAMESPACE, library
from .sbml import to_document

if TYPE_CHECKING:
    import libsbml

# Elements in one another: this package's files have 15.
DEEPEST = 50

TIMES = DAY._replace(name="times")
WRITTEN = "what `wearoff export sbml` writes"

KEYS = ("schedule", "start", "times", "preset", "parameters")
# What `wearoff simulate --json` prints beside what it was given.
RESULTS = ("landmarks", "dates", "outcomes", "explanations", "spill", "visible_at")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Case:
    """What a simulation is given.

    Parameters
    ----------
    schedule : Schedule or None
        None where a file speaks of constants alone.
    parameters : Parameters
    """

    schedule: Schedule | None = None
    parameters: Parameters


def read_case(path: str | Path) -> Case:
    """Read treatment and constants from a file.

    Parameters
    ----------
    path : str or Path
        ``.xml`` or ``.sbml``: a file that `to_sbml` wrote, in which constants, days and units may have been changed.
        ``.json`` or ``.toml``: ``schedule``, a list of rows with the columns of `Schedule.from_frame`; ``start``, the
        date of day 0; ``times``, days of observation; ``preset``, the constants to start from; ``parameters``, those
        that differ. All are optional. What ``wearoff simulate --json`` prints can be read, too: its results are not.

    Returns
    -------
    Case

    Raises
    ------
    InputError
        The file cannot be read; or a value is not possible; or the equations of an SBML file are not this package's,
        so that its constants would be read without what they mean.

    Examples
    --------
    >>> case = read_case("tests/data/case.toml")
    >>> case.parameters.light_chain_half_life, len(case.schedule)
    (60.0, 4)
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending not in _READERS:
        raise InputError("ending", ending, ", ".join(_READERS), where=path.name)
    text = read_text(path, path.suffix[1:].upper())
    try:
        return _READERS[ending](text)
    except InputError as error:
        raise error.at(path.name) from None


def _from_json(text: str) -> Case:
    try:
        found = json.loads(text, object_pairs_hook=_without_repeats)
    except InputError:
        raise
    except (ValueError, RecursionError) as error:  # of text that is no JSON, of a number of 5,000 digits, of a deep one
        raise InputError("content", allowed="an object", problem=f"is not JSON ({error})") from None
    return _from_table(found)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise InputError(f"key {format_value(key)}", allowed="each once", problem="is repeated")
        found[key] = value
    return found


def _from_toml(text: str) -> Case:
    try:
        found = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        allowed = f"keys {', '.join(KEYS)}"
        raise InputError("content", allowed=allowed, problem=f"is not TOML ({error})") from None
    return _from_table(found)


def _from_table(found: Any) -> Case:
    # The keys of JSON and TOML.
    table = _checked(found, dict, "file", f"an object with the keys {', '.join(KEYS)}")
    for key in table:
        if key not in RESULTS:
            check_name(key, KEYS, "key")
    changes = _checked(table.get("parameters", {}), dict, "parameters", "names with their values")
    parameters = Parameters.preset(table.get("preset", "default")).replace(**_read_changes(changes))
    if "schedule" in table:
        return Case(schedule=_schedule(table), parameters=parameters)
    for key in ("start", "times"):
        if key in table:
            raise InputError(key, table[key], "beside it", problem="is given without schedule")
    return Case(parameters=parameters)


def _schedule(table: dict[str, Any]) -> Schedule:
    rows = _checked(table["schedule"], list, "schedule", "a list of rows such as time and amt")
    for row in rows:
        _checked(row, dict, "schedule", "rows such as time and amt")
    # What stands in the file stays what it is until it is read as a number.
    schedule = Schedule.from_frame(pd.DataFrame(rows, dtype=object))
    if "times" in table:
        if schedule.times:
            problem = "is given beside rows of observation"
            raise InputError("times", table["times"], "one of the two", problem=problem)
        times = _checked(table["times"], list, "times", "a list of days")
        schedule = dataclasses.replace(schedule, times=tuple(_read_if_text(day, TIMES) for day in times))
    if "start" in table:
        schedule = schedule.starting(table["start"])
    return schedule


def _checked(value: Any, kind: type, name: str, allowed: str) -> Any:
    if not isinstance(value, kind):
        raise InputError(name, value, allowed)
    return value


def _read_changes(changes: dict[str, Any]) -> dict[str, Any]:
    # JSON has no infinity: this package writes "inf".
    rows = tables.column("parameters", "name")
    return {name: _read_if_text(value, possible(rows[name])) if name in rows else value
            for name, value in changes.items()}  # fmt: skip


def _read_if_text(value: Any, limits: Limits) -> Any:
    return read_number(value, limits) if isinstance(value, str) else value


def _from_sbml(text: str) -> Case:
    _check_xml(text)
    sbml = library()
    document = sbml.readSBMLFromString(text)
    for i in range(document.getNumErrors()):
        error = document.getError(i)
        if error.getSeverity() >= sbml.LIBSBML_SEV_ERROR:
            problem = f"is not valid ({error.getShortMessage()})"
            raise InputError(f"line {error.getLine()}", allowed="SBML", problem=problem)
    model = document.getModel()
    given = {} if model is None else _given(model)
    if not given:
        raise InputError("model", allowed=WRITTEN, problem="is not written by wearoff")
    names = list(tables.column("parameters", "name"))
    parameters = Parameters(origin=given.get("preset", ""), **{name: _value(model, name) for name in names})
    visits: list[Visit] = []
    while model.getParameter(f"units_{len(visits) + 1}") is not None:
        visits.append(_visit(model, len(visits) + 1))
        names += _names_of_visit(len(visits))
    start: Any = given.get("start")  # a date as text
    times = tuple(read_number(day, TIMES) for day in given.get("times", "").split())
    schedule = Schedule(tuple(visits), start, times)
    _compare(document, to_document(schedule, parameters), set(names))
    return Case(schedule=schedule, parameters=parameters)


def _check_xml(text: str) -> None:
    # What libsbml would not survive: elements in elements without end, and texts that a document type makes endless.
    depth = 0

    def starts(name: str, _: Any) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            problem = f"is {depth} elements deep"
            raise InputError(f"<{name}>", depth, f"at most {DEEPEST}", problem=problem)

    def ends(_: str) -> None:
        nonlocal depth
        depth -= 1

    def declared(*_: Any) -> None:
        raise InputError("a document type", allowed="SBML, which has none", problem="is declared")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler, parser.StartDoctypeDeclHandler = starts, ends, declared
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise InputError("content", allowed="SBML", problem=f"is not XML ({error})") from None


def _visit(model: libsbml.Model, number: int) -> Visit:
    day, units = _names_of_visit(number)
    given = _given(model.getParameter(units))
    if not {"product", "muscle"} <= set(given):
        raise InputError(units, allowed=WRITTEN, problem="has lost its product and muscle")
    sites = read_integer(given["sites"], SITES) if "sites" in given else None
    amount = _value(model, units)
    return Visit(day=_value(model, day), units=amount, product=given["product"], muscle=given["muscle"], sites=sites)


def _names_of_visit(number: int) -> tuple[str, str]:
    return f"day_{number}", f"units_{number}"


def _value(model: libsbml.Model, name: str) -> float:
    # All digits of a number where the 15 of the file are still its own; else what somebody has changed it to.
    parameter = model.getParameter(name)
    if parameter is None or not parameter.isSetValue():
        raise InputError(name, allowed=WRITTEN, problem="has no value")
    value = float(parameter.getValue())
    given = _given(parameter)
    exact = read_number(given["exact"], Limits(name, -math.inf, math.inf)) if "exact" in given else value
    return exact if float(f"{exact:.15g}") == value else value


def _given(element: libsbml.SBase) -> dict[str, str]:
    # The attributes of our annotation; empty where there is none.
    annotation = element.getAnnotation()
    for i in range(annotation.getNumChildren() if annotation is not None else 0):
        child = annotation.getChild(i)
        if child.getURI() == NAMESPACE:
            return {child.getAttrName(k): child.getAttrValue(k) for k in range(child.getAttributesLength())}
    return {}


def _compare(found: libsbml.SBMLDocument, expected: libsbml.SBMLDocument, inputs: set[str]) -> None:
    # But for words and for the values of what was given, the file must be what this package writes.
    for ours, theirs in zip_longest(_bones(expected, inputs), _bones(found, inputs), fillvalue="nothing"):
        if ours != theirs:
            allowed = "other days, units and constants, but another spread only where there are no sites"
            problem = f"is not wearoff's: {theirs[:80]} instead of {ours[:80]}"
            raise InputError("model", allowed=allowed, problem=problem)


def _bones(document: libsbml.SBMLDocument, inputs: set[str]) -> list[str]:
    bare = document.clone()
    for element in bare.getListOfAllElements():
        for forget in (element.unsetNotes, element.unsetAnnotation, element.unsetName, element.unsetMetaId):
            forget()
        if element.getId() in inputs:
            element.unsetValue()
    return [line.strip() for line in library().writeSBMLToString(bare).splitlines()]


_READERS: dict[str, Callable[[str], Case]] = {
    ".xml": _from_sbml,
    ".sbml": _from_sbml,
    ".json": _from_json,
    ".toml": _from_toml,
}
