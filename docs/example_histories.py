"""The example histories in `data/histories/`: drawn by the simulator, not seen in patients.

`python docs/example_histories.py` writes them again, to the same bytes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import wearoff as wo
from wearoff.patients.draws import OF_PATIENT
from wearoff.patients.few import plan_few
from wearoff.patients.grades import Line, find_severity, round_grade

FOLDER = Path(__file__).parents[1] / "data" / "histories"
SIMULATED = "# simulated: not a patient\n"
START = pd.Timestamp("2027-01-04")
LOOKS = (14, 60)  # days after a visit


def write_files() -> dict[str, str]:
    """Return the content of each file by its name."""
    one = draw_patient(np.random.default_rng(7), START, visits=3)
    rng = np.random.default_rng(2)
    several = []
    for number in range(1, 6):
        start = START + pd.Timedelta(days=int(rng.integers(0, 60)))
        rows = draw_patient(rng, start, visits=int(rng.integers(2, 5)))
        rows.insert(0, "id", f"P{number}")
        several.append(rows.assign(age=int(rng.integers(30, 66))))
    tables = {"history_one.csv": one, "history_several.csv": pd.concat(several)}
    return {name: SIMULATED + table.to_csv(index=False, lineterminator="\n") for name, table in tables.items()}


def draw_patient(rng: np.random.Generator, start: pd.Timestamp, visits: int) -> pd.DataFrame:
    """Return the visits of a patient of the population, and the grades that the investigator sees.

    Visits of 20 U are 84 to 140 days apart. The line is seen at each of them and on the days `LOOKS` after it.
    """
    days = np.cumsum([0, *rng.integers(84, 141, visits - 1)])
    people = wo.Population()
    schedule = wo.Schedule(tuple(wo.Visit(day=float(day), units=20) for day in days))
    normals = rng.standard_normal((1, OF_PATIENT + visits))
    seen = np.unique([*days, *(day + look for day in days for look in LOOKS)]).astype(float)
    cohort = plan_few(schedule, people, seen[-1] + 1).solve(normals)
    line = Line.of(cohort.visible_at(seen), cohort.crease_at(seen), people.constants(normals))
    kinds = list(people.raters.kinds())
    kind = kinds[rng.choice(len(kinds), p=[each.share for each in kinds])]
    error = people.raters.investigator_error * rng.standard_normal(len(seen))
    grades = round_grade(find_severity(line.frown[:, 0], kind.baseline, kind.placebo_responder) + error)
    grades[0] = kind.baseline  # before the first effect
    rows: list[dict[str, Any]] = [
        {
            "date": (start + pd.Timedelta(days=day)).date(),
            "units": "20" if day in days else "",
            "grade": int(grade),
        }
        for day, grade in zip(seen, grades, strict=True)
    ]
    return pd.DataFrame(rows)


if __name__ == "__main__":
    for file_name, text in write_files().items():
        (FOLDER / file_name).write_text(text, encoding="utf-8", newline="\n")
