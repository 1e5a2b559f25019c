"""A result that was written earlier, read from its file: how it was made, so that it can be made again."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from . import tables
from .checks import Limits, check_name
from .errors import LONGEST_VALUE, InputError, warn
from .files import read_text
from .json_text import parse_json
from .numerals import read_if_text
from .parameters import Parameters
from .patients.population import Population, limits_of
from .provenance import KEY, KEYS, REQUIRED, VERSIONS
from .treatment.schedule import Schedule
from .version import __version__


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
