"""What results show in a notebook: their tables as HTML, and a drawing that says what it is."""

import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest

import wearoff as wo
from wearoff import notebook, sensitivity, spacing

ONE_VISIT = wo.simulate(units=20)
TWO_CONSTANTS = ["potency", "light_chain_half_life"]
RESULTS = {
    "timeline": (lambda: ONE_VISIT, ["onset", "wear-off", "reached", "middle half of", *ONE_VISIT.ranges.values()]),
    "parameters": (wo.Parameters, ["potency", "1/(U day)"]),
    "population": (wo.Population, ["omega_potency"]),
    "trial": (lambda: wo.run_trial(wo.Arm(units=20), patients=16, rng=1), ["half_effect_day", "16 virtual"]),
    "survival": (
        lambda: wo.estimate_survival({"a": [28, 56], "b": [84]}, {"a": [True, True], "b": [True]}, "one_grade"),
        ["one grade better: 3 patients", "hazard ratio", "median (day)"],
    ),
    "compared intervals": (lambda: spacing.compare([90]), ["units a year (U)", "longest gap"]),
    "intervals for a population": (
        lambda: spacing.compare([90], population=wo.Population(), patients=8),
        ["The typical patient", "share of patients in whom", "on need", "percentile 95 of patients"],
    ),
    "a share of patients": (
        lambda: spacing.recommend(keep=0.4, share=0.9),
        ["in 90% of patients", "no interval", "fewer patients than the share", "90 days, it is kept in"],
    ),
    "recommendation": (lambda: spacing.recommend(keep=0.4), ["at most every", "the level can be kept", "dates"]),
    "shorter than the label": (lambda: spacing.recommend(keep=0.8), ["no interval", "that the label allows"]),
    "no recommendation": (lambda: spacing.recommend(keep=0.97), ["above the largest effect of one visit"]),
    "next visit": (lambda: spacing.next_visit(wo.Schedule.once(start="2027-01-04")), ["2027-04-04", "90"]),
    "forecast": (
        lambda: wo.forecast(wo.History(wo.Schedule.once(units=20), [wo.Grade(30, 0)])),
        ["The effect falls below 50 % of a full effect", "prior_p50", "light_chain_half_life"],
    ),
    "elasticities": (lambda: sensitivity.elasticities("wear_off_day", TWO_CONSTANTS), ["wear-off", *TWO_CONSTANTS]),
    "indices": (
        lambda: sensitivity.indices("wear_off_day", TWO_CONSTANTS, samples=8, within=1.2, rng=1),
        ["wear-off", "S1_conf"],
    ),
    "comparison": (lambda: wo.compare(wo.published().head(5), patients=64), ["rmse_predicted"]),
}


@pytest.mark.parametrize(("make", "expected"), RESULTS.values(), ids=list(RESULTS))
def test_a_result_shows_itself(make, expected):
    shown = make()._repr_html_()
    ET.fromstring(shown)  # well formed
    for words in expected:
        assert words in shown


def test_a_fit_shows_its_estimates():
    rows = wo.check_observations(
        pd.DataFrame({"endpoint": "none_or_mild", "day": [7, 30], "value": [75, 80], "unit": "%", "n": 200})
    )
    shown = wo.fit(rows, "potency", patients=64)._repr_html_()
    assert "fit to 2 observed rows" in shown
    assert "potency" in shown


def test_the_curve_is_the_effect_and_has_no_colour_of_its_own():
    root = ET.fromstring(notebook.draw_curve([0, 10, 20], [0, 1, 0.5]))
    assert root.get("aria-label") == "Curve of the visible effect from day 0 to day 20; its largest value is 1.00."
    (line,) = root.findall("polyline")
    points = np.array([[float(each) for each in point.split(",")] for point in line.get("points").split()])
    assert np.diff(points[:, 0]) == pytest.approx(points[1, 0] - points[0, 0])
    assert points[2, 1] == pytest.approx(points[:2, 1].mean())  # halfway between no effect and all of it
    assert {each.get(name) for each in root.iter() for name in ("fill", "stroke")} == {None, "none", "currentColor"}


def test_what_comes_from_outside_is_escaped():
    table = notebook.format_table(pd.DataFrame({"<b>": ["<b>"]}))
    assert "<b>" not in notebook.show("<b>", notebook.format_paragraph("<b>"), table)


def test_a_timeline_is_named_in_one_line():
    assert repr(ONE_VISIT) == "Timeline(20 U onabotulinumtoxinA, to day 240)"
