"""A quantity of one patient that depends on constants: a landmark, or the effect on a day, for many values at once."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import tables
from ..checks import check_name, check_type, one_or_many
from ..errors import InputError, format_value, warn
from ..model.course import SHORTEST, TOLERANCE, Course, solve
from ..model.equations import Constants
from ..model.landmarks import FALLS, Landmarks, find_landmarks, last_day_above
from ..numerals import read_number
from ..parameters import Parameters, in_symbols
from ..treatment.cautions import cautions
from ..treatment.description import describe_patient
from ..treatment.schedule import Schedule
from ..treatment.visit import DAY, Visit

Array = npt.NDArray[np.float64]

EFFECT = "effect_on_day_"
EFFECT_DAY = DAY._replace(name="effect_on_day", low=SHORTEST)

# Patients times zones of the muscle solved at once: less than 100 MB.
BLOCK = 256


class Question(NamedTuple):
    """Which quantity of which patient depends on which constants."""

    quantity: str
    names: tuple[str, ...]
    parameters: Parameters
    visit: Visit

    @classmethod
    def asked(
        cls, quantity: str, names: str | Iterable[str] | None, parameters: Parameters, visit: dict[str, Any]
    ) -> Self:
        """Check what a user asks for; `visit` are arguments of `Visit` but its day."""
        check_quantity(quantity)
        if "day" in visit:
            raise InputError(
                f"day is {format_value(visit['day'])}; allowed: not given, since days count from the visit"
            )
        check_type(parameters, Parameters, "parameters")
        plan = Schedule.once(**visit)
        for reason in cautions(plan):
            warn(reason)
        known = tables.column("parameters", "name")
        sited = plan.visits[0].sites is not None
        chosen = (
            tuple(name for name in known if sited or name != "spread")
            if names is None
            else one_or_many(names, str, "names")
        )
        for name in chosen:
            check_name(name, known, "names")
        if not chosen or len(set(chosen)) < len(chosen):
            raise InputError(f"names is {', '.join(chosen) or 'empty'}; allowed: at least 1 constant, each once")
        return cls(quantity, chosen, parameters, plan.visits[0])

    def describe_patient(self) -> str:
        """Return in words who is asked about, and what was given."""
        return describe_patient(Schedule((self.visit,)), self.parameters)

    def table(self) -> pd.DataFrame:
        """Return the constants, a row each: ``name``, ``unit``, ``value``, ``low``, ``high``."""
        table = self.parameters.table().set_index("name").loc[list(self.names)]
        return table[["unit", "value", "low", "high"]].reset_index()

    def plausible(self) -> Array:
        """Return the plausible ranges, shape (d, 2)."""
        return self.table()[["low", "high"]].to_numpy()

    def around(self, factor: float) -> Array:
        """Return the values divided and multiplied by a factor, shape (d, 2); both must be possible."""
        spans = []
        for name in self.names:
            value = getattr(self.parameters, name)
            if not 0 < value < math.inf:
                raise InputError(f"{name} is {value:g}; allowed: above 0 and finite, to be changed by a factor")
            ends = (value / factor, value * factor)
            spans.append([getattr(self.parameters.replace(**{name: end}), name) for end in ends])
        return np.array(spans)

    def answers(self, constants: Array, tolerance: float = TOLERANCE) -> Array:
        """Return the quantity of k patients, whose constants have shape (k, d).

        NaN where it is not reached; of a fall, 0 where the effect never was above, and ``inf`` where it never falls.
        """
        known = tables.column("parameters", "name")
        given = {name: np.full(len(constants), getattr(self.parameters, name)) for name in known}
        given.update(zip(self.names, constants.T, strict=True))
        symbols = in_symbols(given)
        spread = symbols.pop("sigma")
        doses = Schedule((self.visit,)).doses(spread)
        end = day_of(self.quantity) if self.quantity.startswith(EFFECT) else DAY.high
        size = max(1, BLOCK // len(doses.weights))
        found = []
        for first in range(0, len(constants), size):
            block = slice(first, first + size)
            own = doses._replace(units=doses.units[block]) if doses.units.ndim == 3 else doses
            patients = Constants(**{symbol: value[block] for symbol, value in symbols.items()})
            found.append(self._read(solve(own, patients, end, tolerance=tolerance)))
        return np.concatenate(found)

    def _read(self, course: Course) -> Array:
        if self.quantity.startswith(EFFECT):
            return course.at(course.mesh.edges[-1:])["visible"][:, 0]
        visible, weak = (np.moveaxis(each, 0, -1) for each in (course.visible, course.weak))
        if self.quantity in FALLS:
            return last_day_above(course.mesh, visible, FALLS[self.quantity])
        day: Array = getattr(find_landmarks(course.mesh, visible, weak), self.quantity)
        return day


def in_words(quantity: str) -> str:
    """Return a quantity as the label of an axis, with its unit."""
    if quantity.startswith(EFFECT):
        return f"visible effect on day {day_of(quantity):g} (fraction of full)"
    if quantity == "peak_effect":
        return "visible effect at the peak (fraction of full)"
    word = quantity.removesuffix("_day").replace("_", " ").replace("wear off", "wear-off")
    return f"{word} (days after the visit)"


def check_quantity(quantity: Any, others: Iterable[str] = ()) -> None:
    """Raise `InputError` for what is no landmark, no ``effect_on_day_90`` and the like, and none of the others."""
    if isinstance(quantity, str) and quantity.startswith(EFFECT):
        day_of(quantity)
    else:
        check_name(quantity, (*Landmarks._fields, f"{EFFECT}90", *others), "quantity")


def day_of(quantity: str) -> float:
    """Return the day of ``effect_on_day_90`` and the like."""
    return read_number(quantity.removeprefix(EFFECT), EFFECT_DAY)
