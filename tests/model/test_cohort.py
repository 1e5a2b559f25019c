"""A cohort against the solution of single patients and against LSODA: every patient has the accuracy asked for."""

import numpy as np
import pytest
from tests.extent import some
from tests.reference import reference

import wearoff as wo
from wearoff.levels import FULL, HALF, ONSET, WEAR_OFF
from wearoff.model.cohort import choose_grid, solve_cohort
from wearoff.model.course import solve
from wearoff.model.doses import Doses
from wearoff.model.equations import Constants
from wearoff.model.landmarks import find_landmarks
from wearoff.model.mesh import Reading, at_own_day
from wearoff.patients.draws import OF_PATIENT
from wearoff.patients.population import Population
from wearoff.trial.blocks import NARROW

ACCURACY, END = 1e-6, 365.0
ONE, FOUR = {0.0: 20.0}, {0.0: 20.0, 84.0: 20.0, 84.5: 5.0, 200.3: 100.0}
SMALL = {0.0: 8.0, 40.0: 0.01}
WIDE = Population(omega_potency=1.0, omega_light_chain=0.8, omega_depot=0.8, correlation_potency_light_chain=0)
POPULATIONS = {
    "default": Population(),
    "wide": WIDE,
    "wide and steep": WIDE.replace(force_steepness=8, line_half_life=0.05),
    "narrow": Population(omega_potency=0.05, omega_light_chain=0.05, omega_depot=0.05),
    "all the same": Population(omega_potency=0, omega_light_chain=0, omega_depot=0),
    "no loss": Population().replace(light_chain_half_life=np.inf),
    "potent": Population().replace(potency=10),
    "crease of a day": Population().replace(crease_half_life=1),
}


def even(doses):
    return Doses(np.array(list(doses)), np.array([list(doses.values())]), np.ones(1))


def grid_of(population, doses, end=END, accuracy=ACCURACY):
    return choose_grid(even(doses), population.constants(population.pilots(len(doses))), end, accuracy)


def drawn(population, patients, seed=1):
    """Return patients of the population who are not among its pilots."""
    return population.constants(np.random.default_rng(seed).standard_normal((patients, OF_PATIENT)))


def some_times(end=END):
    """Days between the nodes of any mesh, more of them while the effect arrives."""
    return np.union1d(np.random.default_rng(2).uniform(0, end, 1000), np.geomspace(1e-3, min(end, 30), 300))


def worst_error(grid, doses, constants, times):
    """Largest error of any patient's visible effect or crease, in units of the accuracy asked for."""
    found = solve_cohort(grid, even(doses), constants)
    truth = solve(even(doses), constants, END, tolerance=1e-10)
    visible = np.abs(found.visible_at(times).T - truth.visible_at(times)).max()
    healed = Reading(truth.mesh, times)(truth.healed)
    return max(visible, np.abs(1 - found.crease_at(times).T - healed).max()) / ACCURACY


