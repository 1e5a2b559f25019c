"""Where the defaults come from: ``python -m studies.defaults [--write]``.

The fit does three things. It keeps the typical patient in the middle of the ranges of ``data/typical_patient.csv``. It
fits the rows that are marked ``used_for_fit`` in ``data/observations.csv``. It keeps the published return to baseline
after 20 and 40 U within two and a half weeks. All other observations are only predicted.

The rows do not determine all constants. First `SHAPE` and `FITTED` are fitted together until the ranges are kept. Then
`FITTED` is fitted again with `SHAPE` fixed: the standard errors are those of this second fit.
"""

from __future__ import annotations

import csv
import sys
import time
from pathlib import Path

from wearoff import tables
from wearoff.evidence.fitting import Fit, fit
from wearoff.evidence.likelihood import Held
from wearoff.evidence.observations import published
from wearoff.patients.population import Population

DATA = Path(__file__).parents[1] / "data"
UNITS = 20.0
MARGIN = 0.3  # share of a range left out at each end: the typical patient lies in its middle two fifths
WEEKS = 2.5  # how far the return to baseline may be from the published one

SHAPE = ("snap25_half_life", "dose_at_half_uptake", "release_at_half_force", "force_steepness", "line_half_life")
FITTED = ("potency", "light_chain_half_life", "depot_half_life", "omega_potency", "omega_light_chain", "omega_depot",
          "correlation_potency_light_chain", "investigator_error", "subject_error")  # fmt: skip
# The typical patient of the start was found by trial and keeps the ranges. How patients differ is guessed.
START = {
    "depot_half_life": 0.82, "light_chain_half_life": 75.0, "snap25_half_life": 6.6,
    "dose_at_half_uptake": 20.0, "potency": 0.134,
    "release_at_half_force": 0.164, "force_steepness": 3.9, "line_half_life": 0.18,
    "omega_potency": 0.6, "omega_light_chain": 0.4,
    "omega_depot": 0.4, "correlation_potency_light_chain": 0.8, "investigator_error": 0.33,
    "subject_error": 0.33,
}  # fmt: skip
DIGITS = 4


def main() -> None:
    """Fit, print the report, and with ``--write`` put the estimates into the tables."""
    found = calibrate()
    report(found)
    if "--write" in sys.argv[1:]:
        write(found.population)


def calibrate(patients: int = 1024) -> Fit:
    """Fit twice, and return the second fit."""
    rows = published()
    rows = rows[rows["used_for_fit"]]
    held = ranges()
    shaped = fit(rows, [*FITTED, *SHAPE], population=Population().replace(**START), held=held, patients=patients, rng=0)
    shape = {name: rounded(shaped.population.value(name)) for name in SHAPE}
    return fit(rows, FITTED, population=shaped.population.replace(**shape), held=held, patients=patients, rng=0)


def ranges() -> list[Held]:
    """Return the ranges to keep: those of the typical patient less a margin, and those of the return to baseline."""
    typical = []
    for row in tables.rows("typical_patient"):
        quantity = row["landmark"].replace("effect_at_day", "effect_on_day")
        low, high = float(row["low"]), float(row["high"])
        margin = MARGIN * (high - low)
        typical.append(Held(quantity, UNITS, low + margin, high - margin))
    rows = published()
    rows = rows[(rows["endpoint"] == "return_to_baseline") & (rows["product"] == "onabotulinumtoxinA")]
    return typical + [
        Held("return_to_baseline", units, 7 * (weeks - WEEKS), 7 * (weeks + WEEKS))
        for units, weeks in zip(rows["units"].to_numpy(float), rows["value"].to_numpy(float), strict=True)
    ]


def report(found: Fit) -> None:
    """Print what was found, as Markdown."""
    print(f"# The fit of the defaults, {time.strftime('%Y-%m-%d')}\n")
    tables_ = {
        "Estimates": found.estimates,
        "Rows": found.rows.drop(columns=["source", "product", "status"]),
        "Ranges held": found.held,
        "Correlations of the estimates": found.correlations.round(2).reset_index(names=""),
    }
    for title, frame in tables_.items():
        print(f"## {title}\n\n| {' | '.join(map(str, frame.columns))} |\n|{' --- |' * len(frame.columns)}")
        for row in frame.itertuples(index=False):
            print(f"| {' | '.join(f'{cell:.4g}' if isinstance(cell, float) else str(cell) for cell in row)} |")
        print()
    print("## Goodness of fit\n\n" + ", ".join(f"{name} {value:.3g}" for name, value in found.goodness.items()) + "\n")
    print("## Not identifiable\n\n" + "\n".join(f"- {each}" for each in found.not_identifiable or ["nothing"]) + "\n")


def write(population: Population) -> None:
    """Put the estimates into ``data/parameters.csv`` and ``data/population.csv``."""
    for name in ("parameters", "population"):
        path = DATA / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            columns, rows = list(reader.fieldnames or ()), list(reader)
        for row in rows:
            if row["name"] in (*FITTED, *SHAPE):
                row["value"] = f"{rounded(population.value(row['name'])):g}"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


def rounded(value: float) -> float:
    """Return a value rounded to the number of digits that the tables have."""
    return float(f"{value:.{DIGITS}g}")


if __name__ == "__main__":
    main()
