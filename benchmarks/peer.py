"""The exported model in libroadrunner, which solves it with CVODE: the program whose speed is compared."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np
import roadrunner

import wearoff as wo

NEVER = 1e9  # day, of a visit that does not happen
COLUMNS = ("depot", "free", "bound", "endosome", "light_chain", "snap25", "force", "visible")


def model(visits: int, columns: tuple[str, ...] = COLUMNS) -> Any:
    """Load the typical patient with room for a number of visits; `run` sets their days and units."""
    roadrunner.Logger.setLevel(roadrunner.Logger.LOG_FATAL)
    # CVODE has a logger of its own, which warns of every small step after a dose. It reads this variable when an
    # integrator is made. Its errors still go to standard error.
    os.environ.setdefault("SUNLOGGER_WARNING_FILENAME", os.devnull)
    runner = roadrunner.RoadRunner(wo.exchange.to_sbml(wo.Schedule.every(90, visits=visits, units=20)))
    runner.timeCourseSelections = ["time", *columns]
    return runner


def run(runner: Any, doses: Mapping[float, float], days: int, rtol: float, **constants: float) -> Any:
    """Simulate with doses (day -> units) and return one row for each day, one column for each quantity.

    `constants` are given under the symbols of the mathematics.
    """
    unused = [(NEVER, 1.0)] * (runner.model.getNumEvents() - len(doses))
    for i, (day, units) in enumerate([*doses.items(), *unused], 1):
        runner[f"day_{i}"], runner[f"units_{i}"] = day, units
    # `reset` computes the symbols again from the file's half-lives: they are set after it.
    runner.reset()
    for name, value in constants.items():
        runner[name] = value
    runner.integrator.relative_tolerance = rtol
    runner.integrator.absolute_tolerance = rtol / 100
    return np.array(runner.simulate(0, days, days + 1))[:, 1:]
