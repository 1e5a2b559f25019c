"""Two other simulators, which run an exported file: libroadrunner (CVODE) and COPASI (LSODA)."""

import os

import basico
import numpy as np
import roadrunner

from wearoff.model.equations import COMPARTMENTS

COLUMNS = (*COMPARTMENTS, "snap25", "release", "force", "visible", "crease", "depth")
RTOL, ATOL = 1e-10, 1e-14

roadrunner.Logger.setLevel(roadrunner.Logger.LOG_FATAL)
# CVODE has a logger of its own, which reads this variable and else warns of every small step after a dose.
os.environ.setdefault("SUNLOGGER_WARNING_FILENAME", os.devnull)


def libroadrunner(text, days):
    """Run SBML for a number of days; return one row for each day, one column for each name."""
    return run_libroadrunner(text, range(days + 1), COLUMNS)


def run_libroadrunner(text, times, names):
    """Run SBML; return one row for each time, one column for each name."""
    runner = roadrunner.RoadRunner(text)
    runner.integrator.relative_tolerance, runner.integrator.absolute_tolerance = RTOL, ATOL
    runner.timeCourseSelections = list(names)
    return np.array(runner.simulate(times=[float(time) for time in times]))


def copasi(text, days):
    """Do the same with COPASI."""
    model = basico.load_model_from_string(text)
    try:
        found = basico.run_time_course(
            0, days, days, method="deterministic", r_tol=RTOL, a_tol=ATOL, max_steps=1_000_000, model=model
        )
    finally:
        basico.remove_datamodel(model)
    found.columns = [name.removeprefix("Values[").removesuffix("]") for name in found.columns]
    return found[list(COLUMNS)].to_numpy()
