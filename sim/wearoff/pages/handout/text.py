"""The text of the hand-out that has numbers: they come from the simulation and from the tables."""

from __future__ import annotations

import math
from typing import NamedTuple

import pandas as pd

from ...labels import whole_day, words
from ...levels import HALF, ONSET, WEAR_OFF
from ...parameters import Parameters
from ...tables import column, rows
from ...timeline import Timeline
from ...treatment.visit import Visit


class Expected(NamedTuple):
    """A change that a patient may expect, its time, and the time in the middle half of people; may be empty."""

    when: str
    what: str
    people: str


class Constants(NamedTuple):
    """Constants with the same source, and the source."""

    names: str
    source: str


EXPECTED = {
    "onset_day": f"the first change shows: {100 * ONSET:.0f} % of a full effect",
    "full_effect_day": "nearly all of the effect is there",
    "peak_day": "the effect is at its strongest",
    "half_effect_day": f"{100 * HALF:.0f} % of a full effect is left",
    "wear_off_day": f"{100 * WEAR_OFF:.0f} % is left: the line is nearly as it was",
}

WEEKS_FROM = 28  # days from which a time is given in weeks

# This constant is used for single injection sites alone, which the hand-out does not have.
UNUSED = "spread"


def expected(course: Timeline) -> list[Expected]:
    """Return the changes that a patient may expect, in the order of their days."""
    table = course.middle_half
    quarters = {} if table is None else {str(row["landmark"]): row for row in table.to_dict("records")}
    changes = []
    for name, what in EXPECTED.items():
        day = float(course.landmarks[name])
        people = _format_range(*(float(quarters[name][key]) for key in ("p25", "p75"))) if name in quarters else ""
        if not math.isfinite(day):
            changes.append(Expected("not in two years", what, people))
        elif day < WEEKS_FROM:
            changes.append(Expected(f"after {whole_day(day)} days", what, people))
        else:
            changes.append(Expected(f"after {whole_day(day / 7)} weeks", what, people))
    return changes


def _format_range(low: float, high: float) -> str:
    # Return a range of days in words; both in weeks if the first is.
    if not math.isfinite(low):
        return ""
    unit, size = ("days", 1) if low < WEEKS_FROM and high < WEEKS_FROM else ("weeks", 7)
    return f"{whole_day(low / size)} to {whole_day(high / size)} {unit}" if math.isfinite(high) else "very long"


def duration(days: float) -> str:
    """Return a length of time in words: in minutes, hours or days.

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
    """Return the constants with their values, grouped by source; unused constants are left out."""
    table = parameters.table()
    table = table[table["name"] != UNUSED]
    return [
        Constants(", ".join(_format_value(row) for _, row in group.iterrows()), str(source))
        for source, group in table.groupby(table["source"].map(_cut_source), sort=False)
    ]


def sources(visit: Visit) -> list[str]:
    """Return the sources of the treatment and of its limits; the text says which values were recalled."""
    name, muscle = visit.product.name, visit.muscle.name
    product = column("products", "product")[name]
    label = next(row for row in rows("labels") if (row["product"], row["muscle"]) == (name, muscle))
    training = next(row for row in rows("typical_patient") if row["landmark"] == "wear_off_day")
    lines = [
        f"{label['units']} U of {name} in the {words(muscle)}: {_mark_recalled(label['source'], label)}",
        f"Interval: {_mark_recalled(product['limit_source'], product, 'limit_status')}",
        f"Course: {training['source']}",
    ]
    if float(product["relative_potency"]) != 1 or product["potency_kind"] == "assumed":
        lines.append(f"Potency of {name}: {product['potency_source']} (assumed)")
    return lines


def _format_value(row: pd.Series) -> str:
    unit = "" if row["unit"] in ("1", "fraction") else f" {row['unit']}"
    return f"{words(row['name'])} {row['value']:.4g}{unit}"


def _cut_source(source: str) -> str:
    # After the first semicolon there is the source of the plausible range, which the page does not show.
    return source.split(";")[0]


def _mark_recalled(source: str, row: dict[str, str], status: str = "status") -> str:
    return f"{source} (recalled, not found in a source)" if row[status] == "memory" else source
