"""Every table: a unit and a source on every row, numbers that are numbers."""

from pathlib import Path

import pytest

from wearoff import tables
from wearoff.parameters import Parameters

DATA = Path(__file__).parents[1] / "data"
TABLES = sorted(path.stem for path in DATA.glob("*.csv"))
STATUSES = {"read", "memory", "derived", "assumed"}
KINDS = {"measured", "calibrated", "assumed"}


def faults(row: dict[str, str]) -> list[str]:
    """What is wrong with a row: every unit, source, kind and status column must be filled, and with known words."""
    found = [f"{key} is blank" for key, cell in row.items() if key.endswith(("unit", "source")) and not cell]
    if not any(key.endswith("unit") for key in row):
        found.append("no unit")
    if not any(key.endswith("source") for key in row):
        found.append("no source")
    for key, cell in row.items():
        if key.endswith("kind") and cell not in KINDS:
            found.append(f"{key} is {cell!r}")
        if key.endswith("status") and cell not in STATUSES:
            found.append(f"{key} is {cell!r}")
    return found


def test_all_tables_are_known():
    assert TABLES == [
        "labels", "muscles", "observations", "parameters", "population", "presets", "products", "serotypes",
        "typical_patient",
    ]  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_every_row_has_unit_source_and_status(name):
    assert tables.rows(name)
    for number, row in enumerate(tables.rows(name), start=2):
        assert None not in row, f"{name}.csv, line {number}: more cells than columns"
        assert None not in row.values(), f"{name}.csv, line {number}: fewer cells than columns"
        assert not faults(row), f"{name}.csv, line {number}: {faults(row)}"


@pytest.mark.parametrize("column", ["unit", "source", "status", "kind"])
def test_a_row_without_it_is_refused(column):
    assert faults({**tables.rows("parameters")[0], column: ""})


@pytest.mark.parametrize("table", ["parameters", "population"])
def test_defaults_are_plausible_and_the_plausible_possible(table):
    for row in tables.rows(table):
        possible_low, low, value, high, possible_high = (
            float(row[key]) for key in ("minimum", "low", "value", "high", "maximum")
        )
        assert possible_low <= low <= value <= high <= possible_high, row["name"]


def test_every_parameter_has_a_row_and_every_row_a_parameter():
    fields = set(Parameters.__dataclass_fields__) - {"origin"}
    assert fields == set(tables.column("parameters", "name"))


def test_observations_hold_a_value_a_range_or_say_why_not():
    for row in tables.rows("observations"):
        assert row["value"] or (row["low"] and row["high"]) or row["note"], row
        for key in ("value", "low", "high", "units", "day", "n"):
            if row[key]:
                float(row[key])
        if row["unit"] == "%" and row["value"]:
            assert 0 <= float(row["value"]) <= 100
