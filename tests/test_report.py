"""Results in plain forms, whatever type of number a library returns."""

import datetime
import json

import numpy as np
import pandas as pd
import pytest

import wearoff as wo
from wearoff.json_text import to_json
from wearoff.report.text import comparison_text


@pytest.mark.parametrize("kind", [int, np.int32, np.int64, np.uint8, float, np.float32, np.float64])
def test_a_number_of_any_width_is_the_same_number_in_json(kind):
    assert json.loads(to_json({"a": kind(3), "b": [kind(3)]})) == {"a": 3, "b": [3]}


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (np.float64("nan"), None), (pd.NA, None), (None, None), (float("inf"), "inf"), (np.bool_(True), True),
        (datetime.date(2027, 1, 4), "2027-01-04"), (pd.Timestamp("2027-01-04"), "2027-01-04"),
    ],
)  # fmt: skip
def test_what_json_has_no_word_for(value, written):
    assert json.loads(to_json({"a": value})) == {"a": written}


def test_a_complex_number_is_an_error_and_not_half_written():
    with pytest.raises(TypeError, match="complex"):
        to_json({"a": np.complex128(1)})


def test_the_comparison_shows_every_row_once_in_80_columns():
    rows = wo.published().query("source.str.contains('Beer|SAKURA|platysma|Sloop')", engine="python")
    found = wo.compare(rows, patients=64)
    covered = found.rows[found.rows["why_not"] == ""]
    assert 0 < len(covered) < len(found.rows)
    lines = comparison_text(found).splitlines()
    assert max(map(len, lines)) <= 80
    shown = [" ".join(line.split()) for line in lines if line.startswith(("    ", "  * "))][1:]  # without the heading
    assert len(shown) == len(covered)
    for row in covered.to_dict("records"):
        numbers = " ".join(f"{row[name]:.1f}" for name in ("observed", "predicted", "error"))
        assert any(row["endpoint"].replace("_", " ") in line and numbers in line for line in shown)
    heading = lines.index("rows  not predicted, because")
    counts = [int(line.split()[0]) for line in lines[heading + 1 : lines.index("", heading)]]
    assert sum(counts) == len(found.rows) - len(covered)
