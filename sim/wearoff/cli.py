"""The `wearoff` command: a thin layer that parses, calls, prints."""

from __future__ import annotations

import datetime
import json
import sys
import warnings
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer

from . import __version__, spacing
from .checks import InputError
from .figures.style import render
from .files import write_all
from .model.landmarks import HALF
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
Units = Annotated[str | None, typer.Option(metavar="U", help="Units a visit; default: the labelled dose.")]
Product = Annotated[str | None, typer.Option(help="Default: onabotulinumtoxinA.")]
Muscle = Annotated[str | None, typer.Option(help="Default: glabella.")]
Sites = Annotated[str | None, typer.Option(metavar="N", help="Injection sites; default: an even dose.")]
Start = Annotated[str | None, typer.Option(metavar="DATE", help="Date of day 0, to show dates: such as 2027-01-04.")]
Out = Annotated[Path | None, typer.Option(metavar="DIR", help="Write tables, results and pictures here.")]
Set = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Change a constant; may be repeated.")
]


@app.command("simulate", epilog="Example: wearoff simulate --units 20 --set loss_half_life=60 --out out")
def simulate_command(
    units: Units = None,
    product: Product = None,
    muscle: Muscle = None,
    sites: Sites = None,
    days: Annotated[str | None, typer.Option(metavar="N", help="Last day; default: 240 after the last visit.")] = None,
    every: Annotated[str | None, typer.Option(metavar="DAYS", help="Days between visits.")] = None,
    visits: Annotated[str | None, typer.Option(metavar="N", help="Number of visits, with --every.")] = None,
    schedule: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Visits or an event table as CSV: time, amt [, ii, addl, ...].")
    ] = None,
    start: Start = None,
    preset: Preset = "default",
    set_: Set = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Compute the curve of one patient and print its landmarks."""
    visit = _given(units=units, product=product, muscle=muscle, sites=sites, start=start)
    plan = _plan(visit, every, visits, schedule)
    timeline = simulate(plan, parameters=_parameters(preset, set_), days=days)
    written = [] if out is None else write_all(out, _files(timeline))
    if as_json:
        print(_json(summary(timeline)))
        return
    _print_landmarks(timeline)
    _print_written(written)


@app.command(
    "space", epilog="Example: wearoff space --keep 0.5 --intervals 84,90,120,150,180 --start 2027-01-04 --out out"
)
def space_command(
    keep: Annotated[str, typer.Option(metavar="LEVEL", help="Visible effect to keep, a fraction of full.")] = "0.5",
    intervals: Annotated[str, typer.Option(metavar="DAYS,...", help="Days between visits to compare.")] = ",".join(
        map(str, spacing.INTERVALS)
    ),
    horizon: Annotated[str, typer.Option(metavar="DAYS", help="Days over which to judge.")] = str(spacing.TWO_YEARS),
    max_units_per_year: Annotated[str | None, typer.Option(metavar="U", help="A limit on units a year.")] = None,
    visits: Annotated[
        str | None, typer.Option(metavar="N", help="Best dates for so many visits; default: the fewest that keep it.")
    ] = None,
    units: Units = None,
    product: Product = None,
    muscle: Muscle = None,
    sites: Sites = None,
    start: Start = None,
    preset: Preset = "default",
    set_: Set = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Compare intervals between visits, recommend one, and find the best dates."""
    visit = _given(units=units, product=product, muscle=muscle, sites=sites, start=start)
    common = {"keep": keep, "horizon": horizon, "parameters": _parameters(preset, set_), **visit}
    comparison = spacing.compare(intervals.split(","), **common)
    found = spacing.recommend(max_units_per_year=max_units_per_year, visits=visits, **common)
    written = [] if out is None else write_all(out, _space_files(comparison, found))
    if as_json:
        print(_json(space_summary(comparison, found)))
        return
    for text in dict.fromkeys((*comparison.warnings, *found.warnings)):
        _show_warning(text)
    _print_spacing(comparison, found)
    _print_written(written)


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


def _given(**options: str | None) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


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
        "schedule": _records(timeline.schedule.to_frame()),
        "parameters": dict(zip(*timeline.parameters.table()[["name", "value"]].to_numpy().T, strict=True)),
        "landmarks": timeline.landmarks.to_dict(),
        **({"dates": timeline.dates} if timeline.schedule.start else {}),
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
    return files | _repeat_files(timeline, HALF)


