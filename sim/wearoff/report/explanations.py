"""Sentences on outcomes: why a landmark is not reached, the recommendation, why a level cannot be kept."""

from __future__ import annotations

from ..levels import FULL, HALF, ONSET, WEAR_OFF
from ..outcomes import Attainment, Outcome
from ..spacing import NextVisit, Recommendation, Request
from ..timeline import Timeline
from ..times import YEAR


def explain_landmarks(timeline: Timeline) -> dict[str, str]:
    """Return the reason why each landmark that is not reached is not reached, under its name.

    Examples
    --------
    >>> from wearoff import simulate
    >>> explain_landmarks(simulate(units=20, days=100))
    {'wear_off_day': 'the effect is still above 0.2 on day 100, the end of the simulation'}
    """
    no_peak, end = _explain_no_peak(timeline), f"day {timeline.end:g}, the end of the simulation"
    highest = float(timeline.course.visible.max())
    below = f"the effect stays below {ONSET:g}; its largest value is {highest:.3f}"
    so_far = f"the effect is below {ONSET:g} until {end}; its largest value is {highest:.3f}"
    reasons = {
        "onset_day": below if timeline.outcomes["onset_day"] is Outcome.NEVER else so_far,
        "full_effect_day": f"{FULL:g} of the peak: {no_peak}",
        "peak_day": no_peak,
        "peak_effect": no_peak,
        "half_effect_day": _explain_fall(timeline, "half_effect_day", HALF),
        "wear_off_day": _explain_fall(timeline, "wear_off_day", WEAR_OFF),
    }
    return {name: reasons[name] for name, outcome in timeline.outcomes.items() if outcome is not Outcome.REACHED}


def _explain_no_peak(timeline: Timeline) -> str:
    if timeline.outcomes["peak_day"] is Outcome.NEVER:
        return "no effect"
    first = timeline.schedule.visits[0].day
    if first >= timeline.end:
        return f"no effect until day {timeline.end:g}, the end of the simulation; the first visit is on day {first:g}"
    return f"the effect still rises on day {timeline.end:g}, the end of the simulation"


def _explain_fall(timeline: Timeline, name: str, level: float) -> str:
    if timeline.outcomes["peak_day"] is not Outcome.REACHED:
        return _explain_no_peak(timeline)
    peak = timeline.landmarks["peak_effect"]
    if timeline.outcomes[name] is Outcome.NEVER:
        return f"the effect never rises above {level:g}; its peak is {peak:.3f}"
    if peak < level:
        return f"the effect has not risen above {level:g} until day {timeline.end:g}, the end of the simulation"
    return f"the effect is still above {level:g} on day {timeline.end:g}, the end of the simulation"


def explain_recommendation(recommendation: Recommendation) -> str:
    """Return the recommendation for the typical patient, or why the level cannot be kept and the nearest alternative.

    Examples
    --------
    >>> from wearoff import spacing
    >>> explain_recommendation(spacing.recommend(keep=0.97)).partition(" (")[0]
    'keep is 0.97, above the largest effect of one visit of 20 U of onabotulinumtoxinA within 730 days'
    """
    request, answer = recommendation.request, recommendation.typical
    keep, units, nearest = f"{request.keep:g}", request.visit.units, answer.nearest
    if answer.outcome is Attainment.ATTAINABLE:
        share = recommendation.typical_share_of_patients
        kept = "" if share is None else f"{share:.0%} of patients"
        if answer.interval == request.horizon:
            return f"one visit keeps {keep} in the typical patient for all {answer.interval} days" + (
                f"; in {kept}" if kept else ""
            )
        return f"the longest interval that keeps {keep} in the typical patient: {answer.interval} days" + (
            f", which keeps it in {kept}" if kept else ""
        )
    if answer.outcome is Attainment.ABOVE_PEAK:
        return (
            f"keep is {keep}, above the largest effect of one visit of {units:g} U of {request.visit.product.name} "
            f"within {request.horizon} days ({recommendation.peak:.3f}); nearest: that level, or more units"
        )
    instead = (
        f"nearest: every {nearest['interval']:g} days, which keeps it on {nearest['share_above']:.1%} of days in the "
        "typical patient"
    )
    if "share_of_patients" in nearest:
        instead += f", and always in {nearest['share_of_patients']:.0%} of patients"
    if answer.outcome is Attainment.LABEL_TOO_LONG:
        return (
            f"no interval that the label allows keeps {keep} in the typical patient: the longest "
            f"interval that keeps it is {answer.longest} days, and {request.visit.product.label_in_words} asks for "
            f"at least {recommendation.label_interval:g}; {instead}"
        )
    if answer.outcome is Attainment.TOO_FAR_APART or answer.longest is None:
        return f"no interval of {request.step} days or more keeps {keep}; {instead}"
    return f"{_explain_limit(request, answer.longest)}; {instead}"


