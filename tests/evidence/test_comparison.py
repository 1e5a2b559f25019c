"""The comparison: every row has a prediction or a reason, errors by hand, one's own rows beside the published."""

import dataclasses

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from tests.evidence.predicted import OWN, comparison, documented_rows, own_rows, published_rows
from tests.figures.legible import assert_legible

import wearoff as wo
from wearoff import tables
from wearoff.evidence.comparison import compare
from wearoff.evidence.observations import MEDIANS, check_observations
from wearoff.patients.grades import ENDPOINTS
from wearoff.report.text import comparison_text

mpl.use("Agg")


def test_every_published_row_is_predicted_or_says_why_not():
    rows = published_rows()
    assert len(rows) == len(tables.rows("observations"))
    covered = rows["why_not"] == ""
    assert rows["predicted"].notna().equals(covered)
    assert covered.sum() > 140
    reasons = set(rows["why_not"])
    assert "endpoint unspecified_response is not one of the model's" in reasons
    assert "the dose is not given" in reasons
    assert "the assessor is not given" in reasons
    assert covered[rows["used_for_fit"]].all()


def test_one_s_own_rows_are_predicted_beside_the_published():
    own = own_rows()
    assert own["observed"].tolist() == [80, 80, 140]  # weeks are given in days
    assert own["unit"].tolist() == ["%", "%", "day"]
    assert own["source"].tolist() == ["invented"] * 3
    assert not own["used_for_fit"].any()
    # The same row of the published table, with the same patients, has the same prediction.
    same = published_rows().query("trial == 'ona GL pivotal 2' and endpoint == 'none_or_mild'")
    assert own["predicted"].iloc[0] == pytest.approx(same["predicted"].iloc[0], abs=1e-9)
    assert (own["predicted"] - own["observed"]).tolist() == own["error"].tolist()
    assert own["low"].notna().tolist() == [True, True, False]


def test_the_errors_by_endpoint_are_those_of_the_rows():
    rows, found = published_rows(), comparison().rmse.set_index("endpoint")
    rows = rows[(rows["why_not"] == "") & (rows["arm"] == "treated")]
    assert set(found.index) == set(rows["endpoint"])
    for endpoint, row in found.iterrows():
        errors, fitted = [], []
        for each in rows[rows["endpoint"] == endpoint].to_dict("records"):
            errors.append(each["predicted"] - each["observed"])
            fitted.append(each["used_for_fit"])
        parts = {"rmse": errors}
        parts["rmse_fitted"] = [error for error, used in zip(errors, fitted, strict=True) if used]
        parts["rmse_predicted"] = [error for error, used in zip(errors, fitted, strict=True) if not used]
        assert row["rows"] == len(errors)
        for name, part in parts.items():
            expected = np.sqrt(sum(error**2 for error in part) / len(part)) if part else np.nan
            assert row[name] == pytest.approx(expected, nan_ok=True), (endpoint, name)
    own = own_rows()
    of_rates = np.sqrt((own["error"].iloc[:2] ** 2).mean())
    assert found.loc["none_or_mild", "rmse_own"] == pytest.approx(of_rates)
    assert found.loc["return_to_baseline", "rmse_own"] == pytest.approx(abs(own["error"].iloc[2]))
    assert np.isnan(found.loc["two_grades", "rmse_own"])


@pytest.mark.usefixtures("few_pilots")
def test_without_rows_of_one_s_own_there_is_no_error_of_them():
    found = compare(OWN[:1], patients=8)
    assert "rmse_own" not in found.rmse
    assert not found.rows["own"].any()


@pytest.mark.usefixtures("few_pilots")
def test_the_documented_rows_are_all_predicted():
    found = compare(documented_rows(), patients=8)
    assert found.rows["predicted"].notna().all()
    assert (found.rows["why_not"] == "").all()
    assert found.rows["predicted"][found.rows["unit"] == "%"].between(50, 100).all()
    assert max(map(len, comparison_text(found).splitlines())) <= 80


