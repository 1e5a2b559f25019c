"""Every speed figure, side by side with its peer in one run: ``make bench``."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from tests.reference import reference

import wearoff as wo
from benchmarks import peer

REPEATS = 15
PROMISED = 1e-8


class Figure(NamedTuple):
    """One row of the table: how many times faster (or as long), and what was aimed at."""

    work: str
    against: str
    target: str
    ratios: list[float]
    met: bool | None


def main() -> None:
    """Measure, and print a Markdown table."""
    figures = [*one_patient(), importing()]
    print(
        f"\nPython {platform.python_version()}, numpy {np.__version__}, {os.cpu_count()} cores, {platform.machine()}\n"
    )
    print("| work | against | target | measured (median, lowest to highest) | |")
    print("| --- | --- | --- | --- | --- |")
    for each in figures:
        middle, low, high = statistics.median(each.ratios), min(each.ratios), max(each.ratios)
        verdict = {True: "met", False: "missed", None: ""}[each.met]
        print(f"| {each.work} | {each.against} | {each.target} | {middle:.2f} ({low:.2f} to {high:.2f}) | {verdict} |")


def one_patient() -> list[Figure]:
    """One patient, 365 days, daily output of every quantity, 4 visits; at equal errors, and at the error promised."""
    plan = wo.Schedule.every(90, visits=4, units=20)
    symbols = wo.Parameters().symbols()
    taken = 20 / (1 + 20 / symbols["U50"])
    constants = {name: value for name, value in symbols.items() if name not in ("U50", "sigma")}
    doses = {90.0 * i: taken for i in range(4)}
    runner = peer.model(constants, doses)

    def theirs(rtol: float) -> Any:
        runner.reset()
        runner.integrator.relative_tolerance = rtol
        runner.integrator.absolute_tolerance = rtol / 100
        return np.array(runner.simulate(0, 365, 366))[:, 1:]

    def ours() -> Any:
        return wo.simulate(plan, days=365).frame

    # The days of the doses are left out: the peer prints the depot before the dose, and we after it.
    apart = np.setdiff1d(np.arange(366), [0, 90, 180, 270])
    columns = list(peer.COLUMNS)
    solved = reference(constants, doses, np.arange(366.0))
    exact = np.column_stack([solved[name] for name in columns])[apart]
    tolerances = [10 ** (-6 - step / 4) for step in range(25)]
    errors = {rtol: worst(theirs(rtol)[apart], exact) for rtol in tolerances}
    own = worst(ours()[columns].to_numpy()[apart], exact)
    figures = []
    for bound, word in ((own, f"at our error, {own:.0e}"), (PROMISED, f"at the error promised, {PROMISED:.0e}")):
        # The loosest tolerance with which the peer's error is no larger, or else its tightest.
        rtol = next((r for r in tolerances if errors[r] <= bound), tolerances[-1])
        print(f"libroadrunner {word}: rtol {rtol:.1e}, error {errors[rtol]:.1e}")
        ratios = compare(partial(theirs, rtol), ours)
        target = "at least 4 times faster" if bound == own else "(none)"
        met = statistics.median(ratios) >= 4 if bound == own else None
        figures.append(Figure("one patient, 365 days, daily, 4 visits", f"libroadrunner, {word}", target, ratios, met))
    return figures


def importing() -> Figure:
    """`import wearoff` in a fresh process."""

    def fresh(statement: str) -> Callable[[], Any]:
        return lambda: subprocess.run([sys.executable, "-c", statement], check=True)

    ratios = compare(fresh("import wearoff"), fresh("import numpy, pandas, scipy.linalg"))
    return Figure(
        "`import wearoff`",
        "`import numpy, pandas, scipy.linalg`",
        "at most 1.3 times as long",
        ratios,
        statistics.median(ratios) <= 1.3,
    )


def compare(one: Callable[[], Any], other: Callable[[], Any]) -> list[float]:
    """Time the two in turn and return the ratio one / other of every pair."""
    one(), other()
    return [timed(one) / timed(other) for _ in range(REPEATS)]


def timed(work: Callable[[], Any]) -> float:
    """Return the seconds that `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def worst(found: Any, exact: Any) -> float:
    """Return the largest error of any column against that column's largest value."""
    return float((np.abs(found - exact).max(axis=0) / np.abs(exact).max(axis=0)).max())


if __name__ == "__main__":
    main()
