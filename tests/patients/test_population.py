"""Populations: how their patients spread, and what is refused."""

import numpy as np
import pytest
from scipy.special import expit, logit, roots_hermitenorm

import wearoff as wo
from wearoff import InputError, tables
from wearoff.model.course import solve
from wearoff.patients.draws import OF_PATIENT, normals
from wearoff.patients.population import DIRECTIONS, DISTANCES, Population, limits_of, names, plausible
from wearoff.patients.treated import Treated, vary_doses

OMEGAS = ("omega_potency", "omega_light_chain", "omega_depot")
VARYING = ("k_cleave", "k_light_chain", "k_depot")


def logarithms(population, patients=40):
    """Logarithms of what varies, against the typical patient's, one row a patient."""
    drawn = np.concatenate([normals("sobol", 1, block, 1) for block in range(patients)])
    constants, typical = population.constants(drawn), population.parameters.symbols()
    return np.log(np.stack([getattr(constants, name) / typical[name] for name in VARYING], axis=1))


def test_logarithms_have_the_spread_and_the_correlations_of_the_population():
    population = Population(
        omega_potency=0.7, omega_light_chain=0.4, omega_depot=1.1, correlation_potency_light_chain=0.8
    )
    found = logarithms(population)
    tolerance = 5 / np.sqrt(len(found))
    assert np.abs(found.mean(axis=0) / [0.7, 0.4, 1.1]).max() < tolerance
    assert np.abs(found.std(axis=0) / [0.7, 0.4, 1.1] - 1).max() < tolerance
    expected = np.array([[1, 0.8, 0], [0.8, 1, 0], [0, 0, 1]])
    assert np.abs(np.corrcoef(found.T) - expected).max() < tolerance


def test_a_larger_number_is_more_potency_loss_release_and_crease():
    # By the definition of omega: exp(omega z) times the typical constant, and the logit plus omega z.
    people = Population(correlation_potency_light_chain=0)
    found, typical = people.constants(np.array([[0.5, -1.0, 2.0, 1.5, 7.0]])), people.parameters.constants()
    assert found.k_cleave[0] == pytest.approx(typical.k_cleave * np.exp(0.5 * people.omega_potency))
    assert found.k_light_chain[0] == pytest.approx(typical.k_light_chain * np.exp(-people.omega_light_chain))
    assert found.k_depot[0] == pytest.approx(typical.k_depot * np.exp(2 * people.omega_depot))
    odds = typical.q / (1 - typical.q) * np.exp(1.5 * people.omega_crease_share)
    assert found.q[0] == pytest.approx(odds / (1 + odds))


def test_the_typical_patient_is_the_median():
    constants = Population().constants(np.zeros((1, OF_PATIENT)))
    typical = wo.Parameters().symbols()
    for name, value in zip(constants._fields, constants, strict=True):
        assert float(np.ravel(value)[0]) == pytest.approx(typical[name], rel=1e-15), name


def test_what_does_not_vary_is_one_number():
    constants = Population().constants(normals("random", 1, 0, 1))
    varying = {name for name, each in zip(constants._fields, constants, strict=True) if np.ndim(each)}
    assert varying == {*VARYING, "q"}


@pytest.mark.parametrize(("share", "omega"), [(0.33, 1.3), (0.1, 0.5), (0.65, 2.5), (0.5, 0.0)])
def test_crease_shares_are_logit_normal(share, omega):
    people = Population(omega_crease_share=omega).replace(crease_share=share)
    drawn = np.concatenate([normals("sobol", 1, block, 1) for block in range(40)])
    shares = people.constants(drawn).q
    # The typical patient has the median. The mean has no closed form: it is taken by Gauss-Hermite quadrature.
    points, weights = roots_hermitenorm(80)
    mean = weights @ expit(logit(share) + omega * points) / weights.sum()
    assert np.median(shares) == pytest.approx(share, abs=1e-3)
    assert shares.mean() == pytest.approx(mean, abs=1e-3)
    assert np.std(logit(shares)) == pytest.approx(omega, rel=0.01)


