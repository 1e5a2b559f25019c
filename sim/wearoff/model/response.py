"""From the light chain to the visible effect, in the forms that are computed: what is lost, not what is left.

The equations are those of `equations`. What is solved for is the cleaved fraction ``1 - S`` and the weakness ``1 - F``,
which stay exactly zero where there is no toxin, and keep their digits where there is little.
"""

from __future__ import annotations

import numpy as np

from ..checks import check_type
from ..errors import InputError
from . import Array, Number
from .equations import MODEL, Constants, Model
from .mesh import Mesh
from .radau import march

# Where less is cleaved, 1 - S^h as it is written would be a difference of nearly equal numbers; where more is, it keeps
# twelve digits.
FEW = 1e-3

# Releases and doses at which a function of a user's own is tried, and how near it must come to what it must be.
RELEASES, DOSES, NEAR = np.linspace(0.0, 1.0, 65), np.array([0.0, 1e-3, 0.1, 1.0, 5.0, 20.0, 100.0, 1000.0]), 1e-9


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
        Whose force is meant. The built-in one is computed by a form that keeps its digits where little is cleaved; one
        of a user's own loses them below about 1e-10.

    Examples
    --------
    >>> from wearoff import Parameters
    >>> c = Parameters(release_at_half_force=0.5, force_steepness=2).constants()
    >>> weakness(np.array([0.0, 0.5, 1.0]), c).tolist()  # F(0.5) = 1.25 x 0.25 / 0.5
    [0.0, 0.375, 1.0]
    """
    # Collocation leaves the range from 0 to 1 by less than its tolerance; going back never adds to the error.
    known = np.clip(cleaved, 0.0, 1.0)
    if model.force is not MODEL.force:
        lost: Array = np.clip(1 - model.force(1 - known, c), 0.0, 1.0)
        return lost
    # 1 - F = (1 - S^h) / (1 + (S / A50)^h). In place, since for many patients this is most of the work.
    power: Array = 1 - known
    with np.errstate(divide="ignore"):
        np.log(power, out=power)
    power = c.h * power
    np.exp(power, out=power)
    below = np.asarray(c.A50) ** -np.asarray(c.h) * power
    below += 1
    lost = np.subtract(1, power, out=power)
    few = known < FEW
    if few.any():
        lost[few] = -np.expm1(np.broadcast_to(c.h, few.shape)[few] * np.log1p(-known[few]))
    lost /= below
    return lost


def visible_effect(mesh: Mesh, weak: Array, k_line: Number, start: Array | float = 0.0) -> Array:
    """Return the visible effect V at the mesh's nodes, from the weakness there; shapes as in `cleaved_fraction`."""
    rate = np.broadcast_to(k_line, (*np.shape(k_line)[:-2], *weak.shape[-2:]))
    return march(mesh, rate, rate * weak, start)


def read_model(model: Model | None, c: Constants) -> Model:
    """Return the built-in model for None, and else the model whose functions are tried.

    Parameters
    ----------
    model : Model or None
    c : Constants
        Of one patient, numbers, with which the functions are tried.

    Raises
    ------
    InputError
        A function of a user's own is no curve that the model can follow.
    """
    if model is None:
        return MODEL
    check_type(model, Model, "model")
    if model.force is not MODEL.force:
        values = _tried("force", model.force, RELEASES, c)
        if not (values.min() >= -NEAR and values.max() <= 1 + NEAR):
            worst = values.min() if values.min() < -NEAR else values.max()
            raise InputError("force", float(worst), "from 0 to 1, a fraction of baseline")
        if abs(values[-1] - 1) > NEAR:
            raise InputError("force", float(values[-1]), "1 where the release is 1, that of no toxin")
        if np.diff(values).min() < -NEAR:
            raise InputError("force", problem="falls where the release rises", allowed="a force that rises with it")
    if model.uptake is not MODEL.uptake:
        values = _tried("uptake", model.uptake, DOSES, c)
        if values.min() < 0:
            raise InputError("uptake", float(values.min()), "at least 0 U")
        if values[0] != 0:
            raise InputError("uptake", float(values[0]), "0 U of a dose of 0 U")
    return model


def _tried(name: str, function: object, values: Array, c: Constants) -> Array:
    # What a function makes of an array: as many finite numbers.
    allowed = "a function of an array and the constants that returns as many finite numbers"
    if not callable(function):
        raise InputError(name, function, allowed)
    try:
        found = np.asarray(function(values, c), dtype=float)
    except Exception as error:
        raise InputError(name, problem=f"raises {type(error).__name__}: {error}", allowed=allowed) from error
    if found.shape != values.shape or not np.isfinite(found).all():
        raise InputError(name, problem=f"gives {found.ravel()[:3]} of {values[:3]}", allowed=allowed)
    return found
