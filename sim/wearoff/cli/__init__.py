"""The `wearoff` command: a thin layer that parses, calls, prints."""

from __future__ import annotations

import sys
import warnings
from typing import Annotated, Any

import typer

from .. import __version__
from ..errors import InputError, UnusualWarning
from . import classroom, export, patient, studies
from .options import app, show_warning

__all__ = ["classroom", "export", "main", "patient", "studies"]

# As `wearoff --help` lists them: one patient, many patients, the constants, other programs, the class.
ORDER = (
    "simulate", "space", "trial", "compare", "fit", "sensitivity", "parameters", "export",
    "plates", "animate", "explore", "handout",
)  # fmt: skip
app.registered_commands.sort(key=lambda command: ORDER.index(command.name or ""))

INTERRUPTED = 130  # exit status after Ctrl-C: the parser returns it, as a shell does


def main() -> None:
    """Run the command; input that cannot be used ends it with one line on standard error and exit status 2."""
    shown: set[str] = set()

    def show_once(message: Warning | str, *_: Any, **__: Any) -> None:
        # The parts of one command may give the same warning: every plate has the same visit. Warnings of other
        # libraries are for those who call them and are left out.
        if isinstance(message, UnusualWarning) and str(message) not in shown:
            shown.add(str(message))
            show_warning(message)

    warnings.showwarning = show_once
    try:
        status = app(standalone_mode=False)
    except InputError as error:
        _stop(str(error))
    except typer.TyperException as error:
        _stop(error.format_message())
    else:
        if status == INTERRUPTED:
            # Files are written at the very end, each whole: none has been begun.
            print("interrupted: nothing was written", file=sys.stderr)
        sys.exit(status or 0)


def _stop(message: str) -> None:
    print(f"error: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(2)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"wearoff {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        print(context.get_help())
