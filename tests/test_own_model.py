"""Functions of a user's own for force and uptake: one patient, a trial, spacing and a fit agree.

Judges: the built-in model, where a function is the built-in one under another name, and scipy's Radau on
`equations.slope`, where it is not. tests/exchange/test_own_model.py has the exported model in libroadrunner.
"""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import wearoff as wo
from tests.extent import some
from tests.own_functions import BOTH, HILL, PROPORTIONAL, UNSATURATED, hill
from wearoff import spacing
from wearoff.model.equations import MODEL, STATES, slope
from wearoff.patients.draws import normals, seed_of

PLAN = wo.Schedule.every(90, visits=3, units=20)
TIMES = np.linspace(0, 300, 601)
MODELS = {"proportional": PROPORTIONAL, "unsaturated": UNSATURATED, "hill": HILL, "both": BOTH}
OTHERS = ["proportional", "unsaturated"]


def by_scipy(model, parameters=None):
    """The visible effect of `PLAN` on `TIMES`, by an implicit Runge-Kutta method, visit by visit."""
    c = (wo.Parameters() if parameters is None else parameters).constants()
    state, visible = list(STATES.values()), np.empty(len(TIMES))
    days = [visit.day for visit in PLAN]
    for visit, end in zip(PLAN, [*days[1:], TIMES[-1]], strict=True):
        state[0] += model.uptake(visit.units, c)
        asked = (visit.day <= TIMES) & (end >= TIMES)  # the days of visits are among them
        solution = solve_ivp(
            slope, (visit.day, end), state, "Radau", TIMES[asked], args=(c, model.force), rtol=1e-10, atol=1e-13
        )
        visible[asked], state = solution.y[list(STATES).index("visible")], list(solution.y[:, -1])
    return visible


@pytest.mark.parametrize("name", some(list(MODELS), 4))
def test_one_patient_is_what_scipy_integrates(name):
    model = MODELS[name]
    visible = wo.simulate(PLAN, times=TIMES, model=model).frame["visible"]
    assert np.abs(visible - by_scipy(model)).max() < 1e-8


@pytest.mark.parametrize("name", some(["both", "hill"], 2))
def test_the_built_in_functions_under_another_name_change_nothing(name):
    model = MODELS[name]
    one, other = (wo.simulate(PLAN, times=TIMES, model=each) for each in (MODEL, model))
    for name, column in one.frame.items():
        assert np.abs(column - other.frame[name]).max() <= 1e-8 * column.max(), name
    np.testing.assert_allclose(other.landmarks, one.landmarks, rtol=0, atol=1e-6)
    arms = [wo.Arm(units=20)]
    trial, again = (wo.run_trial(arms, patients=512, days=200, model=each) for each in (MODEL, model))
    np.testing.assert_allclose(again.responders["rate"], trial.responders["rate"], rtol=0, atol=1e-5)
    for plan in ({}, {"visits": 4}):
        plan |= {"horizon": 365, "allow_shorter": True}
        best, same = (spacing.recommend(model=each, **plan) for each in (MODEL, model))
        assert (same.interval, same.dates.schedule) == (best.interval, best.dates.schedule)
    assert spacing.next_visit(PLAN, model=model).latest_day == spacing.next_visit(PLAN).latest_day


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
@pytest.mark.parametrize("name", some(OTHERS, 2))
def test_a_trial_has_the_patients_of_simulate(name):
    model = MODELS[name]
    people = wo.Population()
    trial = wo.run_trial([wo.Arm(units=20)], population=people, patients=64, days=120, rng=3, model=model)
    normal = normals("sobol", seed_of(3), 0, 1)[:64]
    drawn, factors = people.constants(normal), people.dose_factors(normal)[:, 0]
    names = {"potency": "k_cleave", "light_chain_half_life": "k_light_chain", "depot_half_life": "k_depot"}
    effects = []
    for i in range(64):
        own = {name: float(getattr(drawn, symbol)[i]) for name, symbol in names.items()}
        own = {name: math.log(2) / value if name.endswith("half_life") else value for name, value in own.items()}
        units, parameters = 20 * float(factors[i]), wo.Parameters(**own)
        effects.append(wo.simulate(units=units, parameters=parameters, days=120, model=model).frame["visible"])
    median = np.median(effects, axis=0)
    bands = trial.bands.set_index("time")["p50"]
    # A histogram of the trial has bins of a thousandth of a full effect, and counts between its 32nd and 33rd patient.
    order = np.sort(effects, axis=0)
    assert (bands >= order[30] - 2e-3).all()
    assert (bands <= order[33] + 2e-3).all()
    assert np.abs(bands - median).mean() < 0.02


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")  # visits less than 84 days apart
@pytest.mark.parametrize("name", some(["proportional", "unsaturated", "hill"], 2))
def test_the_recommended_interval_keeps_the_level_and_the_next_does_not(name):
    model = MODELS[name]
    found = spacing.recommend(keep=0.5, horizon=730, model=model, allow_shorter=True)
    assert found.outcome is spacing.Attainment.ATTAINABLE
    for interval, kept in ((found.interval, True), (found.interval + 1, False)):
        visits = math.ceil(730 / interval)
        timeline = wo.simulate(wo.Schedule.every(interval, visits=visits, units=20), days=730, model=model)
        lowest = timeline.at(np.arange(10, 730, 0.05))["visible"].min()
        assert (lowest >= 0.5 - 1e-8) == kept


