"""The constants: their rates against the published ones, presets, tables, refusals."""

import math

import numpy as np
import pytest

from wearoff import InputError, Parameters, presets
from wearoff.parameters import from_symbols


@pytest.mark.parametrize(
    ("symbol", "per_minute"),
    [("k_binding", 0.058), ("k_endocytosis", 0.141), ("k_translocation", 0.013)],  # Simpson 1980 in Lebeda 2008
)
def test_the_three_measured_rates_are_the_published_ones(symbol, per_minute):
    assert Parameters().symbols()[symbol] == pytest.approx(per_minute * 1440, rel=1e-14)


def test_lebeda2008_is_the_published_set():
    symbols = Parameters.preset("lebeda2008").symbols()
    assert symbols["k_depot"] == pytest.approx(0.00015 * 1440, rel=1e-14)
    assert symbols["k_light_chain"] == 0
    assert math.isinf(symbols["U50"])


@pytest.mark.parametrize(("name", "days"), [("B", 10), ("C1", 25), ("E", 0.8), ("F", 2)])  # Foran 2003
def test_serotypes_differ_from_a_by_the_loss_alone(name, days):
    changed = Parameters.preset(f"serotype_{name}")
    assert changed.light_chain_half_life == days
    assert changed.replace(light_chain_half_life=Parameters().light_chain_half_life).symbols() == Parameters().symbols()
    row = changed.table().set_index("name").loc["light_chain_half_life"]
    assert row["source"].startswith("illustration")


def test_the_table_tells_where_each_value_comes_from():
    table = Parameters.preset("serotype_E").replace(potency=0.2).table().set_index("name")
    assert "Foran 2003" in table.loc["light_chain_half_life", "source"]
    assert table.loc["potency", "kind"] == "given"
    assert table.loc["binding_half_life", "kind"] == "measured"
    # A value of another preset than the one asked for has no source.
    assert (
        Parameters(light_chain_half_life=0.8).table().set_index("name").loc["light_chain_half_life", "kind"] == "given"
    )


@pytest.mark.parametrize("value", [-1, 0, math.nan, math.inf, "text", None])
def test_impossible_values_are_refused_by_name(value):
    with pytest.raises(InputError, match=r"^snap25_half_life is .*; allowed: from 1e-06 to 36525 day$"):
        Parameters(snap25_half_life=value)


@pytest.mark.parametrize("rate", [0.0, np.float64(0), np.zeros(2)])
def test_what_is_never_lost_has_a_half_life_without_end(rate):
    constants = Parameters().constants()._replace(k_light_chain=rate)
    assert np.all(from_symbols(constants, ["light_chain_half_life"])["light_chain_half_life"] == math.inf)


def test_nearest_names_are_suggested():
    with pytest.raises(InputError, match="did you mean 'lebeda2008'"):
        Parameters.preset("lebeda")
    with pytest.raises(InputError, match="did you mean 'potency'"):
        Parameters().replace(potenzy=1)


def test_all_presets_can_be_made():
    assert [Parameters.preset(name).origin for name in presets()] == list(presets())
