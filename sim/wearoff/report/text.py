"""Results as text for a terminal with 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from ..evidence.observations import OF_TREATMENTS
from ..labels import name_dose

if TYPE_CHECKING:
    from ..evidence.comparison import Comparison

WIDTH = 80


def align(rows: Sequence[Sequence[str]], sides: str) -> list[str]:
    """Return rows of cells as lines; each column is as wide as its longest cell.

    Parameters
    ----------
    rows : sequence of sequence of str
        The headings are the first row.
    sides : str
        One character for each column: ``<`` aligns it to the left, ``>`` to the right.

    Examples
    --------
    >>> align([("name", "value"), ("potency", "0.13")], "<>")
    ['name     value', 'potency   0.13']
    """
    columns = zip(*rows, strict=True)
    formats = [f"{side}{max(map(len, column))}" for side, column in zip(sides, columns, strict=True)]
    return ["  ".join(map(format, row, formats)).rstrip() for row in rows]


def wrap(text: str, indent: int = 0) -> str:
    """Return text in lines of at most `WIDTH` characters; the lines after the first begin with `indent` more blanks."""
    return textwrap.fill(text, WIDTH, subsequent_indent=" " * indent, break_on_hyphens=False)


def parameters_text(table: pd.DataFrame) -> str:
    """Return the constants with unit, plausible range and kind, then the meaning and the source of each."""
    rows = table.to_dict("records")
    cells = [
        (row["name"], f"{row['value']:.4g}", row["unit"], f"{row['low']:g} to {row['high']:g}", row["kind"])
        for row in rows
    ]
    lines = align([("name", "value", "unit", "plausible", "kind"), *cells], "<><<<")
    for row in rows:
        lines += ["", wrap(f"{row['name']}: {row['meaning']}", 2), wrap(f"  source: {row['source']}", 4)]
    return "\n".join(lines)


def comparison_text(comparison: Comparison) -> str:
    """Return the rows of each source beside their predictions, the rows without one, and the errors by endpoint."""
    covered = comparison.rows["why_not"] == ""
    sections = [_format_covered(comparison.rows[covered & ~comparison.rows["own"]])] if covered.any() else []
    if comparison.rows["own"].any():
        sections.append(f"your own rows\n\n{_format_covered(comparison.rows[covered & comparison.rows['own']])}")
    if not covered.all():
        reasons = comparison.rows["why_not"][~covered].value_counts()
        counted = [(f"{count}", str(reason)) for reason, count in reasons.items()]
        sections.append("\n".join(align([("rows", "not predicted, because"), *counted], "><")))
    if not comparison.rmse.empty:
        sections.append(_format_errors(comparison.rmse))
    return "\n\n".join(sections)


def _format_covered(rows: pd.DataFrame) -> str:
    records = rows.to_dict("records")
    cells: list[tuple[str, ...]] = [("", "day", "observed", "predicted", "error", "unit")]
    for row in records:
        # The endpoints of several treatments have no assessor, and their names say their units.
        of_treatments = row["endpoint"] in OF_TREATMENTS
        response = row["endpoint"] if of_treatments else ", ".join(filter(None, (row["endpoint"], row["assessor"])))
        numbers = (f"{row[name]:.1f}" for name in ("observed", "predicted", "error"))
        day = "" if pd.isna(row["day"]) else f"{row['day']:g}"
        name = f"  {'*' if row['used_for_fit'] else ' '} {response.replace('_', ' ')}"
        cells.append((name, day, *numbers, "" if of_treatments else row["unit"]))
    heading, *lines = align(cells, "<>>>><")
    # The lines of each treatment of each source, in the order of their first row.
    groups: dict[str, dict[str, list[str]]] = {}
    for row, line in zip(records, lines, strict=True):
        source = f"{row['source']} (memory)" if row["status"] == "memory" else row["source"]
        treatment = "placebo" if row["arm"] == "placebo" else name_dose(row["units"], row["product"])
        later = f", treatment {row['cycle']}" if row["cycle"] > 1 else ""
        treatment = f"{treatment}, {row['muscle']}{later}".replace("_", " ")
        groups.setdefault(source, {}).setdefault(treatment, []).append(line)
    text = [heading]
    for source, treatments in groups.items():
        text += ["", wrap(source, 2)]
        for treatment, group in treatments.items():
            text += [wrap(f"  {treatment}", 4), *group]
    notes = ["* used for the fit; (memory): recalled, not found in a source", "error: predicted less observed"]
    return "\n".join([*text, "", *notes])


def _format_errors(rmse: pd.DataFrame) -> str:
    columns = {"rmse": "all", "rmse_fitted": "fitted", "rmse_predicted": "predicted", "rmse_own": "your own"}
    shown = [key for key in columns if key in rmse]
    cells: list[tuple[str, ...]] = [("root-mean-square error", "rows", *(columns[key] for key in shown))]
    for row in rmse.to_dict("records"):
        name = f"{row['endpoint'].replace('_', ' ')} ({row['unit']})"
        errors = ("-" if pd.isna(row[key]) else f"{row[key]:.1f}" for key in shown)
        cells.append((name, f"{row['rows']}", *errors))
    return "\n".join(align(cells, "<>>" + ">" * len(shown[1:])))
