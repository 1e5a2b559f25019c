"""Draws: their distribution, and that they are the same wherever and in whatever order they are made."""

import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from wearoff import InputError
from wearoff.patients.draws import (
    BITS,
    BLOCK,
    OF_PATIENT,
    REPLICATES,
    SAMPLERS,
    SOBOL_VISITS,
    draw,
    monte_carlo_error,
    normals,
    seed_of,
)

BLOCKS = 40
VISITS = 3
DIMENSIONS = OF_PATIENT + VISITS


def many(sampler, seed, blocks=BLOCKS):
    return np.concatenate([normals(sampler, seed, block, VISITS) for block in range(blocks)])


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_they_are_independent_standard_normals(sampler):
    drawn = many(sampler, 11)
    n = len(drawn)
    # Within five standard errors of the moments of n independent normals; a Sobol sequence is closer than that.
    assert np.abs(drawn.mean(axis=0)).max() < 5 / np.sqrt(n)
    assert np.abs(drawn.var(axis=0) - 1).max() < 5 * np.sqrt(2 / n)
    assert np.abs((drawn**3).mean(axis=0)).max() < 5 * np.sqrt(15 / n)
    assert np.abs((drawn**4).mean(axis=0) - 3).max() < 5 * np.sqrt(96 / n)
    assert np.abs(np.corrcoef(drawn.T) - np.eye(DIMENSIONS)).max() < 5 / np.sqrt(n)
    for column in drawn.T:
        assert stats.kstest(column, "norm").pvalue > 1e-3


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_no_draw_is_infinite_or_made_twice(sampler):
    drawn = many(sampler, 3)
    assert np.isfinite(drawn).all()
    assert len(np.unique(drawn, axis=0)) == len(drawn)


@pytest.mark.parametrize("sampler", SAMPLERS)
@settings(max_examples=25)
@given(order=st.permutations(range(6)), seed=st.integers(0, 2**63 - 1))
def test_a_block_does_not_depend_on_when_it_is_asked_for(sampler, order, seed):
    once = [normals(sampler, seed, block, VISITS) for block in range(6)]
    for block in order:
        assert (normals(sampler, seed, block, VISITS) == once[block]).all()


def test_a_block_far_out_needs_none_before_it():
    far = normals("sobol", 5, 3000, VISITS)
    assert far.shape == (BLOCK, DIMENSIONS)
    assert (normals("sobol", 5, 0, VISITS) == many("sobol", 5, 1)).all()
    assert (normals("sobol", 5, 3000, VISITS) == far).all()


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_threads_do_not_disturb_each_other(sampler):
    # Python switches threads as often as it can, so that a switch comes in the middle of a block.
    once = [normals(sampler, 9, block, VISITS) for block in range(60)]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            for _ in range(5):
                for found, expected in zip(
                    pool.map(lambda b: normals(sampler, 9, b, VISITS), range(60)), once, strict=True
                ):
                    assert (found == expected).all()
    finally:
        sys.setswitchinterval(before)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_seeds_differ(sampler):
    assert not (normals(sampler, 0, 0, VISITS) == normals(sampler, 1, 0, VISITS)).any()


def test_replicates_are_independent():
    # The means of the replicates over many seeds: neither equal nor correlated.
    means = np.stack(
        [normals("sobol", seed, 0, VISITS).reshape(-1, REPLICATES, DIMENSIONS).mean(axis=0) for seed in range(300)]
    )
    for dimension in range(DIMENSIONS):
        correlations = np.corrcoef(means[..., dimension].T) - np.eye(REPLICATES)
        assert np.abs(correlations).max() < 5 / np.sqrt(300)
    for one in range(REPLICATES):
        for other in range(one):
            assert not (
                normals("sobol", 4, 0, VISITS)[one::REPLICATES] == normals("sobol", 4, 0, VISITS)[other::REPLICATES]
            ).any()


def test_every_replicate_of_whole_blocks_is_a_sequence_that_fills_the_cube_evenly():
    # A shifted Sobol sequence of 2^m points has one point in each of 2^m strips of the cube, in every direction.
    uniform = stats.norm.cdf(many("sobol", 8, 4))
    for replicate in range(REPLICATES):
        points = uniform[replicate::REPLICATES]
        for column in points.T:
            assert sorted((column * len(points)).astype(int)) == list(range(len(points)))


