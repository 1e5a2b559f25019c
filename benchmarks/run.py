"""Every speed figure, side by side with its peer in one run: ``make bench``."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from tests.reference import reference

import wearoff as wo
from benchmarks import many, peer
from benchmarks.measure import Figure, compare, loosest, typical, worst

PROMISED = 1e-8
TOLERANCES = [10 ** (-6 - step / 4) for step in range(25)]


def main() -> None:
    """Measure, and print a Markdown table."""
    # First: the system counts what this process holds when it starts another as that one's memory.
    grown = many.scale()
    figures = [*one_patient(), spacing_search(), *many.population(), *grown, importing()]
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
    constants, taken = typical()
    doses = {90.0 * i: taken for i in range(4)}
    runner = peer.model(constants, 4)

    def theirs(rtol: float) -> Any:
        return peer.run(runner, doses, 365, rtol)

    def ours() -> Any:
        return wo.simulate(plan, days=365).frame

    # The days of the doses are left out: the peer prints the depot before the dose, and we after it.
    apart = np.setdiff1d(np.arange(366), [0, 90, 180, 270])
    columns = list(peer.COLUMNS)
    solved = reference(constants, doses, np.arange(366.0))
    exact = np.column_stack([solved[name] for name in columns])[apart]
    errors = {rtol: worst(theirs(rtol)[apart], exact) for rtol in TOLERANCES}
    own = worst(ours()[columns].to_numpy()[apart], exact)
    figures = []
    for bound, word in ((own, f"at our error, {own:.0e}"), (PROMISED, f"at the error promised, {PROMISED:.0e}")):
        rtol = loosest(errors, bound)
        print(f"libroadrunner {word}: rtol {rtol:.1e}, error {errors[rtol]:.1e}")
        ratios = compare(partial(theirs, rtol), ours)
        target = "at least 4 times faster" if bound == own else "(none)"
        met = statistics.median(ratios) >= 4 if bound == own else None
        figures.append(Figure("one patient, 365 days, daily, 4 visits", f"libroadrunner, {word}", target, ratios, met))
    return figures


def spacing_search() -> Figure:
    """One hundred intervals between visits, compared over two years with every measure."""
    intervals = range(80, 180)
    constants, taken = typical()
    schedules = [{float(day): taken for day in range(0, 730, interval)} for interval in intervals]
    runner = peer.model(constants, 10)

    def theirs(rtol: float) -> list[Any]:
        return [peer.run(runner, doses, 730, rtol) for doses in schedules]

    # Judged on the schedule with most visits; at the error promised, the cheaper of the two for the peer.
    apart = np.setdiff1d(np.arange(731), list(schedules[0]))
    solved = reference(constants, schedules[0], np.arange(731.0))
    exact = np.column_stack([solved[name] for name in peer.COLUMNS])[apart]
    errors = {rtol: worst(peer.run(runner, schedules[0], 730, rtol)[apart], exact) for rtol in TOLERANCES}
    ratios = compare(partial(theirs, loosest(errors, PROMISED)), lambda: wo.spacing.compare(intervals, units=20))
    return Figure(
        "`spacing.compare`, 100 intervals over two years",
        f"100 runs of libroadrunner at the error promised, {PROMISED:.0e}",
        "faster",
        ratios,
        statistics.median(ratios) > 1,
    )


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


if __name__ == "__main__":
    main()
