"""Two other simulators, which run an exported file: libroadrunner (CVODE) and COPASI (LSODA)."""

import contextlib
import os

import basico
import numpy as np
import roadrunner

COLUMNS = ("depot", "free", "bound", "endosome", "light_chain", "snap25", "release", "force", "visible")

roadrunner.Logger.setLevel(roadrunner.Logger.LOG_FATAL)


def libroadrunner(text, days, columns=COLUMNS, rtol=1e-10):
    """Run SBML from day 0 to the last of `days`; one row a day of the grid, one column a name."""
    runner = roadrunner.RoadRunner(text)
    runner.integrator.relative_tolerance, runner.integrator.absolute_tolerance = rtol, 1e-14
    runner.timeCourseSelections = list(columns)
    with _quiet():
        return np.array(runner.simulate(0, days, days + 1))


def copasi(text, days, columns=COLUMNS, rtol=1e-10):
    """The same with COPASI."""
    model = basico.load_model_from_string(text)
    try:
        found = basico.run_time_course(
            0, days, days, method="deterministic", r_tol=rtol, a_tol=1e-14, max_steps=1_000_000, model=model
        )
    finally:
        basico.remove_datamodel(model)
    found.columns = [name.removeprefix("Values[").removesuffix("]") for name in found.columns]
    return found[list(columns)].to_numpy()


@contextlib.contextmanager
def _quiet():
    # CVODE warns on the process's own standard error of every first step after a dose, which is small.
    kept = os.dup(2)
    with open(os.devnull, "wb") as nothing:
        os.dup2(nothing.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
