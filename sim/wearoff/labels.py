"""The names in plain words of columns, landmarks, durations, endpoints and assessors, each in one table.

Figures, reports, pages and commands take their words and units from here. A compartment that is added to the model
needs one row in `COLUMNS`; a compartment whose unit is U is an amount of toxin.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from .levels import FULL, HALF, ONSET, WEAR_OFF


class Label(NamedTuple):
    """The name, the unit and the definition of one thing.

    Parameters
    ----------
    label : str
        The name in plain words.
    unit : str
        The unit; empty for a thing without a unit.
    level : float or None
        The level of the visible effect that defines a landmark.
    definition : str
        The definition in a few words, with the level; empty if the name says enough.
    """

    label: str
    unit: str = ""
    level: float | None = None
    definition: str = ""


FRACTION = "fraction of baseline"

# The columns of a timeline, in their order.
COLUMNS = {
    "time": Label("time", "day"),
    "depot": Label("toxin in the depot", "U"),
    "free": Label("toxin free to bind", "U"),
    "bound": Label("toxin bound to the nerve", "U"),
    "endosome": Label("toxin in endosomes", "U"),
    "light_chain": Label("active light chain", "U"),
    "snap25": Label("intact SNAP-25", FRACTION),
    "release": Label("acetylcholine release", FRACTION),
    "force": Label("muscle force", FRACTION),
    "visible": Label("visible effect", "fraction of full"),
    "crease": Label("crease in the skin", FRACTION),
    "depth": Label("depth of the line", FRACTION),
}
# Their values before any toxin.
BASELINE = {name: float(row.unit == FRACTION) for name, row in COLUMNS.items()}
AMOUNTS = tuple(name for name, row in COLUMNS.items() if row.unit == "U")
STEPS = tuple(name for name in COLUMNS if name != "time")

LANDMARKS = {
    "onset_day": Label("onset", "day", ONSET, f"effect reaches {ONSET:.2f}"),
    "full_effect_day": Label("near its peak", "day", FULL, f"{FULL:.2f} of the peak"),
    "peak_day": Label("peak", "day", definition="largest effect"),
    "peak_effect": Label("effect at the peak", "fraction of full"),
    "half_effect_day": Label("half effect", "day", HALF, f"falls through {HALF:.2f}"),
    "wear_off_day": Label("wear-off", "day", WEAR_OFF, f"falls through {WEAR_OFF:.2f}"),
}
LANDMARK_DAYS = tuple(name for name, row in LANDMARKS.items() if row.unit == "day")

DURATIONS = {
    "return_to_baseline_day": Label("return to baseline", "day", definition="first visit with the grade at baseline"),
    "loss_of_none_or_mild_day": Label("loss of none or mild", "day", definition="first visit with a worse grade"),
}

ENDPOINTS = {
    "none_or_mild": Label("none or mild", "%"),
    "one_grade": Label("one grade better", "%"),
    "two_grades": Label("two grades better", "%"),
    "moderate_improvement": Label("moderate improvement", "%"),
    "onset_reported": Label("onset reported", "%"),
    "none_at_rest": Label("no line at rest", "%"),
    "onset": Label("onset", "day"),
    "return_to_baseline": Label("return to baseline", "day"),
    "loss_of_none_or_mild": Label("loss of none or mild", "day"),
}

ASSESSORS = {
    "investigator": Label("the investigator"),
    "subject": Label("the subject"),
    "composite": Label("investigator and subject"),
    "rater": Label("a rater"),
}

# The grades 0 to 3 of a line.
GRADES = ("none", "mild", "moderate", "severe")

# The percentiles of patients in tables.
SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
PERCENTILES = tuple(f"p{round(100 * share)}" for share in SHARES)

# Of every interval that tables have.
CONFIDENCE = 0.95

# The interval of a number over the draws of a fit: columns such as p50_low and p50_high, beside p50.
KNOWN_SHARES = (0.05, 0.95)
LOW, HIGH = "_low", "_high"
FROM_DATA = f"{100 * KNOWN_SHARES[0]:.0f} to {100 * KNOWN_SHARES[1]:.0f} %, from data and priors"

# When patients are treated again: the column "policy".
FIXED, ON_NEED = "fixed", "on need"

# The columns of the tables of spacing.
SPACING = {
    "policy": Label("when patients are treated again"),
    "interval": Label("days between visits"),
    "share_above": Label("share of days at the level or above"),
    "share_of_patients": Label("share of patients in whom the level is kept"),
    "share_error": Label("its Monte Carlo error"),
    "share_of_patient_days": Label("share of patient-days at the level or above"),
    "longest_gap": Label("longest gap below the level", "day"),
    "lowest_effect": Label("lowest effect after the first peak"),
    **{f"lowest_{name}": Label(f"lowest effect, percentile {name[1:]} of patients") for name in PERCENTILES},
    "units_per_year": Label("units a year", "U"),
    "visits_per_year": Label("visits a year"),
    "visits": Label("visits over the horizon"),
    "cost_of_covered_day": Label("cost of a day at the level or above"),
    "keep": Label("level to keep"),
    "latest_day": Label("latest day that keeps the level"),
    "label_day": Label("earliest day that the label allows"),
    "label_date": Label("its date"),
}

# The columns of the tables of survival.
SURVIVAL = {
    "at_risk": Label("patients at risk"),
    "survival": Label("share without the event"),
    "statistic": Label("log-rank chi-square"),
    "p": Label("p of the log-rank test"),
    "hazard_ratio": Label("hazard ratio"),
    "median": Label("median", "day"),
}

# The columns of the table of power.
POWER = {
    "rate": Label("share of patients"),
    "rate_error": Label("its Monte Carlo error"),
    "in_favour": Label("share of trials in favour of the arm"),
}

# The title of an axis of days in a picture of many patients.
SINCE_FIRST_VISIT = "time since the first visit (days)"
SINCE_TREATMENT = "time since the treatment (days)"
SINCE_LAST_TREATMENT = "time since the last treatment (days)"

_TABLES = (COLUMNS, LANDMARKS, DURATIONS, ENDPOINTS, ASSESSORS, SPACING, SURVIVAL, POWER)


def words(name: str) -> str:
    """Return the label of a name; a name without a label is returned with spaces for underscores.

    Examples
    --------
    >>> words("one_grade"), words("snap25_half_life"), words("crows_feet")
    ('one grade better', 'SNAP-25 half-life', 'crows feet')
    """
    for table in _TABLES:
        if name in table:
            return table[name].label
    return name.replace("_half_life", " half-life").replace("snap25", "SNAP-25").replace("_", " ")


def name_dose(units: float, product: str) -> str:
    """Return a dose in words.

    Examples
    --------
    >>> name_dose(20, "onabotulinumtoxinA")
    '20 U onabotulinumtoxinA'
    """
    return f"{units:g} U {product}"


def whole_day(day: float) -> int:
    """Return the nearest whole day: pictures, pages and commands name whole days, and tables have the exact ones.

    Examples
    --------
    >>> whole_day(2.8), whole_day(2.5), whole_day(126.9)
    (3, 3, 127)
    """
    return math.floor(day + 0.5)


def head(name: str) -> str:
    """Return the label of a column, with its unit.

    Examples
    --------
    >>> head("longest_gap"), head("units")
    ('longest gap below the level (day)', 'units')
    """
    unit = next((table[name].unit for table in _TABLES if name in table), "")
    return f"{words(name)} ({unit})" if unit else words(name)


def describe_landmark(name: str) -> str:
    """Return a landmark in words, with its definition.

    Examples
    --------
    >>> describe_landmark("half_effect_day"), describe_landmark("peak_effect")
    ('half effect (falls through 0.50)', 'effect at the peak')
    """
    row = LANDMARKS[name]
    return f"{row.label} ({row.definition})" if row.definition else row.label
