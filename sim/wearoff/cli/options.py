"""The options that several commands share, and functions that read them."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..checks import Limits, check_name
from ..errors import InputError
from ..numerals import read_integer, read_number

if TYPE_CHECKING:
    from ..exchange.reading import Case
    from ..parameters import Parameters
    from ..patients.population import Population
    from ..treatment.schedule import Schedule

# Help and version must come at once. So functions import the modules that they need, and the modules of the command do
# not postpone the evaluation of annotations: typer would evaluate each of them as text.
app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # rich would take three times as long to print help
    invoke_without_command=True,
    help="How the effect of a botulinum-toxin treatment arrives, holds and wears off. "
    "A model for teaching and research; it gives no dosing advice.",
    epilog="Example: wearoff simulate --units 20",
)

SEEDS = Limits("seed", 0, 1e100)


def number(limits: str, metavar: str, words: str) -> Any:
    """Return an option whose text is read as a number: an `InputError` names the option, the text and the limits.

    Parameters
    ----------
    limits : str
        The module and the name of the `Limits` in this package, such as ``"treatment.visit.UNITS"``. They are imported
        when a text is read, because help does not need them.
    metavar : str
        The name of the value in the help.
    words : str
        The text of the help.
    """
    # The parser keeps the text, because typer would add its own words to an error of the parser.
    return typer.Option(metavar=metavar, help=words, parser=str, callback=_make_reader(read_number, limits))


def whole_number(limits: str, metavar: str, words: str) -> Any:
    """Return an option whose text is read as a whole number; see `number`."""
    return typer.Option(metavar=metavar, help=words, parser=str, callback=_make_reader(read_integer, limits))


def _make_reader(read: Callable[[str, Limits], float], limits: str) -> Callable[[typer.CallbackParam, Any], Any]:
    module, _, name = limits.rpartition(".")

    def convert(param: typer.CallbackParam, text: str | None) -> float | None:
        if text is None:
            return None
        limits_of_option: Limits = getattr(import_module(f"..{module}", __package__), name)
        return read(text, limits_of_option._replace(name=str(param.name)))

    return convert


Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Preset = Annotated[
    str, typer.Option(metavar="NAME", help="Named constants to start from; `wearoff parameters` lists them.")
]
Units = Annotated[
    float | None, number("treatment.visit.UNITS", "U", "Units at each visit; default: the labelled dose.")
]
Product = Annotated[str | None, typer.Option(metavar="NAME", help="Product; default: onabotulinumtoxinA.")]
Muscle = Annotated[str | None, typer.Option(metavar="NAME", help="Muscle; default: glabella.")]
Sites = Annotated[
    int | None,
    whole_number("treatment.muscles.SITES", "N", "Number of injection sites; default: an even dose along the muscle."),
]
Every = Annotated[float | None, number("treatment.schedule.INTERVAL", "DAYS", "Days between visits; needs --visits.")]
Visits = Annotated[int | None, whole_number("treatment.schedule.VISITS", "N", "Number of visits; needs --every.")]
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
Seed = Annotated[
    int, whole_number("cli.options.SEEDS", "N", "Seed of the random numbers: the same seed draws the same patients.")
]


def read_parameters(
    preset: str, changes: list[str] | None, start: "Parameters | Population | None" = None
) -> "Parameters":
    """Return the constants of one patient; `start` has them instead of a preset."""
    from .. import tables
    from ..patients.population import Population

    patients = _choose_start(preset, start)
    typical = patients.parameters if isinstance(patients, Population) else patients
    return typical.replace(**read_changes(changes, tables.column("parameters", "name")))


def read_population(
    preset: str, changes: list[str] | None, start: "Parameters | Population | None" = None
) -> "Population":
    """Return a population; `changes` name constants of the typical patient or numbers of the population."""
    from ..patients.population import Population, names

    patients = _choose_start(preset, start)
    people = patients if isinstance(patients, Population) else Population(parameters=patients)
    return people.replace(**read_changes(changes, names()))


def _choose_start(preset: str, start: "Parameters | Population | None") -> "Parameters | Population":
    # Return the constants or the population of a file, which goes with no preset; else the preset.
    from ..parameters import Parameters

    if start is None:
        return Parameters.preset(preset)
    if preset != "default":
        raise InputError("preset", preset, "one of the two", problem="is given beside from")
    return start


def read_changes(changes: list[str] | None, known: Iterable[str]) -> dict[str, float]:
    """Return the number of every ``NAME=VALUE`` under its name; only names in `known` are allowed.

    Examples
    --------
    >>> read_changes(["light_chain_half_life=60"], ["light_chain_half_life", "potency"])
    {'light_chain_half_life': 60.0}
    """
    from ..patients.population import limits_of

    values = {}
    for change in changes or []:
        name, equals, value = (part.strip() for part in change.partition("="))
        if not equals:
            raise InputError("set", change, "NAME=VALUE, such as light_chain_half_life=60")
        check_name(name, known, "parameter")
        values[name] = read_number(value, limits_of(name))
    return values


def read_plan(visit: dict[str, Any], every: float | None, visits: int | None, path: Path | None = None) -> "Schedule":
    """Return the schedule: one visit, several visits at even intervals, or the visits of a file."""
    from ..treatment.schedule import Schedule

    if path is not None:
        return _set_start(Schedule.from_csv(path), {**visit, "every": every, "visits": visits}, "schedule")
    if every is None and visits is None:
        return Schedule.once(**visit)
    if every is None or visits is None:
        raise InputError("every and visits", allowed="such as --every 90 --visits 4", problem="go together")
    return Schedule.every(every, visits=visits, **visit)


def _set_start(schedule: "Schedule", options: dict[str, Any], file: str) -> "Schedule":
    # Return the schedule of a file, with the date of day 0 if one is given. Other options are refused.
    start = options.pop("start", None)
    for name, value in options.items():
        if value is not None:
            raise InputError(name, value, "one of the two", problem=f"is given beside {file}")
    return schedule if start is None else schedule.starting(start)


def read_treatment(
    visit: dict[str, Any],
    every: float | None,
    visits: int | None,
    schedule: Path | None,
    case: "Case | None",
    preset: str,
    changes: list[str] | None,
) -> "tuple[Schedule, Parameters]":
    """Return schedule and constants: from a case if it has them, else from the options."""
    parameters = read_parameters(preset, changes, None if case is None else case.parameters)
    if case is None or case.schedule is None:
        return read_plan(visit, every, visits, schedule), parameters
    others = {**visit, "every": every, "visits": visits, "schedule": schedule}
    return _set_start(case.schedule, others, "from, which has visits"), parameters


def given_options(**options: Any) -> dict[str, Any]:
    """Return the options that were given."""
    return {name: value for name, value in options.items() if value is not None}


def show_warning(message: Warning | str) -> None:
    """Print a warning as one line on standard error."""
    print(f"warning: {message}", file=sys.stderr)


def print_written(written: list[Path]) -> None:
    """Print the names of the files that were written."""
    if written:
        print("\nwritten:")
        for path in written:
            print(f"  {as_text(path)}")


def as_text(path: Path) -> str:
    r"""Return a path that can be printed: a name may have bytes that are not text, which become such as ``\udcff``."""
    return str(path).encode(errors="backslashreplace").decode()


def print_result(
    summary: dict[str, Any], text: str, written: list[Path], provenance: dict[str, Any], *, as_json: bool
) -> None:
    """Print the result of a command: as JSON alone, or as text and the names of the files written."""
    if as_json:
        from ..report.json_output import to_result

        print(to_result(summary, provenance, [path.name for path in written]))
        return
    print(text)
    print_written(written)


@contextmanager
def progress_bar(word: str) -> Iterator[Any]:
    """Yield a function of the work done and the whole work. It moves a bar on standard error, on a terminal only."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn(word), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task(word, total=None)
        yield lambda done, total=None: bar.update(task, completed=done, total=total)
