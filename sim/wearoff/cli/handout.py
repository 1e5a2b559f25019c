"""A page for a class or a waiting room: handout."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..checks import InputError
from ..files import write_all
from ..pages.handout import make_handout
from .options import Muscle, Preset, Product, Set, app, given, print_written, progress_bar, read_parameters

ENDINGS = (".html", ".htm")


@app.command("handout", epilog="Example: wearoff handout leaflet.html --product abobotulinumtoxinA")
def handout_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The page to write, such as leaflet.html.")],
    product: Product = None,
    muscle: Muscle = None,
    preset: Preset = "default",
    set_: Set = None,
) -> None:
    """Write one HTML file with sliders, curves and words, which needs no network and prints on one page."""
    if file.suffix.lower() not in ENDINGS:
        raise InputError(f"file is '{file}'; allowed: a name that ends in {' or '.join(ENDINGS)}")
    visit = given(product=product, muscle=muscle)
    with progress_bar("curves") as progress:
        page = make_handout(**visit, parameters=read_parameters(preset, set_), progress=progress)
    print_written(write_all(file.parent, {file.name: page.encode()}))
