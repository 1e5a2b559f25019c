"""For the class: animate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..pages.animation import DAYS, animate
from ..simulation import simulate
from .options import (
    Every,
    Muscle,
    Preset,
    Product,
    Set,
    Sites,
    Units,
    Visits,
    app,
    given,
    print_written,
    progress_bar,
    read_parameters,
    read_plan,
)


@app.command("animate", epilog="Example: wearoff animate mechanism.gif --units 20")
def animate_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write: a .gif, or an .mp4 with ffmpeg.")],
    units: Units = None,
    product: Product = None,
    muscle: Muscle = None,
    sites: Sites = None,
    every: Every = None,
    visits: Visits = None,
    days: Annotated[
        str | None, typer.Option(metavar="N", help=f"Last day; default: {DAYS} after the first visit.")
    ] = None,
    preset: Preset = "default",
    set_: Set = None,
) -> None:
    """Write the mechanism as a film: nerve ending, muscle, skin and the curve of the visible effect, day by day."""
    plan = read_plan(given(units=units, product=product, muscle=muscle, sites=sites), every, visits)
    timeline = simulate(plan, parameters=read_parameters(preset, set_), days=days)
    with progress_bar("frames") as progress:
        print_written([animate(timeline, file, days=days, progress=progress)])
