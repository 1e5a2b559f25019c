"""The published time courses as a tidy table, and a user's own in the same columns."""

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

# The last day that is simulated: what is observed later cannot be compared.
HORIZON = 730.0
DAY = Limits("day", 0, HORIZON, "day")
PERCENT = Limits("value", 0, 100, "%")
SUBJECTS = Limits("n", 1, 10_000_000)

# What is a median of days over the patients.
MEDIANS = ("onset", "return_to_baseline", "loss_of_none_or_mild")
# Of every interval that is reported.
CONFIDENCE = 0.95
DAYS_OF = {"day": 1.0, "week": 7.0}
# What else a unit is called.
UNIT_OF = {"percent": "%", "per cent": "%", "days": "day", "weeks": "week"}
ARMS = ("treated", "placebo")
# In files, and as Python has them.
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
COLUMNS = ("source", "product", "dose", "units", "muscle", "arm", "endpoint", "assessor", "day", "value", "low", "high",
           "unit", "n", "note", "status", "used_for_fit")  # fmt: skip


def published() -> pd.DataFrame:
    """Return the published observations, one a row, as they stand in ``data/observations.csv``.

    Returns
    -------
    pandas.DataFrame
        ``source, product, dose, units, muscle, arm, endpoint, assessor, day, value, low, high, unit, n, note, status,
        used_for_fit``; numbers as floats, NaN where the source has none. Status ``memory`` marks what was recalled and
        not found in a source; ``used_for_fit`` the rows that the defaults were fitted to.

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
    """Return why the model has nothing to say about a row of `published`; empty if it has."""
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
    """Read a user's observations from a CSV file with the columns of `published`.

    Parameters
    ----------
    source : str, Path or open text file
        ``endpoint``, ``value`` and ``unit`` are required: ``%`` (or ``percent``) or ``count`` of ``n`` for responders
        on a ``day``, ``day`` or ``week`` for a median of days (onset, return_to_baseline, loss_of_none_or_mild). What
        is absent or missing is the labelled onabotulinumtoxinA in the glabella, a treated arm, seen by the
        investigator. Separators, missing values and comments as in `Schedule.from_csv`.

    Returns
    -------
    pandas.DataFrame
        As `published`; responders in per cent.

    Raises
    ------
    InputError
        Names file, line and column of what is wrong.

    Warns
    -----
    UnusualWarning
        Every percentage is below 1, as where 0.82 is meant for 82 %.
    """
    return _check(read_csv(source, COLUMNS))


def check_observations(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table of observations checked and completed; see `read_observations`."""
    return _check(read_frame(frame, "observations", COLUMNS))


def refuse_incomplete(rows: pd.DataFrame) -> None:
    """Raise `InputError` for a table that is not as of `published`: one that nobody has checked and completed."""
    check_type(rows, pd.DataFrame, "observations")
    missing = [name for name in (*REQUIRED, *DEFAULTS) if name not in rows and name != "note"]
    if missing:
        allowed = "as of published, check_observations, read_observations"
        raise InputError("observations", rows, allowed, problem=f"lacks {', '.join(missing)}")


def _check(table: UserTable) -> pd.DataFrame:
    check_columns(table, COLUMNS)
    for column in REQUIRED:
        if column not in table.columns:
            raise InputError(f"column {column!r}", allowed=", ".join(COLUMNS), where=table.name)
    if not table.rows:
        raise InputError(table.name, allowed="at least 1 observation", problem="has no row below the header")
    records = []
    for where, cells in table.rows:
        given = {column: cell for column, cell in cells.items() if cell}
        try:
            records.append(_checked({**DEFAULTS, **given}))
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


def _checked(row: dict[str, str]) -> dict[str, Any]:
    for column in REQUIRED:
        if column not in row:
            raise InputError(column, allowed="filled in every row", problem="is blank")
    check_name(row["arm"], ARMS, "arm")
    check_name(row["endpoint"], (*ENDPOINTS, *MEDIANS), "endpoint")
    if row["arm"] == "placebo" and row["endpoint"] in MEDIANS:
        problem = f"is 'placebo' of the endpoint {row['endpoint']}, a day"
        raise InputError("arm", row["arm"], "treated", problem=problem)
    row["unit"] = UNIT_OF.get(row["unit"].casefold(), row["unit"])
    known: dict[str, Any] = dict(row)
    if row["arm"] == "treated":
        units = read_number(row["units"], UNITS) if row["units"] else None
        known["units"] = Visit(product=row["product"], muscle=row["muscle"], units=units).units
    else:
        known["units"] = 0.0
    known["n"] = float(read_integer(row["n"], SUBJECTS)) if row["n"] else math.nan
    if row["endpoint"] in MEDIANS:
        check_name(row["unit"], DAYS_OF, "unit")
        known["value"] = read_number(
            row["value"], Limits("value", 0, HORIZON / DAYS_OF[row["unit"]], row["unit"], above=True)
        )
        known["day"] = math.nan
    else:
        check_name(row["assessor"], ASSESSORS, "assessor")
        known["value"], known["unit"] = _per_cent(row, known["n"]), "%"
        if not row["day"]:
            raise InputError("day", allowed=str(DAY), problem="is blank")
        known["day"] = read_number(row["day"], DAY)
    known["used_for_fit"] = YES_OR_NO[check_name(row["used_for_fit"], YES_OR_NO, "used_for_fit")]
    ends = {end: read_number(row[end], Limits(end, 0, math.inf)) if end in row else math.nan for end in ("low", "high")}
    return {"dose": "", **known, **ends}


def _per_cent(row: dict[str, str], n: float) -> float:
    if check_name(row["unit"], ("%", "count"), "unit") == "%":
        return read_number(row["value"], PERCENT)
    if math.isnan(n):
        raise InputError("n", allowed="filled where the unit is count", problem="is blank")
    return 100 * read_integer(row["value"], Limits("value", 0, n)) / n


def intervals(percent: pd.Series, n: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return the exact binomial intervals (Clopper and Pearson 1934) of percentages, in per cent; NaN without n."""
    share, out = percent.to_numpy(float) / 100, n.to_numpy(float)
    count, tail = np.rint(share * out), (1 - CONFIDENCE) / 2
    with np.errstate(invalid="ignore"):
        low = np.where(count > 0, betaincinv(np.maximum(count, 1), out - count + 1, tail), 0.0)
        high = np.where(count < out, betaincinv(count + 1, np.maximum(out - count, 1), 1 - tail), 1.0)
    missing = np.isnan(out)
    return np.where(missing, np.nan, 100 * low), np.where(missing, np.nan, 100 * high)
