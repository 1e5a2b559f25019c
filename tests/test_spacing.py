"""Spacing: measures against a dense simulation, recommendations against every schedule on a grid, and refusals."""

import datetime
import itertools
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wearoff as wo
from tests.extent import FULL, extent
from wearoff import spacing, tables
from wearoff.report.explanations import explain_next_visit, explain_recommendation

ROWS = {row["name"]: row for row in tables.rows("parameters")}
GRID = 14


def drawn(rng):
    """Constants from the plausible range, the light chain lost soon enough for returns within the horizon."""
    ranges = {name: (float(row["low"]), float(row["high"])) for name, row in ROWS.items()}
    ranges["light_chain_half_life"] = (10, 60)
    return wo.Parameters(**{name: rng.uniform(*span) for name, span in ranges.items()})


def visible(days, parameters, horizon, at, units=20):
    """The visible effect by `simulate`, without the warning that visits are close together."""
    plan = wo.Schedule(tuple(wo.Visit(day=day, units=units) for day in days))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", wo.UnusualWarning)
        return wo.simulate(plan, parameters=parameters, times=[0, horizon]).at(at)["visible"].to_numpy()


def days_above(days, parameters, horizon, keep):
    """Days above the level, and the lowest effect once it was reached: straight lines between dense points."""
    at = np.union1d(
        np.linspace(0, horizon, 6 * horizon + 1), np.add.outer(days, np.linspace(0, 14, 337)).clip(0, horizon)
    )
    effect = visible(days, parameters, horizon, at) - keep
    width, low, high = np.diff(at), effect[:-1], effect[1:]
    rise = np.where(high == low, 1.0, np.abs(high - low))
    part = np.where(low * high < 0, np.maximum(low, high) / rise, (low + high > 0).astype(float))
    reached = np.flatnonzero(effect >= 0)
    lowest = effect[reached[0] :].min() if len(reached) else -1.0
    return float((width * part).sum()), lowest


# The default

TYPICAL = spacing.compare([84, 90, 100, 110, 120, 150, 180, 365])


def test_more_days_between_visits_are_fewer_days_above_and_fewer_units():
    frame = TYPICAL.frame
    assert (np.diff(frame["share_above"]) <= 0).all()
    assert (np.diff(frame["share_above"][frame["interval"] >= 90]) < 0).all()
    assert (np.diff(frame["units_per_year"]) < 0).all()
    np.testing.assert_allclose(frame["units_per_year"], 20 * 365.25 / frame["interval"])
    assert (np.diff(frame["lowest_effect"]) < 0).all()
    assert (np.diff(frame["longest_gap"]) >= 0).all()


@pytest.mark.parametrize("row", TYPICAL.frame.to_dict("records"), ids=lambda row: f"{row['interval']:g}")
def test_the_measures_are_those_of_a_dense_simulation(row):
    days = np.arange(0, 730, row["interval"])
    above, lowest = days_above(days, wo.Parameters(), 730, 0.5)
    assert row["share_above"] == pytest.approx(above / 730, abs=1e-5)
    if row["longest_gap"] == 0:
        assert lowest >= 0
    at = np.linspace(0, 730, 73001)
    effect = visible(days, wo.Parameters(), 730, at)
    after_peak = effect[np.flatnonzero(np.diff(effect) < 0)[0] :]
    assert row["lowest_effect"] == pytest.approx(after_peak.min(), abs=1e-4)
    below = np.flatnonzero(effect < 0.5)
    below = below[below > np.argmax(effect >= 0.5)]
    runs = np.split(below, np.flatnonzero(np.diff(below) > 1) + 1)
    assert row["longest_gap"] == pytest.approx(0.01 * max(map(len, runs)), abs=0.02)


def test_the_residual_at_a_return_is_the_course_without_it():
    at_90 = TYPICAL.returns[TYPICAL.returns["interval"] == 90]
    assert at_90["visit"].tolist() == list(range(2, 10))
    for row in at_90.head(3).itertuples():
        before = wo.simulate(wo.Schedule.every(90, visits=row.visit - 1), days=730).at([row.time])
        assert row.visible == pytest.approx(before["visible"][0], abs=1e-8)
        assert row.light_chain == pytest.approx(before["light_chain"][0], abs=1e-8)


