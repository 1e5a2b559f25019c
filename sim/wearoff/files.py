"""Tables read line by line, and files written whole or not at all: beside their place first, then renamed."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import InvalidOperation
from pathlib import Path
from typing import Any

import pandas as pd

from .checks import InputError, shown


def read_text(path: Path, kind: str) -> str:
    """Return the text of a file, which is a `kind` of UTF-8; an `InputError` says why it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path.name}: not a text file; allowed: {kind} in UTF-8") from None
    except (OSError, ValueError) as error:  # a ValueError for a name that no file can have
        raise InputError(f"{path.name}: cannot be read ({_reason(error)}); allowed: a {kind} file") from None


def csv_lines(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Read a CSV file with a header, as text without the blanks around it.

    Parameters
    ----------
    path : Path
        UTF-8; blank lines are passed over.

    Returns
    -------
    header : list of str
    lines : list of (int, list of str)
        The number of every line below the header, and its cells, as many as the header has.

    Raises
    ------
    InputError
        The file cannot be read or is not CSV, a column is repeated, or a line has more or fewer cells than the header.
    """
    name = path.name
    reader = csv.reader(io.StringIO(read_text(path, "CSV"), newline=""), strict=True)
    try:
        filled = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader if cells]
    except csv.Error as error:
        raise InputError(f"{name}, line {reader.line_num}: {error}; allowed: CSV") from None
    if not filled:
        raise InputError(f"{name}: empty; allowed: a header, and rows below it")
    header, lines = filled[0][1], filled[1:]
    _check_header(header, name)
    for line, cells in lines:
        if len(cells) != len(header):
            raise InputError(f"{name}, line {line}: {len(cells)} cells; allowed: {len(header)}, as in the header")
    return header, lines


def frame_lines(frame: pd.DataFrame, name: str) -> tuple[list[str], list[tuple[Any, list[str]]]]:
    """Return a table in memory as `csv_lines` returns a file: a blank for what is missing, and the index for the lines.

    Raises
    ------
    InputError
        A column is repeated, or a cell is a number that nothing may be compared with.
    """
    header = [str(column) for column in frame.columns]
    _check_header(header, name)
    try:
        known = frame.notna()
    except InvalidOperation:  # pandas compares each cell with itself
        raise InputError(f"{name} has a signalling NaN; allowed: numbers, text and blanks") from None
    text = frame.astype(object).where(known, "")
    cells = ([str(cell).strip() for cell in row] for row in text.itertuples(index=False, name=None))
    return header, list(zip((shown(label) for label in frame.index), cells, strict=True))


def _check_header(header: list[str], name: str) -> None:
    for column in header:
        if header.count(column) > 1:
            raise InputError(f"{name}: column {shown(column)} is repeated; allowed: each column once")


def _is_name(path: Path) -> bool:
    try:
        path.lstat()
    except OSError:  # there is none of it
        return True
    except ValueError:  # nor can there be: a zero in it, half a character
        return False
    return True


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)


def _refuse_folder(path: Path) -> None:
    # Found out only when the file takes its place, after others have taken theirs.
    if path.is_dir():
        raise IsADirectoryError(None, f"{path.name} is a folder")


def write_all(folder: str | Path, contents: Mapping[str, bytes]) -> list[Path]:
    """Write files into `folder`, made if missing; if one cannot be written, none is changed.

    Parameters
    ----------
    folder : str or Path
    contents : mapping of str to bytes
        File names and what they hold.

    Returns
    -------
    list of Path
        The files, in the order given.

    Raises
    ------
    InputError
        The folder is a file or cannot be written, or the disk is full.
    """
    folder = Path(folder)
    beside: dict[Path, Path] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in contents:
            _refuse_folder(folder / name)
        for name, content in contents.items():
            handle, temporary = tempfile.mkstemp(dir=folder, prefix=f".{name}.")
            beside[folder / name] = Path(temporary)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
        for place, temporary_path in beside.items():
            temporary_path.chmod(0o644)
            temporary_path.replace(place)
    except (OSError, ValueError, RecursionError) as error:  # of a name that no file can have, of a thousand folders
        reason = _reason(error)
        raise InputError(f"out is '{folder}', which cannot be written ({reason}); allowed: a writable folder") from None
    finally:
        for temporary_path in beside.values():
            temporary_path.unlink(missing_ok=True)
    return list(beside)


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a file beside `path` to write to, which then takes its place; if the writing fails, nothing is changed.

    Parameters
    ----------
    path : Path
        Its folder is made if missing. The file beside it has the same ending.

    Raises
    ------
    InputError
        `path` is a folder, its folder cannot be written, or the disk is full.
    """
    temporary = None
    if not _is_name(path):
        raise InputError(f"file is {shown(str(path))}, a name that no file can have; allowed: a writable place")
    try:
        _refuse_folder(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}.", suffix=path.suffix)
        os.close(handle)
        temporary = Path(name)
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(path)
    except (OSError, RecursionError) as error:
        reason = _reason(error)
        raise InputError(f"file is '{path}', which cannot be written ({reason}); allowed: a writable place") from None
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
