"""The course of one patient or many: the solution of the equations, which can be read at any time.

The chain is solved exactly. The cleaved fraction, the weakness, the visible effect and the crease are solved on a mesh.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from . import Array
from .chain import Chain, longest_rise, rates_of
from .doses import Doses
from .equations import COMPARTMENTS, MODEL, Constants, Model, depth
from .mesh import Mesh, Reading, graded_mesh, pieces_needed
from .refinement import INTERVALS, ROUNDS, unresolved
from .response import cleaved_fraction, follow_at_rate, units_taken_up, weakness

# The promised accuracy is 1e-8. The estimated error is nearly always far larger than the true error, but not always, so
# that the tolerance is smaller than 1e-8.
TOLERANCE = 3e-9

# The shortest interval of a mesh in days, a tenth of a millisecond. Doses closer together share an edge of the mesh,
# which makes no difference to the light chain.
SHORTEST = 1e-9

# The number of values that are read at once: the number of times multiplied by the number of zones. Each takes 100
# bytes.
READ_AT_ONCE = 200_000

# Values below this share of the largest value are not resolved. Between doses that follow one another at once, days
# have too few digits to resolve them.
NEGLIGIBLE_SHARE = 1e-20

# With a user's own force, the weakness is a difference of numbers near 1. Values below this are not resolved.
FAINT = 1e-6


class State(NamedTuple):
    """The state of the patients on a day, from which a course can go on.

    Parameters
    ----------
    day : float
    amounts : ndarray, shape (compartments, ..., z)
        Units in each compartment of the chain in each of z zones, with the doses of that day.
    cleaved : ndarray, shape (..., z)
        Cleaved fraction of SNAP-25.
    visible, healed : ndarray, shape (...)
        Visible effect of the whole muscle, and healed share of the crease.
    largest : tuple of ndarray, shapes (..., z), (...)
        The largest cleaved fraction and the largest weakness so far; errors are measured against them.
    """

    day: float
    amounts: Array
    cleaved: Array
    visible: Array
    healed: Array
    largest: tuple[Array, Array]


class Course(NamedTuple):
    """The solution: values at a mesh's nodes, and methods that return values at any time.

    Parameters
    ----------
    constants : Constants
        Of every patient.
    model : Model
    chain : Chain
        The amounts after the doses in each of z zones of the muscle.
    zone_weights : ndarray, shape (z,)
        Share of the muscle in each zone; the shares add up to 1.
    mesh : Mesh
        n intervals of degree m.
    cleaved : ndarray, shape (..., z, n, m + 1)
        Cleaved fraction of SNAP-25.
    weak, visible : ndarray, shape (..., n, m + 1)
        Weakness and visible effect of the whole muscle.
    begin : State or None
        The state from which the course went on; None for a course from day 0.
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

    @property
    def rise(self) -> Array:
        """The days after a dose in which its light chain may rise, shape (...)."""
        rise: Array = longest_rise(self.constants)
        return rise

    @property
    def healed(self) -> Array:
        """The healed share of the crease, 1 - C, at the mesh's nodes, shape (..., n, m + 1)."""
        # Most callers need the visible effect alone, so that this is computed only here.
        before = 0.0 if self.begin is None else self.begin.healed
        return follow_at_rate(self.mesh, self.visible, add_axes(self.constants, 2).k_crease, before)

    def at(self, times: Array) -> dict[str, Array]:
        """Return every quantity at `times`, as means over the muscle.

        Parameters
        ----------
        times : ndarray, shape (k,)
            Days, from the beginning to the end of the course.

        Returns
        -------
        dict of ndarray, shape (..., k)
            The compartments in units; ``snap25`` (intact), ``release``, ``force``, ``visible``, ``crease`` and
            ``depth`` as fractions.
        """
        chain = self.chain.mean(self.zone_weights).at(times)
        columns = {name: amount[..., 0, :] for name, amount in chain.items()}
        parts = np.array_split(times, max(1, len(times) * self.cleaved[..., 0, 0].size // READ_AT_ONCE))
        healed = self.healed
        responses = [self._read_responses(part, healed) for part in parts]
        for i, name in enumerate(("snap25", "release", "force", "visible", "crease")):
            columns[name] = np.concatenate([values[i] for values in responses], axis=-1)
        columns["depth"] = depth(columns["visible"], columns["crease"], add_axes(self.constants, 1))
        return columns

    def _read_responses(self, times: Array, healed: Array) -> tuple[Array, ...]:
        # Between nodes a polynomial may leave the range from 0 to 1 by less than the tolerance.
        reading = Reading(self.mesh, times)
        cleaved = np.clip(reading(self.cleaved), 0.0, 1.0)
        weak = weakness(cleaved, add_axes(self.constants, 2), self.model)
        intact = 1 - np.einsum("...zk,z->...k", cleaved, self.zone_weights)
        force = 1 - np.einsum("...zk,z->...k", weak, self.zone_weights)
        visible, crease = np.clip(reading(self.visible), 0.0, 1.0), 1 - np.clip(reading(healed), 0.0, 1.0)
        return intact, intact, force, visible, crease

    def visible_at(self, times: Array) -> Array:
        """Return the visible effect alone at `times`, shape (..., k)."""
        result: Array = np.clip(Reading(self.mesh, times)(self.visible), 0.0, 1.0)
        return result

    def crease_at(self, times: Array) -> Array:
        """Return the crease alone at `times`, a fraction of baseline, shape (..., k)."""
        result: Array = 1 - np.clip(Reading(self.mesh, times)(self.healed), 0.0, 1.0)
        return result

    def visible_along(self, times: Array) -> Array:
        """Return the visible effect that each zone would have if the whole muscle were like it, shape (..., z, k).

        The visible effect is linear in the weakness, so that the mean over the zones is the effect of the muscle. The
        course must be from day 0.
        """
        constants = add_axes(self.constants, 3)
        weak = weakness(self.cleaved, constants, self.model)
        result: Array = np.clip(Reading(self.mesh, times)(follow_at_rate(self.mesh, weak, constants.k_line)), 0, 1)
        return result

    def state(self, day: float) -> State:
        """Return the state on a day, from which `solve` can go on with other doses.

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
            np.maximum(np.abs(values[..., past, :]).max(axis=(-2, -1), initial=0.0), largest)
            for values, largest in zip((self.cleaved, self.weak), _largest_before(self.begin), strict=True)
        )
        cleaved_now, visible, healed = (reading(each)[..., 0] for each in (self.cleaved, self.visible, self.healed))
        return State(day, amounts, cleaved_now, visible, healed, (cleaved, weak))


def solve(
    doses: Doses,
    constants: Constants,
    end: float,
    *,
    model: Model = MODEL,
    start: State | None = None,
    tolerance: float = TOLERANCE,
) -> Course:
    """Return the solution for one patient or many.

    The first mesh is chosen from the rates. It is refined until the estimated error is within the tolerance; the error
    is estimated from the coefficients of the solution's polynomials.

    Parameters
    ----------
    doses : Doses
        Doses after the end have no effect.
    constants : Constants
        Floats, or arrays that broadcast over patients.
    end : float
        The last day, after day 0.
    model : Model
        The model, with a user's own functions or without; see `response.read_model`.
    start : State, optional
        The state from which the course goes on. `doses` are then later doses, and doses on the day of the state that
        the state does not have yet. Default: no toxin before day 0.
    tolerance : float
        The largest allowed estimate of the error of SNAP-25 and of the visible effect, as a fraction of the largest
        value of each until the next dose.

    Returns
    -------
    Course
        Its leading axes are the patients.

    Raises
    ------
    InputError
        The refinement does not reach the tolerance.
    """
    # To broadcast against axes (interval, node) and (zone, interval, node).
    muscle, zones = add_axes(constants, 2), add_axes(constants, 3)
    # The rates have the axes of all patients, also where patients differ in other constants alone.
    patients = np.broadcast_shapes(*(np.shape(each) for each in constants))
    rates = np.stack([np.broadcast_to(each, patients) for each in rates_of(constants)])
    begin, amounts = (0.0, None) if start is None else (start.day, (start.day, start.amounts))
    chain = Chain.after(doses.days, units_taken_up(doses.units, muscle, model), rates, amounts)
    cleaved_before, visible_before = (0.0, 0.0) if start is None else (start.cleaved, start.visible)

    def light_chain(times: Array) -> Array:
        flat = chain.at(times.ravel(), COMPARTMENTS[-1:])[COMPARTMENTS[-1]]
        return flat.reshape(*flat.shape[:-1], *times.shape)

    starts = mesh_starts(doses.days, end, begin)
    fastest = float(max(np.max(rate) for rate in (rates, constants.k_line, constants.k_crease)))
    mesh = _first_mesh(starts, end, fastest)
    light = light_chain(mesh.nodes)
    for _ in range(ROUNDS):
        cleaved = cleaved_fraction(mesh, light, zones, cleaved_before)
        weak = np.einsum("...znm,z->...nm", weakness(cleaved, zones, model), doses.weights)
        pieces = _count_pieces(mesh, starts, cleaved, weak, tolerance, model, start)
        if pieces.max() == 1:
            visible = follow_at_rate(mesh, weak, muscle.k_line, visible_before)
            return Course(constants, model, chain, doses.weights, mesh, cleaved, weak, visible, start)
        if pieces.sum() > INTERVALS * len(starts):
            break
        # The chain is computed again only on the intervals that are cut.
        mesh = mesh.split(pieces)
        light = np.repeat(light, pieces, axis=-2)
        cut = np.repeat(pieces > 1, pieces)
        light[..., cut, :] = light_chain(mesh.nodes[cut])
    raise unresolved("the effect", tolerance)


def add_axes(constants: Constants, number: int) -> Constants:
    """Return the constants with new axes after those of the patients, to broadcast against zones and times."""
    # A number broadcasts as it is.
    return Constants(
        *(each if isinstance(each, float) else np.reshape(each, (*np.shape(each), *[1] * number)) for each in constants)
    )


def mesh_starts(days: Array, end: float, begin: float = 0.0) -> Array:
    """Return the days at which a mesh is fine again: the first day, and the days of doses before the end, each once."""
    starts = np.append(begin, days[(days > begin) & (days < end - SHORTEST)])
    result: Array = starts[np.diff(starts, prepend=-np.inf) > SHORTEST]
    return result


def _first_mesh(starts: Array, end: float, fastest: float) -> Mesh:
    # A few intervals too many take less time than a round of refinement. Most courses need intervals cut in two if they
    # begin more than a day after a dose, and in four in the days after day 0, when a first dose makes the force fall.
    mesh = graded_mesh(starts, end, fastest)
    begin = mesh.edges[:-1]
    since = begin - starts[np.searchsorted(starts, begin, side="right") - 1]
    falls = (begin > 1) & (begin < 9)
    return mesh.split(np.where(falls, 4, np.where(since > 1, 2, 1)))


def _count_pieces(
    mesh: Mesh, starts: Array, cleaved: Array, weak: Array, tolerance: float, model: Model, start: State | None
) -> Array:
    # Return the number of pieces into which each interval must be cut. The visible effect follows the weakness, and the
    # crease follows the visible effect. Each is smoother than what it follows, so that a mesh that is fine enough for
    # the weakness is fine enough for them. Errors are measured against the largest value until the next dose, so that a
    # course does not depend on later doses.
    first = np.searchsorted(mesh.edges, starts)
    lengths = np.diff(np.append(first, len(mesh.edges) - 1))

    def count(values: Array, before: Array, least: float) -> Array:
        until_next = np.maximum.reduceat(values.max(axis=-1), first, axis=-1)
        largest = np.maximum(np.maximum.accumulate(until_next, axis=-1), before)
        largest = np.maximum(largest, np.maximum(NEGLIGIBLE_SHARE * largest[..., -1:], least))
        return pieces_needed(mesh, values, tolerance, np.repeat(largest, lengths, axis=-1))

    of_cleaved, of_weak = (largest[..., None] for largest in _largest_before(start))
    least = 0.0 if model.force is MODEL.force else FAINT
    most: Array = np.maximum(count(cleaved, of_cleaved, 0.0), count(weak, of_weak, least))
    return most


def _largest_before(start: State | None) -> tuple[Array, Array]:
    # Return the largest cleaved fraction and weakness before the course: 0 for a course from day 0.
    return (np.zeros(1), np.zeros(1)) if start is None else start.largest
