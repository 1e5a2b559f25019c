"""Which constant moves which landmark: one at a time (elasticities, a tornado), and all together (Sobol's indices).

A quantity is a landmark or the effect on a day. One at a time asks what a small change does, and what the ends of each
plausible range do while the other constants stay; all together asks what share of the quantity's variance each
constant explains, alone and with its interactions. A landmark's horizon is a century, so that none is cut off by it.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..checks import Limits, check_number, checked_arguments
from ..errors import InputError
from ..figures.sensitivity import draw_indices, draw_tornado
from ..figures.style import AUTO
from ..model.landmarks import FALLS
from ..parameters import Parameters
from ..simulation import DEFAULT
from ..treatment.visit import VISIT
from .scan import Question, in_words
from .sobol import Design, sobol_indices

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = npt.NDArray[np.float64]

CHANGE = Limits("change", 0, 0.5, above=True)
WITHIN = Limits("within", 1, 100, above=True)
# Of the visible effect, and so less than 1e-4 day of a landmark: far below the error of a sample.
SAMPLE_TOLERANCE = 1e-6

__all__ = ["Elasticities", "Indices", "elasticities", "indices", "sobol_indices"]


@dataclasses.dataclass(frozen=True, eq=False)
class Elasticities:
    """What each constant does to a quantity while the others stay.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a constant, the widest bar first: ``name``, ``unit``, ``value``, ``low`` and ``high`` (the plausible
        range), ``elasticity`` (per cent of the quantity for one per cent of the constant), ``at_low`` and
        ``at_high``, the quantity at the ends of the range, NaN where it is not reached.
    quantity : str
    typical : float
        The quantity with the constants unchanged.
    patient : str
        Whose quantity it is, and what was given, in words.
    """

    frame: pd.DataFrame
    quantity: str
    typical: float
    patient: str

    def plot(self, ax: Axes | None = None, *, title: str | None = AUTO) -> Axes:
        """Draw the tornado, a bar for each constant over its plausible range, and return the Axes drawn on.

        Into `ax`, with the legend inside and no title by default, or a new figure. `title` is by default the patient
        and what was given; None leaves it out.
        """
        word = in_words(self.quantity)
        return draw_tornado(self.frame, self.typical, word, patient=self.patient, ax=ax, title=title)


@dataclasses.dataclass(frozen=True, eq=False)
class Indices:
    """What share of a quantity's variance each constant explains.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a constant, the largest ``ST`` first: ``name``, ``unit``, ``low`` and ``high`` (the range sampled),
        ``S1`` and ``ST`` (the share of the variance that the constant explains alone, and with its interactions),
        ``S1_conf`` and ``ST_conf`` (half the width of their intervals).
    quantity : str
    share_never_above : float
        Share of the samples in which the effect never reaches the level that a half effect or a wear-off falls
        through, and whose day is taken for 0.
    patient : str
        Whose quantity it is, and what was given, in words.
    """

    frame: pd.DataFrame
    quantity: str
    share_never_above: float
    patient: str

    def plot(self, ax: Axes | None = None, *, title: str | None = AUTO) -> Axes:
        """Draw both shares with their intervals, a row a constant; `ax` and `title` as in `Elasticities.plot`."""
        never = f"day 0 in {self.share_never_above:.1%} of the samples: the effect never reaches the level"
        note = never if self.share_never_above else ""
        return draw_indices(self.frame, self.quantity, note, patient=self.patient, ax=ax, title=title)


@checked_arguments(*VISIT)
def elasticities(
    quantity: str = "half_effect_day",
    names: str | Iterable[str] | None = None,
    *,
    change: float | str = 0.01,
    parameters: Parameters = DEFAULT,
    **visit: Any,
) -> Elasticities:
    """Return what each constant does to a quantity, one constant at a time.

    The elasticity is ``d ln(quantity) / d ln(constant)``, by the central difference
    ``ln(q(v (1 + c)) / q(v / (1 + c))) / (2 ln(1 + c))`` with c the change, which is exact for a power law.

    Parameters
    ----------
    quantity : str
        A landmark (``onset_day``, ``full_effect_day``, ``peak_day``, ``peak_effect``, ``half_effect_day``,
        ``wear_off_day``), or ``effect_on_day_90`` and the like.
    names : str or iterable of str, optional
        Which constants; default: all, the spread of a site only where sites are given.
    change : float
        The small change, a part of the constant.
    parameters : Parameters
        Where the constants start from; the ranges are the plausible ones of `Parameters.table`.
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
    asked = Question.asked(quantity, names, parameters, visit)
    factor = 1 + check_number(change, CHANGE)
    table = asked.table()
    start = table["value"].to_numpy()
    patients = [start[None], _one_at_a_time(start, asked.around(factor)), _one_at_a_time(start, asked.plausible())]
    found = asked.answers(np.concatenate(patients))
    ends = np.insert(found[-2 * len(start) :].reshape(-1, 2), 0, found[0], axis=1)
    low, high = ends.min(axis=1), ends.max(axis=1)
    # Nothing where both are without end, as where an effect never falls.
    width = np.subtract(high, low, out=np.zeros_like(high), where=high != low)
    if quantity in FALLS:
        found = np.where((found == 0) | np.isinf(found), np.nan, found)
    typical = float(found[0])
    if not typical > 0:
        raise InputError(f"{quantity} is not reached with these constants; allowed: constants and units that reach it")
    near, far = found[1:].reshape(2, -1, 2)
    with np.errstate(divide="ignore"):
        elasticity = np.log(near[:, 1] / near[:, 0]) / (2 * math.log(factor))
    frame = table.assign(elasticity=elasticity, at_low=far[:, 0], at_high=far[:, 1])
    widest_first = np.argsort(-np.where(np.isnan(width), np.inf, width), kind="stable")
    return Elasticities(frame.iloc[widest_first].reset_index(drop=True), quantity, typical, asked.describe_patient())