def test_the_longest_interval_holds_and_one_day_more_does_not():
    found = spacing.recommend(allow_shorter=True)
    for more, holds in ((0, True), (1, False)):
        days = np.arange(0, 730, found.interval + more)
        assert (days_above(days, wo.Parameters(), 730, 0.5)[1] >= 0) == holds
    assert found.outcome is spacing.Attainment.ATTAINABLE
    # One visit alone is above the level until its half effect. The next acts within a day, and whole days are tried.
    half = wo.simulate(days=200).landmarks["half_effect_day"]
    assert half - 2 < found.interval <= half
    assert found.label_interval == 90
    assert bool(found.warnings) == (found.interval < 90)
    assert len(found.dates.schedule) <= len(found.even.schedule)


def test_an_interval_shorter_than_the_labels_is_said():
    found = spacing.recommend(keep=0.8, allow_shorter=True)
    assert found.interval < 84
    said = f"every 90 days the typical patient's effect is at 0.8 or more on {found.label_share_above:.1%} of days"
    assert any(said in text for text in found.warnings)
    assert any("less than 84 days apart" in text for text in found.warnings)
    expected = days_above(np.arange(0, 730, 90), wo.Parameters(), 730, 0.8)[0] / 730
    assert found.label_share_above == pytest.approx(expected, abs=1e-5)


# Every schedule on a grid


# These seeds have the most schedules and take most of the time.
SLOW_SEEDS = (3, 7, 11, 35)


@pytest.mark.parametrize("seed", range(36) if FULL else [seed for seed in range(8) if seed not in SLOW_SEEDS])
def test_recommendations_equal_brute_force(seed):
    rng = np.random.default_rng(seed)
    parameters, keep = drawn(rng), rng.uniform(0.2, 0.8)
    horizon = GRID * int(rng.integers(9, 14))
    asked = {"keep": keep, "horizon": horizon, "parameters": parameters, "units": 20, "step": GRID}
    asked |= {"allow_shorter": True}
    found = spacing.recommend(**asked)
    days = range(GRID, horizon, GRID)
    if visible([0], parameters, horizon, np.linspace(0, horizon, 2000)).max() < keep:
        assert found.interval is None
        assert found.nearest["keep"] < keep
        return

    def schedules(visits):
        return ((0, *later) for later in itertools.combinations(days, visits - 1))

    evenly = [i for i in days if days_above(np.arange(0, horizon, i), parameters, horizon, keep)[1] >= 0]
    if days_above([0], parameters, horizon, keep)[1] >= 0:
        assert found.interval == horizon
    else:
        assert found.interval == max(evenly, default=None)
    if found.interval is not None:
        fewest = next(
            n for n in range(1, 14)
            if any(days_above(plan, parameters, horizon, keep)[1] >= 0 for plan in schedules(n))
        )  # fmt: skip
        assert len(found.dates.schedule) == fewest
        assert fewest <= len(found.even.schedule)
    for visits in (2, 3):
        best = max(days_above(plan, parameters, horizon, keep)[0] for plan in schedules(visits))
        dates = spacing.recommend(visits=visits, **asked).dates
        chosen = [visit.day for visit in dates.schedule]
        assert len(chosen) <= visits
        assert days_above(chosen, parameters, horizon, keep)[0] == pytest.approx(best, abs=2e-3)


# The latest next visit


@pytest.mark.parametrize("seed", range(20))
def test_one_day_after_the_latest_next_visit_the_level_is_lost(seed):
    rng = np.random.default_rng(seed)
    parameters = drawn(rng)
    keep = rng.uniform(0.2, 0.95) * visible([0], parameters, 200, np.linspace(0, 200, 2001)).max()
    given = tuple(np.sort(rng.integers(0, 200, 3)).astype(float))
    plan = wo.Schedule(tuple(wo.Visit(day=day, units=20) for day in given))
    day = spacing.next_visit(plan, keep=keep, parameters=parameters, allow_shorter=True).day
    horizon = day + 30

    def lowest(next_day):
        # From the day on which the last visit has acted until the next visit has acted.
        at = np.linspace(given[-1], next_day + 12, 20001)
        effect = visible([*given, next_day], parameters, horizon, at)
        return effect[np.argmax(effect >= keep) :].min()

    assert lowest(day) >= keep - 1e-8
    assert lowest(day + 1) < keep


