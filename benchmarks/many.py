"""Many patients: against libroadrunner, against one pass of `numpy.exp`, and how time and memory grow."""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
from functools import partial
from typing import Any

import numpy as np

from benchmarks import peer
from benchmarks.measure import Figure, compare, timed, typical
from wearoff.model.cohort import choose_grid, solve_cohort
from wearoff.model.course import Constants, solve
from wearoff.model.march import Reading
from wearoff.study.arms import Arm
from wearoff.study.blocks import ACCURACY
from wearoff.study.draws import BLOCK, normals
from wearoff.study.population import Population
from wearoff.study.trial import run_trial

PATIENTS, DAYS, UNITS = 100_000, 365, 20.0
# The peer is timed on so many of the same patients, and its time scaled.
SAMPLE = 200
REPEATS = 5
SIZES = (1_000, 10_000, 100_000, 1_000_000)


def population() -> list[Figure]:
    """100,000 patients, one labelled treatment, the visible effect of every day."""
    people = Population()
    blocks = [people.constants(normals("sobol", 1, block)) for block in range(-(-PATIENTS // BLOCK))]
    effect = np.empty((DAYS + 1, len(blocks) * BLOCK))

    def ours() -> Any:
        # The choice of the grid is part of the work.
        grid = choose_grid(np.zeros(1), np.array([UNITS]), people.pilots(), float(DAYS), ACCURACY)
        reading = Reading(grid.mesh, np.arange(DAYS + 1.0)).matrix()
        for i, constants in enumerate(blocks):
            visible = solve_cohort(grid, constants).visible
            effect[:, i * BLOCK : (i + 1) * BLOCK] = reading @ visible.reshape(reading.shape[1], -1)
        return effect

    ours()
    first = Constants(*(each[:SAMPLE] if isinstance(each, np.ndarray) else each for each in blocks[0]))
    exact = solve(np.zeros(1), np.array([[UNITS]]), first, float(DAYS)).at(np.arange(DAYS + 1.0))["visible"]
    print(f"{SAMPLE} of the patients: our error {np.abs(effect[:, :SAMPLE].T - exact).max():.1e}")

    runner = peer.model(typical()[0], 1)
    runner.timeCourseSelections = ["time", "visible"]
    taken = typical()[1]

    def theirs(rtol: float) -> Any:
        found = np.empty((SAMPLE, DAYS + 1))
        for i in range(SAMPLE):
            for name in ("k_cleave", "k_loss", "k_release"):
                runner[name] = float(np.asarray(getattr(first, name))[i])
            found[i] = peer.run(runner, {0.0: taken}, DAYS, rtol)[:, 0]
        return found

    errors = {rtol: float(np.abs(theirs(rtol) - exact).max()) for rtol in (10 ** (-4 - step / 2) for step in range(9))}
    rtol = next((rtol for rtol, error in errors.items() if error <= ACCURACY), min(errors))
    print(f"libroadrunner: rtol {rtol:.1e}, error {errors[rtol]:.1e}")
    faster = [ratio * PATIENTS / SAMPLE for ratio in compare(lambda: theirs(rtol), ours, REPEATS)]
    passed = np.random.default_rng(1).random((PATIENTS, DAYS + 1))
    into = np.empty_like(passed)
    longer = compare(ours, lambda: np.exp(passed, out=into), REPEATS)
    met_faster, met_longer = statistics.median(faster) >= 100, statistics.median(longer) <= 40
    work = f"{PATIENTS:,} patients, {DAYS} days, daily, within {ACCURACY:.0e}"
    same = f"libroadrunner at that error, the same patients (timed on {SAMPLE})"
    return [
        Figure(work, same, "at least 100 times faster", faster, met_faster),
        Figure("the same", "a `numpy.exp` pass over as many doubles", "at most 40 times as long", longer, met_longer),
    ]


def scale() -> list[Figure]:
    """Whole trials of up to a million patients, with bands, responders and landmarks, in a process of their own."""
    done = subprocess.run([sys.executable, "-m", "benchmarks.many"], check=True, capture_output=True, text=True)
    found = json.loads(done.stdout)
    seconds = [found["seconds"][str(size)] for size in SIZES]
    print("whole trials: " + ", ".join(f"{n:,} in {each:.1f} s" for n, each in zip(SIZES, seconds, strict=True)))
    slope, peak = float(np.polyfit(np.log(SIZES), np.log(seconds), 1)[0]), found["peak"]
    largest, range_ = f"a trial of {SIZES[-1]:,} patients", f"trials of {SIZES[0]:,} to {SIZES[-1]:,} patients"
    return [
        Figure(f"{largest}, percentile bands included", "peak memory, GB", "under 1", [peak], peak < 1),
        Figure(range_, "slope of log time over log patients", "at most 1.05", [slope], slope <= 1.05),
    ]


def main() -> None:
    """Run the trials one after another, and print their seconds and the peak of this process's memory in GB."""
    run_trial([Arm.treated(units=UNITS)], patients=BLOCK, days=DAYS, rng=1)
    seconds = {}
    for size in SIZES:
        seconds[size] = timed(partial(run_trial, [Arm.treated(units=UNITS)], patients=size, days=DAYS, rng=1))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e9
    print(json.dumps({"seconds": seconds, "peak": peak}))


if __name__ == "__main__":
    main()
