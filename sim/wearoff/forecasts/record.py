"""What was seen of a patient as a table, for pictures and for what a result says of its making."""

from __future__ import annotations

import math

import pandas as pd

from .history import Gone, History

COLUMNS = ("day", "since", "grade", "at_rest", "assessor")


def tabulate_seen(history: History) -> pd.DataFrame:
    """Return what was seen as a table, in the order of its days.

    Returns
    -------
    pandas.DataFrame
        ``day, since, grade, at_rest, assessor``. A row without a grade says that the effect was gone on that day;
        ``since`` is the last day before on which it was not, NaN if that is not known.
    """
    rows = [
        (each.day, math.nan if each.since is None else each.since, math.nan, False, each.assessor)
        if isinstance(each, Gone)
        else (each.day, math.nan, float(each.grade), each.at_rest, each.assessor)
        for each in sorted(history.seen, key=lambda each: each.day)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))