@pytest.mark.proof
def test_a_fit_finds_what_made_the_rows():
    # Rows made by the proportional force are explained by it, and not by the built-in one.
    truth = wo.Population(parameters=wo.Parameters(potency=0.15))
    rows = wo.published().query("used_for_fit and endpoint == 'none_or_mild'").reset_index(drop=True)
    made = wo.compare(rows, population=truth, patients=256, model=PROPORTIONAL).rows
    rows = rows.assign(value=made["predicted"])
    found = wo.fit(rows, "potency", patients=256, ranges=False, model=PROPORTIONAL)
    assert found.estimates["estimate"][0] == pytest.approx(0.15, rel=1e-3)
    assert found.goodness["deviance"] < 1e-3
    assert wo.fit(rows, "potency", patients=256, ranges=False).goodness["deviance"] > 1


@pytest.mark.proof
def test_a_function_that_can_be_sent_is_shared_among_processes():
    one, two = (
        wo.run_trial([wo.Arm(units=20)], patients=1024, days=60, chunk=512, workers=workers, model=PROPORTIONAL)
        for workers in (1, 2)
    )
    assert one.responders.equals(two.responders)


def test_a_function_that_cannot_be_sent_is_refused_in_one_line():
    model = wo.Model(force=lambda a, c: a)
    said = r"^model cannot be sent to 2 processes \(\w+\); allowed: functions defined by def in a module, no lambda; or"
    with pytest.raises(wo.InputError, match=said):
        wo.run_trial([wo.Arm(units=20)], patients=1024, workers=2, model=model)
    wo.run_trial([wo.Arm(units=20)], patients=64, days=5, model=model)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (wo.Model(force=lambda a, c: 0.9 * a), "force is 0.9; allowed: 1 where the release is 1"),
        (wo.Model(force=lambda a, c: 2 * a), "force is 2; allowed: from 0 to 1"),
        (wo.Model(force=lambda a, c: 1 - a * (1 - a)), "force falls where the release rises; allowed: "),
        (wo.Model(force=lambda a, c: a / 0), "force raises ZeroDivisionError|force gives"),
        (wo.Model(force=lambda a, c: 1.0), "force gives"),
        (wo.Model(force=lambda a: a), "force raises TypeError: .*; allowed: a function of an array"),
        (wo.Model(force=0.5), "force is 0.5; allowed: a function"),
        (wo.Model(uptake=lambda dose, c: dose + 1), "uptake is 1; allowed: 0 U of a dose of 0 U"),
        (wo.Model(uptake=lambda dose, c: -dose), "uptake is -1000; allowed: finite and at least 0 U"),
        (hill, "model is <function hill"),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_curve_that_cannot_be_is_refused(model, message):
    for call in (
        lambda: wo.simulate(units=20, model=model),
        lambda: wo.run_trial([wo.Arm(units=20)], patients=64, days=5, model=model),
        lambda: spacing.recommend(model=model),
    ):
        with pytest.raises(wo.InputError, match=message):
            call()


def test_force_is_asked_with_arrays_of_any_shape():
    # Sites: zones and times; the constants broadcast.
    shapes = set()

    def force(release, c):
        shapes.add(np.ndim(release))
        return hill(release, c)

    plain, own = (wo.simulate(units=20, sites=2, days=60, model=model) for model in (None, wo.Model(force=force)))
    np.testing.assert_allclose(own.frame["visible"], plain.frame["visible"], rtol=0, atol=1e-8)
    assert max(shapes) > 1


def test_a_function_that_is_wrong_for_some_patients_only_is_refused_too():
    # Right for the typical patient, with whom it is tried; not for those of twice the potency.
    typical = wo.Parameters().constants().k_cleave

    def too_strong(release, c):
        return release ** np.where(np.asarray(c.k_cleave) > 2 * typical, -1.0, 1.0)

    def not_finite(release, c):
        return np.where(np.asarray(c.k_cleave) > 2 * typical, np.nan, release)

    def negative(dose, c):
        return np.where(np.asarray(c.k_cleave) > 2 * typical, -dose, dose)

    for model, message in (
        (wo.Model(force=too_strong), r"^force is [\d.e+inf]+; allowed: from 0 to 1"),
        (wo.Model(force=not_finite), "^force is nan; allowed: from 0 to 1"),
        (wo.Model(uptake=negative), r"^uptake is -[\d.]+; allowed: finite and at least 0 U"),
    ):
        wo.simulate(units=20, model=model)
        with pytest.raises(wo.InputError, match=message), np.errstate(all="ignore"):
            wo.run_trial([wo.Arm(units=20)], patients=512, days=60, model=model)