def test_a_share_of_nothing_is_nothing_for_everybody():
    people = Population().replace(crease_share=0)
    assert (people.constants(normals("sobol", 1, 0, 1)).q == 0).all()


def test_factors_of_visits_are_log_normal_and_their_median_is_one():
    people = Population(omega_visit=0.4)
    drawn = np.concatenate([normals("sobol", 1, block, 3) for block in range(20)])
    factors = people.dose_factors(drawn)
    assert factors.shape == (len(drawn), 3)
    assert np.median(factors, axis=0) == pytest.approx(np.ones(3), rel=0.01)
    assert np.log(factors).std(axis=0) == pytest.approx(0.4 * np.ones(3), rel=0.01)
    # Visits are independent of each other and of the patient.
    together = np.corrcoef(np.column_stack([np.log(factors), drawn[:, :OF_PATIENT]]).T) - np.eye(3 + OF_PATIENT)
    assert np.abs(together).max() < 5 / np.sqrt(len(drawn))


def test_without_variation_between_visits_doses_are_those_that_are_given():
    doses = wo.Schedule.every(84, visits=2, units=20).doses(6)
    assert vary_doses(Population(omega_visit=0), doses, normals("sobol", 1, 0, 2)) is doses
    given_ = vary_doses(Population(), doses, np.zeros((3, OF_PATIENT + 2)))
    assert (given_.units == doses.units).all()


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
def test_a_patient_whose_doses_act_more_or_less_is_one_who_gets_other_doses():
    # The judge is `simulate` with units times the factor, a patient and visit at a time.
    people, schedule, times = Population(omega_visit=0.35), wo.Schedule.every(84, visits=3, units=20), np.arange(365.0)
    treated = Treated.plan(people, schedule.doses(6), 365.0, 1e-6)
    drawn = normals("sobol", 2, 0, 3)[:6]
    found, factors, constants = treated.solve(drawn), people.dose_factors(drawn), people.constants(drawn)
    for i in range(6):
        visits = tuple(
            wo.Visit(day=visit.day, units=visit.units * factor)
            for visit, factor in zip(schedule, factors[i], strict=True)
        )
        own = people.parameters.replace(
            potency=constants.k_cleave[i], light_chain_half_life=np.log(2) / constants.k_light_chain[i],
            depot_half_life=np.log(2) / constants.k_depot[i],
        )  # fmt: skip
        alone = wo.simulate(wo.Schedule(visits), times=times, parameters=own).frame["visible"]
        assert np.abs(found.visible_at(times)[:, i] - alone).max() < 1e-6


@pytest.mark.parametrize(
    "omegas", [{"omega_visit": 0.35, "omega_potency": 0.2}, {"omega_visit": 0.35, "omega_potency": 1}]
)
@pytest.mark.parametrize("visits", [1, 4])
def test_grids_are_accurate_for_patients_whose_doses_vary(omegas, visits):
    people, doses = Population(**omegas), wo.Schedule.every(84, visits=visits, units=20).doses(6)
    treated = Treated.plan(people, doses, 365.0, 1e-6)
    drawn, times = normals("random", 3, 0, visits)[:200], np.linspace(0, 365, 900)
    truth = solve(vary_doses(people, doses, drawn), people.constants(drawn), 365.0, tolerance=1e-10)
    assert np.abs(treated.solve(drawn).visible_at(times).T - truth.visible_at(times)).max() < 1e-6


def test_deviations_give_back_the_normal_numbers_of_which_they_were_made():
    people, rng = Population(correlation_potency_light_chain=0.5, omega_depot=0), np.random.default_rng(1)
    numbers = rng.standard_normal((5, 7))
    expected = numbers.copy()
    expected[:, 2] = 0  # patients who do not differ have no number
    np.testing.assert_allclose(people.normals_of(people.deviations(numbers)), expected, atol=1e-12)


