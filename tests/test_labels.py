"""The table of labels: it names all there is, and the levels are those of the model."""

import wearoff as wo
from wearoff import labels
from wearoff.evidence.observations import MEDIANS
from wearoff.model.landmarks import FALLS, Landmarks
from wearoff.patients.grades import ASSESSORS, ENDPOINTS
from wearoff.patients.seen import RESPONSE_OF


def test_everything_has_a_label_and_nothing_else_has():
    assert list(labels.COLUMNS) == list(wo.simulate(times=[0, 1]).frame)
    assert tuple(labels.LANDMARKS) == Landmarks._fields
    assert list(labels.DURATIONS) == [f"{duration}_day" for duration in RESPONSE_OF]
    assert set(labels.ENDPOINTS) == {*ENDPOINTS, *MEDIANS}
    assert set(labels.ASSESSORS) == set(ASSESSORS)
    survival = wo.estimate_survival({"one": [1]}, {"one": [True]}, "relapse")
    columns = {name for frame in (survival.table, survival.medians, survival.comparisons) for name in frame}
    assert set(labels.SURVIVAL) <= columns


def test_the_levels_are_those_through_which_the_effect_passes():
    timeline = wo.simulate(units=20)
    for name, row in labels.LANDMARKS.items():
        if row.level is not None:
            level = row.level * (timeline.landmarks["peak_effect"] if name == "full_effect_day" else 1)
            assert abs(timeline.at([timeline.landmarks[name]])["visible"][0] - level) < 1e-8
            assert f"{row.level:.2f}" in row.definition
    assert {name: labels.LANDMARKS[name].level for name in FALLS} == FALLS
