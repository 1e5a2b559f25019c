"""Wrong arguments end in one line; one thing where several are asked for is taken as one."""

import dataclasses
import multiprocessing

import numpy as np
import pytest

import wearoff as wo
from wearoff import InputError, plates, sensitivity, spacing
from wearoff.exchange import to_antimony, to_sbml
from wearoff.sensitivity.sobol import sobol_indices

# The functions and classes that a user calls.
CALLS = (
    wo.simulate, wo.scan, wo.Visit, wo.Schedule, wo.Schedule.once, wo.Schedule.every, wo.Parameters, spacing.compare,
    spacing.recommend, spacing.next_visit, wo.Arm, wo.Population, wo.run_trial, wo.fit,
    wo.estimate_survival, wo.compare, sensitivity.elasticities, sensitivity.indices, plates.serotypes_figure,
    plates.sites_figure, to_sbml, to_antimony,
)  # fmt: skip


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.__qualname__)
def test_an_argument_that_there_is_not_is_refused_by_name(call):
    with pytest.raises(InputError, match=rf"^argument of {call.__name__} is 'colour'(;|, ).*llowed: ") as stop:
        call(colour="red")
    assert "\n" not in str(stop.value)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: wo.simulate(unit=20), "argument of simulate is 'unit'; did you mean 'units'?"),
        (lambda: wo.Visit(unit=20), "argument of Visit is 'unit'; did you mean 'units'?"),
        (lambda: spacing.compare(horizn=9), "argument of compare is 'horizn'; did you mean 'horizon'?"),
        (lambda: wo.Parameters(potensy=3), "argument of Parameters is 'potensy'; did you mean 'potency'?"),
        (lambda: wo.Schedule.every(90), "every: visits is missing; allowed: days, visits"),
        (lambda: wo.Visit(20), "Visit has 1 argument without a name; allowed: 0, and by name day, units"),
        (lambda: wo.run_trial(), "run_trial: arms is missing; allowed: arms, population"),
        (lambda: wo.run_trial(5), "arms is 5; allowed: one or several of Arm"),
        (lambda: wo.run_trial(["20"]), "arms is '20'; allowed: Arm"),
        (lambda: wo.fit(20, "potency"), "data is 20; allowed: a Histories, a table or a path"),
        (lambda: wo.simulate(20), "schedule is 20; allowed: Schedule"),
        (lambda: wo.page(3), "path is 3; allowed: a path"),
        (lambda: wo.Schedule.once().to_csv(b"visits.csv"), "path is b'visits.csv'; allowed: a path"),
        (lambda: wo.middle_half(wo.Schedule.once(), model=3), "model is 3; allowed: Model"),
        (lambda: wo.History(wo.Schedule.once(), baseline=np.array([2.0, 3.0])), "baseline is "),
        (lambda: sobol_indices(len, 3), "ranges is 3; allowed: Mapping"),
        (lambda: wo.Visit(units=np.ma.masked), "units is masked, not a number; allowed: above 0 to 10000 U"),
        (
            lambda: wo.run_trial(wo.Arm(units=20), responses=("none_or_mild", "subject", 30)),
            "responses has 'none_or_mild'; allowed: pairs such as",
        ),
    ],
)
def test_a_wrong_call_is_one_line(call, message):
    with pytest.raises(InputError) as stop:
        call()
    assert str(stop.value).startswith(message)


def test_an_error_inside_a_function_stays_what_it_is():
    def progress(done, total):
        raise TypeError("of the user's own function")

    with pytest.raises(TypeError, match="of the user's own function"):
        wo.run_trial(wo.Arm(units=20), patients=64, days=5, progress=progress)


def test_one_thing_is_taken_as_one_of_several():
    visit = wo.Visit(units=20)
    assert wo.Schedule(visit) == wo.Schedule.once(units=20)
    assert wo.simulate(visit).schedule == wo.Schedule.once(units=20)
    arm = wo.Arm(units=20)
    common = {"patients": 64, "days": 5, "rng": 1}
    alone = wo.run_trial(arm, responses=("none_or_mild", "subject"), response_days=3, **common)
    several = wo.run_trial([arm], responses=[("none_or_mild", "subject")], response_days=[3], **common)
    assert alone.responders.equals(several.responders)
    assert spacing.compare(90, horizon=365).frame.equals(spacing.compare([90], horizon=365).frame)
    assert sensitivity.elasticities(names="potency").frame.equals(sensitivity.elasticities(names=["potency"]).frame)


@pytest.mark.proof
def test_one_name_or_one_prior_of_a_fit_is_taken_as_one_of_several():
    rows = wo.published().query("trial == 'ona GL pivotal 2'")
    prior = wo.Prior("onset_day", 3, 1, 20)
    single, listed = (wo.fit(rows, *given, patients=64) for given in (["potency"], [["potency"]]))
    assert single.estimates.equals(listed.estimates)
    assert len(wo.fit(rows, "potency", priors=prior, patients=64).priors) == 1


def test_the_date_of_day_0_is_set_beside_a_schedule_and_not_changed():
    plan = wo.Schedule.every(90, visits=2)
    assert wo.simulate(plan, start="2027-01-04").schedule == dataclasses.replace(plan, start="2027-01-04")
    assert plan.starting("2027-01-04").starting("2027-01-04").start.isoformat() == "2027-01-04"
    with pytest.raises(InputError, match="start is 2027-01-05; allowed: 2027-01-04, as the dates of the visits say"):
        wo.simulate(plan.starting("2027-01-04"), start="2027-01-05")


def trial_of_two_workers(_):
    try:
        wo.run_trial(wo.Arm(units=20), patients=64, days=5, workers=2)
    except InputError as error:
        return str(error)


@pytest.mark.proof
def test_workers_in_a_worker_of_a_pool_are_refused_in_one_line():
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        (message,) = pool.map(trial_of_two_workers, [None])
    assert message == "workers is 2 in a process of a multiprocessing.Pool, which may start no others; allowed: 1"
