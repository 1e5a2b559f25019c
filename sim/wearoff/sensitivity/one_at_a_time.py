"""How a quantity depends on one constant at a time: elasticities, and a tornado over the plausible ranges.

One constant changes, by a little or to the ends of its plausible range, while the others stay. Courses are solved for a
century, so that every landmark that is reached is found.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import notebook
from ..checks import Limits, check_number, checked_arguments
from ..errors import InputError
from ..figures.sensitivity import draw_tornado
from ..figures.style import AUTO
from ..model.equations import Model
from ..parameters import Parameters
from ..treatment.visit import VISIT
from .quantities import Quantity
from .varied import Varied

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = npt.NDArray[np.float64]

CHANGE = Limits("change", 0, 0.5, above=True)


@dataclasses.dataclass(frozen=True, eq=False)
class Elasticities:
    """How a quantity depends on each constant while the others stay.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a constant, the widest bar first: ``name``, ``unit``, ``value``, ``low`` and ``high`` (the plausible
        range), ``elasticity`` (change of the quantity in per cent for one per cent of the constant), ``at_low`` and
        ``at_high`` (the quantity at the ends of the range: NaN if it is never reached, ``inf`` if not within a
        century).
    quantity : Landmark or EffectOnDay
    typical : float
        The quantity with unchanged constants.
    patient : str
        The patient and the treatment, in words.
    provenance : dict
        How the result was made: versions, arguments, the visit and the unchanged constants.
    """

    frame: pd.DataFrame
    quantity: Quantity
    typical: float
    patient: str
    provenance: dict[str, Any] = dataclasses.field(repr=False)

    def _repr_html_(self) -> str:
        title = f"{self.quantity.label}: {self.typical:.4g} {self.quantity.unit}; {self.patient}"
        return notebook.show(title, notebook.format_table(self.frame))

    def plot(self, ax: Axes | None = None, *, title: str | None = AUTO) -> Axes:
        """Draw the tornado, a bar for each constant over its plausible range, and return the Axes.

        By default the Axes is in a new figure, and the title is the patient and the treatment. In a given `ax` the
        legend is inside, and there is no title by default. ``title=None`` leaves the title out.
        """
        unit = "days after the visit" if self.quantity.unit == "day" else self.quantity.unit
        label = f"{self.quantity.label} ({unit})"
        return draw_tornado(self.frame, self.typical, label, patient=self.patient, ax=ax, title=title)


@checked_arguments(*VISIT)
def elasticities(
    quantity: Quantity | str = "half_effect_day",
    names: str | Iterable[str] | None = None,
    *,
    change: float = 0.01,
    parameters: Parameters | None = None,
    model: Model | None = None,
    **visit: Any,
) -> Elasticities:
    """Return how a quantity depends on each constant, one constant at a time.

    The elasticity is ``d ln(quantity) / d ln(constant)``, by the central difference
    ``ln(q(v (1 + c)) / q(v / (1 + c))) / (2 ln(1 + c))``, where c is the change. It is exact for a power law.

    Parameters
    ----------
    quantity : str, Landmark or EffectOnDay
        A landmark (``onset_day``, ``full_effect_day``, ``peak_day``, ``peak_effect``, ``half_effect_day``,
        ``wear_off_day``), or ``effect_on_day_90`` and the like.
    names : str or iterable of str, optional
        Names of the constants; default: all of them, but ``spread`` only if sites are given.
    change : float
        The small change, as a fraction of the constant.
    parameters : Parameters, optional
        The unchanged constants; default: ``Parameters()``. The ranges are the plausible ones of `Parameters.table`.
    model : Model, optional
        A model with your own function for uptake or force; default: the built-in model.
    **visit
        Arguments of `Visit` except its day; default: the labelled dose, even along the muscle.

    Returns
    -------
    Elasticities

    Raises
    ------
    InputError
        A value is not possible, the quantity is not reached with unchanged constants, or a constant is 0 or infinite.

    Warns
    -----
    UnusualWarning
        The visit is possible but unusual.

    Notes
    -----
    The rows are in the order of the widths of their bars. For this order, a half effect or a wear-off that is not
    reached at an end of a range counts as day 0, as in `indices`. A row in which another quantity is not reached comes
    first.

    Examples
    --------
    >>> result = elasticities("wear_off_day", ["light_chain_half_life", "potency"])
    >>> result.frame["name"].tolist()  # the widest bar first
    ['light_chain_half_life', 'potency']
    """
    varied = Varied.create(quantity, names, parameters, visit, model)
    small = check_number(change, CHANGE)
    factor = 1 + small
    table = varied.table()
    start = table["value"].to_numpy()
    constants = [start[None], _vary_each(start, varied.around(factor)), _vary_each(start, varied.plausible())]
    values = varied.evaluate(np.concatenate(constants))
    ends = np.insert(values[-2 * len(start) :].reshape(-1, 2), 0, values[0], axis=1)
    low, high = ends.min(axis=1), ends.max(axis=1)
    # The width is 0 if both ends are infinite, as for an effect that never falls.
    width = np.subtract(high, low, out=np.zeros_like(high), where=high != low)
    if varied.quantity.is_fall:
        values = np.where(values == 0, np.nan, values)
    typical = float(values[0])
    if not 0 < typical < math.inf:
        problem = "is not reached with these constants"
        raise InputError(varied.quantity.name, typical, "constants and units that reach it", problem=problem)
    near, far = values[1:].reshape(2, -1, 2)
    near = np.where(np.isfinite(near), near, np.nan)
    with np.errstate(divide="ignore"):
        elasticity = np.log(near[:, 1] / near[:, 0]) / (2 * math.log(factor))
    frame = table.assign(elasticity=elasticity, at_low=far[:, 0], at_high=far[:, 1])
    widest_first = np.argsort(-np.where(np.isnan(width), np.inf, width), kind="stable")
    rows = frame.iloc[widest_first].reset_index(drop=True)
    block = varied.describe_call("sensitivity.elasticities", {"change": small})
    return Elasticities(rows, varied.quantity, typical, varied.describe_patient(), block)


def _vary_each(start: Array, ends: Array) -> Array:
    # Return constants, shape (2 d, d): one after the other is set to its two `ends`, shape (d, 2); the others keep
    # `start`.
    d = len(start)
    rows = np.tile(start, (d, 2, 1))
    rows[np.arange(d), :, np.arange(d)] = ends
    return rows.reshape(2 * d, d)
