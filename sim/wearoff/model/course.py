"""The course of one patient or many: the chain and the response solved on one mesh, to be read at any time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from . import Array
from .chain import Chain, rates_of
from .doses import Doses
from .equations import COMPARTMENTS, MODEL, Constants, Model
from .mesh import Mesh, Reading, graded_mesh, pieces_needed
from .refinement import INTERVALS, ROUNDS, unresolved
from .response import cleaved_fraction, visible_effect, weakness

# Below the 1e-8 promised: the estimate behind it is mostly far larger than the error, but not always.
TOLERANCE = 3e-9

# In days, a tenth of a millisecond: doses less far apart share an edge of the mesh, which the light chain cannot tell.
SHORTEST = 1e-9

# The number of values read at once, times by zones: each takes 100 bytes.
READ_AT_ONCE = 200_000

# What is smaller than this share of the largest value is not resolved: between doses that follow at once, days have too
# few digits for it.
NEGLIGIBLE = 1e-20

# A force of a user's own is a difference of numbers near 1, in which nothing smaller can be resolved.
FAINT = 1e-6


class State(NamedTuple):
    """What is known of the patients on a day: from it the course goes on.

    Parameters
    ----------
    day : float
    amounts : ndarray, shape (compartments, ..., z)
        Units in each compartment of the chain in each of z zones, with the doses of that day.
    cleaved : ndarray, shape (..., z)
        Cleaved fraction of SNAP-25.
    visible : ndarray, shape (...)
        Visible effect of the whole muscle.
    largest : tuple of ndarray, shapes (..., z), (...)
        The largest cleaved fraction and weakness so far, against which errors are measured.
    """

    day: float
    amounts: Array
    cleaved: Array
    visible: Array
    largest: tuple[Array, Array]


class Course(NamedTuple):
    """The solution: values at a mesh's nodes, and what is needed to read them at any time.

    Parameters
    ----------
    constants : Constants
        Of every patient.
    model : Model
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
    begin : State or None
        Where the course goes on from another one.
    """

    constants: Constants
    model: Model
    chain: Chain
    zone_weights: Array
    mesh: Mesh
    cleaved: Array
    weak: Array
    visible: Array
    begin: State | None = None

    def at(self, times: Array) -> dict[str, Array]:
        """Return every quantity at `times`, means over the muscle.

        Parameters
        ----------
        times : ndarray, shape (k,)
            Days, from the beginning to the end of the course.

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
        # Between nodes the polynomial may leave the known range by less than the tolerance.
        reading = Reading(self.mesh, times)
        cleaved = np.clip(reading(self.cleaved), 0.0, 1.0)
        weak = weakness(cleaved, over(self.constants, 2), self.model)
        intact = 1 - np.einsum("...zk,z->...k", cleaved, self.zone_weights)
        force = 1 - np.einsum("...zk,z->...k", weak, self.zone_weights)
        return intact, intact, force, np.clip(reading(self.visible), 0.0, 1.0)

    def visible_at(self, times: Array) -> Array:
        """Return the visible effect alone at `times`, shape (..., k)."""
        result: Array = np.clip(Reading(self.mesh, times)(self.visible), 0.0, 1.0)
        return result

    def visible_along(self, times: Array) -> Array:
        """Return the visible effect that each zone would have if it were the muscle, shape (..., z, k).

        The visible effect is linear in the weakness, so that the mean over the zones is that of the muscle. For a
        course from day 0.
        """
        constants = over(self.constants, 3)
        weak = weakness(self.cleaved, constants, self.model)
        result: Array = np.clip(Reading(self.mesh, times)(visible_effect(self.mesh, weak, constants.k_line)), 0, 1)
        return result

    def state(self, day: float) -> State:
        """Return what `solve` needs to go on from a day: with other doses than those that follow here.

        Parameters
        ----------
        day : float
            From the beginning to the end of the course.
        """
        time = np.array([day])
        reading = Reading(self.mesh, time)
        amounts = np.stack([amount[..., 0] for amount in self.chain.before(day).at(time).values()])
        past = self.mesh.edges[:-1] < day
        cleaved, weak = (
            np.maximum(np.abs(values[..., past, :]).max(axis=(-2, -1), initial=0.0), before)
            for values, before in zip((self.cleaved, self.weak), _largest_before(self.begin), strict=True)
        )
        return State(day, amounts, reading(self.cleaved)[..., 0], reading(self.visible)[..., 0], (cleaved, weak))


