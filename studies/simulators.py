"""The programs that run an exported file: libroadrunner (CVODE), COPASI (LSODA), R with deSolve (LSODA), tellurium."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import basico
import numpy as np
import numpy.typing as npt
import pandas as pd
import roadrunner

from wearoff.model.equations import COMPARTMENTS

Array = npt.NDArray[np.float64]

COLUMNS = (*COMPARTMENTS, "snap25", "release", "force", "visible", "crease", "depth")
RTOL, ATOL = 1e-10, 1e-14

# R starts once for all cases. Each script has an environment of its own.
R_DRIVER = """
for (file in list.files(pattern = "[.]R$")) {
  own <- new.env()
  source(file, local = own, encoding = "UTF-8")
  write.csv(own$effect, sub("[.]R$", ".csv", file), row.names = FALSE)
}
"""

roadrunner.Logger.setLevel(roadrunner.Logger.LOG_FATAL)
# CVODE has a logger of its own, which reads this variable and else warns of every small step after a dose.
os.environ.setdefault("SUNLOGGER_WARNING_FILENAME", os.devnull)


def libroadrunner(text: str, days: int) -> Array:
    """Run SBML for a number of days; return one row for each day, one column for each name."""
    return run_libroadrunner(text, range(days + 1), COLUMNS)


def run_libroadrunner(text: str, times: Sequence[float] | Array, names: Sequence[str]) -> Array:
    """Run SBML; return one row for each time, one column for each name."""
    runner = roadrunner.RoadRunner(text)
    runner.integrator.relative_tolerance, runner.integrator.absolute_tolerance = RTOL, ATOL
    runner.timeCourseSelections = list(names)
    return np.array(runner.simulate(times=[float(time) for time in times]))


def copasi(text: str, days: int) -> Array:
    """Run SBML with COPASI; return the same as `libroadrunner`."""
    model = basico.load_model_from_string(text)
    try:
        found = basico.run_time_course(
            0, days, days, method="deterministic", r_tol=RTOL, a_tol=ATOL, max_steps=1_000_000, model=model
        )
    finally:
        basico.remove_datamodel(model)
    found.columns = [name.removeprefix("Values[").removesuffix("]") for name in found.columns]
    return np.asarray(found[list(COLUMNS)], dtype=float)


def run_r(scripts: Sequence[str], folder: Path) -> list[pd.DataFrame]:
    """Run all scripts in one process of R, in a folder without other scripts; return the data frame of each."""
    program = shutil.which("Rscript")
    if program is None:
        raise FileNotFoundError("no R: install r-base-core and r-cran-desolve")
    for i, script in enumerate(scripts):
        (folder / f"{i}.R").write_text(script, encoding="utf-8")
    run = subprocess.run([program, "-e", R_DRIVER], cwd=folder, capture_output=True, text=True, timeout=900)
    if run.returncode or "Warning" in run.stderr:
        raise RuntimeError(run.stderr)
    return [pd.read_csv(folder / f"{i}.csv") for i in range(len(scripts))]


def run_tellurium(path: Path) -> pd.DataFrame:
    """Run a COMBINE archive with tellurium; return the report that its SED-ML file asks for.

    tellurium draws the plot of the archive, too: matplotlib must have a backend without windows.
    """
    import tellurium
    from matplotlib import pyplot

    tellurium.executeCombineArchive(str(path))
    pyplot.close("all")
    report: Any = tellurium.getLastReport()
    return pd.DataFrame(report)
