"""The share of patients in whom visits keep a level, among virtual patients around the typical one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np

from ..checks import Limits
from ..defaults import SEED
from ..model import Array
from ..patients.draws import OF_PATIENT, draw
from ..patients.few import SAMPLE, plan_few
from ..patients.population import Population
from ..patients.treated import Treated
from ..treatment.schedule import Schedule
from .patient import Patient

PATIENTS = Limits("patients", 1, 100_000)
# Days after a visit on which the effect is read every `FINE` days, because it may turn in between; later every day.
TURNS, FINE = 14.0, 1 / 24
FAINT = 1e-6  # a smaller effect is not resolved, and its fall is no peak

__all__ = ["PATIENTS", "SAMPLE", "People"]


class People(NamedTuple):
    """Virtual patients who all have the same visits as one patient; the dose counts as even along the muscle.

    Parameters
    ----------
    patient : Patient
        The typical patient, with the level to keep, the horizon and the visit that is repeated.
    treated : Treated
        The patients after one visit, up to the horizon.
    patients : int
        Number of patients; each number gives the same patients.
    """

    patient: Patient
    treated: Treated
    patients: int

    @classmethod
    def around(cls, patient: Patient, patients: int = SAMPLE) -> Self:
        """Return patients of the default population around this patient."""
        population = Population(parameters=patient.parameters)
        once = Schedule((patient.even_visit,))
        return cls(patient, plan_few(once, population, float(patient.horizon), patient.model), patients)

    def share_kept(self, days: Sequence[float]) -> float:
        """Return the share of patients in whom visits on these days keep the level.

        The level is kept if the effect is never below it between the first peak and the end of the horizon, which ends
        the last interval. In a patient who never reaches the level it is not kept.
        """
        return float(self.kept(days).mean())

    def kept(self, days: Sequence[float]) -> Array:
        """Return for each patient 1 if visits on these days keep the level, else 0; shape (patients,)."""
        keep, ends = self.patient.keep, [*days[1:], float(self.patient.horizon)]
        normals = draw(self.patients, SEED, len(days))
        peaked = np.zeros(self.patients, dtype=bool)
        lost = np.zeros(self.patients, dtype=bool)
        start, last = None, np.zeros(self.patients)
        # Patients go on from visit to visit, so that memory does not grow with the number of visits.
        for visit, (day, end) in enumerate(zip(days, ends, strict=True)):
            columns = [*range(OF_PATIENT), OF_PATIENT + visit]
            cohort = self.treated.solve(normals[:, columns], start)
            effect = np.concatenate([last[None], cohort.visible_at(_choose_times(end - day))])
            falls = (np.diff(effect, axis=0) < 0) & (effect[:-1] > FAINT)
            past_peak = peaked | np.logical_or.accumulate(falls, axis=0)
            lost |= (past_peak & (effect[1:] < keep)).any(axis=0)
            peaked, last = past_peak[-1], effect[-1]
            start = cohort.carry(np.full(self.patients, end - day))
        return np.where(~lost & (last >= keep), 1.0, 0.0)


def _choose_times(gap: float) -> Array:
    # Return the days after a visit on which the effect is read, up to the next visit.
    early = np.arange(0, min(TURNS, gap), FINE)
    return np.concatenate([early, np.arange(TURNS, gap), [gap]])
