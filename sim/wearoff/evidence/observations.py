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
from ..labels import CONFIDENCE
from ..numerals import read_integer, read_number, read_yes_or_no
from ..patients.grades import ASSESSORS, ENDPOINTS
from ..treatment.products import name_product
from ..user_tables import Source, UserTable, check_columns, check_required, read_csv, read_frame
from .schedules import LAST_DAY as LAST_DAY
from .schedules import LOOK_DAYS, read_among, read_cycle, read_retreat, read_units, read_visits

OBSERVED_DAY = Limits("day", 0, LAST_DAY, "day")
PERCENT = Limits("value", 0, 100, "%")
SUBJECTS = Limits("n", 1, 10_000_000)
USUAL_LOOK_DAYS = 28.0  # days between the visits of a trial whose source does not say

# Endpoints whose value is a median of days over the patients.
MEDIANS = ("onset", "return_to_baseline", "loss_of_none_or_mild")
# Endpoints of several treatments, with the only unit and the largest value that each may have.
OF_TREATMENTS = {"none_at_rest_odds_ratio": ("odds ratio", 1000), "treatments_in_a_year": ("treatments", 365)}
KNOWN_ENDPOINTS = (*ENDPOINTS, *MEDIANS, *OF_TREATMENTS)
DAYS_OF = {"day": 1.0, "week": 7.0}
# Other names of a unit, which are accepted.
UNIT_OF = {"percent": "%", "per cent": "%", "days": "day", "weeks": "week"}
ARMS = ("treated", "placebo")

REQUIRED = ("endpoint", "value", "unit")
DEFAULTS = {
    "source": "",
    "trial": "",
    "product": "onabotulinumtoxinA",
    "units": "",
    "total_units": "",
    "muscle": "glabella",
    "arm": "treated",
    "assessor": "investigator",
    "day": "",
    "cycle": "1",
    "visit_days": "",
    "visit_units": "",
    "retreat": "",
    "look_days": "",
    "among": "",
    "n": "",
    "note": "",
    "status": "given",
    "used_for_fit": "no",
}
OBSERVATION_COLUMNS = (
    "source", "trial", "product", "units", "total_units", "muscle", "arm", "endpoint", "assessor", "day", "cycle",
    "visit_days", "visit_units", "retreat", "look_days", "among", "value", "low", "high", "unit", "n", "note", "status",
    "used_for_fit",
)  # fmt: skip
NUMBERS = ("units", "total_units", "day", "look_days", "value", "low", "high", "n")


def published() -> pd.DataFrame:
    """Return the published observations, one a row, as they are in ``data/observations.csv``.

    Returns
    -------
    pandas.DataFrame
        - ``source, trial``: rows of one trial have the same ``trial``, whatever their source.
        - ``product, units, total_units, muscle``: ``units`` are those in the muscle of the row, as published. Rows of
          crow's feet count both sides: a prediction gives each muscle ``units`` divided by its ``sides``
          (``data/muscles.csv``). ``total_units`` are those of the whole treatment.
        - ``arm, endpoint, assessor, day``: ``day`` counts from the treatment ``cycle``.
        - ``cycle, visit_days, visit_units, retreat, look_days, among``: the schedule, see docs/tables.md;
          `schedules.read_visits`, `read_retreat` and `read_among` read the cells. ``look_days`` is NaN where nothing in
          the row depends on it.
        - ``value, low, high, unit, n``: a value in days or weeks is a median over the patients, as seen at the visits
          of the trial, which are ``look_days`` apart.
        - ``note, status, used_for_fit``: status ``memory`` says that a value was recalled and not found in a source.
          ``used_for_fit`` marks the rows for fits of the defaults.

        Numbers are floats, NaN where the source has none; ``cycle`` is an int.

    Examples
    --------
    >>> bool((published()["used_for_fit"]).sum() > 10)
    True
    """
    frame = pd.DataFrame(tables.rows("observations"))
    for column in NUMBERS:
        frame[column] = pd.to_numeric(frame[column])
    return frame.assign(cycle=frame["cycle"].astype(int), used_for_fit=frame["used_for_fit"] == "yes")


def why_not(row: Mapping[Any, Any]) -> str:
    """Return the reason why the model predicts nothing for a row of `published`; empty if it does."""
    if row["endpoint"] not in KNOWN_ENDPOINTS:
        return f"endpoint {row['endpoint']} is not one of the model's"
    if row["muscle"] not in tables.column("muscles", "muscle"):
        return f"muscle {row['muscle'] or '(not given)'} is not one of the model's"
    if row["endpoint"] in ENDPOINTS and not row["assessor"]:
        return "the assessor is not given"
    if row["assessor"] and row["assessor"] not in ASSESSORS:
        return f"assessor {row['assessor']} is not one of the model's"
    if row["arm"] == "placebo" and row["endpoint"] not in ENDPOINTS:
        return "without toxin there is no such day"
    if row["arm"] != "placebo":
        if row["product"] not in tables.column("products", "product"):
            return f"product {row['product']} has no relative potency"
        if math.isnan(row["units"]):
            return "the dose is not given"
    if math.isnan(row["value"]):
        return "the value is not given"
    return _find_unpredicted(row)


