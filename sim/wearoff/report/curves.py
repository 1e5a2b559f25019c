"""The output for one patient: a simulation, and the spacing of visits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..figures.style import render
from ..labels import describe_landmark, whole_day
from ..levels import HALF
from ..parameters import Parameters
from ..plates import serotypes_figure, sites_figure
from ..provenance import write_note
from ..simulation import simulate
from ..spacing import Comparison, Recommendation
from ..timeline import Timeline
from ..treatment.schedule import Schedule
from .explanations import explain_landmarks, explain_recommendation
from .json_output import add_result, records, table
from .text import wrap

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAMES = 34  # letters of the names of landmarks
VISIBLE_AT = (1, 2, 3, 7, 14, 30, 60, 90, 120, 150, 180)


def simulation_summary(timeline: Timeline) -> dict[str, Any]:
    """Return the content of `wearoff simulate --json`."""
    end = timeline.course.mesh.edges[-1]
    days = [day for day in VISIBLE_AT if day <= end]
    visible = timeline.at(days)["visible"].to_list()
    return {
        "schedule": records(timeline.schedule.to_frame()),
        "parameters": dict(zip(*timeline.parameters.table()[["name", "value"]].to_numpy().T, strict=True)),
        "landmarks": timeline.landmarks.to_dict(),
        **({"dates": timeline.dates} if timeline.schedule.start else {}),
        **({} if timeline.middle_half is None else {"middle_half": records(timeline.middle_half)}),
        "outcomes": {name: outcome.name.lower() for name, outcome in timeline.outcomes.items()},
        "explanations": explain_landmarks(timeline),
        "spill": list(timeline.spill),
        "visible_at": {str(day): effect for day, effect in zip(days, visible, strict=True)},
    }


def landmarks_text(timeline: Timeline) -> str:
    """Return the landmarks of the typical patient, one a line, with dates if known and the middle half of patients.

    Days are whole days.
    """
    explanations, ranges = explain_landmarks(timeline), timeline.ranges
    wide = 22 if timeline.schedule.start else 18
    lines = [f"{'':<{NAMES}}{'typical patient':<{wide}}middle half of patients"] if ranges else []
    for name, value in timeline.landmarks.items():
        if name in explanations:
            text = f"not reached: {explanations[str(name)]}"
        else:
            text = f"{value:7.2f}" if name == "peak_effect" else f"day {whole_day(value):>3}"
            if name in timeline.dates:
                text += f"  {timeline.dates[str(name)]}"
        text = f"{describe_landmark(str(name)):<{NAMES}}{text}"
        if name in ranges:
            if name in explanations:
                lines.append(text)
                text = ""
            text = f"{text:<{NAMES + wide}}{ranges[str(name)]}"
        lines.append(text)
    return "\n".join(lines)


def simulation_files(timeline: Timeline, provenance: dict[str, Any]) -> dict[str, bytes]:
    """Return the content of each file of a simulation: table, pictures and landmarks."""
    files, note = {"timeline.csv": table(timeline.frame)}, write_note(provenance)
    for kind in ("png", "svg"):
        files[f"timeline.{kind}"] = render(timeline.plot(), kind, note)
        files[f"cascade.{kind}"] = render(timeline.cascade_figure(), kind, note)
    files |= _render_visits(timeline, HALF, note)
    return add_result(files, "landmarks.json", simulation_summary(timeline), provenance)


def plates_files(parameters: Parameters, style: str, **visit: Any) -> dict[str, bytes]:
    """Return the content of each file of the plates of one treatment, as PNG, SVG and PDF."""
    plates: dict[str, Figure] = {
        "mechanism": simulate(parameters=parameters, **visit).mechanism_figure(style=style),
        "serotypes": serotypes_figure(parameters=parameters, style=style, **visit),
        "sites": sites_figure(parameters=parameters, style=style, **visit),
    }
    return {f"{name}.{kind}": render(plate, kind) for name, plate in plates.items() for kind in ("png", "svg", "pdf")}


def spacing_summary(comparison: Comparison, recommendation: Recommendation) -> dict[str, Any]:
    """Return the content of `wearoff space --json`."""
    plans = {
        name: plan.schedule for name, plan in (("even", recommendation.even), ("dates", recommendation.dates)) if plan
    }
    return {
        "keep": comparison.keep,
        "intervals": records(comparison.frame),
        "returns": records(comparison.returns),
        "recommended_interval": recommendation.interval,
        "outcome": recommendation.outcome.name.lower(),
        "explanation": explain_recommendation(recommendation),
        "nearest": recommendation.nearest,
        "share_of_patients": recommendation.share_of_patients,
        "label_interval": recommendation.label_interval,
        "label_share_above": recommendation.label_share_above,
        "label_share_of_patients": recommendation.label_share_of_patients,
        "plans": records(recommendation.frame),
        "schedules": {name: records(plan.to_frame()[_choose_columns(plan)]) for name, plan in plans.items()},
        "warnings": list(dict.fromkeys((*comparison.warnings, *recommendation.warnings))),
    }


def _choose_columns(plan: Schedule) -> list[str]:
    return ["time", "amt"] if plan.start is None else ["time", "date", "amt"]


def spacing_text(comparison: Comparison, recommendation: Recommendation) -> str:
    """Return the comparison as a table, then the longest interval and the best dates."""
    lines = [
        f"{'every':>10}{'days at':>12}{'kept in':>10}{'longest':>10}{'lowest':>9}{'units':>9}{'visits':>9}",
        f"{'':>10}{f'{comparison.keep:g} or more':>12}{'patients':>10}"
        f"{'gap':>10}{'effect':>9}{'a year':>9}{'a year':>9}",
    ]
    for row in comparison.frame.itertuples():
        lines.append(
            f"{row.interval:>5g} days{row.share_above:>12.1%}{row.share_of_patients:>10.0%}{row.longest_gap:>8.1f} d"
            f"{row.lowest_effect:>9.2f}{row.units_per_year:>9.1f}{row.visits_per_year:>9.1f}"
        )
    lines.append("")
    lines.append(wrap(explain_recommendation(recommendation)))
    if recommendation.nearest.get("interval") != recommendation.label_interval:
        label = f"the label's shortest interval, {recommendation.label_interval:g} days, keeps it in "
        lines.append(f"{label}{recommendation.label_share_of_patients:.0%} of patients")
    if recommendation.dates is not None:
        best = recommendation.frame[recommendation.frame["plan"] == "dates"].iloc[0]
        plan = recommendation.dates.schedule
        visits = "1 visit" if len(plan) == 1 else f"{len(plan)} visits"
        days = [f"{visit.day:g}" if plan.start is None else f"{plan.date(visit.day)}" for visit in plan]
        lines.append(
            f"best dates: {visits}, {best['share_above']:.1%} of days at {comparison.keep:g} or more, kept in "
            f"{best['share_of_patients']:.0%} of patients"
        )
        lines.append(f"  {'' if plan.start else 'on days '}{', '.join(days)}")
    return "\n".join(lines)


def spacing_files(
    comparison: Comparison, recommendation: Recommendation, provenance: dict[str, Any]
) -> dict[str, bytes]:
    """Return the content of each file of spacing: tables, schedules, pictures and results."""
    note = write_note(provenance)
    files = {
        "intervals.csv": table(comparison.frame),
        "returns.csv": table(comparison.returns),
    }
    for kind in ("png", "svg"):
        files[f"tradeoff.{kind}"] = render(comparison.tradeoff_figure(recommendation.interval), kind, note)
    for name, plan in (("even", recommendation.even), ("dates", recommendation.dates)):
        if plan is not None:
            files[f"{name}.csv"] = table(plan.schedule.to_events())
            for file, content in _render_visits(plan, comparison.keep, note).items():
                files[f"{name}_{file}"] = content
    return add_result(files, "spacing.json", spacing_summary(comparison, recommendation), provenance)


def _render_visits(timeline: Timeline, keep: float, note: str) -> dict[str, bytes]:
    if timeline.returns.empty:
        return {}
    files = {}
    for kind in ("png", "svg"):
        files[f"visits.{kind}"] = render(timeline.plot_visits(keep), kind, note)
        files[f"returns.{kind}"] = render(timeline.plot_returns(), kind, note)
    return files
