"""The state of the patients of a cohort, each on a day of its own, from which the cohort goes on with another dose."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from . import Array
from .hermite import quintic_at
from .mesh import Mesh, within


class Carried(NamedTuple):
    """What k patients carry into their next treatment, each an array of shape (k,).

    Parameters
    ----------
    depot : ndarray
        Units that are still in the depot.
    light_chain : ndarray
        Units of light chain. What is on its way from the depot to the light chain, an hour's worth, is not carried.
    cleaved, visible, crease : ndarray
        Cleaved fraction of SNAP-25, visible effect, and crease.
    """

    depot: Array
    light_chain: Array
    cleaved: Array
    visible: Array
    crease: Array


class Path(NamedTuple):
    """The parts of a cohort's solution that `Carried` needs and other readers do not.

    Parameters
    ----------
    edges : ndarray, shape (n,)
        Ends of the steps, in days; the only dose is on the first.
    light_chain : ndarray, shape (3, n, k)
        Units, and the first two derivatives per day.
    cleaved : ndarray, shape (3, n, k)
        Cleaved fraction, and its first two derivatives per day.
    depot : ndarray, shape (k,) or (1,)
        Units in the depot just after the dose.
    k_depot : ndarray, shape (k,) or (1,)
        1/day.
    """

    edges: Array
    light_chain: Array
    cleaved: Array
    depot: Array
    k_depot: Array

    def carry(self, mesh: Mesh, visible: Array, crease: Array, days: Array) -> Carried:
        """Return the state of each patient on a day of its own.

        Parameters
        ----------
        mesh : Mesh
            n intervals of degree m.
        visible, crease : ndarray, shape (n, m + 1, k)
            Values at the mesh's nodes.
        days : ndarray, shape (k,)
        """
        interval = np.clip(np.searchsorted(mesh.edges, days, side="right") - 1, 0, len(mesh.edges) - 2)
        place = (days - mesh.edges[interval]) / np.diff(mesh.edges)[interval]
        patients = np.arange(len(days))
        read = (within(mesh, values[interval, :, patients], place) for values in (visible, crease))
        return Carried(
            self.depot * np.exp(-self.k_depot * days),
            quintic_at(self.edges, self.light_chain, days),
            np.clip(quintic_at(self.edges, self.cleaved, days), 0.0, 1.0),
            *(np.clip(each, 0.0, 1.0) for each in read),
        )
