"""Several possible populations as one input: what it says of itself, and what it refuses."""

import dataclasses

import pytest

import wearoff as wo

CENTRE = wo.Population()


@pytest.fixture
def draws():
    populations = [CENTRE.replace(potency=value, omega_visit=0.1) for value in (0.1, 0.2, 0.1)]
    return wo.Draws(populations=populations, centre=CENTRE, redrawn=2.0)


def test_the_table_has_a_row_a_draw_and_a_column_for_each_number_that_differs(draws):
    # `omega_visit` is another number than in the centre, but the same in every draw.
    assert draws.names == ("potency",)
    assert draws.table.to_dict("list") == {"draw": [1, 2, 3], "potency": [0.1, 0.2, 0.1]}
    assert len(draws) == 3
    assert "3 draws of a population; 2 more were out of range" in draws._repr_html_()


def test_draws_are_frozen(draws):
    with pytest.raises(dataclasses.FrozenInstanceError):
        draws.redrawn = 0
    assert isinstance(draws.populations, tuple)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"populations": []}, "populations is empty; allowed: at least 1"),
        ({"populations": [CENTRE, 3]}, "populations is 3; allowed: Population"),
        ({"populations": 3}, "populations is 3; allowed: one or several of Population"),
        ({"centre": None}, "centre is None; allowed: Population"),
        ({"redrawn": -1}, "redrawn is -1; allowed: from 0"),
        ({"redraw": 1}, "argument of Draws is 'redraw'; did you mean 'redrawn'"),
    ],
)
def test_what_cannot_be_is_refused(change, message):
    with pytest.raises(wo.InputError, match=message):
        wo.Draws(**{"populations": [CENTRE], "centre": CENTRE, **change})
