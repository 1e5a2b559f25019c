"""The histories of several patients as tables: for people, and as numbers for other programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from .. import tables
from .history import History
from .records import GONE, UNKNOWN
from .seen import Gone, Grade

Row = dict[str, Any]

# The columns of `list_events` for a visit and for a look, beside `id`, `time`, `date` and `baseline`.
EVENTS: dict[str, Any] = {
    "id": object, "time": float, "date": object, "amt": float, "evid": int, "dv": "Int64", "assessor": object,
    "at_rest": "boolean", "seen": object, "since": float, "product": object, "muscle": object, "sites": "Int64",
    "baseline": "Int64",
}  # fmt: skip
NUMBERS: dict[str, Any] = {
    "ID": int, "TIME": float, "AMT": float, "EVID": int, "MDV": int, "CMT": int, "DV": "Int64", "DVID": "Int64",
    "BASE": "Int64", "PROD": int, "MUSC": int,
}  # fmt: skip
# Names that a covariate cannot have, in lower case: it would be a second column of this name.
RESERVED = tuple(column.casefold() for column in (*EVENTS, *NUMBERS))
# DVID: what DV is. The subject's follow the investigator's.
FROWN, REST, IS_GONE = 1, 3, 5


def list_events(histories: Mapping[str, History], covariates: pd.DataFrame) -> pd.DataFrame:
    """Return `Histories.to_frame`."""
    rows = [row | {"id": patient} for patient, history in histories.items() for row in _list_rows(history)]
    frame = pd.DataFrame(rows, columns=list(EVENTS))
    unknown = (frame["baseline"] == UNKNOWN).any()
    frame = frame.astype({name: kind for name, kind in EVENTS.items() if name != "baseline" or not unknown})
    frame["date"] = pd.to_datetime(frame["date"])
    if frame["date"].isna().all():
        frame = frame.drop(columns="date")
    return frame.join(covariates, on="id")


def list_numbers(histories: Mapping[str, History], covariates: pd.DataFrame) -> pd.DataFrame:
    """Return `Histories.to_nonmem`."""
    rows: list[Row] = []
    for number, (patient, history) in enumerate(histories.items(), 1):
        others = {str(name).upper(): value for name, value in covariates.loc[patient].items()}
        rows += [{"ID": number, **row, "BASE": history.baseline, **others} for row in _list_records(history)]
    names = [*NUMBERS, *(str(name).upper() for name in covariates)]
    frame = pd.DataFrame(rows, columns=names).astype(NUMBERS)
    return frame.drop(columns=[name for name in ("PROD", "MUSC") if len(set(frame[name])) == 1])


def _list_rows(history: History) -> Iterator[Row]:
    # Yield the rows of a history in the order of days; of one day, the looks first.
    visits = [
        {
            "time": visit.day, "amt": visit.units, "evid": 1, "product": visit.product.name,
            "muscle": visit.muscle.name, "sites": visit.sites,
        }
        for visit in history.visits
    ]  # fmt: skip
    looks = [{"time": each.day, "amt": 0.0, "evid": 0, "assessor": each.assessor, **_describe(each)}
             for each in history.seen]  # fmt: skip
    for row in _in_order([*looks, *visits]):
        yield {**row, "date": history.visits.date(row["time"]), "baseline": _write_baseline(history)}


def _write_baseline(history: History) -> int | str | None:
    # Without a baseline, a grade on the day of the first visit would be read as the baseline.
    first = history.visits.visits[0].day
    before = any(isinstance(each, Grade) and each.day == first and not each.at_rest for each in history.seen)
    return UNKNOWN if history.baseline is None and before else history.baseline


def _describe(seen: Grade | Gone) -> Row:
    if isinstance(seen, Gone):
        return {"seen": GONE[0], "since": seen.since}
    return {"dv": seen.grade, "at_rest": seen.at_rest}


def _list_records(history: History) -> Iterator[Row]:
    # Yield the rows of a history for other programs, in the order of time; of one day, the looks first.
    places = {name: list(tables.column(f"{name}s", name)) for name in ("product", "muscle")}
    visits = [
        {
            "TIME": visit.day, "AMT": visit.units, "EVID": 1,
            "PROD": places["product"].index(visit.product.name) + 1,
            "MUSC": places["muscle"].index(visit.muscle.name) + 1,
        }
        for visit in history.visits
    ]  # fmt: skip
    last = visits[0]
    for row in _in_order([*(look for each in history.seen for look in _observe(each)), *visits]):
        last = row if row["EVID"] else last
        yield {**row, "MDV": row["EVID"], "CMT": 1, "PROD": last["PROD"], "MUSC": last["MUSC"]}


def _observe(seen: Grade | Gone) -> list[Row]:
    # Return the observations that make up what was seen.
    by_subject = seen.assessor == "subject"
    if isinstance(seen, Grade):
        values, kind = [seen.grade], REST if seen.at_rest else FROWN
    else:
        values, kind = [0, 1][-len(seen.days) :], IS_GONE
    return [
        {"TIME": day, "EVID": 0, "DV": value, "DVID": kind + by_subject}
        for day, value in zip(seen.days, values, strict=True)
    ]


def _in_order(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: float(row["TIME" if "TIME" in row else "time"]))
