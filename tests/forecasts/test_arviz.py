"""Draws for ArviZ: equal weights that say the same as the weighted draws, and both of ArviZ's ways to take them."""

import builtins

import arviz
import numpy as np
import pytest

import wearoff as wo
from wearoff.forecasts import inference_data
from wearoff.forecasts.posterior import resample

VISITS = wo.Schedule.every(110, visits=2, units=20)
FOUND = wo.forecast(wo.History(VISITS, [wo.Grade(14, 0), wo.Gone(100, since=80), wo.Grade(140, 1)], baseline=3))


def test_each_draw_occurs_as_often_as_its_weight_says():
    weights = np.random.default_rng(3).dirichlet(np.full(50, 0.3))
    for number in (1, 7, 1000):
        counts = np.bincount(resample(weights, number, np.random.default_rng(number)), minlength=50)
        assert counts.sum() == number
        # Systematic resampling: the expected number, rounded up or down.
        assert (np.abs(counts - number * weights) < 1).all()


def test_arviz_has_the_prior_and_the_posterior_with_their_percentiles():
    data = FOUND.to_arviz(draws=4000)
    table = FOUND.parameters().set_index("name")
    for group, prefix in (("prior", "prior_"), ("posterior", "")):
        assert dict(data[group].sizes)["visit"] == 2
        for name, row in table.iterrows():
            values = data[group][name].to_numpy()
            assert values.shape == (1, 4000 if group == "posterior" else 1024)
            # 400 effective draws know a percentile of a narrow distribution to some percent.
            expected = [row[f"{prefix}{each}"] for each in ("p5", "p50", "p95")]
            np.testing.assert_allclose(np.quantile(values, (0.05, 0.5, 0.95)), expected, rtol=0.08)
    # The summary of ArviZ takes them.
    assert set(table.index) <= set(arviz.summary(data, kind="stats").index)
    assert FOUND.to_arviz(draws=9)["posterior"].equals(FOUND.to_arviz(draws=9)["posterior"])


def test_from_its_version_1_arviz_takes_all_groups_as_one(monkeypatch):
    # Expected: the first argument and the names of `arviz_base.from_dict` in ArviZ 1.1, which needs Python 3.12.
    def from_dict(data, *, name=None, sample_dims=None, coords=None, dims=None, attrs=None):
        return data, coords, dims

    monkeypatch.setattr(inference_data.arviz, "from_dict", from_dict)
    data, coords, dims = FOUND.to_arviz(draws=5)
    assert list(data) == ["prior", "posterior"]
    assert data["posterior"]["dose_factor"].shape == (1, 5, 2)
    assert list(coords["visit"]) == [1, 2]
    assert dims == {"dose_factor": ["visit"]}


def test_without_arviz_an_error_names_the_extra(monkeypatch):
    load = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "inference_data":
            raise ModuleNotFoundError(name)
        return load(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(wo.InputError, match=r'to_arviz needs arviz; install it: pip install "wearoff\[arviz\]"'):
        FOUND.to_arviz()


def test_numbers_of_draws_that_are_not_possible_are_refused():
    with pytest.raises(wo.InputError, match="draws is 0; allowed: from 1"):
        FOUND.to_arviz(draws=0)
