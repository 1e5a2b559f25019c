"""Profiles of hypothesis and fixtures for all tests."""

import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.browser import browser as browser
from tests.browser import pytest_collection_modifyitems as pytest_collection_modifyitems
from tests.extent import FULL
from wearoff import cli
from wearoff.patients import population

# The same examples in every run: a test fails because of a change, not by chance. No test has a deadline.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("searching", deadline=None)
# `make fuzz`: new examples in every run; a failure prints how to repeat it. A failing case is not made smaller, which
# would take too long for a case that fails because it is slow.
settings.register_profile(
    "fuzz",
    deadline=None,
    max_examples=2000,
    print_blob=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# `make mutants`: a fault is found or not, and no time is spent on making its example smaller.
settings.register_profile("mutants", derandomize=True, deadline=None, phases=[Phase.explicit, Phase.generate])
settings.load_profile("repeatable")


@pytest.fixture
def global_draws_left_alone():
    """Fail a test in which numpy's global generator is seeded or drawn from.

    The rule NPY002 wants a generator instead of the global one. Here the global one is watched, and no other call shows
    its state.
    """

    def state():
        # Key and position: the position changes with each draw, the key only once in 624 draws.
        _, key, position, *normal = np.random.get_state()  # noqa: NPY002 (no other call shows it)
        return key.tolist(), position, normal

    before = state()
    yield
    assert state() == before


@pytest.fixture
def few_pilots(monkeypatch):
    """In a short run the grids are chosen with few patients, which takes less time and is less accurate."""
    if not FULL:
        monkeypatch.setattr(population, "DIRECTIONS", 8)
        monkeypatch.setattr(population, "DRAWN_BLOCKS", 0)


@pytest.fixture
def call(monkeypatch, capsys):
    """Run the command in this process; return its exit status and what it printed."""

    def inner(*arguments):
        monkeypatch.setattr(sys, "argv", ["wearoff", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        printed = capsys.readouterr()
        return stop.value.code, printed.out, printed.err

    return inner
