"""Where the defaults come from: ``python -m studies.defaults [--write]``.

The fit takes the rows that were read in their source (``used_for_fit`` in ``data/observations.csv``). The plausible
range of each number is its prior. The landmarks of the typical patient have priors in the middle of the ranges of
``data/typical_patient.csv``. All other observations are only predicted.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import pandas as pd

from wearoff import tables
from wearoff.evidence.fitting import Fit, fit
from wearoff.evidence.likelihood import Prior
from wearoff.evidence.numbers import POTENCY, TRIAL_NUMBERS, find_number
from wearoff.evidence.observations import published
from wearoff.patients.population import Population

ROOT = Path(__file__).parents[1]
UNITS = 20.0
# The middle of a landmark's range is the mean of its prior, and the range is this number of standard deviations wide.
# So narrow a prior keeps the typical patient, who is shown in classrooms, in all ranges at once.
DEVIATIONS_IN_RANGE = 8

CONSTANTS = (
    "potency", "light_chain_half_life", "depot_half_life", "snap25_half_life", "dose_at_half_uptake",
    "release_at_half_force", "force_steepness", "line_half_life", "crease_half_life", "crease_share",
)  # fmt: skip
PEOPLE = (
    "omega_potency", "omega_light_chain", "omega_depot", "omega_crease_share", "omega_visit", "investigator_error",
    "subject_error", "report_change",
)  # fmt: skip
# The products with rows that were read.
PRODUCTS = ("abobotulinumtoxinA", "incobotulinumtoxinA", "daxibotulinumtoxinA", "relabotulinumtoxinA")
FITTED = (*CONSTANTS, *PEOPLE, *(f"{POTENCY}{product}" for product in PRODUCTS), *TRIAL_NUMBERS)
# The fit starts in the middle of each prior, but for these numbers, which were found by trial. From the middle it takes
# three times as long to the same numbers.
START = {
    "potency": 0.11, "light_chain_half_life": 52.0, "depot_half_life": 0.9, "snap25_half_life": 8.0,
    "force_steepness": 2.8, "omega_potency": 0.8, "crease_share": 0.15,
}  # fmt: skip
DIGITS = 3


def main() -> None:
    """Fit; print the report, or with ``--write`` put it into the docs and the estimates into the tables."""
    found = calibrate()
    text = report(found)
    if "--write" in sys.argv[1:]:
        write(found)
        (ROOT / "docs" / "calibration.md").write_text(text, encoding="utf-8")
    else:
        print(text)


def calibrate(patients: int = 512) -> Fit:
    """Return the fit of the defaults."""
    rows = published()
    return fit(rows[rows["used_for_fit"]], FITTED, population=begin(), priors=landmarks(), patients=patients)


def begin() -> Population:
    """Return the population from which the fit starts."""
    middle = {name: find_number(name).back(find_number(name).prior[0]) for name in (*CONSTANTS, *PEOPLE)}
    return Population().replace(**{**middle, **START, "correlation_potency_light_chain": 0.0})


def landmarks() -> list[Prior]:
    """Return the priors of the typical patient's landmarks that are days."""
    priors = []
    for row in tables.rows("typical_patient"):
        low, high = float(row["low"]), float(row["high"])
        if row["unit"] == "day":
            priors.append(Prior(row["landmark"], (low + high) / 2, (high - low) / DEVIATIONS_IN_RANGE, UNITS))
    return priors


