"""Is a forecast worth having? ``python -m studies.forecasts [PATIENTS]``.

Virtual patients are drawn from the population, and the deviation of each of their visits too. They had two visits, and
6 to 12 grades were seen up to 30 days after the second. The question is on which day the effect falls below a half. The
same patients are forecast in several ways, and the result is the mean absolute error of each.

An effect that never reaches a half after the second visit counts as lost on the day of that visit, in truths and in
forecasts. A day after the last one that is computed (day 680) counts as that day.
"""

from __future__ import annotations

import sys
import time
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from wearoff.forecasts.forecasting import forecast
from wearoff.forecasts.history import History
from wearoff.forecasts.likelihood import find_days, find_likelihoods
from wearoff.forecasts.next_date import find_loss
from wearoff.forecasts.posterior import HORIZON, Posterior, weighted_quantiles
from wearoff.forecasts.seen import Grade
from wearoff.model.cohort import Cohort
from wearoff.patients.draws import OF_PATIENT
from wearoff.patients.few import plan_few
from wearoff.patients.grades import Kind, Line, find_severity, round_grade
from wearoff.patients.population import Population
from wearoff.patients.treated import Treated
from wearoff.treatment.schedule import Schedule

Array = npt.NDArray[np.float64]

INTERVAL, UNITS, LEVEL = 110.0, 20.0, 0.5
SEEN_FOR = 30.0  # days after the second visit
FEWEST, MOST = 6, 12  # grades of a patient
# Days on which patients may be seen, so that the lines of the population's draws are computed once for all patients.
DAYS = np.arange(5.0, INTERVAL + SEEN_FOR + 1, 5.0)
BRUTE, PART = 200_000, 10_000  # draws of the population, and how many of them are solved at a time
VISIT_DRAWS = 2000  # draws of the visits' deviations for a patient whose constants are known
WAYS = {
    "typical": "the typical patient",
    "population": "the population's median, nothing seen",
    "forecast": "the forecast",
    "brute": "brute force: the population's own draws, weighted",
    "constants": "the patient's constants known, nothing seen",
    "both": "the patient's constants known, and the same grades",
}


class Patient(NamedTuple):
    """A virtual patient: standard normal numbers, the day on which half of the effect is lost, and what was seen."""

    normals: Array
    truth: float
    history: History


class Draws(NamedTuple):
    """Draws of the population: the day of the loss of each, shape (k,), and the lines on `DAYS`, shape (days, k)."""

    losses: Array
    lines: Line


def main() -> None:
    """Forecast the patients, and print the table of the documentation."""
    patients = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    began = time.perf_counter()
    found = compare(patients)
    print(f"{patients} patients, {time.perf_counter() - began:.0f} s\n")
    print(tabulate(found).to_string(index=False))
    errors = found[[*WAYS]].sub(found["truth"], axis=0).abs()
    ratio = errors["forecast"].mean() / errors["brute"].mean()
    print(f"\nforecast against brute force: {100 * (ratio - 1):+.1f} %")
    print(f"truth inside the 80 % interval of the forecast: {found['inside'].mean():.1%}")


def compare(patients: int, draws: int = BRUTE, seed: int = 2027) -> pd.DataFrame:
    """Return the true day and the day that each way forecasts, one row a patient, and whether 80 % hold the truth."""
    population, visits = Population(), Schedule.every(INTERVAL, visits=2, units=UNITS)
    treated = plan_few(visits, population, DAYS[-1] + HORIZON)
    rng = np.random.default_rng(seed)
    shared = draw_population(treated, draws, rng)
    (typical,) = find_losses(treated, treated.solve(np.zeros((1, OF_PATIENT + len(visits)))))
    middle = float(np.median(shared.losses))
    rows = []
    for number in range(patients):
        patient = draw_patient(treated, visits, rng)
        found = forecast(patient.history, population=population, rng=number).next_visit(LEVEL)
        alone, both = know_constants(treated, patient, rng)
        low, high = found.four_fifths
        rows.append(
            {
                "truth": patient.truth,
                "typical": float(typical),
                "population": middle,
                "forecast": min(found.day, treated.grid.mesh.edges[-1]),
                "brute": weigh(patient.history, shared.losses, shared.lines, population),
                "constants": alone,
                "both": both,
                "inside": low <= patient.truth <= high,
            }
        )
    return pd.DataFrame(rows)


