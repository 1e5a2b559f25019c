"""Patients followed one by one, against a plain loop over patients solved singly, and against the arms as a whole."""

import dataclasses
import math

import numpy as np
import pytest
from tests.extent import extent

import wearoff as wo
from wearoff.patients.draws import normals, seed_of
from wearoff.patients.treated import Treated
from wearoff.trial.following import follow
from wearoff.trial.looks import Chances, People
from wearoff.trial.plans import Plan

PEOPLE = wo.Population()
BLOCK = 512


def followed(arm, last, attendance=None, rng=1, every=28):
    """The first block of the patients of a trial, and their plan and random numbers."""
    attendance, seed = attendance or wo.Attendance(), seed_of(rng)
    plan = Plan.of(arm, PEOPLE, attendance, every, last, 1e-6)
    draws = normals("sobol", seed, 0, plan.most)
    people = People.draw(PEOPLE.raters, attendance, seed, 0, BLOCK)
    return follow(plan, draws, people, seed, 0), draws, people, seed


def test_a_fixed_schedule_given_as_a_policy_is_the_fixed_arm():
    # The arm as a whole is solved with all doses at once.
    schedule = wo.Schedule.every(90, visits=5, units=20)
    policy, draws, *_ = followed(wo.Arm(units=20, retreat=wo.Retreat(always=True, min_interval=90, every=30)), 365)
    fixed, *_ = followed(wo.Arm(schedule), 365)
    days = np.arange(366.0)
    whole = Treated.plan(PEOPLE, schedule.doses(PEOPLE.parameters.spread), 365.0, 1e-6).solve(draws)
    for each in (policy, fixed):
        assert np.abs(each.visible - whole.visible_at(days)).max() < 1e-6
        assert np.abs(each.crease - whole.crease_at(days)).max() < 1e-6
        assert (each.treatments == 5).all()


def rounded(seen):
    """The grade of what a rater sees."""
    return min(3, max(0, math.ceil(seen - 0.5)))


