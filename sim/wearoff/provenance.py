"""How a result was made, as one block of JSON, and the block read back.

The block has everything that the result depends on and nothing else: no time, no path, no number of processes. The same
block gives the same result.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import scipy

from . import tables
from .checks import Limits, check_name
from .errors import LONGEST_VALUE, InputError, warn
from .files import read_text
from .json_text import parse_json, simplify, to_compact_json
from .model.equations import MODEL, Model
from .numerals import read_if_text
from .parameters import Parameters
from .patients.population import Population, limits_of
from .treatment.schedule import Schedule
from .version import __version__

KEY = "provenance"  # of the block in a result
VERSIONS = {"wearoff": __version__, "numpy": np.__version__, "scipy": scipy.__version__}
REQUIRED = (*VERSIONS, "command", "options", "preset", "constants")
KEYS = (*REQUIRED, "seed", "sampler", "population", "arms", "observations")
# The columns of a schedule that a block has: all that is needed to read it back.
COLUMNS = ("time", "date", "amt", "product", "muscle", "sites")


def make_block(
    command: str,
    options: Mapping[str, Any],
    patients: Parameters | Population,
    *,
    arms: Mapping[str, Schedule | None] | None = None,
    rules: Mapping[str, Mapping[str, Any]] | None = None,
    seen: Mapping[str, Mapping[str, Any]] | None = None,
    seed: int | None = None,
    sampler: str | None = None,
    observations: pd.DataFrame | None = None,
) -> dict[str, Any]:
    """Return the block of a result.

    Parameters
    ----------
    command : str
        The command, such as ``"trial"``.
    options : mapping
        Its options as they were read, without those that are elsewhere in the block and those without influence.
    patients : Parameters or Population
        The constants of one patient; or the population, whose typical patient has them.
    arms : mapping of str to Schedule or None, optional
        The treatment of each arm by its label; None for placebo.
    rules : mapping of str to mapping, optional
        When the patients of an arm are treated again, by the label of the arm.
    seen : mapping of str to mapping, optional
        What was seen of the one patient of an arm, under its keys, by the label of the arm.
    seed : int, optional
        The seed of the random numbers.
    sampler : str, optional
        How patients were drawn.
    observations : pandas.DataFrame, optional
        The user's own observations, as they were read.

    Returns
    -------
    dict
        Keys ``wearoff, numpy, scipy`` (versions), ``command, options, seed, sampler, preset, constants, population,
        arms, observations``; what does not apply is left out.

    Examples
    --------
    >>> block = make_block("simulate", {"days": 90}, Parameters(), arms={"20 U": Schedule.once(units=20)})
    >>> block["arms"][0]["schedule"]
    [{'time': 0.0, 'amt': 20.0, 'product': 'onabotulinumtoxinA', 'muscle': 'glabella'}]
    """
    block = {**VERSIONS, "command": command, "options": dict(options), "seed": seed, "sampler": sampler}
    block |= describe_patients(patients)
    if arms:
        block["arms"] = [
            {
                "label": label,
                "schedule": "placebo" if schedule is None else _list_rows(_tabulate(schedule)),
                **({"retreat": dict(rules[label])} if rules and label in rules else {}),
                **(seen[label] if seen else {}),
            }
            for label, schedule in arms.items()
        ]
    if observations is not None:
        block["observations"] = _list_rows(observations)
    made: dict[str, Any] = simplify({key: value for key, value in block.items() if value is not None})
    return made


def name_functions(model: Model) -> dict[str, str]:
    """Return the user's own functions of a model, by what they replace; the block has their names alone.

    Examples
    --------
    >>> name_functions(MODEL)
    {}
    """
    functions = {name: getattr(model, name) for name in ("uptake", "force")}
    return {
        name: f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', type(function).__name__)}"
        for name, function in functions.items()
        if function is not getattr(MODEL, name)
    }


def describe_patients(patients: Parameters | Population) -> dict[str, Any]:
    """Return all numbers of a patient or a population by their names, under keys as in the block."""
    people = patients if isinstance(patients, Population) else None
    typical = patients.parameters if isinstance(patients, Population) else patients
    constants = {name: getattr(typical, name) for name in tables.column("parameters", "name")}
    described = {"preset": typical.origin, "constants": constants}
    if people is None:
        return described
    return described | {"population": {name: people.value(name) for name in tables.column("population", "name")}}


def write_note(block: Mapping[str, Any]) -> str:
    """Return the block as one line, for a field of a picture; observations are left out, which may be many."""
    return to_compact_json({key: value for key, value in block.items() if key != "observations"})


def _tabulate(schedule: Schedule) -> pd.DataFrame:
    events = schedule.to_events()
    return events[[column for column in COLUMNS if column in events]]


def _list_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    # Return the rows of a table without their missing values.
    records = simplify(frame.astype(object).to_dict("records"))
    return [{str(name): value for name, value in row.items() if value not in (None, "")} for row in records]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Recorded:
    """A result that was read from a file, as far as it says how it was made.

    Parameters
    ----------
    file : str
        The name of the file.
    block : dict
        The block, as it is in the file.
    patients : Parameters or Population
        Whom the block has.
    fitted : Population or None
        The population that a fit estimated.
    not_used : tuple of str
        Names of fitted numbers that are not of the population.
    ids : tuple of str
        The IDs in the result's table of patients, which the block does not have; empty without such a table.
    """

    file: str
    block: dict[str, Any]
    patients: Parameters | Population
    fitted: Population | None
    not_used: tuple[str, ...]
    ids: tuple[str, ...]

    @property
    def schedule(self) -> Schedule:
        """The treatment of the only arm."""
        arms = self.block.get("arms")
        if not isinstance(arms, list) or len(arms) != 1:
            raise InputError(f"{KEY}.arms", arms, "a list of 1 arm")
        ((schedule, _),) = self.arms
        return schedule

    @property
    def arms(self) -> list[tuple[Schedule, dict[str, Any]]]:
        """The treatment of each arm, and all that the block has of the arm."""
        arms = self.block.get("arms")
        if not isinstance(arms, list) or not arms:
            raise InputError(f"{KEY}.arms", arms, "a list of arms")
        schedule = f"{KEY}.arms, schedule"
        checked = [_check_object(arm, f"{KEY}.arms") for arm in arms]
        return [(Schedule.from_frame(_read_rows(arm.get("schedule"), schedule)), arm) for arm in checked]

    @property
    def observations(self) -> pd.DataFrame | None:
        """The user's own observations, not yet checked; None if there are none."""
        rows = self.block.get("observations")
        return None if rows is None else _read_rows(rows, f"{KEY}.observations")

    def refuse_another(self, block: Mapping[str, Any]) -> None:
        """Raise `InputError` if the block of the run that was started from this file is another.

        After a warning about another version it may be.
        """
        if self.block["wearoff"] != __version__:
            return
        for key in (key for key in KEYS if key not in VERSIONS):
            if self.block.get(key) != block.get(key):
                problem = "does not fit the rest of the block"
                raise InputError(f"{KEY}.{key}", allowed="a result as wearoff wrote it", problem=problem)


