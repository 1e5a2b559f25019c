"""Many patients: trial, compare, fit, sensitivity."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..checks import check_name
from .options import (
    Json,
    Muscle,
    Out,
    Patients,
    Preset,
    Product,
    Seed,
    Set,
    Units,
    app,
    given,
    print_found,
    progress_bar,
    read_parameters,
    read_population,
    read_seed,
    read_workers,
)

FITTED = ("potency", "light_chain_half_life", "omega_potency")


@app.command("trial", epilog="Example: wearoff trial --arm 20 --arm 40 --arm placebo --patients 10000 --out out")
def trial_command(
    arm: Annotated[
        list[str] | None,
        typer.Option(metavar="ARM", help="UNITS, UNITS:PRODUCT or placebo; may be repeated. Default: 20 and placebo."),
    ] = None,
    patients: Patients = "10000",
    days: Annotated[str, typer.Option(metavar="N", help="Last day.")] = "240",
    sampler: Annotated[str, typer.Option(metavar="NAME", help="sobol or random.")] = "sobol",
    seed: Seed = "1",
    workers: Annotated[str, typer.Option(metavar="N", help="Processes that share the work.")] = "1",
    chunk: Annotated[str, typer.Option(metavar="N", help="Patients handed out at a time.")] = "10000",
    preset: Preset = "default",
    set_: Set = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Run a virtual trial: responder rates, percentile bands, landmarks of many patients."""
    from ..files import write_all
    from ..report.studies import trial_files, trial_summary, trial_text
    from ..trial.arms import Arm
    from ..trial.trial import run_trial

    arms = [Arm.parse(text) for text in arm or ("20", "placebo")]
    population, start = read_population(preset, set_), read_seed(seed)
    with progress_bar("patients") as progress:
        trial = run_trial(
            arms, population=population, patients=patients, days=days, sampler=sampler, rng=start,
            workers=read_workers(workers), chunk=chunk, progress=progress,
        )  # fmt: skip
    written = [] if out is None else write_all(out, trial_files(trial))
    print_found(trial_summary(trial), trial_text(trial), written, as_json=as_json)


@app.command("compare", epilog="Example: wearoff compare --out out")
def compare_command(
    observations: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Your observations as CSV; default: the published ones.")
    ] = None,
    patients: Patients = "4096",
    seed: Seed = "1",
    preset: Preset = "default",
    set_: Set = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Put the prediction beside the published observations, with the error."""
    from ..evidence.comparison import compare
    from ..evidence.observations import read_observations
    from ..files import write_all
    from ..report.studies import comparison_files, comparison_summary, comparison_text

    rows = None if observations is None else read_observations(observations)
    found = compare(rows, population=read_population(preset, set_), patients=patients, rng=read_seed(seed))
    written = [] if out is None else write_all(out, comparison_files(found))
    print_found(comparison_summary(found), comparison_text(found), written, as_json=as_json)


@app.command(
    "fit",
    epilog="Example: wearoff fit mine.csv --free potency --free light_chain_half_life --profile potency --out out",
)
def fit_command(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Observations as CSV: endpoint, value, unit, day, n, ...")
    ],
    free: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help=f"Fitted, in its plausible range; may be repeated. Default: {', '.join(FITTED)}."
        ),
    ] = None,
    profile: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Give the profile interval of this one; may be repeated.")
    ] = None,
    patients: Patients = "1024",
    seed: Seed = "1",
    preset: Preset = "default",
    set_: Set = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Calibrate to your observations: estimates, standard errors, correlations, what is not identifiable."""
    from ..evidence.fitting import fit
    from ..evidence.observations import read_observations
    from ..files import write_all
    from ..report.studies import fit_files, fit_summary, fit_text

    fitted = free or FITTED
    for name in profile or ():
        check_name(name, fitted, "profile")  # before the fit, which takes long
    rows, start, seeded = read_observations(file), read_population(preset, set_), read_seed(seed)
    with progress_bar("evaluations") as progress:
        found = fit(rows, fitted, population=start, patients=patients, rng=seeded, progress=progress)
        profiles = {name: found.profile(name) for name in profile or ()}
    written = [] if out is None else write_all(out, fit_files(found, profiles))
    print_found(fit_summary(found, profiles), fit_text(found, profiles), written, as_json=as_json)


@app.command("sensitivity", epilog="Example: wearoff sensitivity --quantity wear_off_day --out out")
def sensitivity_command(
    quantity: Annotated[
        str, typer.Option(metavar="NAME", help="A landmark such as half_effect_day, or effect_on_day_90.")
    ] = "half_effect_day",
    samples: Annotated[
        str, typer.Option(metavar="N", help="Base samples of the Sobol indices, a power of two.")
    ] = "512",
    within: Annotated[
        str | None,
        typer.Option(metavar="FACTOR", help="Vary by this factor either way; default: the plausible ranges."),
    ] = None,
    units: Units = None,
    product: Product = None,
    muscle: Muscle = None,
    seed: Seed = "1",
    preset: Preset = "default",
    set_: Set = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Ask which constant moves a landmark: elasticities one at a time, and Sobol indices."""
    from .. import sensitivity
    from ..files import write_all
    from ..report.studies import sensitivity_files, sensitivity_summary, sensitivity_text

    visit = given(units=units, product=product, muscle=muscle)
    parameters, start = read_parameters(preset, set_), read_seed(seed)
    single = sensitivity.elasticities(quantity, parameters=parameters, **visit)
    sampled = given(samples=samples, within=within)
    joint = sensitivity.indices(quantity, rng=start, parameters=parameters, **sampled, **visit)
    written = [] if out is None else write_all(out, sensitivity_files(single, joint))
    print_found(sensitivity_summary(single, joint), sensitivity_text(single, joint), written, as_json=as_json)
