"""Results as JSON with their provenance, as records and as CSV."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from ..json_text import to_json


def to_result(summary: dict[str, Any], provenance: dict[str, Any], files: Iterable[str] = ()) -> str:
    """Return a result as JSON: the summary, the names of the files of the run, and how the run was made."""
    names = list(files)
    return to_json({**summary, **({"files": names} if names else {}), "provenance": provenance})


def add_result(
    files: dict[str, bytes], name: str, summary: dict[str, Any], provenance: dict[str, Any]
) -> dict[str, bytes]:
    """Return files with the result as one more, a JSON file that names all files of the run."""
    return {**files, name: (to_result(summary, provenance, [*files, name]) + "\n").encode()}


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table, each as a dict."""
    return [{str(name): value for name, value in row.items()} for row in frame.astype(object).to_dict("records")]


def table(frame: pd.DataFrame) -> bytes:
    """Return a table as the bytes of a CSV file."""
    return frame.to_csv(index=False, lineterminator="\n").encode()
