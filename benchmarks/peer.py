"""The same model in libroadrunner, which solves it with CVODE: the peer for speed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import antimony
import numpy as np
import roadrunner

NEVER = 1e9
COLUMNS = ("depot", "free", "bound", "endosome", "light_chain", "snap25", "force", "visible")


def model(constants: dict[str, float], doses: int) -> Any:
    """Load the model with its constants, and with room for so many doses as events; `give` says when and how much."""
    roadrunner.Logger.setLevel(roadrunner.Logger.LOG_FATAL)
    # CVODE warns of every tiny step after a dose, on standard output and past that logger: it has its own, which reads
    # this when an integrator is made. Its errors still go to standard error.
    os.environ.setdefault("SUNLOGGER_WARNING_FILENAME", os.devnull)
    text = Path(__file__).with_name("wearoff.ant").read_text(encoding="utf-8")
    lines = [f"  {name} = {value!r};" for name, value in constants.items()]
    for i in range(doses):
        lines += [f"  day_{i} = {NEVER}; units_{i} = 0;", f"  at (time >= day_{i}): depot = depot + units_{i};"]
    antimony.clearPreviousLoads()
    if antimony.loadAntimonyString(text.replace("\nend", "\n" + "\n".join(lines) + "\nend")) < 0:
        raise RuntimeError(antimony.getLastError())
    runner = roadrunner.RoadRunner(antimony.getSBMLString(antimony.getMainModuleName()))
    runner.timeCourseSelections = ["time", *COLUMNS]
    return runner


def run(runner: Any, doses: dict[float, float], days: int, rtol: float) -> Any:
    """Simulate with doses (day -> units taken up, the first on day 0): one row a day, one column a quantity."""
    runner.reset()
    runner.integrator.relative_tolerance = rtol
    runner.integrator.absolute_tolerance = rtol / 100
    (_, taken), *later = doses.items()
    runner["depot"] = taken
    unused = [(NEVER, 0.0)] * (runner.model.getNumEvents() - len(later))
    for i, (day, units) in enumerate([*later, *unused]):
        runner[f"day_{i}"], runner[f"units_{i}"] = day, units
    return np.array(runner.simulate(0, days, days + 1))[:, 1:]