@pytest.mark.parametrize(
    "retreat",
    [
        wo.Retreat(min_interval=85, every=30),
        wo.Retreat(grade=2, min_interval=90, every=28, units=[30, 15], treatments=3, assessor="composite"),
        wo.Retreat(level=0.5, min_interval=60, every=10, assessor="subject"),
    ],
    ids=["baseline grade", "grade 2, composite, other units", "level"],
)
@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
def test_decisions_are_those_of_a_plain_loop_over_patients_solved_singly(retreat):
    # Every patient is solved by `simulate`, again from day 0 for each treatment, with the same errors of the raters.
    last = 300
    found, draws, people, seed = followed(wo.Arm(units=20, retreat=retreat), last)
    constants, factors = PEOPLE.constants(draws), PEOPLE.dose_factors(draws)
    for i in range(0, BLOCK, BLOCK // extent(20, 200)):
        own = wo.Parameters(
            potency=float(constants.k_cleave[i]),
            light_chain_half_life=math.log(2) / float(constants.k_light_chain[i]),
            depot_half_life=math.log(2) / float(constants.k_depot[i]),
            crease_share=float(constants.q[i]),
        )
        visits, expected = [wo.Visit(day=0, units=20 * factors[i, 0])], [0]
        while retreat.treatments is None or len(expected) < retreat.treatments:
            number, begin = len(expected), expected[-1]
            frame = wo.simulate(wo.Schedule(tuple(visits)), parameters=own, days=last).frame
            first = retreat.min_interval - retreat.every * ((retreat.min_interval - 1) // retreat.every)
            days = [
                begin + after
                for after in range(first, last + 1, retreat.every)
                if after >= min(retreat.every / 2, retreat.min_interval)
            ]
            errors = Chances.draw(wo.Attendance(), len(days), seed, 0, number).errors[:, :, i]
            for day, error in zip(days, errors, strict=True):
                if day > last or day < begin + retreat.min_interval:
                    continue
                severity = people.baseline[i] * frame["depth"][day] - people.placebo_responder[i]
                seen = [
                    rounded(severity + deviation * error[rater])
                    for rater, deviation in enumerate((PEOPLE.investigator_error, PEOPLE.subject_error))
                ]
                back = {"investigator": seen[0], "subject": seen[1], "composite": min(seen)}[retreat.assessor]
                if retreat.level is not None:
                    wanted = frame["visible"][day] < retreat.level
                else:
                    wanted = back >= (retreat.grade or people.baseline[i])
                if wanted:
                    later = [retreat.units] if retreat.units is None else [*retreat.units]
                    units = 20 if retreat.units is None else later[min(number, len(later)) - 1]
                    visits.append(wo.Visit(day=day, units=units * factors[i, number]))
                    expected.append(day)
                    break
            else:
                break
        on = [int(days[patients == i][0]) for patients, days in found.treated_on if i in patients]
        assert on == expected


@pytest.fixture(scope="module")
def trial():
    """Two arms with rows: one visit, and placebo."""
    return wo.run_trial(
        [wo.Arm(units=20), wo.Arm.placebo()],
        patients=4096, days=90, response_days=[28, 84],
        responses=[(endpoint, rater) for endpoint in ("none_or_mild", "one_grade", "none_at_rest")
                   for rater in ("investigator", "subject", "composite")],
        individuals=True, visits=True,
    )  # fmt: skip


def test_grades_that_are_drawn_give_the_rates_of_the_arm(trial):
    # The rates of the arm are means of chances; the share of grades that are drawn is within its binomial error.
    joined = trial.visits.merge(trial.individuals[["arm", "patient", "baseline_grade"]], on=["arm", "patient"])
    for row in trial.responders.to_dict("records"):
        seen = joined[(joined["arm"] == row["arm"]) & (joined["day"] == row["day"])]
        assert len(seen) == 4096
        raters = ["investigator", "subject"] if row["assessor"] == "composite" else [row["assessor"]]
        ends = "_at_rest" if row["endpoint"] == "none_at_rest" else ""
        worst = {"none_or_mild": 1, "one_grade": seen["baseline_grade"] - 1, "none_at_rest": 0}[row["endpoint"]]
        share = np.all([seen[f"{rater}{ends}"] <= worst for rater in raters], axis=0).mean()
        assert share == pytest.approx(row["rate"], abs=4 * math.sqrt(0.25 / 4096))


def test_rows_of_patients_are_those_of_simulate():
    # The factor of the dose is not among the constants of a patient, so that doses do not vary here.
    names, still = (
        ("potency", "light_chain_half_life", "depot_half_life", "crease_share"),
        PEOPLE.replace(omega_visit=0),
    )
    same = wo.run_trial(wo.Arm(units=20), population=still, patients=3, days=300, individuals=True).individuals
    for row in same.to_dict("records"):
        own = wo.Parameters(**{name: row[name] for name in names})
        expected = wo.simulate(units=20, parameters=own, days=300)
        for name, day in expected.landmarks.items():
            assert row[name] == pytest.approx(day, abs=1e-3)
        for name, outcome in expected.outcomes.items():
            if name != "peak_effect":
                assert row[name.replace("_day", "_outcome")] == outcome.name.lower()


def test_rows_do_not_change_the_tables(trial):
    plain = wo.run_trial([wo.Arm(units=20), wo.Arm.placebo()], patients=4096, days=90)
    for name in ("bands", "landmarks", "treatments"):
        assert getattr(trial, name).equals(getattr(plain, name))
    assert plain.individuals is None
    assert plain.visits is None


def test_patients_drop_out_at_the_rate_that_is_asked_for():
    # Within a year the share that is asked for, in half a year 1 - sqrt(1 - share): closed forms.
    attendance = wo.Attendance(drop_out=0.3, missed=0.2, window=3)
    people = People.draw(PEOPLE.raters, attendance, 3, 0, BLOCK)
    many = np.concatenate([People.draw(PEOPLE.raters, attendance, 3, block, BLOCK).last_day for block in range(40)])
    error = 4 * math.sqrt(0.25 / len(many))
    assert (many < 365.25).mean() == pytest.approx(0.3, abs=error)
    assert (many < 365.25 / 2).mean() == pytest.approx(1 - math.sqrt(0.7), abs=error)
    chances = Chances.draw(attendance, 100, 3, 0, 1)
    assert chances.missed.mean() == pytest.approx(0.2, abs=0.01)
    counts = np.bincount(chances.shifts.ravel() + 3)
    assert len(counts) == 7
    assert np.ptp(counts) / counts.mean() < 0.1
    assert {*np.unique(people.baseline)} == {2, 3}


def test_hardly_anybody_leaves_at_the_smallest_chance():
    # With a chance of 5e-324 in a year the day is beyond the range of numbers, and comes never.
    people = People.draw(PEOPLE.raters, wo.Attendance(drop_out=5e-324), 3, 0, 100)
    assert people.last_day.min() > 1e300


def test_visits_keep_to_the_rules():
    attendance = wo.Attendance(drop_out=0.3, missed=0.2, window=3, leave_without_effect=0.5)
    arms = [
        wo.Arm(units=20, retreat=wo.Retreat(grade=1, min_interval=80, every=20, treatments=3)),
        wo.Arm(wo.Schedule.every(90, visits=4, units=20)),
        wo.Arm.placebo(),
    ]
    found = wo.run_trial(arms, patients=200, days=400, attendance=attendance, individuals=True, visits=True)
    rows = found.individuals.set_index(["arm", "patient"])
    for (arm, patient), own in found.visits.groupby(["arm", "patient"], sort=False):
        row = rows.loc[arm, patient]
        assert own["day"].is_monotonic_increasing
        given = own[own["units"] > 0]
        assert row["units"] == given["units"].sum()
        assert row["last_visit"] == own["day"].iloc[-1]
        if arm == "placebo":
            assert row["treatments"] == 1
            continue
        assert row["treatments"] == len(given)
        gaps = np.diff(given["day"])
        if arm == arms[0].name:
            assert len(given) <= 3
            assert (gaps >= 80).all()
            assert (given["investigator"] >= 1).all()
        else:
            # A visit that is missed doubles the gap, and each of two visits may be three days off.
            assert all(min(abs(gap - 90 * n) for n in (1, 2, 3)) <= 6 for gap in gaps)
        if row["ended"] == "left without effect":
            since = own[own["treatment"] == own["treatment"].iloc[-1]]
            assert (since["investigator"] >= row["baseline_grade"]).all()
    ended = found.individuals.groupby("arm")["ended"].value_counts(normalize=True)
    # Placebo has no effect but in placebo responders, so that most leave at one of the first visits.
    assert ended["placebo"]["left without effect"] > 0.5 > ended[arms[0].name]["left without effect"]


def test_the_number_of_treatments_is_counted():
    arms = [wo.Arm(units=20, retreat=wo.Retreat(min_interval=90, every=30)), wo.Arm(wo.Schedule.every(90, visits=5))]
    found = wo.run_trial(arms, patients=512, days=730, visits=True)
    given = found.visits[found.visits["units"] > 0]
    for row in found.treatments.to_dict("records"):
        own = given[(given["arm"] == row["arm"]) & (given["day"] < row["day"])].groupby("patient").size()
        assert row["mean"] == pytest.approx(own.mean(), rel=1e-12)
        for share in (5, 25, 50, 75, 95):
            assert row[f"p{share}"] == np.quantile(own, share / 100, method="inverted_cdf")
    assert found.treatments["day"].tolist() == [365, 730] * 2


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: wo.Retreat(grade=2, always=True),
            "always is True, beside grade; allowed: one of grade, level, always",
        ),
        (lambda: wo.Retreat(grade=4), "grade is 4; allowed: from 1 to 3"),
        (lambda: wo.Retreat(level=0), "level is 0; allowed: above 0 to 1"),
        (lambda: wo.Retreat(always="yes"), "always is 'yes'; allowed: True or False"),
        (lambda: wo.Retreat(min_interval=0.5), "min_interval is 0.5; allowed: from 1 to 3652 day"),
        (lambda: wo.Retreat(treatments=2, units=[20, 20]), "units has 2 numbers; allowed: one number, or one for each"),
        (lambda: wo.Retreat(units=-1), "units is -1; allowed: above 0 to 10000 U"),
        (lambda: wo.Retreat(assessor="nurse"), "assessor is 'nurse'; "),
        (lambda: wo.Attendance(drop_out=1), "drop_out is 1; allowed: from 0 to below 1"),
        (lambda: wo.Attendance(missed=1), "missed is 1; allowed: from 0 to below 1"),
        (lambda: wo.Attendance(window=-1), "window is -1; allowed: from 0 to 365 day"),
        (lambda: wo.Attendance(leave_without_effect=2), "leave_without_effect is 2; allowed: from 0 to 1"),
        (
            lambda: wo.Arm(wo.Schedule.every(90, visits=2), retreat=wo.Retreat()),
            "schedule has 2 visits beside retreat; allowed: one visit",
        ),
        (lambda: wo.Arm(units=20, retreat="relapse"), "retreat is 'relapse'; allowed: Retreat"),
        (lambda: short(attendance=wo.Attendance(window=14)), "window is 14; allowed: less than half of the 28 days"),
        (lambda: short(attendance=3), "attendance is 3; allowed: Attendance"),
        (
            lambda: short(individuals="rows.txt"),
            "individuals is 'rows.txt'; allowed: True, False, or the name of a file",
        ),
        (lambda: short(visits=1), "visits is 1; allowed: True, False"),
        (lambda: short(individuals="a.csv", visits="a.csv"), "visits is 'a.csv'; allowed: another file than that of"),
        (
            lambda: wo.run_trial(wo.Arm(wo.Schedule.from_frame(HALF_DAY)), patients=8, days=60, visits=True),
            "schedule has a visit on day 0.5; allowed: whole days",
        ),
        (
            lambda: short(attendance=wo.Attendance(missed=0.1), response_days=1.5),
            "response_days is 1.5; allowed: whole",
        ),
    ],
)
def test_what_contradicts_itself_is_refused(call, message):
    with pytest.raises(wo.InputError) as refused:
        call()
    assert str(refused.value).startswith(message)


HALF_DAY = {"time": [0.5], "amt": [20]}


def short(**options):
    return wo.run_trial(wo.Arm(units=20), patients=8, days=60, **options)


def test_rules_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        wo.Retreat().grade = 2
