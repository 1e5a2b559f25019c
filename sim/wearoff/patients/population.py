"""Virtual patients: how they differ, and how they are drawn.

Potency, the loss rate of the light chain, the release rate and the crease share vary between patients. The first three
are log-normal, the crease share is logit-normal, and the typical patient has the median of each. The dose of a visit
acts as if it were multiplied by a log-normal factor of the patient and the visit. ``omega`` is the standard deviation
of the logarithm or of the logit, as in pharmacometrics.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit

from .. import notebook, tables
from ..checks import Limits, check_name, check_number, check_type, checked_arguments
from ..model.equations import Constants
from ..parameters import Parameters, possible
from .draws import OF_PATIENT, normals
from .grades import Raters

Array = npt.NDArray[np.float64]

_TABLE = tables.column("population", "name")
# The constants that differ between patients, in the order of the columns of `Population.deviations`.
DIFFERING = ("potency", "light_chain_half_life", "depot_half_life", "crease_share")
# The grid is tested on pilot patients. They are 1.75, 3.5 and 5 standard deviations from the typical patient, in 40
# directions; fifteen in a million patients are farther away. The directions are of the visible effect: potency and the
# doses of all visits together, loss of the light chain, and release from the depot. Two blocks of further pilots are
# drawn from a population 1.5 times as wide. With fewer blocks the grid misses steep curves of wide populations.
DISTANCES, DIRECTIONS = (1.75, 3.5, 5.0), 40
DRAWN_BLOCKS, WIDENING = 2, 1.5


def _read_default(name: str) -> float:
    return float(_TABLE[name]["value"])


@checked_arguments()
@dataclasses.dataclass(frozen=True, kw_only=True)
class Population:
    """Patients around a typical one; immutable, and checked when made. Every number has a row in :meth:`table`.

    Parameters
    ----------
    parameters : Parameters
        The typical patient, who is the median of each constant.
    omega_potency, omega_light_chain, omega_depot : float
        Standard deviations of the logarithms of potency, loss rate and release rate.
    omega_crease_share : float
        Standard deviation of the logit of the crease share.
    omega_visit : float
        Standard deviation of the logarithm by which a dose acts more or less at a visit.
    correlation_potency_light_chain : float
        Correlation of the logarithms of potency and loss rate.
    severe_share : float
        Share of patients whose line is severe at baseline (grade 3); the others are moderate (grade 2).
    placebo_share : float
        Share of patients whose line is one grade better with any treatment and with none.
    investigator_error, subject_error : float
        Standard deviations of the raters' errors, in grades.
    report_change : float
        Improvement of a line, in grades, at which a first effect is reported.
    omega_trial_potency : float
        Standard deviation of the logarithm by which potency differs between trials. A simulated trial is a median one.
    omega_trial_leniency : float
        Standard deviation of the leniency of the raters of different trials, in grades.

    Raises
    ------
    InputError
        A number is outside the possible range.

    Examples
    --------
    >>> Population(omega_potency=0.5).omega_potency
    0.5
    >>> Population(omega_potency=-1)
    Traceback (most recent call last):
    ...
    wearoff.errors.InputError: omega_potency is -1; allowed: from 0 to 2
    """

    parameters: Parameters = dataclasses.field(default_factory=Parameters)
    omega_potency: float = _read_default("omega_potency")
    omega_light_chain: float = _read_default("omega_light_chain")
    omega_depot: float = _read_default("omega_depot")
    correlation_potency_light_chain: float = _read_default("correlation_potency_light_chain")
    omega_crease_share: float = _read_default("omega_crease_share")
    omega_visit: float = _read_default("omega_visit")
    severe_share: float = _read_default("severe_share")
    placebo_share: float = _read_default("placebo_share")
    investigator_error: float = _read_default("investigator_error")
    subject_error: float = _read_default("subject_error")
    report_change: float = _read_default("report_change")
    omega_trial_potency: float = _read_default("omega_trial_potency")
    omega_trial_leniency: float = _read_default("omega_trial_leniency")

    def __post_init__(self) -> None:
        check_type(self.parameters, Parameters, "parameters")
        for name in _TABLE:
            object.__setattr__(self, name, check_number(getattr(self, name), limits_of(name)))

    def replace(self, **changes: Any) -> Self:
        """Return a copy with some numbers changed, the typical patient's constants among them.

        Examples
        --------
        >>> changed = Population().replace(omega_light_chain=0.3, light_chain_half_life=60)
        >>> changed.omega_light_chain, changed.parameters.light_chain_half_life
        (0.3, 60.0)
        """
        fields = {name: value for name, value in changes.items() if name in _TABLE or name == "parameters"}
        constants = {name: value for name, value in changes.items() if name not in fields}
        for name in constants:
            check_name(name, [*names(), "parameters"], "parameter")
        typical = check_type(fields.pop("parameters", self.parameters), Parameters, "parameters").replace(**constants)
        return dataclasses.replace(self, parameters=typical, **fields)

    def value(self, name: str) -> float:
        """Return a number of the population, or a constant of the typical patient."""
        check_name(name, names(), "parameter")
        value: float = getattr(self if name in _TABLE else self.parameters, name)
        return value

    def _repr_html_(self) -> str:
        columns = ["name", "value", "unit", "low", "high", "kind", "meaning"]
        title = ", ".join(["patients around a typical one", *self.parameters.changes])
        return notebook.show(title, notebook.format_table(self.table()[columns]))

    def table(self) -> pd.DataFrame:
        """Return the population's own numbers with unit, plausible range, kind and source; see `Parameters.table`."""
        records = []
        for name, row in _TABLE.items():
            value = getattr(self, name)
            texts = {key: row[key] for key in ("unit", "kind", "status", "source", "meaning")}
            if value != float(row["value"]):
                texts |= {"kind": "given", "status": "given", "source": "given"}
            limits = {"low": float(row["low"]), "high": float(row["high"])}
            records.append({"name": name, "value": value, **limits, **texts})
        return pd.DataFrame(records)

    @property
    def raters(self) -> Raters:
        """The shares of the kinds of patients, and the errors of the raters."""
        return Raters(
            self.severe_share, self.placebo_share, self.investigator_error, self.subject_error, self.report_change
        )

    def constants(self, normals: Array) -> Constants:
        """Return the constants of k patients, computed from independent standard normal numbers.

        Parameters
        ----------
        normals : ndarray, shape (k, OF_PATIENT + visits)
            Columns: potency, loss of the light chain, release from the depot, crease share; then those of the visits,
            which have no effect here.
        """
        return self.constants_of(self.deviations(normals))

    def constants_of(self, deviations: Array) -> Constants:
        """Return the constants of k patients, computed from `deviations`, shape (k, OF_PATIENT + visits)."""
        # In old versions of numpy the last bit of an exponential depends on where a strided array begins in memory.
        potency, loss, release, share = np.ascontiguousarray(deviations[:, :OF_PATIENT].T)
        typical = self.parameters.constants()
        return typical._replace(
            k_cleave=typical.k_cleave * np.exp(potency),
            k_light_chain=typical.k_light_chain * np.exp(loss),
            k_depot=typical.k_depot * np.exp(release),
            q=expit(logit(typical.q) + share),
        )

    def dose_factors(self, normals: Array) -> Array:
        """Return the factors by which the doses of k patients act more or less, shape (k, visits).

        Parameters
        ----------
        normals : ndarray, shape (k, OF_PATIENT + visits)
            As in `constants`.
        """
        result: Array = np.exp(self.omega_visit * normals[:, OF_PATIENT:])
        return result

    @property
    def centre(self) -> Array:
        """Logarithms of potency, loss rate and release rate, and logit of the crease share, of the typical patient."""
        typical = self.parameters.constants()
        logs = np.log([typical.k_cleave, typical.k_light_chain, typical.k_depot])
        return np.append(logs, logit(typical.q))

    def omegas(self, visits: int) -> Array:
        """Return the standard deviations of `deviations`, shape (OF_PATIENT + visits,)."""
        own = (self.omega_potency, self.omega_light_chain, self.omega_depot, self.omega_crease_share)
        return np.array([*own, *[self.omega_visit] * visits])

    def deviations(self, normals: Array) -> Array:
        """Return how far patients are from the typical one, computed from independent standard normal numbers.

        Parameters
        ----------
        normals : ndarray, shape (..., OF_PATIENT + visits)
            As in `constants`.

        Returns
        -------
        ndarray, shape (..., OF_PATIENT + visits)
            Differences of the logarithms of potency, loss rate and release rate, of the logit of the crease share, and
            of the logarithms of the doses.
        """
        result = normals * self.omegas(normals.shape[-1] - OF_PATIENT)
        together = self.correlation_potency_light_chain
        loss = together * normals[..., 0] + np.sqrt(1 - together**2) * normals[..., 1]
        result[..., 1] = self.omega_light_chain * loss
        return result

    def normals_of(self, deviations: Array) -> Array:
        """Return the standard normal numbers that give `deviations`; 0 where patients do not differ.

        Examples
        --------
        >>> people, normals = Population(correlation_potency_light_chain=0.5), np.array([0.5, -1, 2, 0, 1])
        >>> bool(np.allclose(people.normals_of(people.deviations(normals)), normals))
        True
        """
        omegas = self.omegas(deviations.shape[-1] - OF_PATIENT)
        result: Array = deviations / np.where(omegas > 0, omegas, np.inf)
        together = self.correlation_potency_light_chain
        result[..., 1] = (result[..., 1] - together * result[..., 0]) / np.sqrt(1 - together**2)
        return result

    def pilots(self, visits: int) -> Array:
        """Return the standard normal numbers of the pilot patients: the typical one, others around, and drawn ones.

        Parameters
        ----------
        visits : int

        Returns
        -------
        ndarray, shape (k, OF_PATIENT + visits)
        """
        # The directions are even on a sphere: a spiral whose step is the golden angle.
        height = 1 - (2 * np.arange(DIRECTIONS) + 1) / DIRECTIONS
        angle = np.pi * (3 - np.sqrt(5)) * np.arange(DIRECTIONS)
        radius = np.sqrt(1 - height**2)
        directions = np.stack([radius * np.cos(angle), radius * np.sin(angle), height], axis=1)
        around = np.concatenate([np.zeros((1, 3)), *(distance * directions for distance in DISTANCES)])
        # Potency and doses act alike. Each has the part of the first direction with which they act most together.
        both = float(np.hypot(self.omega_potency, self.omega_visit)) or 1.0
        fixed = np.zeros((len(around), OF_PATIENT + visits))
        fixed[:, 0] = around[:, 0] * self.omega_potency / both
        fixed[:, 1:3] = around[:, 1:]
        fixed[:, OF_PATIENT:] = around[:, :1] * self.omega_visit / both
        drawn = [WIDENING * normals("sobol", 0, block, visits) for block in range(DRAWN_BLOCKS)]
        return np.concatenate([fixed, *drawn])


def limits_of(name: str) -> Limits:
    """Return the limits of the possible values of a number of the population, or of a constant."""
    return possible(_find_row(name))


def plausible(name: str) -> tuple[float, float]:
    """Return the plausible range of a number of the population or of a constant."""
    row = _find_row(name)
    return float(row["low"]), float(row["high"])


def _find_row(name: str) -> tables.Row:
    return {**tables.column("parameters", "name"), **_TABLE}[name]


def names() -> tuple[str, ...]:
    """Return the names of the typical patient's constants, then of the population's own numbers."""
    return (*tables.column("parameters", "name"), *_TABLE)
