"""How long it takes until an event is seen: Kaplan-Meier curves of the arms of a trial, and their comparison."""

from __future__ import annotations

import dataclasses
import itertools
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import ecdf

from .. import notebook
from ..checks import check_type, checked_arguments
from ..errors import InputError, format_value
from ..figures.style import AUTO
from ..figures.survival import draw_survival
from ..labels import CONFIDENCE, words
from .hazards import Observed, compare_by_log_rank, estimate_hazard_ratio
from .tabulation import join_arms

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = npt.NDArray[np.float64]

# A share of one half can be a product of rounded numbers, and then is at most this.
ONE_HALF = 0.5 * (1 + 1e-12)


@dataclasses.dataclass(frozen=True, eq=False)
class Survival:
    """How long it takes in each arm until an event is seen.

    Parameters
    ----------
    event : str
        The name of the event, such as ``"return_to_baseline"``.
    table : pandas.DataFrame
        ``arm, day, at_risk, events, censored, survival, low, high``: day 0, and each day on which a patient of the arm
        had the event or was last seen. ``at_risk`` is the number of patients before the events and losses of the day,
        ``events`` the number of events on it, and ``censored`` the number of patients last seen on it without the
        event. ``survival`` is the Kaplan-Meier estimate of the share without the event after the day, with its 95 %
        interval (log-log). Where nobody has had the event, the interval is from 1 to 1. Where everybody has, ``low`` is
        0, and ``high`` is NaN: the method has no upper limit there.
    medians : pandas.DataFrame
        ``arm, patients, events, median, low, high``: the first day on which at most half are without the event, and the
        first days on which the lower and the upper limit are at most one half (Brookmeyer and Crowley 1982, Biometrics
        38:29). Days that are not reached are infinite.
    comparisons : pandas.DataFrame
        ``arm, against, statistic, p, hazard_ratio, low, high``, one row for each pair of arms: chi-square and p of the
        log-rank test, and the hazard of the arm divided by that of the other, with its 95 % interval (Cox's partial
        likelihood with Efron's ties). A ratio above 1 says that the event comes sooner in the arm. Only days on which
        both arms have patients at risk count. If one of the arms has no event on them, the ratio is 0 or infinite, and
        its interval is from 0 to infinity; if neither has, all three are NaN. ``statistic`` and ``p`` are NaN if on
        each of these days none or all of the patients at risk have the event.
    description : str
        The patients in words: the title of the picture.

    Notes
    -----
    A trial sees an event only at its visits. A median of m says that at least half of the patients had the event by the
    visit on day m, and fewer than half by the visit before.
    """

    event: str
    table: pd.DataFrame
    medians: pd.DataFrame
    comparisons: pd.DataFrame
    description: str

    def _repr_html_(self) -> str:
        tables = (notebook.format_in_words(frame) for frame in (self.medians, self.comparisons))
        return notebook.show(f"{words(self.event)}: {self.description}", *tables)

    def plot(self, ax: Axes | None = None, *, title: str | None = AUTO) -> Axes:
        """Draw the share without the event, a curve an arm, with the numbers at risk, and return the Axes.

        By default the Axes is in a new figure, and the numbers at risk are below its axis. In a given `ax` they are
        inside if there is room, as the legend is, and there is no title by default. `title` is written over the figure;
        default: the patients in words. None leaves it out.
        """
        return draw_survival(self.table, self.event, patients=self.description, ax=ax, title=title)


