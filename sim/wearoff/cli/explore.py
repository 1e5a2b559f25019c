"""The page with sliders: explore."""

from __future__ import annotations

from typing import Annotated

import typer

from ..checks import InputError
from .options import app

HERE = "127.0.0.1"


@app.command("explore", epilog="Example: wearoff explore --port 5010")
def explore_command(
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Listen on another address: other machines can then open the page.")
    ] = HERE,
    port: Annotated[str, typer.Option(metavar="N", help="0 for any that is free.")] = "5006",
    show: Annotated[bool, typer.Option("--show/--no-show", help="Open the page in a browser.")] = True,
) -> None:
    """Serve the page with sliders on this machine, until Ctrl-C."""
    try:
        from ..pages.server import serve
    except ModuleNotFoundError:
        raise InputError("explore needs panel; install it: pip install wearoff[explore]") from None

    def ready(address: str) -> None:
        reach = "this machine only" if host in (HERE, "localhost", "::1") else "OTHER MACHINES CAN OPEN IT"
        print(f"{address}  ({reach}; Ctrl-C stops it)", flush=True)

    serve(host=host, port=port, show=show, ready=ready)
