"""The course of one patient or many: the chain and the response solved on one mesh, to be read at any time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from . import Array
from .chain import Chain, uptake
from .equations import Constants
from .radau import Mesh, Reading, graded_mesh, pieces_needed
from .refinement import INTERVALS, ROUNDS, unresolved
from .response import cleaved_fraction, visible_effect, weakness

# Below the 1e-8 promised: the estimate behind it is mostly far larger than the error, but not always.
TOLERANCE = 3e-9

# In days, a tenth of a millisecond: doses less far apart share an edge of the mesh, which the light chain cannot tell.
SHORTEST = 1e-9

# The number of values read at once, times by zones: each takes 100 bytes.
READ_AT_ONCE = 200_000


class Course(NamedTuple):
    """The solution: values at a mesh's nodes, and what is needed to read them at any time.

    Parameters
    ----------
    constants : Constants
        Of every patient.
    chain : Chain
        The amounts after the doses in each of z zones of the muscle.
    zone_weights : ndarray, shape (z,)
        Share of the muscle in each zone; they add up to 1.
    mesh : Mesh
        n intervals of degree m.
    cleaved : ndarray, shape (..., z, n, m + 1)
        Cleaved fraction of SNAP-25.
    weak, visible : ndarray, shape (..., n, m + 1)
        Weakness and visible effect of the whole muscle.
    """

    constants: Constants
    chain: Chain
    zone_weights: Array
    mesh: Mesh
    cleaved: Array
    weak: Array
    visible: Array

    def at(self, times: Array) -> dict[str, Array]:
        """Return every quantity at `times`, means over the muscle.

        Parameters
        ----------
        times : ndarray, shape (k,)
            Days, from 0 to the end of the course.

        Returns
        -------
        dict of ndarray, shape (..., k)
            The compartments in units; ``snap25`` (intact), ``release``, ``force``, ``visible`` as fractions.
        """
        chain = self.chain.mean(self.zone_weights).at(times)
        columns = {name: amount[..., 0, :] for name, amount in chain.items()}
        parts = np.array_split(times, max(1, len(times) * self.cleaved[..., 0, 0].size // READ_AT_ONCE))
        read = [self._responses(part) for part in parts]
        for i, name in enumerate(("snap25", "release", "force", "visible")):
            columns[name] = np.concatenate([each[i] for each in read], axis=-1)
        return columns

    def _responses(self, times: Array) -> tuple[Array, Array, Array, Array]:
        constants = self.constants.over(2)
        # Between nodes the polynomial may leave the known range by less than the tolerance.
        reading = Reading(self.mesh, times)
        cleaved = np.clip(reading(self.cleaved), 0.0, 1.0)
        weak = weakness(cleaved, constants.A50, constants.h)
        intact = 1 - np.einsum("...zk,z->...k", cleaved, self.zone_weights)
        force = 1 - np.einsum("...zk,z->...k", weak, self.zone_weights)
        return intact, intact, force, np.clip(reading(self.visible), 0.0, 1.0)

    def visible_at(self, times: Array) -> Array:
        """Return the visible effect alone at `times`, shape (..., k)."""
        result: Array = np.clip(Reading(self.mesh, times)(self.visible), 0.0, 1.0)
        return result

    def visible_along(self, times: Array) -> Array:
        """Return the visible effect that each zone would have if it were the muscle, shape (..., z, k).

        The visible effect is linear in the weakness, so that the mean over the zones is that of the muscle.
        """
        constants = self.constants.over(3)
        weak = weakness(self.cleaved, constants.A50, constants.h)
        result: Array = np.clip(Reading(self.mesh, times)(visible_effect(self.mesh, weak, constants.k_line)), 0, 1)
        return result


def mesh_starts(days: Array, end: float) -> Array:
    """Return where a mesh begins anew: on day 0 and on the days of doses before the end, each once; shape (s,)."""
    found = np.append(0.0, days[days < end - SHORTEST])
    result: Array = found[np.diff(found, prepend=-np.inf) > SHORTEST]
    return result


def solve(
    days: Array,
    units: Array,
    constants: Constants,
    end: float,
    *,
    zone_weights: Array | None = None,
    tolerance: float = TOLERANCE,
) -> Course:
    """Solve the model for one patient or many.

    The mesh starts from the rates and is refined until the solution's own coefficients say that it is resolved.

    Parameters
    ----------
    days : ndarray, shape (v,)
        Days of the doses, ascending and distinct, from 0; those past the end have no effect.
    units : ndarray, shape (z, v)
        Local dose in U of each dose in each of z zones.
    constants : Constants
        Floats, or arrays that broadcast over patients.
    end : float
        The last day, after day 0.
    zone_weights : ndarray, shape (z,), optional
        Share of the muscle in each zone; default: equal.
    tolerance : float
        Bound on the estimated error of SNAP-25 and of the visible effect, against the largest value of each.

    Returns
    -------
    Course
        With the leading axes of the patients.

    Raises
    ------
    InputError
        The refinement does not reach the tolerance.
    """
    if zone_weights is None:
        zone_weights = np.full(len(units), 1 / len(units))
    rates = constants.rates
    muscle, zones = constants.over(2), constants.over(3)  # against (interval, node) and (zone, interval, node)
    chain = Chain.after(days, uptake(units, muscle.U50), rates)

    def light_chain(times: Array) -> Array:
        flat = chain.at(times.ravel(), ("light_chain",))["light_chain"]
        return flat.reshape(*flat.shape[:-1], *times.shape)

    starts = mesh_starts(days, end)
    mesh = _first_mesh(starts, end, float(max(np.max(rates), np.max(constants.k_line))))
    light = light_chain(mesh.nodes)
    for _ in range(ROUNDS):
        cleaved = cleaved_fraction(mesh, light, zones.k_cleave, zones.k_snap25)
        weak = np.einsum("...znm,z->...nm", weakness(cleaved, zones.A50, zones.h), zone_weights)
        # The visible effect follows the weakness and is smoother: a mesh that holds the one holds the other.
        pieces = np.maximum(pieces_needed(mesh, cleaved, tolerance), pieces_needed(mesh, weak, tolerance))
        if pieces.max() == 1:
            visible = visible_effect(mesh, weak, muscle.k_line)
            return Course(constants, chain, zone_weights, mesh, cleaved, weak, visible)
        if pieces.sum() > INTERVALS * len(starts):
            break
        # Only the intervals that were cut need the chain anew.
        mesh = mesh.split(pieces)
        light = np.repeat(light, pieces, axis=-2)
        cut = np.repeat(pieces > 1, pieces)
        light[..., cut, :] = light_chain(mesh.nodes[cut])
    raise unresolved("the effect", tolerance)


def _first_mesh(starts: Array, end: float, fastest: float) -> Mesh:
    # A round of refinement costs more than a few intervals too many. Most courses need those that begin a day after a
    # dose cut in two, and in four where the force falls: in the days after the first dose.
    mesh = graded_mesh(starts, end, fastest)
    begin = mesh.edges[:-1]
    since = begin - starts[np.searchsorted(starts, begin, side="right") - 1]
    falls = (begin - starts[0] > 1) & (begin - starts[0] < 9)
    return mesh.split(np.where(falls, 4, np.where(since > 1, 2, 1)))
