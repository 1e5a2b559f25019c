"""The variance of a quantity when all constants vary together: Sobol's indices.

They say what share of the variance each constant explains, alone and with its interactions.
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
from ..patients.draws import given_seed
from ..treatment.visit import VISIT
from .quantities import Quantity
from .sobol import Design
from .varied import Varied

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = npt.NDArray[np.float64]

WITHIN = Limits("within", 1, 100, above=True)
SAMPLE_TOLERANCE = 1e-6  # of the visible effect; the error of a landmark is then less than 1e-4 day


@dataclasses.dataclass(frozen=True, eq=False)
class Indices:
    """The share of a quantity's variance that each constant explains.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a constant, the largest ``ST`` first: ``name``, ``unit``, ``low`` and ``high`` (the range sampled),
        ``S1`` and ``ST`` (the share of the variance that the constant explains alone, and with its interactions),
        ``S1_conf`` and ``ST_conf`` (half the width of their intervals).
    quantity : Landmark or EffectOnDay
    share_never_above : float
        Share of the samples in which the effect never reaches the level of a half effect or a wear-off; the day of
        these samples is 0.
    patient : str
        The patient and the treatment, in words.
    provenance : dict
        How the result was made: versions, arguments, seed, the visit and the constants.
    """

    frame: pd.DataFrame
    quantity: Quantity
    share_never_above: float
    patient: str
    provenance: dict[str, Any] = dataclasses.field(repr=False)

    def _repr_html_(self) -> str:
        title = f"share of the variance of {self.quantity.label}; {self.patient}"
        return notebook.show(title, notebook.format_table(self.frame))

    def plot(self, ax: Axes | None = None, *, title: str | None = AUTO) -> Axes:
        """Draw both shares with their intervals and return the Axes; `ax` and `title` are as in `Elasticities.plot`."""
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

    The constants are sampled independently, each evenly in its logarithm; the others keep their value.

    Parameters
    ----------
    quantity, names, parameters, model, **visit
        As in `elasticities`.
    samples : int
        A power of two. For d constants, ``samples (d + 2)`` patients are solved; with sites this takes minutes.
    within : float, optional
        A factor: each constant is sampled from its value divided by the factor to its value times the factor. Default:
        its plausible range.
    confidence : float
        Confidence of the intervals.
    rng : int or numpy.random.Generator, optional
        The seed, or a generator from which it is drawn; None: another one in every call.

    Returns
    -------
    Indices

    Raises
    ------
    InputError
        A value is not possible; or in some samples the quantity is not reached, or the effect never falls again. The
        error gives their share.

    Warns
    -----
    UnusualWarning
        The visit is possible but unusual.

    Notes
    -----
    Half effect and wear-off are the last day on which the effect is at a level or above. In a sample in which the
    effect never reaches the level, that day is 0. An onset or a peak that is never reached has no such value. No sample
    is left out, so the indices are then undefined.
    """
    varied = Varied.create(quantity, names, parameters, visit, model)
    factor = None if within is None else check_number(within, WITHIN)
    ranges = varied.plausible() if factor is None else varied.around(factor)
    logs = dict(zip(varied.names, np.log(ranges), strict=True))
    design = Design.draw(logs, samples, confidence, rng)
    values = varied.evaluate(np.exp(design.points), SAMPLE_TOLERANCE)
    _refuse_undefined(values, varied.quantity.name, factor)
    frame = varied.table()[["name", "unit"]].assign(low=ranges[:, 0], high=ranges[:, 1])
    frame = frame.merge(design.analyse(values, varied.quantity.name), on="name")
    frame = frame.sort_values("ST", ascending=False, kind="stable", ignore_index=True)
    never_above = float(np.mean(values == 0)) if varied.quantity.is_fall else 0.0
    arguments = {"samples": design.samples, "within": factor, "confidence": design.confidence}
    block = varied.describe_call("sensitivity.indices", arguments, seed=given_seed(rng), sampler="sobol")
    return Indices(frame, varied.quantity, never_above, varied.describe_patient(), block)


def _refuse_undefined(values: Array, quantity: str, factor: float | None) -> None:
    if np.isfinite(values).all():
        return
    share = f"{100 * np.mean(~np.isfinite(values)):.3g} % of the samples"
    if np.isinf(values).any():
        problem = f"is later than a century in {share}"
        raise InputError(quantity, np.inf, "a shorter light_chain_half_life", problem=problem)
    narrower = 1.2 if factor is None else 1 + (factor - 1) / 2
    problem = f"is not reached in {share}, and its indices are undefined"
    raise InputError(quantity, np.nan, f"narrower ranges, such as within={narrower:.3g}", problem=problem)
