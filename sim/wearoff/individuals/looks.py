"""The data of all patients as arrays: treatments, looks at the line, and what the raters saw in them."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from ..forecasts.histories import Histories
from ..forecasts.history import History
from ..forecasts.likelihood import list_looks
from ..forecasts.seen import Gone, Grade
from ..patients.grades import RATERS_OF, Kind
from ..patients.population import Population
from ..treatment.schedule import Schedule

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

RATERS = ("investigator", "subject")


class Treatments(NamedTuple):
    """The treatments of one patient, who is followed from the first one.

    Parameters
    ----------
    days : ndarray, shape (v,)
        From 0, distinct.
    units : ndarray, shape (v,)
        Local doses, in U of onabotulinumtoxinA; every dose is even along the muscle.
    """

    days: Array
    units: Array


class Looks(NamedTuple):
    """All looks of all patients, one after another.

    Parameters
    ----------
    treatments : tuple of Treatments, length n
        Of each patient.
    patient : ndarray of int, shape (r,)
        Place of the patient of each look, ascending.
    treatment : ndarray of int, shape (r,)
        Place of the last treatment before the look. A look on the day of a treatment is before it.
    since : ndarray, shape (r,)
        Days since that treatment.
    at_rest : ndarray of bool, shape (r,)
    rater : ndarray of int, shape (r,)
        Place in `RATERS`.
    is_grade : ndarray of bool, shape (r,)
        Whether a grade was seen. If not, it was seen whether the effect was gone.
    """

    treatments: tuple[Treatments, ...]
    patient: Whole
    treatment: Whole
    since: Array
    at_rest: Flags
    rater: Whole
    is_grade: Flags

    @property
    def most_treatments(self) -> int:
        """The largest number of treatments of a patient."""
        return max(len(each.days) for each in self.treatments)

    @property
    def last_day(self) -> float:
        """The longest time from a treatment to the next one, or to the last look."""
        gaps = [float(np.diff(each.days).max(initial=0.0)) for each in self.treatments]
        return max(1.0, *gaps, float(self.since.max(initial=0.0)))


class Terms(NamedTuple):
    """What is seen in each look if the patient is of each possible kind: t terms in g groups of a patient and a kind.

    Parameters
    ----------
    look : ndarray of int, shape (t,)
        Place of the look.
    low, high : ndarray of int, shape (t,)
        The lowest and the highest grade that was seen.
    starts : ndarray of int, shape (g,)
        The first term of each group.
    patient, kind : ndarray of int, shape (g,)
        The place of the patient, ascending, and that of the kind in `Raters.kinds`.
    first : ndarray of int, shape (n,)
        The first group of each patient.
    baseline : ndarray of int, shape (g,)
    placebo : ndarray of bool, shape (g,)
    """

    look: Whole
    low: Whole
    high: Whole
    starts: Whole
    patient: Whole
    kind: Whole
    first: Whole
    baseline: Whole
    placebo: Flags

    @classmethod
    def of(cls, histories: Histories, kinds: list[Kind]) -> Self:
        """Return the terms of patients, each for the kinds that have a share and the baseline that is known."""
        terms: list[tuple[int, int, int]] = []
        groups: list[tuple[int, int, int]] = []
        looks = 0
        for patient, history in enumerate(histories.values()):
            for place, kind in enumerate(kinds):
                if kind.share > 0 and history.baseline in (None, kind.baseline):
                    groups.append((len(terms), patient, place))
                    seen = [look for each in order(history) for look in list_looks(each, kind)]
                    terms += [(looks + i, low, high) for i, (_, low, high, _) in enumerate(seen)]
            looks += len(seen)
        look, low, high = np.array(terms).T
        starts, patients, places = np.array(groups).T
        own = [kinds[place] for place in places]
        return cls(
            look, low, high, starts, patients, places,
            np.searchsorted(patients, np.arange(len(histories))),
            np.array([kind.baseline for kind in own]), np.array([kind.placebo_responder for kind in own]),
        )  # fmt: skip

    def find_groups(self, patients: slice) -> slice:
        """Return the places of the groups of patients who follow one another."""
        return slice(*np.append(self.first, len(self.starts))[[patients.start, patients.stop]])

    def of_patients(self, patients: slice) -> Self:
        """Return the terms of patients who follow one another; looks keep their places among those of all."""
        groups = self.find_groups(patients)
        terms = slice(*np.append(self.starts, len(self.look))[[groups.start, groups.stop]])
        return type(self)(
            self.look[terms], self.low[terms], self.high[terms], self.starts[groups] - terms.start,
            self.patient[groups] - patients.start, self.kind[groups], self.first[patients] - groups.start,
            self.baseline[groups], self.placebo[groups],
        )  # fmt: skip


def order(history: History) -> list[Grade | Gone]:
    """Return what was seen of a patient, in the order of the days."""
    return sorted(history.seen, key=lambda each: each.day)


def read_treatments(visits: Schedule, population: Population) -> Treatments:
    """Return the treatments of visits; doses of one day are added up."""
    doses = visits.evenly().doses(population.parameters.spread)
    return Treatments(doses.days - doses.days[0], doses.units[0])


def read_looks(histories: Histories, population: Population) -> Looks:
    """Return the looks of patients."""
    kind = next(population.raters.kinds())
    treatments, rows = [], []
    for patient, history in enumerate(histories.values()):
        own = read_treatments(history.visits, population)
        treatments.append(own)
        for each in order(history):
            (rater,) = RATERS_OF[each.assessor]
            for day, _, _, at_rest in list_looks(each, kind):
                after = day - history.visits.visits[0].day
                place = max(int(np.searchsorted(own.days, after, side="left")) - 1, 0)
                row = (patient, place, after - own.days[place], at_rest, RATERS.index(rater), isinstance(each, Grade))
                rows.append(row)
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    return Looks(tuple(treatments), *columns)
