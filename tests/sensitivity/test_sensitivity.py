"""Sensitivity: functions whose indices are known, laws that the elasticities obey, one patient at a time, pictures."""

import itertools
import subprocess
import sys
import warnings

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from tests.extent import some

import wearoff as wo
from wearoff import tables
from wearoff.figures.sensitivity import draw_tornado
from wearoff.model import cases
from wearoff.model.course import TOLERANCE
from wearoff.sensitivity import EffectOnDay, Landmark, elasticities, indices, read_quantity, sobol_indices, variance
from wearoff.sensitivity.varied import Varied

mpl.use("Agg")

ROWS = {row["name"]: row for row in tables.rows("parameters")}
LANDMARKS = ("onset_day", "full_effect_day", "peak_day", "peak_effect", "half_effect_day", "wear_off_day")
QUANTITIES = (*LANDMARKS, "effect_on_day_90", "effect_on_day_2.5")
HALF_LIVES = [name for name in ROWS if name.endswith("_half_life")]


def by_simulation(quantity, parameters, **visit):
    """The quantity of one patient by `simulate`, three thousand days long."""
    timeline = wo.simulate(parameters=parameters, times=[0, 3000], **visit)
    if quantity in LANDMARKS:
        return timeline.landmarks[quantity]
    return timeline.at([float(quantity.removeprefix("effect_on_day_"))])["visible"].iloc[0]


# Functions whose indices are known


@pytest.mark.parametrize("rng", [0, 1, 2])
def test_the_ishigami_function(rng):
    # Ishigami and Homma 1990: the variance of sin x1 + a sin^2 x2 + b x3^4 sin x1, term by term.
    a, b = 7, 0.1
    v1, v2, v13 = (1 + b * np.pi**4 / 5) ** 2 / 2, a**2 / 8, 8 * b**2 * np.pi**8 / 225
    first, total = np.array([v1, v2, 0]) / (v1 + v2 + v13), np.array([v1 + v13, v2, v13]) / (v1 + v2 + v13)

    def ishigami(x):
        return np.sin(x[:, 0]) + a * np.sin(x[:, 1]) ** 2 + b * x[:, 2] ** 4 * np.sin(x[:, 0])

    found = sobol_indices(ishigami, dict.fromkeys(("x1", "x2", "x3"), (-np.pi, np.pi)), samples=2048, rng=rng)
    assert found["name"].tolist() == ["x1", "x2", "x3"]
    assert (np.abs(found["S1"] - first) <= found["S1_conf"]).all()
    assert (np.abs(found["ST"] - total) <= found["ST_conf"]).all()
    assert found[["S1_conf", "ST_conf"]].to_numpy().max() < 0.1
    assert found[["S1_conf", "ST_conf"]].to_numpy().min() > 0


def test_a_product_of_two_inputs():
    # Of x y on the unit square: variance 1/9 - 1/16 = 7/144, the mean over the other input x/2 with 3/144.
    found = sobol_indices(lambda x: x.prod(axis=1), {"x": (0, 1), "y": (0, 1)}, samples=4096, rng=1)
    np.testing.assert_allclose(found["S1"], 3 / 7, atol=0.01)
    np.testing.assert_allclose(found["ST"], 4 / 7, atol=0.01)


def test_the_indices_of_a_quantity_are_those_that_salib_gave():
    # By SALib 1.6.0 from 4,096 samples, rng 1; a sample of 512 may miss them by the half-width of its interval.
    judge = {
        "release_at_half_force": (0.389, 0.399),
        "potency": (0.267, 0.277),
        "light_chain_half_life": (0.330, 0.341),
    }
    found = indices("effect_on_day_90", list(judge), within=1.5, samples=512, rng=1).frame.set_index("name")
    for name, (first, total) in judge.items():
        assert abs(found.loc[name, "S1"] - first) <= found.loc[name, "S1_conf"], name
        assert abs(found.loc[name, "ST"] - total) <= found.loc[name, "ST_conf"], name