def _repeat_files(timeline: Timeline, keep: float) -> dict[str, bytes]:
    if timeline.returns.empty:
        return {}
    files = {}
    for kind in ("png", "svg"):
        files[f"visits.{kind}"] = render(timeline.plot_visits(keep), kind)
        files[f"returns.{kind}"] = render(timeline.plot_returns(), kind)
    return files


def space_summary(comparison: spacing.Comparison, found: spacing.Recommendation) -> dict[str, Any]:
    """Return what `wearoff space --json` prints."""
    plans = {name: plan.schedule for name, plan in (("even", found.even), ("dates", found.dates)) if plan}
    return {
        "keep": comparison.keep,
        "intervals": _records(comparison.frame),
        "returns": _records(comparison.returns),
        "recommended_interval": found.interval,
        "not_reachable": found.not_reachable,
        "nearest": found.nearest,
        "label_interval": found.label_interval,
        "label_share_above": found.label_share_above,
        "plans": _records(found.frame),
        "schedules": {name: _records(plan.to_frame()[_columns(plan)]) for name, plan in plans.items()},
        "warnings": list(dict.fromkeys((*comparison.warnings, *found.warnings))),
    }


def _columns(plan: Schedule) -> list[str]:
    return ["time", "amt"] if plan.start is None else ["time", "date", "amt"]


def _space_files(comparison: spacing.Comparison, found: spacing.Recommendation) -> dict[str, bytes]:
    files = {
        "intervals.csv": comparison.frame.to_csv(index=False, lineterminator="\n").encode(),
        "returns.csv": comparison.returns.to_csv(index=False, lineterminator="\n").encode(),
        "spacing.json": (_json(space_summary(comparison, found)) + "\n").encode(),
    }
    for kind in ("png", "svg"):
        files[f"tradeoff.{kind}"] = render(comparison.plot(found.interval), kind)
    for name, plan in (("even", found.even), ("dates", found.dates)):
        if plan is not None:
            files[f"{name}.csv"] = plan.schedule.to_events().to_csv(index=False, lineterminator="\n").encode()
            for file, content in _repeat_files(plan, comparison.keep).items():
                files[f"{name}_{file}"] = content
    return files


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.astype(object).to_dict("records")]


def _json(content: Any) -> str:
    def plain(value: Any) -> Any:
        # JSON knows no NaN and no infinity: a landmark that is not reached is null, a half-life without end is "inf".
        if isinstance(value, dict):
            return {key: plain(each) for key, each in value.items()}
        if isinstance(value, list):
            return [plain(each) for each in value]
        if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
            return None
        if isinstance(value, datetime.date):
            return f"{value:%Y-%m-%d}"
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
            if name in timeline.dates:
                shown += f"  {timeline.dates[str(name)]}"
        print(f"{words[str(name)]:<34}{shown}")


def _print_spacing(comparison: spacing.Comparison, found: spacing.Recommendation) -> None:
    print(f"{'every':>10}{'days at':>10}{'longest':>10}{'lowest':>9}{'units':>9}{'visits':>9}")
    print(f"{'':>10}{f'{comparison.keep:g} or more':>10}{'gap':>10}{'effect':>9}{'a year':>9}{'a year':>9}")
    for row in comparison.frame.itertuples():
        print(
            f"{row.interval:>5g} days{row.share_above:>10.1%}{row.longest_gap:>8.1f} d{row.lowest_effect:>9.2f}"
            f"{row.units_per_year:>9.1f}{row.visits_per_year:>9.1f}"
        )
    print()
    if found.not_reachable:
        print(found.not_reachable)
    elif found.even is not None and len(found.even.schedule) == 1:
        print(f"recommended: one visit, which keeps it for all {found.interval} days")
    else:
        print(f"recommended: every {found.interval} days")
    if found.dates is not None:
        share = float(found.frame.loc[found.frame["plan"] == "dates", "share_above"].item())
        plan = found.dates.schedule
        days = [f"{visit.day:g}" if plan.start is None else f"{plan.date(visit.day)}" for visit in plan]
        print(
            f"best dates: {len(plan)} {'visit' if len(plan) == 1 else 'visits'}, {share:.1%} of days at {comparison.keep:g} or more"
        )
        print(f"  {'' if plan.start else 'on days '}{', '.join(days)}")


def _print_written(written: list[Path]) -> None:
    if written:
        print("\nwritten:")
        for path in written:
            print(f"  {path}")
