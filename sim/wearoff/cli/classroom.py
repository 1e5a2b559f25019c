"""Commands for teaching: plates, animate, page, explore."""

from pathlib import Path
from typing import Annotated

import typer

from ..defaults import FILM_DAYS
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
    as_text,
    given_options,
    print_written,
    progress_bar,
    read_parameters,
    read_plan,
    whole_number,
)

Lang = Annotated[str, typer.Option(metavar="LANG", help="Language of the page: en, es, de or fr.")]


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
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="File to write: .gif; .mp4 if ffmpeg is installed; .vtt for the captions."),
    ],
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
    """Write the mechanism as a film (GIF or MP4), or its captions.

    It shows the nerve ending, the muscle, the skin and the curve of the visible effect, day by day, with captions. For
    repeated visits, such as four: --every 90 --visits 4.
    """
    from ..animation import animate
    from ..simulation import simulate

    plan = read_plan(given_options(units=units, product=product, muscle=muscle, sites=sites), every, visits)
    timeline = simulate(plan, parameters=read_parameters(preset, set_), days=days)
    with progress_bar("frames") as progress:
        print_written([animate(timeline, file, days=days, progress=progress)])


@app.command("page", epilog="Example: wearoff page page.html --lang de")
def page_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Page to write, such as page.html.")],
    lang: Lang = "en",
) -> None:
    """Write the page that runs in a browser (one HTML file).

    The page needs no server and no network: the nerve ending day by day, visits, people, every constant.
    """
    from ..webpage.writing import page

    print_written([page(file, lang)])


@app.command("explore", epilog="Example: wearoff explore --lang de")
def explore_command(
    lang: Lang = "en",
    open_: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in a browser, or only print its path.")
    ] = True,
) -> None:
    """Open the page in the browser.

    It is the page of `wearoff page`, written to a folder for temporary files.
    """
    from ..webpage.showing import open_in_browser, write_temporary

    path = write_temporary(lang)
    opened = open_ and open_in_browser(path)
    print(f"{as_text(path)}  ({'opened in the browser' if opened else 'open this file in a browser'})")
