"""The `wearoff` command: a thin layer that parses, calls, prints."""

import sys
import warnings
from typing import Annotated, Any

import typer

from .. import __version__
from ..errors import InputError, UnusualWarning
from . import classroom, demo, export, forecasts, patient, studies, trials
from .ending import Ended, raising_signals, stop, stop_for_system, stop_signalled
from .options import app, show_warning

__all__ = ["classroom", "demo", "export", "forecasts", "main", "patient", "studies", "trials"]

# The order in `wearoff --help`: all at once, one patient, many patients, constants, other programs, teaching.
ORDER = (
    "demo", "simulate", "space", "next", "trial", "compare", "fit", "sensitivity", "parameters", "export",
    "plates", "animate", "page", "explore",
)  # fmt: skip
app.registered_commands.sort(key=lambda command: ORDER.index(command.name or ""))

INTERRUPTED = 130  # exit status after Ctrl-C, as in a shell; the parser returns it


def main() -> None:
    """Run the command. Refused input ends it with one line on standard error and exit status 2."""
    printed: set[str] = set()

    def show_once(message: Warning | str, *_: Any, **__: Any) -> None:
        # Several parts of one command may give the same warning: every plate has the same visit. Warnings of other
        # libraries are not printed; they are for programmers.
        if isinstance(message, UnusualWarning) and str(message) not in printed:
            printed.add(str(message))
            show_warning(message)

    warnings.showwarning = show_once
    try:
        with raising_signals():
            status = app(standalone_mode=False)
            if sys.stdout is not None:  # the shell may have closed it
                sys.stdout.flush()
    except InputError as error:
        stop(f"error: {error}")
    except typer.TyperException as error:
        stop(f"error: {error.format_message()}")
    except OSError as error:
        stop_for_system(error)
    except Ended as ended:
        stop_signalled(ended)
    if status == INTERRUPTED:
        stop("interrupted: no file is half written", INTERRUPTED)
    sys.exit(status or 0)


def _print_version(requested: bool) -> None:
    if requested:
        print(f"wearoff {__version__}")
        raise typer.Exit


@app.callback()
def _print_help(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        print(context.get_help())