def test_pilots_stand_around_the_patients_and_among_them():
    # In the directions of the visible effect: potency and dose together, loss, release; in standard deviations.
    people = Population(correlation_potency_light_chain=0)
    spread = np.array(
        [np.hypot(people.omega_potency, people.omega_visit), people.omega_light_chain, people.omega_depot]
    )

    def stand(normal):
        constants, typical = people.constants(normal), people.parameters.symbols()
        logs = np.log(np.stack([getattr(constants, name) / typical[name] for name in VARYING], axis=1))
        logs[:, 0] += np.log(people.dose_factors(normal)[:, 0])
        return logs / spread

    drawn = stand(np.concatenate([normals("sobol", 1, block, 1) for block in range(25)]))
    pilots = stand(people.pilots(1))
    nearest = np.sqrt(((pilots[None] - drawn[:, None]) ** 2).sum(axis=2)).min(axis=1)
    # The distances of 12,800 patients in standard deviations, as `choose_grid` needs them.
    assert np.quantile(nearest, 0.99) < 0.8
    assert nearest.max() < 2
    # Those around the typical patient stand on three spheres, in directions that are even: 40 caps of a radius of 0.22
    # around them cover less than half of a sphere, and no two of them overlap.
    distances = np.sqrt((pilots[: 1 + 3 * DIRECTIONS] ** 2).sum(axis=1))
    assert distances == pytest.approx(np.repeat([0, *DISTANCES], [1, *[DIRECTIONS] * 3]), abs=1e-9)
    directions = pilots[1 : 1 + DIRECTIONS] / DISTANCES[0]
    between = np.arccos(np.clip(directions @ directions.T, -1, 1)) + np.diag(np.full(DIRECTIONS, np.pi))
    assert between.min() > 0.44


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
    assert table.loc["omega_light_chain", "status"] == "given"
    for column in ("unit", "meaning"):
        assert table[column].tolist() == [row[column] for row in tables.rows("population")]
    untouched = Population().table().set_index("name")
    assert (untouched["source"] == [row["source"] for row in tables.rows("population")]).all()
    assert (untouched["value"] >= untouched["low"]).all()
    assert (untouched["value"] <= untouched["high"]).all()


def test_every_name_has_limits_around_its_plausible_range_and_its_default():
    for name in names():
        low, high = plausible(name)
        limits = limits_of(name)
        assert limits.low <= low <= Population().value(name) <= high <= limits.high, name


@pytest.mark.parametrize(
    "name", [*OMEGAS, "omega_visit", "severe_share", "placebo_share", "investigator_error", "subject_error"]
)
@pytest.mark.parametrize("value", [-1, 5, float("nan"), float("inf"), "much", None])
def test_a_value_that_cannot_be_is_refused_by_its_name(name, value):
    with pytest.raises(InputError, match=f"^{name} is .*; allowed: from .* to "):
        Population(**{name: value})


@pytest.mark.parametrize("value", [-1, 1, 1.5])
def test_a_correlation_is_less_than_one(value):
    name = "correlation_potency_light_chain"
    with pytest.raises(InputError, match=f"^{name} is .*; allowed: from -0.999 to 0.999$"):
        Population(**{name: value})


def test_an_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(InputError, match="'omega_potensy'; did you mean 'omega_potency'"):
        Population().replace(omega_potensy=1)
    with pytest.raises(InputError, match=r"^parameter is .*; did you mean 'light_chain_half_life'"):
        Population().value("light_chain_halflife")


def test_a_population_cannot_be_changed():
    with pytest.raises(AttributeError):
        Population().omega_light_chain = 0.1


@pytest.mark.parametrize("given", [0.0, "0", None, {}])
def test_what_are_no_parameters_is_refused(given):
    for make in (lambda: Population(parameters=given), lambda: Population().replace(parameters=given)):
        with pytest.raises(InputError, match=r"parameters is .*; allowed: Parameters"):
            make()
