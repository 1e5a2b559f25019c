"""The constants, under the names that users give and under the symbols of the mathematics.

The values, units, plausible ranges, kinds and sources are in ``data/parameters.csv`` and ``data/presets.csv``. A user
gives half-lives in days; the model takes rates, ``k = ln 2 / half-life``.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping
from typing import Any, Self

import numpy as np
import pandas as pd

from . import notebook, tables
from .checks import Limits, check_name, check_number, checked_arguments
from .model.equations import Constants

_TABLE = tables.column("parameters", "name")
MOST_NAMED = 2  # changed constants that the title of a picture names; if there are more, it has their number


def _default(name: str) -> float:
    return float(_TABLE[name]["value"])


@checked_arguments()
@dataclasses.dataclass(frozen=True, kw_only=True)
class Parameters:
    """The constants of one patient. They cannot be changed, and are checked when they are made.

    Every constant has a row, with its source, in :meth:`table`. Values outside the *plausible* range are allowed.
    Values outside the *possible* range raise `InputError`.

    Parameters
    ----------
    depot_half_life, binding_half_life, endocytosis_half_life, translocation_half_life : float
        Half-lives in days of the four steps from the depot to the active light chain.
    light_chain_half_life : float
        Half-life in days of the active light chain; ``inf`` for no loss.
    snap25_half_life : float
        Half-life in days of SNAP-25 at the release sites.
    potency : float
        Rate at which a unit of light chain cleaves SNAP-25, in 1/(U day). Intact SNAP-25 is counted at the release
        sites, not in the whole terminal: release falls below 20 % when less than 20 % of the terminal's SNAP-25 is
        cleaved (Lawrence 2013).
    dose_at_half_uptake : float
        Local dose in U of which half is taken up; ``inf`` for no saturation.
    release_at_half_force : float
        Acetylcholine release, a fraction of baseline, at which about half of the force is left.
    force_steepness : float
        Steepness of force against release.
    line_half_life : float
        Half-life in days with which the fold in the skin follows the muscle.
    crease_half_life : float
        Half-life in days with which the crease in the skin follows the fold.
    crease_share : float
        Share of the line at maximum frown that is crease; the rest is fold.
    spread : float
        Standard deviation in mm of the Gaussian with which the dose of a site spreads.
    origin : str
        The preset that the constants started from; `table` takes the sources of the values from it.

    Raises
    ------
    InputError
        A value is outside the possible range, or the preset is not known.

    Examples
    --------
    >>> Parameters(light_chain_half_life=60).light_chain_half_life
    60.0
    >>> Parameters(light_chain_half_life=-1)
    Traceback (most recent call last):
    ...
    wearoff.errors.InputError: light_chain_half_life is -1; allowed: at least 1e-06 day
    """

    depot_half_life: float = _default("depot_half_life")
    binding_half_life: float = _default("binding_half_life")
    endocytosis_half_life: float = _default("endocytosis_half_life")
    translocation_half_life: float = _default("translocation_half_life")
    light_chain_half_life: float = _default("light_chain_half_life")
    snap25_half_life: float = _default("snap25_half_life")
    potency: float = _default("potency")
    dose_at_half_uptake: float = _default("dose_at_half_uptake")
    release_at_half_force: float = _default("release_at_half_force")
    force_steepness: float = _default("force_steepness")
    line_half_life: float = _default("line_half_life")
    crease_half_life: float = _default("crease_half_life")
    crease_share: float = _default("crease_share")
    spread: float = _default("spread")
    origin: str = "default"

    def __post_init__(self) -> None:
        check_name(self.origin, presets(), "preset")
        for name, row in _TABLE.items():
            object.__setattr__(self, name, check_number(getattr(self, name), possible(row)))

    @classmethod
    def preset(cls, name: str) -> Self:
        """Return a named set of constants: the default constants, changed by the rows of ``data/presets.csv``.

        ``lebeda2008`` is the published model of onset in four steps. For a dose of one unit, the light chain is the
        lytic fraction of the publication, and one minus the light chain is its tension. What comes after the light
        chain is not in the publication. The serotypes differ from A in the half-life of the light chain alone, as an
        illustration.

        Parameters
        ----------
        name : str
            One of `presets`.

        Raises
        ------
        InputError
            The name is not known; the nearest is named.

        References
        ----------
        Lebeda, Adler, Erickson, Chushak 2008, J Pharmacokinet Pharmacodyn 35:251, BioModels BIOMD0000000178.
        Foran et al. 2003, J Biol Chem 278:1363 (serotypes).

        Examples
        --------
        >>> Parameters.preset("serotype_E").light_chain_half_life
        0.8
        """
        check_name(name, presets(), "preset")
        return cls(origin=name, **{constant: float(row["value"]) for constant, row in _preset_rows(name).items()})

    def replace(self, **changes: Any) -> Self:
        """Return a copy with some constants changed; an unknown name or an impossible value raises `InputError`.

        Examples
        --------
        >>> Parameters().replace(potency=0.2).potency
        0.2
        """
        for name in changes:
            check_name(name, _TABLE, "parameter")
        return dataclasses.replace(self, **changes)

    def _repr_html_(self) -> str:
        columns = ["name", "value", "unit", "low", "high", "kind", "meaning"]
        return notebook.show(", ".join(["constants", *self.changes]), notebook.format_table(self.table()[columns]))

    def table(self) -> pd.DataFrame:
        """Return the constants as a table, one row each.

        Returns
        -------
        pandas.DataFrame
            Columns ``name``, ``symbol``, ``value``, ``unit``, ``low`` and ``high`` (the plausible range), ``kind``
            (measured, calibrated or assumed; ``given`` where the user gave the value), ``status``, ``source``,
            ``meaning``.
        """
        sources = {**_TABLE, **_preset_rows(self.origin)}
        from_user = {"kind": "given", "status": "given", "source": "given by the user"}
        records = []
        for name, row in _TABLE.items():
            value = getattr(self, name)
            origin = sources[name] if value == float(sources[name]["value"]) else from_user
            records.append(
                {key: row[key] for key in ("name", "symbol")}
                | {"value": value, "unit": row["unit"], "low": float(row["low"]), "high": float(row["high"])}
                | {key: origin[key] for key in ("kind", "status", "source")}
                | {"meaning": row["meaning"]}
            )
        return pd.DataFrame(records)

    @property
    def changes(self) -> tuple[str, ...]:
        """The differences from the default constants in words: the preset, and the constants that were changed.

        Examples
        --------
        >>> Parameters.preset("serotype_E").replace(potency=0.2).changes
        ('preset serotype_E', 'potency 0.2 1/(U day)')
        """
        preset = () if self.origin == "default" else (f"preset {self.origin}",)
        table = self.table()
        changed = table[table["kind"] == "given"]
        if len(changed) > MOST_NAMED:
            return (*preset, f"{len(changed)} constants changed")
        units = changed["unit"].where(~changed["unit"].isin(["1", "fraction"]), "")
        rows = zip(changed["name"], changed["value"], units, strict=True)
        return (*preset, *(f"{name} {value:.3g} {unit}".rstrip() for name, value, unit in rows))

    def symbols(self) -> dict[str, float]:
        """Return the constants under the symbols of the mathematics, half-lives turned into rates in 1/day.

        Examples
        --------
        >>> round(Parameters(light_chain_half_life=75).symbols()["k_light_chain"], 6)
        0.009242
        """
        return in_symbols({name: getattr(self, name) for name in _TABLE})

    def constants(self) -> Constants:
        """Return the constants of the equations: all except ``spread``, which belongs to the treatment.

        Examples
        --------
        >>> Parameters(dose_at_half_uptake=20).constants().U50
        20.0
        """
        symbols = self.symbols()
        return Constants(**{symbol: symbols[symbol] for symbol in Constants._fields})


def in_symbols(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return constants by their symbols, as `Parameters.symbols` does, from numbers or arrays by their names."""
    return {_TABLE[name]["symbol"]: _turn_half_life(name, value) for name, value in values.items()}


