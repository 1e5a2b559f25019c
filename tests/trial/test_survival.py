"""Survival: Kaplan-Meier, log-rank and hazard ratios, held against closed forms, brute force and lifelines."""

import dataclasses
import functools
import itertools
import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import ndtri
from tests.extent import extent

import wearoff as wo
from wearoff import InputError, estimate_survival
from wearoff.trial.hazards import Observed, compare_by_log_rank, estimate_hazard_ratio

DATA = Path(__file__).parents[1] / "data"


@functools.cache
def lifelines():
    """Return the figures that lifelines 0.30.3 wrote (lifelines_figures.py)."""
    return json.loads((DATA / "survival_lifelines.json").read_text(encoding="utf-8"))


@functools.cache
def survival():
    """Return the survival of the patients of whom lifelines wrote the figures."""
    arms = dict(list(pd.read_csv(DATA / "survival_patients.csv").groupby("arm", sort=False)))
    days = {name: arm["day"] for name, arm in arms.items()}
    return estimate_survival(days, {name: arm["seen"] for name, arm in arms.items()}, "return_to_baseline")


def observed(days, seen):
    return Observed(np.array(days, float), np.array(seen, bool))


def test_the_patients_have_ties_losses_and_a_median_without_an_upper_limit():
    table, medians = survival().table, survival().medians
    assert table["events"].max() > 10
    assert (table["censored"] > 0).sum() > 10
    assert np.isinf(medians["high"]).any()
    assert np.isfinite(medians["median"]).any()


@pytest.mark.parametrize("arm", ["20 U", "40 U", "80 U"])
def test_a_curve_is_that_of_lifelines(arm):
    own, other = survival().table.query("arm == @arm"), lifelines()["arms"][arm]
    for column in ("day", "at_risk", "events", "censored"):
        assert own[column].tolist() == other[column], column
    for column in ("survival", "low", "high"):
        np.testing.assert_allclose(own[column], other[column], rtol=1e-12, atol=1e-15)
    row = survival().medians.set_index("arm").loc[arm]
    assert row[["median", "low", "high"]].tolist() == other["median"]
    assert row[["patients", "events"]].tolist() == [other["at_risk"][0], sum(other["events"])]


def test_comparisons_are_those_of_lifelines():
    own, other = survival().comparisons, pd.DataFrame(lifelines()["pairs"])
    assert own[["arm", "against"]].equals(other[["arm", "against"]])
    np.testing.assert_allclose(own[["statistic", "p"]], other[["statistic", "p"]], rtol=1e-9)
    np.testing.assert_allclose(own[["hazard_ratio", "low", "high"]], np.stack(other["hazard_ratio"]), rtol=1e-9)
