"""The command for other programs: export sbml, antimony, r, archive, events."""

from pathlib import Path
from typing import Annotated

import typer

from ..checks import check_ending, check_name
from ..errors import InputError
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
    given_options,
    print_written,
    read_treatment,
)

ENDINGS = {
    "sbml": (".xml", ".sbml"),
    "antimony": (".ant", ".txt"),
    "r": (".r",),
    "archive": (".omex",),
    "events": (".csv",),
}


@app.command("export", epilog="Example: wearoff export sbml model.xml --every 90 --visits 4 --units 20")
def export_command(
    what: Annotated[
        str,
        typer.Argument(
            metavar="WHAT",
            help="Format: sbml, antimony, r (a script for deSolve), archive (COMBINE), or events (the visits alone).",
        ),
    ],
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="File to write: .xml or .sbml; .ant or .txt for antimony; .R; .omex for archive; .csv for events.",
        ),
    ],
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
    """Write the model for other programs (SBML, R and others).

    The file has the constants and the visits. `wearoff simulate --from` reads SBML back.
    """
    from ..exchange.antimony import to_antimony
    from ..exchange.archive import to_archive
    from ..exchange.desolve import to_r
    from ..exchange.reading import read_case
    from ..exchange.sbml import to_sbml
    from ..files import written_whole

    check_ending(file, ENDINGS[check_name(what, ENDINGS, "what")])
    if what == "events" and (set_ or preset != "default"):
        raise InputError(
            "events", allowed="set and preset with sbml, antimony, r or archive", problem="have no constants"
        )
    visit = given_options(units=units, product=product, muscle=muscle, sites=sites, start=start)
    case = None if from_ is None else read_case(from_)
    plan, parameters = read_treatment(visit, every, visits, schedule, case, preset, set_)
    if what == "events":
        plan.to_csv(file)
    elif what == "archive":
        to_archive(file, plan, parameters)
    else:
        text = {"sbml": to_sbml, "antimony": to_antimony, "r": to_r}[what](plan, parameters)
        with written_whole(file) as temporary:
            temporary.write_text(text, encoding="utf-8")
    print_written([file])
