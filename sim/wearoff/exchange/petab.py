"""A PEtab problem: the model as SBML, a user's means on days, and what is to be estimated from them.

PEtab describes the data of one model. Ours is the model of one typical patient, which says nothing of how many patients
respond: shares of patients are refused, and `fit` takes them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from .. import tables
from ..checks import Limits, check_name, check_type, checked_arguments, one_or_many
from ..errors import InputError
from ..files import write_all
from ..labels import COLUMNS, ENDPOINTS, FRACTION
from ..model.equations import Model
from ..numerals import read_number
from ..parameters import Parameters
from ..treatment.schedule import Schedule
from ..treatment.visit import DAY
from ..user_tables import Source, UserTable, check_columns, check_required, read_csv, read_frame
from .sbml import to_sbml

DATA_COLUMNS = ("time", "quantity", "value", "sd")
QUANTITIES = tuple(name for name, row in COLUMNS.items() if row.unit in (FRACTION, COLUMNS["visible"].unit))

TIME = DAY._replace(name="time")
VALUE = Limits("value", -1, 2)
SD = Limits("sd", 0, math.inf, above=True)

CONDITION = "treatment"

PROBLEM = """\
format_version: 1
parameter_file: parameters.tsv
problems:
  - sbml_files: [model.xml]
    condition_files: [conditions.tsv]
    observable_files: [observables.tsv]
    measurement_files: [measurements.tsv]
"""


class Measurement(NamedTuple):
    """A mean on a day, with its standard deviation."""

    time: float
    quantity: str
    value: float
    sd: float


@checked_arguments()
def to_petab(
    folder: str | Path,
    data: Source | pd.DataFrame | Mapping[str, Any],
    free: str | Iterable[str],
    schedule: Schedule,
    parameters: Parameters | None = None,
    *,
    model: Model | None = None,
) -> list[Path]:
    """Write a PEtab problem (version 1): what programs such as pyPESTO and COPASI estimate from a user's data.

    Parameters
    ----------
    folder : str or Path
        The folder of its six files, of which ``problem.yaml`` names the others.
    data : str, Path, open text file, DataFrame or mapping
        A table with the columns ``time`` (days), ``quantity``, ``value`` and ``sd`` (of the value: for the mean of a
        group its standard error). A quantity is a fraction of `Timeline.frame`: ``visible``, ``depth``, ``crease``,
        ``force``, ``release`` or ``snap25``.
    free : str or iterable of str
        The constants to estimate. Their bounds are the plausible range, and their own values if these are outside it.
    schedule, parameters, model
        As in `to_sbml`. The values of `parameters` are the nominal values.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    InputError
        A row of `data` is not such a row, such as a share of patients, which one typical patient's model does not say;
        a name in `free` is no constant of the model; a folder that cannot be written; or what `to_sbml` refuses.
    """
    check_type(schedule, Schedule, "schedule")
    parameters = check_type(Parameters() if parameters is None else parameters, Parameters, "parameters")
    measurements = read_means(data)
    frames = {
        "parameters.tsv": _list_parameters(_check_free(free, schedule), parameters),
        "conditions.tsv": pd.DataFrame({"conditionId": [CONDITION]}),
        "observables.tsv": _list_observables(measurements),
        "measurements.tsv": _list_measurements(measurements),
    }
    texts = {name: frame.to_csv(sep="\t", index=False, lineterminator="\n") for name, frame in frames.items()}
    texts |= {"model.xml": to_sbml(schedule, parameters, model=model), "problem.yaml": PROBLEM}
    return write_all(folder, {name: text.encode() for name, text in texts.items()})


def read_means(data: Any) -> list[Measurement]:
    """Return the rows of a user's table; see `to_petab`."""
    framed = isinstance(data, pd.DataFrame | Mapping)
    table: UserTable = read_frame(data, "data", DATA_COLUMNS) if framed else read_csv(data, DATA_COLUMNS)
    check_columns(table, DATA_COLUMNS)
    check_required(table, DATA_COLUMNS, DATA_COLUMNS, "measurement")
    measurements = []
    for where, cells in table.rows:
        try:
            measurements.append(_read_measurement(cells))
        except InputError as error:
            raise error.at(where) from None
    return measurements


def _read_measurement(cells: Mapping[str, str]) -> Measurement:
    quantity = cells["quantity"]
    if quantity in ENDPOINTS:
        problem = f"is {quantity}, a share of patients or a median, which one typical patient does not say"
        raise InputError("quantity", quantity, f"{', '.join(QUANTITIES)}; fit takes {quantity}", problem=problem)
    check_name(quantity, QUANTITIES, "quantity")
    time, value, sd = (read_number(cells[limits.name], limits) for limits in (TIME, VALUE, SD))
    return Measurement(time, quantity, value, sd)


def _check_free(free: str | Iterable[str], schedule: Schedule) -> list[str]:
    sited = any(visit.sites is not None for visit in schedule)
    # The zones of a file, and so its places, are made for one spread.
    names = [name for name in tables.column("parameters", "name") if name != "spread"]
    chosen = one_or_many(free, str, "free")
    if not chosen:
        raise InputError("free", free, f"at least 1 of {', '.join(names)}")
    if "spread" in chosen:
        problem = "has spread, which the zones of the file are made for" if sited else "has spread, without sites"
        raise InputError("free", free, "the other constants", problem=problem)
    return [check_name(name, names, "free") for name in dict.fromkeys(chosen)]


def _list_parameters(free: list[str], parameters: Parameters) -> pd.DataFrame:
    table = parameters.table().set_index("name").loc[free]
    if (infinite := table.index[table["value"].isin([0, math.inf])]).size:
        name = infinite[0]
        raise InputError(name, getattr(parameters, name), "above 0 and finite, where it is free")
    return pd.DataFrame(
        {
            "parameterId": table.index,
            "parameterScale": "log10",
            "lowerBound": table[["low", "value"]].min(axis=1).to_numpy(),
            "upperBound": table[["high", "value"]].max(axis=1).to_numpy(),
            "nominalValue": table["value"].to_numpy(),
            "estimate": 1,
        }
    )


def _list_observables(measurements: list[Measurement]) -> pd.DataFrame:
    quantities = dict.fromkeys(one.quantity for one in measurements)
    return pd.DataFrame(
        {
            "observableId": [_name_observable(name) for name in quantities],
            "observableName": [COLUMNS[name].label for name in quantities],
            "observableFormula": list(quantities),
            "noiseFormula": [f"noiseParameter1_{_name_observable(name)}" for name in quantities],
        }
    )


def _list_measurements(measurements: list[Measurement]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "observableId": [_name_observable(one.quantity) for one in measurements],
            "simulationConditionId": CONDITION,
            "measurement": [one.value for one in measurements],
            "time": [one.time for one in measurements],
            "noiseParameters": [one.sd for one in measurements],
        }
    )


def _name_observable(quantity: str) -> str:
    return f"observed_{quantity}"
