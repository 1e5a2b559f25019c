"""Do the intervals of the defaults hold? ``python -m studies.truths [REPEATS [PROCESSES]]``.

A truth is drawn from the priors of all fitted numbers. Each trial gets its own potency and leniency. The published rows
that are fitted are then simulated with the trials' own numbers of patients: patients are drawn from the virtual ones,
and what the raters see is drawn for each of them. The same fit as that of the defaults, without the priors of the
landmarks, is made to these rows. The result is how often the 95 % intervals contain the truth.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from studies.defaults import FITTED, begin
from wearoff.evidence.fitting import fit
from wearoff.evidence.likelihood import ASSUMED_PATIENTS, STEP
from wearoff.evidence.numbers import TRIAL_NUMBERS, change, find_number
from wearoff.evidence.observations import DAYS_OF, published
from wearoff.evidence.prediction import Predictor, Setting, find_chances, find_seen_back, weigh
from wearoff.patients.grades import ENDPOINTS

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

PATIENTS = 512  # virtual patients from whom those of the trials are drawn
FIT_PATIENTS = 128
FEWEST = 60  # repeats from which the spread of the rows alone is computed
STREAM = 20_000  # patients who are drawn for an arm, from whom its rows take the first ones


def main() -> None:
    """Repeat, and print the table of the documentation."""
    repeats, processes = (int(each) for each in [*sys.argv[1:], "100", "2"][:2])
    began = time.perf_counter()
    with ProcessPoolExecutor(processes) as pool:
        found = pd.concat(pool.map(recover, range(repeats), repeat(FIT_PATIENTS)))
    print(f"{repeats} repeats, {time.perf_counter() - began:.0f} s\n")
    print(tabulate(found).to_string())


def recover(seed: int, patients: int = FIT_PATIENTS) -> pd.DataFrame:
    """Return the estimates of one repeat on the transformed scale, with their errors and the truth."""
    rng = np.random.default_rng([2026, seed])
    numbers = [find_number(name) for name in FITTED]
    truth = {number.name: number.back(rng.normal(*number.prior)) for number in numbers}
    rows = simulate_rows(change(Setting(begin()), truth), rng)
    estimates = fit(rows, FITTED, population=begin(), patients=patients, rng=seed).estimates
    estimates["truth"] = [truth[name] for name in estimates["name"]]
    estimates["error"] = [
        number.to(one) - number.to(other)
        for number, one, other in zip(
            map(find_number, estimates["name"]), estimates["estimate"], estimates["truth"], strict=True
        )
    ]
    estimates["inside"] = (estimates["low"] <= estimates["truth"]) & (estimates["truth"] <= estimates["high"])
    # The errors are percentages of the estimate; here they are on the transformed scale, as the differences are.
    slope = [
        (number.to(one * (1 + STEP)) - number.to(one * (1 - STEP))) / (2 * STEP) / 100
        for number, one in zip(map(find_number, estimates["name"]), estimates["estimate"], strict=True)
    ]
    estimates["own_error"] = slope * estimates["se_percent"]
    estimates["rows_alone"] = slope * estimates["rows_se_percent"]
    return estimates.assign(seed=seed)


def tabulate(found: pd.DataFrame) -> pd.DataFrame:
    """Return one row a number: how often the truth is inside, and the spread of the estimates beside their errors.

    ``informed`` is the number of repeats in which the rows alone say more than the prior. Of these the error from the
    rows alone is beside the spread, and beside the spread without the prior: its information less that of the prior.
    """
    records = []
    for name, own in found.groupby("name", sort=False):
        of_prior = find_number(str(name)).prior[1]
        informed = own[own["rows_alone"] < of_prior]
        few = len(informed) < FEWEST
        spread = np.nan if few else informed["error"].std()
        records.append(
            {
                "number": name,
                "inside": f"{own['inside'].sum()} of {len(own)}",
                "spread": own["error"].std(),
                "error": _average(own["own_error"]),
                "informed": len(informed),
                "error, rows alone": np.nan if few else _average(informed["rows_alone"]),
                "their spread": spread,
                "without the prior": (1 / spread**2 - 1 / of_prior**2) ** -0.5,
            }
        )
    return pd.DataFrame(records)


def _average(errors: pd.Series) -> float:
    return float(np.sqrt((errors**2).mean()))


def simulate_rows(truth: Setting, rng: np.random.Generator) -> pd.DataFrame:
    """Return the published rows that are fitted, with values that are simulated from a truth."""
    rows = published()
    rows = rows[rows["used_for_fit"]].reset_index(drop=True)
    deviations = [truth.population.value(name) for name in TRIAL_NUMBERS]
    predictor = Predictor(rows, PATIENTS, int(rng.integers(2**31)))
    predictor.plan(truth.population)
    values = np.empty(len(rows))
    for _, group in rows.groupby("trial"):
        of_potency, leniency = rng.normal(0.0, deviations)
        potency = truth.population.parameters.potency * np.exp(of_potency)
        setting = change(truth, {"potency": potency})._replace(leniency=leniency)
        values[group.index] = _simulate_trial(predictor, group.index, setting, rng)
    return rows.assign(value=values)


def _simulate_trial(predictor: Predictor, places: pd.Index, setting: Setting, rng: np.random.Generator) -> list[float]:
    constants, raters = setting.population.constants(predictor.normal), setting.raters()
    streams: dict[Any, tuple[Places, ...]] = {}
    values = []
    for place in places:
        row, treatment = predictor.rows[place], predictor.treatments[place]
        seen = None
        if treatment is not None:
            seen = predictor.courses.solve(treatment, setting.population, setting.potency(treatment.product))
        everybody = weigh({**row, "among": ""}, seen, raters, constants)
        # The rows of one arm have the same patients: the first ones of its stream. A row of patients who were selected
        # has the first ones of the stream who are.
        if treatment not in streams:
            chosen = rng.choice(everybody.size, STREAM, p=everybody.ravel() / everybody.sum())
            streams[treatment] = np.unravel_index(chosen, everybody.shape)
        kinds, patients = streams[treatment]
        counted = weigh(row, seen, raters, constants)[kinds, patients] / everybody[kinds, patients]
        among = np.flatnonzero(rng.random(STREAM) < counted) if row["among"] else np.arange(STREAM)
        among = among[: int(row["n"]) if row["n"] > 0 else ASSUMED_PATIENTS]
        kinds, patients = kinds[among], patients[among]
        if row["endpoint"] in ENDPOINTS:
            chances = find_chances(row, seen, raters, constants)[0][kinds, patients]
            values.append(100 * float((rng.random(len(among)) < chances).mean()))
        else:
            assert seen is not None
            by_visit = find_seen_back(row, seen, raters, constants)
            values.append(_simulate_median(row, by_visit, kinds, patients, rng))
    return values


def _simulate_median(
    row: Mapping[Any, Any],
    by_visit: tuple[Array, Array],
    kinds: Places,
    patients: Places,
    rng: np.random.Generator,
) -> float:
    visits, seen_back = by_visit
    chances = seen_back[:, kinds, patients]
    places = (chances < rng.random(chances.shape[1])).sum(axis=0)
    # The median is the first visit by which half have been seen back. Who is never seen back counts to the end.
    middle = int(np.sort(places)[(len(places) - 1) // 2]) if len(places) else 0
    return float(visits[min(middle, len(visits) - 1)]) / DAYS_OF[row["unit"]]


if __name__ == "__main__":
    main()
