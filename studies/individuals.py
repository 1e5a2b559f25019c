"""Does a fit to patients find what is known? ``python -m studies.individuals [REPEATS [PROCESSES]]``.

Patients are simulated one by one: a patient is drawn, is treated twice, and is seen on days of her own; each rater's
error is drawn for each look, and the grade is rounded and kept in 0 to 3. The courses are solved by the solver of
single patients, which the fit does not use. The numbers are then fitted from a start that is far off. The result is how
often the 95 % intervals contain the true value.
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pandas as pd

from wearoff.evidence.numbers import find_number
from wearoff.forecasts.histories import Histories
from wearoff.forecasts.history import History
from wearoff.forecasts.seen import Grade
from wearoff.individuals.fitting import fit_patients
from wearoff.model.course import solve
from wearoff.patients.draws import OF_PATIENT
from wearoff.patients.grades import find_severity, round_grade
from wearoff.patients.population import Population
from wearoff.patients.treated import vary_doses
from wearoff.treatment.schedule import Schedule
from wearoff.treatment.visit import Visit

PATIENTS, LOOKS, UNITS = 100, 8, 20.0
EFFECT = 0.3  # of sex, on the logarithm of the light chain's half-life
NAME = "sex_on_light_chain_half_life"
# The fit starts from the true values times these factors; the effect starts from 0.
OFF = {
    "potency": 1.3,
    "light_chain_half_life": 0.8,
    "omega_potency": 0.75,
    "omega_light_chain": 0.75,
    "investigator_error": 1.3,
}


def main() -> None:
    """Repeat, and print the table of the documentation."""
    repeats, processes = (int(each) for each in [*sys.argv[1:], "50", "1"][:2])
    began = time.perf_counter()
    with ProcessPoolExecutor(processes) as pool:
        found = pd.concat(pool.map(recover, range(repeats)))
    seconds = found.groupby("seed")["seconds"].first()
    print(
        f"{repeats} repeats, {time.perf_counter() - began:.0f} s; a fit takes {seconds.median():.1f} s of a processor"
    )
    print(f"(the longest {seconds.max():.1f} s)\n")
    print(tabulate(found).to_string(index=False))


def tabulate(found: pd.DataFrame) -> pd.DataFrame:
    """Return one row a number: how often the truth is inside, and on the transformed scale spread and errors."""
    rows = []
    for name, own in found.groupby("name", sort=False):
        rows.append(
            {
                "number": name,
                "truth": own["truth"].iloc[0],
                "mean of the estimates": own["estimate"].mean(),
                "bias": own["error"].mean(),
                "spread": own["error"].std(),
                "standard error": np.sqrt((own["own_error"] ** 2).mean()),
                "at bound": int(own["at_bound"].sum()),
                "inside": f"{own['inside'].sum()} of {len(own)}",
            }
        )
    return pd.DataFrame(rows)


def recover(seed: int) -> pd.DataFrame:
    """Return the estimates of one repeat with the truth, and their errors on the transformed scale."""
    truth = Population()
    data = simulate(truth, np.random.default_rng([2026, seed]))
    start = truth.replace(**{name: factor * truth.value(name) for name, factor in OFF.items()})
    began = time.process_time()
    fitted = fit_patients(data, list(OFF), effects={"sex": "light_chain_half_life"}, population=start, rng=seed)
    found = fitted.estimates.assign(seconds=time.process_time() - began, seed=seed)
    found["truth"] = [EFFECT if name == NAME else truth.value(name) for name in found["name"]]
    found["inside"] = (found["low"] <= found["truth"]) & (found["truth"] <= found["high"])
    found["error"] = [
        _transform(name, estimate) - _transform(name, known)
        for name, estimate, known in zip(found["name"], found["estimate"], found["truth"], strict=True)
    ]
    found["own_error"] = np.sqrt(np.diag(fitted.solution.covariance))
    return found


def simulate(
    truth: Population, rng: np.random.Generator, patients: int = PATIENTS, effect: float = EFFECT
) -> Histories:
    """Return patients who are treated twice and seen on days of their own, half of them with sex 1."""
    sex, histories = rng.integers(0, 2, patients), {}
    half_life = truth.parameters.light_chain_half_life
    for i in range(patients):
        own = truth.replace(light_chain_half_life=half_life * np.exp(effect * sex[i]))
        again = float(rng.integers(90, 150))
        visits = Schedule((Visit(units=UNITS), Visit(day=again, units=UNITS)))
        days = np.sort(rng.choice(np.arange(2.0, again + 120), LOOKS, replace=False))
        normals = rng.standard_normal((1, OF_PATIENT + 2))
        doses = vary_doses(own, visits.doses(own.parameters.spread), normals)
        depth = solve(doses, own.constants(normals), float(days[-1]), tolerance=1e-6).at(days)["depth"].ravel()
        baseline, placebo = (3 if rng.random() < own.severe_share else 2), bool(rng.random() < own.placebo_share)
        seen = find_severity(depth, baseline, placebo) + own.investigator_error * rng.standard_normal(LOOKS)
        grades = tuple(Grade(float(day), int(grade)) for day, grade in zip(days, round_grade(seen), strict=True))
        histories[f"patient {i + 1}"] = History(visits, grades, baseline=baseline)
    return Histories(histories, pd.DataFrame({"sex": sex}, index=list(histories)))


def _transform(name: str, value: float) -> float:
    return value if name == NAME else find_number(name).to(value)


if __name__ == "__main__":
    main()