@pytest.mark.parametrize("doses", some([FOUR, ONE], 2), ids=some(["four visits", "one visit"], 2))
@pytest.mark.parametrize("population", some(list(POPULATIONS.values()), 2), ids=some(list(POPULATIONS), 2))
def test_every_patient_is_within_the_accuracy_asked_for(population, doses):
    grid = grid_of(population, doses)
    error = worst_error(grid, doses, drawn(population, 512 // len(doses) ** 2), some_times())
    print(f"error {error:.2f} of the accuracy, {len(grid.edges) - 1} steps, {len(grid.mesh.edges) - 1} intervals")
    assert error < 1


def test_a_population_wider_than_is_plausible_is_within_ten_times_of_it():
    # No pilot lies there: `run_trial` documents this limit.
    wider = WIDE.replace(omega_potency=1.5, omega_depot=1.5)
    assert worst_error(grid_of(wider, ONE), ONE, drawn(wider, 512), some_times()) < 10


def test_a_coarser_accuracy_is_kept_too_with_fewer_steps():
    fine, coarse = (grid_of(Population(), ONE, accuracy=accuracy) for accuracy in (ACCURACY, 1e-4))
    assert len(coarse.edges) < 0.7 * len(fine.edges)
    assert worst_error(coarse, ONE, drawn(Population(), 256), some_times()) < 100


def test_a_handful_of_patients_agree_with_an_independent_solver():
    constants, times = drawn(WIDE, 6, seed=3), np.arange(0.0, 366.0, 0.25)
    cohort = solve_cohort(grid_of(WIDE, FOUR), even(FOUR), constants)
    found = {"visible": cohort.visible_at(times), "crease": cohort.crease_at(times)}
    errors = []
    for i in range(6):
        own = Constants(*(float(each[i] if np.ndim(each) else each) for each in constants))
        judge = reference(own, FOUR, times)
        errors.append(max(np.abs(values[:, i] - judge[name]).max() for name, values in found.items()) / ACCURACY)
    print("errors against LSODA, of the accuracy:", np.round(errors, 2))
    assert max(errors) < 1


@pytest.mark.parametrize("apart", [0.0, 1e-15, 1e-12, 1e-9, 1e-6, 1e-4, 1e-2, 0.03])
def test_a_release_as_fast_as_a_step_of_the_chain_breaks_nothing(apart):
    # Where the release varies as widely as is plausible, one of twenty thousand patients releases as fast as the light
    # chain leaves the endosome.
    people = Population(omega_depot=0.8)
    constants = drawn(people, 6)
    release = np.array(constants.k_depot)
    release[:3] = np.array([constants.k_translocation, constants.k_light_chain[1], constants.k_translocation]) * (
        1 + apart
    )
    loss = np.array(constants.k_light_chain)
    loss[3] = release[3] * (1 - apart)
    constants = constants._replace(k_depot=release, k_light_chain=loss)
    assert worst_error(grid_of(people, ONE), ONE, constants, some_times()) < 1


def test_a_patient_is_the_same_in_any_company():
    grid, constants = grid_of(Population(), FOUR), drawn(WIDE, 65)
    together = solve_cohort(grid, even(FOUR), constants).visible
    for part in (slice(0, 1), slice(3, 10), slice(40, 65)):
        own = Constants(*(each[part] if np.ndim(each) else each for each in constants))
        assert solve_cohort(grid, even(FOUR), own).visible == pytest.approx(together[..., part], abs=1e-14)


def test_numbers_are_a_cohort_of_one():
    grid, typical = (
        grid_of(Population(), ONE),
        drawn(Population(omega_potency=0, omega_light_chain=0, omega_depot=0), 1),
    )
    numbers = Constants(*(float(np.ravel(each)[0]) for each in typical))
    assert (solve_cohort(grid, even(ONE), numbers).visible == solve_cohort(grid, even(ONE), typical).visible).all()


@pytest.mark.parametrize("later", some([1e-9, 5e-324, 1e-300, 1e-12, 1e-6], 4))
def test_doses_almost_at_once_and_almost_at_the_start(later):
    # The slope of the visible effect is below 1 per day.
    for doses in ({0.0: 20.0, later: 5.0}, {later: 20.0}, {3.0: 20.0, 3.0 + later: 5.0}):
        grid = grid_of(Population(), doses)
        assert worst_error(grid, doses, drawn(Population(), 32), some_times()) < 1 + later / ACCURACY


@pytest.mark.parametrize("doses", [{0.0: 20.0, 365.0: 20.0}, {0.0: 20.0, 400.0: 20.0}])
def test_doses_at_the_end_and_past_it_have_no_effect(doses):
    constants = drawn(Population(), 16)
    cohort, alone = (solve_cohort(grid_of(Population(), each), even(each), constants) for each in (doses, ONE))
    assert (cohort.visible == alone.visible).all()


def test_before_the_first_dose_and_without_potency_there_is_nothing():
    late = solve_cohort(grid_of(Population(), {100.0: 20.0}), even({100.0: 20.0}), drawn(Population(), 16))
    before = late.mesh.nodes.ravel() <= 100
    assert (late.visible.reshape(len(before), -1)[before] == 0).all()
    assert (late.crease.reshape(len(before), -1)[before] == 1).all()
    impotent = Population().replace(potency=0)
    assert (solve_cohort(grid_of(impotent, FOUR), even(FOUR), drawn(impotent, 4)).visible == 0).all()


def single_patients(patients, doses):
    """Patients of the default population as `simulate` has them, and their constants."""
    names = {"potency": "k_cleave", "light_chain_half_life": "k_light_chain", "depot_half_life": "k_depot"}
    constants = drawn(Population(), patients, seed=4)
    schedule = wo.Schedule(tuple(wo.Visit(day=day, units=units) for day, units in doses.items()))
    for i in range(patients):
        own = {name: getattr(constants, symbol)[i] for name, symbol in names.items()}
        halves = {name: np.log(2) / value if name.endswith("half_life") else value for name, value in own.items()}
        yield wo.simulate(schedule, parameters=wo.Parameters().replace(**halves), days=END)


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
@pytest.mark.parametrize("doses", [ONE, FOUR, SMALL], ids=["one visit", "four visits", "a small one last"])
def test_landmarks_are_those_of_single_patients(doses):
    cohort = solve_cohort(grid_of(Population(), doses), even(doses), drawn(Population(), 24, seed=4))
    found = find_landmarks(cohort.mesh, cohort.visible, cohort.weak, max(doses), cohort.rise)
    levels = {"onset_day": ONSET, "half_effect_day": HALF, "wear_off_day": WEAR_OFF}
    reached = dict.fromkeys(levels, 0)
    for i, timeline in enumerate(single_patients(24, doses)):
        judge = timeline.landmarks
        # On that day the effect of the patient, solved alone, has the level within the accuracy of the cohort.
        peak = judge["peak_effect"]
        assert found.peak_effect[i] == pytest.approx(peak, abs=ACCURACY)
        assert timeline.at([found.peak_day[i]])["visible"][0] == pytest.approx(peak, abs=2 * ACCURACY)
        full = timeline.at([found.full_effect_day[i]])["visible"][0]
        assert full == pytest.approx(FULL * peak, abs=2 * ACCURACY)
        for name, level in levels.items():
            day = getattr(found, name)[i]
            assert (np.isnan(day), np.isinf(day)) == (np.isnan(judge[name]), np.isinf(judge[name]))
            if np.isfinite(day):
                reached[name] += 1
                assert timeline.at([day])["visible"][0] == pytest.approx(level, abs=ACCURACY)
                # The same crossing, if the effect crosses the level more than once: its slope is above 0.001 per day.
                assert day == pytest.approx(judge[name], abs=1000 * ACCURACY)
    assert min(reached.values()) >= 3


def test_landmarks_found_less_exactly_are_days_on_which_the_effect_has_the_level():
    # The level itself is the judge. Trials search days within this part of an interval.
    cohort = solve_cohort(grid_of(Population(), ONE), even(ONE), drawn(Population(), 500))
    found = find_landmarks(cohort.mesh, cohort.visible, cohort.weak, narrow=NARROW)
    levels = {
        "onset_day": ONSET,
        "full_effect_day": FULL * found.peak_effect,
        "peak_day": found.peak_effect,
        "half_effect_day": HALF,
        "wear_off_day": WEAR_OFF,
    }
    for name, level in levels.items():
        day = getattr(found, name)
        reached = np.isfinite(day)
        effect = at_own_day(cohort.mesh, cohort.visible, np.where(reached, day, 0.0))
        assert reached.sum() > 400
        assert np.abs(effect - level)[reached].max() < 2 * ACCURACY, name


def test_patients_may_have_doses_of_their_own():
    # The judge is the same cohort in which all have that patient's doses, which are at random.
    constants, grid = drawn(Population(), 8), grid_of(Population(), FOUR)
    units = even(FOUR).units * np.random.default_rng(1).uniform(0.5, 2, (8, 1, 4))
    found = solve_cohort(grid, even(FOUR)._replace(units=units), constants).visible
    for i in range(8):
        alone = solve_cohort(grid, even(FOUR)._replace(units=units[i]), constants).visible
        assert found[..., i] == pytest.approx(alone[..., i], abs=1e-14)
