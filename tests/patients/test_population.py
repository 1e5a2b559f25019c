"""Populations: how their patients spread, and what is refused."""

import numpy as np
import pytest

import wearoff as wo
from wearoff import InputError, tables
from wearoff.patients.draws import normals
from wearoff.patients.population import Population, limits_of, names, plausible

OMEGAS = ("omega_potency", "omega_light_chain", "omega_depot")
CORRELATIONS = ("correlation_potency_light_chain", "correlation_potency_depot", "correlation_light_chain_depot")
VARYING = ("k_cleave", "k_light_chain", "k_depot")


def logarithms(population, patients=40):
    """Logarithms of what varies, against the typical patient's, one row a patient."""
    drawn = np.concatenate([normals("sobol", 1, block) for block in range(patients)])
    constants, typical = population.constants(drawn), population.parameters.symbols()
    return np.log(np.stack([getattr(constants, name) / typical[name] for name in VARYING], axis=1))


def test_logarithms_have_the_spread_and_the_correlations_of_the_population():
    population = Population(
        omega_potency=0.7, omega_light_chain=0.4, omega_depot=1.1, correlation_potency_light_chain=0.8,
        correlation_potency_depot=-0.5, correlation_light_chain_depot=-0.2,
    )  # fmt: skip
    found = logarithms(population)
    tolerance = 5 / np.sqrt(len(found))
    assert np.abs(found.mean(axis=0) / [0.7, 0.4, 1.1]).max() < tolerance
    assert np.abs(found.std(axis=0) / [0.7, 0.4, 1.1] - 1).max() < tolerance
    expected = np.array([[1, 0.8, -0.5], [0.8, 1, -0.2], [-0.5, -0.2, 1]])
    assert np.abs(np.corrcoef(found.T) - expected).max() < tolerance


def test_the_typical_patient_is_the_median():
    constants = Population().constants(np.zeros((1, 3)))
    typical = wo.Parameters().symbols()
    for name, value in zip(constants._fields, constants, strict=True):
        assert float(np.ravel(value)[0]) == pytest.approx(typical[name], rel=1e-15), name


def test_what_does_not_vary_is_one_number():
    constants = Population().constants(normals("random", 1, 0))
    assert {name for name, each in zip(constants._fields, constants, strict=True) if np.ndim(each)} == set(VARYING)


def test_pilots_stand_around_the_patients_and_among_them():
    drawn = logarithms(Population(correlation_potency_light_chain=0), 25)
    pilots = Population(correlation_potency_light_chain=0).pilots()
    stand = np.log(np.stack([getattr(pilots, name) for name in VARYING], axis=1))
    stand -= np.log([wo.Parameters().symbols()[name] for name in VARYING])
    spread = [getattr(Population(), name) for name in OMEGAS]
    apart = (stand / spread)[None] - (drawn / spread)[:, None]
    nearest = np.sqrt((apart**2).sum(axis=2)).min(axis=1)
    # The distances of 12,800 patients in standard deviations, as `choose_grid` needs them.
    assert np.quantile(nearest, 0.99) < 0.8
    assert nearest.max() < 2
    assert np.sqrt(((stand / spread) ** 2).sum(axis=1)).max() >= 5 - 1e-9


def test_a_population_is_made_with_other_constants_of_the_typical_patient():
    changed = Population().replace(light_chain_half_life=60, omega_light_chain=0.3)
    assert changed.value("light_chain_half_life") == changed.parameters.light_chain_half_life == 60
    assert changed.value("omega_light_chain") == 0.3
    assert changed.value("potency") == Population().value("potency")
    given_ = wo.Parameters(potency=0.2)
    assert Population().replace(parameters=given_, light_chain_half_life=70).parameters == given_.replace(
        light_chain_half_life=70
    )


def test_the_table_says_what_was_given():
    table = Population(omega_light_chain=0.3).table().set_index("name")
    assert table.loc["omega_light_chain", ["value", "kind", "source"]].tolist() == [0.3, "given", "given"]
    untouched = Population().table().set_index("name")
    assert (untouched["source"] == [row["source"] for row in tables.rows("population")]).all()
    assert (untouched["value"] >= untouched["low"]).all()
    assert (untouched["value"] <= untouched["high"]).all()


def test_every_name_has_limits_around_its_plausible_range_and_its_default():
    for name in names():
        low, high = plausible(name)
        limits = limits_of(name)
        assert limits.low <= low <= Population().value(name) <= high <= limits.high, name


@pytest.mark.parametrize("name", [*OMEGAS, "severe_share", "placebo_share", "investigator_error", "subject_error"])
@pytest.mark.parametrize("value", [-1, 5, float("nan"), float("inf"), "much", None])
def test_a_value_that_cannot_be_is_refused_by_its_name(name, value):
    with pytest.raises(InputError, match=f"^{name} is .*; allowed: from .* to "):
        Population(**{name: value})


@pytest.mark.parametrize("name", CORRELATIONS)
def test_a_correlation_is_less_than_one(name):
    for value in (-1, 1, 1.5):
        with pytest.raises(InputError, match=f"^{name} is .*; allowed: from -0.999 to 0.999$"):
            Population(**{name: value})


def test_correlations_that_contradict_each_other_are_refused():
    with pytest.raises(
        InputError,
        match=r"^correlations of potency, light-chain loss and depot release contradict each other; allowed: ",
    ):
        Population(**dict.fromkeys(CORRELATIONS, -0.9))


def test_an_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(InputError, match="'omega_potensy'; did you mean 'omega_potency'"):
        Population().replace(omega_potensy=1)
    with pytest.raises(InputError, match="did you mean 'light_chain_half_life'"):
        Population().value("light_chain_halflife")


def test_a_population_cannot_be_changed():
    with pytest.raises(AttributeError):
        Population().omega_light_chain = 0.1


@pytest.mark.parametrize("given", [0.0, "0", None, {}])
def test_what_are_no_parameters_is_refused(given):
    for make in (lambda: Population(parameters=given), lambda: Population().replace(parameters=given)):
        with pytest.raises(InputError, match=r"parameters is .*; allowed: Parameters"):
            make()