def test_a_wider_confidence_is_a_wider_interval():
    # Quantiles of the normal distribution, by which the bootstrap's standard deviation is multiplied.
    narrow, wide = (
        sobol_indices(lambda x: x.prod(axis=1), {"x": (0, 1), "y": (0, 1)}, confidence=level, rng=1)
        for level in (0.6827, 0.9545)
    )
    np.testing.assert_allclose(wide["ST_conf"] / narrow["ST_conf"], 2, rtol=1e-3)


@pytest.mark.usefixtures("global_draws_left_alone")
def test_the_same_rng_gives_the_same_and_the_global_one_is_left_alone():
    def run(rng):
        return indices("wear_off_day", ["potency", "light_chain_half_life"], samples=32, within=1.3, rng=rng).frame

    once, again = run(1), run(1)
    assert once.equals(again)
    assert not once.equals(run(2))
    assert not run(None).equals(run(None))
    assert run(np.random.default_rng(3)).equals(run(np.random.default_rng(3)))
    generator = np.random.default_rng(3)
    assert not run(generator).equals(run(generator))


# What is asked for


@pytest.mark.parametrize("name", QUANTITIES)
def test_a_quantity_is_read_from_its_name_and_reads_what_simulate_gives(name):
    quantity = read_quantity(name)
    assert quantity.name == name
    assert read_quantity(quantity) is quantity
    found = quantity.read(wo.simulate(units=20).course)
    assert found == pytest.approx(by_simulation(name, wo.Parameters(), units=20), abs=1e-8)


def test_text_and_object_ask_for_the_same():
    text, asked = elasticities("effect_on_day_90", "potency"), elasticities(EffectOnDay(90), "potency")
    assert text.quantity == asked.quantity == EffectOnDay(90)
    assert text.frame.equals(asked.frame)
    assert Landmark("wear_off_day").is_fall
    assert not Landmark("peak_day").is_fall


def test_an_effect_after_the_end_of_a_course_is_refused():
    with pytest.raises(wo.InputError, match=r"effect_on_day is .*; allowed: up to 240 day, the end of the course"):
        EffectOnDay(241).read(wo.simulate(units=20).course)


# Elasticities that are known


def test_a_power_law_has_its_exponents_whatever_the_change(monkeypatch):
    def law(asked, constants, *_):
        return 3 * constants[:, asked.names.index("potency")] ** 2 / np.sqrt(constants[:, asked.names.index("spread")])

    monkeypatch.setattr(Varied, "evaluate", law)
    for change in (1e-4, 0.3):
        found = elasticities("peak_day", ["spread", "potency", "force_steepness"], change=change).frame
        assert dict(zip(found["name"], found["elasticity"], strict=True)) == pytest.approx(
            {"potency": 2, "spread": -0.5, "force_steepness": 0}, abs=1e-9
        )


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_a_change_of_the_unit_of_time(quantity):
    # All half-lives and one over the potency times c: every day times c, every effect the same (Euler's theorem).
    found = elasticities(quantity, change=1e-3).frame.set_index("name")["elasticity"]
    days = quantity.endswith("_day")
    if days or quantity == "peak_effect":
        assert found[HALF_LIVES].sum() - found["potency"] == pytest.approx(float(days), abs=1e-5)
    else:
        # The day asked for stays where it is: the slope at it is what is missing.
        day = float(quantity.removeprefix("effect_on_day_"))
        before, at, after = wo.simulate(times=[0, 100]).at(day * np.array([0.999, 1, 1.001]))["visible"]
        slope = (after - before) / at / 0.002
        assert found[HALF_LIVES].sum() - found["potency"] == pytest.approx(-slope, abs=1e-4)


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_the_uptake_acts_through_the_potency(quantity):
    # Taken up are u U50 / (u + U50): d ln / d ln U50 = u / (u + U50); and only the potency times that matters.
    found = elasticities(quantity, change=1e-3, units=30).frame.set_index("name")["elasticity"]
    share = 30 / (30 + wo.Parameters().dose_at_half_uptake)
    assert found["dose_at_half_uptake"] == pytest.approx(share * found["potency"], abs=1e-5)


