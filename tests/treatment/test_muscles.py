"""The strip: limits worked out by hand, spill in closed form against quadrature, and its effect on the muscle."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

import wearoff as wo
from wearoff.treatment.muscles import find_muscle, relative_dose, spill, zones

LENGTH, SPREAD = 50.0, 6.0


@pytest.mark.parametrize("sites", [1, 2, 3, 5, 50])
def test_dose_in_the_muscle_and_spill_make_the_whole(sites):
    inside, _ = quad(lambda x: relative_dose(np.array([x]), LENGTH, sites, SPREAD)[0], 0, LENGTH, limit=500)
    assert inside / LENGTH + spill(LENGTH, sites, SPREAD) == pytest.approx(1, abs=1e-9)
    places, weights = zones(LENGTH, SPREAD)
    assert relative_dose(places, LENGTH, sites, SPREAD) @ weights == pytest.approx(inside / LENGTH, abs=1e-12)


def test_spread_much_larger_than_the_muscle():
    # By hand: the density is flat, 1 / (spread sqrt(2 pi)), so w = length / (spread sqrt(2 pi)) wherever the sites are.
    wide = 1e4 * LENGTH
    flat = LENGTH / (wide * math.sqrt(2 * math.pi))
    for sites in (1, 3, 5):
        assert relative_dose(zones(LENGTH, wide).places, LENGTH, sites, wide) == pytest.approx(flat, rel=1e-7)
        assert spill(LENGTH, sites, wide) == pytest.approx(1 - flat, rel=1e-7)


def test_infinitely_many_sites():
    # By hand: a uniform line source; w(x) = Phi(x / s) - Phi((x - l) / s), and
    # spill = (2 / l) times the integral over x > 0 of Phi(-x / s), cut at l: 2 s / (l sqrt(2 pi)) for l >> s.
    places = zones(LENGTH, SPREAD).places
    line = norm.cdf(places / SPREAD) - norm.cdf((places - LENGTH) / SPREAD)
    assert relative_dose(places, LENGTH, 1000, SPREAD) == pytest.approx(line, abs=1e-6)
    assert spill(LENGTH, 1000, SPREAD) == pytest.approx(2 * SPREAD / (LENGTH * math.sqrt(2 * math.pi)), abs=1e-5)


def test_narrow_spread_and_many_sites_is_the_even_treatment():
    even = wo.simulate(units=20, days=120)
    sited = wo.simulate(units=20, days=120, sites=200, parameters=wo.Parameters(spread=1))
    # Only the two ends differ, each about one spread wide: 2 x 1 / 50 of the muscle.
    assert np.abs(even.frame["visible"] - sited.frame["visible"]).max() < 0.04


def test_one_three_and_five_sites_differ():
    effect, spilled = {}, {}
    for sites in (1, 3, 5):
        timeline = wo.simulate(units=20, sites=sites, days=120)
        effect[sites], spilled[sites] = timeline.at([30.0])["visible"][0], timeline.spill[0]
    # One site leaves the ends of the muscle nearly untreated. Three sites reach them. Five reach them more evenly but
    # lose more beyond them: here the loss is a little larger than the gain.
    even = wo.simulate(units=20, days=120).at([30.0])["visible"][0]
    assert effect[1] < 0.6 * even < 0.9 * even < effect[5] < effect[3] < even
    assert spilled[1] < 1e-4 < 0.05 < spilled[3] < spilled[5] < 0.1
    places, _ = zones(LENGTH, SPREAD)
    uneven = [relative_dose(places, LENGTH, sites, SPREAD).std() for sites in (1, 3, 5)]
    assert uneven[0] > uneven[1] > uneven[2]


@pytest.mark.parametrize("sites", [1, 3, 5])
@pytest.mark.parametrize("spread", [3.0, 6.0, 12.0])
def test_twice_as_many_zones_change_nothing_that_is_promised(sites, spread, monkeypatch):
    parameters = wo.Parameters(spread=spread)
    plain = wo.simulate(units=20, sites=sites, parameters=parameters, days=200).frame["visible"]
    monkeypatch.setattr("wearoff.treatment.doses.zones", lambda length, spread: zones(length, spread / 2))
    finer = wo.simulate(units=20, sites=sites, parameters=parameters, days=200).frame["visible"]
    assert np.abs(plain - finer).max() < 1e-8


def test_an_unknown_muscle_is_named_with_the_nearest():
    with pytest.raises(wo.InputError, match="did you mean 'platysma'"):
        find_muscle("platisma")


def test_one_half_of_the_strip_stands_for_both():
    # Gauss-Legendre points over the whole strip, computed here, against the points of one half.
    timeline = wo.simulate(units=20, sites=3, days=120)
    points, weights = np.polynomial.legendre.leggauss(200)
    local = 20 * relative_dose((points + 1) * LENGTH / 2, LENGTH, 3, SPREAD)
    with pytest.warns(wo.UnusualWarning, match="an extrapolation"):
        alone = [wo.simulate(units=units, days=120).frame["visible"] for units in local]
    assert weights @ np.array(alone) / 2 == pytest.approx(timeline.frame["visible"].to_numpy(), abs=1e-8)
