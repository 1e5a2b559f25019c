"""The output for patients' histories: one patient, or a table of several."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from ..figures.style import render_files
from ..forecasts.forecasting import Forecast
from ..forecasts.next_date import DISCLAIMER, NextDate
from ..provenance import write_note
from .json_output import add_result, records, table
from .text import align

NUMBERS = ("keep", "day", "date", "half", "four_fifths", "label_day", "label_date", "never")


def next_summary(forecast: Forecast, keep: float) -> dict[str, Any]:
    """Return the content of `wearoff next --json` for one patient."""
    date = forecast.next_visit(keep)
    return {
        **{name: getattr(date, name) for name in NUMBERS},
        "lost": records(date.lost),
        "landmarks": records(forecast.landmarks()),
        "parameters": records(forecast.parameters()),
        "effective": forecast.effective,
        "pareto_k": forecast.pareto_k,
        "note": DISCLAIMER,
    }


def next_files(forecast: Forecast, keep: float, provenance: dict[str, Any]) -> dict[str, bytes]:
    """Return the content of each file of one patient: tables, the picture and the result."""
    note = write_note(provenance)
    files = {
        "forecast.csv": table(forecast.curve()),
        "lost.csv": table(forecast.next_visit(keep).lost),
        "landmarks.csv": table(forecast.landmarks()),
        "parameters.csv": table(forecast.parameters()),
    }
    files |= render_files(forecast.plot(keep), "forecast", note)
    return add_result(files, "next.json", next_summary(forecast, keep), provenance)


def tabulate_patients(forecasts: Mapping[str, Forecast], keep: float) -> pd.DataFrame:
    """Return one row a patient, with the ID: percentiles of the day, its date if known, and how far to trust it."""
    rows = []
    for patient, forecast in forecasts.items():
        date = forecast.next_visit(keep)
        (p25, p75), (p10, p90) = date.half, date.four_fifths
        row = {"id": patient, "p10": p10, "p25": p25, "p50": date.day, "p75": p75, "p90": p90, "date": date.date}
        row |= {name: getattr(date, name) for name in ("label_day", "label_date", "never")}
        row |= {"effective": forecast.effective, "pareto_k": forecast.pareto_k}
        rows.append(row | {"surprise": forecast.posterior.surprise})
    frame = pd.DataFrame(rows)
    undated = [forecast.history.visits.start is None for forecast in forecasts.values()]
    return frame.drop(columns=["date", "label_date"]) if all(undated) else frame


def patients_summary(forecasts: Mapping[str, Forecast], keep: float) -> dict[str, Any]:
    """Return the content of `wearoff next --json` for several patients."""
    return {"keep": keep, "patients": records(tabulate_patients(forecasts, keep)), "note": DISCLAIMER}


def patients_text(forecasts: Mapping[str, Forecast], keep: float) -> str:
    """Return a line for each patient: the day on which the effect falls below the level, and the label's day."""
    cells: list[tuple[str, ...]] = [("id", "about", "80 % between", "label from")]
    for patient, forecast in forecasts.items():
        date = forecast.next_visit(keep)
        low, high = (_name(date, day) for day in date.four_fifths)
        cells.append((patient, _name(date, date.day), f"{low} and {high}", _name(date, date.label_day)))
    heading = f"The effect falls below {100 * keep:.3g} % of a full effect:"
    return "\n".join([heading, "", *align(cells, "<<<<"), "", f"This is {DISCLAIMER}."])


def patients_files(forecasts: Mapping[str, Forecast], keep: float, provenance: dict[str, Any]) -> dict[str, bytes]:
    """Return the content of each file of several patients: the table and the result."""
    files = {"patients.csv": table(tabulate_patients(forecasts, keep))}
    return add_result(files, "next.json", patients_summary(forecasts, keep), provenance)


def _name(date: NextDate, day: float) -> str:
    if math.isinf(day):
        return "later"
    return f"day {math.floor(day)}" if date.visits.start is None else f"{date.visits.date(day)}"
