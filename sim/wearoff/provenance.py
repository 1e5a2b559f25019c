"""How a result was made, as one block of JSON.

The block has everything that the result depends on and nothing else: no time, no path, no number of processes. The same
block gives the same result.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import scipy

from . import tables
from .errors import warn
from .json_text import simplify, to_compact_json
from .model.equations import MODEL, Model
from .parameters import Parameters
from .patients.population import Population
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


def warn_of_potencies(products: Iterable[str], where: str = "") -> None:
    """Warn of fitted relative potencies, which are not of the population; `where` stands before each sentence."""
    for name in products:
        warn(f"{where}the relative potency of {name} was fitted; the one of this package is used instead")


def _tabulate(schedule: Schedule) -> pd.DataFrame:
    events = schedule.to_events()
    return events[[column for column in COLUMNS if column in events]]


def _list_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    # Return the rows of a table without their missing values.
    records = simplify(frame.astype(object).to_dict("records"))
    return [{str(name): value for name, value in row.items() if value not in (None, "")} for row in records]