def from_symbols(constants: Constants, names: Iterable[str]) -> dict[str, Any]:
    """Return some constants by their names, rates turned into half-lives in days: the inverse of `in_symbols`.

    Examples
    --------
    >>> from_symbols(Parameters(light_chain_half_life=60).constants(), ["light_chain_half_life"])
    {'light_chain_half_life': 60.0}
    """
    return {name: _turn_half_life(name, getattr(constants, _TABLE[name]["symbol"])) for name in names}


def _turn_half_life(name: str, value: Any) -> Any:
    # A half-life becomes a rate, and a rate a half-life, by the same division. A rate of 0 is a half-life without end.
    if not name.endswith("_half_life"):
        return value
    if isinstance(value, float):
        return math.log(2) / value if value else math.inf
    with np.errstate(divide="ignore"):
        return math.log(2) / value


def possible(row: tables.Row) -> Limits:
    """Return the possible range of the number in a row of ``data/parameters.csv`` or ``data/population.csv``."""
    unit = "" if row["unit"] == "1" else row["unit"]
    return Limits(row["name"], float(row["minimum"]), float(row["maximum"]), unit)


def presets() -> tuple[str, ...]:
    """Return the names of the presets, ``default`` first."""
    return ("default", *dict.fromkeys(row["preset"] for row in tables.rows("presets")))


def _preset_rows(name: str) -> dict[str, tables.Row]:
    return {row["parameter"]: row for row in tables.rows("presets") if row["preset"] == name}
