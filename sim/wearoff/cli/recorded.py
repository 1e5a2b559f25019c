"""Commands whose results say how they were made, and that run a result again: the option --from."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer
from typer.core import TyperCommand

from ..checks import check_name
from ..defaults import SEED
from ..errors import InputError, format_value

if TYPE_CHECKING:
    import pandas as pd

    from ..exchange.reading import Case
    from ..parameters import Parameters
    from ..past_results import Recorded
    from ..patients.population import Population
    from ..treatment.schedule import Schedule

# Options without influence on the result.
FREE = ("out", "as_json", "workers", "chunk", "from_", "individuals", "visit_rows")
# Options whose values are in other parts of the block: constants, population, observations, seed and sampler.
OF_DRAWS = ("seed", "sampler")
ELSEWHERE = ("preset", "set_", "file", "covariate", *OF_DRAWS)
# Options whose values are in the schedules of the arms, where a command takes schedules.
OF_SCHEDULE = ("units", "product", "muscle", "sites", "every", "visits", "schedule", "start")
TAKES_SCHEDULE = "simulate"  # the command that takes one schedule, and reads cases too
TAKES_HISTORIES = "next"  # its arms are patients, each with a schedule
TAKE_FITS = ("simulate", "space", "trial", "next")


class Given(NamedTuple):
    """What the file of `--from` gives to a command.

    Parameters
    ----------
    patients : Parameters or Population
        The constants or the population to start from.
    schedule : Schedule, optional
        The treatment, where the command takes a schedule.
    observations : pandas.DataFrame, optional
        The user's own observations, not yet checked.
    again : Recorded, optional
        The result that is run again; not given if the file is a case or the result of a fit.
    """

    patients: "Parameters | Population"
    schedule: "Schedule | None" = None
    observations: "pd.DataFrame | None" = None
    again: "Recorded | None" = None


def start_of(given: Given | None) -> "Parameters | Population | None":
    """Return the constants or the population that a file gives; None without a file."""
    return None if given is None else given.patients


def case_of(given: Given | None) -> "Case | None":
    """Return the treatment and the constants that a file gives; None without a file."""
    from ..exchange.reading import Case
    from ..patients.population import Population

    if given is None:
        return None
    typical = given.patients.parameters if isinstance(given.patients, Population) else given.patients
    return Case(schedule=given.schedule, parameters=typical)


class RecordedCommand(TyperCommand):
    """A command with the option `--from`. In a result that is run again no other option may contradict."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command. An error names the file if its cause is in the file."""
        given: Given | None = ctx.params["from_"]
        if given is None or given.again is None:
            return super().invoke(ctx)
        _refuse_contradictions(ctx, given.again)
        try:
            return super().invoke(ctx)
        except InputError as error:
            raise (error if error.field in FREE else error.at(given.again.file)) from None


def _read_given(context: typer.Context, text: str | None) -> Given | None:
    # Return what the file gives. The options of a result that is run again become the defaults of the command.
    if text is None:
        return None
    from ..past_results import read_recorded

    path, command = Path(text), str(context.command.name)
    takes_cases = command == TAKES_SCHEDULE
    if path.suffix.lower() != ".json" and not takes_cases:
        raise InputError("ending", path.suffix, ".json, the result of a command", where=path.name)
    recorded = read_recorded(path) if path.suffix.lower() == ".json" else None
    if recorded is None and takes_cases:
        from ..exchange.reading import read_case

        case = read_case(path)
        return Given(patients=case.parameters, schedule=case.schedule)
    if recorded is None:
        raise InputError("provenance", allowed=f"the result of `wearoff {command} --json`", where=path.name)
    try:
        return _read_result(context, recorded, command)
    except InputError as error:
        raise error.at(recorded.file) from None


def _read_result(context: typer.Context, recorded: "Recorded", command: str) -> Given:
    from ..provenance import warn_of_potencies

    made_by = recorded.block["command"]
    if made_by == "fit" and command in TAKE_FITS:
        if recorded.fitted is None:
            raise InputError("fitted", allowed="the estimates of a fit")
        warn_of_potencies(recorded.not_used, f"{recorded.file}: ")
        return Given(patients=recorded.fitted)
    check_name(made_by, (command, *(["fit"] if command in TAKE_FITS else [])), "provenance.command")
    context.default_map = _read_options(context, recorded.block)
    schedule = recorded.schedule if command == TAKES_SCHEDULE else None
    return Given(patients=recorded.patients, schedule=schedule, observations=recorded.observations, again=recorded)


