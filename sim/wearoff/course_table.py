"""The table of one patient's course, and the days of its rows as arguments of `simulate`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .labels import COLUMNS
from .model.course import Course
from .model.equations import COMPARTMENTS
from .treatment.schedule import Schedule

Array = npt.NDArray[np.float64]


def tabulate_course(course: Course, days: Array, schedule: Schedule) -> pd.DataFrame:
    """Return the table of `Timeline.frame` on some days of a course, shape (k,)."""
    columns = {"time": days, **course.at(days)}
    # The model counts in units of onabotulinumtoxinA. The table counts in units of the first visit's product.
    if (potency := schedule.visits[0].product.relative_potency) != 1:
        columns.update({name: columns[name] / potency for name in COMPARTMENTS})
    # The frame is made from one array. From ten columns, pandas would take as much time as the model.
    frame = pd.DataFrame(np.stack(list(columns.values())).T, columns=list(columns), copy=False)
    frame.attrs["units"] = {name: row.unit for name, row in COLUMNS.items()}
    if schedule.start is not None:
        frame.insert(1, "date", schedule.dates(days))
    return frame


def name_days(days: Array, end: float) -> dict[str, Any]:
    """Return the arguments of `simulate` that give the days of a table in a course that ends on day `end`.

    There are none if the days are those of observation, which are in the schedule, and the course goes on after them.

    Examples
    --------
    >>> name_days(np.arange(4.0), 3), name_days(np.array([0.5, 3]), 3), name_days(np.array([7.0]), 240)
    ({'days': 3}, {'times': [0.5, 3.0]}, {})
    """
    # The last edge of a mesh may differ from the end by a rounding error.
    if not math.isclose(days[-1], end):
        return {}
    every_day = np.array_equal(days, np.arange(len(days)))
    return {"days": int(days[-1])} if every_day else {"times": days.tolist()}
