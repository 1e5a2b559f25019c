"""Which constants a quantity's variance comes from, when all of them vary together: Sobol's indices.

All together asks what share of the quantity's variance each constant explains, alone and with its interactions.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import notebook
from ..checks import Limits, check_number, checked_arguments
from ..defaults import SEED
from ..errors import InputError
from ..figures.sensitivity import draw_indices
from ..figures.style import AUTO
from ..model.equations import Model
from ..parameters import Parameters
from ..treatment.visit import VISIT
from .quantities import Quantity
from .scan import Scan
from .sobol import Design

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = npt.NDArray[np.float64]

WITHIN = Limits("within", 1, 100, above=True)
# Of the visible effect, and so less than 1e-4 day of a landmark: far below the error of a sample.
SAMPLE_TOLERANCE = 1e-6


@dataclasses.dataclass(frozen=True, eq=False)
class Indices:
    """What share of a quantity's variance each constant explains.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a constant, the largest ``ST`` first: ``name``, ``unit``, ``low`` and ``high`` (the range sampled),
        ``S1`` and ``ST`` (the share of the variance that the constant explains alone, and with its interactions),
        ``S1_conf`` and ``ST_conf`` (half the width of their intervals).
    quantity : Landmark or EffectOnDay
    share_never_above : float
        Share of the samples in which the effect never reaches the level that a half effect or a wear-off falls
        through, and whose day is taken for 0.
    patient : str
        Whose quantity it is, and what was given, in words.
    """

    frame: pd.DataFrame
    quantity: Quantity
    share_never_above: float
    patient: str

    def _repr_html_(self) -> str:
        title = f"share of the variance of {self.quantity.label}; {self.patient}"
        return notebook.show(title, notebook.table(self.frame))

    def plot(self, ax: Axes | None = None, *, title: str | None = AUTO) -> Axes:
        """Draw both shares with their intervals, a row a constant; `ax` and `title` as in `Elasticities.plot`."""
        never = f"day 0 in {self.share_never_above:.1%} of the samples: the effect never reaches the level"
        note = never if self.share_never_above else ""
        return draw_indices(self.frame, self.quantity.label, note, patient=self.patient, ax=ax, title=title)


@checked_arguments(*VISIT)
def indices(
    quantity: Quantity | str = "half_effect_day",
    names: str | Iterable[str] | None = None,
    *,
    samples: int = 512,
    within: float | None = None,
    confidence: float = 0.95,
    rng: int | np.random.Generator | None = SEED,
    parameters: Parameters | None = None,
    model: Model | None = None,
    **visit: Any,
) -> Indices:
    """Return Sobol's indices of a quantity: the share of its variance that each constant explains.

    The constants are sampled independently, each evenly in its logarithm; those not named stay as they are.

    Parameters
    ----------
    quantity, names, parameters, model, **visit
        As in `elasticities`.
    samples : int
        A power of two; so many times the number of constants and two are solved. With sites this takes minutes.
    within : float, optional
        Sample each constant from its value divided by this to its value times this; default: over its plausible range.
    confidence : float
        Of the intervals.
    rng : int or numpy.random.Generator, optional
        A seed, or where one is drawn from; the same by default. None: another one in every call.

    Returns
    -------
    Indices

    Raises
    ------
    InputError
        A value is not possible. In some samples the quantity is not reached, or the effect never falls again: their
        share is named.

    Warns
    -----
    UnusualWarning
        The visit is possible but unusual.

    Notes
    -----
    Half effect and wear-off are the last day on which the effect is at a level or above. Where it never gets there,
    that day is 0: no day of effect, and the sample counts. Nothing of the kind can be said of an onset or of a peak
    that is never reached, and no sample is left out: the indices are then undefined.
    """
    asked = Scan.asked(quantity, names, parameters, visit, model)
    factor = None if within is None else check_number(within, WITHIN)
    spans = asked.plausible() if factor is None else asked.around(factor)
    logs = dict(zip(asked.names, np.log(spans), strict=True))
    design = Design.drawn(logs, samples, confidence, rng)
    found = asked.evaluate(np.exp(design.points), SAMPLE_TOLERANCE)
    _refuse_undefined(found, asked.quantity.name, factor)
    frame = asked.table()[["name", "unit"]].assign(low=spans[:, 0], high=spans[:, 1])
    frame = frame.merge(design.analysed(found, asked.quantity.name), on="name")
    frame = frame.sort_values("ST", ascending=False, kind="stable", ignore_index=True)
    never_above = float(np.mean(found == 0)) if asked.quantity.is_fall else 0.0
    return Indices(frame, asked.quantity, never_above, asked.describe_patient())


def _refuse_undefined(found: Array, quantity: str, factor: float | None) -> None:
    if np.isfinite(found).all():
        return
    share = f"{100 * np.mean(~np.isfinite(found)):.3g} % of the samples"
    if np.isinf(found).any():
        problem = f"is later than a century in {share}"
        raise InputError(quantity, np.inf, "a shorter light_chain_half_life", problem=problem)
    narrower = 1.2 if factor is None else 1 + (factor - 1) / 2
    problem = f"is not reached in {share}, and its indices are undefined"
    raise InputError(quantity, np.nan, f"narrower ranges, such as within={narrower:.3g}", problem=problem)