def test_sobol_errs_less_than_random_and_the_more_so_the_more_are_drawn():
    # The mean of Phi(z1 + z2 / 2 - 1) is Phi(-1 / sqrt(1 + 5/4)); the root-mean-square error is over 40 seeds.
    exact = stats.norm.cdf(-1 / 1.5)
    errors = {}
    for sampler in SAMPLERS:
        for blocks in (1, 16):
            found = [stats.norm.cdf(many(sampler, seed, blocks)[:, :2] @ [1, 0.5] - 1).mean() for seed in range(40)]
            errors[sampler, blocks] = np.sqrt(np.mean((np.array(found) - exact) ** 2))
    print({key: f"{error:.1e}" for key, error in errors.items()})
    orders = {sampler: np.log(errors[sampler, 1] / errors[sampler, 16]) / np.log(16) for sampler in SAMPLERS}
    print("orders:", orders)
    # For random draws the order is 1/2, known to a tenth from 40 seeds each.
    assert orders["random"] == pytest.approx(0.5, abs=0.15)
    assert orders["sobol"] > 0.8
    assert errors["sobol", 16] < 0.2 * errors["random", 16]


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("block", [0, 3])
def test_a_patient_is_the_same_with_any_number_of_visits(sampler, block):
    # The arms of a trial have the same patients, and the same visits as far as they have them.
    most = normals(sampler, 12, block, SOBOL_VISITS + 20)
    for visits in (0, 1, 2, 7, SOBOL_VISITS - 1, SOBOL_VISITS, SOBOL_VISITS + 1, SOBOL_VISITS + 19):
        assert (normals(sampler, 12, block, visits) == most[:, : OF_PATIENT + visits]).all()


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_many_visits_are_independent_standard_normals_too(sampler):
    drawn = np.concatenate([normals(sampler, 5, block, 100) for block in range(10)])
    n = len(drawn)
    assert drawn.shape == (10 * BLOCK, OF_PATIENT + 100)
    # 104 columns: within six standard errors of the moments of n independent normals.
    assert np.abs(drawn.mean(axis=0)).max() < 6 / np.sqrt(n)
    assert np.abs(drawn.var(axis=0) - 1).max() < 6 * np.sqrt(2 / n)
    correlations = np.corrcoef(drawn.T) - np.eye(OF_PATIENT + 100)
    assert np.abs(correlations[OF_PATIENT + SOBOL_VISITS :]).max() < 6 / np.sqrt(n)
    # In so few points two late dimensions of a Sobol sequence may be a little correlated. The eight shifts make the
    # correlation smaller, and its mean over seeds is 0.
    assert np.abs(correlations).max() < 0.2


def test_the_mean_over_seeds_of_a_correlation_between_visits_is_zero():
    # A digital shift makes each pair of numbers exactly independent, although the points of one seed are not.
    products = [np.prod(normals("sobol", seed, 0, 60)[:, [40, 62]], axis=1).mean() for seed in range(200)]
    assert abs(np.mean(products)) < 4 * np.std(products) / np.sqrt(200)


@pytest.mark.parametrize("visits", [1, 70])
def test_the_spread_of_the_replicates_is_the_error_of_the_mean(visits):
    # The exact mean of Phi(sum z / 2) is 1/2. The standard error from eight replicates, squared, is over many seeds the
    # variance of the mean; both are known to a tenth from 200 seeds.
    means, squares = [], []
    for seed in range(200):
        values = stats.norm.cdf(normals("sobol", seed, 0, visits)[:, [0, 1, -1]].sum(axis=1) / 2)
        of_replicates = values.reshape(-1, REPLICATES).mean(axis=0)
        means.append(values.mean())
        squares.append(of_replicates.var(ddof=1) / REPLICATES)
    assert np.mean(means) == pytest.approx(0.5, abs=4 * np.std(means) / np.sqrt(200))
    assert np.sqrt(np.mean((np.array(means) - 0.5) ** 2) / np.mean(squares)) == pytest.approx(1, abs=0.25)


def test_the_patients_of_a_seed_are_its_blocks_in_their_order():
    found = draw(BLOCK + 7, 3, VISITS)
    assert (found == many("sobol", 3, 2)[: BLOCK + 7]).all()
    assert (draw(5, 3) == found[:5, : OF_PATIENT + 1]).all()


def test_more_visits_than_a_sobol_sequence_has_dimensions():
    # scipy's sequence has 21201 dimensions.
    drawn = normals("sobol", 1, 0, 21_500)
    assert drawn.shape == (BLOCK, OF_PATIENT + 21_500)
    assert np.isfinite(drawn).all()


def test_a_seed_is_an_int_a_generator_or_none():
    assert seed_of(0) == seed_of(0)
    assert seed_of(0) != seed_of(1)
    generator = np.random.default_rng(7)
    assert seed_of(generator) == seed_of(7)
    assert seed_of(generator) != seed_of(7)  # it has gone on
    assert seed_of(None) != seed_of(None)


@pytest.mark.parametrize("rng", ["x", -1, 1.5, {}])
def test_what_is_no_seed_is_refused(rng):
    with pytest.raises(InputError, match=r"^rng is .*; allowed: a Generator, a whole number from 0, or None$"):
        seed_of(rng)


def test_an_unknown_sampler_is_refused():
    with pytest.raises(InputError, match="sampler is 'halton'; allowed: sobol, random"):
        normals("halton", 1, 0, VISITS)


@pytest.mark.usefixtures("global_draws_left_alone")
def test_the_state_of_numpy_is_not_touched():
    seed_of(None)
    seed_of(5)
    for sampler in SAMPLERS:
        normals(sampler, 123, 7, VISITS)


def test_the_error_of_a_mean_of_replicates_is_that_of_the_textbook():
    # The standard deviation of n values over the root of n: of 1 and 3 it is 1, of 1, 2 and 3 the root of 1/3.
    assert monte_carlo_error(np.array([[1.0, 3.0], [2.0, 2.0]])) == pytest.approx([1, 0])
    assert monte_carlo_error(np.array([1.0, 2.0, 3.0])) == pytest.approx(3**-0.5)
    alone = monte_carlo_error(np.ones((2, 3, 1)))
    assert alone.shape == (2, 3)
    assert np.isnan(alone).all()


def test_a_point_at_zero_is_a_finite_number(monkeypatch):
    # Without a shift the first point of a Sobol sequence is 0, of which the normal number would be minus infinity.
    monkeypatch.setattr("wearoff.patients.draws._draw_shifts", lambda seed, size: np.zeros((REPLICATES, size), int))
    first = normals("sobol", 1, 0, 1)[0]
    assert np.isfinite(first).all()
    assert first == pytest.approx(np.full(OF_PATIENT + 1, stats.norm.ppf(0.5 / 2.0**BITS)))
