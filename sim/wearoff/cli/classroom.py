"""Commands for teaching: plates, animate, page, explore, handout."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..defaults import FILM_DAYS
from ..errors import not_installed
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
    given_options,
    print_written,
    progress_bar,
    read_ending,
    read_parameters,
    read_plan,
    whole_number,
)

LOCALHOST = "127.0.0.1"
PAGE_ENDINGS = (".html", ".htm")


@app.command("plates", epilog="Example: wearoff plates --style slide --out plates")
def plates_command(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the plates, each as PNG, SVG and PDF.")],
    style: Annotated[str, typer.Option(metavar="NAME", help="print (180 mm wide) or slide (16 to 9).")] = "print",
    units: Units = None,
    product: Product = None,
    muscle: Muscle = None,
    preset: Preset = "default",
    set_: Set = None,
) -> None:
    """Draw plates for teaching: mechanism, serotypes, sites."""
    from ..files import write_all
    from ..report.curves import plates_files

    visit = given_options(units=units, product=product, muscle=muscle)
    print_written(write_all(out, plates_files(read_parameters(preset, set_), style, **visit)))


@app.command("animate", epilog="Example: wearoff animate mechanism.gif --units 20")
def animate_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File to write: .gif, or .mp4 if ffmpeg is installed.")],
    units: Units = None,
    product: Product = None,
    muscle: Muscle = None,
    sites: Sites = None,
    every: Every = None,
    visits: Visits = None,
    days: Annotated[
        int | None,
        whole_number("simulation.DAYS", "N", f"Last day of the film; default: {FILM_DAYS} after the first visit."),
    ] = None,
    preset: Preset = "default",
    set_: Set = None,
) -> None:
    """Write the mechanism as a film (GIF or MP4).

    It shows the nerve ending, the muscle, the skin and the curve of the visible effect, day by day.
    """
    from ..pages.animation import animate
    from ..simulation import simulate

    plan = read_plan(given_options(units=units, product=product, muscle=muscle, sites=sites), every, visits)
    timeline = simulate(plan, parameters=read_parameters(preset, set_), days=days)
    with progress_bar("frames") as progress:
        print_written([animate(timeline, file, days=days, progress=progress)])


@app.command("page", epilog="Example: wearoff page page.html --lang de")
def page_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Page to write, such as page.html.")],
    lang: Annotated[str, typer.Option(metavar="LANG", help="Language of the page: en, es, de or fr.")] = "en",
) -> None:
    """Write the page that runs in a browser (one HTML file).

    The page needs no server and no network: the nerve ending day by day, visits, people, every constant.
    """
    from ..webpage.writing import page

    print_written([page(file, lang)])


@app.command("explore", epilog="Example: wearoff explore --port 5010")
def explore_command(
    host: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help="Address to listen on; 0.0.0.0 lets other machines open the page.",
        ),
    ] = LOCALHOST,
    port: Annotated[
        int, whole_number("pages.explorer.settings.PORT", "N", "Port to listen on; 0: any free one.")
    ] = 5006,
    show: Annotated[bool, typer.Option("--show/--no-show", help="Open the page in a browser, or do not.")] = True,
) -> None:
    """Serve the page with sliders on this machine until Ctrl-C."""
    try:
        from ..pages.explorer.server import serve
    except ModuleNotFoundError:
        raise not_installed("explore", "panel", "explore") from None

    def print_address(address: str) -> None:
        access = "this machine only" if host in (LOCALHOST, "localhost", "::1") else "OTHER MACHINES CAN OPEN IT"
        print(f"{address}  ({access}; Ctrl-C stops it)", flush=True)

    serve(host=host, port=port, show=show, ready=print_address)


@app.command("handout", epilog="Example: wearoff handout leaflet.html --product abobotulinumtoxinA")
def handout_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Page to write, such as leaflet.html.")],
    product: Product = None,
    muscle: Muscle = None,
    preset: Preset = "default",
    set_: Set = None,
) -> None:
    """Write a page with sliders and curves as one HTML file.

    The page needs no network, and prints on one sheet.
    """
    from ..files import written_whole
    from ..pages.handout import make_handout

    read_ending(file, PAGE_ENDINGS)
    visit = given_options(product=product, muscle=muscle)
    with written_whole(file) as temporary, progress_bar("curves") as progress:
        page = make_handout(**visit, parameters=read_parameters(preset, set_), progress=progress)
        temporary.write_text(page, encoding="utf-8")
    print_written([file])
