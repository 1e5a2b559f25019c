"""Commands for one patient: simulate, space, parameters."""

from typing import Annotated

import typer

from ..defaults import INTERVALS, SHARE, TWO_YEARS
from ..numerals import read_number
from .options import (
    Every,
    Json,
    Muscle,
    Out,
    Preset,
    Product,
    ScheduleFile,
    Set,
    Sites,
    Start,
    Units,
    Visits,
    app,
    given_options,
    number,
    print_result,
    read_parameters,
    read_population,
    read_treatment,
    show_warning,
    whole_number,
)
from .recorded import FromResult, FromResultFitOrCase, FromResultOrFit, RecordedCommand, case_of, describe_run, start_of


@app.command(
    "simulate", cls=RecordedCommand, epilog="Example: wearoff simulate --units 20 --set light_chain_half_life=60"
)
def simulate_command(
    context: typer.Context,
    units: Units = None,
    product: Product = None,
    muscle: Muscle = None,
    sites: Sites = None,
    days: Annotated[
        int | None,
        whole_number("simulation.DAYS", "N", "Last day of the simulation; default: 240 days after the last visit."),
    ] = None,
    every: Every = None,
    visits: Visits = None,
    schedule: ScheduleFile = None,
    start: Start = None,
    from_: FromResultFitOrCase = None,
    preset: Preset = "default",
    set_: Set = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Compute the effect in one patient and print its landmarks."""
    from ..files import write_all
    from ..patients.population import Population
    from ..report.curves import landmarks_text, simulation_files, simulation_summary
    from ..simulation import simulate
    from ..treatment.description import name_treatment

    visit = given_options(units=units, product=product, muscle=muscle, sites=sites, start=start)
    plan, parameters = read_treatment(visit, every, visits, schedule, case_of(from_), preset, set_)
    people = Population(parameters=parameters)  # of the middle half beside the landmarks
    provenance = describe_run(context, from_, people, arms={name_treatment(plan): plan})
    timeline = simulate(plan, parameters=parameters, days=days)
    written = [] if out is None else write_all(out, simulation_files(timeline, provenance))
    print_result(simulation_summary(timeline), landmarks_text(timeline), written, provenance, as_json=as_json)


@app.command(
    "space",
    cls=RecordedCommand,
    epilog="Example: wearoff space --keep 0.5 --intervals 84,90,120 --start 2027-01-04",
)
def space_command(
    context: typer.Context,
    keep: Annotated[
        float, number("timeline.LEVEL", "LEVEL", "Visible effect to keep, as a fraction of the full effect.")
    ] = 0.5,
    share: Annotated[
        float, number("spacing.recommendation.SHARE", "SHARE", "Share of patients in whom to keep it.")
    ] = SHARE,
    price: Annotated[
        float | None, number("spacing.patient.PRICE", "PRICE", "Price of a unit, for the cost of a day that is kept.")
    ] = None,
    intervals: Annotated[
        str, typer.Option(metavar="DAYS,...", help="Intervals between visits to compare, in days.")
    ] = ",".join(map(str, INTERVALS)),
    horizon: Annotated[
        int, whole_number("spacing.patient.HORIZON", "DAYS", "Number of days over which intervals are judged.")
    ] = TWO_YEARS,
    max_units_per_year: Annotated[
        float | None, number("spacing.recommendation.BUDGET", "U", "Most units in a year; default: no limit.")
    ] = None,
    visits: Annotated[
        int | None,
        whole_number(
            "treatment.schedule.VISITS",
            "N",
            "Number of visits to find the best dates for; default: the fewest that keep the effect.",
        ),
    ] = None,
    allow_shorter: Annotated[
        bool, typer.Option("--allow-shorter", help="Try intervals shorter than the label's too, for research.")
    ] = False,
    units: Units = None,
    product: Product = None,
    muscle: Muscle = None,
    sites: Sites = None,
    start: Start = None,
    from_: FromResultOrFit = None,
    preset: Preset = "default",
    set_: Set = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Compare intervals between visits.

    For all patients: in how many each interval keeps the effect, on how many days, and at what cost; the same for
    treatment on need; and the longest interval that the label allows and that keeps it in a share of patients. For the
    typical patient: the longest interval, and the best dates, which need not be evenly spaced.
    """
    from .. import spacing
    from ..files import write_all
    from ..report.curves import spacing_files, spacing_summary, spacing_text
    from ..treatment.description import name_treatment
    from ..treatment.schedule import INTERVAL, Schedule

    visit = given_options(units=units, product=product, muscle=muscle, sites=sites, start=start)
    people, once = read_population(preset, set_, start_of(from_)), Schedule.once(**visit)
    provenance = describe_run(context, from_, people, arms={name_treatment(once): once})
    shared = {"keep": keep, "horizon": horizon, "population": people, "price": price, **visit}
    limits = INTERVAL._replace(name="intervals")
    comparison = spacing.compare([read_number(interval, limits) for interval in intervals.split(",")], **shared)
    recommendation = spacing.recommend(
        share=share, max_units_per_year=max_units_per_year, visits=visits, allow_shorter=allow_shorter, **shared
    )
    written = [] if out is None else write_all(out, spacing_files(comparison, recommendation, provenance))
    summary = spacing_summary(comparison, recommendation)
    for text in [] if as_json else summary["warnings"]:
        show_warning(text)
    print_result(summary, spacing_text(comparison, recommendation), written, provenance, as_json=as_json)


@app.command("parameters", cls=RecordedCommand, epilog="Example: wearoff parameters --preset lebeda2008")
def parameters_command(
    context: typer.Context,
    from_: FromResult = None,
    preset: Preset = "default",
    set_: Set = None,
    as_json: Json = False,
) -> None:
    """Print the constants with units, ranges and sources."""
    from ..parameters import presets
    from ..report.text import parameters_text

    parameters = read_parameters(preset, set_, start_of(from_))
    table = parameters.table()
    text = f"{parameters_text(table)}\n\npresets: {', '.join(presets())}"
    provenance = describe_run(context, from_, parameters)
    print_result({"parameters": table.to_dict("records")}, text, [], provenance, as_json=as_json)