# One patient at a time


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_the_elasticities_are_those_of_changed_parameters(quantity):
    found = elasticities(quantity, change=0.02)
    assert found.typical == pytest.approx(by_simulation(quantity, wo.Parameters()), rel=1e-7)
    assert sorted(found.frame["name"]) == sorted(set(ROWS) - {"spread"})
    for row in found.frame.itertuples():
        value = getattr(wo.Parameters(), row.name)
        assert (row.value, row.low, row.high) == (value, float(ROWS[row.name]["low"]), float(ROWS[row.name]["high"]))
        low, high, less, more = (
            by_simulation(quantity, wo.Parameters().replace(**{row.name: each}))
            for each in (row.low, row.high, value / 1.02, value * 1.02)
        )
        # A peak is flat, and its day known less well than a crossing.
        np.testing.assert_allclose([row.at_low, row.at_high], [low, high], rtol=1e-6)
        assert row.elasticity == pytest.approx(np.log(more / less) / np.log(1.02**2), abs=1e-5)


@pytest.mark.parametrize(
    "visit",
    [
        pytest.param({}, id="even"),
        pytest.param({"units": 50, "product": "abobotulinumtoxinA"}, id="other product"),
        pytest.param({"units": 20, "sites": 2}, id="sites", marks=pytest.mark.proof),
    ],
)
def test_many_patients_are_each_what_simulate_gives(visit, monkeypatch):
    monkeypatch.setattr(cases, "ZONES_AT_ONCE", 100)
    rng = np.random.default_rng(4)
    spans = np.log([(float(row["low"]), float(row["high"])) for row in ROWS.values()])
    constants = np.exp(rng.uniform(*spans.T, (7, len(spans))))
    for quantity in QUANTITIES:
        asked = Varied.create(quantity, list(ROWS), wo.Parameters(), visit)
        for tolerance, allowed in ((TOLERANCE, 1e-6), (variance.SAMPLE_TOLERANCE, 2e-4)):
            for values, answer in zip(constants, asked.evaluate(constants, tolerance), strict=True):
                expected = by_simulation(quantity, wo.Parameters(**dict(zip(ROWS, values, strict=True))), **visit)
                if quantity in ("half_effect_day", "wear_off_day"):
                    expected = np.nan_to_num(expected, nan=0.0)
                np.testing.assert_allclose(answer, expected, rtol=allowed, atol=allowed)


def test_the_rows_are_in_the_order_of_what_the_ranges_do():
    half = elasticities("half_effect_day")
    ends = half.frame[["at_low", "at_high"]].assign(typical=half.typical)
    assert ends["at_low"].isna().any()
    assert (np.diff(np.ptp(ends.fillna(0).to_numpy(), axis=1)) <= 0).all()
    # An onset that is not reached has no such day: first comes what can prevent it.
    onset = elasticities("onset_day", parameters=wo.Parameters(potency=0.06)).frame
    missing = onset[["at_low", "at_high"]].isna().any(axis=1)
    assert 0 < missing.sum() < len(onset)
    assert missing.is_monotonic_decreasing


def test_the_spread_matters_where_sites_are_given():
    names = ["spread", "light_chain_half_life"]
    one = elasticities("half_effect_day", names, units=40, sites=1, change=0.02).frame.set_index("name")
    less, more = (
        by_simulation("half_effect_day", wo.Parameters(spread=s), units=40, sites=1) for s in (6 / 1.02, 6.12)
    )
    assert one.loc["spread", "elasticity"] == pytest.approx(np.log(more / less) / np.log(1.02**2), abs=1e-5)
    assert elasticities("half_effect_day", ["spread"]).frame["elasticity"].tolist() == [0]
    assert "spread" in Varied.create("onset_day", None, wo.Parameters(), {"sites": 3}).names


# All together


@pytest.mark.proof
@pytest.mark.parametrize("quantity", ["half_effect_day", "wear_off_day", "onset_day", "peak_effect"])
def test_over_narrow_ranges_the_indices_follow_from_the_elasticities(quantity):
    # ln q is linear there and every ln constant as wide as another: shares of the squares, and no interactions.
    slope = elasticities(quantity).frame.set_index("name")["elasticity"]
    found = indices(quantity, within=1.02, samples=1024, rng=1).frame.set_index("name")
    expected = (slope**2 / (slope**2).sum()).reindex(found.index)
    np.testing.assert_allclose(found["ST"], expected, atol=0.02)
    np.testing.assert_allclose(found["S1"], expected, atol=0.02)
    assert found["ST"].is_monotonic_decreasing
    np.testing.assert_allclose(found["high"] / found["low"], 1.02**2)


