"""Chances read from tables, against the functions that the tables are made of, which have tests of their own."""

import itertools

import numpy as np
import pytest
from tests.extent import some

from wearoff.patients.grades import ASSESSORS, ENDPOINTS, Line, Raters, mean_chances
from wearoff.patients.population import limits_of
from wearoff.patients.seen import RESPONSE_OF, mean_chances_seen_back
from wearoff.patients.tabulated import ResponseTable, SeenBackTable
from wearoff.trial.tally import UNIT

LOWEST, HIGHEST = (getattr(limits_of("investigator_error"), end) for end in ("low", "high"))
ERRORS = [(0.27, 0.23), (LOWEST, LOWEST), (LOWEST, HIGHEST), (HIGHEST, HIGHEST), (0.6, 0.05), (0.2, 0.2)]
PAIRS = list(itertools.product(ENDPOINTS, ASSESSORS))
RNG = np.random.default_rng(4)
# At the ends of the scale, and a rounding past the end.
DEPTHS = np.concatenate([[[0.0, 0.5, 1.0, 1 + 2e-16]] * 3, RNG.random((3, 4000))], axis=1)
LINES = Line(DEPTHS, DEPTHS[::-1])


@pytest.mark.parametrize("errors", some(ERRORS, 2))
def test_responses_are_within_half_a_unit_of_the_counts(errors):
    raters = Raters(0.57, 0.1, *errors, leniency=0.1)
    found = ResponseTable(PAIRS, raters)(LINES)
    assert np.abs(found - mean_chances(LINES, PAIRS, raters)).max() < UNIT / 2
    assert found.min() >= 0
    assert found.max() <= 1


@pytest.mark.parametrize("assessor", ASSESSORS)
def test_ends_of_durations_are_within_a_unit_of_the_counts(assessor):
    for errors, missed in zip(some(ERRORS, 2), (0.0, 0.2, 1.0, 0.0, 0.1, 0.0), strict=False):
        raters = Raters(0.57, 0.1, *errors)
        found = SeenBackTable(list(RESPONSE_OF), assessor, raters, missed)(LINES)
        expected = mean_chances_seen_back(LINES, list(RESPONSE_OF), assessor, raters, missed)
        assert np.abs(found - expected).max() < UNIT
        # What has been seen by one visit has been seen by the next.
        assert (np.diff(found, axis=1) >= 0).all()


def test_without_endpoints_or_visits_there_are_no_chances():
    raters = Raters(0.57, 0.1, 0.3, 0.3)
    assert ResponseTable([], raters)(LINES).shape == (0, *DEPTHS.shape)
    nothing = Line(np.zeros((0, 3)), np.zeros((0, 3)))
    assert SeenBackTable(list(RESPONSE_OF), "investigator", raters)(nothing).shape == (2, 0, 3)