def _find_unpredicted(row: Mapping[Any, Any]) -> str:
    if row["among"] and row["cycle"] > 1:
        return "a selection after the first treatment is not followed to later ones"
    if row["endpoint"] in OF_TREATMENTS and row["cycle"] < 2 and not row["retreat"]:
        return "there is one treatment"
    return ""


def read_observations(source: Source) -> pd.DataFrame:
    """Return a user's observations, read from a CSV file with the columns of `published`.

    Parameters
    ----------
    source : str, Path or open text file
        ``endpoint``, ``value`` and ``unit`` are required. The unit of responders on a ``day`` is ``%`` (or
        ``percent``), or ``count`` (of ``n``). The unit of a median of days (onset, return_to_baseline,
        loss_of_none_or_mild) is ``day`` or ``week``. The other columns have defaults: onabotulinumtoxinA in its
        labelled dose, the glabella, a treated arm, the investigator, the first treatment, all treated patients. The
        columns of the schedule are described in docs/tables.md. Separators, missing values and comments are as in
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
    check_required(table, REQUIRED, OBSERVATION_COLUMNS, "observation")
    records = []
    for where, cells in table.rows:
        filled = {column: cell for column, cell in cells.items() if cell}
        try:
            records.append(_check_row({**DEFAULTS, **filled}))
        except InputError as error:
            raise error.at(where) from None
    rows = pd.DataFrame(records)
    percentages = rows.loc[rows["endpoint"].isin(ENDPOINTS), "value"]
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
    row["product"] = name_product(row["product"])
    check_name(row["arm"], ARMS, "arm")
    endpoint = check_name(row["endpoint"], KNOWN_ENDPOINTS, "endpoint")
    if row["arm"] == "placebo" and endpoint not in ENDPOINTS:
        what = "a day" if endpoint in MEDIANS else "which compares or counts treatments"
        raise InputError("arm", row["arm"], "treated", problem=f"is 'placebo' of the endpoint {endpoint}, {what}")
    row["unit"] = UNIT_OF.get(row["unit"].casefold(), row["unit"])
    n = float(read_integer(row["n"], SUBJECTS)) if row["n"] else math.nan
    ends = {end: read_number(row[end], Limits(end, 0, math.inf)) if end in row else math.nan for end in ("low", "high")}
    used_for_fit = read_yes_or_no(row["used_for_fit"], "used_for_fit")
    checked: dict[str, Any] = {**row, **ends, **_check_schedule(row), **read_units(row)}
    checked |= {"n": n, "used_for_fit": used_for_fit}
    if endpoint in MEDIANS:
        checked |= {"value": _read_days(row), "day": math.nan}
    elif endpoint in ENDPOINTS:
        checked |= {"value": _read_per_cent(row, n), "unit": "%", "day": _read_day(row)}
    else:
        checked |= {"value": _read_of_treatments(row), "day": math.nan}
    check_name(row["assessor"], ASSESSORS, "assessor")
    return {column: checked[column] for column in OBSERVATION_COLUMNS}


def _check_schedule(row: dict[str, str]) -> dict[str, Any]:
    given = read_number(row["look_days"], LOOK_DAYS) if row["look_days"] else math.nan
    cycle, retreat, _ = read_cycle(row), read_retreat(row["retreat"], given), read_among(row["among"])
    if row["endpoint"] == "treatments_in_a_year" and retreat is None:
        raise InputError("retreat", allowed="filled for treatments_in_a_year", problem="is blank")
    if row["endpoint"] == "none_at_rest_odds_ratio" and cycle == 1:
        raise InputError("cycle", cycle, "at least 2 for none_at_rest_odds_ratio")
    at_visits = row["endpoint"] in (*MEDIANS, *OF_TREATMENTS) and row["endpoint"] != "onset"
    usual = USUAL_LOOK_DAYS if at_visits or retreat is not None else math.nan
    words = {name: " ".join(row[name].split()) for name in ("visit_days", "visit_units", "retreat", "among")}
    return {
        **words,
        "cycle": cycle,
        "look_days": usual if math.isnan(given) else given,
    }


def _read_days(row: dict[str, str]) -> float:
    unit = check_name(row["unit"], DAYS_OF, "unit")
    return read_number(row["value"], Limits("value", 0, LAST_DAY / DAYS_OF[unit], unit, above=True))


def _read_of_treatments(row: dict[str, str]) -> float:
    unit, most = OF_TREATMENTS[row["endpoint"]]
    check_name(row["unit"], (unit,), "unit")
    return read_number(row["value"], Limits("value", 0, most, above=True))


def _read_day(row: dict[str, str]) -> float:
    if not row["day"]:
        raise InputError("day", allowed=str(OBSERVED_DAY), problem="is blank")
    day = read_number(row["day"], OBSERVED_DAY)
    if not row["retreat"]:
        treated = read_visits({**row, "units": "0"}).days[read_cycle(row) - 1]
        if treated + day > LAST_DAY:
            raise InputError("day", day, f"from 0 to {LAST_DAY - treated:g} after the treatment on day {treated:g}")
    return day


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
