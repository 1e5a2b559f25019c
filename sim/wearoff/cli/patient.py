"""One patient: simulate, space, parameters."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from ..defaults import INTERVALS, TWO_YEARS
from .options import (
    CaseFile,
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
    given,
    print_found,
    read_parameters,
    read_treatment,
    show_warning,
)


@app.command("simulate", epilog="Example: wearoff simulate --units 20 --set light_chain_half_life=60 --out out")
def simulate_command(
    units: Units = None,
    product: Product = None,
    muscle: Muscle = None,
    sites: Sites = None,
    days: Annotated[str | None, typer.Option(metavar="N", help="Last day; default: 240 after the last visit.")] = None,
    every: Every = None,
    visits: Visits = None,
    schedule: ScheduleFile = None,
    start: Start = None,
    from_: CaseFile = None,
    preset: Preset = "default",
    set_: Set = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Compute the curve of one patient and print its landmarks."""
    from ..files import write_all
    from ..report.curves import landmarks_text, simulation_files, simulation_summary
    from ..simulation import simulate

    visit = given(units=units, product=product, muscle=muscle, sites=sites, start=start)
    plan, parameters = read_treatment(visit, every, visits, schedule, from_, preset, set_)
    timeline = simulate(plan, parameters=parameters, days=days)
    written = [] if out is None else write_all(out, simulation_files(timeline))
    print_found(simulation_summary(timeline), landmarks_text(timeline), written, as_json=as_json)


@app.command(
    "space", epilog="Example: wearoff space --keep 0.5 --intervals 84,90,120,150,180 --start 2027-01-04 --out out"
)
def space_command(
    keep: Annotated[str, typer.Option(metavar="LEVEL", help="Visible effect to keep, a fraction of full.")] = "0.5",
    intervals: Annotated[str, typer.Option(metavar="DAYS,...", help="Days between visits to compare.")] = ",".join(
        map(str, INTERVALS)
    ),
    horizon: Annotated[str, typer.Option(metavar="DAYS", help="Days over which to judge.")] = str(TWO_YEARS),
    max_units_per_year: Annotated[str | None, typer.Option(metavar="U", help="A limit on units a year.")] = None,
    visits: Annotated[
        str | None, typer.Option(metavar="N", help="Best dates for so many visits; default: the fewest that keep it.")
    ] = None,
    units: Units = None,
    product: Product = None,
    muscle: Muscle = None,
    sites: Sites = None,
    start: Start = None,
    preset: Preset = "default",
    set_: Set = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Compare intervals between visits, recommend one, and find the best dates."""
    from .. import spacing
    from ..checks import check_number
    from ..files import write_all
    from ..report.curves import spacing_files, spacing_summary, spacing_text
    from ..treatment.schedule import INTERVAL

    visit = given(units=units, product=product, muscle=muscle, sites=sites, start=start)
    common = {"keep": keep, "horizon": horizon, "parameters": read_parameters(preset, set_), **visit}
    days = [check_number(each, INTERVAL._replace(name="intervals")) for each in intervals.split(",")]
    comparison = spacing.compare(days, **common)
    found = spacing.recommend(**given(max_units_per_year=max_units_per_year, visits=visits), **common)
    written = [] if out is None else write_all(out, spacing_files(comparison, found))
    summary = spacing_summary(comparison, found)
    for text in [] if as_json else summary["warnings"]:
        show_warning(text)
    print_found(summary, spacing_text(comparison, found), written, as_json=as_json)


@app.command("parameters", epilog="Example: wearoff parameters --preset lebeda2008")
def parameters_command(preset: Preset = "default", set_: Set = None, as_json: Json = False) -> None:
    """Print the constants with unit, plausible range, kind and source."""
    from ..parameters import presets
    from ..report.plain import to_json

    table = read_parameters(preset, set_).table()
    if as_json:
        print(to_json({"parameters": table.to_dict("records")}))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table

    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("name", "value", "unit", "plausible", "kind", "meaning and source"):
        grid.add_column(heading, no_wrap=heading in ("name", "value", "unit"), overflow="fold")
    for row in table.to_dict("records"):
        grid.add_row(
            row["name"],
            f"{row['value']:.4g}",
            row["unit"],
            f"{row['low']:g} to {row['high']:g}",
            row["kind"],
            f"{row['meaning']}. [dim]{row['source']}[/dim]",
        )
    Console(width=None if sys.stdout.isatty() else 140).print(grid)
    print(f"presets: {', '.join(presets())}")