def report(found: Fit) -> str:
    """Return what was found, as Markdown."""
    estimates = found.estimates.copy()
    estimates["rows alone"] = [
        f"{each:.2g} %" if each < float("inf") else "nothing" for each in estimates["rows_se_percent"]
    ]
    estimates["prior, 95 %"] = _join(estimates, "prior_low", "prior_high")
    estimates["rows and prior, 95 %"] = _join(estimates, "low", "high")
    estimates["standard error"] = [f"{each:.2g} %" for each in estimates["se_percent"]]
    names = ["name", "prior, 95 %", "rows alone", "estimate", "standard error", "rows and prior, 95 %"]
    priors = found.priors.rename(columns={"sd": "standard deviation", "value": "fitted"})
    rows = found.rows[["trial", "arm", "product", "units", "endpoint", "assessor", "day", "cycle", "n", "unit"]]
    rows = rows.assign(**found.rows[["observed", "predicted", "residual"]])
    goodness = {**found.goodness, "determined": found.solution.determined, "freedom": found.solution.freedom}
    parts = [
        INTRODUCTION.format(rows=len(rows), numbers=len(estimates)),
        f"## Estimates\n\n{to_markdown(estimates[names])}",
        f"## Landmarks of the typical patient\n\n{LANDMARKS}\n\n{to_markdown(priors.drop(columns='units'))}",
        f"## How well it fits\n\n{FITS.format(**goodness)}",
        "## Not determined\n\n" + "\n".join(f"- {each}" for each in found.not_identifiable or ["nothing"]),
        f"## Rows\n\nResiduals are in standard deviations, with the rows as independent.\n\n{to_markdown(rows)}",
    ]
    return "\n\n".join(parts) + "\n"


INTRODUCTION = """# The fit of the defaults

Written by `python -m studies.defaults --write`. {numbers} numbers are fitted to the {rows} published rows that were
read in their source. The rows alone do not determine most of them, so each has a prior: its plausible range is the
prior's middle 95 %, on the logarithmic scale (logit for fractions). An interval from rows and prior is a posterior
interval, to the first order. The interval of a deviation between patients (`omega_`) is not symmetric. "Rows alone" is
the standard error without any prior; where the rows alone say nothing, that word stands there. Trials differ in the
potency of the product in their hands (`omega_trial_potency`) and in the leniency of their raters
(`omega_trial_leniency`). Rival models are in [rivals.md](rivals.md)."""

LANDMARKS = """The landmarks of the typical patient (20 U of onabotulinumtoxinA in the glabella) have priors from
`data/typical_patient.csv`: the training text that the project starts from, not data of trials."""

FITS = """Deviance {deviance:.0f} with the rows as independent. The rows determine as much as {determined:.1f} numbers,
and the priors the rest. With the correlations of the rows and the effects of the trials, chi-squared is {chi2:.0f} on
{dof:.1f} degrees of freedom, p = {p:.2g}: trials differ by more than two effects of a trial and the number of its
patients explain. So the variance of the rows is multiplied by the ratio, {scatter:.2g}, in all errors and intervals.
The intervals come from Student's t distribution with {freedom:.1f} degrees of freedom. This is the number of trials
less the number of numbers that the rows determine (Knapp, Hartung 2003, Stat Med 22:2693)."""


def to_markdown(frame: pd.DataFrame) -> str:
    """Return a table as Markdown."""
    lines = [f"| {' | '.join(map(str, frame.columns))} |", f"|{' --- |' * len(frame.columns)}"]
    for row in frame.itertuples(index=False):
        cells = ("" if cell != cell else f"{cell:.4g}" if isinstance(cell, float) else str(cell) for cell in row)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def write(found: Fit) -> None:
    """Put the estimates into ``data/parameters.csv``, ``data/population.csv`` and ``data/products.csv``."""
    values = {name: rounded(value) for name, value in found.estimates[["name", "estimate"]].itertuples(index=False)}
    for table, key, column, prefix in (
        ("parameters", "name", "value", ""),
        ("population", "name", "value", ""),
        ("products", "product", "relative_potency", POTENCY),
    ):
        path = ROOT / "data" / f"{table}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            columns, rows = list(reader.fieldnames or ()), list(reader)
        for row in rows:
            if prefix + row[key] in values:
                row[column] = f"{values[prefix + row[key]]:g}"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


def rounded(value: float) -> float:
    """Return a value rounded to the number of digits that the tables have."""
    return float(f"{value:.{DIGITS}g}")


def _join(frame: pd.DataFrame, low: str, high: str) -> list[str]:
    return [f"{one:.3g} to {other:.3g}" for one, other in zip(frame[low], frame[high], strict=True)]


if __name__ == "__main__":
    main()
