"""Every speed figure beside that of another program, written into docs/speed.md: ``make bench``."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from tests.reference import reference

import wearoff as wo
from benchmarks import engine, many, peer, webpage
from benchmarks.measure import Figure, Target, compare, loosest, order, progress, timed, worst
from benchmarks.table import machine, render, replace
from wearoff.files import written_whole

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "speed.md"
UNITS = 20.0
TYPICAL = wo.Parameters().constants()
PROMISED = 1e-8
TOLERANCES = [10 ** (-6 - step / 4) for step in range(25)]


def main() -> None:
    """Measure, print the table, and write it into docs/speed.md when it is complete."""
    replace(PAGE.read_text(encoding="utf-8"), "")  # raises before the work if the page has no place for the table
    # The trials run first: the system counts the memory of this process as that of a process that it starts.
    grown = many.scale()
    figures = [
        *one_patient(),
        scanning(),
        spacing_search(),
        own_history(),
        *many.population(),
        many.trial(),
        *grown,
        importing(),
        *answering_at_once(),
        testing(),
        *engine.figures(),
        *webpage.figures(),
    ]
    # The page is read again: it may have been edited meanwhile.
    page = PAGE.read_text(encoding="utf-8")
    table = render(figures, machine(), page)
    print(table)
    text = replace(page, table)
    with written_whole(PAGE) as beside:
        beside.write_text(text, encoding="utf-8")


def one_patient() -> list[Figure]:
    """Return the figures of one patient, 365 days, 4 visits, every quantity daily: at equal and at promised errors."""
    progress("one patient")
    plan = wo.Schedule.every(90, visits=4, units=UNITS)
    days = [90.0 * i for i in range(4)]
    runner = peer.model(4)

    def theirs(rtol: float) -> Any:
        return peer.run(runner, dict.fromkeys(days, UNITS), 365, rtol)

    def ours() -> Any:
        return wo.simulate(plan, days=365).frame

    # The days of the doses are left out: libroadrunner prints the depot before the dose, and wearoff after it.
    apart = np.setdiff1d(np.arange(366), days)
    columns = list(peer.COLUMNS)
    solved = reference(TYPICAL, dict.fromkeys(days, UNITS), np.arange(366.0))
    exact = np.column_stack([solved[name] for name in columns])[apart]
    errors = {rtol: worst(theirs(rtol)[apart], exact) for rtol in TOLERANCES}
    own = worst(ours()[columns].to_numpy()[apart], exact)
    cost = (
        "the time hardly grows with the visits (1.4 ms for one, 2.1 for 16): it goes into some hundred small "
        "operations of numpy and pandas, of which the solution takes 1.1 ms and the table of every quantity 0.8"
    )
    work = "one patient, 365 days, daily, 4 visits"
    at_own, at_promised = f"at our error, {order(own)}", f"at the error promised, {order(PROMISED)}"
    aims = (
        Target("at least 4 times faster", least=4, cost=cost),
        Target("at least 3 times faster", least=3, cost=cost),
    )
    figures = []
    for bound, word, aim in zip((own, PROMISED), (at_own, at_promised), aims, strict=True):
        rtol = loosest(errors, bound)
        progress(f"  libroadrunner {word}: rtol {rtol:.1e}, error {errors[rtol]:.1e}")
        figures.append(Figure(work, f"libroadrunner {word}", compare(partial(theirs, rtol), ours), "times faster", aim))
        work = "the same"
    return figures


def scanning() -> Figure:
    """Return the figure of the landmarks of 1,000 cases of doses and constants, against a loop of `simulate`."""
    progress("a scan of 1,000 cases")
    units, half_lives = np.linspace(20, 80, 10), np.linspace(20, 100, 10)
    potencies = np.geomspace(0.05, 0.5, 10)

    def loop() -> None:
        for dose, half_life, potency in itertools.product(units, half_lives, potencies):
            constants = wo.Parameters(light_chain_half_life=half_life, potency=potency)
            _ = wo.simulate(units=dose, parameters=constants).landmarks

    return Figure(
        "`scan` of 1,000 cases, landmarks",
        "a loop of `wearoff.simulate` and its landmarks",
        compare(loop, lambda: wo.scan(units=units, light_chain_half_life=half_lives, potency=potencies)),
        "times faster",
        Target("at least 20 times faster", least=20, cost="the grid takes as long as the cases"),
    )


def spacing_search() -> Figure:
    """Return the figure of 100 intervals between visits, compared over two years with every measure."""
    progress("100 intervals between visits")
    intervals = range(80, 180)
    schedules = [range(0, 730, interval) for interval in intervals]
    runner = peer.model(10)

    def theirs(rtol: float, schedules: list[range] = schedules) -> list[Any]:
        return [peer.run(runner, dict.fromkeys(days, UNITS), 730, rtol) for days in schedules]

    # The tolerance is chosen on the schedule with most visits. libroadrunner runs at the error promised, which costs it
    # less than the error that wearoff has.
    apart = np.setdiff1d(np.arange(731), schedules[0])
    solved = reference(TYPICAL, dict.fromkeys(map(float, schedules[0]), UNITS), np.arange(731.0))
    exact = np.column_stack([solved[name] for name in peer.COLUMNS])[apart]
    errors = {rtol: worst(theirs(rtol, schedules[:1])[0][apart], exact) for rtol in TOLERANCES}
    ratios = compare(partial(theirs, loosest(errors, PROMISED)), lambda: wo.spacing.compare(intervals, units=UNITS))
    return Figure(
        "`spacing.compare`, 100 intervals over two years",
        f"100 runs of libroadrunner at the error promised, {order(PROMISED)}",
        ratios,
        "times faster",
        Target(
            "faster", least=1, cost="every interval is measured too: landmarks, spans above half effect, lowest effect"
        ),
    )


def own_history() -> Figure:
    """Return the figure of one patient's forecast, two visits and 11 grades, against 100 simulations."""
    progress("a forecast")
    plan = wo.Schedule.every(100, visits=2, units=UNITS)
    grades = {7: 1, 14: 0, 30: 0, 60: 1, 90: 2, 100: 2, 107: 1, 114: 0, 130: 0, 160: 1, 190: 2}
    history = wo.History(plan, tuple(wo.Grade(day, grade) for day, grade in grades.items()), baseline=3)

    def simulations() -> None:
        for _ in range(100):
            wo.simulate(plan, days=365)

    return Figure(
        "the forecast of one patient, two visits and 11 grades",
        "100 calls of `wearoff.simulate`, 365 days",
        compare(lambda: wo.forecast(history).next_visit(), simulations),
        "times as long",
        Target("no longer", most=1),
    )