def explain_share(recommendation: Recommendation) -> str:
    """Return the recommendation for a share of patients, or why the level cannot be kept in this share of them.

    Examples
    --------
    >>> from wearoff import spacing
    >>> explain_share(spacing.recommend(keep=0.5, share=0.8)).partition(",")[0]
    'no interval that is allowed keeps 0.5 in 80% of patients: every 90 days'
    """
    request, answer = recommendation.request, recommendation.answer
    row = recommendation.frame[recommendation.frame["plan"] == "even"].iloc[0]
    what = f"keeps {request.keep:g} in {request.share:.0%} of patients"
    kept = f"{row['share_of_patients']:.0%} (Monte Carlo error {row['share_error']:.1%})"
    if answer.interval is not None:
        days = f"{answer.interval} days, in {kept}"
        if answer.interval == request.horizon:
            return f"one visit {what} for all {days}"
        takes = f"it takes {request.visit.units * YEAR / answer.interval:.1f} U a year"
        if "cost_of_covered_day" in row:
            takes += f", and a day at {request.keep:g} or more costs {row['cost_of_covered_day']:.2f}"
        return f"the longest interval that {what}: {days}; {takes}"
    nearest = f"every {answer.nearest['interval']:g} days"
    if answer.longest is None:
        return f"no interval that is allowed {what}: {nearest}, which is the shortest, keeps it in {kept}"
    return f"{_explain_limit(request, answer.longest)}; nearest: {nearest}, which keeps it in {kept} of patients"


def _explain_limit(request: Request, longest: int) -> str:
    takes = request.visit.units * YEAR / longest
    return (
        f"max_units_per_year is {request.max_units_per_year:g}, and keeping {request.keep:g} takes {takes:.1f} U a "
        f"year (every {longest} days)"
    )


def explain_next_visit(visit: NextVisit) -> str:
    """Return the latest day of the next visit, or the reason why there is none and the nearest alternative.

    Examples
    --------
    >>> from wearoff import Schedule, spacing
    >>> explain_next_visit(spacing.next_visit(Schedule.once(units=20), keep=0.97))[:46]
    'keep is 0.97, which the effect does not reach '
    """
    label_date = "" if visit.label_date is None else f", {visit.label_date}"
    label = f"the label's earliest day is {visit.label_day}{label_date}"
    if visit.outcome is Attainment.NOT_REACHED:
        return (
            f"keep is {visit.keep:g}, which the effect does not reach after the last visit, on day "
            f"{visit.last_visit:g}; nearest: a level below {visit.largest:.3f}, the largest effect since then; {label}"
        )
    if visit.outcome is Attainment.NOT_NEEDED:
        return f"the effect stays at {visit.keep:g} or more for ten years: no next visit is needed"
    if visit.outcome is Attainment.TOO_LATE:
        return f"no whole day after the last visit keeps {visit.keep:g}; {label}"
    if visit.outcome is Attainment.LABEL_TOO_LONG:
        return f"only a visit by day {visit.latest_day} keeps {visit.keep:g}, and {label}"
    date = "" if visit.date is None else f", {visit.date}"
    return f"a visit on day {visit.day}{date} at the latest keeps {visit.keep:g} in the typical patient; {label}"
