"""Which constant moves which quantity, one at a time: elasticities, and a tornado over the plausible ranges.

One at a time asks what a small change does, and what the ends of each plausible range do, while the other constants
stay. A landmark's horizon is a century, so that none is cut off by it.
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
from .scan import Scan

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = npt.NDArray[np.float64]

CHANGE = Limits("change", 0, 0.5, above=True)


@dataclasses.dataclass(frozen=True, eq=False)
class Elasticities:
    """What each constant does to a quantity while the others stay.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a constant, the widest bar first: ``name``, ``unit``, ``value``, ``low`` and ``high`` (the plausible
        range), ``elasticity`` (per cent of the quantity for one per cent of the constant), ``at_low`` and
        ``at_high``, the quantity at the ends of the range: NaN where it is never reached, ``inf`` where not within a
        century.
    quantity : Landmark or EffectOnDay
    typical : float
        The quantity with the constants unchanged.
    patient : str
        Whose quantity it is, and what was given, in words.
    """

    frame: pd.DataFrame
    quantity: Quantity
    typical: float
    patient: str

    def _repr_html_(self) -> str:
        title = f"{self.quantity.label}: {self.typical:.4g} {self.quantity.unit}; {self.patient}"
        return notebook.show(title, notebook.format_table(self.frame))

    def plot(self, ax: Axes | None = None, *, title: str | None = AUTO) -> Axes:
        """Draw the tornado, a bar for each constant over its plausible range, and return the Axes drawn on.

        Into `ax`, with the legend inside and no title by default, or a new figure. `title` is by default the patient
        and what was given; None leaves it out.
        """
        unit = "days after the visit" if self.quantity.unit == "day" else self.quantity.unit
        word = f"{self.quantity.label} ({unit})"
        return draw_tornado(self.frame, self.typical, word, patient=self.patient, ax=ax, title=title)


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
    """Return what each constant does to a quantity, one constant at a time.

    The elasticity is ``d ln(quantity) / d ln(constant)``, by the central difference
    ``ln(q(v (1 + c)) / q(v / (1 + c))) / (2 ln(1 + c))`` with c the change, which is exact for a power law.

    Parameters
    ----------
    quantity : str, Landmark or EffectOnDay
        A landmark (``onset_day``, ``full_effect_day``, ``peak_day``, ``peak_effect``, ``half_effect_day``,
        ``wear_off_day``), or ``effect_on_day_90`` and the like.
    names : str or iterable of str, optional
        Which constants; default: all, the spread of a site only where sites are given.
    change : float
        The small change, a part of the constant.
    parameters : Parameters, optional
        Where the constants start from; default:
        ``Parameters()``. The ranges are the plausible ones of `Parameters.table`.
    model : Model, optional
        With functions of one's own for uptake or force; default: the built-in ones.
    **visit
        Arguments of `Visit` but its day; default: the labelled dose, even along the muscle.

    Returns
    -------
    Elasticities

    Raises
    ------
    InputError
        A value is not possible, the quantity is not reached with the constants unchanged, or a constant is 0 or
        infinite.

    Warns
    -----
    UnusualWarning
        The visit is possible but unusual.

    Notes
    -----
    In the order of the rows a half effect or a wear-off that is not reached at an end of a range counts as day 0, as in
    `indices`; any other quantity that is not reached makes its row the first.

    Examples
    --------
    >>> found = elasticities("wear_off_day", ["light_chain_half_life", "potency"])
    >>> found.frame["name"].tolist()  # the widest bar first
    ['potency', 'light_chain_half_life']
    """
    asked = Scan.asked(quantity, names, parameters, visit, model)
    factor = 1 + check_number(change, CHANGE)
    table = asked.table()
    start = table["value"].to_numpy()
    patients = [start[None], _one_at_a_time(start, asked.around(factor)), _one_at_a_time(start, asked.plausible())]
    found = asked.evaluate(np.concatenate(patients))
    ends = np.insert(found[-2 * len(start) :].reshape(-1, 2), 0, found[0], axis=1)
    low, high = ends.min(axis=1), ends.max(axis=1)
    # Nothing where both are without end, as where an effect never falls.
    width = np.subtract(high, low, out=np.zeros_like(high), where=high != low)
    if asked.quantity.is_fall:
        found = np.where(found == 0, np.nan, found)
    typical = float(found[0])
    if not 0 < typical < math.inf:
        problem = "is not reached with these constants"
        raise InputError(asked.quantity.name, typical, "constants and units that reach it", problem=problem)
    near, far = found[1:].reshape(2, -1, 2)
    near = np.where(np.isfinite(near), near, np.nan)
    with np.errstate(divide="ignore"):
        elasticity = np.log(near[:, 1] / near[:, 0]) / (2 * math.log(factor))
    frame = table.assign(elasticity=elasticity, at_low=far[:, 0], at_high=far[:, 1])
    widest_first = np.argsort(-np.where(np.isnan(width), np.inf, width), kind="stable")
    rows = frame.iloc[widest_first].reset_index(drop=True)
    return Elasticities(rows, asked.quantity, typical, asked.describe_patient())


def _one_at_a_time(start: Array, ends: Array) -> Array:
    # The constants, shape (2 d, d): each in turn at its two ends, shape (d, 2), the others as at the start.
    d = len(start)
    rows = np.tile(start, (d, 2, 1))
    rows[np.arange(d), :, np.arange(d)] = ends
    return rows.reshape(2 * d, d)