def test_the_next_visit_after_evenly_spaced_ones_comes_later_each_time():
    interval = spacing.recommend(allow_shorter=True).interval
    plans = [wo.Schedule.every(interval, visits=n, start="2027-01-04") for n in (1, 2, 3)]
    days = [spacing.next_visit(plan, allow_shorter=True) for plan in plans]
    assert days[0].day == interval
    assert days[0].date == datetime.date(2027, 1, 4) + datetime.timedelta(days=interval)
    waits = [found.day - interval * n for n, found in enumerate(days)]
    assert waits[0] < waits[1] < waits[2]


def test_the_next_visit_may_be_another():
    once = wo.Schedule.once()
    assert spacing.next_visit(once, units=40, keep=0.4).day >= spacing.next_visit(once, keep=0.4).day
    sooner = spacing.next_visit(once, keep=0.8, allow_shorter=True)
    assert "sooner than the label of onabotulinumtoxinA allows: 90 days" in sooner.warnings[-1]
    relative = wo.Visit(product="abobotulinumtoxinA").product.relative_potency
    mixed = spacing.next_visit(once, keep=0.4, product="abobotulinumtoxinA", units=20 / relative)
    assert mixed.day == spacing.next_visit(once, keep=0.4).day  # these units are taken for 20 U of the other
    assert any("not interchangeable" in text for text in mixed.warnings)


# What the label allows


def test_no_interval_is_shorter_than_the_labels():
    found, asked = spacing.recommend(keep=0.8), {"keep": 0.8, "allow_shorter": True}
    assert found.outcome is spacing.Attainment.LABEL_TOO_LONG
    assert found.interval is None
    assert found.typical.longest == spacing.recommend(**asked).interval < 90
    assert found.nearest["interval"] == 90
    assert found.nearest["share_above"] == found.label_share_above
    said = explain_recommendation(found)
    longest = f"the longest interval that keeps it is {found.typical.longest} days"
    assert f"{longest}, and the label of onabotulinumtoxinA asks for" in said
    for plan in (found.dates, spacing.recommend(keep=0.8, visits=5).dates):
        assert np.diff([visit.day for visit in plan.schedule]).min() >= 90
    assert found.warnings == ()


def test_the_next_visit_is_not_sooner_than_the_label_allows():
    once = wo.Schedule.once(start="2027-01-04")
    found = spacing.next_visit(once, keep=0.8)
    assert found.outcome is spacing.Attainment.LABEL_TOO_LONG
    assert (found.day, found.date, found.label_day, found.label_date) == (None, None, 90, datetime.date(2027, 4, 4))
    assert found.latest_day == spacing.next_visit(once, keep=0.8, allow_shorter=True).day
    assert "the label's earliest day is 90, 2027-04-04" in explain_next_visit(found)
    kept = spacing.next_visit(once, keep=0.4)
    assert kept.day == kept.latest_day > kept.label_day == 90


@pytest.mark.parametrize("seed", range(extent(2, 12)))
def test_dates_that_the_label_allows_equal_brute_force(seed):
    rng = np.random.default_rng(seed)
    parameters, keep = drawn(rng), rng.uniform(0.2, 0.6)
    horizon, gap = GRID * 26, GRID * 7  # the first multiple of 14 days that is 90 days or more
    asked = {"keep": keep, "horizon": horizon, "parameters": parameters, "units": 20, "step": GRID}
    days = range(GRID, horizon, GRID)
    for visits in (2, 3):
        dates = spacing.recommend(visits=visits, **asked).dates
        if dates is None:
            continue
        chosen = [visit.day for visit in dates.schedule]
        assert np.diff(chosen).min(initial=gap) >= gap
        plans = [(0, *later) for later in itertools.combinations(days, visits - 1)]
        plans = [plan for plan in plans if np.diff(plan).min() >= gap]
        best = max(days_above(plan, parameters, horizon, keep)[0] for plan in plans)
        assert days_above(chosen, parameters, horizon, keep)[0] == pytest.approx(best, abs=2e-3)


