"""For other programs: export sbml, antimony, events."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..exchange.antimony import to_antimony
from ..exchange.sbml import to_sbml
from ..files import written_whole
from .options import (
    CaseFile,
    Every,
    Muscle,
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
    print_written,
    read_ending,
    read_treatment,
)

export = typer.Typer(help="Write the model, or its visits, for other programs.")
app.add_typer(export, name="export")


@export.command("sbml", epilog="Example: wearoff export sbml model.xml --every 90 --visits 4 --units 20")
def sbml_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write: a .xml or .sbml.")],
    units: Units = None,
    product: Product = None,
    muscle: Muscle = None,
    sites: Sites = None,
    every: Every = None,
    visits: Visits = None,
    schedule: ScheduleFile = None,
    start: Start = None,
    from_: CaseFile = None,
    preset: Preset = "default",
    set_: Set = None,
) -> None:
    """Write model, constants and visits as SBML, which other simulators run; `simulate --from` reads it back."""
    visit = given(units=units, product=product, muscle=muscle, sites=sites, start=start)
    plan, parameters = read_treatment(visit, every, visits, schedule, from_, preset, set_)
    _write(read_ending(file, (".xml", ".sbml")), to_sbml(plan, parameters))


@export.command("antimony", epilog="Example: wearoff export antimony model.ant --set loss_half_life=60")
def antimony_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write: a .ant or .txt.")],
    units: Units = None,
    product: Product = None,
    muscle: Muscle = None,
    sites: Sites = None,
    every: Every = None,
    visits: Visits = None,
    schedule: ScheduleFile = None,
    start: Start = None,
    from_: CaseFile = None,
    preset: Preset = "default",
    set_: Set = None,
) -> None:
    """Write model, constants and visits as Antimony: the same as text."""
    visit = given(units=units, product=product, muscle=muscle, sites=sites, start=start)
    plan, parameters = read_treatment(visit, every, visits, schedule, from_, preset, set_)
    _write(read_ending(file, (".ant", ".txt")), to_antimony(plan, parameters))


@export.command("events", epilog="Example: wearoff export events visits.csv --every 90 --visits 4")
def events_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write: a .csv.")],
    units: Units = None,
    product: Product = None,
    muscle: Muscle = None,
    sites: Sites = None,
    every: Every = None,
    visits: Visits = None,
    schedule: ScheduleFile = None,
    start: Start = None,
    from_: CaseFile = None,
) -> None:
    """Write the visits as an event table of pharmacometrics, which `simulate --schedule` reads back."""
    visit = given(units=units, product=product, muscle=muscle, sites=sites, start=start)
    plan, _ = read_treatment(visit, every, visits, schedule, from_, "default", None)
    read_ending(file, (".csv",))
    plan.to_csv(file)
    print_written([file])


def _write(file: Path, text: str) -> None:
    with written_whole(file) as beside:
        beside.write_text(text, encoding="utf-8")
    print_written([file])
