"""The published time courses as a tidy table, and a user's own observations in the same columns."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import betaincinv

from .. import tables
from ..checks import Limits, check_name, check_type
from ..errors import InputError, warn
from ..numerals import read_integer, read_number
from ..patients.grades import ASSESSORS, ENDPOINTS
from ..treatment.visit import UNITS, Visit
from ..user_tables import Source, UserTable, check_columns, read_csv, read_frame

LAST_DAY = 730.0  # the last day that is simulated; a later observation cannot be compared
OBSERVED_DAY = Limits("day", 0, LAST_DAY, "day")
PERCENT = Limits("value", 0, 100, "%")
SUBJECTS = Limits("n", 1, 10_000_000)

# Endpoints whose value is a median of days over the patients.
MEDIANS = ("onset", "return_to_baseline", "loss_of_none_or_mild")
CONFIDENCE = 0.95  # of every interval that is reported
DAYS_OF = {"day": 1.0, "week": 7.0}
# Other names of a unit, which are accepted.
UNIT_OF = {"percent": "%", "per cent": "%", "days": "day", "weeks": "week"}
ARMS = ("treated", "placebo")
# "yes" and "no" are written in files; "True" and "False" are the text of Python's values.
YES_OR_NO = {"yes": True, "no": False, "True": True, "False": False}

REQUIRED = ("endpoint", "value", "unit")
DEFAULTS = {
    "source": "",
    "product": "onabotulinumtoxinA",
    "units": "",
    "muscle": "glabella",
    "arm": "treated",
    "assessor": "investigator",
    "day": "",
    "n": "",
    "note": "",
    "status": "given",
    "used_for_fit": "no",
}
OBSERVATION_COLUMNS = (
    "source", "product", "dose", "units", "muscle", "arm", "endpoint", "assessor", "day", "value", "low", "high",
    "unit", "n", "note", "status", "used_for_fit",
)  # fmt: skip


def published() -> pd.DataFrame:
    """Return the published observations, one a row, as they are in ``data/observations.csv``.

    Returns
    -------
    pandas.DataFrame
        ``source, product, dose, units, muscle, arm, endpoint, assessor, day, value, low, high, unit, n, note, status,
        used_for_fit``; numbers as floats, NaN where the source has none. Status ``memory`` says that a value was
        recalled and not found in a source. ``used_for_fit`` marks the rows to which the defaults were fitted.

    Examples
    --------
    >>> bool((published()["used_for_fit"]).sum() > 10)
    True
    """
    frame = pd.DataFrame(tables.rows("observations"))
    for column in ("units", "day", "value", "low", "high", "n"):
        frame[column] = pd.to_numeric(frame[column])
    return frame.assign(used_for_fit=frame["used_for_fit"] == "yes")


def why_not(row: Mapping[Any, Any]) -> str:
    """Return the reason why the model predicts nothing for a row of `published`; empty if it does."""
    if row["endpoint"] not in (*ENDPOINTS, *MEDIANS):
        return f"endpoint {row['endpoint']} is not one of the model's"
    if row["muscle"] not in tables.column("muscles", "muscle"):
        return f"muscle {row['muscle'] or '(not given)'} is not one of the model's"
    if row["arm"] == "placebo":
        return "without toxin there is no such day" if row["endpoint"] in MEDIANS else ""
    if row["product"] not in tables.column("products", "product"):
        return f"product {row['product']} has no relative potency"
    if math.isnan(row["units"]):
        return "the dose is not given"
    if math.isnan(row["value"]):
        return "the value is not given"
    return ""


def read_observations(source: Source) -> pd.DataFrame:
    """Return a user's observations, read from a CSV file with the columns of `published`.

    Parameters
    ----------
    source : str, Path or open text file
        ``endpoint``, ``value`` and ``unit`` are required. The unit of responders on a ``day`` is ``%`` (or
        ``percent``), or ``count`` (of ``n``). The unit of a median of days (onset, return_to_baseline,
        loss_of_none_or_mild) is ``day`` or ``week``. The other columns have defaults: onabotulinumtoxinA in its
        labelled dose, the glabella, a treated arm, the investigator. Separators, missing values and comments are as in
        `Schedule.from_csv`.

    Returns
    -------
    pandas.DataFrame
        The columns of `published`; responders in per cent.

    Raises
    ------
    InputError
        The file is not such a table; the error names file, line and column.

    Warns
    -----
    UnusualWarning
        Every percentage is below 1: perhaps 0.82 means 82 %.
    """
    return _check_table(read_csv(source, OBSERVATION_COLUMNS))


def check_observations(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table of observations with checked values and with defaults; see `read_observations`."""
    return _check_table(read_frame(frame, "observations", OBSERVATION_COLUMNS))