def tabulate(found: pd.DataFrame) -> pd.DataFrame:
    """Return the mean absolute error of each way in days, its standard error, and the share within two weeks."""
    errors = found[[*WAYS]].sub(found["truth"], axis=0).abs()
    return pd.DataFrame(
        {
            "way": list(WAYS.values()),
            "mean absolute error (days)": errors.mean().round(1).to_list(),
            "standard error": errors.sem().round(1).to_list(),
            "within 14 days (%)": (100 * (errors <= 14).mean()).round(0).to_list(),
        }
    )


def draw_patient(treated: Treated, visits: Schedule, rng: np.random.Generator) -> Patient:
    """Return a patient of the population, and the grades that raters see."""
    population = treated.population
    raters, normals = population.raters, rng.standard_normal((1, OF_PATIENT + len(visits)))
    kinds = list(raters.kinds())
    kind: Kind = kinds[rng.choice(len(kinds), p=[each.share for each in kinds])]
    cohort = treated.solve(normals)
    days = np.sort(rng.choice(DAYS, rng.integers(FEWEST, MOST + 1), replace=False))
    lines = find_lines(treated, cohort, normals, days)
    seen = []
    for i, day in enumerate(days):
        assessor, at_rest = ("subject" if i % 3 == 1 else "investigator"), i % 5 == 4
        depth = (lines.rest if at_rest else lines.frown)[i]
        (error,) = raters.errors(assessor)
        severity = find_severity(depth, kind.baseline, kind.placebo_responder) + error * rng.standard_normal(1)
        seen.append(Grade(float(day), int(round_grade(severity)[0]), at_rest, assessor))
    (truth,) = find_losses(treated, cohort)
    return Patient(normals, float(truth), History(visits, tuple(seen), kind.baseline))


def draw_population(treated: Treated, draws: int, rng: np.random.Generator) -> Draws:
    """Return draws of the population; they are solved in parts, so that they fit into memory."""
    losses, frown, rest = [], [], []
    for first in range(0, draws, PART):
        normals = rng.standard_normal((min(PART, draws - first), OF_PATIENT + len(treated.doses.days)))
        cohort = treated.solve(normals)
        lines = find_lines(treated, cohort, normals, DAYS)
        losses.append(find_losses(treated, cohort))
        frown.append(lines.frown)
        rest.append(lines.rest)
    return Draws(np.concatenate(losses), Line(np.concatenate(frown, axis=1), np.concatenate(rest, axis=1)))


def know_constants(treated: Treated, patient: Patient, rng: np.random.Generator) -> tuple[float, float]:
    """Return the median day for who knows the patient's constants and not the visits, without and with the grades."""
    normals = rng.standard_normal((VISIT_DRAWS, patient.normals.shape[1]))
    normals[:, :OF_PATIENT] = patient.normals[:, :OF_PATIENT]
    cohort = treated.solve(normals)
    losses, lines = find_losses(treated, cohort), find_lines(treated, cohort, normals, DAYS)
    return float(np.median(losses)), weigh(patient.history, losses, lines, treated.population)


def weigh(history: History, losses: Array, lines: Line, population: Population) -> float:
    """Return the median day of draws that are weighted by how likely they make a history."""
    days = find_days(history)
    own = Line(*(depth[np.searchsorted(DAYS, days)] for depth in lines))
    logs = find_likelihoods(history, days, own, population.raters)
    weights = np.exp(logs - logs.max()).sum(axis=0)
    (median,) = weighted_quantiles(losses, weights, np.array([0.5]))
    return float(median)


def find_losses(treated: Treated, cohort: Cohort) -> Array:
    """Return the day on which half of the effect is lost after the last visit, of k patients."""
    end, count = treated.grid.mesh.edges[-1], cohort.visible.shape[-1]
    alone = Posterior(treated.population, np.empty((count, 0)), np.full(count, 1 / count), [cohort], end, 1.0)
    days, _ = find_loss(alone, float(treated.doses.days[-1]), LEVEL)
    losses: Array = np.minimum(days, end)
    return losses


def find_lines(treated: Treated, cohort: Cohort, normals: Array, days: Array) -> Line:
    """Return the lines of k patients on some days, shape (days, k)."""
    return Line.of(cohort.visible_at(days), cohort.crease_at(days), treated.population.constants(normals))


if __name__ == "__main__":
    main()
