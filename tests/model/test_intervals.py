"""Intervals above a level: their edges, and the ends of a course that lies above it."""

import numpy as np
import pytest

import wearoff as wo
from wearoff.model.intervals import intervals_above, lowest_after_peak


def test_the_effect_is_at_the_level_at_every_edge():
    timeline = wo.simulate(wo.Schedule.every(150, visits=3))
    intervals = intervals_above(timeline.course, 0.5)
    assert intervals.shape == (3, 2)
    np.testing.assert_allclose(timeline.at(intervals.ravel())["visible"], 0.5, atol=1e-9)
    assert intervals[-1, 1] == pytest.approx(timeline.landmarks["half_effect_day"], abs=1e-9)


def test_a_course_that_ends_above_the_level_has_its_last_interval_until_then():
    assert intervals_above(wo.simulate(days=50).course, 0.5)[-1, 1] == 50
    assert intervals_above(wo.simulate(days=2).course, 0.5).shape == (0, 2)


def test_the_lowest_effect_after_the_peak():
    once = wo.simulate(days=100)
    assert lowest_after_peak(once.course) == pytest.approx(once.at([100.0])["visible"][0], abs=1e-12)
    twice = wo.simulate(wo.Schedule.every(120, visits=2), days=200)
    dense = twice.at(np.linspace(8, 200, 192001))["visible"]
    assert lowest_after_peak(twice.course) == pytest.approx(dense.min(), abs=1e-7)
    # While the effect still rises there is no peak: the value at the end is taken.
    rising = wo.simulate(days=4)
    assert lowest_after_peak(rising.course) == pytest.approx(rising.at([4.0])["visible"][0], abs=1e-12)
