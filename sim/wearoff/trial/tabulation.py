"""The tables of a trial, made from its tallies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..labels import LANDMARK_DAYS, PERCENTILES, SHARES
from ..patients.grades import AT_REST, Line, mean_chance
from ..patients.population import Population
from ..patients.seen import RESPONSE_OF
from ..treatment.schedule import Schedule
from .blocks import ArmPlan, Response, tally_at_rest
from .counting import Counts, Design
from .individuals import count_days
from .tally import Histogram, Tally

Array = npt.NDArray[np.float64]


class Tables(NamedTuple):
    """The tables of all arms, as `trial.Trial` describes them."""

    responders: pd.DataFrame
    bands: pd.DataFrame
    landmarks: pd.DataFrame
    treatments: pd.DataFrame


def tabulate(design: Design, people: Population, counts: Counts) -> Tables:
    """Return the tables of a trial, made from the counts of its patients."""
    tallies, last, drawn = counts.tallies, design.last, (design.patients, design.sampler, design.seed)
    responders = {
        name: tabulate_responses(tallies[name], design.responses)
        if name in tallies
        else tabulate_placebo(design.responses, people, *drawn)
        for name in design.arms
    }
    bands = {name: tabulate_bands(tallies.get(name), np.arange(last + 1.0)) for name in design.arms}
    landmarks = {name: tabulate_landmarks(tallies[name], counts.plans.get(name)) for name in design.treated}
    treatments = {
        name: tabulate_treatments(counts.treatments[name], last)
        if name in counts.treatments
        else tabulate_planned_treatments(schedule, last)
        for name, schedule in design.treated.items()
    }
    return Tables(
        join_arms(responders),
        join_arms(bands),
        join_arms(landmarks, ["landmark", "reached"]),
        join_arms(treatments, ["day", "mean"]),
    )


def tabulate_responses(tally: Tally, responses: tuple[Response, ...]) -> pd.DataFrame:
    """Return ``endpoint, assessor, day, rate, error`` of a treated arm."""
    rates, errors = (values[: len(responses)] for values in tally.rates())
    return pd.DataFrame(responses, columns=list(Response._fields)).assign(rate=rates, error=errors)


def tabulate_placebo(
    responses: tuple[Response, ...], people: Population, patients: int, sampler: str, seed: int
) -> pd.DataFrame:
    """Return ``endpoint, assessor, day, rate, error`` of an arm without toxin."""
    # At maximum frown all lines are as at baseline: no patients need be drawn. At rest lines differ.
    rates, errors = np.zeros((2, len(responses)))
    at_rest = [i for i, response in enumerate(responses) if response.endpoint == AT_REST]
    for i, response in enumerate(responses):
        rates[i] = mean_chance(Line(np.ones(1), np.zeros(1)), response.endpoint, response.assessor, people.raters)[0]
    if at_rest:
        assessors = tuple(responses[i].assessor for i in at_rest)
        rates[at_rest], errors[at_rest] = tally_at_rest(people, assessors, patients, sampler, seed).rates()
    return pd.DataFrame(responses, columns=list(Response._fields)).assign(rate=rates, error=errors)


def tabulate_bands(tally: Tally | None, days: Array) -> pd.DataFrame:
    """Return ``time`` and percentiles of the visible effect of an arm, or of one without toxin."""
    values = np.zeros((len(days), len(SHARES))) if tally is None else tally.effect.quantiles(np.array(SHARES))[:-1]
    frame = pd.DataFrame(values, columns=list(PERCENTILES))
    frame.insert(0, "time", days)
    return frame


def tabulate_landmarks(tally: Tally, plan: ArmPlan | None) -> pd.DataFrame:
    """Return ``landmark, reached`` and percentiles of a treated arm: landmarks, then durations.

    There are no durations without a plan, of patients who are followed one by one.
    """
    patients, shares = tally.patients.sum(), np.array(SHARES)
    reached, days = tally.landmarks.counts.sum(axis=1) / patients, tally.landmarks.quantiles(shares)
    rows = [(name, *row) for name, *row in zip(LANDMARK_DAYS, reached, *days.T, strict=True)]
    effect = tally.effect
    peak = ("peak_effect", effect.counts[-1].sum() / patients, *effect.quantiles(shares)[-1])
    rows.insert(LANDMARK_DAYS.index("peak_day") + 1, peak)
    if plan is None:
        return pd.DataFrame(rows, columns=["landmark", "reached", *PERCENTILES])
    # Without a visit nothing is seen. Shares rise from visit to visit.
    seen = tally.rates()[0][len(plan.responses) :].reshape(len(RESPONSE_OF), -1)
    visit_days = np.append(plan.visit_days, np.inf)
    for duration, share_by_visit in zip(RESPONSE_OF, seen, strict=True):
        first = visit_days[np.searchsorted(share_by_visit, shares)]
        rows.append((f"{duration}_day", max(share_by_visit, default=0.0), *first))
    return pd.DataFrame(rows, columns=["landmark", "reached", *PERCENTILES])


def tabulate_treatments(counts: Histogram, last: int) -> pd.DataFrame:
    """Return ``day, mean`` and percentiles of the number of treatments before each of `count_days`."""
    numbers, patients = np.arange(counts.counts.shape[1]), counts.counts.sum(axis=1)
    below = np.cumsum(counts.counts, axis=1)
    rows = [
        (day, numbers @ own / total, *np.searchsorted(reached, np.array(SHARES) * total))
        for day, own, reached, total in zip(count_days(last), counts.counts, below, patients, strict=True)
    ]
    return pd.DataFrame(rows, columns=["day", "mean", *PERCENTILES])


def tabulate_planned_treatments(schedule: Schedule, last: int) -> pd.DataFrame:
    """Return the columns of `tabulate_treatments` for patients who all have the same treatments."""
    days = np.unique([visit.day for visit in schedule])
    rows = [(day, *[(days < day).sum()] * (1 + len(SHARES))) for day in count_days(last)]
    return pd.DataFrame(rows, columns=["day", "mean", *PERCENTILES]).astype({"mean": float})


def join_arms(frames: dict[str, pd.DataFrame], columns: Sequence[str] = ()) -> pd.DataFrame:
    """Return the tables of all arms as one, with the column ``arm`` before the others."""
    # Without a frame the table has its columns and no row.
    if not frames:
        return pd.DataFrame(columns=["arm", *columns, *PERCENTILES])
    return pd.concat(frames, names=["arm"]).reset_index(level="arm").reset_index(drop=True)
