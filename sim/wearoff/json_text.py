"""JSON: results written as text, and text read back."""

from __future__ import annotations

import datetime
import json
from typing import Any

import numpy as np
import pandas as pd

from .errors import InputError, format_value


def simplify(value: Any) -> Any:
    """Return content made of what JSON has: numbers, text, lists and objects.

    JSON has no NaN and no infinity: they become null and the text "inf".

    Examples
    --------
    >>> simplify({"day": np.float64(3), "never": float("nan"), "last": float("inf")})
    {'day': 3.0, 'never': None, 'last': 'inf'}
    """
    if isinstance(value, np.generic):
        # A number of numpy, of any width, becomes a number of Python.
        value = value.item()
    if isinstance(value, dict):
        return {key: simplify(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [simplify(item) for item in value]
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, datetime.date):
        return f"{value:%Y-%m-%d}"
    return str(value) if isinstance(value, float) and np.isinf(value) else value


def to_json(content: Any) -> str:
    """Return content as JSON, as `simplify` makes it."""
    return json.dumps(simplify(content), indent=2, ensure_ascii=False, allow_nan=False)


def to_compact_json(content: Any) -> str:
    """Return content as JSON on one line, in ASCII."""
    return json.dumps(simplify(content), separators=(",", ":"), allow_nan=False)


def parse_json(text: str) -> Any:
    """Return the content of JSON; text that is no JSON, or has a key twice, raises `InputError`."""
    try:
        return json.loads(text, object_pairs_hook=_refuse_repeats)
    except InputError:
        raise
    except (ValueError, RecursionError) as error:  # text that is no JSON, 5,000 digits, deep nesting
        raise InputError("content", allowed="an object", problem=f"is not JSON ({error})") from None


def _refuse_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for key, value in pairs:
        if key in table:
            raise InputError(f"key {format_value(key)}", allowed="each once", problem="is repeated")
        table[key] = value
    return table
