"""Does a fit find what is known? ``python -m studies.recovery [REPEATS]``.

Trials are simulated patient by patient: the patient is drawn, each rater's error is drawn for each day, the grade is
rounded and kept in 0 to 3, and the responders are counted. The fit computes the rows in another way: it never draws a
rater. The numbers are then fitted from a start that is far off. The result is how often the 95 % intervals contain the
true value.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import numpy.typing as npt
import pandas as pd

from wearoff.evidence.fitting import fit
from wearoff.evidence.observations import check_observations
from wearoff.model.course import solve
from wearoff.patients.draws import OF_PATIENT
from wearoff.patients.population import Population
from wearoff.patients.treated import vary_doses
from wearoff.treatment.schedule import Schedule

Array = npt.NDArray[np.float64]

DAYS = (3.0, 7.0, 30.0, 60.0, 90.0, 120.0, 150.0)
SUBJECTS = 400
UNITS = 20.0
FREE = ("potency", "light_chain_half_life", "omega_potency", "investigator_error")
# The fit starts from the true values times these factors.
OFF = {"potency": 1.3, "light_chain_half_life": 0.8, "omega_potency": 0.75, "investigator_error": 1.3}


def main() -> None:
    """Repeat, and print the table of the documentation."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    truth = Population()
    began = time.perf_counter()
    found = pd.concat([recover(truth, seed) for seed in range(repeats)])
    print(f"{repeats} repeats, {SUBJECTS} patients an arm, {time.perf_counter() - began:.0f} s\n")
    print(
        "| number | truth | mean of the estimates | their standard deviation (%) | mean standard error (%) | inside |"
    )
    print("| --- | --- | --- | --- | --- | --- |")
    for name, own in found.groupby("name", sort=False):
        known = truth.value(str(name))
        spread = 100 * own["estimate"].std() / known
        print(
            f"| {name} | {known:g} | {own['estimate'].mean():.4g} | {spread:.1f} | {own['se_percent'].mean():.1f} "
            f"| {own['inside'].sum()} of {len(own)} |"
        )


def recover(truth: Population, seed: int, free: tuple[str, ...] = FREE, patients: int = 512) -> pd.DataFrame:
    """Return the estimates of one repeat, and whether their intervals contain the true values."""
    rows = simulate_rows(truth, np.random.default_rng([2008, seed]))
    start = truth.replace(**{name: OFF[name] * truth.value(name) for name in free})
    estimates = fit(rows, free, population=start, patients=patients, rng=seed).estimates
    known = np.array([truth.value(name) for name in estimates["name"]])
    return estimates.assign(inside=(estimates["low"] <= known) & (known <= estimates["high"]))


def simulate_depth(truth: Population, rng: np.random.Generator, subjects: int = SUBJECTS) -> Array:
    """Return the depth of the lines of patients drawn at random, one row a patient, on `DAYS`."""
    normals = rng.standard_normal((subjects, OF_PATIENT + 1))
    doses = vary_doses(truth, Schedule.once(units=UNITS).doses(truth.parameters.spread), normals)
    return solve(doses, truth.constants(normals), DAYS[-1], tolerance=1e-6).at(np.array(DAYS))["depth"]


def simulate_rows(truth: Population, rng: np.random.Generator, depth: Array | None = None) -> pd.DataFrame:
    """Return the rows that a trial of a treated and a placebo arm reports: none or mild, and one grade better.

    `depth` as of `simulate_depth`, of `SUBJECTS` patients; default: drawn here.
    """
    treated = simulate_depth(truth, rng) if depth is None else depth
    records = []
    for arm, lines in (("treated", treated), ("placebo", np.ones_like(treated))):
        baseline = np.where(rng.random(SUBJECTS) < truth.severe_share, 3, 2)[:, None]
        better = (rng.random(SUBJECTS) < truth.placebo_share)[:, None]
        severity = baseline * lines - better
        for assessor, error, endpoint in (
            ("investigator", truth.investigator_error, "none_or_mild"),
            ("subject", truth.subject_error, "one_grade"),
        ):
            grade = np.clip(np.rint(severity + error * rng.standard_normal(severity.shape)), 0, 3)
            counts = (grade <= (1 if endpoint == "none_or_mild" else baseline - 1)).sum(axis=0)
            given = {"source": "simulated", "arm": arm, "units": UNITS, "assessor": assessor, "endpoint": endpoint}
            records += [
                {**given, "day": day, "value": count, "unit": "count", "n": SUBJECTS}
                for day, count in zip(DAYS, counts, strict=True)
            ]
    return check_observations(pd.DataFrame(records))


if __name__ == "__main__":
    main()
