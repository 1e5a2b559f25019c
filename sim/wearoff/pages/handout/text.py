"""The words of the hand-out that carry numbers: taken from the simulation and from the tables, never typed."""

from __future__ import annotations

import math
from typing import NamedTuple

import pandas as pd

from ...labels import words
from ...levels import HALF, ONSET, WEAR_OFF
from ...parameters import Parameters
from ...tables import column, rows
from ...timeline import Timeline
from ...treatment.visit import Visit


class Expected(NamedTuple):
    """What a patient may expect, and when."""

    when: str
    what: str


class Constants(NamedTuple):
    """Constants that share a source, and that source."""

    names: str
    source: str


EXPECTED = {
    "onset_day": f"the first change shows: {100 * ONSET:.0f} % of a full effect",
    "full_effect_day": "nearly all of the effect is there",
    "peak_day": "the effect is at its strongest",
    "half_effect_day": f"{100 * HALF:.0f} % of a full effect is left",
    "wear_off_day": f"{100 * WEAR_OFF:.0f} % is left: the line is nearly as it was",
}

# Used only where single injection sites are asked for, which the hand-out does not.
UNUSED = "spread"


def expected(course: Timeline) -> list[Expected]:
    """Return what a patient may expect on which day, in the order of the days."""
    found = []
    for name, what in EXPECTED.items():
        day = float(course.landmarks[name])
        if not math.isfinite(day):
            found.append(Expected("not in two years", what))
        elif day < 28:
            found.append(Expected(f"after {day:.0f} days", what))
        else:
            found.append(Expected(f"after {day / 7:.0f} weeks", what))
    return found


def duration(days: float) -> str:
    """Return a length of time in a unit that people count in.

    Examples
    --------
    >>> duration(0.0083), duration(0.746), duration(90.31), duration(float("inf"))
    ('12 minutes', '18 hours', '90 days', 'no end')
    """
    if math.isinf(days):
        return "no end"
    for unit, size in (("minutes", 1 / 1440), ("hours", 1 / 24)):
        if days < 1 and days / size < (120 if unit == "minutes" else 48):
            return f"{days / size:.2g} {unit}"
    return f"{days:.2g} days" if days < 100 else f"{days:.0f} days"


def durations(parameters: Parameters) -> dict[str, str]:
    """Return every half-life in words, under its name."""
    table = parameters.table().set_index("name")["value"]
    return {str(name): duration(value) for name, value in table.items() if str(name).endswith("_half_life")}


def constants(parameters: Parameters) -> list[Constants]:
    """Return the constants with their values, those of one source together; without what is not used."""
    table = parameters.table()
    table = table[table["name"] != UNUSED]
    return [
        Constants(", ".join(_value(row) for _, row in group.iterrows()), str(source))
        for source, group in table.groupby(table["source"].map(_first_clause), sort=False)
    ]


def sources(visit: Visit) -> list[str]:
    """Return where the treatment and its limits come from, each once; what was recalled says so."""
    name, muscle = visit.product.name, visit.muscle.name
    product = column("products", "product")[name]
    label = next(row for row in rows("labels") if (row["product"], row["muscle"]) == (name, muscle))
    training = next(row for row in rows("typical_patient") if row["landmark"] == "wear_off_day")
    lines = [
        f"{label['units']} U of {name} in the {words(muscle)}: {_recalled(label['source'], label)}",
        f"Interval: {_recalled(product['limit_source'], product, 'limit_status')}",
        f"Course: {training['source']}",
    ]
    if float(product["relative_potency"]) != 1 or product["potency_kind"] == "assumed":
        lines.append(f"Potency of {name}: {product['potency_source']} (assumed)")
    return lines


def _value(row: pd.Series) -> str:
    unit = "" if row["unit"] in ("1", "fraction") else f" {row['unit']}"
    return f"{words(row['name'])} {row['value']:.4g}{unit}"


def _first_clause(source: str) -> str:
    # What follows the first semicolon is the source of the plausible range, which the page does not show.
    return source.split(";")[0]


def _recalled(source: str, row: dict[str, str], status: str = "status") -> str:
    return f"{source} (recalled, not found in a source)" if row[status] == "memory" else source
