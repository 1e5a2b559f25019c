"""When patients of a trial first reported an effect, in words."""

from __future__ import annotations

from . import tables

_DAYS = ("1", "3")


def describe_first_reports(product: str, muscle: str, units: float) -> str:
    """Return a sentence with the shares of patients who reported an effect by day 1 and by day 3, or an empty text.

    Both days must be of one trial of the product, the muscle and the dose (``data/observations.csv``). The model is
    later than such a trial: see the page "Validation" of the docs.

    Examples
    --------
    >>> describe_first_reports("onabotulinumtoxinA", "glabella", 20.0)[:58]
    'First reports of an effect (Beer 2011): 48 % of patients o'
    """
    found = [
        row
        for row in tables.rows("observations")
        if (row["endpoint"], row["assessor"], row["arm"]) == ("onset_reported", "subject", "treated")
        and (row["product"], row["muscle"], float(row["units"])) == (product, muscle, units)
    ]
    for trial in dict.fromkeys(row["trial"] for row in found):
        by_day = {row["day"]: row for row in found if row["trial"] == trial}
        if all(day in by_day for day in _DAYS):
            first, third = (by_day[day] for day in _DAYS)
            where = first["source"].partition(",")[0]
            return (
                f"First reports of an effect ({where}): {first['value']} % of patients on day 1, {third['value']} % on "
                "day 3. In the model they are later."
            )
    return ""
