"""The landmarks of the effect after the last visit, and how well they are known."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..labels import LANDMARKS
from ..levels import FULL, ONSET
from ..model.cohort import Cohort
from ..model.landmarks import FALLS, find_landmarks
from ..model.mesh import Mesh
from .next_date import INTERVALS
from .posterior import Posterior, weighted_quantiles

Array = npt.NDArray[np.float64]

SHARES = tuple(sorted((0.5, *INTERVALS)))
COLUMNS = tuple(f"p{round(100 * share)}" for share in SHARES)


def tabulate_landmarks(posterior: Posterior, last_visit: float) -> pd.DataFrame:
    """Return ``landmark, never`` and percentiles of the landmarks after the last visit; see `Forecast.landmarks`."""
    by_cohort = [find_landmarks_from(cohort, last_visit) for cohort in posterior.cohorts]
    rows = []
    for name in LANDMARKS:
        values = np.concatenate([found[name] for found in by_cohort])
        never = np.isnan(values)
        share = float(posterior.weights[never].sum())
        if name in FALLS:
            # Who never reaches a level of the fall has lost it from the visit on.
            values, weights = np.where(never, last_visit, values), posterior.weights
        else:
            values, weights = values[~never], posterior.weights[~never]
        known = weights.sum() > 0
        percentiles = weighted_quantiles(values, weights, np.array(SHARES)) if known else np.full(len(SHARES), np.nan)
        rows.append([name, min(share, 1.0), *map(float, percentiles)])
    return pd.DataFrame(rows, columns=["landmark", "never", *COLUMNS])


def find_landmarks_from(cohort: Cohort, visit: float) -> dict[str, Array]:
    """Return the landmarks of k patients from the day of a visit on, by their names.

    Parameters
    ----------
    cohort : Cohort
    visit : float
        The day of the last visit.

    Returns
    -------
    dict of str to ndarray, shape (k,)
        As in `model.landmarks`, for the part of the course that begins with the visit. What the effect has reached
        already on the day of the visit has that day.
    """
    first = int(np.abs(cohort.mesh.edges - visit).argmin())  # the mesh has an edge at every visit
    mesh = Mesh(cohort.mesh.edges[first:], cohort.mesh.degree)
    visible, weak = cohort.visible[first:], cohort.weak[first:]
    found = dict(find_landmarks(mesh, visible, weak, mesh.edges[0])._asdict())
    at_visit = visible[0, 0]
    # The peak is on the day of the visit where the effect is never as large later.
    only_falls = (at_visit > 0) & (at_visit >= visible.max(axis=(0, 1)))
    found["peak_day"] = np.where(only_falls, visit, found["peak_day"])
    found["peak_effect"] = np.where(only_falls, at_visit, found["peak_effect"])
    for name, level in (("onset_day", ONSET), ("full_effect_day", FULL * found["peak_effect"])):
        found[name] = np.where(at_visit >= level, visit, np.where(only_falls, np.nan, found[name]))
    for name, height in FALLS.items():
        found[name] = np.where(only_falls & (at_visit < height), np.nan, found[name])
    return found
