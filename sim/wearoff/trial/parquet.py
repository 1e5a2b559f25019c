"""Rows as a Parquet file, by pyarrow, which the extra `parquet` installs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow
from pyarrow import parquet


@contextmanager
def write_parquet(path: Path) -> Iterator[Callable[[Any], None]]:
    """Yield a function that takes the rows of each part in turn, and writes them into a Parquet file."""
    writers: list[Any] = []

    def add(rows: Any) -> None:
        table = pyarrow.Table.from_pandas(rows, preserve_index=False)
        if not writers:
            writers.append(parquet.ParquetWriter(path, table.schema))
        writers[0].write_table(table)

    try:
        yield add
    finally:
        for writer in writers:
            writer.close()
