"""Many patients: against libroadrunner, against one pass of `numpy.exp`, and how time and memory grow."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from functools import partial
from typing import Any

import numpy as np

from benchmarks import peer
from benchmarks.measure import Figure, Target, compare, loosest, order, progress, timed
from wearoff.model.cohort import choose_grid, solve_cohort
from wearoff.model.course import solve
from wearoff.model.doses import Doses
from wearoff.model.equations import Constants
from wearoff.patients.draws import BLOCK, normals
from wearoff.patients.population import Population
from wearoff.patients.treated import Treated
from wearoff.treatment.schedule import Schedule
from wearoff.trial.arms import Arm
from wearoff.trial.blocks import ACCURACY
from wearoff.trial.running import run_trial

PATIENTS, DAYS, UNITS = 100_000, 365, 20.0
DOSES = Doses(np.zeros(1), np.array([[UNITS]]), np.ones(1))
SAMPLE = 200  # patients that libroadrunner is timed on; its time is scaled to all
REPEATS = 15
PROCESSES = 3  # number of processes, each of which runs every size
SIZES = (1_000, 10_000, 100_000, 1_000_000)


def population() -> list[Figure]:
    """Return the figures of 100,000 patients: one labelled treatment, the visible effect on each day."""
    people = Population()
    blocks = [people.constants(normals("sobol", 1, block, 1)) for block in range(-(-PATIENTS // BLOCK))]
    effect, times = np.empty((DAYS + 1, len(blocks) * BLOCK)), np.arange(DAYS + 1.0)

    def ours() -> Any:
        # Choosing the grid is part of the work that is timed.
        grid = choose_grid(DOSES, people.constants(people.pilots(1)), float(DAYS), ACCURACY)
        for i, constants in enumerate(blocks):
            effect[:, i * BLOCK : (i + 1) * BLOCK] = solve_cohort(grid, DOSES, constants).visible_at(times)
        return effect

    progress(f"{PATIENTS:,} patients")
    ours()
    first = Constants(*(each[:SAMPLE] if isinstance(each, np.ndarray) else each for each in blocks[0]))
    exact = solve(DOSES, first, float(DAYS)).at(times)["visible"]
    progress(f"  our error, {SAMPLE} of them: {np.abs(effect[:, :SAMPLE].T - exact).max():.1e}")

    runner = peer.model(1, ("visible",))

    def theirs(rtol: float) -> Any:
        found = np.empty((SAMPLE, DAYS + 1))
        for i in range(SAMPLE):
            varied = {
                name: float(np.asarray(getattr(first, name))[i]) for name in ("k_cleave", "k_light_chain", "k_depot")
            }
            found[i] = peer.run(runner, {0.0: UNITS}, DAYS, rtol, **varied)[:, 0]
        return found

    errors = {rtol: float(np.abs(theirs(rtol) - exact).max()) for rtol in (10 ** (-4 - step / 2) for step in range(9))}
    rtol = loosest(errors, ACCURACY)
    progress(f"  libroadrunner: rtol {rtol:.1e}, error {errors[rtol]:.1e}")
    faster = [ratio * PATIENTS / SAMPLE for ratio in compare(lambda: theirs(rtol), ours, REPEATS)]
    progress(f"{PATIENTS:,} patients against numpy.exp")
    passed = np.random.default_rng(1).random((PATIENTS, DAYS + 1))
    into = np.empty_like(passed)
    longer = compare(ours, lambda: np.exp(passed, out=into), REPEATS)
    work = f"{PATIENTS:,} patients, {DAYS} days, daily, within {order(ACCURACY)}, one process"
    peers = f"libroadrunner at that error, the same patients (timed on {SAMPLE}, scaled)"
    cost = "a patient costs a power and three small matrix products at about as many points as there are days"
    return [
        Figure(work, peers, faster, "times faster", Target("at least 150 times faster", least=150, cost=cost)),
        Figure(
            "the same",
            "one `numpy.exp` pass over as many doubles",
            longer,
            "times as long",
            Target("at most 40 times as long", most=40, cost=cost),
        ),
    ]


def scale() -> list[Figure]:
    """Return the figures of whole trials of up to a million patients, each size in processes of its own."""
    peaks, longest, slopes = [], [], []
    for repeat in range(1, PROCESSES + 1):
        progress(f"trials of {SIZES[0]:,} to {SIZES[-1]:,} patients, {repeat} of {PROCESSES} (a minute or two)")
        done = subprocess.run([sys.executable, "-m", "benchmarks.many"], check=True, stdout=subprocess.PIPE, text=True)
        found = json.loads(done.stdout)
        seconds = [found["seconds"][str(size)] for size in SIZES]
        progress("  " + ", ".join(f"{n:,} in {each:.1f} s" for n, each in zip(SIZES, seconds, strict=True)))
        peaks.append(found["peak"])
        longest.append(seconds[-1])
        slopes.append(float(np.polyfit(np.log(SIZES), np.log(seconds), 1)[0]))
    largest = f"a trial of {SIZES[-1]:,} patients: percentile bands, responders and landmarks, one process"
    memory = Target(
        "under 0.3 GB", most=0.3, cost="of patients only counts are kept: it is the libraries and one block"
    )
    growth = Target("at most 1.05", most=1.05, cost="a patient costs as much in any company")
    return [
        Figure(largest, "peak memory", peaks, "GB", memory),
        Figure("the same", "duration", longest, "s"),
        Figure(f"trials of {SIZES[0]:,} to {SIZES[-1]:,}", "slope of log time over log patients", slopes, "", growth),
    ]


def trial() -> Figure:
    """Return the figure of a trial of 100,000 patients against its solution alone, the same blocks of patients."""
    arm, people = Arm(units=UNITS), Population()
    plan = Treated.plan(people, Schedule.once(units=UNITS).doses(people.parameters.spread), float(DAYS), ACCURACY)
    blocks = [normals("sobol", 1, block, 1)[: PATIENTS - block * BLOCK] for block in range(-(-PATIENTS // BLOCK))]

    def solution() -> None:
        for block in blocks:
            plan.solve(block)

    progress(f"a trial of {PATIENTS:,} patients against its solution")
    return Figure(
        f"a trial of {PATIENTS:,} patients: percentile bands, responders and landmarks, one process",
        "its solution alone, of the same patients on the same grid",
        compare(lambda: run_trial([arm], patients=PATIENTS, days=DAYS, rng=1), solution, REPEATS),
        "times as long",
        Target(
            "at most 2.5 times as long",
            most=2.5,
            cost="landmarks take 0.5 of the solution's time, counts 0.2, chances 0.15, the grid 0.1",
        ),
    )


def main() -> None:
    """Run the trials one after another, and print their seconds and the peak of this process's memory in GB."""
    run_trial([Arm(units=UNITS)], patients=BLOCK, days=DAYS, rng=1)
    seconds = {}
    for size in SIZES:
        seconds[size] = timed(partial(run_trial, [Arm(units=UNITS)], patients=size, days=DAYS, rng=1))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e9
    print(json.dumps({"seconds": seconds, "peak": peak}))


if __name__ == "__main__":
    main()
