"""Commands for many patients and for the constants: trial, compare, fit, sensitivity."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..checks import check_name
from ..defaults import SEED
from ..errors import InputError, format_value
from ..numerals import read_integer, read_number
from .options import (
    Json,
    Muscle,
    Out,
    Preset,
    Product,
    Seed,
    Set,
    Units,
    app,
    given_options,
    number,
    print_result,
    progress_bar,
    read_parameters,
    read_population,
    whole_number,
)
from .recorded import FromResult, FromResultOrFit, Given, RecordedCommand, describe_run, start_of

if TYPE_CHECKING:
    import pandas as pd

    from ..trial.arms import Arm
    from ..trial.policies import Retreat

FITTED_BY_DEFAULT = ("potency", "light_chain_half_life", "omega_potency")


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
    from ..files import write_all
    from ..report.studies import trial_files, trial_summary, trial_text
    from ..trial.policies import Attendance
    from ..trial.running import run_trial

    again = read_retreat(retreat, look_every, min_interval=min_interval, treatments=treatments)
    arms = [read_arm(text, again) for text in arm or ("20", "placebo")]
    attendance = Attendance(window=window, missed=missed, drop_out=drop_out, leave_without_effect=leave_without_effect)
    population = read_population(preset, set_, start_of(from_))
    provenance = describe_run(context, from_, population, arms={each.name: each.schedule for each in arms})
    with progress_bar("patients") as progress:
        trial = run_trial(
            arms, population=population, patients=patients, days=days, look_every=look_every,
            attendance=attendance, individuals=individuals or False, visits=visit_rows or False, sampler=sampler,
            rng=seed, workers=workers, chunk=chunk, progress=progress,
        )  # fmt: skip
    written = [each for each in (individuals, visit_rows) if each]
    written += [] if out is None else write_all(out, trial_files(trial, provenance))
    print_result(trial_summary(trial), trial_text(trial), written, provenance, as_json=as_json)


@app.command(
    "compare",
    cls=RecordedCommand,
    epilog="Example: wearoff compare --out out",
)
def compare_command(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]", help="CSV file of your own observations, to be predicted beside the published."
        ),
    ] = None,
    patients: Annotated[
        int, whole_number("evidence.comparison.PATIENTS", "N", "Number of virtual patients in each arm.")
    ] = 4096,
    seed: Seed = SEED,
    from_: FromResult = None,
    preset: Preset = "default",
    set_: Set = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Compare predictions with published rows, and with your own."""
    from ..evidence.comparison import compare
    from ..files import write_all
    from ..report.studies import comparison_files, comparison_summary
    from ..report.text import comparison_text

    own, population = read_rows(file, from_), read_population(preset, set_, start_of(from_))
    provenance = describe_run(context, from_, population, observations=own)
    comparison = compare(own=own, population=population, patients=patients, rng=seed)
    written = [] if out is None else write_all(out, comparison_files(comparison, provenance))
    print_result(comparison_summary(comparison), comparison_text(comparison), written, provenance, as_json=as_json)


@app.command(
    "fit",
    cls=RecordedCommand,
    epilog="Example: wearoff fit mine.csv --free potency --profile potency --out out",
)
def fit_command(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="CSV file of your observations: endpoint, value, unit, day, n, ..."),
    ] = None,
    free: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help=f"Number to fit within its plausible range; may be repeated; default: {', '.join(FITTED_BY_DEFAULT)}.",
        ),
    ] = None,
    profile: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Number to give the profile interval of; may be repeated.")
    ] = None,
    patients: Annotated[
        int, whole_number("evidence.fitting.PATIENTS", "N", "Number of virtual patients in each arm.")
    ] = 1024,
    seed: Seed = SEED,
    from_: FromResult = None,
    preset: Preset = "default",
    set_: Set = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Fit constants to your own observations.

    Prints estimates, standard errors, correlations, and what the observations do not tell apart.
    """
    from ..evidence.fitting import fit
    from ..files import write_all
    from ..report.studies import fit_files, fit_summary, fit_text

    fitted = free or FITTED_BY_DEFAULT
    for name in profile or ():
        check_name(name, fitted, "profile")  # checked before the fit, which takes long
    rows, start = read_rows(file, from_), read_population(preset, set_, start_of(from_))
    if rows is None:
        raise InputError("file", allowed="a CSV file of your observations, or --from the result of a fit")
    provenance = describe_run(context, from_, start, observations=rows)
    with progress_bar("evaluations") as progress:
        result = fit(rows, fitted, population=start, patients=patients, rng=seed, progress=progress)
        profiles = {name: result.profile(name) for name in profile or ()}
    written = [] if out is None else write_all(out, fit_files(result, profiles, provenance))
    print_result(fit_summary(result, profiles), fit_text(result, profiles), written, provenance, as_json=as_json)


@app.command(
    "sensitivity",
    cls=RecordedCommand,
    epilog="Example: wearoff sensitivity --quantity wear_off_day --out out",
)
def sensitivity_command(
    context: typer.Context,
    quantity: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="Result to explain: a landmark such as half_effect_day, or effect_on_day_90."
        ),
    ] = "half_effect_day",
    samples: Annotated[
        int,
        whole_number("sensitivity.sobol.SAMPLES", "N", "Number of base samples for the Sobol indices, a power of two."),
    ] = 512,
    within: Annotated[
        float | None,
        number(
            "sensitivity.variance.WITHIN",
            "FACTOR",
            "Vary each constant by this factor up and down; default: its plausible range.",
        ),
    ] = None,
    units: Units = None,
    product: Product = None,
    muscle: Muscle = None,
    seed: Seed = SEED,
    from_: FromResult = None,
    preset: Preset = "default",
    set_: Set = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Show which constants a landmark depends on.

    Prints elasticities, one constant at a time, and Sobol indices, all together.
    """
    from .. import sensitivity
    from ..files import write_all
    from ..report.studies import sensitivity_files, sensitivity_summary, sensitivity_text
    from ..treatment.description import name_treatment
    from ..treatment.schedule import Schedule

    visit = given_options(units=units, product=product, muscle=muscle)
    parameters, once = read_parameters(preset, set_, start_of(from_)), Schedule.once(**visit)
    provenance = describe_run(context, from_, parameters, arms={name_treatment(once): once})
    alone = sensitivity.elasticities(quantity, parameters=parameters, **visit)
    together = sensitivity.indices(quantity, samples=samples, within=within, rng=seed, parameters=parameters, **visit)
    written = [] if out is None else write_all(out, sensitivity_files(alone, together, provenance))
    summary, text = sensitivity_summary(alone, together), sensitivity_text(alone, together)
    print_result(summary, text, written, provenance, as_json=as_json)


def read_rows(file: Path | None, given: Given | None) -> pd.DataFrame | None:
    """Return the user's own observations: of a file, or of a result that is run again; None if there are none."""
    from ..evidence.observations import check_observations, read_observations

    if file is not None:
        return read_observations(file)
    return None if given is None or given.observations is None else check_observations(given.observations)


def read_retreat(text: str | None, every: int, **given: int | None) -> Retreat | None:
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


def read_arm(text: str, retreat: Retreat | None = None) -> Arm:
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