def refuse_incomplete(rows: pd.DataFrame) -> None:
    """Raise `InputError` for a table without all columns of `published`."""
    check_type(rows, pd.DataFrame, "observations")
    missing = [name for name in (*REQUIRED, *DEFAULTS) if name not in rows and name != "note"]
    if missing:
        allowed = "as of published, check_observations, read_observations"
        raise InputError("observations", rows, allowed, problem=f"lacks {', '.join(missing)}")


def _check_table(table: UserTable) -> pd.DataFrame:
    check_columns(table, OBSERVATION_COLUMNS)
    for column in REQUIRED:
        if column not in table.columns:
            raise InputError(f"column {column!r}", allowed=", ".join(OBSERVATION_COLUMNS), where=table.name)
    if not table.rows:
        raise InputError(table.name, allowed="at least 1 observation", problem="has no row below the header")
    records = []
    for where, cells in table.rows:
        filled = {column: cell for column, cell in cells.items() if cell}
        try:
            records.append(_check_row({**DEFAULTS, **filled}))
        except InputError as error:
            raise error.at(where) from None
    rows = pd.DataFrame(records)
    percentages = rows.loc[~rows["endpoint"].isin(MEDIANS), "value"]
    if 0 < percentages.max() < 1:
        warn(
            f"{table.name}: every percentage is below 1; {percentages.max():g} is read as {percentages.max():g} %, not "
            f"as {100 * percentages.max():g} %"
        )
    return rows


def _check_row(row: dict[str, str]) -> dict[str, Any]:
    for column in REQUIRED:
        if column not in row:
            raise InputError(column, allowed="filled in every row", problem="is blank")
    check_name(row["arm"], ARMS, "arm")
    check_name(row["endpoint"], (*ENDPOINTS, *MEDIANS), "endpoint")
    if row["arm"] == "placebo" and row["endpoint"] in MEDIANS:
        problem = f"is 'placebo' of the endpoint {row['endpoint']}, a day"
        raise InputError("arm", row["arm"], "treated", problem=problem)
    row["unit"] = UNIT_OF.get(row["unit"].casefold(), row["unit"])
    checked: dict[str, Any] = dict(row)
    if row["arm"] == "treated":
        units = read_number(row["units"], UNITS) if row["units"] else None
        checked["units"] = Visit(product=row["product"], muscle=row["muscle"], units=units).units
    else:
        checked["units"] = 0.0
    checked["n"] = float(read_integer(row["n"], SUBJECTS)) if row["n"] else math.nan
    if row["endpoint"] in MEDIANS:
        check_name(row["unit"], DAYS_OF, "unit")
        checked["value"] = read_number(
            row["value"], Limits("value", 0, LAST_DAY / DAYS_OF[row["unit"]], row["unit"], above=True)
        )
        checked["day"] = math.nan
    else:
        check_name(row["assessor"], ASSESSORS, "assessor")
        checked["value"], checked["unit"] = _read_per_cent(row, checked["n"]), "%"
        if not row["day"]:
            raise InputError("day", allowed=str(OBSERVED_DAY), problem="is blank")
        checked["day"] = read_number(row["day"], OBSERVED_DAY)
    checked["used_for_fit"] = YES_OR_NO[check_name(row["used_for_fit"], YES_OR_NO, "used_for_fit")]
    ends = {end: read_number(row[end], Limits(end, 0, math.inf)) if end in row else math.nan for end in ("low", "high")}
    return {"dose": "", **checked, **ends}


def _read_per_cent(row: dict[str, str], n: float) -> float:
    if check_name(row["unit"], ("%", "count"), "unit") == "%":
        return read_number(row["value"], PERCENT)
    if math.isnan(n):
        raise InputError("n", allowed="filled where the unit is count", problem="is blank")
    return 100 * read_integer(row["value"], Limits("value", 0, n)) / n


def intervals(percent: pd.Series, n: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of exact binomial intervals (Clopper and Pearson 1934) in per cent; NaN without n."""
    share, patients = percent.to_numpy(float) / 100, n.to_numpy(float)
    count, tail = np.rint(share * patients), (1 - CONFIDENCE) / 2
    with np.errstate(invalid="ignore"):
        low = np.where(count > 0, betaincinv(np.maximum(count, 1), patients - count + 1, tail), 0.0)
        high = np.where(count < patients, betaincinv(count + 1, np.maximum(patients - count, 1), 1 - tail), 1.0)
    missing = np.isnan(patients)
    return np.where(missing, np.nan, 100 * low), np.where(missing, np.nan, 100 * high)
