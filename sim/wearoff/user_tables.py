"""A user's table, read row by row from a file, an open file or a frame, as people and other programs write it.

What can have only one meaning is read without a warning. Names of columns may be in any case. Cells may be separated by
``,``, ``;`` or a tab; with ``;`` numbers may have decimal commas. ``NA``, ``.`` and a blank are missing values. These
are passed over: lines that begin with ``#``; rows marked in a column ``C`` (as NONMEM's ``IGNORE=C``, with a warning);
rows without a value; and row numbers in a first column without a name. An index with the name of a known column is read
as that column.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Collection, Mapping
from decimal import InvalidOperation
from pathlib import Path
from typing import Any, NamedTuple, TextIO, TypeAlias

import pandas as pd

from .checks import check_name
from .errors import InputError, format_value, warn
from .files import read_text

SEPARATORS = ",;\t"
MISSING = ("", ".", "NA")
COMMENT = "#"
# A row with a value in this column is a comment.
COMMENT_COLUMN = "C"
# The names that pandas gives to a column without a name.
NAMELESS = re.compile(r"|Unnamed: \d+|None|nan")
_DECIMAL_COMMA = re.compile(r"[-+]?\d*,\d+([eE][-+]?\d+)?")

Source: TypeAlias = str | Path | TextIO


class Row(NamedTuple):
    """One row: its place in words, such as ``plan.csv, line 3``, and its cells by column; ``""`` is a missing value."""

    where: str
    cells: dict[str, str]


class UserTable(NamedTuple):
    """A table as it was read: its name in messages, its columns and its rows."""

    name: str
    columns: list[str]
    rows: list[Row]


def read_csv(source: Source, columns: Collection[str]) -> UserTable:
    """Return the table in a CSV file with a header.

    Parameters
    ----------
    source : str, Path or open text file
        UTF-8.
    columns : collection of str
        Names of known columns, in lower case. The header may have them in any case.

    Returns
    -------
    UserTable

    Raises
    ------
    InputError
        The file cannot be read or is not CSV, a column is repeated, or a line has more or fewer cells than the header.
    """
    name, text = _read_source(source)
    lines = _split_lines(name, text)
    if not lines:
        raise InputError(name, allowed="a header, and rows below it", problem="is empty")
    (_, header), *rows = lines
    for line, cells in rows:
        extra = cells[len(header) :]
        if len(cells) < len(header) or any(cell not in MISSING for cell in extra):
            problem = f"has {len(cells)} cells"
            raise InputError(f"{name}, line {line}", cells, f"{len(header)}, as in the header", problem=problem)
    return _make_table(name, header, [(f"{name}, line {line}", cells) for line, cells in rows], columns)


def read_frame(
    frame: pd.DataFrame | Mapping[str, Any], name: str, columns: Collection[str], *, by_place: bool = False
) -> UserTable:
    """Return the table in a frame or in a mapping of columns; `columns`, result and errors are as in `read_csv`.

    A message names a row by its label in the index or, `by_place`, by its place from 0: labels may name patients.
    """
    table = _as_frame(frame, name)
    labels = range(len(table)) if by_place else table.index
    where = [f"{name}, row {format_value(label)}" for label in labels]
    levels = [i for i, level in enumerate(table.index.names) if str(level).casefold() in columns]
    index_columns = [table.index.get_level_values(i) for i in levels]
    table = table.reset_index(drop=True)
    for values in index_columns:
        table.insert(0, str(values.name), pd.Series(values), allow_duplicates=True)
    try:
        present = table.notna()
    except InvalidOperation:  # pandas compares each cell with itself
        raise InputError(name, allowed="numbers, text and blanks", problem="has a signalling NaN") from None
    text = table.astype(object).where(present, "")
    names = [str(column) for column in table.columns]
    rows = [
        (place, [_write(cell, column, place) for column, cell in zip(names, row, strict=True)])
        for place, row in zip(where, text.to_numpy(dtype=object), strict=True)
    ]
    return _make_table(name, names, rows, columns)


def check_columns(table: UserTable, columns: Collection[str], passed_over: Collection[str] = ()) -> None:
    """Raise `InputError` for a column that is neither in `columns` nor passed over."""
    for column in table.columns:
        if column not in passed_over:
            try:
                check_name(column, columns, "column")
            except InputError as error:
                raise error.at(table.name) from None


def check_required(table: UserTable, required: Collection[str], columns: Collection[str], row: str) -> None:
    """Raise `InputError` for a required column that is missing, or where there is no row; `row` is what a row holds."""
    for column in required:
        if column not in table.columns:
            raise InputError(f"column {column!r}", allowed=", ".join(columns), where=table.name)
    if not table.rows:
        raise InputError(table.name, allowed=f"at least 1 {row}", problem="has no row below the header")


def _as_frame(frame: pd.DataFrame | Mapping[str, Any], name: str) -> pd.DataFrame:
    if isinstance(frame, pd.DataFrame):
        return frame
    if not isinstance(frame, Mapping):
        raise InputError(name, frame, "a pandas.DataFrame, or a mapping of columns")
    try:
        return pd.DataFrame(frame)
    except (ValueError, TypeError) as error:
        problem = f"is {format_value(frame)} ({error})"
        raise InputError(name, frame, "columns of one length", problem=problem) from None


def _write(cell: Any, column: str, where: str) -> str:
    try:
        return str(cell).strip()
    except ValueError:  # a whole number of more digits than Python writes
        problem = "has more digits than Python writes"
        raise InputError(column, cell, "a number or text with fewer", problem=problem, where=where) from None


def _read_source(source: Source) -> tuple[str, str]:
    # Return the name and the text of a file.
    read: Callable[[], Any] | None = getattr(source, "read", None)
    if read is None:
        if not isinstance(source, str | Path):
            raise InputError("file", source, "a path, or an open text file")
        path = Path(source)
        return path.name, read_text(path, "CSV")
    name = getattr(source, "name", "table")
    try:
        text = read()
    except (OSError, ValueError) as error:  # a closed file, or one that is not text, raises ValueError
        raise InputError(name, allowed="an open CSV file in UTF-8", problem=f"cannot be read ({error})") from None
    if not isinstance(text, str):
        raise InputError(name, text, "a file opened as text", problem=f"gives {format_value(text)}")
    return Path(name).name if isinstance(name, str) else "table", text


def _split_lines(name: str, text: str) -> list[tuple[int, list[str]]]:
    # Return the number and the cells of every line that is neither blank nor a comment; the first is the header.
    rows = [line for line in text.splitlines() if line.strip() and not line.startswith(COMMENT)]
    separator = max(SEPARATORS, key=rows[0].count) if rows else ","
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)
    lines = []
    try:
        for cells in reader:
            if cells and not cells[0].startswith(COMMENT):
                lines.append((reader.line_num, [cell.strip() for cell in cells]))
    except csv.Error as error:
        problem = f"is not CSV ({error})"
        raise InputError(f"{name}, line {reader.line_num}", allowed="CSV", problem=problem) from None
    if separator == ";":
        lines = [(line, [_replace_decimal_comma(cell) for cell in cells]) for line, cells in lines]
    return lines


def _replace_decimal_comma(cell: str) -> str:
    return cell.replace(",", ".") if _DECIMAL_COMMA.fullmatch(cell) else cell


def _make_table(
    name: str, header: list[str], lines: list[tuple[str, list[str]]], columns: Collection[str]
) -> UserTable:
    names = [column.casefold() if column.casefold() in columns else column for column in header]
    rows = [(where, ["" if cell in MISSING else cell for cell in cells]) for where, cells in lines]
    rows = [(where, cells) for where, cells in rows if any(cells)]
    marks = [i for i, column in enumerate(names) if column == COMMENT_COLUMN]
    comments = [where for where, cells in rows if any(cells[i] for i in marks)]
    if comments:
        rows = [(where, cells) for where, cells in rows if not any(cells[i] for i in marks)]
        warn(
            f"{comments[0]}{f' and {len(comments) - 1} more' if len(comments) > 1 else ''}: marked in column "
            f"{COMMENT_COLUMN!r}, so taken as a comment and passed over"
        )
    nameless = _find_nameless(names, [cells for _, cells in rows])
    places = [i for i in range(len(names)) if i not in (*nameless, *marks)]
    for i in places:
        if [names[j] for j in places].count(names[i]) > 1:
            column = f"column {format_value(names[i])}"
            raise InputError(column, allowed="each column once", problem="is repeated", where=name)
    table_rows = [Row(where, {names[i]: cells[i] for i in places}) for where, cells in rows]
    return UserTable(name, [names[i] for i in places], table_rows)


def _find_nameless(names: list[str], rows: list[list[str]]) -> list[int]:
    # Return the places of columns without a name that are empty, and of the first if it has the numbers of the rows.
    places = []
    for i, name in enumerate(names):
        if NAMELESS.fullmatch(name):
            cells = [row[i] for row in rows]
            row_numbers = i == 0 and all(cell.isdecimal() for cell in cells) and len(set(cells)) == len(cells)
            if row_numbers or not any(cells):
                places.append(i)
    return places
