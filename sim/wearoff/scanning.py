"""The function `scan`: one patient with many doses and constants, every combination of them in one table."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from . import notebook, tables
from .checks import Limits, check_numbers, check_type, checked_arguments
from .errors import InputError, not_installed, warn
from .labels import COLUMNS, LANDMARKS
from .model.cases import solve_cases
from .model.cohort import Cohort
from .model.course import Course
from .model.equations import Constants, Model, depth
from .model.landmarks import Landmarks, find_landmarks, landmarks_of
from .model.response import read_model
from .parameters import Parameters, in_symbols, possible
from .provenance import make_block, name_functions
from .simulation import choose_days, read_schedule
from .treatment.cautions import cautions
from .treatment.description import describe_patient, name_treatment
from .treatment.schedule import Schedule
from .treatment.visit import UNITS, Visit

Array = npt.NDArray[np.float64]
Axes = dict[str, tuple[float, ...]]

CONSTANTS = tables.column("parameters", "name")
MOST_CASES = 1_000_000
MOST_ROWS = 5_000_000  # of a table with days: half a gigabyte
SEEN = ("visible", "crease", "depth")  # the columns of a table with days
ACCURACY = 1e-8  # of the visible effect; the promise is 1e-6, but the grid is chosen with some of the cases alone
PILOTS = 128  # most cases with which the grid is chosen, if at least two values of each axis are among them


@dataclasses.dataclass(frozen=True, eq=False)
class Scan:
    """One patient with many doses and constants.

    Parameters
    ----------
    frame : pandas.DataFrame
        A column for each axis (``units`` and the constants that were given), then the columns of landmarks, one row a
        case; or with `times` the columns ``time``, ``visible``, ``crease`` and ``depth``, one row a case and day. The
        last axis changes from row to row. A landmark is ``inf`` if it is not reached by the end of the course but may
        be later, and NaN if it is never reached, as in `Timeline.landmarks`.
    axes : dict of str to tuple of float
        The values of each axis, in the order of its columns; ``time`` is the last where there is one.
    schedule : Schedule
        The visits; with ``units`` among the axes, the visit of the first of them.
    parameters : Parameters
        The constants that are not varied.
    model : Model
    end : float
        The last day of every course.
    """

    frame: pd.DataFrame
    axes: Axes
    schedule: Schedule
    parameters: Parameters
    model: Model
    end: float

    def _repr_html_(self) -> str:
        varied = " × ".join(f"{len(values):,} {name}" for name, values in self.axes.items())
        visit = self.schedule.visits[0]
        place = f"{visit.product.name}, {visit.muscle.name}"
        alone = describe_patient(self.schedule, self.parameters)
        fixed = ", ".join([place, *self.parameters.changes]) if "units" in self.axes else alone
        return notebook.show(f"{varied}; {fixed}", notebook.format_table(self.frame))

    def to_xarray(self) -> Any:
        """Return the table as an array with an axis for each column of an axis, the values of each ascending.

        Returns
        -------
        xarray.Dataset
            A variable for each other column; ``attrs["units"]`` of each has its unit.

        Raises
        ------
        InputError
            xarray is not installed, which the extra ``wearoff[xarray]`` installs.
        """
        try:
            dataset: Any = self.frame.set_index(list(self.axes)).to_xarray()
        except ImportError:
            raise not_installed("to_xarray", "xarray", "xarray") from None
        for name in self.frame:
            dataset[name].attrs["units"] = self.frame.attrs["units"][name]
        return dataset

    @cached_property
    def provenance(self) -> dict[str, Any]:
        """How the table was made: versions, arguments, treatments, and the constants that are not varied."""
        plans = _list_plans(self.schedule, self.axes.get("units", ()))
        options = {"axes": self.axes, "days": self.end, **name_functions(self.model)}
        return make_block("scan", options, self.parameters, arms={name_treatment(plan): plan for plan in plans})


@checked_arguments(*CONSTANTS)
def scan(
    schedule: Schedule | Visit | None = None,
    *,
    units: npt.ArrayLike | None = None,
    days: int | None = None,
    times: npt.ArrayLike | None = None,
    parameters: Parameters | None = None,
    product: str | None = None,
    muscle: str | None = None,
    sites: int | None = None,
    model: Model | None = None,
    **constants: npt.ArrayLike,
) -> Scan:
    """Return the landmarks, or the effect on some days, of one patient for every combination of doses and constants.

    Parameters
    ----------
    schedule : Schedule or Visit, optional
        The visits, the same in every case; default: one visit on day 0.
    units : float or array_like, shape (n,), optional
        Units of the one visit, instead of a schedule; default: the labelled dose.
    days : int, optional
        Last day of every course; default: 240 days after the last visit.
    times : array_like, shape (t,), optional
        Days, ascending, as in `simulate`. The table then has the effect on these days instead of landmarks.
    parameters : Parameters, optional
        The constants that are not varied; default: ``Parameters()``.
    product, muscle, sites : optional
        The arguments of the one visit that are the same in every case; see `Visit`.
    model : Model, optional
        A model with your own function for uptake or force; default: the built-in model.
    **constants : float or array_like, shape (n,)
        Values of any constant of `Parameters`, each value once.

    Returns
    -------
    Scan
        ``frame`` is the table.

    Raises
    ------
    InputError
        A value is not possible, nothing is varied, or there are more than a million cases.

    Warns
    -----
    UnusualWarning
        The smallest or the largest dose is possible but unusual.

    See Also
    --------
    wearoff.spacing.compare : Several intervals between visits.

    Notes
    -----
    The effect differs from that of `simulate` by less than 1e-6. The day of a landmark differs by less than 1e-4 day,
    if the effect passes its level steeply. All cases are solved together. If the half-life of the line or of the crease
    is varied, or there are sites, this takes several times as long.

    Examples
    --------
    >>> result = scan(units=[20, 40], light_chain_half_life=[30, 50])
    >>> result.frame[["units", "light_chain_half_life", "half_effect_day", "wear_off_day"]].round(1)
       units  light_chain_half_life  half_effect_day  wear_off_day
    0   20.0                   30.0             47.9          76.4
    1   20.0                   50.0             77.5         124.2
    2   40.0                   30.0             63.4          91.9
    3   40.0                   50.0            103.5         150.2
    """
    axes = {} if units is None else {"units": _read_axis(units, UNITS)}
    axes |= {name: _read_axis(values, possible(CONSTANTS[name])) for name, values in constants.items()}
    if not axes:
        raise InputError("scan", allowed=f"units, {', '.join(CONSTANTS)}", problem="has nothing that varies")
    first = axes["units"][0] if "units" in axes else None
    schedule = read_schedule(schedule, units=first, product=product, muscle=muscle, sites=sites)
    parameters = check_type(Parameters() if parameters is None else parameters, Parameters, "parameters")
    model = read_model(model, parameters.constants())
    table_days, end = choose_days(schedule, days, times)
    read = table_days if times is not None else None
    _check_size(axes, read)
    _warn(schedule, axes)
    columns = _solve(schedule, parameters, model, axes, end, read)
    if read is not None:
        axes["time"] = tuple(read.tolist())
    rows = _combine(axes)
    frame = pd.DataFrame({**rows, **columns})
    described = {**{name: row["unit"] for name, row in CONSTANTS.items()}, "units": UNITS.unit}
    known = {name: label.unit for name, label in {**COLUMNS, **LANDMARKS}.items()} | described
    frame.attrs["units"] = {str(name): known[str(name)] for name in frame}
    return Scan(frame, axes, schedule, parameters, model, end)


def _read_axis(values: Any, limits: Limits) -> tuple[float, ...]:
    # Return the values of an axis, checked; a single number is an axis of one value.
    numbers = check_numbers(values, limits, MOST_CASES + 1)
    if not numbers:
        raise InputError(limits.name, values, "at least 1 value", problem="is empty")
    if len(set(numbers)) < len(numbers):
        twice = next(number for i, number in enumerate(numbers) if number in numbers[:i])
        raise InputError(limits.name, twice, "each value once", problem=f"has {twice:g} twice")
    return numbers


def _check_size(axes: Axes, times: Array | None) -> None:
    cases = math.prod(len(values) for values in axes.values())
    way_out = "fewer values, or several calls of scan"
    if cases > MOST_CASES:
        raise InputError("scan", cases, f"at most {MOST_CASES:,} cases: {way_out}", problem=f"has {cases:,} cases")
    if times is None:
        return
    if cases * len(times) > MOST_ROWS:
        problem = f"has {cases:,} cases on {len(times):,} days"
        raise InputError("scan", cases, f"at most {MOST_ROWS:,} rows: {way_out}", problem=problem)
    if len(np.unique(times)) < len(times):
        raise InputError("times", times, "each day once", problem="has a day twice")


def _warn(schedule: Schedule, axes: Axes) -> None:
    # Doses between the smallest and the largest are no more unusual than these two.
    plans = _list_plans(schedule, [end(axes["units"]) for end in (min, max)] if "units" in axes else [])
    for reason in dict.fromkeys(reason for plan in plans for reason in cautions(plan)):
        warn(reason)


def _list_plans(schedule: Schedule, units: Sequence[float]) -> list[Schedule]:
    # Return the one visit of a schedule with each of some units; without units, the schedule.
    return [Schedule((dataclasses.replace(schedule.visits[0], units=dose),)) for dose in units] or [schedule]


def _combine(axes: Mapping[str, tuple[float, ...]]) -> dict[str, Array]:
    # Return the column of each axis: every combination of values, the last axis first to change.
    grids = np.meshgrid(*axes.values(), indexing="ij")
    return {name: grid.ravel() for name, grid in zip(axes, grids, strict=True)}


def _choose_pilots(axes: Axes) -> npt.NDArray[np.intp]:
    # Return cases spread over all: of each axis its ends and some values between, in the order of the values.
    several = sum(len(values) > 1 for values in axes.values())
    most = max(2, int(PILOTS ** (1 / max(several, 1)) + 1e-9))
    chosen = []
    for values in axes.values():
        places = np.linspace(0, len(values) - 1, min(most, len(values))).round().astype(np.intp)
        chosen.append(np.argsort(values)[places])
    pilots: npt.NDArray[np.intp] = np.ravel_multi_index(
        [each.ravel() for each in np.meshgrid(*chosen, indexing="ij")], [len(values) for values in axes.values()]
    )
    return pilots


def _solve(
    schedule: Schedule, parameters: Parameters, model: Model, axes: Axes, end: float, times: Array | None
) -> dict[str, Array]:
    # Return the columns of the table that are computed.
    rows = _combine(axes)
    cases = len(next(iter(rows.values())))
    symbols = in_symbols({name: rows.get(name, np.full(cases, getattr(parameters, name))) for name in CONSTANTS})
    spread = symbols.pop("sigma")
    doses = schedule.doses(spread)
    units = np.broadcast_to(doses.units, (cases, *doses.units.shape[-2:]))
    if "units" in rows:
        units = units * (rows["units"] / axes["units"][0])[:, None, None]
    constants = Constants(**symbols)
    solved = solve_cases(doses._replace(units=units), constants, _choose_pilots(axes), end, ACCURACY, model)
    if times is None:
        last_dose = schedule.visits[-1].day
        values = np.concatenate([_read_landmarks(each, last_dose) for each in solved])
        return dict(zip(Landmarks._fields, values.T, strict=True))
    seen = zip(*(_read_days(each, times) for each in solved), strict=True)
    visible, crease = (np.concatenate(parts).ravel() for parts in seen)
    q = np.repeat(constants.q, len(times))
    return dict(zip(SEEN, (visible, crease, depth(visible, crease, constants._replace(q=q))), strict=True))


def _read_landmarks(solved: Course | Cohort, last_dose: float) -> Array:
    # Return the landmarks of k cases, shape (k, landmarks).
    if isinstance(solved, Course):
        return np.stack(landmarks_of(solved, last_dose), axis=-1)
    return np.stack(find_landmarks(solved.mesh, solved.visible, solved.weak, last_dose, solved.rise), axis=-1)


def _read_days(solved: Course | Cohort, times: Array) -> tuple[Array, Array]:
    # Return the visible effect and the crease of k cases, shape (k, times).
    visible, crease = solved.visible_at(times), solved.crease_at(times)
    return (visible.T, crease.T) if isinstance(solved, Cohort) else (visible, crease)