# Levels that cannot be kept


@pytest.mark.proof
def test_a_level_above_the_peak_names_the_nearest():
    found = spacing.recommend(keep=0.97)
    assert found.interval is None
    assert found.even is None
    assert found.dates is None
    assert found.nearest["keep"] == pytest.approx(wo.simulate().landmarks["peak_effect"], abs=1e-9)
    peak = f"{wo.simulate().landmarks['peak_effect']:.3f}"
    assert (
        f"above the largest effect of one visit of 20 U of onabotulinumtoxinA within 730 days ({peak})"
        in explain_recommendation(found)
    )
    assert found.outcome is spacing.Attainment.ABOVE_PEAK
    below = spacing.recommend(keep=found.nearest["keep"] - 1e-4, allow_shorter=True)
    assert below.interval is not None
    next_visit = spacing.next_visit(wo.Schedule.once(), keep=0.97)
    assert next_visit.outcome is spacing.Attainment.NOT_REACHED
    assert f"nearest: a level below {peak}, the largest effect since then" in explain_next_visit(next_visit)


@pytest.mark.proof
def test_a_limit_that_is_too_tight_names_the_nearest():
    found = spacing.recommend(max_units_per_year=60, allow_shorter=True)
    assert found.interval is None
    interval = spacing.recommend(allow_shorter=True).interval
    takes = f"takes {20 * 365.25 / interval:.1f} U a year (every {interval} days)"
    assert f"max_units_per_year is 60, and keeping 0.5 {takes}" in explain_recommendation(found)
    assert found.outcome is spacing.Attainment.TOO_MANY_UNITS
    assert found.typical.longest == interval
    assert found.nearest["interval"] == np.ceil(20 * 365.25 / 60)
    expected = days_above(np.arange(0, 730, found.nearest["interval"]), wo.Parameters(), 730, 0.5)[0] / 730
    assert found.nearest["share_above"] == pytest.approx(expected, abs=1e-5)
    assert len(found.dates.schedule) <= len(found.even.schedule)
    assert found.frame["share_above"].is_monotonic_increasing  # the dates are no worse than the interval
    limit = 20 * 365.25 / interval + 0.1
    assert spacing.recommend(max_units_per_year=limit, allow_shorter=True).interval == interval


def test_an_effect_that_never_ends_needs_no_return():
    forever = wo.Parameters(light_chain_half_life=np.inf)
    found = spacing.recommend(parameters=forever)
    assert found.interval == 730
    assert [visit.day for visit in found.dates.schedule] == [0]
    assert found.warnings == spacing.recommend(parameters=forever, horizon=30).warnings == ()
    next_visit = spacing.next_visit(wo.Schedule.once(), parameters=forever)
    assert next_visit.outcome is spacing.Attainment.NOT_NEEDED
    assert "no next visit is needed" in explain_next_visit(next_visit)


def test_a_grid_too_coarse_names_the_nearest():
    found = spacing.recommend(step=150)
    assert found.interval is None
    assert "no interval of 150 days or more keeps 0.5; nearest: every 150 days" in explain_recommendation(found)
    assert found.outcome is spacing.Attainment.TOO_FAR_APART
    # The limit on units holds here, too: 20 U every 180 days are 41 U a year, 5 visits in the 730 days.
    limited = spacing.recommend(step=90, max_units_per_year=41, visits=8)
    assert limited.outcome is spacing.Attainment.TOO_FAR_APART
    assert limited.nearest["interval"] == 180
    assert limited.frame["visits"].tolist() == [5, 5]