@pytest.mark.proof
def test_one_constant_alone_explains_everything_and_the_share_never_above_is_known():
    # The potency at which the peak is just the level, found by halving; potencies are even in their logarithm.
    ends = low, high = float(ROWS["potency"]["low"]), float(ROWS["potency"]["high"])
    for _ in range(40):
        middle = np.sqrt(low * high)
        below = wo.simulate(parameters=wo.Parameters(potency=middle)).landmarks["peak_effect"] < 0.5
        low, high = (middle, high) if below else (low, middle)
    found = indices("half_effect_day", ["potency"], samples=512, rng=1)
    assert found.share_never_above == pytest.approx(np.log(low / ends[0]) / np.log(ends[1] / ends[0]), abs=2e-3)
    row = found.frame.iloc[0]
    assert (row["low"], row["high"]) == ends
    assert row["S1"] == pytest.approx(1, abs=0.01)
    assert row["ST"] == pytest.approx(1, abs=0.01)
    assert indices("half_effect_day", ["potency"], samples=32, within=1.1, rng=1).share_never_above == 0


def test_an_onset_that_is_not_reached_is_named_with_a_way_out():
    with pytest.raises(wo.InputError, match=r"onset_day is not reached in \d\d(\.\d)? % of the samples.*within=1\.2$"):
        indices("onset_day", samples=32, rng=1)
    assert len(indices("onset_day", samples=32, within=1.2, rng=1).frame) == len(ROWS) - 1  # without spread
    forever = wo.Parameters(light_chain_half_life=np.inf)
    with pytest.raises(wo.InputError, match="wear_off_day is later than a century in 100 % of the samples"):
        indices("wear_off_day", ["potency"], samples=32, within=1.1, parameters=forever.replace(potency=0.3))


# What cannot be used


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: elasticities("half_efect_day"), "quantity is 'half_efect_day'; did you mean 'half_effect_day'"),
        (lambda: elasticities("effect_on_day_soon"), "effect_on_day is 'soon', not a number"),
        (lambda: elasticities("effect_on_day_0"), "effect_on_day is 0; allowed: from 1e-09 to 36525 day"),
        (lambda: elasticities(names=["potencey"]), "names is 'potencey'; did you mean 'potency'"),
        (lambda: elasticities(names=[]), "names is empty"),
        (lambda: elasticities(names=["potency", "potency"]), "names is potency, potency; allowed: .* each once"),
        (lambda: elasticities(change=0), "change is 0; allowed: above 0 to 0.5"),
        (
            lambda: elasticities(parameters=wo.Parameters(light_chain_half_life=np.inf)),
            "light_chain_half_life is inf; allowed",
        ),
        (lambda: elasticities(parameters=wo.Parameters(potency=0)), "potency is 0; allowed: above 0"),
        (lambda: elasticities(parameters=wo.Parameters(potency=0.001)), "half_effect_day is not reached with these"),
        (lambda: elasticities(units=-1), "units is -1"),
        (lambda: elasticities(day=3), "argument of elasticities is 'day'"),
        (lambda: elasticities(muscle="glabela"), "did you mean 'glabella'"),
        (lambda: indices("peak"), "quantity is 'peak'; did you mean 'peak_day'"),
        (lambda: indices(samples=100), "samples is 100; allowed: a power of two, such as 128"),
        (lambda: indices(samples=1), "samples is 1; allowed: from 2 to 65536"),
        (lambda: indices(samples=2.5), "samples is 2.5, not a whole number"),
        (lambda: indices(within=1), "within is 1; allowed: above 1 to 100"),
        (lambda: indices(within=20), r"release_at_half_force is [\d.]+; allowed: from 0.001 to 0.999 fraction"),
        (
            lambda: indices(within=2, parameters=wo.Parameters(dose_at_half_uptake=np.inf)),
            "dose_at_half_uptake is inf; allowed",
        ),
        (lambda: indices(confidence=1), "confidence is 1; allowed: above 0 to 0.9999"),
        (lambda: indices(rng="x", samples=2), "rng is 'x'"),
        (lambda: indices(rng=-1, samples=2), "rng is -1"),
        (lambda: indices(names=["spread"], samples=2), r"half_effect_day is [\d.]+ in every sample"),
        # Only where one constant alone is changed is the level reached: a variance of nothing.
        (
            lambda: indices(samples=2, within=1.3, parameters=wo.Parameters(potency=0.03), rng=6),
            "half_effect_day is 0 in every sample",
        ),
        (lambda: sobol_indices(np.sum, {}), "ranges is empty"),
        (lambda: sobol_indices(np.sum, {"x": (1, 1)}), "x has the range 1 to 1; allowed: finite"),
        (lambda: sobol_indices(np.sum, {"x": (0, np.inf)}), "x has the range 0 to inf"),
        (lambda: sobol_indices(np.sum, {"x": 3}), "x has 1; allowed: two numbers"),
        (lambda: sobol_indices(np.sum, {"x": ("a", 1)}), "x is 'a', not a number"),
        (lambda: sobol_indices(np.sum, {"x": (0, 1)}), r"function gives values of shape \(\); allowed: \(3072,\)"),
        (lambda: sobol_indices(lambda x: np.nan * x[:, 0], {"x": (0, 1)}), r"function is not finite in 100.0% of"),
        (lambda: sobol_indices(lambda x: 0 * x[:, 0], {"x": (0, 1)}), "function is 0 in every sample"),
    ],
)
def test_wrong_input_is_refused(call, reason):
    with pytest.raises(wo.InputError, match=reason):
        call()


