"""A scan as an array of xarray: each value is at its place, with its unit."""

import wearoff as wo


def test_an_array_has_each_value_at_its_place():
    result = wo.scan(units=[40, 20], light_chain_half_life=[30, 50], times=[30, 90])
    array = result.to_xarray()
    assert dict(array.sizes) == {"units": 2, "light_chain_half_life": 2, "time": 2}
    for row in result.frame.itertuples():
        place = {"units": row.units, "light_chain_half_life": row.light_chain_half_life, "time": row.time}
        assert array["visible"].sel(place).item() == row.visible
    assert array["light_chain_half_life"].attrs["units"] == "day"
    assert array["units"].attrs["units"] == "U"
