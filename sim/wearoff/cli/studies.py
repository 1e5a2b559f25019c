"""Commands for rows of observations and for the constants: compare, fit, sensitivity."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..checks import check_name
from ..defaults import SEED
from ..errors import InputError
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
from .recorded import FromResult, Given, RecordedCommand, describe_run, start_of

if TYPE_CHECKING:
    import pandas as pd


FITTED_BY_DEFAULT = ("potency", "light_chain_half_life", "omega_potency")


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
            help=f"Number to fit, with its range as prior; may be repeated; default: {', '.join(FITTED_BY_DEFAULT)}.",
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


def read_rows(file: Path | None, given: Given | None) -> "pd.DataFrame | None":
    """Return the user's own observations: of a file, or of a result that is run again; None if there are none."""
    from ..evidence.observations import check_observations, read_observations

    if file is not None:
        return read_observations(file)
    return None if given is None or given.observations is None else check_observations(given.observations)