def test_a_level_just_below_the_peak_counts_as_above_it():
    # The peak passes this level only between two nodes of the mesh.
    peak = wo.simulate().landmarks["peak_effect"]
    for visits in (None, 3):
        found = spacing.recommend(keep=peak - 1e-7, visits=visits)
        assert found.outcome is spacing.Attainment.ABOVE_PEAK


def test_no_effect_at_all():
    none = wo.Parameters(potency=0)
    row = spacing.compare([90], parameters=none).frame.iloc[0]
    assert (row["share_above"], row["longest_gap"], row["lowest_effect"]) == (0, 730, 0)
    assert spacing.recommend(parameters=none).nearest["keep"] == 0


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: spacing.compare([]), "intervals is empty"),
        (lambda: spacing.compare([0]), "intervals is 0"),
        (lambda: spacing.compare(["soon"]), "intervals is 'soon', not a number"),
        (lambda: spacing.compare([np.nan]), "intervals is nan"),
        (lambda: spacing.compare([0.5]), "visits every 0.5 days is 1460; allowed: from 1 to 1000"),
        (lambda: spacing.compare(keep=0), "keep is 0; allowed: above 0 to 1"),
        (lambda: spacing.compare(keep=1.1), "keep is 1.1"),
        (lambda: spacing.compare(keep="half"), "keep is 'half', not a number"),
        (lambda: spacing.compare(horizon=0), "horizon is 0"),
        (lambda: spacing.compare(horizon=7306), "horizon is 7306; allowed: from 1 to 7305 day"),
        (lambda: spacing.compare(horizon=1.5), "horizon is 1.5, not a whole number"),
        (lambda: spacing.compare(start="soon"), "start is 'soon', not a date"),
        (lambda: spacing.compare(units=-1), "units is -1"),
        (lambda: spacing.compare(day=3), "argument of compare is 'day'"),
        (lambda: spacing.compare(muscle="glabela"), "did you mean 'glabella'"),
        (lambda: spacing.recommend(max_units_per_year=0), "max_units_per_year is 0; allowed: above 0 U"),
        (lambda: spacing.recommend(visits=0), "visits is 0"),
        (lambda: spacing.recommend(step=0), "step is 0"),
        (lambda: spacing.recommend(allow_shorter=1), "allow_shorter is 1"),
        (lambda: spacing.next_visit(wo.Schedule.once(), keep=2), "keep is 2"),
        (lambda: spacing.next_visit(wo.Schedule.once(), units=0), "units is 0"),
    ],
)
def test_wrong_input_is_refused(call, reason):
    with pytest.raises(wo.InputError, match=reason):
        call()


# Superposition, which the search relies on


@settings(max_examples=100)
@given(
    st.one_of(st.just(1 / 24), st.floats(1e-3, 400)),
    st.builds(wo.Parameters, **{name: st.floats(float(row["low"]), float(row["high"])) for name, row in ROWS.items()}),
)
@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
def test_the_second_visit_adds_the_first_ones_light_chain_shifted(interval, parameters):
    after = np.linspace(0, 300, 50)
    both = wo.Schedule((wo.Visit(), wo.Visit(day=interval)))
    once = wo.simulate(parameters=parameters, times=[0, 800])
    first = once.at(interval + after)["light_chain"].to_numpy()
    alone = once.at(after)["light_chain"].to_numpy()
    together = wo.simulate(both, parameters=parameters, times=[0, 800]).at(interval + after)["light_chain"].to_numpy()
    # Relative to the whole: a difference of days is known only to rounding.
    assert np.abs(together - first - alone).max() <= 1e-12 * together.max()


def test_the_day_of_a_visit_is_not_given_where_it_is_found():
    for call in (
        lambda: wo.spacing.next_visit(wo.Schedule.once(units=20), day=30),
        lambda: wo.spacing.recommend(day=30),
        lambda: wo.Schedule.every(90, visits=2, day=30),
        lambda: wo.Schedule.once(day=30),
        lambda: wo.Arm(day=30),
    ):
        with pytest.raises(wo.InputError, match=r"^argument of \w+ is 'day'"):
            call()
