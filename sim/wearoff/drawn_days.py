"""The days of drawn curves: enough days for a smooth curve, and more where the solution bends."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

POINTS = 400  # number of days of a curve without its bends
MOST_BENDS = 10_000  # if a mesh has more nodes than this (about a hundred visits), not all of them are drawn
FIRST_MOMENT = 1e-3  # day after the first injection, where the cascade begins: a minute and a half


def days_of_curve(nodes: Array, end: float) -> Array:
    """Return the days of a curve from day 0 to the end, ascending.

    Parameters
    ----------
    nodes : ndarray, shape (n, m)
        The nodes of the solution's mesh.
    end : float
        The last day.
    """
    return np.minimum(np.union1d(np.linspace(0, end, POINTS), _bends(nodes)), end)


def days_of_cascade(nodes: Array, first_visit: float, end: float) -> Array:
    """Return days for a logarithmic axis, from `FIRST_MOMENT` after the first visit to the end.

    `nodes` and `end` are as in `days_of_curve`.
    """
    early = first_visit + np.geomspace(FIRST_MOMENT, end - first_visit, POINTS)
    bends = _bends(nodes)
    days: Array = np.minimum(np.union1d(early, bends[bends > early[0]]), end)
    return days


def _bends(nodes: Array) -> Array:
    # Return the nodes; if there are very many, some nodes of each interval. The last node may miss the end by a
    # rounding.
    bends: Array = np.ravel(nodes[:, :: min(1 + nodes.size // MOST_BENDS, nodes.shape[1] - 1)])
    return bends
