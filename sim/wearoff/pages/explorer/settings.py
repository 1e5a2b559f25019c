"""What a page is set to: checked as on the command line, and written as a link that brings it back."""

from __future__ import annotations

import dataclasses
import math
import warnings
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Self
from urllib.parse import urlencode

from ...checks import Limits, check_integer, check_name, check_number, check_type
from ...errors import UnusualWarning
from ...numerals import read_integer, read_number
from ...parameters import Parameters, presets
from ...patients.population import limits_of, plausible
from ...simulation import simulate
from ...timeline import Timeline
from ...treatment.schedule import INTERVAL, Schedule
from ...treatment.visit import UNITS

# What a page computes at every move must be done before the next one, for many people at once.
VISITS = Limits("visits", 1, 12)
SITES = Limits("sites", 0, 10)
# So many times beyond its plausible range a page takes a constant: with extreme rates a solution may need minutes.
BEYOND = 10.0
# Zones of the muscle are as many as the spread is small.
LEAST_SPREAD = 3.0

CONSTANTS = tuple(field.name for field in dataclasses.fields(Parameters) if field.name != "origin")
SWITCHES = {"on": True, "off": False}
PORT = Limits("port", 0, 65535)  # where a page is served


def _on_a_page(name: str) -> Limits:
    possible, (low, high) = limits_of(name), plausible(name)
    # What a preset is known for can be tried too, such as the short-lived light chain of serotype E.
    known = [getattr(Parameters.preset(each), name) for each in presets()]
    low = min(low / BEYOND, *known) if name != "spread" else LEAST_SPREAD
    high = max(high * BEYOND, *filter(math.isfinite, known))
    return possible._replace(low=max(possible.low, low), high=min(possible.high, high))


LIMITS = {name: _on_a_page(name) for name in CONSTANTS}


@dataclasses.dataclass(frozen=True)
class Settings:
    """The settings of a page; immutable, and checked when made.

    Parameters
    ----------
    units : float, optional
        Units (U) a visit; default: the labelled dose.
    product, muscle : str
    sites : int
        Injection sites; 0 for a dose that is even along the muscle.
    visits : int
    every : float
        Days between visits.
    observations, bands : bool
        Whether published points, and percentiles of a population, are drawn.
    parameters : Parameters
    """

    product: str = "onabotulinumtoxinA"
    muscle: str = "glabella"
    units: float | None = None
    sites: int = 0
    visits: int = 1
    every: float = 90.0
    observations: bool = False
    bands: bool = False
    parameters: Parameters = dataclasses.field(default_factory=Parameters)

    def __post_init__(self) -> None:
        object.__setattr__(self, "visits", check_integer(self.visits, VISITS))
        object.__setattr__(self, "sites", check_integer(self.sites, SITES))
        for name, limits in LIMITS.items():
            check_number(getattr(self.parameters, name), limits)
        for name in ("observations", "bands"):
            check_type(getattr(self, name), bool, name)
        first = self.schedule.visits[0]
        object.__setattr__(self, "units", first.units)
        object.__setattr__(self, "every", float(self.every))

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Self:
        """Return the settings of names and values; constants stand beside the other names.

        Examples
        --------
        >>> Settings.read({"units": 30, "light_chain_half_life": 60}).parameters.light_chain_half_life
        60.0
        """
        names = [field.name for field in dataclasses.fields(cls) if field.name != "parameters"]
        for name in values:
            check_name(name, [*names, *CONSTANTS], "setting")
        constants = {name: value for name, value in values.items() if name in CONSTANTS}
        own = {name: value for name, value in values.items() if name in names}
        return cls(**own, parameters=Parameters().replace(**constants))

    @classmethod
    def from_link(cls, words: Mapping[str, str]) -> Self:
        """Return the settings of a link, whose values are text.

        Examples
        --------
        >>> Settings.from_link({"units": "30", "bands": "on"}).bands
        True
        """
        return cls.read({name: _read_word(name, word) for name, word in words.items()})

    @property
    def named(self) -> dict[str, Any]:
        """Every setting under its name, the constants among them; what `read` reads."""
        own = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        parameters = own.pop("parameters")
        return own | {name: getattr(parameters, name) for name in CONSTANTS}

    @property
    def link(self) -> str:
        """The part of a link behind the question mark: what differs from the defaults.

        Examples
        --------
        >>> Settings.read({"units": 30, "visits": 4, "bands": True}).link
        'units=30&visits=4&bands=on'
        """
        usual = type(self)().named
        return urlencode({name: _word(value) for name, value in self.named.items() if value != usual[name]})

    @property
    def schedule(self) -> Schedule:
        """The visits."""
        visit: dict[str, Any] = {"product": self.product, "muscle": self.muscle, "sites": self.sites or None}
        if self.units is not None:
            visit["units"] = self.units
        return Schedule.every(self.every, visits=self.visits, **visit)

    @property
    def timeline(self) -> Timeline:
        """What `simulate` gives for these settings."""
        return _computed(self)[0]

    @property
    def cautions(self) -> tuple[str, ...]:
        """What is possible but unusual about them."""
        return _computed(self)[1]


# A class that opens the same page asks for the same timelines.
@lru_cache(maxsize=256)
def _computed(settings: Settings) -> tuple[Timeline, tuple[str, ...]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UnusualWarning)
        timeline = simulate(settings.schedule, parameters=settings.parameters)
    return timeline, tuple(str(each.message) for each in caught)


def _read_word(name: str, word: str) -> Any:
    # What is no number and no switch stays text.
    if name in ("observations", "bands"):
        return SWITCHES[check_name(word, SWITCHES, name)]
    whole_numbers, numbers = {"visits": VISITS, "sites": SITES}, {"units": UNITS, "every": INTERVAL, **LIMITS}
    if name in whole_numbers:
        return read_integer(word, whole_numbers[name])
    return read_number(word, numbers[name]) if name in numbers else word


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:.15g}" if isinstance(value, float) else str(value)