def test_what_is_slow_is_imported_by_what_uses_it():
    code = "import sys, wearoff.sensitivity; print({'scipy.stats', 'matplotlib'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_an_effect_that_never_falls_is_refused_without_a_warning_of_numpy():
    # The light chain stays for twelve million years: half of the effect is reached with no end of a range.
    with pytest.raises(wo.InputError, match="half_effect_day is not reached"):
        elasticities("half_effect_day", parameters=wo.Parameters(light_chain_half_life=4294967296), units=20)


def test_an_unusual_visit_is_said_where_it_was_asked_for():
    with pytest.warns(wo.UnusualWarning) as said:
        elasticities(names=["potency"], units=200)
    with warnings.catch_warnings(record=True) as expected:
        warnings.simplefilter("always")
        wo.simulate(units=200)
    assert [str(each.message) for each in said] == [str(each.message) for each in expected]
    assert {each.filename for each in said} == {__file__}


# The pictures


def assert_legible(ax):
    figure = ax.get_figure()
    figure.canvas.draw()
    drawer = figure.canvas.get_renderer()
    labels = [t for t in figure.findobj(mpl.text.Text) if t.get_visible() and t.get_text().strip()]
    boxes = [(text.get_text(), text.get_window_extent(drawer)) for text in labels]
    assert len(boxes) > 5
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        assert not a.shrunk(0.98, 0.9).overlaps(b.shrunk(0.98, 0.9)), f"{one!r} stands over {other!r}"
    for word, box in boxes:
        assert figure.bbox.contains(box.x0 + 1, box.y0 + 1), word
        assert figure.bbox.contains(box.x1 - 1, box.y1 - 1), word
    bars = [patch.get_window_extent(drawer) for patch in ax.patches if patch.get_width()]
    for note in ax.texts:
        box = note.get_window_extent(drawer)
        assert ax.bbox.x0 <= box.x0 < box.x1 <= ax.bbox.x1, note.get_text()
        assert not any(box.overlaps(bar) for bar in bars), note.get_text()
    plt.close(figure)


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
@pytest.mark.parametrize("quantity", some(QUANTITIES, 3))
@pytest.mark.parametrize("units", some([12, 20, 40], 2))
def test_the_tornado_is_legible(quantity, units):
    assert_legible(elasticities(quantity, units=units).plot())


@pytest.mark.parametrize("names", [["translocation_half_life"], ["potency", "spread"]])
def test_a_tornado_of_few_bars_is_legible(names):
    assert_legible(elasticities("wear_off_day", names).plot())