@pytest.mark.usefixtures("few_pilots")
def test_rows_without_a_prediction_can_be_compared_alone():
    rows = OWN[:1].assign(endpoint="paralysis")
    found = compare(rows, patients=8)
    assert found.rows["predicted"].isna().all()
    assert found.rmse.empty
    assert found.figure().axes == []
    assert "endpoint paralysis is not one of the model's" in comparison_text(found)


def test_the_text_is_at_most_80_columns_wide():
    text = comparison_text(comparison())
    assert max(map(len, text.splitlines())) <= 80
    assert "your own rows" in text
    assert "your own" in text.splitlines()[-len(comparison().rmse) - 1]
    assert "treatment 3" in text


@pytest.mark.usefixtures("few_pilots")
def test_the_numbers_of_the_population_change_the_predictions():
    small = wo.Population().replace(potency=0.03)
    assert compare(OWN[:1], population=small, patients=64).rows["predicted"].iloc[0] < 60


@pytest.mark.usefixtures("few_pilots")
def test_a_comparison_is_repeatable_and_immutable():
    one, other = (compare(OWN[:1], patients=8, rng=3) for _ in range(2))
    pd.testing.assert_frame_equal(one.rows, other.rows, check_exact=True)
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.rows = other.rows
    assert "root-mean-square errors" in one._repr_html_()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"own": OWN.drop(columns="among")}, "observations lacks among; allowed: as of published"),
        ({"own": "mine.csv"}, "observations is 'mine.csv'; allowed: DataFrame"),
        ({"observations": OWN.drop(columns="unit")}, "observations lacks unit"),
        ({"patients": 7}, "patients is 7; allowed: from 8"),
        ({"rng": "x"}, "rng is 'x'; allowed: a Generator"),
        ({"population": 5}, "population is 5; allowed: Population"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_one_line(change, message):
    with pytest.raises(wo.InputError) as stop:
        compare(**{"observations": OWN, **change})
    assert str(stop.value).startswith(message)
    assert "\n" not in str(stop.value)


@pytest.mark.proof
def test_the_comparison_is_legible_and_tells_what_was_fitted_and_what_recalled():
    figure = comparison().figure()
    drawn = [line for ax in figure.axes for line in ax.lines if len(line.get_xdata()) == 1]
    rows = comparison().rows
    rows = rows[(rows["muscle"] == "glabella") & (rows["unit"] == "%") & (rows["why_not"] == "") & (rows["cycle"] == 1)]
    assert len(drawn) == len(rows)
    hollow = [line for line in drawn if line.get_markerfacecolor() == "#ffffff"]
    assert len(hollow) == (rows["status"] == "memory").sum()
    assert len([line for line in drawn if line.get_marker() == "o"]) == rows["used_for_fit"].sum()
    assert_legible(figure)


@pytest.mark.usefixtures("few_pilots")
def test_a_table_from_a_frame_is_predicted_like_one_from_a_file():
    row = {"endpoint": "none_or_mild", "day": 30, "value": 80, "unit": "count", "n": 100}
    found = compare(check_observations(pd.DataFrame([row])), patients=8)
    assert found.rows["observed"].tolist() == [80]
    assert found.rows["unit"].tolist() == ["%"]


@pytest.mark.usefixtures("few_pilots")
def test_the_text_of_one_s_own_rows_of_every_endpoint_is_at_most_80_columns_wide():
    cells = {"value": 1, "unit": "%", "n": 10_000_000, "day": 29.5, "assessor": "investigator"}
    rates = [{**cells, "endpoint": name} for name in ENDPOINTS]
    durations = [{**cells, "endpoint": name, "unit": "week", "value": 40} for name in MEDIANS]
    of_treatments = [
        {**cells, "endpoint": "none_at_rest_odds_ratio", "unit": "odds ratio", "cycle": 2, "visit_days": "0 120"},
        {**cells, "endpoint": "treatments_in_a_year", "unit": "treatments", "retreat": "grade 2 from 90"},
    ]
    rows = check_observations(pd.DataFrame([*rates, *durations, *of_treatments]).assign(used_for_fit="yes"))
    text = comparison_text(compare(rows, patients=8))
    assert max(map(len, text.splitlines())) <= 80
