"""The published rows beside their predictions, computed once for all tests; and some rows of one's own."""

import functools
import io
import re
from pathlib import Path

import pandas as pd

import wearoff as wo
from wearoff.evidence.comparison import Comparison, compare
from wearoff.evidence.observations import check_observations, read_observations

PATIENTS = 512
RATE = {"endpoint": "none_or_mild", "day": 30, "value": 80, "unit": "%", "n": 100, "source": "invented"}
# None or mild after the first and the third treatment, and a median; the values are invented.
OWN = check_observations(
    pd.DataFrame([
        RATE,
        {**RATE, "visit_days": "0 120 240", "cycle": 3},
        {"endpoint": "return_to_baseline", "value": 20, "unit": "week", "source": "invented"},
    ])
)  # fmt: skip


def documented_rows() -> pd.DataFrame:
    """Return the rows that docs/tables.md shows."""
    return read_observations(io.StringIO(documented_text()))


def documented_text() -> str:
    """Return the CSV that docs/tables.md shows."""
    text = (Path(__file__).parents[2] / "docs" / "tables.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```text\n(trial,product,.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return block


@functools.cache
def comparison() -> Comparison:
    """Return the published rows and `OWN` beside their predictions."""
    return compare(own=OWN, patients=PATIENTS)


def published_rows() -> pd.DataFrame:
    """Return the published rows of `comparison`."""
    rows = comparison().rows
    assert len(rows) == len(wo.published()) + len(OWN)
    return rows[~rows["own"]]


def own_rows() -> pd.DataFrame:
    """Return the rows of `OWN` in `comparison`."""
    rows = comparison().rows
    return rows[rows["own"]]
