"""Where the rows of a trial go: nowhere, into a table, or part by part into a file, so that memory does not grow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd

from ..errors import InputError, not_installed
from ..files import begun, refusing

Target: TypeAlias = bool | Path
Rows: TypeAlias = pd.DataFrame | bytes | None

CSV, PARQUET = ".csv", ".parquet"


def check_target(value: Any, name: str) -> Target:
    """Return where rows go: True (a table), False (nowhere), or the path of a .csv or .parquet file."""
    if isinstance(value, bool):
        return value
    ending = Path(value).suffix.lower() if isinstance(value, str | Path) else ""
    if ending not in (CSV, PARQUET):
        shown = str(value) if isinstance(value, Path) else value
        raise InputError(name, shown, f"True, False, or the name of a file that ends in {CSV} or {PARQUET}")
    if ending == PARQUET and find_spec("pyarrow") is None:
        raise not_installed(f"{name} as a {PARQUET} file", "pyarrow", "parquet")
    return Path(value)


def check_targets(individuals: Any, visits: Any) -> tuple[Target, Target]:
    """Return where the rows of patients and of visits go, which is not into the same file."""
    targets = check_target(individuals, "individuals"), check_target(visits, "visits")
    if isinstance(targets[0], Path) and targets[0] == targets[1]:
        raise InputError("visits", str(targets[1]), "another file than that of individuals")
    return targets


def form_rows(frame: pd.DataFrame, target: Target) -> Rows:
    """Return rows as the target takes them; the text of a CSV file is made by the process that made the rows."""
    if target is False:
        return None
    if isinstance(target, Path) and target.suffix.lower() == CSV:
        return frame.to_csv(index=False, lineterminator="\n").encode()
    return frame


@contextmanager
def collecting(targets: Iterable[Target]) -> Iterator[list[tuple[Callable[[Any], None], list[pd.DataFrame]]]]:
    """Yield for each target a function that takes the rows of each part in turn, and the list of tables that it kept.

    A file is written as a whole, and all files or none: if the work fails, nothing is changed.
    """
    targets = list(targets)
    paths = [target for target in targets if isinstance(target, Path)]
    with begun(*paths) as temporary_files, ExitStack() as stack:
        begun_at = dict(zip(paths, temporary_files, strict=True))
        sinks: list[tuple[Callable[[Any], None], list[pd.DataFrame]]] = []
        for target in targets:
            kept: list[pd.DataFrame] = []
            if isinstance(target, Path):
                sinks.append((stack.enter_context(_writing(target, begun_at[target])), kept))
            else:
                sinks.append((kept.append if target else _leave_out, kept))
        yield sinks


def _leave_out(rows: Any) -> None:
    pass


@contextmanager
def _writing(target: Path, temporary: Path) -> Iterator[Callable[[Any], None]]:
    # An error of another file of the same trial, or of `progress`, is not of this file.
    if target.suffix.lower() == CSV:
        write = _write_csv
    else:
        from .parquet import write_parquet as write
    with ExitStack() as stack:
        with refusing(target):
            add = stack.enter_context(write(temporary))

        def add_or_refuse(rows: Any) -> None:
            with refusing(target):
                add(rows)

        try:
            yield add_or_refuse
        except BaseException:
            # To close a file that cannot be written may fail too; the first error is raised.
            with suppress(OSError):
                stack.close()
            raise
        with refusing(target):
            stack.close()  # it writes what is left


@contextmanager
def _write_csv(path: Path) -> Iterator[Callable[[Any], None]]:
    with path.open("wb") as file:

        def add(rows: bytes) -> None:
            # The names of the columns are written once.
            file.write(rows if file.tell() == 0 else rows.partition(b"\n")[2])

        yield add
