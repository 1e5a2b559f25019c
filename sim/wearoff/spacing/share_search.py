"""The longest interval between visits that keeps a level in a share of patients."""

from __future__ import annotations

import math

import numpy as np

from .people import People


def find_longest_for_share(people: People, share: float, shortest: float, step: int) -> int | None:
    """Return the longest interval in days that keeps the level in a share of patients; None if no interval does.

    Parameters
    ----------
    people : People
    share : float
        The share of patients, above 0.
    shortest : float
        The shortest interval that is tried, in days.
    step : int
        The interval is a multiple of this number of days, or the horizon if one visit is enough.

    Notes
    -----
    Up to any visit, a longer interval never has more patients who keep the level: the effect has longer to fall, and
    less is left of earlier doses. Over the whole horizon this need not be so. A shorter interval has more visits, the
    dose of each acts more or less, and one weak dose more can lose the level. Therefore all intervals are tried, from
    the longest down, and none is left out by bisection. One bound is exact: a patient who loses the level within n days
    of the first visit loses it at every interval of n days or more. The search begins at the longest interval before
    which too few patients have lost it.
    """
    patient = people.patient
    lost = np.sort(people.find_loss_after_one())
    loss = float(lost[people.patients - people.count(share)])  # from this day on too few patients are left
    if math.isinf(loss) and people.keeps(patient.horizon, share):
        return patient.horizon
    longest = math.ceil(min(loss, patient.horizon) / step) - 1
    for multiple in range(longest, math.ceil(shortest / step) - 1, -1):
        if people.keeps(multiple * step, share):
            return multiple * step
    return None
