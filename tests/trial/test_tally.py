"""Tallies against the raw values: counts that add up in any order, quantiles, errors."""

import copy
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wearoff.patients.draws import REPLICATES
from wearoff.trial.tally import DAY_BINS, EFFECT_BINS, UNIT, Histogram, Tally

VALUES = st.one_of(st.floats(0, 10), st.sampled_from([0.0, 10.0, 2.5, np.inf, np.nan]))
SHARES = np.array([0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0])


def counted(values, bins=40, top=10.0):
    found = Histogram.empty(len(values), bins, top)
    found.add(np.array(values, dtype=float))
    return found


def same(one, other):
    return all((getattr(one, name) == getattr(other, name)).all() for name in ("counts", "beyond", "missing"))


@given(st.lists(VALUES, min_size=1, max_size=60))
def test_every_value_is_counted_once(values):
    found = counted([values])
    assert found.counts.sum() == np.isfinite(values).sum()
    assert found.beyond.sum() == np.isposinf(values).sum()
    assert found.missing.sum() == np.isnan(values).sum()


def test_a_value_counts_in_its_bin_and_the_top_in_the_last():
    found = counted([[0.0, 0.24999, 0.25, 9.9999, 10.0]])
    assert {int(i): int(found.counts[0, i]) for i in np.flatnonzero(found.counts)} == {0: 2, 1: 1, 39: 2}


@given(st.lists(st.lists(VALUES, min_size=1, max_size=20), min_size=3, max_size=3), st.permutations(range(3)))
def test_merging_is_counting_all_at_once_in_any_order_and_grouping(parts, order):
    everything = counted([list(itertools.chain(*parts))])
    tallies = [counted([part]) for part in parts]
    forward, grouped = Histogram.empty(1, 40, 10.0), copy.deepcopy(tallies[order[2]])
    for i in order:
        forward.merge(tallies[i])
    pair = copy.deepcopy(tallies[order[0]])
    pair.merge(tallies[order[1]])
    grouped.merge(pair)
    assert same(forward, everything)
    assert same(grouped, everything)


@settings(max_examples=300)
@given(st.lists(st.floats(0, 10), min_size=1, max_size=80))
def test_quantiles_are_those_of_the_values_to_a_bin(values):
    # Any value between numpy's "lower" and "higher" is a quantile.
    found = counted([values]).quantiles(SHARES)[0]
    low, high = (np.quantile(values, SHARES, method=method) for method in ("inverted_cdf", "higher"))
    assert (found >= low - 0.25 - 1e-12).all()
    assert (found <= np.maximum(low, high) + 0.25 + 1e-12).all()


def test_quantiles_of_many_values_are_numpys_to_a_bin():
    values = np.random.default_rng(3).beta(2, 5, (3, 20_000))
    found = counted(values, bins=1000, top=1.0).quantiles(SHARES)
    assert np.abs(found - np.quantile(values, SHARES, axis=1).T).max() < 1e-3
    assert (np.diff(found, axis=1) >= 0).all()


def test_even_values_have_exact_quantiles():
    middles = (np.arange(40) + 0.5) / 4
    assert counted([middles]).quantiles(SHARES)[0] == pytest.approx(10 * SHARES, abs=1e-12)


def test_what_is_infinite_lies_above_and_what_is_missing_nowhere():
    found = counted([[1.0, 2.0, np.inf, np.inf, np.nan], [np.nan] * 5, [np.inf] * 5])
    assert found.quantiles(np.array([0.5]))[0, 0] == pytest.approx(2.0, abs=0.25)
    assert found.quantiles(np.array([0.51]))[0, 0] == np.inf
    assert np.isnan(found.quantiles(SHARES)[1]).all()
    assert np.isposinf(found.quantiles(SHARES)[2, 1:]).all()


@given(st.lists(VALUES, min_size=1, max_size=30), st.lists(VALUES, min_size=1, max_size=30), st.integers(1, 5))
def test_a_mix_is_the_histogram_of_so_many_copies(one, other, copies):
    size = max(len(one), len(other))
    rows = [(each * size)[:size] for each in (one, other)]
    mixed = counted(rows).quantiles(SHARES, np.array([[1.0, copies], [0.0, 1.0]]))
    assert mixed[0] == pytest.approx(counted([rows[0] + copies * rows[1]]).quantiles(SHARES)[0], nan_ok=True)
    assert mixed[1] == pytest.approx(counted(rows).quantiles(SHARES)[1], nan_ok=True)


def a_block(patients, seed=0):
    rng = np.random.default_rng(seed)
    effect = [rng.random((3, patients)), rng.random((1, patients))]
    return effect, rng.choice([1.0, 50.0, np.inf, np.nan], (2, patients)), rng.random((3, patients))


def tally_of(*blocks):
    found = Tally.empty(4, 2, 3, 100.0)
    for block in blocks:
        found.add(*block)
    return found


def test_a_tally_of_blocks_is_the_same_in_any_order():
    blocks = [a_block(512, seed) for seed in range(3)] + [a_block(77, 9)]
    once = tally_of(*blocks)
    for order in itertools.permutations(range(4)):
        merged = Tally.empty(4, 2, 3, 100.0)
        for i in order:
            merged.merge(tally_of(blocks[i]))
        assert (merged.patients == once.patients).all()
        assert (merged.chances == once.chances).all()
        assert same(merged.effect, once.effect)
        assert same(merged.landmarks, once.landmarks)


def test_rates_are_the_means_of_the_chances():
    blocks = [a_block(512, 1), a_block(301, 2)]
    found = tally_of(*blocks)
    rates, errors = found.rates()
    chances = np.concatenate([block[2] for block in blocks], axis=1)
    assert found.patients.sum() == 813
    assert np.abs(rates - chances.mean(axis=1)).max() < UNIT
    # The replicates are every eighth patient of a block.
    replicate = np.concatenate([np.arange(512) % REPLICATES, np.arange(301) % REPLICATES])
    means = np.stack([chances[:, replicate == i].mean(axis=1) for i in range(REPLICATES)])
    assert np.abs(errors - means.std(axis=0, ddof=1) / np.sqrt(REPLICATES)).max() < 1e-9


def test_one_patient_has_a_rate_and_no_error():
    rates, errors = tally_of(a_block(1)).rates()
    assert np.isfinite(rates).all()
    assert np.isnan(errors).all()


def test_as_many_patients_as_are_allowed_do_not_overflow():
    found = Tally.empty(1, 1, 1, 100.0)
    found.patients += 10**9 // REPLICATES
    found.chances += 10**9 // REPLICATES * round(1 / UNIT)  # all of them respond for sure
    assert found.rates()[0][0] == 1.0


def test_bins_are_narrower_than_what_is_reported():
    # A bin is a thousandth of the effect, or an hour in a trial of 240 days.
    assert 1 / EFFECT_BINS <= 0.001
    assert 240 / DAY_BINS <= 1 / 24