@checked_arguments()
def estimate_survival(
    days: Mapping[str, npt.ArrayLike],
    seen: Mapping[str, npt.ArrayLike],
    event: str,
    *,
    description: str | None = None,
) -> Survival:
    """Return how long it takes in each arm until an event is seen.

    Parameters
    ----------
    days : mapping of str to array_like, shape (k,)
        For each arm and patient: the day of the visit at which the event was seen first, or of the last visit that saw
        the patient without it. Arms can differ in the number of patients.
    seen : mapping of str to array_like of bool, shape (k,)
        Whether the event was seen. A patient without it is right-censored.
    event : str
        The name of the event: an endpoint such as ``"return_to_baseline"``, or other words with underscores.
    description : str, optional
        The patients in words, for the title of the picture; default: their number.

    Returns
    -------
    Survival

    Raises
    ------
    InputError
        There is no arm, or an arm has no patients; a day is not a number of at least 0; `seen` is not True or False for
        each patient; `days` and `seen` differ in their arms or in their number of patients.

    Examples
    --------
    Of four patients three have the event, on days 28, 56 and 84, and one is lost after day 56. The share without it is
    3/4 on day 28, 3/4 times 2/3 on day 56, and 0 on day 84.

    >>> survival = estimate_survival({"20 U": [28, 56, 56, 84]}, {"20 U": [True, True, False, True]}, "relapse")
    >>> survival.table[["day", "at_risk", "events", "censored", "survival"]].to_numpy().tolist()
    [[0.0, 4.0, 0.0, 0.0, 1.0], [28.0, 4.0, 1.0, 0.0, 0.75], [56.0, 3.0, 1.0, 1.0, 0.5], [84.0, 1.0, 1.0, 0.0, 0.0]]
    >>> float(survival.medians["median"][0])
    56.0
    """
    check_type(event, str, "event")
    arms = _check_arms(days, seen)
    patients = sum(len(arm.days) for arm in arms.values())
    tables = {name: _tabulate_curve(arm) for name, arm in arms.items()}
    comparisons = [
        (one, other, *compare_by_log_rank(arms[one], arms[other]), *estimate_hazard_ratio(arms[one], arms[other]))
        for one, other in itertools.combinations(arms, 2)
    ]
    return Survival(
        event,
        join_arms(tables),
        pd.DataFrame([{"arm": name} | _find_median(table) for name, table in tables.items()]),
        pd.DataFrame(comparisons, columns=["arm", "against", "statistic", "p", "hazard_ratio", "low", "high"]),
        f"{patients:,} patients" if description is None else description,
    )


def _check_arms(days: Mapping[str, Any], seen: Mapping[str, Any]) -> dict[str, Observed]:
    for field, values in {"days": days, "seen": seen}.items():
        if not isinstance(values, Mapping):
            raise InputError(field, values, "a mapping of the names of arms to arrays")
    if not days:
        raise InputError("days", days, "at least 1 arm", problem="is empty")
    if set(seen) != set(days):
        raise InputError("seen", list(seen), f"the arms of days, {', '.join(map(str, days))}")
    return {name: _check_arm(name, days[name], seen[name]) for name in days}


def _check_arm(name: str, days: Any, seen: Any) -> Observed:
    arm = f"of {format_value(name)}"
    last, flags = _read_array(days), _read_array(seen)
    if last.ndim != 1 or last.size == 0 or last.dtype.kind not in "iuf":
        raise InputError(f"days {arm}", days, "a number for each patient, and at least 1 patient")
    numbers = last.astype(float).filled(np.nan)
    wrong = numbers[~(np.isfinite(numbers) & (numbers >= 0))]
    if wrong.size:
        raise InputError(f"days {arm}", float(wrong[0]), "finite and at least 0")
    if flags.dtype.kind != "b" or flags.shape != last.shape or np.ma.is_masked(flags):
        raise InputError(f"seen {arm}", seen, f"True or False for each of {last.size} patients")
    return Observed(numbers, flags.filled(False))


def _read_array(values: Any) -> Any:
    # Return the values as a masked array, without dimensions where they have no shape, as lists of several lengths.
    try:
        return np.ma.asarray(values)
    except ValueError:
        return np.ma.asarray(None)


def _tabulate_curve(arm: Observed) -> pd.DataFrame:
    days = np.unique(np.append(0.0, arm.days))
    at_risk, events = arm.count_on(days)
    curve = ecdf(arm.censored).sf
    with warnings.catch_warnings():
        # scipy warns where nobody or everybody has had the event; those limits are set below.
        warnings.filterwarnings("ignore", "The confidence interval is undefined", RuntimeWarning)
        limits = curve.confidence_interval(CONFIDENCE, method="log-log")
    survival = curve.evaluate(days)
    nobody, everybody = survival == 1, survival == 0
    return pd.DataFrame(
        {
            "day": days,
            "at_risk": at_risk,
            "events": events,
            "censored": at_risk - events - np.append(at_risk[1:], 0),
            "survival": survival,
            "low": np.select([nobody, everybody], [1.0, 0.0], limits.low.evaluate(days)),
            "high": np.select([nobody, everybody], [1.0, np.nan], limits.high.evaluate(days)),
        }
    )


def _find_median(table: pd.DataFrame) -> dict[str, float]:
    # Return the number of patients, that of events, the median and its limits, of the table of one arm.
    days = {
        name: float(table["day"][table[column] <= ONE_HALF].min())
        for name, column in {"median": "survival", "low": "low", "high": "high"}.items()
    }
    reached = {name: day if np.isfinite(day) else np.inf for name, day in days.items()}
    return {"patients": table["at_risk"].iloc[0], "events": table["events"].sum()} | reached
