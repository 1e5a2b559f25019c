"""From the light chain to the visible effect: SNAP-25, acetylcholine release, muscle force, the visible line.

    SNAP-25      dS/dt =  k_snap25 (1 - S) - k_cleave L S         S(0) = 1, the intact fraction
    release      A = S                                             acetylcholine release, fraction of baseline
    force        F(A) = (1 + A50^h) A^h / (A50^h + A^h)            the safety factor of the neuromuscular junction
    weakness     W = 1 - F(A)
    visible      dV/dt =  k_line (W - V)                         lines soften a little after the muscle does

S is the intact fraction at the release sites, not in the whole terminal. What is marched is the cleaved fraction 1 - S
and the weakness 1 - F, which stay exactly zero where there is no toxin.
"""

from __future__ import annotations

import numpy as np

from . import Array, Number
from .radau import Mesh, march

# Where less is cleaved, 1 - S^h as it is written would be a difference of nearly equal numbers; where more is, it keeps
# twelve digits.
FEW = 1e-3


def cleaved_fraction(mesh: Mesh, light_chain: Array, k_cleave: Number, k_snap25: Number) -> Array:
    """Return the cleaved fraction of SNAP-25, 1 - S, at the mesh's nodes.

    Parameters
    ----------
    mesh : Mesh
        n intervals of degree m.
    light_chain : ndarray, shape (..., n, m + 1)
        Units of active light chain at the mesh's nodes.
    k_cleave, k_snap25 : ndarray
        1/(U day) and 1/day, broadcast against `light_chain`.
    """
    cleavage = k_cleave * light_chain
    return march(mesh, k_snap25 + cleavage, cleavage)


def weakness(cleaved: Array, release_at_half_force: Number, force_steepness: Number) -> Array:
    """Return 1 - F, the share of the force that is lost, for a cleaved fraction of SNAP-25.

    Parameters
    ----------
    cleaved : ndarray
        1 - S, in [0, 1].
    release_at_half_force, force_steepness : ndarray
        A50 and h, broadcast against `cleaved`.

    Examples
    --------
    >>> weakness(np.array([0.0, 0.5, 1.0]), np.array(0.5), np.array(2.0)).tolist()  # F(0.5) = 1.25 x 0.25 / 0.5
    [0.0, 0.375, 1.0]
    """
    # 1 - F = (1 - S^h) / (1 + (S / A50)^h). The march leaves the known range by less than its tolerance; going back to
    # the range never adds to the error. In place, since for many patients this is most of the work.
    known = np.clip(cleaved, 0.0, 1.0)
    power: Array = 1 - known
    with np.errstate(divide="ignore"):
        np.log(power, out=power)
    power = force_steepness * power
    np.exp(power, out=power)
    below = release_at_half_force**-force_steepness * power
    below += 1
    lost = np.subtract(1, power, out=power)
    few = known < FEW
    if few.any():
        lost[few] = -np.expm1(np.broadcast_to(force_steepness, few.shape)[few] * np.log1p(-known[few]))
    lost /= below
    return lost


def visible_effect(mesh: Mesh, weak: Array, k_line: Number) -> Array:
    """Return the visible effect V at the mesh's nodes, from the weakness there; shapes as in `cleaved_fraction`."""
    rate = np.broadcast_to(k_line, (*np.shape(k_line)[:-2], *weak.shape[-2:]))
    return march(mesh, rate, rate * weak)
