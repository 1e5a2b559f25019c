"""Days as an argument: numbers, dates, or durations. Dates are counted from the start of a schedule."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from .errors import InputError, format_value

ONE_DAY = np.timedelta64(1, "D")
YEAR = 365.25  # days, for what is counted a year
# Days that nothing is later than: of one patient, and of what may be asked of many.
CENTURY, TEN_YEARS = 36525, 3652
YEAR_OF_TRIAL = 365  # days; what a trial reports of its first year, of its second and so on


def read_days(value: Any, name: str, allowed: str, start: datetime.date | None) -> npt.NDArray[np.float64]:
    """Return days as an array of at least one axis.

    Parameters
    ----------
    value : array_like
        Numbers of days; dates of numpy, pandas or Python, which are counted from `start`; or durations.
    name, allowed : str
        The name of the argument in an error, and what it may be.
    start : date or None
        The date of day 0, if known.

    Returns
    -------
    ndarray of float

    Raises
    ------
    InputError
        The days are not numbers, dates or durations; a value is missing; or there are dates and no start.

    Examples
    --------
    >>> read_days(3, "times", "days", None).tolist()
    [3.0]
    >>> read_days(np.array([36, 48], "timedelta64[h]"), "times", "days", None).tolist()
    [1.5, 2.0]
    >>> read_days(np.array(["2027-01-11"], "datetime64[D]"), "times", "days", datetime.date(2027, 1, 4)).tolist()
    [7.0]
    """
    if np.ma.is_masked(value):
        raise InputError(name, value, allowed, problem="has a masked value, which is missing")
    try:
        days = np.atleast_1d(_as_numpy_times(value))
        if days.dtype.kind not in "Mm":
            text = days.dtype.kind == "O" and any(isinstance(item, str | bytes) for item in days.flat)
            if text or days.dtype.kind in "bcSUT":
                raise TypeError("numpy would read these as numbers")
            # A copy, so that the caller's array can change without changing the days.
            return np.array(days, dtype=float)
        if np.isnat(days).any():
            raise InputError(name, value, allowed, problem="has a missing date or duration")
        if days.dtype.kind == "m":
            if np.datetime_data(days.dtype)[0] == "generic":
                raise TypeError("numpy would take a duration without a unit for days")
            return days / ONE_DAY
    except (TypeError, ValueError, OverflowError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(name, value, allowed, problem=f"is {format_value(value)}, not numbers") from None
    if start is None:
        problem = "has dates, and the date of day 0 is not known"
        raise InputError(name, value, f"{allowed}, or a start beside them", problem=problem)
    return (days - np.datetime64(start)) / ONE_DAY


def _as_numpy_times(value: Any) -> npt.NDArray[Any]:
    # Return dates and durations of Python and pandas as those of numpy, and everything else as numpy reads it.
    array = np.asarray(value)
    if array.dtype.kind != "O" or not array.size:
        return array
    for kinds, dtype in (
        ((datetime.date, np.datetime64), "datetime64[us]"),
        ((datetime.timedelta, np.timedelta64), "timedelta64[us]"),
    ):
        if all(isinstance(item, kinds) for item in array.flat):
            if any(getattr(item, "tzinfo", None) is not None for item in array.flat):
                raise TypeError("numpy would drop the time zone")
            return array.astype(dtype)
    return array
