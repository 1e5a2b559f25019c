"""Draws for ArviZ, which the extra `arviz` installs: before its version 1.0 and from then on."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import arviz
import numpy as np
import numpy.typing as npt

from .numbers import DOSE_FACTOR

Array = npt.NDArray[np.float64]


def to_inference_data(**groups: Mapping[str, Array]) -> Any:
    """Return groups of draws of one chain.

    Parameters
    ----------
    **groups : mapping of str to ndarray, shape (draws, ...)
        ``prior`` and ``posterior``, with ``dose_factor`` among their variables.
    """
    chains = {group: {name: values[None] for name, values in draws.items()} for group, draws in groups.items()}
    visits = next(iter(groups.values()))[DOSE_FACTOR].shape[1]
    labels: dict[str, Any] = {"dims": {DOSE_FACTOR: ["visit"]}, "coords": {"visit": np.arange(1, visits + 1)}}
    # Before 1.0 each group is an argument; from 1.0 on the first argument has all groups.
    if "posterior" in inspect.signature(arviz.from_dict).parameters:
        return arviz.from_dict(**chains, **labels)
    return arviz.from_dict(chains, **labels)