def _read_options(context: typer.Context, block: dict[str, Any]) -> dict[str, Any]:
    # Return the values of options by name, after each has been read as if it was typed.
    params = {str(param.name): param for param in context.command.params}
    known = [name for name in params if _is_recorded(name, str(context.command.name))]
    values: dict[str, Any] = dict(block["options"])
    for name in values:
        check_name(name, known, "key of provenance.options")
    values |= {name: block[name] for name in OF_DRAWS if name in block and name in params}
    for name, value in values.items():
        _check_kind(name, value, params[name])
        params[name].process_value(context, value)
    return values


def _check_kind(name: str, value: Any, param: Any) -> None:
    # Raise `InputError` for a value that no option of this kind can have.
    if getattr(param, "is_flag", False):
        right, allowed = isinstance(value, bool), "true or false"
    elif getattr(param, "multiple", False):
        right, allowed = isinstance(value, list) and all(isinstance(item, str) for item in value), "a list of texts"
    else:
        right, allowed = isinstance(value, str | int | float) and not isinstance(value, bool), "a text or a number"
    if not right:
        raise InputError(f"provenance.options.{name}", value, allowed)


def _is_recorded(name: str, command: str) -> bool:
    return name not in (*FREE, *ELSEWHERE, *(OF_SCHEDULE if command in (TAKES_SCHEDULE, TAKES_HISTORIES) else ()))


def _refuse_contradictions(context: Any, again: "Recorded") -> None:
    recorded = context.default_map
    for param in context.command.params:
        name, source = param.name, context.get_parameter_source(param.name)
        if name in FREE or source is None or source.name != "COMMANDLINE":
            continue
        value = context.params[name]
        if name not in recorded:
            problem = f"is given beside {again.file}, which is run again"
            raise InputError(name.rstrip("_"), value, "one of the two", problem=problem)
        if param.process_value(context, recorded[name]) != value:
            raise InputError(name, value, f"{format_value(recorded[name])} as in {again.file}, which is run again")


def describe_run(context: typer.Context, given: Given | None, patients: "Parameters | Population", **parts: Any) -> Any:
    """Return the block of this run of a command.

    Parameters
    ----------
    context : typer.Context
        Of the command, with its options.
    given : Given or None
        What `--from` gave. If it is a result that is run again, its block must be the same.
    patients : Parameters or Population
    **parts
        Arms and observations, as in `provenance.make_block`.

    Returns
    -------
    dict
    """
    from ..patients.population import Population
    from ..provenance import make_block

    command, values = str(context.command.name), context.params
    # In the order of the command, not in that in which they were typed.
    names = [str(param.name) for param in context.command.params if _is_recorded(str(param.name), command)]
    options = {name: values[name] for name in names if values.get(name) not in (None, (), [])}
    options = {name: value for name, value in options.items() if not isinstance(value, Path)}
    seed = values.get("seed", SEED if isinstance(patients, Population) else None)
    sampler = values.get("sampler", None if seed is None else "sobol")
    block = make_block(command, options, patients, seed=seed, sampler=sampler, **parts)
    if given is not None and given.again is not None:
        given.again.refuse_another(block)
    return block


def _from(words: str) -> Any:
    return typer.Option("--from", metavar="FILE", parser=str, callback=_read_given, is_eager=True, help=words)


_AGAIN = "JSON result of this command, to run it again"
_FIT = f"{_AGAIN}; or of `fit`, to start from its estimates"
_CASE = f"{_FIT}; or a file with visits and constants: .json, .toml, or .xml of `export sbml`"
FromResult = Annotated[Given | None, _from(f"{_AGAIN}; `--out`, `--json` and how work is shared may be given too.")]
FromResultOrFit = Annotated[Given | None, _from(f"{_FIT}.")]
FromResultFitOrCase = Annotated[Given | None, _from(f"{_CASE}.")]
