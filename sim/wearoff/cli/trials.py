"""The command for a virtual trial."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..checks import check_ending
from ..defaults import SEED
from ..errors import InputError, format_value
from ..numerals import read_integer, read_number
from .options import (
    Json,
    Out,
    Preset,
    Seed,
    Set,
    app,
    number,
    print_result,
    progress_bar,
    read_population,
    whole_number,
)
from .recorded import FromResultOrFit, RecordedCommand, describe_run, start_of

if TYPE_CHECKING:
    from ..trial.arms import Arm
    from ..trial.policies import Retreat


@app.command(
    "trial",
    cls=RecordedCommand,
    epilog="Example: wearoff trial --arm 20 --arm placebo --patients 10000 --out out",
)
def trial_command(
    context: typer.Context,
    arm: Annotated[
        list[str] | None,
        typer.Option(metavar="ARM", help="UNITS, UNITS:PRODUCT or placebo; may be repeated; default: 20 and placebo."),
    ] = None,
    patients: Annotated[
        int, whole_number("trial.running.PATIENTS", "N", "Number of virtual patients in each arm.")
    ] = 10_000,
    days: Annotated[int, whole_number("trial.responses.DAYS", "N", "Last day of the trial.")] = 240,
    look_every: Annotated[
        int, whole_number("trial.running.LOOK_EVERY", "N", "Days between visits of the trial after a dose.")
    ] = 28,
    retreat: Annotated[
        str | None,
        typer.Option(
            metavar="RULE",
            help="Treat patients again at a visit: when return_to_baseline, 'grade N' (or worse) or 'level X' (effect "
            "below X) is seen, or always; default: not again.",
        ),
    ] = None,
    min_interval: Annotated[
        int | None,
        whole_number("trial.policies.MIN_INTERVAL", "DAYS", "Fewest days between two treatments; needs --retreat."),
    ] = None,
    treatments: Annotated[
        int | None, whole_number("trial.policies.TREATMENTS", "N", "Most treatments of a patient; needs --retreat.")
    ] = None,
    window: Annotated[
        int, whole_number("trial.policies.WINDOW", "DAYS", "Days by which a visit may be early or late.")
    ] = 0,
    missed: Annotated[float, number("trial.policies.MISSED", "SHARE", "Chance that a visit is missed.")] = 0.0,
    drop_out: Annotated[
        float, number("trial.policies.DROP_OUT", "SHARE", "Share of patients who leave within a year.")
    ] = 0.0,
    leave_without_effect: Annotated[
        float, number("trial.policies.LEAVE", "SHARE", "Chance to leave at a visit if no effect has been seen.")
    ] = 0.0,
    sampler: Annotated[
        str, typer.Option(metavar="NAME", help="How patients are drawn: sobol (evenly) or random.")
    ] = "sobol",
    seed: Seed = SEED,
    workers: Annotated[int, whole_number("workers.WORKERS", "N", "Number of processes that share the work.")] = 1,
    chunk: Annotated[
        int, whole_number("trial.running.CHUNK", "N", "Number of patients that a process gets at a time.")
    ] = 10_000,
    from_: FromResultOrFit = None,
    preset: Preset = "default",
    set_: Set = None,
    individuals: Annotated[
        Path | None, typer.Option(metavar="FILE", help="File for a row a patient: .csv, or .parquet with pyarrow.")
    ] = None,
    visit_rows: Annotated[
        Path | None, typer.Option(metavar="FILE", help="File for a row a patient and visit: .csv or .parquet.")
    ] = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Run a virtual trial: responder rates, bands and landmarks.

    Patients can be treated again when their grade is back, miss visits, and drop out; a file can have a row for each
    patient and visit.
    """
    from ..files import check_folder, write_all
    from ..report.studies import trial_files, trial_summary, trial_text
    from ..trial.policies import Attendance
    from ..trial.running import run_trial

    again = read_retreat(retreat, look_every, min_interval=min_interval, treatments=treatments)
    arms = [read_arm(text, again) for text in arm or ("20", "placebo")]
    if again is not None and all(each.schedule is None for each in arms):
        raise InputError("retreat", retreat, "together with an arm that is treated")
    files = [each for each in (individuals, visit_rows) if each and check_ending(each, (".csv", ".parquet"))]
    attendance = Attendance(window=window, missed=missed, drop_out=drop_out, leave_without_effect=leave_without_effect)
    population = read_population(preset, set_, start_of(from_))
    provenance = describe_run(context, from_, population, arms={each.name: each.schedule for each in arms})
    if out is not None:
        check_folder(out)  # before other files are written
    with progress_bar("patients") as progress:
        trial = run_trial(
            arms, population=population, patients=patients, days=days, look_every=look_every,
            attendance=attendance, individuals=individuals or False, visits=visit_rows or False, sampler=sampler,
            rng=seed, workers=workers, chunk=chunk, progress=progress,
        )  # fmt: skip
    written = files + ([] if out is None else write_all(out, trial_files(trial, provenance)))
    print_result(trial_summary(trial), trial_text(trial), written, provenance, as_json=as_json)


def read_retreat(text: str | None, every: int, **given: Any) -> "Retreat | None":
    """Return when patients are treated again, read from a rule; the numbers `given` need one.

    Examples
    --------
    >>> read_retreat("grade 2", 30, min_interval=90).criterion
    'at grade 2'
    """
    from ..timeline import LEVEL
    from ..trial.policies import GRADE, Retreat

    numbers = {name: value for name, value in given.items() if value is not None}
    if text is None:
        for name, value in numbers.items():
            raise InputError(name, value, "together with --retreat", problem=f"is {value}, without retreat")
        return None
    word, *values = text.split() or [""]
    if word == "grade" and len(values) == 1:
        return Retreat(grade=read_integer(values[0], GRADE), every=every, **numbers)
    if word == "level" and len(values) == 1:
        return Retreat(level=read_number(values[0], LEVEL._replace(name="level")), every=every, **numbers)
    if values or word not in ("return_to_baseline", "always"):
        raise InputError("retreat", text, "return_to_baseline, 'grade N', 'level X', always")
    return Retreat(always=word == "always", every=every, **numbers)


def read_arm(text: str, retreat: "Retreat | None" = None) -> "Arm":
    """Return an arm, read from text: ``placebo``, ``UNITS`` or ``UNITS:PRODUCT``, such as ``50:abobotulinumtoxinA``.

    Parameters
    ----------
    text : str
    retreat : Retreat, optional
        When its patients are treated again.

    Examples
    --------
    >>> read_arm("50:abobotulinumtoxinA").name
    '50 U abobotulinumtoxinA'
    """
    from ..treatment.schedule import Schedule
    from ..treatment.visit import UNITS
    from ..trial.arms import Arm

    if text.strip() == "placebo":
        return Arm.placebo()
    units, sign, product = (part.strip() for part in text.partition(":"))
    try:
        schedule = Schedule.once(units=read_number(units, UNITS), **({"product": product} if sign else {}))
        return Arm(schedule, retreat=retreat)
    except InputError as error:
        raise error.at(f"arm {format_value(text)}").or_allowed("or an arm as placebo, UNITS, UNITS:PRODUCT") from None
