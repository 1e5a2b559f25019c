"""Every curve that the sliders can ask for, computed beforehand: the page itself knows no model."""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ...checks import InputError
from ...model.landmarks import HALF
from ...parameters import Parameters
from ...spacing.patient import YEAR, Patient
from ...tables import rows
from ...timeline import Timeline
from ...treatment.cautions import CUSTOM_DAYS, cautions
from ...treatment.muscles import find_muscle
from ...treatment.products import find_label, find_product
from ...treatment.schedule import Schedule, Visit

WEEKS = range(8, 31)  # between visits
HORIZON = 104 * 7  # two years in whole weeks
FIRST_DAYS = 14  # shown on an axis of their own

# An effect of 1 is stored as 65535: a step of 1.5e-5, and an error of at most half of it.
FULL_SCALE = 65535

Array = npt.NDArray[np.float64]
Progress = Callable[[int, int], None]


def labelled_visit(product: str, muscle: str) -> Visit:
    """Return the labelled treatment, from which the sliders start; where none is known, raise `InputError`."""
    find_product(product)
    find_muscle(muscle)
    label = find_label(product, muscle)
    if label is None:
        known = [row["muscle"] for row in rows("labels") if row["product"] == product]
        raise InputError(
            f"muscle is {muscle!r}, for which no labelled dose of {product} is known; allowed: {', '.join(known)}"
        )
    return Visit(units=label.units, product=product, muscle=muscle)


def doses(labelled: float) -> list[float]:
    """Return the units on the slider: half to three times the labelled dose, in steps of 1 U, or 5 U from 30 U on.

    Examples
    --------
    >>> doses(20)[:3], doses(50)[-1]
    ([10.0, 11.0, 12.0], 150.0)
    """
    step = 1 if labelled < 30 else 5
    steps = range(int(2.5 * labelled / step) + 1)
    return [labelled / 2 + step * i for i in steps]


def once_days() -> Array:
    """Return the days on which the course of a single visit is stored: eight a day at first, then one."""
    return np.append(np.arange(0, FIRST_DAYS, 1 / 8), np.arange(FIRST_DAYS, HORIZON + 1.0))


def repeat_days(weeks: int) -> Array:
    """Return the days on which visits every so many weeks are stored: half a day apart after each visit, later two."""
    after = np.append(np.arange(0, 10, 0.5), np.arange(10.0, 7 * weeks, 2))
    starts = np.arange(0.0, HORIZON, 7 * weeks)
    days = (starts[:, None] + after).ravel()
    return np.append(days[days < HORIZON], float(HORIZON))


def all_curves(visit: Visit, parameters: Parameters, progress: Progress) -> dict[str, Any]:
    """Compute what the page holds for every position of the two sliders.

    Parameters
    ----------
    visit : Visit
        The labelled treatment.
    parameters : Parameters
    progress : callable
        Called with the work done and all there is.

    Returns
    -------
    dict
        ``units`` and ``weeks``, the positions of the sliders. ``once`` and ``repeat`` (one for each of the weeks):
        ``days``, and ``visible``, the effect on these days for every dose, as rows of 16-bit whole numbers in
        base64. For every dose ``landmarks`` and ``not_reached``, of a single visit. For every dose and number of weeks
        ``share`` of days at half effect or more, ``lowest`` effect after the first peak, and ``unusual``, places in
        ``cautions``. For every number of weeks ``visits_per_year``.
    """
    units = doses(visit.units or 0.0)
    once: list[Array] = []
    landmarks: list[dict[str, float | None]] = []
    not_reached: list[dict[str, str]] = []
    share: list[list[float]] = []
    lowest: list[list[float]] = []
    unusual: list[list[list[int]]] = []
    repeat: dict[int, list[Array]] = {weeks: [] for weeks in WEEKS}
    texts: dict[str, int] = {}
    for i, amount in enumerate(units):
        progress(i, len(units))
        patient = Patient(HALF, HORIZON, parameters, None, dataclasses.replace(visit, units=amount))
        alone = patient.timeline(patient.on([0.0]))
        once.append(alone.course.visible_at(once_days()))
        landmarks.append({str(name): None if np.isnan(value) else value for name, value in alone.landmarks.items()})
        not_reached.append(alone.not_reached)
        share.append([])
        lowest.append([])
        unusual.append([])
        for weeks in WEEKS:
            plan = patient.every(7 * weeks)
            course = patient.course(plan)
            repeat[weeks].append(course.visible_at(repeat_days(weeks)))
            measures = patient.measures(course)
            share[i].append(measures["share_above"])
            lowest[i].append(measures["lowest_effect"])
            unusual[i].append([texts.setdefault(text, len(texts)) for text in _unusual(plan, 7 * weeks)])
    progress(len(units), len(units))
    return {
        "units": units,
        "weeks": list(WEEKS),
        "scale": FULL_SCALE,
        "once": _stored(once_days(), once),
        "repeat": [_stored(repeat_days(weeks), curves) for weeks, curves in repeat.items()],
        "landmarks": landmarks,
        "not_reached": not_reached,
        "visits_per_year": [YEAR / (7 * weeks) for weeks in WEEKS],
        "share": share,
        "lowest": lowest,
        "unusual": unusual,
        "cautions": list(texts),
    }


def labelled_course(visit: Visit, parameters: Parameters) -> Timeline:
    """Return two years after a single labelled treatment, of which the paragraphs speak."""
    patient = Patient(HALF, HORIZON, parameters, None, visit)
    return patient.timeline(patient.on([0.0]))


def _unusual(plan: Schedule, interval: int) -> list[str]:
    product = find_product(plan.visits[0].product)
    found = cautions(plan)
    # Closer visits than is custom have a caution already, which names the label.
    if CUSTOM_DAYS <= interval < product.min_interval_days:
        found.append(
            f"{interval} days between visits: the label of {product.name} asks for {product.min_interval_days:g}"
        )
    return found


def _stored(days: Array, curves: list[Array]) -> dict[str, Any]:
    whole = np.rint(np.array(curves) * FULL_SCALE).astype("<u2")
    return {"days": days.tolist(), "visible": base64.b64encode(whole.tobytes()).decode()}
