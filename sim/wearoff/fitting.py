"""`fit`: of patients one by one, or of published rates, as the data are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeGuard, overload

import numpy as np
import pandas as pd

from .checks import checked_arguments
from .defaults import SEED
from .errors import InputError
from .evidence.fitting import Fit
from .evidence.fitting import fit as fit_rates
from .evidence.likelihood import Prior
from .evidence.observations import REQUIRED, read_observations
from .forecasts.histories import Histories
from .individuals.fitting import fit_patients
from .individuals.result import IndividualFit
from .model.equations import Model
from .patients.population import Population
from .user_tables import read_csv

# Arguments that one kind of data alone has.
OF_PATIENTS, OF_RATES = ("effects", "draws"), ("priors", "patients")


@overload
def fit(
    data: Histories,
    free: str | Sequence[str] | None = None,
    *,
    population: Population | None = None,
    ranges: bool | None = None,
    effects: Mapping[str, str | Sequence[str]] | None = None,
    draws: int | None = None,
    rng: np.random.Generator | int | None = SEED,
    progress: Callable[[int], None] | None = None,
    model: Model | None = None,
) -> IndividualFit: ...


@overload
def fit(
    data: pd.DataFrame | str | Path,
    free: str | Sequence[str] | None = None,
    *,
    population: Population | None = None,
    ranges: bool | None = None,
    effects: Mapping[str, str | Sequence[str]] | None = None,
    draws: int | None = None,
    priors: Prior | Sequence[Prior] | None = None,
    patients: int | None = None,
    rng: np.random.Generator | int | None = SEED,
    progress: Callable[[int], None] | None = None,
    model: Model | None = None,
) -> IndividualFit | Fit: ...


@checked_arguments()
def fit(
    data: Histories | pd.DataFrame | str | Path,
    free: str | Sequence[str] | None = None,
    *,
    population: Population | None = None,
    ranges: bool | None = None,
    effects: Mapping[str, str | Sequence[str]] | None = None,
    draws: int | None = None,
    priors: Prior | Sequence[Prior] | None = None,
    patients: int | None = None,
    rng: np.random.Generator | int | None = SEED,
    progress: Callable[[int], None] | None = None,
    model: Model | None = None,
) -> IndividualFit | Fit:
    """Return a fit of chosen numbers to patients with grades on days, or to published rates.

    Parameters
    ----------
    data : Histories, pandas.DataFrame, str or Path
        Patients; a table of rates from `read_observations`; or a CSV file or a table that is still to be read. One with
        the columns ``endpoint, value, unit`` has rates, and each other one is read by `Histories.from_csv` or
        `Histories.from_frame`.

        Each rate needs its number of patients, ``n``; a median without it counts as one of 50 patients. Rows with the
        same ``trial`` share the trial's effects; rows without one have none.
    free : str or sequence of str, optional
        Names to fit. Of patients: the typical patient's potency, light_chain_half_life, depot_half_life and
        crease_share; the omegas of these and of the visits; correlation_potency_light_chain; investigator_error and
        subject_error; severe_share and placebo_share. Default: potency, light_chain_half_life, their omegas, and the
        errors of the raters who saw something.

        Of rates: constants of the typical patient, numbers of the population, and ``relative_potency_`` with a product;
        there is no default.
    population : Population, optional
        The start of the fit; numbers that are not fitted keep their value. A fit of rates starts in the plausible
        ranges.
    ranges : bool, optional
        Whether the plausible range of each number is its prior: normal on the logarithmic scale (logit for fractions,
        Fisher's z for correlations), with the range as its middle 95 %. Default: no for patients, whose fit then has
        the largest likelihood; yes for rates. A fit of rates without priors stays within the ranges.
    effects : mapping of str to str or sequence of str, optional
        Patients only. The constants on which each covariate has an effect, such as ``{"sex": ("potency",
        "light_chain_half_life")}``: the constant's logarithm (logit for crease_share) changes in proportion to the
        covariate, less its median over the patients (of two values: less the smaller one).
    draws : int, optional
        Patients only. Number of draws of each patient, at least 256 and a multiple of 8; default: 4096.
    priors : Prior or sequence of Prior, optional
        Rates only. Priors of quantities of the typical patient.
    patients : int, optional
        Rates only. Number of virtual patients in each arm; default: 1024. All steps of the fit have the same patients,
        so that the likelihood is smooth.
    rng : Generator or int, optional
        The seed, or a generator from which it is drawn; the default is a fixed seed.
    progress : callable, optional
        Called with the number of rounds (patients) or of evaluations (rates) so far.
    model : Model, optional
        A model with your own function for uptake or force; default: the built-in model.

    Returns
    -------
    IndividualFit or Fit
        Of patients or of rates.

    Raises
    ------
    InputError
        A name is not known or cannot be fitted, or a number starts outside its range; an argument does not go with the
        data; there is nothing to fit or nothing to fit it to. Of rates: there are no priors and fewer rows than numbers
        to fit; a rate has no n, or the model does not cover a row; no row depends on a number and no prior speaks of
        it; or a prior is of an unknown quantity.

    Warns
    -----
    UnusualWarning
        Of patients: nothing was seen of some, who are left out; a rater looked at one more than once on a day; or the
        Monte Carlo error is large, or the numbers have not settled.

    Examples
    --------
    >>> from wearoff import Grade, Histories, History, Schedule, fit
    >>> visits = Schedule.once(units=20)
    >>> seen = {"a": [0, 0, 1, 2], "b": [0, 1, 1, 2], "c": [1, 1, 3, 2], "d": [0, 0, 0, 1]}
    >>> data = Histories({
    ...     name: History(visits, [Grade(day, each) for day, each in zip((14, 60, 90, 120), grades)], baseline=3)
    ...     for name, grades in seen.items()
    ... })
    >>> found = fit(data, "light_chain_half_life", draws=256)
    >>> bool(30 < found.population.parameters.light_chain_half_life < 90)
    True
    """
    of_rates = {"priors": priors, "patients": patients}
    of_patients = {"effects": effects, "draws": draws}
    shared = {"population": population, "ranges": ranges, "progress": progress, "model": model}
    if _has_rates(data):
        _refuse(of_patients, "published rates", OF_RATES)
        if free is None:
            raise InputError("free", allowed="names to fit", problem="is missing")
        rates = data if isinstance(data, pd.DataFrame) else read_observations(data)
        return fit_rates(rates, free, rng=rng, **_list_given(shared | of_rates))
    _refuse(of_rates, "patients one by one", OF_PATIENTS)
    histories = _read_histories(data, list(effects) if isinstance(effects, Mapping) else [])
    return fit_patients(histories, free, rng=rng, **_list_given(shared | of_patients))


def _has_rates(data: Any) -> TypeGuard[pd.DataFrame | str | Path]:
    if isinstance(data, str | Path):
        return set(REQUIRED) <= set(read_csv(data, REQUIRED).columns)
    return isinstance(data, pd.DataFrame) and set(REQUIRED) <= set(data.columns)


def _read_histories(data: Any, covariates: list[str]) -> Histories:
    if isinstance(data, str | Path):
        return Histories.from_csv(data, covariates)
    if isinstance(data, pd.DataFrame):
        return Histories.from_frame(data, covariates)
    if not isinstance(data, Histories):
        raise InputError("data", data, "a Histories, a table or a path")
    return data


def _refuse(arguments: Mapping[str, Any], what: str, allowed: Sequence[str]) -> None:
    for name, value in arguments.items():
        if value is not None:
            raise InputError(name, value, " and ".join(allowed), problem=f"does not go with {what}")


def _list_given(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if value is not None}
