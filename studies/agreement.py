"""How well other programs agree with `simulate`: ``python -m studies.agreement [--write]``.

Each program runs the file that is written for it: libroadrunner and COPASI the SBML, R the script, tellurium the
COMBINE archive. What it finds is compared with `simulate` on the days of the file. ``--write`` puts the table into
`docs/exchange.md`. It needs R with deSolve, and the extra ``wearoff[test-tellurium]``.
"""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import matplotlib
import numpy as np
import numpy.typing as npt
import pandas as pd

import wearoff as wo
from studies.random_cases import draw_case
from studies.simulators import COLUMNS, copasi, libroadrunner, run_r, run_tellurium
from wearoff.exchange import to_archive, to_r, to_sbml

Array = npt.NDArray[np.float64]
Case = tuple[wo.Schedule, wo.Parameters]

PAGE = Path(__file__).resolve().parents[1] / "docs" / "exchange.md"
BEGIN, END = "<!-- what follows is written by studies.agreement -->", "<!-- what studies.agreement writes ends here -->"
HEAD = """| program | version | reads | cases | number | visible effect | any column |
| --- | --- | --- | --- | --- | --- | --- |"""

BOUND = 1e-6  # the largest error that is promised
DAYS = 360
RANDOM = 50
VISITS = wo.Schedule.every(90, visits=4, units=20)


class Difference(NamedTuple):
    """The largest difference from `simulate`: of the visible effect, and of any column against its largest value."""

    visible: float
    any_column: float


class Program(NamedTuple):
    """A program: its name, the kind of file that it reads, its version, and what compares it on some cases."""

    name: str
    reads: str
    version: Callable[[], str]
    compare: Callable[[Sequence[Case]], Iterable[Difference]]


class Row(NamedTuple):
    """The largest differences of a program over the cases of one kind."""

    program: Program
    kind: str
    number: int
    worst: Difference


def main() -> None:
    """Run all programs on all cases, print the table and, if asked for, write it into the page."""
    matplotlib.use("agg")
    # Random cases have unusual doses and constants.
    warnings.simplefilter("ignore", wo.UnusualWarning)
    table = render(measure())
    print(table)
    if "--write" in sys.argv[1:]:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        PAGE.write_text(f"{before}{BEGIN}\n\n{table}\n\n{END}{after}", encoding="utf-8")


def list_cases() -> dict[str, list[Case]]:
    """Return the cases by what they are called in the table."""
    return {
        "the default and every preset": [(VISITS, wo.Parameters.preset(name)) for name in wo.presets()],
        "random": [draw_case(number) for number in range(RANDOM)],
        "five sites": [(wo.Schedule.once(units=20, sites=5), wo.Parameters())],
    }


def measure() -> Iterator[Row]:
    """Run each program on the cases of each kind."""
    for program in PROGRAMS:
        for kind, cases in list_cases().items():
            found = [*program.compare(cases)]
            yield Row(program, kind, len(found), Difference(*np.max(found, axis=0)))


def render(rows: Iterable[Row]) -> str:
    """Return the table in Markdown."""
    lines = [HEAD]
    for program, kind, number, worst in rows:
        cells = (program.name, program.version(), program.reads, kind, str(number), *map(_shorten, worst))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def compare_sbml(simulator: Callable[[str, int], Array], case: Case, days: int = DAYS) -> Difference:
    """Return the differences where a simulator runs the SBML of a case."""
    found = pd.DataFrame(simulator(to_sbml(*case), days), columns=list(COLUMNS))
    return compare(found.assign(time=np.arange(days + 1.0)), case)


def compare_r(cases: Sequence[Case]) -> list[Difference]:
    """Return the differences where R runs the script of each case."""
    with TemporaryDirectory() as folder:
        found = run_r([to_r(*case) for case in cases], Path(folder))
    return [compare(frame, case) for frame, case in zip(found, cases, strict=True)]


def compare_archive(case: Case) -> Difference:
    """Return the differences where tellurium runs the archive of a case."""
    with TemporaryDirectory() as folder:
        to_archive(path := Path(folder) / "case.omex", *case)
        return compare(run_tellurium(path), case)


def compare(found: pd.DataFrame, case: Case) -> Difference:
    """Return the differences of a table with the columns of `Timeline.frame` from what `simulate` gives on its days."""
    schedule, parameters = case
    columns, times = list(COLUMNS), found["time"].to_numpy(dtype=float)
    expected = wo.simulate(schedule, parameters=parameters, times=times).frame[columns].to_numpy()
    error = np.abs(found[columns].to_numpy(dtype=float) - expected)
    # At the moment of a dose, a program reports the depot either before the dose or after it.
    apart = ~np.isin(times, [visit.day for visit in schedule])
    any_column = (error[apart].max(axis=0) / expected.max(axis=0)).max()
    return Difference(float(error[:, columns.index("visible")].max()), float(any_column))


def _each_in(simulator: Callable[[str, int], Array], cases: Sequence[Case]) -> Iterator[Difference]:
    return (compare_sbml(simulator, case) for case in cases)


def _shorten(error: float) -> str:
    digits, power = f"{error:.1e}".split("e")
    return f"{digits}e{int(power)}"


def _find_r_versions() -> str:
    script = "cat(as.character(getRversion()), as.character(packageVersion('deSolve')))"
    r, desolve = subprocess.run(["Rscript", "-e", script], capture_output=True, text=True, check=True).stdout.split()
    return f"{r}, {desolve}"


PROGRAMS = (
    Program("libroadrunner (CVODE)", "SBML", lambda: version("libroadrunner"), partial(_each_in, libroadrunner)),
    Program("COPASI (LSODA)", "SBML", lambda: version("python-copasi"), partial(_each_in, copasi)),
    Program("R, deSolve (LSODA)", "script", _find_r_versions, compare_r),
    Program("tellurium (CVODE)", "archive", lambda: version("tellurium"), lambda cases: map(compare_archive, cases)),
)

if __name__ == "__main__":
    main()
