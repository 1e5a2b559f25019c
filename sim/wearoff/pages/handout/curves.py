"""Every curve that the sliders can ask for, computed beforehand: the page itself knows no model."""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ...errors import InputError
from ...labels import LANDMARK_DAYS, LANDMARKS
from ...levels import HALF
from ...parameters import Parameters
from ...report.explanations import explain_landmarks
from ...spacing.patient import YEAR, Patient
from ...tables import rows
from ...timeline import Timeline
from ...treatment.cautions import CUSTOM_DAYS, cautions
from ...treatment.muscles import find_muscle
from ...treatment.products import find_label, find_product
from ...treatment.schedule import Schedule
from ...treatment.visit import Visit

WEEKS = range(8, 31)  # between visits
HORIZON = 104 * 7  # two years in whole weeks
FIRST_DAYS = 14  # shown on an axis of their own

# An effect of 1 is stored as 65535: a step of 1.5e-5, and an error of at most half of it.
FULL_SCALE = 65535

Array = npt.NDArray[np.float64]
Progress = Callable[[int, int], None]


class Repeated(NamedTuple):
    """What one dose at one interval gives: the effect on `repeat_days`, its measures, and what is unusual."""

    visible: Array
    share: float
    lowest: float
    unusual: list[str]


def labelled_visit(product: str, muscle: str) -> Visit:
    """Return the labelled treatment, from which the sliders start; where none is known, raise `InputError`."""
    chosen, place = find_product(product), find_muscle(muscle)
    label = find_label(product, muscle)
    if label is None:
        known = [row["muscle"] for row in rows("labels") if row["product"] == product]
        problem = f"is {muscle!r}, for which no labelled dose of {product} is known"
        raise InputError("muscle", muscle, ", ".join(known), problem=problem)
    return Visit(units=label.units, product=chosen, muscle=place)


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
    """Return the days on which visits every so many weeks are stored: four a day after each, later one in two."""
    after = np.concatenate([np.arange(0, 6, 0.25), np.arange(6.0, FIRST_DAYS), np.arange(FIRST_DAYS, 7.0 * weeks, 2)])
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
        ``units`` and ``weeks``, places of the sliders; ``words`` and ``levels``, of the landmarks. ``once`` and
        ``repeat`` (one for each of the weeks): ``days``, and ``visible``, the effect on these days for every dose, as
        rows of 16-bit whole numbers in base64. For every dose ``landmarks`` of a single visit, and ``explanations`` of
        those that are not reached. For every dose and number of weeks ``share`` of days at half effect or more,
        ``lowest`` effect after the first peak, and ``unusual``, places in ``cautions``. For every number of weeks
        ``visits_per_year``.
    """
    units = doses(visit.units)
    alone, found = [], []
    for done, amount in enumerate(units):
        progress(done, len(units))
        patient = Patient(HALF, HORIZON, parameters, None, dataclasses.replace(visit, units=amount))
        alone.append(patient.timeline(patient.on([0.0])))
        found.append([_repeated(patient, weeks) for weeks in WEEKS])
    progress(len(units), len(units))
    texts = list(dict.fromkeys(text for row in found for each in row for text in each.unusual))
    return {
        "units": units,
        "weeks": list(WEEKS),
        "scale": FULL_SCALE,
        "words": {name: LANDMARKS[name].label for name in LANDMARK_DAYS},
        "levels": {name: LANDMARKS[name].level for name in LANDMARK_DAYS},
        "once": _stored(once_days(), [each.course.visible_at(once_days()) for each in alone]),
        "repeat": [_stored(repeat_days(weeks), [row[i].visible for row in found]) for i, weeks in enumerate(WEEKS)],
        "landmarks": [
            {str(name): value if np.isfinite(value) else None for name, value in each.landmarks.items()}
            for each in alone
        ],
        "explanations": [explain_landmarks(each) for each in alone],
        "visits_per_year": [YEAR / (7 * weeks) for weeks in WEEKS],
        "share": [[each.share for each in row] for row in found],
        "lowest": [[each.lowest for each in row] for row in found],
        "unusual": [[[texts.index(text) for text in each.unusual] for each in row] for row in found],
        "cautions": texts,
    }


def labelled_course(visit: Visit, parameters: Parameters) -> Timeline:
    """Return two years after a single labelled treatment, of which the paragraphs speak."""
    patient = Patient(HALF, HORIZON, parameters, None, visit)
    return patient.timeline(patient.on([0.0]))


def _repeated(patient: Patient, weeks: int) -> Repeated:
    plan = patient.every(7 * weeks)
    course = patient.course(plan)
    measures = patient.measure(course)
    return Repeated(
        course.visible_at(repeat_days(weeks)),
        measures["share_above"],
        measures["lowest_effect"],
        _unusual(plan, 7 * weeks),
    )


def _unusual(plan: Schedule, interval: int) -> list[str]:
    product = plan.visits[0].product
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
