"""Effects of covariates: by how much a constant of the typical patient differs with a number of the patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit

from ..checks import check_name, one_or_many
from ..errors import InputError
from ..patients.population import DIFFERING

Array = npt.NDArray[np.float64]

# Patients differ in the logarithms of rates, and in the logit of the crease share. A half-life falls where its rate
# grows, so that its effect has the other sign.
SIGNS = {name: -1 if name.endswith("_half_life") else 1 for name in DIFFERING}


class Effect(NamedTuple):
    """The effect of a covariate on a constant.

    Parameters
    ----------
    covariate, constant : str
    reference : float
        The value of the covariate for which the constant is that of the typical patient.
    """

    covariate: str
    constant: str
    reference: float

    @property
    def name(self) -> str:
        """The name of the effect in results, such as ``sex_on_potency``."""
        return f"{self.covariate}_on_{self.constant}"

    def shift(self, value: float, change: float) -> float:
        """Return a value of the constant after a change of its logarithm, or of the logit of the crease share."""
        if self.constant == "crease_share":
            return float(expit(logit(value) + change))
        return float(value * np.exp(change))


def read_effects(effects: Mapping[str, str | Sequence[str]] | None, covariates: pd.DataFrame) -> tuple[Effect, ...]:
    """Return the effects that a user asks for.

    Parameters
    ----------
    effects : mapping or None
        The constants on which each covariate has an effect.
    covariates : pandas.DataFrame
        Finite numbers, one row a patient.

    Raises
    ------
    InputError
        A covariate or a constant is not known, or a covariate is the same in all patients.

    Examples
    --------
    >>> read_effects({"sex": "potency"}, pd.DataFrame({"sex": [1.0, 0.0, 1.0]}))
    (Effect(covariate='sex', constant='potency', reference=0.0),)
    """
    if effects is None:
        return ()
    if not isinstance(effects, Mapping):
        raise InputError("effects", effects, "a mapping such as {'sex': ('potency', 'light_chain_half_life')}")
    result = []
    for covariate, constants in effects.items():
        if not len(covariates.columns):
            raise InputError("effects", covariate, problem="needs covariates, and the histories have none")
        values = np.unique(covariates[check_name(covariate, list(covariates.columns), "covariate")])
        if len(values) == 1:
            raise InputError(covariate, values[0], "a covariate that differs between patients")
        # The median over patients; of two values the smaller one.
        reference = float(values[0] if len(values) == 2 else covariates[covariate].median())
        for constant in dict.fromkeys(one_or_many(constants, str, "effects")):
            result.append(Effect(covariate, check_name(constant, list(SIGNS), "effects"), reference))
    return tuple(result)


def place_of(effect: Effect) -> tuple[int, int]:
    """Return the column of `Population.deviations` on which an effect acts, and its sign there."""
    return list(SIGNS).index(effect.constant), SIGNS[effect.constant]