def read_recorded(path: Path) -> Recorded | None:
    """Return how the result in a JSON file was made; None for an object that has no block.

    Raises
    ------
    InputError
        The file cannot be read or is not JSON; a key of the block is missing or not known; or a value is not possible.
        The error names file and key.

    Warns
    -----
    UnusualWarning
        The result was made with another version of wearoff, numpy or scipy.
    """
    text = read_text(path, "JSON")
    try:
        content = parse_json(text)
        if not isinstance(content, dict):
            raise InputError("content", content, f"an object with the key {KEY}")
        if KEY not in content:
            return None
        block = _check_object(content[KEY], KEY)
        _check_keys(block, KEYS, REQUIRED, KEY)
        _check_object(block["options"], f"{KEY}.options")
        for name in (*VERSIONS, "command"):
            _check_word(block[name], f"{KEY}.{name}")
        patients = _read_patients(block, KEY)
        fitted, not_used = _read_fitted(content)
        ids = _read_ids(content.get("patients"))
    except InputError as error:
        raise error.at(path.name) from None
    others = [f"{name} {block[name]} (here {here})" for name, here in VERSIONS.items() if block[name] != here]
    if others:
        warn(f"{path.name} was made with {', '.join(others)}; the results may differ")
    return Recorded(file=path.name, block=block, patients=patients, fitted=fitted, not_used=not_used, ids=ids)


def warn_of_potencies(products: Iterable[str], where: str = "") -> None:
    """Warn of fitted relative potencies, which are not of the population; `where` stands before each sentence."""
    for name in products:
        warn(f"{where}the relative potency of {name} was fitted; the one of this package is used instead")


def _read_fitted(content: dict[str, Any]) -> tuple[Population | None, tuple[str, ...]]:
    if "fitted" not in content:
        return None, ()
    fitted = _check_object(content["fitted"], "fitted")
    people = _read_patients(fitted, "fitted")
    if not isinstance(people, Population):
        raise InputError("fitted.population", allowed="all numbers of the population")
    potencies = _check_object(fitted.get("relative_potencies", {}), "fitted.relative_potencies")
    return people, tuple(potencies)


def _read_ids(table: Any) -> tuple[str, ...]:
    # In other results "patients" is a number.
    if not isinstance(table, list):
        return ()
    ids = tuple(row.get("id") if isinstance(row, dict) else None for row in table)
    if not all(isinstance(each, str) for each in ids) or len(set(ids)) < len(ids):
        raise InputError("patients", allowed="rows with an id each, all different", problem="have no such ids")
    return tuple(map(str, ids))


def _read_patients(block: dict[str, Any], where: str) -> Parameters | Population:
    names = tables.column("parameters", "name")
    constants = _read_numbers(block.get("constants"), names, f"{where}.constants")
    parameters = Parameters(origin=block.get("preset", "default"), **constants)
    if "population" not in block:
        return parameters
    numbers = _read_numbers(block["population"], tables.column("population", "name"), f"{where}.population")
    return Population(parameters=parameters, **numbers)


def _read_numbers(content: Any, names: Iterable[str], where: str) -> dict[str, Any]:
    known = tuple(names)
    numbers = _check_object(content, where)
    _check_keys(numbers, known, known, where)
    # JSON has no infinity: this package writes "inf".
    return {name: read_if_text(value, _limits(name, where)) for name, value in numbers.items()}


def _limits(name: str, where: str) -> Limits:
    return limits_of(name)._replace(name=f"{where}.{name}")


def _read_rows(content: Any, where: str) -> pd.DataFrame:
    if not isinstance(content, list) or not all(isinstance(row, dict) for row in content):
        raise InputError(where, content, "a list of rows")
    # dtype=object keeps every value as it is in the file until it is read as a number.
    return pd.DataFrame(content, dtype=object)


def _check_object(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError(name, value, "an object")
    return value


def _check_word(value: Any, name: str) -> None:
    if not isinstance(value, str) or not value.isprintable() or len(value) > LONGEST_VALUE:
        raise InputError(name, value, "a short text")


def _check_keys(table: Mapping[str, Any], known: Iterable[str], required: Iterable[str], where: str) -> None:
    for key in table:
        check_name(key, known, f"key of {where}")
    for key in required:
        if key not in table:
            raise InputError(f"{where}.{key}", allowed=", ".join(required))
