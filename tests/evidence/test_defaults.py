"""What the defaults describe, each figure with its source: the published table, and the training text."""

import numpy as np
import pytest
from tests.evidence.predicted import own_rows, published_rows

import wearoff as wo
from wearoff import tables
from wearoff.model.landmarks import FALLS, find_landmarks
from wearoff.patients.draws import draw
from wearoff.patients.population import Population, plausible
from wearoff.patients.treated import Treated

UNITS = 20.0
LANDMARKS = ("onset_day", "full_effect_day", "peak_day", "peak_effect", "half_effect_day", "wear_off_day")


def test_the_label_s_rows_which_were_not_used_for_the_fit_are_predicted_within_8_points():
    # BOTOX Cosmetic label, section 14, two pivotal trials pooled: none or mild by the investigator, recalled (memory).
    rows = published_rows()
    rows = rows[rows["source"].str.startswith("BOTOX") & (rows["arm"] == "treated")]
    rows = rows[rows["endpoint"] == "none_or_mild"]
    assert rows["day"].tolist() == [7, 30, 60, 90, 120]
    assert set(rows["status"]) == {"memory"}
    assert not rows["used_for_fit"].any()
    error = float(np.sqrt((rows["error"] ** 2).mean()))
    print(f"none or mild by the investigator: {error:.2f} points")
    assert error <= 8


def test_the_read_row_of_a_pivotal_trial_is_within_5_points():
    # Carruthers 2003: 77 % of 202 none or mild on day 30 by the investigator.
    rows = published_rows().query("trial == 'ona GL pivotal 2' and endpoint == 'none_or_mild'")
    assert rows["observed"].tolist() == [77]
    assert rows["error"].abs().max() <= 5


@pytest.mark.parametrize(("units", "weeks"), [(20, 19.7), (40, 24.0)])
def test_the_return_to_baseline_is_within_one_visit_of_the_published(units, weeks):
    # The dose trial of Allergan: medians of 19.7 and 24.0 weeks; visits every 4 weeks are assumed.
    rows = published_rows()
    rows = rows[(rows["endpoint"] == "return_to_baseline") & (rows["product"] == "onabotulinumtoxinA")]
    (row,) = rows[rows["units"] == units].to_dict("records")
    assert row["observed"] == pytest.approx(7 * weeks)
    assert abs(row["error"]) <= 28


def test_lines_at_rest_get_fewer_from_treatment_to_treatment():
    # Carruthers 2016: the odds of no line at rest rise by a factor of 1.31 with each treatment (three every 120 days).
    (row,) = published_rows().query("endpoint == 'none_at_rest_odds_ratio'").to_dict("records")
    assert row["observed"] == 1.31
    assert 1.1 < row["predicted"] < 1.7


def test_the_typical_patient_is_in_every_range_of_the_training_text():
    # data/typical_patient.csv: results within three days, full effect within seven, seen for three to six months.
    timeline = wo.simulate(units=UNITS)
    found = {**timeline.landmarks, "effect_at_day_180": timeline.at([180.0])["visible"][0]}
    for row in tables.rows("typical_patient"):
        assert float(row["low"]) <= found[row["landmark"]] <= float(row["high"]), row["landmark"]


def test_the_typical_patient_is_the_median_of_the_patients_within_a_tenth():
    # 2,048 patients, each with landmarks of its own. A fall that never comes, since the effect is too small, counts as
    # on day 0; a rise that never comes, as later than all.
    people = Population()
    doses = wo.Schedule.once(units=UNITS).doses(people.parameters.spread)
    cohort = Treated.plan(people, doses, 600.0, 1e-5).solve(draw(2048, 1))
    landmarks = find_landmarks(cohort.mesh, cohort.visible, cohort.weak)
    typical = wo.simulate(units=UNITS).landmarks
    for name in LANDMARKS:
        values = np.nan_to_num(getattr(landmarks, name), nan=0.0 if name in FALLS else np.inf, posinf=np.inf)
        median = float(np.median(values))
        print(name, round(typical[name], 3), round(median, 3))
        assert typical[name] == pytest.approx(median, rel=0.1), name


def test_the_effect_of_a_later_treatment_lasts_little_longer_than_that_of_the_first():
    # Published intervals and durations hardly grow with repeated treatment, and the model's carry-over must not
    # contradict them: six treatments, every 120 days.
    first = wo.simulate(units=UNITS).landmarks["half_effect_day"]
    plan = wo.Schedule.every(120, visits=6, units=UNITS)
    last = wo.simulate(plan).landmarks["half_effect_day"] - 600
    assert first < last <= 1.35 * first


def test_responders_to_the_third_treatment_are_at_most_12_points_more():
    # Carruthers J 2015 and other trials of repeated treatment report much the same rate after each treatment. Here are
    # three, every 120 days.
    first, third, _ = own_rows()["predicted"]
    assert 0 < third - first <= 12


def test_every_default_is_inside_its_plausible_range():
    people = Population()
    for row in [*tables.rows("parameters"), *tables.rows("population")]:
        low, high = plausible(row["name"])
        assert low <= people.value(row["name"]) <= high, row["name"]
    for row in tables.rows("products"):
        if row["potency_low"]:
            low, value, high = (float(row[name]) for name in ("potency_low", "relative_potency", "potency_high"))
            assert low <= value <= high, row["product"]


def test_the_fitted_defaults_are_those_of_the_report():
    # docs/calibration.md is written by the fit; the tables have its estimates.
    from studies.defaults import FITTED, ROOT

    text = (ROOT / "docs" / "calibration.md").read_text(encoding="utf-8")
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:2] == "| "]
    report = {row[0]: float(row[3]) for row in cells if row[0] in FITTED}
    assert set(report) == set(FITTED)
    potencies = tables.column("products", "product")
    for name, value in report.items():
        product = name.removeprefix("relative_potency_")
        own = float(potencies[product]["relative_potency"]) if product != name else Population().value(name)
        assert own == pytest.approx(value, rel=6e-3), name  # the tables have three digits