@checked_arguments(*VISIT)
def indices(
    quantity: str = "half_effect_day",
    names: str | Iterable[str] | None = None,
    *,
    samples: int | str = 512,
    within: float | str | None = None,
    confidence: float | str = 0.95,
    rng: int | np.random.Generator | None = None,
    parameters: Parameters = DEFAULT,
    **visit: Any,
) -> Indices:
    """Return Sobol's indices of a quantity: the share of its variance that each constant explains.

    The constants are sampled independently, each evenly in its logarithm; those not named stay as they are.

    Parameters
    ----------
    quantity, names, parameters, **visit
        As in `elasticities`.
    samples : int
        A power of two; so many times the number of constants and two are solved. With sites this takes minutes.
    within : float, optional
        Sample each constant from its value divided by this to its value times this; default: over its plausible range.
    confidence : float
        Of the intervals.
    rng : int or numpy.random.Generator, optional
        Where the randomness comes from; default: fresh.

    Returns
    -------
    Indices

    Raises
    ------
    InputError
        A value is not possible, or SALib is not installed. In some samples the quantity is not reached, or the effect
        never falls again: their share is named.

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
    asked = Question.asked(quantity, names, parameters, visit)
    factor = None if within is None else check_number(within, WITHIN)
    spans = asked.plausible() if factor is None else asked.around(factor)
    logs = dict(zip(asked.names, np.log(spans), strict=True))
    design = Design.drawn(logs, samples, confidence, rng)
    found = asked.answers(np.exp(design.points), SAMPLE_TOLERANCE)
    _refuse_undefined(found, quantity, factor)
    frame = asked.table()[["name", "unit"]].assign(low=spans[:, 0], high=spans[:, 1])
    frame = frame.merge(design.analysed(found, quantity), on="name")
    frame = frame.sort_values("ST", ascending=False, kind="stable", ignore_index=True)
    never_above = float(np.mean(found == 0)) if quantity in FALLS else 0.0
    return Indices(frame, quantity, never_above, asked.describe_patient())


def _one_at_a_time(start: Array, ends: Array) -> Array:
    # The constants, shape (2 d, d): each in turn at its two ends, shape (d, 2), the others as at the start.
    d = len(start)
    rows = np.tile(start, (d, 2, 1))
    rows[np.arange(d), :, np.arange(d)] = ends
    return rows.reshape(2 * d, d)


def _refuse_undefined(found: Array, quantity: str, factor: float | None) -> None:
    if np.isfinite(found).all():
        return
    share = f"{100 * np.mean(~np.isfinite(found)):.3g} % of the samples"
    if np.isinf(found).any():
        raise InputError(f"{quantity} is later than a century in {share}; allowed: a shorter light_chain_half_life")
    narrower = 1.2 if factor is None else 1 + (factor - 1) / 2
    raise InputError(
        f"{quantity} is not reached in {share}, and its indices are undefined; allowed: narrower ranges, such as "
        f"within={narrower:.3g}"
    )