def solve(
    doses: Doses,
    constants: Constants,
    end: float,
    *,
    model: Model = MODEL,
    start: State | None = None,
    tolerance: float = TOLERANCE,
) -> Course:
    """Solve the model for one patient or many.

    The mesh starts from the rates and is refined until the solution's own coefficients say that it is resolved.

    Parameters
    ----------
    doses : Doses
        Those past the end have no effect.
    constants : Constants
        Floats, or arrays that broadcast over patients.
    end : float
        The last day, after day 0.
    model : Model
        With functions of a user's own, if wanted; see `response.read_model`.
    start : State, optional
        From which to go on: the doses are then those given on its day beside those that it has, and later ones.
        Default: no toxin on day 0.
    tolerance : float
        Bound on the estimated error of SNAP-25 and of the visible effect, against the largest value of each until the
        next dose.

    Returns
    -------
    Course
        With the leading axes of the patients.

    Raises
    ------
    InputError
        The refinement does not reach the tolerance.
    """
    muscle, zones = over(constants, 2), over(constants, 3)  # against (interval, node) and (zone, interval, node)
    rates = np.stack(np.broadcast_arrays(*rates_of(constants)))
    begin, carried = (0.0, None) if start is None else (start.day, (start.day, start.amounts))
    chain = Chain.after(doses.days, model.uptake(doses.units, muscle), rates, carried)
    cleaved_before, visible_before = (0.0, 0.0) if start is None else (start.cleaved, start.visible)

    def light_chain(times: Array) -> Array:
        flat = chain.at(times.ravel(), COMPARTMENTS[-1:])[COMPARTMENTS[-1]]
        return flat.reshape(*flat.shape[:-1], *times.shape)

    starts = mesh_starts(doses.days, end, begin)
    mesh = _first_mesh(starts, end, float(max(np.max(rates), np.max(constants.k_line))))
    light = light_chain(mesh.nodes)
    for _ in range(ROUNDS):
        cleaved = cleaved_fraction(mesh, light, zones, cleaved_before)
        weak = np.einsum("...znm,z->...nm", weakness(cleaved, zones, model), doses.weights)
        pieces = _pieces(mesh, starts, cleaved, weak, tolerance, model, start)
        if pieces.max() == 1:
            visible = visible_effect(mesh, weak, muscle.k_line, visible_before)
            return Course(constants, model, chain, doses.weights, mesh, cleaved, weak, visible, start)
        if pieces.sum() > INTERVALS * len(starts):
            break
        # Only the intervals that were cut need the chain anew.
        mesh = mesh.split(pieces)
        light = np.repeat(light, pieces, axis=-2)
        cut = np.repeat(pieces > 1, pieces)
        light[..., cut, :] = light_chain(mesh.nodes[cut])
    raise unresolved("the effect", tolerance)


def over(constants: Constants, axes: int) -> Constants:
    """Return the constants with `axes` more axes behind the patients', to broadcast against zones and times."""
    return Constants(*(np.asarray(each, dtype=float)[(..., *[None] * axes)] for each in constants))


def mesh_starts(days: Array, end: float, begin: float = 0.0) -> Array:
    """Return where a mesh begins anew: at the beginning and on the days of doses before the end, each once."""
    found = np.append(begin, days[(days > begin) & (days < end - SHORTEST)])
    result: Array = found[np.diff(found, prepend=-np.inf) > SHORTEST]
    return result


def _first_mesh(starts: Array, end: float, fastest: float) -> Mesh:
    # A round of refinement costs more than a few intervals too many. Most courses need those that begin a day after a
    # dose cut in two, and in four where the force falls: in the days after the first dose.
    mesh = graded_mesh(starts, end, fastest)
    begin = mesh.edges[:-1]
    since = begin - starts[np.searchsorted(starts, begin, side="right") - 1]
    falls = (begin > 1) & (begin < 9)
    return mesh.split(np.where(falls, 4, np.where(since > 1, 2, 1)))


def _pieces(
    mesh: Mesh, starts: Array, cleaved: Array, weak: Array, tolerance: float, model: Model, start: State | None
) -> Array:
    # The visible effect follows the weakness and is smoother: a mesh that holds the one holds the other. Errors are
    # measured against the largest value until the next dose, so that a course does not depend on later doses.
    first = np.searchsorted(mesh.edges, starts)
    pieces = [np.ones(len(mesh.edges) - 1, dtype=int)]
    for values, before in zip((cleaved, weak), _largest_before(start), strict=True):
        until_next = np.maximum.reduceat(np.abs(values).max(axis=-1), first, axis=-1)
        largest = np.maximum(np.maximum.accumulate(until_next, axis=-1), before[..., None])
        largest = np.maximum(largest, NEGLIGIBLE * largest[..., -1:])
        if values is weak and model.force is not MODEL.force:
            largest = np.maximum(largest, FAINT)
        each = np.repeat(largest, np.diff(np.append(first, len(mesh.edges) - 1)), axis=-1)
        pieces.append(pieces_needed(mesh, values, tolerance, each))
    most: Array = np.max(pieces, axis=0)
    return most


def _largest_before(start: State | None) -> tuple[Array, Array]:
    return (np.zeros(1), np.zeros(1)) if start is None else start.largest
