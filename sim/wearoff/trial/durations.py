"""How long a treatment lasts in each patient, from the rows of a trial: as its visits see it, or as the effect goes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..checks import Limits, check_name
from ..errors import InputError
from ..patients.grades import RATERS_OF, worst_grade
from ..patients.seen import RESPONSE_OF

TREATMENT = Limits("treatment", 1, 1000)
# Durations of the visible effect itself, and the landmarks at which they end.
LEVELS = {"loss_of_half_effect": "half_effect_day", "wear_off": "wear_off_day"}


def tabulate_durations(visits: pd.DataFrame, event: str, assessor: str, treatment: int) -> pd.DataFrame:
    """Return how long a treatment lasted in each patient who got it, as seen at the visits.

    Parameters
    ----------
    visits : pandas.DataFrame
        `Trial.visits`.
    event : str
        One of `seen.RESPONSE_OF`.
    assessor : str
        Who must see the event.
    treatment : int
        The number of the treatment, from 1.

    Returns
    -------
    pandas.DataFrame
        ``arm, patient, after, day, seen``: days since the treatment. The event was first seen on ``day``, and not yet
        at the visit on the day ``after``. Where it was not ``seen``, ``day`` is the last visit before the next
        treatment.
    """
    check_name(event, RESPONSE_OF, "event")
    check_name(assessor, RATERS_OF, "assessor")
    keys = ["arm", "patient"]
    # The grade at the first visit is that at baseline, with which patients are admitted.
    baseline = visits.groupby(keys, sort=False)["investigator"].first()
    last_before = visits[visits["treatment"] == treatment - 1].groupby(keys, sort=False).last()
    got = last_before if treatment == 1 else last_before[last_before["units"] > 0]
    if got.empty:
        raise InputError("treatment", treatment, "one that some patients got")
    after = visits[visits["treatment"] == treatment].set_index(keys)
    grades = after[list(RATERS_OF[assessor])].min(axis=1)
    worst = baseline.map({grade: worst_grade(RESPONSE_OF[event], grade) for grade in baseline.unique()})
    days = after["day"] - got["day"].reindex(after.index)
    back = grades > worst.reindex(after.index)
    first = days[back].groupby(level=keys, sort=False).first()
    index = got.index
    earlier = days[days < first.reindex(days.index).fillna(np.inf)].groupby(level=keys, sort=False).last()
    earlier = earlier.reindex(index).fillna(0)
    seen = index.isin(first.index)
    day = first.reindex(index).fillna(earlier)
    return (
        pd.DataFrame({"after": earlier, "day": day, "seen": seen}, index=index)
        .astype({"after": float, "day": float})
        .reset_index()
    )


def read_durations(individuals: pd.DataFrame, event: str) -> pd.DataFrame:
    """Return how long the effect of the first treatment stays above a level in each patient.

    Parameters
    ----------
    individuals : pandas.DataFrame
        `Trial.individuals`.
    event : str
        One of `LEVELS`.

    Returns
    -------
    pandas.DataFrame
        ``arm, patient, day, seen``. A patient who never reaches the level has it for 0 days. It is not ``seen`` if the
        second treatment, or the end, comes first.
    """
    days = individuals[LEVELS[check_name(event, LEVELS, "event")]]
    seen = ~np.isinf(days)
    day = days.fillna(0.0).where(seen, individuals["until"])
    return individuals[["arm", "patient"]].assign(day=day, seen=seen)