def test_the_bars_go_from_the_typical_value_to_the_ends_and_what_is_missing_is_said():
    found = elasticities("half_effect_day")
    ax = found.plot()
    for bars, column in zip(ax.containers, ("at_low", "at_high"), strict=True):
        for place, (bar, value) in enumerate(zip(bars, found.frame[column], strict=True)):
            assert bar.get_x() == found.typical
            assert bar.get_y() + bar.get_height() / 2 == pytest.approx(place)
            assert bar.get_x() + bar.get_width() == pytest.approx(found.typical if np.isnan(value) else value)
    missing = found.frame[found.frame["at_low"].isna()]
    assert [text.get_text() for text in ax.texts] == [f"not reached at {low:.3g}" for low in missing["low"]]
    assert [text.xy[1] for text in ax.texts] == missing.index.tolist()
    assert [label.get_text().split("\n")[0] for label in ax.get_yticklabels()] == found.frame["name"].tolist()
    assert ax.yaxis_inverted()
    (beside,) = ax.child_axes
    shown = [float(label.get_text()) for label in beside.get_yticklabels()]
    np.testing.assert_allclose(shown, found.frame["elasticity"], atol=0.005001)
    plt.close(ax.get_figure())


def test_a_tornado_with_ends_on_one_side_and_neither_end_reached():
    frame = elasticities("half_effect_day").frame.head(4)
    frame.loc[0, ["at_low", "at_high", "elasticity"]] = np.nan
    frame.loc[1, ["at_low", "at_high"]] = [150.0, 120.0]
    frame.loc[2, ["at_low", "at_high"]] = [60.0, np.nan]
    ax = draw_tornado(frame, 102.0, "half effect (days after the visit)", patient="")
    longer, shorter = (bars[1] for bars in ax.containers)
    assert longer.get_zorder() < shorter.get_zorder()
    assert ax.texts[0].get_text() == "not reached\nat {low:.3g} or {high:.3g}".format(**frame.iloc[0])
    assert "undefined" in [label.get_text() for label in ax.child_axes[0].get_yticklabels()]
    assert_legible(ax)


@pytest.mark.parametrize("within", some([1.2, None], 2))
@pytest.mark.parametrize("quantity", some(["half_effect_day", "peak_effect", "effect_on_day_90"], 2))
def test_the_indices_drawn_are_the_frames_and_legible(quantity, within):
    found = indices(quantity, within=within, samples=32, rng=1)
    ax = found.plot()
    for container, column in zip(ax.containers, ("S1", "ST"), strict=True):
        line, _, (intervals,) = container.lines
        np.testing.assert_array_equal(line.get_xdata(), found.frame[column])
        ends = np.array([segment[:, 0] for segment in intervals.get_segments()])
        conf = found.frame[f"{column}_conf"].to_numpy()
        np.testing.assert_allclose(ends, found.frame[[column]].to_numpy() + np.stack([-conf, conf], axis=1))
        assert ax.get_xlim()[0] < ends.min()
        assert ends.max() < ax.get_xlim()[1]
    assert ("day 0 in" in ax.get_xlabel()) == (found.share_never_above > 0)
    assert_legible(ax)


def test_drawing_into_given_axes_opens_no_figure():
    figure, (left, right) = plt.subplots(1, 2)
    before = plt.get_fignums()
    assert elasticities(names=["potency"]).plot(ax=left) is left
    assert indices(names=["potency"], samples=8, rng=1).plot(ax=right) is right
    assert plt.get_fignums() == before
    plt.close(figure)


def test_a_day_that_is_not_reached_in_a_century_is_told_from_one_that_never_is():
    # Light chain that stays for decades: half of the effect is never reached at the low end of the potency, and lasts
    # for more than a century at its high end.
    slow = wo.Parameters(light_chain_half_life=14_000)
    found = elasticities("half_effect_day", ["potency", "release_at_half_force"], parameters=slow)
    ends = found.frame[["at_low", "at_high"]].to_numpy()
    expected = [
        by_landmark(slow.replace(**{row.name: each}))
        for row in found.frame.itertuples()
        for each in (row.low, row.high)
    ]
    np.testing.assert_allclose(ends.ravel(), expected, rtol=1e-5)
    assert np.isinf(ends).any()


def by_landmark(parameters):
    return wo.simulate(parameters=parameters, days=36525).landmarks["half_effect_day"]
