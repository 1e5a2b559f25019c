"""The output for one patient: a simulation, and the spacing of visits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ..figures.style import render_files
from ..labels import ON_NEED, describe_landmark, whole_day
from ..levels import HALF
from ..parameters import Parameters
from ..plates import serotypes_figure, sites_figure
from ..provenance import write_note
from ..simulation import simulate
from ..spacing import Comparison, Recommendation
from ..timeline import Timeline
from ..treatment.schedule import Schedule
from .explanations import explain_landmarks, explain_recommendation, explain_share
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
    files |= render_files(timeline.plot(), "timeline", note)
    files |= render_files(timeline.cascade_figure(), "cascade", note)
    files |= _render_visits(timeline, HALF, note)
    return add_result(files, "landmarks.json", simulation_summary(timeline), provenance)


def plates_files(parameters: Parameters, style: str, **visit: Any) -> dict[str, bytes]:
    """Return the content of each file of the plates of one treatment, as PNG, SVG and PDF."""
    plates: dict[str, Figure] = {
        "mechanism": simulate(parameters=parameters, **visit).mechanism_figure(style=style),
        "serotypes": serotypes_figure(parameters=parameters, style=style, **visit),
        "sites": sites_figure(parameters=parameters, style=style, **visit),
    }
    files: dict[str, bytes] = {}
    for name, plate in plates.items():
        files |= render_files(plate, name, kinds=("png", "svg", "pdf"))
    return files


def spacing_summary(comparison: Comparison, recommendation: Recommendation) -> dict[str, Any]:
    """Return the content of `wearoff space --json`."""
    plans = {
        name: plan.schedule for name, plan in (("even", recommendation.even), ("dates", recommendation.dates)) if plan
    }
    typical = recommendation.typical
    return {
        "keep": comparison.keep,
        "share": recommendation.request.share,
        "recommended_interval": recommendation.interval,
        "outcome": recommendation.outcome.name.lower(),
        "explanation": explain_share(recommendation),
        "nearest": recommendation.nearest,
        "share_of_patients": recommendation.share_of_patients,
        "label_interval": recommendation.label_interval,
        "label_share_of_patients": recommendation.label_share_of_patients,
        "label_share_error": recommendation.label_share_error,
        "label_share_above": recommendation.label_share_above,
        "people": records(comparison.people),
        "typical": {
            "recommended_interval": typical.interval,
            "outcome": typical.outcome.name.lower(),
            "explanation": explain_recommendation(recommendation),
            "nearest": typical.nearest,
            "share_of_patients": recommendation.typical_share_of_patients,
        },
        "intervals": records(comparison.frame),
        "returns": records(comparison.returns),
        "plans": records(recommendation.frame),
        "schedules": {name: records(plan.to_frame()[_choose_columns(plan)]) for name, plan in plans.items()},
        "warnings": list(dict.fromkeys((*comparison.warnings, *recommendation.warnings))),
    }


def _choose_columns(plan: Schedule) -> list[str]:
    return ["time", "amt"] if plan.start is None else ["time", "date", "amt"]


def spacing_text(comparison: Comparison, recommendation: Recommendation) -> str:
    """Return what intervals give and cost, and the longest interval: for all patients, then for the typical one."""
    label = f"the label's shortest interval, {recommendation.label_interval:g} days, keeps it in "
    kept = recommendation.label_share_of_patients
    at_label = recommendation.nearest.get("interval") == recommendation.label_interval
    lines = [
        "all patients",
        *_format_people(comparison.people, comparison.keep),
        "",
        wrap(explain_share(recommendation)),
        *([] if at_label else [f"{label}{kept:.0%} of patients"]),
        "",
        "the typical patient",
        *_format_typical(comparison.frame, comparison.keep),
        "",
        wrap(explain_recommendation(recommendation)),
    ]
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


def _format_people(people: pd.DataFrame, keep: float) -> list[str]:
    level, price = f"{keep:g} or more", "cost_of_covered_day" in people
    lines = [
        f"{'every':>12}{'always at':>13}{'days at':>13}{'lowest effect':>18}{'units':>9}{'visits':>8}"
        f"{'cost of' if price else '':>9}",
        f"{'':>12}{level:>13}{level:>13}{'5%   50%   95%':>18}{'a year':>9}{'a year':>8}"
        f"{'such day' if price else '':>9}",
    ]
    for row in people.to_dict("records"):
        every = "on need" if row["policy"] == ON_NEED else f"{row['interval']:g} days"
        lowest = "".join(f"{row[f'lowest_p{percent}']:>6.2f}" for percent in (5, 50, 95))
        lines.append(
            f"{every:>12}{row['share_of_patients']:>13.0%}{row['share_of_patient_days']:>13.0%}{lowest:>18}"
            f"{row['units_per_year']:>9.1f}{row['visits_per_year']:>8.1f}"
            f"{format(row['cost_of_covered_day'], '>9.2f') if price else ''}"
        )
    return [line.rstrip() for line in lines]


def _format_typical(frame: pd.DataFrame, keep: float) -> list[str]:
    lines = [
        f"{'every':>12}{'days at':>13}{'longest':>11}{'lowest':>9}",
        f"{'':>12}{f'{keep:g} or more':>13}{'gap':>11}{'effect':>9}",
    ]
    for row in frame.itertuples():
        lines.append(
            f"{row.interval:>7g} days{row.share_above:>13.1%}{row.longest_gap:>9.1f} d{row.lowest_effect:>9.2f}"
        )
    return lines


def spacing_files(
    comparison: Comparison, recommendation: Recommendation, provenance: dict[str, Any]
) -> dict[str, bytes]:
    """Return the content of each file of spacing: tables, schedules, pictures and results."""
    note = write_note(provenance)
    files = {
        "people.csv": table(comparison.people),
        "intervals.csv": table(comparison.frame),
        "returns.csv": table(comparison.returns),
    }
    files |= render_files(comparison.tradeoff_figure(recommendation.interval), "tradeoff", note)
    for name, plan in (("even", recommendation.even), ("dates", recommendation.dates)):
        if plan is not None:
            files[f"{name}.csv"] = table(plan.schedule.to_events())
            for file, content in _render_visits(plan, comparison.keep, note).items():
                files[f"{name}_{file}"] = content
    return add_result(files, "spacing.json", spacing_summary(comparison, recommendation), provenance)


def _render_visits(timeline: Timeline, keep: float, note: str) -> dict[str, bytes]:
    if timeline.returns.empty:
        return {}
    return render_files(timeline.plot_visits(keep), "visits", note) | render_files(
        timeline.plot_returns(), "returns", note
    )
