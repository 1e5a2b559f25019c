"""Visits: day, units, product, muscle and sites; made by hand, at an interval, or read from a table."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

import pandas as pd

from ..checks import InputError, Limits, number, whole
from .muscles import SITES, find_muscle
from .products import Label, find_label, find_product

DAY = Limits("day", 0, 36525, "day")
UNITS = Limits("units", 0, 10_000, "U", above=True)
INTERVAL = Limits("every", 0, 36525, "day", above=True)
VISITS = Limits("visits", 1, 1000)

_FIELD_OF = {"time": "day", "amt": "units", "product": "product", "muscle": "muscle", "sites": "sites"}
_COLUMN_OF = {field: column for column, field in _FIELD_OF.items()}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Visit:
    """One treatment of one muscle; immutable, and checked when made.

    Parameters
    ----------
    day : float
        Days since the start, from 0.
    units : float, optional
        Units (U) of the product; default: the labelled dose of this product for this muscle.
    product, muscle : str
    sites : int, optional
        Number of injection sites along the muscle; default: the dose is taken as even along it.
    """

    day: float = 0.0
    units: float | None = None
    product: str = "onabotulinumtoxinA"
    muscle: str = "glabella"
    sites: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "day", number(self.day, DAY))
        find_product(self.product)
        find_muscle(self.muscle)
        units = self._labelled().units if self.units is None else number(self.units, UNITS)
        object.__setattr__(self, "units", units)
        if self.sites is not None:
            object.__setattr__(self, "sites", whole(self.sites, SITES))

    def _labelled(self) -> Label:
        found = find_label(self.product, self.muscle)
        if found is None:
            raise InputError(
                f"units is not given and no labelled dose of {self.product} for {self.muscle} is known; "
                f"allowed: {UNITS}"
            )
        return found


@dataclasses.dataclass(frozen=True)
class Schedule:
    """Visits in the order of their days.

    Parameters
    ----------
    visits : tuple of Visit
        At least one; all of the same muscle; days ascending, equal ones allowed.

    Examples
    --------
    >>> Schedule.every(90, visits=3, units=20).to_frame()[["time", "amt"]]
        time   amt
    0    0.0  20.0
    1   90.0  20.0
    2  180.0  20.0
    """

    visits: tuple[Visit, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "visits", tuple(self.visits))
        if not self.visits:
            raise InputError("schedule has no visit; allowed: at least 1")
        for before, after in pairwise(self.visits):
            if after.day < before.day:
                raise InputError(f"day is {after.day:g} after a visit on day {before.day:g}; allowed: ascending days")
            if after.muscle != before.muscle:
                raise InputError(
                    f"muscle is {after.muscle!r} after {before.muscle!r}; allowed: one muscle in a schedule"
                )

    def __iter__(self) -> Iterator[Visit]:
        return iter(self.visits)

    def __len__(self) -> int:
        return len(self.visits)

    @classmethod
    def once(cls, **visit: Any) -> Self:
        """Return a schedule of one visit on day 0, with the arguments of `Visit`."""
        return cls((Visit(**visit),))

    @classmethod
    def every(cls, days: float | str, *, visits: int | str, **visit: Any) -> Self:
        """Return visits at an equal interval, the first on day 0.

        Parameters
        ----------
        days : float
            Days between visits.
        visits : int
            Number of visits.
        **visit
            Arguments of `Visit` but its day, the same at every visit.
        """
        interval, count = number(days, INTERVAL), whole(visits, VISITS)
        return cls(tuple(Visit(day=i * interval, **visit) for i in range(count)))

    @classmethod
    def from_csv(cls, path: str | Path) -> Self:
        """Read a schedule from a CSV file with a header; see `from_frame` for the columns.

        An `InputError` names the file, the line and the column of what is wrong.
        """
        name = Path(path).name
        header, lines = _read_csv(Path(path), name)
        for column in header:
            if header.count(column) > 1:
                raise InputError(f"{name}: column {column!r} is repeated; allowed: each column once")
        records = []
        for line, cells in lines:
            if len(cells) != len(header):
                raise InputError(f"{name}, line {line}: {len(cells)} cells; allowed: {len(header)}, as in the header")
            records.append((f"{name}, line {line}", dict(zip(header, cells, strict=True))))
        return cls._from_records(name, header, records)

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> Self:
        """Read a schedule from a table, one row a visit.

        Parameters
        ----------
        frame : pandas.DataFrame
            Columns ``time`` (days) and ``amt`` (units), and if wanted ``product``, ``muscle`` and ``sites``.
            Any other column is an error, and so is a blank cell but in ``sites``, where it means an even dose.
        """
        text = frame.astype(object).where(frame.notna(), "")
        records = [(f"schedule, row {i}", {str(k): v for k, v in row.items()}) for i, row in text.iterrows()]
        return cls._from_records("schedule", [str(column) for column in frame.columns], records)

    @classmethod
    def _from_records(cls, name: str, header: list[str], records: list[tuple[str, dict[str, Any]]]) -> Self:
        for column in ("time", "amt"):
            if column not in header:
                raise InputError(f"{name}: column {column!r} is missing; allowed: {', '.join(_FIELD_OF)}")
        for column in header:
            if column not in _FIELD_OF:
                raise InputError(f"{name}: column {column!r} is unknown; allowed: {', '.join(_FIELD_OF)}")
        if not records:
            raise InputError(f"{name}: no visit below the header; allowed: at least 1")
        visits = []
        for where, record in records:
            try:
                visits.append(Visit(**_given({_FIELD_OF[column]: cell for column, cell in record.items()})))
            except InputError as error:
                raise InputError(f"{where}: {_in_columns(str(error))}") from None
        return cls(tuple(visits))

    def to_frame(self) -> pd.DataFrame:
        """Return the visits as a table that `from_frame` reads: ``time, amt, product, muscle, sites``."""
        return pd.DataFrame(
            {
                "time": [visit.day for visit in self],
                "amt": [visit.units for visit in self],
                "product": [visit.product for visit in self],
                "muscle": [visit.muscle for visit in self],
                "sites": pd.array([visit.sites for visit in self], dtype="Int64"),
            }
        )


def _given(record: Mapping[str, Any]) -> dict[str, Any]:
    given = {field: cell for field, cell in record.items() if str(cell).strip() != ""}
    for field in record:
        if field not in given and field != "sites":
            raise InputError(f"{field} is blank; allowed: { {'day': DAY, 'units': UNITS}.get(field, 'a name') }")
    return given


def _in_columns(message: str) -> str:
    # Inside a table the fields bear the names of its columns.
    field, _, rest = message.partition(" ")
    return f"{_COLUMN_OF.get(field, field)} {rest}"


def _read_csv(path: Path, name: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{name}: not a text file; allowed: CSV in UTF-8") from None
    except OSError as error:
        raise InputError(f"{name}: cannot be read ({error.strerror}); allowed: a CSV file") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        filled = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader if cells]
    except csv.Error as error:
        raise InputError(f"{name}, line {reader.line_num}: {error}; allowed: CSV") from None
    if not filled:
        raise InputError(f"{name}: empty; allowed: a header and at least 1 visit")
    return filled[0][1], filled[1:]