def importing() -> Figure:
    """Return the figure of `from wearoff import simulate` in a fresh process: modules are imported when first used."""
    progress("import")
    ratios = compare(_fresh("-c", "from wearoff import simulate"), _fresh("-c", "import numpy, pandas, scipy.linalg"))
    cost = "on top of the three come scipy.sparse and the package's own modules"
    target = Target("at most 1.3 times as long", most=1.3, cost=cost)
    return Figure(
        "`from wearoff import simulate`",
        "`import numpy, pandas, scipy.linalg` in a fresh process",
        ratios,
        "times as long",
        target,
    )


def answering_at_once() -> list[Figure]:
    """Return the figures of the version and of the help of the command, against the import of its parser."""
    progress("version and help")
    cost = "the parser is made of every option of every command"
    target = Target("at most 1.5 times as long", most=1.5, cost=cost)
    parser = _fresh("-c", "import typer")
    return [
        Figure(
            f"`wearoff {option}`",
            "`import typer` in a fresh process",
            compare(_fresh("-m", "wearoff", option), parser),
            "times as long",
            target,
        )
        for option in ("--version", "--help")
    ]


def testing() -> Figure:
    """Return the figure of the short tests, in minutes, after what they need has been installed."""
    progress("make test")
    make = ["make", "test", f"VENV={sys.prefix}"]
    minutes = timed(lambda: subprocess.run(make, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)) / 60
    return Figure("`make test`", "", [minutes], "minutes", Target("at most 3 minutes", most=3))


def _fresh(*arguments: str) -> Callable[[], Any]:
    return lambda: subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
