"""The typical patient, what a dose does, and invariants over everything plausible."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wearoff as wo
from tests.extent import extent
from wearoff import InputError, tables
from wearoff.report.explanations import explain_landmarks


def random_parameters():
    rows = [row for row in tables.rows("parameters") if row["name"] != "spread"]
    return st.builds(wo.Parameters, **{row["name"]: st.floats(float(row["low"]), float(row["high"])) for row in rows})


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
def test_dose_moves_onset_and_half_effect():
    ten, twenty, forty = (wo.simulate(units=units).landmarks for units in (10, 20, 40))
    assert 20 <= forty["half_effect_day"] - twenty["half_effect_day"] <= 45
    assert forty["onset_day"] < twenty["onset_day"] < ten["onset_day"]
    assert ten["half_effect_day"] < twenty["half_effect_day"]


def test_units_of_another_product_are_its_own():
    # As many units of abobotulinumtoxinA as stand for 30 U of onabotulinumtoxinA: the same effect, in its own units.
    relative = wo.Visit(product="abobotulinumtoxinA").product.relative_potency
    one, other = wo.simulate(units=30).frame, wo.simulate(units=30 / relative, product="abobotulinumtoxinA").frame
    np.testing.assert_allclose(other["visible"], one["visible"], atol=1e-12)
    np.testing.assert_allclose(other["depot"], one["depot"] / relative, rtol=1e-12)


def test_the_frame_is_tidy():
    timeline = wo.simulate(units=20, times=[0, 0.5, 3, 7])
    assert list(timeline.frame) == [
        "time", "depot", "free", "bound", "endosome", "light_chain", "snap25", "release", "force", "visible",
        "crease", "depth",
    ]  # fmt: skip
    assert timeline.frame["time"].tolist() == [0, 0.5, 3, 7]
    assert timeline.frame.attrs["units"]["depot"] == "U"
    dose_at_half_uptake = wo.Parameters().dose_at_half_uptake
    assert timeline.frame["depot"][0] == pytest.approx(
        20 * dose_at_half_uptake / (20 + dose_at_half_uptake)
    )  # what is taken up


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
def test_missing_landmarks_say_why():
    short = wo.simulate(units=20, days=30)
    assert np.isfinite(short.landmarks[["onset_day", "full_effect_day", "peak_day"]]).all()
    assert "still above 0.5 on day 30" in explain_landmarks(short)["half_effect_day"]
    assert "still rises on day 3" in explain_landmarks(wo.simulate(units=20, days=3))["peak_day"]
    assert "never rises above 0.5" in explain_landmarks(wo.simulate(units=3))["half_effect_day"]
    assert "stays below 0.2" in explain_landmarks(wo.simulate(units=1))["onset_day"]
    none = wo.simulate(units=20, parameters=wo.Parameters(potency=0))
    assert explain_landmarks(none)["peak_day"] == "no effect"


REACHED, NEVER, NOT_YET = wo.Outcome.REACHED, wo.Outcome.NEVER, wo.Outcome.NOT_YET


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
@pytest.mark.parametrize(
    ("plan", "days", "expected"),
    [
        # Onset, full effect, peak, effect at the peak, half effect, wear-off. Peak on day 8, half effect on day 84.
        ([(0, 20)], 240, [REACHED] * 6),
        ([(0, 20)], 100, [REACHED] * 5 + [NOT_YET]),
        ([(0, 20)], 30, [REACHED] * 4 + [NOT_YET] * 2),
        ([(0, 20)], 5, [REACHED] + [NOT_YET] * 5),
        ([(0, 20)], 1, [NOT_YET] * 6),
        # The peak of 5 U is below 0.5, that of 1 U below 0.2.
        ([(0, 5)], 240, [REACHED] * 4 + [NEVER, REACHED]),
        ([(0, 1)], 240, [NEVER] + [REACHED] * 3 + [NEVER] * 2),
        ([(0, 1)], 3, [NOT_YET] * 6),
        # Another visit may reach what the first did not: given after the end, or just before it, or long before it.
        ([(0, 1), (100, 20)], 50, [NOT_YET] + [REACHED] * 3 + [NOT_YET] * 2),
        ([(0, 1), (99.9, 20)], 100, [NOT_YET] + [REACHED] * 3 + [NOT_YET] * 2),
        ([(0, 1), (100, 1)], 400, [NEVER] + [REACHED] * 3 + [NEVER] * 2),
        ([(90, 20)], 30, [NOT_YET] * 6),
        # A later visit that is too small to make a peak: soon after it more may come, but not months after it.
        ([(0, 2), (30, 0.001)], 45, [NOT_YET] + [REACHED] * 3 + [NOT_YET] * 2),
        ([(0, 2), (30, 0.001)], 270, [NEVER] + [REACHED] * 3 + [NEVER] * 2),
    ],
)
def test_never_is_told_from_not_yet(plan, days, expected):
    timeline = wo.simulate(wo.Schedule(tuple(wo.Visit(day=day, units=units) for day, units in plan)), days=days)
    assert list(timeline.outcomes.values()) == expected
    value_of = {REACHED: np.isfinite, NEVER: np.isnan, NOT_YET: np.isposinf}
    assert all(value_of[each](day) for each, day in zip(expected, timeline.landmarks, strict=True))
    assert set(explain_landmarks(timeline)) == {name for name, each in timeline.outcomes.items() if each is not REACHED}


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
def test_what_is_never_reached_is_not_reached_in_ten_years():
    # Every landmark that is NEVER reached is still not reached where the same course is followed for ten years.
    rng, never = np.random.default_rng(3), 0
    for _ in range(150):
        after, units = np.exp(rng.uniform(*np.log([0.05, 250]))), np.exp(rng.uniform(np.log([1, 1e-3]), np.log(8)))
        end = int(after + rng.uniform(15, 60))
        sites = [None, None, 1, 5][rng.integers(4)]
        days = (0, end - after)
        plan = wo.Schedule(
            tuple(wo.Visit(day=day, units=each, sites=sites) for day, each in zip(days, units, strict=True))
        )
        later = wo.simulate(plan, days=3650).outcomes
        for name, outcome in wo.simulate(plan, days=end).outcomes.items():
            assert outcome is not NEVER or later[name] is NEVER, (name, after, units)
            never += outcome is NEVER
    assert never > 50


def test_an_effect_that_never_ends_has_not_come_back_yet():
    forever = wo.simulate(units=20, days=36525, parameters=wo.Parameters(light_chain_half_life=np.inf))
    assert forever.outcomes["half_effect_day"] is forever.outcomes["wear_off_day"] is NOT_YET


def test_without_any_effect_nothing_is_ever_reached():
    none = wo.simulate(units=20, parameters=wo.Parameters(potency=0))
    assert set(none.outcomes.values()) == {NEVER}
    assert {each.message for each in wo.Outcome} == {
        "reached", "never reached", "not reached within the days computed"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"times": [3, 1]}, "ascending"),
        ({"times": []}, "ascending"),
        ({"times": [0]}, "after day 0"),
        ({"times": ["a"]}, "not numbers"),
        ({"times": [1, np.nan]}, "times has nan"),
        ({"times": [1, -np.inf]}, "times has -inf"),
        ({"times": [1], "days": 3}, "one of the two"),
        ({"days": 0}, "days is 0"),
        ({"days": 1e9}, "days is 1000000000"),
        ({"days": 2.5}, "not a whole number"),
        ({"units": -1}, "units is -1"),
        ({"units": np.inf}, "units is inf"),
        ({"schedule": wo.Schedule.once(), "units": 20}, "units is given beside a schedule"),
        ({"schedule": [0, 90]}, r"schedule is \[0, 90\]; allowed: Schedule"),
        ({"parameters": {"potency": 1}}, "parameters is .*; allowed: Parameters"),
    ],
)
def test_wrong_input_is_refused(arguments, message):
    with pytest.raises(wo.InputError, match=message):
        wo.simulate(**arguments)


@pytest.mark.parametrize("day", [-1e-9, 240.001, np.nan, np.inf])
def test_nothing_is_read_beyond_the_simulation(day):
    with pytest.raises(wo.InputError, match="allowed: from 0 to 240 day"):
        wo.simulate(units=20).at([1.0, day])


@pytest.mark.parametrize("days", ["soon", [[1, 2], [3, 4]], [10**400]])
def test_days_that_are_no_row_of_numbers_cannot_be_read(days):
    with pytest.raises(wo.InputError, match=r"times (is|has)"):
        wo.simulate(units=20).at(days)


def test_a_single_day_is_a_row_of_one():
    timeline = wo.simulate(units=20)
    pd.testing.assert_frame_equal(timeline.at(30), timeline.at([30]))


def test_a_visit_after_the_end_has_no_effect():
    plan = wo.Schedule((wo.Visit(), wo.Visit(day=90)))
    np.testing.assert_allclose(wo.simulate(plan, days=30).frame, wo.simulate(days=30).frame, atol=1e-12)
    late = wo.simulate(wo.Schedule((wo.Visit(day=90),)), days=30)
    assert (late.frame["visible"] == 0).all()
    assert explain_landmarks(late)["peak_day"].endswith("the first visit is on day 90")
    with pytest.raises(wo.InputError, match="past the first visit, on day 90"):
        late.cascade_figure()


def test_visits_less_than_a_week_apart_are_warned_of():
    plan = wo.Schedule((wo.Visit(), wo.Visit(day=3)))
    with pytest.warns(wo.UnusualWarning, match="days 0 and 3 are less than 7 days apart"):
        wo.simulate(plan, days=10)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        wo.simulate(wo.Schedule((wo.Visit(), wo.Visit(), wo.Visit(day=84))), days=10)


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
@settings(max_examples=extent(50, 200))
@given(random_parameters(), st.lists(st.floats(0, 300), min_size=1, max_size=5), st.floats(0.1, 200))
def test_fractions_stay_in_range(parameters, days, units):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", wo.UnusualWarning)
        plan = wo.Schedule(tuple(wo.Visit(day=day, units=units) for day in sorted(days)))
        frame = wo.simulate(plan, parameters=parameters, times=np.linspace(0, 400, 300)).frame
    for name in ("snap25", "release", "force", "visible", "crease", "depth"):
        assert frame[name].between(0, 1).all(), name
    assert (frame[["depot", "free", "bound", "endosome", "light_chain"]] >= 0).all().all()


@settings(max_examples=extent(50, 200))
@given(random_parameters(), st.floats(0.5, 1000))
def test_a_later_start_shifts_the_curve(parameters, start):
    times = np.linspace(0, 200, 100)
    now = wo.simulate(units=20, parameters=parameters, times=times).frame
    later = wo.simulate(wo.Schedule((wo.Visit(day=start, units=20),)), parameters=parameters, times=times + start).frame
    assert np.abs(now - later).drop(columns="time").to_numpy().max() < 1e-8


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
@settings(max_examples=extent(25, 100))
@given(random_parameters(), st.floats(0.1, 100), st.floats(1.01, 5), st.sampled_from([None, 1, 3, 5]))
def test_more_units_never_give_less_effect(parameters, units, more, sites):
    times = np.linspace(0, 300, 120)
    less, larger = (
        wo.simulate(units=amount, sites=sites, parameters=parameters, times=times).frame["visible"]
        for amount in (units, units * more)
    )
    assert (larger - less).min() > -2e-8  # the two runs differ by twice the accuracy promised


@pytest.mark.proof
@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
@settings(max_examples=extent(25, 100))
@given(random_parameters(), st.floats(0.1, 100), st.sampled_from([None, 1, 3]))
def test_two_half_doses_at_once_are_one(parameters, units, sites):
    times = np.linspace(0, 200, 60)
    whole = wo.simulate(units=units, sites=sites, parameters=parameters, times=times).frame
    half = wo.Visit(units=units / 2, sites=sites)
    halves = wo.simulate(wo.Schedule((half, half)), parameters=parameters, times=times).frame
    assert np.abs(whole - halves).to_numpy().max() < 1e-12 * max(1, units)


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
@pytest.mark.parametrize(
    ("plan", "constants"),
    [
        (wo.Schedule.once(units=20), {}),
        (wo.Schedule.every(60, visits=5, units=60), {}),
        (wo.Schedule.every(90, visits=3, units=20, sites=3), {"spread": 3}),
        # Each step as quick, and the force as steep, as is plausible: the curve bends most sharply.
        (
            wo.Schedule.every(30, visits=8, units=100),
            {"depot_half_life": 0.48, "force_steepness": 8, "line_half_life": 0.05},
        ),
    ],
)
def test_a_curve_is_smooth_between_its_ends(plan, constants):
    timeline = wo.simulate(plan, parameters=wo.Parameters(**constants))
    curve = timeline.curve
    assert (np.diff(curve["time"]) > 0).all()
    assert (curve["time"].iloc[0], curve["time"].iloc[-1]) == (0, timeline.times[-1])
    # A plot shows straight lines between the points: they differ from the solution by at most a line's width.
    days = np.random.default_rng(1).uniform(0, timeline.times[-1], 5000)
    exact = timeline.at(np.sort(days))
    for name in ("snap25", "force", "visible", "crease", "depth"):
        apart = np.interp(exact["time"], curve["time"], curve[name]) - exact[name]
        assert np.abs(apart).max() < 0.01, name


@pytest.mark.parametrize("first", [0, 30])
def test_a_cascade_is_smooth_on_a_logarithmic_axis(first):
    plan = wo.Schedule((wo.Visit(day=first), wo.Visit(day=first + 90)))
    timeline = wo.simulate(plan)
    cascade = timeline.cascade
    since = cascade["time"].to_numpy() - first
    assert (np.diff(since) > 0).all()
    assert since[0] == pytest.approx(1e-3)
    assert cascade["time"].iloc[-1] == timeline.times[-1]
    chosen = np.geomspace(since[0], since[-1], 7001)[1:-1]
    exact = timeline.at(first + chosen)
    for name in set(cascade) - {"time"}:
        apart = np.interp(np.log(chosen), np.log(since), cascade[name]) - exact[name]
        # At an injection the amounts jump: they differ between the points on its two sides in any table.
        steady = np.abs(chosen - 90) > 1
        assert np.abs(apart[steady]).max() < 0.01 * cascade[name].max(), name


@pytest.mark.parametrize("end", [1e-20, 1e-308])
def test_times_that_end_before_anything_can_happen_are_refused(end):
    with pytest.raises(InputError, match="ends 1e-09 day after day 0 or later"):
        wo.simulate(times=[end])


@pytest.mark.parametrize("times", [1 + 2j, [1j, 2], np.array([1j, 2])])
def test_times_are_real(times):
    with pytest.raises(InputError, match="not numbers"):
        wo.simulate(times=times)


def test_a_day_next_to_the_first_is_the_first():
    assert wo.simulate(times=[3e-306, 1.0]).frame["visible"][0] == 0
