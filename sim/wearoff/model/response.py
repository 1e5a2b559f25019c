"""From the light chain to the visible effect and the crease, in the forms that are computed.

The equations are those of `equations`. They are solved for the cleaved fraction ``1 - S``, the weakness ``1 - F`` and
the healed share of the crease ``1 - C``. These are exactly zero without toxin, and keep their digits where there is
little toxin.
"""

from __future__ import annotations

import numpy as np

from ..checks import check_type
from ..errors import InputError
from . import Array, Number
from .equations import MODEL, Constants, Model
from .mesh import Mesh
from .radau import march

# Below this cleaved fraction, 1 - S^h is a difference of nearly equal numbers, and another formula is used. Above it,
# 1 - S^h keeps twelve digits.
FEW = 1e-3

# A user's own functions are tried at these releases and doses.
RELEASES, DOSES = np.linspace(0.0, 1.0, 65), np.array([0.0, 1e-3, 0.1, 1.0, 5.0, 20.0, 100.0, 1000.0])
# A user's own force may miss its range, and its value at baseline, by this.
FORCE_TOLERANCE = 1e-9


def units_taken_up(units: Array, c: Constants, model: Model) -> Array:
    """Return the units that are taken up of each dose.

    Parameters
    ----------
    units : ndarray
        Local doses in U.
    c : Constants
        Each broadcasts against `units`.
    model : Model

    Raises
    ------
    InputError
        A user's own uptake is below 0, or not finite, for a dose or for the constants of a patient.
    """
    taken: Array = model.uptake(units, c)
    if model.uptake is not MODEL.uptake and not (np.isfinite(taken).all() and taken.min(initial=0.0) >= 0):
        raise InputError("uptake", float(taken.min()), "finite and at least 0 U")
    return taken


def cleaved_fraction(mesh: Mesh, light_chain: Array, c: Constants, start: Array | float = 0.0) -> Array:
    """Return the cleaved fraction of SNAP-25, 1 - S, at the mesh's nodes.

    Parameters
    ----------
    mesh : Mesh
        n intervals of degree m.
    light_chain : ndarray, shape (..., n, m + 1)
        Units of light chain at the mesh's nodes.
    c : Constants
        Each broadcasts against `light_chain`.
    start : ndarray, shape (...)
        The cleaved fraction at the mesh's first edge.
    """
    cleavage = c.k_cleave * light_chain
    return march(mesh, c.k_snap25 + cleavage, cleavage, start)


def weakness(cleaved: Array, c: Constants, model: Model = MODEL) -> Array:
    """Return 1 - F, the share of the force that is lost, for a cleaved fraction of SNAP-25.

    Parameters
    ----------
    cleaved : ndarray
        1 - S, in [0, 1].
    c : Constants
        Each broadcasts against `cleaved`.
    model : Model
        The model with the force. The built-in force is computed in a form that keeps its digits where little is
        cleaved. A user's own force loses all digits where the weakness is below about 1e-10.

    Examples
    --------
    >>> from wearoff import Parameters
    >>> c = Parameters(release_at_half_force=0.5, force_steepness=2).constants()
    >>> weakness(np.array([0.0, 0.5, 1.0]), c).tolist()  # F(0.5) = 1.25 x 0.25 / 0.5
    [0.0, 0.375, 1.0]
    """
    # A polynomial of collocation may leave the range from 0 to 1 by less than its tolerance. Clipping never adds to the
    # error.
    cleaved = np.clip(cleaved, 0.0, 1.0)
    if model.force is not MODEL.force:
        force: Array = model.force(1 - cleaved, c)
        _check_force(force)
        lost: Array = np.clip(1 - force, 0.0, 1.0)
        return lost
    # 1 - F = (1 - S^h) / (1 + (S / A50)^h), computed in place: for many patients this is most of the work.
    power: Array = 1 - cleaved
    with np.errstate(divide="ignore"):
        np.log(power, out=power)
    power = c.h * power
    np.exp(power, out=power)
    below = np.asarray(c.A50) ** -np.asarray(c.h) * power
    below += 1
    lost = np.subtract(1, power, out=power)
    few = cleaved < FEW
    if few.any():
        lost[few] = -np.expm1(np.broadcast_to(c.h, few.shape)[few] * np.log1p(-cleaved[few]))
    lost /= below
    return lost


def follow_at_rate(mesh: Mesh, course: Array, rate: Number, start: Array | float = 0.0) -> Array:
    """Return x at the mesh's nodes, where ``x' = rate (course - x)``: x follows the course, in 1/rate days.

    The visible effect follows the weakness at the rate ``k_line``. The healed share of the crease, ``1 - C``, follows
    the visible effect at the rate ``k_crease``. The shapes are as in `cleaved_fraction`.
    """
    rates = np.broadcast_to(rate, (*np.shape(rate)[:-2], *course.shape[-2:]))
    return march(mesh, rates, rates * course, start)


def read_model(model: Model | None, c: Constants) -> Model:
    """Return the built-in model for None, or the user's model after its functions have been tried.

    Parameters
    ----------
    model : Model or None
    c : Constants
        Numbers, of one patient. The functions are tried with them.

    Raises
    ------
    InputError
        A user's own function raises an error, returns no numbers, or returns numbers that the model does not allow.
    """
    if model is None:
        return MODEL
    check_type(model, Model, "model")
    if model.force is not MODEL.force:
        values = _try_function("force", model.force, RELEASES, c)
        _check_force(values)
        if abs(values[-1] - 1) > FORCE_TOLERANCE:
            raise InputError("force", float(values[-1]), "1 where the release is 1, that of no toxin")
        if np.diff(values).min() < -FORCE_TOLERANCE:
            raise InputError("force", problem="falls where the release rises", allowed="a force that rises with it")
    if model.uptake is not MODEL.uptake:
        _try_function("uptake", model.uptake, DOSES, c)
        values = units_taken_up(DOSES, c, model)
        if values[0] != 0:
            raise InputError("uptake", float(values[0]), "0 U of a dose of 0 U")
    return model


def _check_force(force: Array) -> None:
    # Raise an error if a user's own force leaves its range, for any patient. A NaN is not in the range.
    low, high = force.min(initial=1.0), force.max(initial=0.0)
    if not (low >= -FORCE_TOLERANCE and high <= 1 + FORCE_TOLERANCE):
        raise InputError(
            "force", float(high if high > 1 + FORCE_TOLERANCE else low), "from 0 to 1, a fraction of baseline"
        )


def _try_function(name: str, function: object, values: Array, c: Constants) -> Array:
    # Return the results of a user's own function, checked to be one finite number for each value.
    allowed = "a function of an array and the constants that returns as many finite numbers"
    if not callable(function):
        raise InputError(name, function, allowed)
    try:
        results = np.asarray(function(values, c), dtype=float)
    except Exception as error:
        raise InputError(name, problem=f"raises {type(error).__name__}: {error}", allowed=allowed) from error
    if results.shape != values.shape or not np.isfinite(results).all():
        raise InputError(name, problem=f"gives {results.ravel()[:3]} of {values[:3]}", allowed=allowed)
    return results
