"""The options that commands share, and how they are read."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..checks import check_integer, check_name
from ..errors import InputError, format_value

if TYPE_CHECKING:
    from ..parameters import Parameters
    from ..patients.population import Population
    from ..treatment.schedule import Schedule

# The package's own modules are imported by the functions that need them: help and version need none.
app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: rich would take three times as long
    invoke_without_command=True,
    help="How the effect of a botulinum-toxin treatment arrives, holds and wears off. "
    "A model for teaching and research; it gives no dosing advice.",
    epilog="Example: wearoff simulate --units 20",
)

# Python refuses to read more than some thousands of them.
SEED_DIGITS = 100

# Numbers stay text here: what is called checks them, and says field, value and what is allowed.
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Preset = Annotated[
    str, typer.Option(metavar="NAME", help="Named constants to start from; `wearoff parameters` lists them.")
]
Units = Annotated[str | None, typer.Option(metavar="U", help="Units at each visit; default: the labelled dose.")]
Product = Annotated[str | None, typer.Option(metavar="NAME", help="Product; default: onabotulinumtoxinA.")]
Muscle = Annotated[str | None, typer.Option(metavar="NAME", help="Muscle; default: glabella.")]
Sites = Annotated[
    str | None, typer.Option(metavar="N", help="Number of injection sites; default: an even dose along the muscle.")
]
Every = Annotated[str | None, typer.Option(metavar="DAYS", help="Days between visits; needs --visits.")]
Visits = Annotated[str | None, typer.Option(metavar="N", help="Number of visits; needs --every.")]
ScheduleFile = Annotated[
    Path | None,
    typer.Option(
        "--schedule", metavar="FILE", help="CSV file of visits, or an event table: time, amt [, ii, addl, ...]."
    ),
]
CaseFile = Annotated[
    Path | None,
    typer.Option(
        "--from", metavar="FILE", help="File with visits and constants: .json, .toml, or .xml of `export sbml`."
    ),
]
Start = Annotated[
    str | None, typer.Option(metavar="DATE", help="Date of day 0, such as 2027-01-04; adds dates to the results.")
]
Out = Annotated[Path | None, typer.Option(metavar="DIR", help="Folder for tables, results and pictures.")]
Set = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Change a constant; may be repeated.")
]
Patients = Annotated[str, typer.Option(metavar="N", help="Number of virtual patients in each arm.")]
Seed = Annotated[
    str, typer.Option(metavar="N", help="Seed of the random numbers: the same seed draws the same patients.")
]


def read_parameters(preset: str, changes: list[str] | None) -> Parameters:
    """Return the constants of one patient."""
    from ..parameters import Parameters, assignment

    return Parameters.preset(preset).replace(**dict(assignment(change) for change in changes or []))


def read_population(preset: str, changes: list[str] | None) -> Population:
    """Return a population; changes may name the typical patient's constants and the population's own numbers."""
    from ..parameters import Parameters
    from ..patients.population import Population, names

    values: dict[str, str] = {}
    for change in changes or []:
        name, sign, value = change.partition("=")
        if not sign:
            raise InputError(f"set is {format_value(change)}; allowed: NAME=VALUE, such as omega_light_chain=0.3")
        values[check_name(name.strip(), names(), "parameter")] = value
    return Population(parameters=Parameters.preset(preset)).replace(**values)


def read_plan(visit: dict[str, str], every: str | None, visits: str | None, path: Path | None = None) -> Schedule:
    """Return the visits: one, several at an even distance, or those of a file."""
    from ..treatment.schedule import Schedule

    if path is not None:
        return _dated(Schedule.from_csv(path), {**visit, "every": every, "visits": visits}, "schedule")
    if every is None and visits is None:
        return Schedule.once(**visit)
    if every is None or visits is None:
        raise InputError("every and visits go together; allowed: such as --every 90 --visits 4")
    return Schedule.every(every, visits=visits, **visit)


def _dated(schedule: Schedule, options: dict[str, Any], file: str) -> Schedule:
    # The visits of a file, with the date of day 0 if one is given; nothing else is given beside them.
    start = options.pop("start", None)
    for name, value in options.items():
        if value is not None:
            raise InputError(f"{name} is given beside {file}; allowed: one of the two")
    return schedule if start is None else schedule.starting(start)


def read_treatment(
    visit: dict[str, str],
    every: str | None,
    visits: str | None,
    schedule: Path | None,
    case: Path | None,
    preset: str,
    changes: list[str] | None,
) -> tuple[Schedule, Parameters]:
    """Return visits and constants: those of a case's file, where one is given, and the options' where it has none."""
    from ..exchange.reading import Case, read_case
    from ..parameters import Parameters, assignment

    found = Case(parameters=Parameters.preset(preset)) if case is None else read_case(case)
    if case is not None and preset != "default":
        raise InputError("preset is given beside from; allowed: one of the two")
    if found.schedule is None:
        plan = read_plan(visit, every, visits, schedule)
    else:
        others = {**visit, "every": every, "visits": visits, "schedule": schedule}
        plan = _dated(found.schedule, others, "from, which has visits")
    return plan, found.parameters.replace(**dict(assignment(change) for change in changes or []))


def read_ending(file: Path, endings: tuple[str, ...]) -> Path:
    """Return a file to write if its name ends as it should."""
    if file.suffix.lower() not in endings:
        raise InputError(f"file is '{file}'; allowed: a name that ends in {' or '.join(endings)}")
    return file


def read_seed(text: str) -> int:
    """Return a seed."""
    if not text.isascii() or not text.isdigit() or len(text) > SEED_DIGITS:
        raise InputError(
            f"seed is {format_value(text)}; allowed: a whole number from 0, of at most {SEED_DIGITS} digits"
        )
    return int(text)


def read_workers(text: str) -> int:
    """Return the number of processes."""
    from ..workers import WORKERS

    return check_integer(text, WORKERS)


def given(**options: str | None) -> dict[str, Any]:
    """Return the options that were given."""
    return {name: value for name, value in options.items() if value is not None}


def show_warning(message: Warning | str) -> None:
    """Print a warning as one line on standard error."""
    print(f"warning: {message}", file=sys.stderr)


def print_written(written: list[Path]) -> None:
    """Print which files were written."""
    if written:
        print("\nwritten:")
        for path in written:
            # A name is any bytes, and not all of them are text.
            print(f"  {path}".encode(errors="backslashreplace").decode())


def print_found(summary: dict[str, Any], text: str, written: list[Path], *, as_json: bool) -> None:
    """Print what a command found: as JSON and nothing else, or as text and which files were written."""
    if as_json:
        from ..report.plain import to_json

        print(to_json(summary))
        return
    print(text)
    print_written(written)


@contextmanager
def progress_bar(word: str) -> Iterator[Any]:
    """Give a function of the work done and all there is, which moves a bar on standard error, on a terminal only."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn(word), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task(word, total=None)
        yield lambda done, total=None: bar.update(task, completed=done, total=total)
