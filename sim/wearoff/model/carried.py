"""What the patients of a cohort carry into their next treatment. The day of this treatment can differ between them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from . import Array
from .hermite import quintic_at
from .mesh import Mesh, at_own_day


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
        """Return the state of each patient on the day that `days` has for this patient.

        Parameters
        ----------
        mesh : Mesh
            n intervals of degree m.
        visible, crease : ndarray, shape (n, m + 1, k)
            Values at the mesh's nodes.
        days : ndarray, shape (k,)
        """
        return Carried(
            self.depot * np.exp(-self.k_depot * days),
            quintic_at(self.edges, self.light_chain, days),
            np.clip(quintic_at(self.edges, self.cleaved, days), 0.0, 1.0),
            *(np.clip(at_own_day(mesh, values, days), 0.0, 1.0) for values in (visible, crease)),
        )
