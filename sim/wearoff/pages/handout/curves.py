"""The curves of all positions of the sliders, computed beforehand: the page does not compute the model."""

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
from ...spacing.patient import Patient
from ...tables import rows
from ...timeline import Timeline
from ...times import YEAR
from ...treatment.cautions import CUSTOM_DAYS, cautions
from ...treatment.muscles import find_muscle
from ...treatment.products import find_label, find_product
from ...treatment.schedule import Schedule
from ...treatment.visit import Visit

WEEKS = range(8, 31)  # between visits
COURSE_DAYS = 104 * 7  # two years in whole weeks
FIRST_DAYS = 14  # days that have a picture of their own

# An effect of 1 is stored as 65535. So the step is 1.5e-5, and the error at most half of it.
FULL_SCALE = 65535

Array = npt.NDArray[np.float64]
Progress = Callable[[int, int], None]


class Repeated(NamedTuple):
    """The results of one dose at one interval: the effect on `repeat_days`, its measures, and cautions."""

    visible: Array
    share: float
    lowest: float
    cautions: list[str]


def labelled_visit(product: str, muscle: str) -> Visit:
    """Return the labelled treatment, at which the sliders start; raise `InputError` if none is known."""
    chosen, treated = find_product(product), find_muscle(muscle)
    label = find_label(product, muscle)
    if label is None:
        known = [row["muscle"] for row in rows("labels") if row["product"] == chosen.name]
        problem = f"is {muscle!r}, for which no labelled dose of {product} is known"
        raise InputError("muscle", muscle, ", ".join(known), problem=problem)
    return Visit(units=label.units, product=chosen, muscle=treated)


def doses(labelled: float) -> list[float]:
    """Return the units on the slider: from half to three times the labelled dose.

    The step is 1 U, or 5 U for labelled doses of 30 U or more.

    Examples
    --------
    >>> doses(20)[:3], doses(50)[-1]
    ([10.0, 11.0, 12.0], 150.0)
    """
    step = 1 if labelled < 30 else 5
    steps = range(int(2.5 * labelled / step) + 1)
    return [labelled / 2 + step * i for i in steps]


def once_days() -> Array:
    """Return the days on which the course of a single visit is stored: first eight values a day, then one."""
    return np.append(np.arange(0, FIRST_DAYS, 1 / 8), np.arange(FIRST_DAYS, COURSE_DAYS + 1.0))


def repeat_days(weeks: int) -> Array:
    """Return the days on which the course of visits every `weeks` weeks is stored.

    After each visit there are first four values a day, later one value in two days.
    """
    after = np.concatenate([np.arange(0, 6, 0.25), np.arange(6.0, FIRST_DAYS), np.arange(FIRST_DAYS, 7.0 * weeks, 2)])
    starts = np.arange(0.0, COURSE_DAYS, 7 * weeks)
    days = (starts[:, None] + after).ravel()
    return np.append(days[days < COURSE_DAYS], float(COURSE_DAYS))


def all_curves(visit: Visit, parameters: Parameters, progress: Progress) -> dict[str, Any]:
    """Return the data of the page for every position of the two sliders.

    Parameters
    ----------
    visit : Visit
        The labelled treatment.
    parameters : Parameters
    progress : callable
        Called with the work done and the whole work.

    Returns
    -------
    dict
        ``units`` and ``weeks`` are the positions of the sliders; ``words`` and ``levels`` belong to the landmarks.
        ``once`` (a single visit) and ``repeat`` (one for each number of weeks) have ``days``, and ``visible``: the
        effect on these days for every dose, as rows of 16-bit whole numbers in base64. Every dose has the ``landmarks``
        of a single visit, and ``explanations`` of landmarks that are not reached. Every dose and number of weeks has
        the ``share`` of days at half effect or more, the ``lowest`` effect after the first peak, and ``unusual``:
        indices into ``cautions``. Every number of weeks has ``visits_per_year``.
    """
    units = doses(visit.units)
    single, repeated = [], []
    for done, amount in enumerate(units):
        progress(done, len(units))
        patient = Patient(HALF, COURSE_DAYS, parameters, None, dataclasses.replace(visit, units=amount))
        single.append(patient.timeline(patient.on([0.0])))
        repeated.append([_compute_repeated(patient, weeks) for weeks in WEEKS])
    progress(len(units), len(units))
    texts = list(dict.fromkeys(text for row in repeated for result in row for text in result.cautions))
    return {
        "units": units,
        "weeks": list(WEEKS),
        "scale": FULL_SCALE,
        "words": {name: LANDMARKS[name].label for name in LANDMARK_DAYS},
        "levels": {name: LANDMARKS[name].level for name in LANDMARK_DAYS},
        "once": _encode(once_days(), [timeline.course.visible_at(once_days()) for timeline in single]),
        "repeat": [_encode(repeat_days(weeks), [row[i].visible for row in repeated]) for i, weeks in enumerate(WEEKS)],
        "landmarks": [
            {str(name): value if np.isfinite(value) else None for name, value in timeline.landmarks.items()}
            for timeline in single
        ],
        "explanations": [explain_landmarks(timeline) for timeline in single],
        "visits_per_year": [YEAR / (7 * weeks) for weeks in WEEKS],
        "share": [[result.share for result in row] for row in repeated],
        "lowest": [[result.lowest for result in row] for row in repeated],
        "unusual": [[[texts.index(text) for text in result.cautions] for result in row] for row in repeated],
        "cautions": texts,
    }


def labelled_course(visit: Visit, parameters: Parameters) -> Timeline:
    """Return the timeline of two years after a single labelled treatment, which the text describes."""
    patient = Patient(HALF, COURSE_DAYS, parameters, None, visit)
    return patient.timeline(patient.on([0.0]))


def _compute_repeated(patient: Patient, weeks: int) -> Repeated:
    plan = patient.every(7 * weeks)
    course = patient.course(plan)
    measures = patient.measure(course)
    return Repeated(
        course.visible_at(repeat_days(weeks)),
        measures["share_above"],
        measures["lowest_effect"],
        _find_cautions(plan, 7 * weeks),
    )


def _find_cautions(plan: Schedule, interval: int) -> list[str]:
    product = plan.visits[0].product
    texts = cautions(plan)
    # Visits at a shorter interval than `CUSTOM_DAYS` already have a caution that names the label.
    if CUSTOM_DAYS <= interval < product.min_interval_days:
        texts.append(f"{interval} days between visits: {product.label_in_words} asks for {product.min_interval_days:g}")
    return texts


def _encode(days: Array, curves: list[Array]) -> dict[str, Any]:
    integers = np.rint(np.array(curves) * FULL_SCALE).astype("<u2")
    return {"days": days.tolist(), "visible": base64.b64encode(integers.tobytes()).decode()}
