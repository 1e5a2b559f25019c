"""What a page is set to: a link brings it back, every setting is named and has a default, a refusal says why."""

import dataclasses
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wearoff as wo
from wearoff import tables
from wearoff.pages.explorer.settings import CONSTANTS, LIMITS, Settings
from wearoff.pages.explorer.view import FOREMOST, TITLES, TREATMENT

OWN = ["product", "muscle", "units", "sites", "visits", "every", "observations", "bands"]
ROWS = tables.column("parameters", "name")


def plausible_settings():
    constants = {name: st.floats(float(ROWS[name]["low"]), float(ROWS[name]["high"])) for name in CONSTANTS}
    own = {
        "product": st.sampled_from(list(tables.column("products", "product"))),
        "muscle": st.sampled_from(list(tables.column("muscles", "muscle"))),
        "units": st.floats(0.1, 200),
        "sites": st.integers(0, 10),
        "visits": st.integers(1, 12),
        "every": st.floats(28, 365),
        "observations": st.booleans(),
        "bands": st.booleans(),
    }
    return st.fixed_dictionaries({"units": own.pop("units")}, optional=own | constants)


@settings(max_examples=200)
@given(plausible_settings())
def test_a_link_brings_the_settings_back(values):
    one = Settings.read(values)
    again = Settings.from_link(dict(parse_qsl(one.link, strict_parsing=bool(one.link))))
    # A number is written with 15 digits, as many as any decimal number keeps.
    for name, value in one.named.items():
        assert again.named[name] == (pytest.approx(value, rel=1e-14) if isinstance(value, float) else value), name
    # A link that is read and written again stays the same.
    assert again.link == one.link
    assert Settings.from_link(dict(parse_qsl(again.link))) == again


def test_every_setting_has_a_name_and_a_default():
    usual = Settings()
    assert set(usual.named) == {*OWN, *CONSTANTS}
    assert usual.link == ""
    assert Settings.read({}) == usual
    assert usual.parameters == wo.Parameters()
    # The label of onabotulinumtoxinA for the glabella, data/labels.csv.
    assert usual.units == 20
    # Every setting is on the page: with a title of its own, or as a constant.
    assert set(TITLES) == set(OWN)
    assert set(TREATMENT) | set(FOREMOST) <= set(usual.named)


def test_the_timeline_is_that_of_simulate():
    found = Settings.from_link({"units": "30", "visits": "3", "every": "100", "sites": "3", "potency": "0.2"})
    plan = wo.Schedule.every(100, visits=3, units=30, sites=3)
    expected = wo.simulate(plan, parameters=wo.Parameters(potency=0.2))
    assert found.timeline.frame.equals(expected.frame)
    assert found.cautions == ()
    assert "less than 84 days apart" in Settings(visits=2, every=30).cautions[0]


def test_presets_can_be_tried():
    # The light chain of serotype E, data/presets.csv, is lost far more quickly than is plausible for A.
    assert Settings.from_link({"light_chain_half_life": "0.8"}).parameters.light_chain_half_life == 0.8


def test_a_page_takes_constants_ten_times_beyond_the_plausible_and_no_others():
    for name, limits in LIMITS.items():
        row = {key: float(ROWS[name][key]) for key in ("low", "high", "minimum", "maximum")}
        assert row["minimum"] <= limits.low <= row["low"], name
        assert row["high"] <= limits.high <= min(row["maximum"], row["high"] * 10.0001), name
        for end in (limits.low, limits.high):
            assert getattr(Settings.read({name: end}).parameters, name) == end
        for beyond in (limits.low * 0.999, limits.high * 1.001):
            with pytest.raises(wo.InputError, match=f"^{name} is .*; allowed: "):
                Settings.read({name: beyond})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"light_chain_half_life": "inf"}, "light_chain_half_life is inf; allowed: from 0.8 to 1800 day"),
        ({"dose_at_half_uptake": "inf"}, "dose_at_half_uptake is inf; allowed: from 0.5 to 600 U"),
        ({"potency": "nan"}, "potency is nan; allowed"),
        ({"line_half_life": "1e-6"}, "line_half_life is 1e-06; allowed: from 0.005 to 10 day"),
        ({"units": "inf"}, "units is inf; allowed: above 0 to 10000 U"),
        ({"units": "0"}, "units is 0; allowed"),
        ({"every": "nan"}, "every is nan; allowed"),
        ({"visits": "13"}, "visits is 13; allowed: from 1 to 12"),
        ({"visits": "inf"}, "visits is inf; allowed"),
        ({"visits": "1.5"}, "visits is 1.5, not a whole number"),
        ({"sites": "11"}, "sites is 11; allowed: from 0 to 10"),
        ({"bands": "yes"}, "bands is 'yes'; allowed: on, off"),
        ({"muscle": "platysma"}, "units is not given and no labelled dose"),
        ({"product": "onabotulinumtoxin"}, "product is 'onabotulinumtoxin'; did you mean 'onabotulinumtoxinA'"),
        ({"colour": "red"}, "setting is 'colour'; allowed: "),
        ({"parameters": "x"}, "setting is 'parameters'"),
        ({"origin": "serotype_E"}, "setting is 'origin'"),
    ],
)
def test_what_cannot_be_is_refused_by_name(values, message):
    with pytest.raises(wo.InputError) as refused:
        Settings.from_link(values)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_python_interface_takes_numbers_and_no_text():
    for name, value in {"units": "30", "visits": "3", "potency": "0.2", "bands": "on"}.items():
        with pytest.raises(wo.InputError, match=f"^{name} is '{value}'.*; allowed: "):
            Settings.read({name: value})


def test_settings_are_immutable():
    one = Settings()
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.units = 30
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.parameters.potency = 1
    named = one.named
    named["units"] = 99
    assert one.units == 20
    assert hash(one) == hash(Settings())
