"""The settings of a page: checked as on the command line, and written as a link that restores them."""

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

# A page computes at every move of a slider, for many visitors at once. These limits keep that time short.
PAGE_VISITS = Limits("visits", 1, 12)
PAGE_SITES = Limits("sites", 0, 10)
# A constant may leave its plausible range by this factor. With extreme rates a solution may need minutes.
BEYOND = 10.0
LEAST_SPREAD = 3.0  # mm; a smaller spread needs more zones of the muscle

CONSTANTS = tuple(field.name for field in dataclasses.fields(Parameters) if field.name != "origin")
SWITCHES = {"on": True, "off": False}
PORT = Limits("port", 0, 65535)  # of the server of the page


def _limit_constant(name: str) -> Limits:
    possible, (low, high) = limits_of(name), plausible(name)
    # The values of the presets are allowed too, such as the short half-life of the light chain of serotype E.
    known = [getattr(Parameters.preset(preset), name) for preset in presets()]
    low = min(low / BEYOND, *known) if name != "spread" else LEAST_SPREAD
    high = max(high * BEYOND, *filter(math.isfinite, known))
    return possible._replace(low=max(possible.low, low), high=min(possible.high, high))


LIMITS = {name: _limit_constant(name) for name in CONSTANTS}


@dataclasses.dataclass(frozen=True)
class Settings:
    """The settings of a page; immutable, and checked when made.

    Parameters
    ----------
    units : float, optional
        Units (U) at each visit; default: the labelled dose.
    product, muscle : str
    sites : int
        Number of injection sites; 0 for a dose that is even along the muscle.
    visits : int
    every : float
        Days between visits.
    observations, bands : bool
        Whether published points are drawn; whether percentiles of a population are drawn.
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
        object.__setattr__(self, "visits", check_integer(self.visits, PAGE_VISITS))
        object.__setattr__(self, "sites", check_integer(self.sites, PAGE_SITES))
        for name, limits in LIMITS.items():
            check_number(getattr(self.parameters, name), limits)
        for name in ("observations", "bands"):
            check_type(getattr(self, name), bool, name)
        first = self.schedule.visits[0]
        object.__setattr__(self, "units", first.units)
        object.__setattr__(self, "every", float(self.every))

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Self:
        """Return the settings for names and values; the names include the constants.

        Examples
        --------
        >>> Settings.read({"units": 30, "light_chain_half_life": 60}).parameters.light_chain_half_life
        60.0
        """
        names = [field.name for field in dataclasses.fields(cls) if field.name != "parameters"]
        for name in values:
            check_name(name, [*names, *CONSTANTS], "setting")
        constants = {name: value for name, value in values.items() if name in CONSTANTS}
        others = {name: value for name, value in values.items() if name in names}
        return cls(**others, parameters=Parameters().replace(**constants))

    @classmethod
    def from_link(cls, texts: Mapping[str, str]) -> Self:
        """Return the settings of a link, whose values are text.

        Examples
        --------
        >>> Settings.from_link({"units": "30", "bands": "on"}).bands
        True
        """
        return cls.read({name: _read_text(name, text) for name, text in texts.items()})

    @property
    def named(self) -> dict[str, Any]:
        """Every setting under its name, with the constants, in the form that `read` takes."""
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        parameters = fields.pop("parameters")
        return fields | {name: getattr(parameters, name) for name in CONSTANTS}

    @property
    def link(self) -> str:
        """The part of a link after the question mark: the settings that differ from the defaults.

        Examples
        --------
        >>> Settings.read({"units": 30, "visits": 4, "bands": True}).link
        'units=30&visits=4&bands=on'
        """
        defaults = type(self)().named
        return urlencode(
            {name: _format_setting(value) for name, value in self.named.items() if value != defaults[name]}
        )

    @property
    def schedule(self) -> Schedule:
        """The visits."""
        visit: dict[str, Any] = {"product": self.product, "muscle": self.muscle, "sites": self.sites or None}
        if self.units is not None:
            visit["units"] = self.units
        return Schedule.every(self.every, visits=self.visits, **visit)

    @property
    def timeline(self) -> Timeline:
        """The timeline that `simulate` returns for these settings."""
        return _compute(self)[0]

    @property
    def cautions(self) -> tuple[str, ...]:
        """The cautions about the treatment."""
        return _compute(self)[1]


# Many visitors with the same settings need the same timeline.
@lru_cache(maxsize=256)
def _compute(settings: Settings) -> tuple[Timeline, tuple[str, ...]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UnusualWarning)
        timeline = simulate(settings.schedule, parameters=settings.parameters)
    return timeline, tuple(str(warning.message) for warning in caught)


def _read_text(name: str, text: str) -> Any:
    # Numbers and switches are read; other settings stay text.
    if name in ("observations", "bands"):
        return SWITCHES[check_name(text, SWITCHES, name)]
    whole_numbers, numbers = {"visits": PAGE_VISITS, "sites": PAGE_SITES}, {"units": UNITS, "every": INTERVAL, **LIMITS}
    if name in whole_numbers:
        return read_integer(text, whole_numbers[name])
    return read_number(text, numbers[name]) if name in numbers else text


def _format_setting(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:.15g}" if isinstance(value, float) else str(value)
