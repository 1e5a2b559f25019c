"""Results as JSON, as records and as CSV."""

from __future__ import annotations

import datetime
import json
from typing import Any

import numpy as np
import pandas as pd


def to_json(content: Any) -> str:
    """Return content as JSON. JSON has no NaN and no infinity: they become null and the text "inf"."""

    def simplify(value: Any) -> Any:
        if isinstance(value, np.generic):
            # A number of numpy, of any width, becomes a number of Python.
            value = value.item()
        if isinstance(value, dict):
            return {key: simplify(item) for key, item in value.items()}
        if isinstance(value, list):
            return [simplify(item) for item in value]
        if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
            return None
        if isinstance(value, datetime.date):
            return f"{value:%Y-%m-%d}"
        return str(value) if isinstance(value, float) and np.isinf(value) else value

    return json.dumps(simplify(content), indent=2, ensure_ascii=False, allow_nan=False)


def json_file(content: Any) -> bytes:
    """Return content as the bytes of a JSON file."""
    return (to_json(content) + "\n").encode()


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table, each as a dict."""
    return [{str(name): value for name, value in row.items()} for row in frame.astype(object).to_dict("records")]


def table(frame: pd.DataFrame) -> bytes:
    """Return a table as the bytes of a CSV file."""
    return frame.to_csv(index=False, lineterminator="\n").encode()
