"""Patients and raters who are drawn one by one: the judges of predictions, which draw none."""

import numpy as np

from wearoff.patients.grades import worst_grade


def draw_kinds(people, rng, patients):
    """Return each patient's grade at baseline, and by how many grades placebo makes the line better (0 or 1)."""
    baseline = np.where(rng.random(patients) < people.severe_share, 3, 2)
    return baseline, (rng.random(patients) < people.placebo_share).astype(int)


def draw_grades(people, rng, depth, baseline, better, error=None):
    """Return the grades that a rater sees of lines of some depth, of shape (..., patients)."""
    error = people.investigator_error if error is None else error
    severity = baseline * depth - better
    return np.clip(np.rint(severity + error * rng.standard_normal(severity.shape)), 0, 3)


def responds(endpoint, grade, baseline):
    """Return whether a grade is a response."""
    return grade <= np.where(baseline == 3, worst_grade(endpoint, 3), worst_grade(endpoint, 2))


def ended(duration, grade, baseline):
    """Return whether a grade ends a duration, in the words of the trials."""
    return {"return_to_baseline": grade >= baseline, "loss_of_none_or_mild": grade >= 2}[duration]


def first_true(seen, days):
    """Return the day of the first true value of each column; infinite if there is none."""
    return np.where(seen.any(axis=0), np.asarray(days)[seen.argmax(axis=0)], np.inf)
