"""A user's table, from a file, an open file or a frame, read row by row as people and other programs write it.

One meaning is read without a word: names of columns in any case; ``,``, ``;`` or a tab between the cells (with ``;`` a
decimal comma is a decimal point); ``NA``, ``.`` and a blank for a missing value. Passed over are lines that begin with
``#``, rows marked in a column ``C`` (as NONMEM's ``IGNORE=C``), rows of nothing but separators, and row numbers in a
first column without a name. An index with the name of a column is that column.
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
# A row with anything in this column is a comment.
COMMENT_COLUMN = "C"
# What pandas calls a column without a name.
NAMELESS = re.compile(r"|Unnamed: \d+|None|nan")
_DECIMAL_COMMA = re.compile(r"[-+]?\d*,\d+([eE][-+]?\d+)?")

Source: TypeAlias = str | Path | TextIO


class Row(NamedTuple):
    """One row: where it stands, such as ``plan.csv, line 3``, and its cells by column; a missing value is ``""``."""

    where: str
    cells: dict[str, str]


class UserTable(NamedTuple):
    """A table as it was read: what it is called in messages, its columns and its rows."""

    name: str
    columns: list[str]
    rows: list[Row]


def read_csv(source: Source, columns: Collection[str]) -> UserTable:
    """Read a CSV file with a header.

    Parameters
    ----------
    source : str, Path or open text file
        UTF-8.
    columns : collection of str
        Names of columns that are known, in lower case: the header may have them in any case.

    Returns
    -------
    UserTable

    Raises
    ------
    InputError
        The file cannot be read or is not CSV, a column is repeated, or a line has more or fewer cells than the header.
    """
    name, text = _text_of(source)
    lines = _lines(name, text)
    if not lines:
        raise InputError(name, allowed="a header, and rows below it", problem="is empty")
    (_, header), *below = lines
    for line, cells in below:
        extra = cells[len(header) :]
        if len(cells) < len(header) or any(cell not in MISSING for cell in extra):
            problem = f"has {len(cells)} cells"
            raise InputError(f"{name}, line {line}", cells, f"{len(header)}, as in the header", problem=problem)
    return _table(name, header, [(f"{name}, line {line}", cells) for line, cells in below], columns)


def read_frame(frame: pd.DataFrame | Mapping[str, Any], name: str, columns: Collection[str]) -> UserTable:
    """Read a table in memory, or a mapping of its columns; `columns`, result and errors as in `read_csv`."""
    table = _as_frame(frame, name)
    where = [f"{name}, row {format_value(label)}" for label in table.index]
    levels = [i for i, level in enumerate(table.index.names) if str(level).casefold() in columns]
    index = [table.index.get_level_values(i) for i in levels]
    table = table.reset_index(drop=True)
    for values in index:
        table.insert(0, str(values.name), pd.Series(values), allow_duplicates=True)
    try:
        known = table.notna()
    except InvalidOperation:  # pandas compares each cell with itself
        raise InputError(name, allowed="numbers, text and blanks", problem="has a signalling NaN") from None
    text = table.astype(object).where(known, "")
    cells = ([str(cell).strip() for cell in row] for row in text.to_numpy(dtype=object))
    return _table(name, [str(column) for column in table.columns], list(zip(where, cells, strict=True)), columns)


def check_columns(table: UserTable, columns: Collection[str], passed_over: Collection[str] = ()) -> None:
    """Raise `InputError` for a column that is neither one of `columns` nor passed over."""
    for column in table.columns:
        if column not in passed_over:
            try:
                check_name(column, columns, "column")
            except InputError as error:
                raise error.at(table.name) from None


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


def _text_of(source: Source) -> tuple[str, str]:
    read: Callable[[], Any] | None = getattr(source, "read", None)
    if read is None:
        if not isinstance(source, str | Path):
            raise InputError("file", source, "a path, or an open text file")
        path = Path(source)
        return path.name, read_text(path, "CSV")
    name = getattr(source, "name", "table")
    try:
        text = read()
    except (OSError, ValueError) as error:  # a ValueError of a closed file, or of what is no text
        raise InputError(name, allowed="an open CSV file in UTF-8", problem=f"cannot be read ({error})") from None
    if not isinstance(text, str):
        raise InputError(name, text, "a file opened as text", problem=f"gives {format_value(text)}")
    return Path(name).name if isinstance(name, str) else "table", text


def _lines(name: str, text: str) -> list[tuple[int, list[str]]]:
    # The number and the cells of every line that is neither blank nor a comment, the header first.
    written = [line for line in text.splitlines() if line.strip() and not line.startswith(COMMENT)]
    separator = max(SEPARATORS, key=written[0].count) if written else ","
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
        lines = [(line, [_with_decimal_point(cell) for cell in cells]) for line, cells in lines]
    return lines


def _with_decimal_point(cell: str) -> str:
    return cell.replace(",", ".") if _DECIMAL_COMMA.fullmatch(cell) else cell


def _table(name: str, header: list[str], lines: list[tuple[str, list[str]]], columns: Collection[str]) -> UserTable:
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
    left_out = _nameless(names, [cells for _, cells in rows])
    kept = [i for i in range(len(names)) if i not in (*left_out, *marks)]
    for i in kept:
        if [names[j] for j in kept].count(names[i]) > 1:
            column = f"column {format_value(names[i])}"
            raise InputError(column, allowed="each column once", problem="is repeated", where=name)
    read = [Row(where, {names[i]: cells[i] for i in kept}) for where, cells in rows]
    return UserTable(name, [names[i] for i in kept], read)


def _nameless(names: list[str], rows: list[list[str]]) -> list[int]:
    # Columns without a name that hold nothing, and the first where it holds the numbers of the rows.
    found = []
    for i, name in enumerate(names):
        if NAMELESS.fullmatch(name):
            cells = [row[i] for row in rows]
            counted = i == 0 and all(cell.isdecimal() for cell in cells) and len(set(cells)) == len(cells)
            if counted or not any(cells):
                found.append(i)
    return found
