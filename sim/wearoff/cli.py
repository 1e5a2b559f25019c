"""The `wearoff` command: a thin layer that parses, calls, prints."""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from . import __version__
from .checks import InputError
from .figures.style import render
from .files import write_all
from .parameters import Parameters, assignment, presets
from .simulation import simulate
from .timeline import Timeline
from .treatment.schedule import Schedule

VISIBLE_AT = (1, 2, 3, 7, 14, 30, 60, 90, 120, 150, 180)

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    invoke_without_command=True,
    help="How the effect of a botulinum-toxin treatment arrives, holds and wears off. "
    "A model for teaching and research; it gives no dosing advice.",
)


def main() -> None:
    """Run the command; what cannot be used is one line on standard error, and exit status 2."""
    warnings.showwarning = _show_warning
    try:
        status = app(standalone_mode=False)
    except InputError as error:
        _stop(str(error))
    except typer.TyperException as error:
        _stop(error.format_message())
    else:
        sys.exit(status or 0)


def _stop(message: str) -> None:
    print(f"error: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(2)


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    print(f"warning: {message}", file=sys.stderr)


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


# Numbers stay text here: what is called checks them, and says field, value and what is allowed.
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Preset = Annotated[str, typer.Option(help="Constants to start from; `wearoff parameters` names them.")]
Set = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Change a constant; may be repeated.")
]


@app.command("simulate", epilog="Example: wearoff simulate --units 20 --set loss_half_life=60 --out out")
def simulate_command(
    units: Annotated[str | None, typer.Option(metavar="U", help="Units; default: the labelled dose.")] = None,
    product: Annotated[str | None, typer.Option(help="Default: onabotulinumtoxinA.")] = None,
    muscle: Annotated[str | None, typer.Option(help="Default: glabella.")] = None,
    sites: Annotated[str | None, typer.Option(metavar="N", help="Injection sites; default: an even dose.")] = None,
    days: Annotated[str | None, typer.Option(metavar="N", help="Last day; default: 240 after the last visit.")] = None,
    every: Annotated[str | None, typer.Option(metavar="DAYS", help="Days between visits.")] = None,
    visits: Annotated[str | None, typer.Option(metavar="N", help="Number of visits, with --every.")] = None,
    schedule: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Visits as CSV: time, amt [, product, muscle, sites].")
    ] = None,
    preset: Preset = "default",
    set_: Set = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write the table, the landmarks and the pictures here.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Compute the curve of one patient and print its landmarks."""
    given = {"units": units, "product": product, "muscle": muscle, "sites": sites}
    visit = {name: value for name, value in given.items() if value is not None}
    plan = _plan(visit, every, visits, schedule)
    timeline = simulate(plan, parameters=_parameters(preset, set_), days=days)
    written = [] if out is None else write_all(out, _files(timeline))
    if as_json:
        print(_json(summary(timeline)))
        return
    _print_landmarks(timeline)
    if written:
        print("\nwritten:")
        for path in written:
            print(f"  {path}")


@app.command("parameters", epilog="Example: wearoff parameters --preset lebeda2008")
def parameters_command(preset: Preset = "default", set_: Set = None, as_json: Json = False) -> None:
    """Print the constants with unit, plausible range, kind and source."""
    table = _parameters(preset, set_).table()
    if as_json:
        print(_json({"parameters": table.to_dict("records")}))
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


def _parameters(preset: str, changes: list[str] | None) -> Parameters:
    return Parameters.preset(preset).replace(**dict(assignment(change) for change in changes or []))


def _plan(visit: dict[str, str], every: str | None, visits: str | None, path: Path | None) -> Schedule:
    if path is not None:
        for name, value in {**visit, "every": every, "visits": visits}.items():
            if value is not None:
                raise InputError(f"{name} is given beside schedule; allowed: one of the two")
        return Schedule.from_csv(path)
    if every is None and visits is None:
        return Schedule.once(**visit)
    if every is None or visits is None:
        raise InputError("every and visits go together; allowed: such as --every 90 --visits 4")
    return Schedule.every(every, visits=visits, **visit)


def summary(timeline: Timeline) -> dict[str, Any]:
    """Return what `wearoff simulate --json` prints."""
    end = timeline.course.mesh.edges[-1]
    days = [day for day in VISIBLE_AT if day <= end]
    visible = timeline.at(days)["visible"].to_list()
    return {
        "schedule": timeline.schedule.to_frame().astype(object).to_dict("records"),
        "parameters": dict(zip(*timeline.parameters.table()[["name", "value"]].to_numpy().T, strict=True)),
        "landmarks": timeline.landmarks.to_dict(),
        "not_reached": timeline.not_reached,
        "spill": list(timeline.spill),
        "visible_at": {str(day): effect for day, effect in zip(days, visible, strict=True)},
    }


def _files(timeline: Timeline) -> dict[str, bytes]:
    files = {
        "timeline.csv": timeline.frame.to_csv(index=False, lineterminator="\n").encode(),
        "landmarks.json": (_json(summary(timeline)) + "\n").encode(),
    }
    for kind in ("png", "svg"):
        files[f"timeline.{kind}"] = render(timeline.plot(), kind)
    for kind in ("png", "svg"):
        files[f"cascade.{kind}"] = render(timeline.plot_cascade(), kind)
    return files


def _json(content: Any) -> str:
    def plain(value: Any) -> Any:
        # JSON knows no NaN and no infinity: a landmark that is not reached is null, a half-life without end is "inf".
        if isinstance(value, dict):
            return {key: plain(each) for key, each in value.items()}
        if isinstance(value, list):
            return [plain(each) for each in value]
        if value is None or (isinstance(value, float) and np.isnan(value)):
            return None
        return str(value) if isinstance(value, float) and np.isinf(value) else value

    return json.dumps(plain(content), indent=2, ensure_ascii=False, allow_nan=False)


def _print_landmarks(timeline: Timeline) -> None:
    words = {
        "onset_day": "onset (effect reaches 0.20)",
        "full_effect_day": "full effect (0.95 of the peak)",
        "peak_day": "peak",
        "peak_effect": "effect at the peak",
        "half_effect_day": "half effect (falls through 0.50)",
        "wear_off_day": "wear-off (falls through 0.20)",
    }
    for name, value in timeline.landmarks.items():
        if np.isnan(value):
            shown = f"not reached: {timeline.not_reached[str(name)]}"
        else:
            shown = f"{value:8.3f}" if name == "peak_effect" else f"day {value:6.1f}"
        print(f"{words[str(name)]:<34}{shown}")
