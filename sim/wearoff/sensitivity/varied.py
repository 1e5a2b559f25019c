"""One quantity of one patient, evaluated for many values of the constants at once."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import tables
from ..checks import check_name, check_type, one_or_many
from ..errors import InputError, warn
from ..model.cases import solve_courses
from ..model.course import TOLERANCE
from ..model.equations import Constants, Model
from ..model.response import read_model
from ..parameters import Parameters, in_symbols
from ..provenance import make_block, name_functions
from ..treatment.cautions import cautions
from ..treatment.description import describe_patient, name_treatment
from ..treatment.schedule import Schedule
from ..treatment.visit import Visit
from .quantities import Quantity, read_quantity

Array = npt.NDArray[np.float64]


class Varied(NamedTuple):
    """A quantity of a patient, and the constants that are varied."""

    quantity: Quantity
    names: tuple[str, ...]
    parameters: Parameters
    visit: Visit
    model: Model

    @classmethod
    def create(
        cls,
        quantity: Quantity | str,
        names: str | Iterable[str] | None,
        parameters: Parameters | None,
        visit: dict[str, Any],
        model: Model | None = None,
    ) -> Self:
        """Return it with checked arguments; `visit` has arguments of `Visit` except its day."""
        checked = read_quantity(quantity)
        constants = Parameters() if parameters is None else check_type(parameters, Parameters, "parameters")
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
            problem = f"is {', '.join(chosen) or 'empty'}"
            raise InputError("names", chosen, "at least 1 constant, each once", problem=problem)
        return cls(checked, chosen, constants, plan.visits[0], read_model(model, constants.constants()))

    def describe_patient(self) -> str:
        """Return the patient and the treatment in words."""
        return describe_patient(Schedule((self.visit,)), self.parameters)

    def describe_call(self, command: str, arguments: dict[str, Any], **drawn: Any) -> dict[str, Any]:
        """Return how a result was made; `arguments` are those of the command alone, `drawn` are seed and sampler."""
        once = Schedule((self.visit,))
        options = {"quantity": self.quantity.name, "names": self.names, **arguments, **name_functions(self.model)}
        return make_block(command, options, self.parameters, arms={name_treatment(once): once}, **drawn)

    def table(self) -> pd.DataFrame:
        """Return a table of the constants, one a row: ``name``, ``unit``, ``value``, ``low``, ``high``."""
        table = self.parameters.table().set_index("name").loc[list(self.names)]
        return table[["unit", "value", "low", "high"]].reset_index()

    def plausible(self) -> Array:
        """Return the plausible ranges of the d constants, shape (d, 2)."""
        return self.table()[["low", "high"]].to_numpy()

    def around(self, factor: float) -> Array:
        """Return the d values divided and multiplied by a factor, shape (d, 2); both must be possible."""
        ranges = []
        for name in self.names:
            value = getattr(self.parameters, name)
            if not 0 < value < math.inf:
                raise InputError(name, value, "above 0 and finite, to be changed by a factor")
            ends = (value / factor, value * factor)
            ranges.append([getattr(self.parameters.replace(**{name: end}), name) for end in ends])
        return np.array(ranges)

    def evaluate(self, constants: Array, tolerance: float = TOLERANCE) -> Array:
        """Return the quantity of k patients, shape (k,); their constants have shape (k, d).

        It is NaN if it is never reached, and ``inf`` if it is not reached within a century. The day of a fall is 0 if
        the effect is never above the level.
        """
        known = tables.column("parameters", "name")
        values = {name: np.full(len(constants), getattr(self.parameters, name)) for name in known}
        values.update(zip(self.names, constants.T, strict=True))
        symbols = in_symbols(values)
        spread = symbols.pop("sigma")
        doses = Schedule((self.visit,)).doses(spread)
        courses = solve_courses(
            doses, Constants(**symbols), self.quantity.last_day, model=self.model, tolerance=tolerance
        )
        quantities = np.concatenate([self.quantity.read(course) for course in courses])
        return np.where(np.isnan(quantities), 0.0, quantities) if self.quantity.is_fall else quantities
