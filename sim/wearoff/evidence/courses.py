"""The lines of the patients of each treatment among some rows of observations, on the days that the rows need.

Rows of one treatment have the same patients, and all treatments have the same random numbers. So a prediction is a
smooth function of the numbers of the population. Courses are kept while the numbers that they depend on stay the same:
a fit that changes the error of a rater solves nothing again.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..model.cohort import Cohort
from ..model.doses import Doses
from ..model.equations import MODEL, Constants, Model
from ..patients.draws import OF_PATIENT
from ..patients.grades import Kind, Line, Raters
from ..patients.population import Population
from ..patients.seen import chance_seen_at
from ..patients.treated import Treated
from ..treatment.muscles import find_muscle
from ..treatment.products import find_product
from ..treatment.schedule import Schedule
from ..treatment.visit import Visit
from ..trial.policies import Retreat
from .schedules import read_retreat, read_visits

Array = npt.NDArray[np.float64]

ACCURACY = 1e-5  # of the visible effect; the error of a responder rate is then about 0.01 %
KEPT = 400  # number of solved treatments that are kept
# Patients who are treated on need are looked at for this long after each treatment, and then treated again.
LONGEST_WAIT = 720


class Treatment(NamedTuple):
    """What the patients of some rows were given, up to the treatment that the rows are about.

    Parameters
    ----------
    product : str
    days : tuple of float
        Days of the visits.
    units : tuple of float
        Units of the product in the muscle at each visit.
    retreat : Retreat or None
        When they were treated again; None for the `days`.
    cycle : int
        The treatment that the rows are about.
    """

    product: str
    days: tuple[float, ...]
    units: tuple[float, ...]
    retreat: Retreat | None
    cycle: int

    @classmethod
    def of(cls, row: Mapping[Any, Any], cycle: int) -> Treatment:
        """Return one of the treatments of a row of a treated arm, with those before it."""
        days, units = read_visits(row)
        sides, retreat = find_muscle(row["muscle"]).sides, read_retreat(row["retreat"], row["look_days"])
        kept = len(days) if retreat else cycle
        local = tuple(each / sides for each in units[:kept])
        return cls(row["product"], days[:kept], local, retreat, cycle)

    def find_end(self, days: Array) -> float:
        """Return the last day of the solution, for rows that are read on some days."""
        wait = _find_longest_wait(self.retreat) if self.retreat else 0
        return max(self.last_visit + float(days[-1]), wait) + 1

    @property
    def last_visit(self) -> float:
        """The day of the treatment that the rows are about, in the time of the solution."""
        return 0.0 if self.retreat else self.days[-1]


class Seen(NamedTuple):
    """The patients of a treatment after it.

    Parameters
    ----------
    days : ndarray, shape (d,)
        Days after the treatment that the rows are about.
    visible, crease : ndarray, shape (d, k)
        Visible effect and crease on these days.
    kinds : ndarray of int, shape (k,), or None
        The kind of each patient who is treated on need: its place in `Raters.kinds`. None where all patients stand for
        all kinds.
    intervals : ndarray, shape (cycles - 1, k)
        Days between the treatments of patients who are treated on need.
    """

    days: Array
    visible: Array
    crease: Array
    kinds: npt.NDArray[np.intp] | None
    intervals: Array

    def line(self, days: npt.ArrayLike, constants: Constants) -> Line:
        """Return the lines on some of the days, shape (days, k), for the constants of the patients."""
        places = np.searchsorted(self.days, days)
        return Line.of(self.visible[places], self.crease[places], constants)


class Courses:
    """Solves the treatments of some rows for any population, and keeps what it has solved.

    Parameters
    ----------
    days_of : dict of Treatment to ndarray
        The days on which the rows of each treatment are read.
    normal : ndarray, shape (k, OF_PATIENT + visits)
        Standard normal numbers from `draws.draw`.
    uniform : ndarray, shape (k, 1 + visits)
        Numbers from 0 to 1 that decide the kind of a patient who is treated on need, and the days of treatment.
    model : Model
    """

    def __init__(self, days_of: Mapping[Treatment, Array], normal: Array, uniform: Array, model: Model = MODEL) -> None:
        self.days_of, self.normal, self.uniform, self.model = days_of, normal, uniform, model
        self.grids: dict[Treatment, Treated] = {}
        self.solved: dict[Hashable, Seen] = {}

    def plan(self, population: Population) -> None:
        """Choose the grids anew, accurate for this population and for others near it."""
        # Treatments on the same days share a grid. It is chosen for the largest dose, which has the steepest courses.
        self.solved.clear()
        grids = {}
        for days in {treatment.days for treatment in self.days_of}:
            alike = [treatment for treatment in self.days_of if treatment.days == days]
            largest = max(alike, key=lambda each: max(each.units) * find_product(each.product).relative_potency)
            end = max(treatment.find_end(self.days_of[treatment]) for treatment in alike)
            doses = _find_doses(largest, population, find_product(largest.product).relative_potency)
            grids[days] = Treated.plan(population, doses, end, ACCURACY, self.model)
        self.grids = {treatment: grids[treatment.days] for treatment in self.days_of}

    def solve(self, treatment: Treatment, population: Population, potency: float) -> Seen:
        """Return the patients of a treatment, for a relative potency of its product."""
        numbers = _list_numbers(population, on_need=treatment.retreat is not None)
        if (treatment, potency, numbers) not in self.solved:
            if len(self.solved) >= KEPT:
                self.solved.clear()
            doses = _find_doses(treatment, population, potency)
            treated = self.grids[treatment]._replace(population=population, doses=doses)
            if treatment.retreat:
                # The treatments before are found on the way.
                alike = [each for each in self.days_of if each._replace(cycle=treatment.cycle) == treatment]
                found = self._solve_on_need(alike, treatment.retreat, treated)
            else:
                found = {treatment: self._solve_schedule(treatment, treated)}
            self.solved.update({(each, potency, numbers): seen for each, seen in found.items()})
        return self.solved[treatment, potency, numbers]

    def _solve_schedule(self, treatment: Treatment, treated: Treated) -> Seen:
        days = self.days_of[treatment]
        cohort = treated.solve(self.normal[:, : OF_PATIENT + len(treatment.days)])
        return _read(cohort, treatment.last_visit + days, days, None, np.empty((0, len(self.normal))))

    def _solve_on_need(self, treatments: list[Treatment], retreat: Retreat, treated: Treated) -> dict[Treatment, Seen]:
        # Each patient has one kind. The day of a patient's next treatment depends on what is seen at the looks: it is
        # the day on which the chance of having been treated passes a random number of the patient. Between two looks
        # the chance is a straight line, and half the time between looks is added, so that the day is right on average
        # and changes smoothly with the numbers of the population.
        people, constants = treated.population, treated.population.constants(self.normal)
        kinds = people.raters.choose_kinds(self.uniform[:, 0])
        looks = np.arange(float(retreat.min_interval), _find_longest_wait(retreat), retreat.every)
        result, start, intervals = {}, None, np.empty((0, len(self.normal)))
        for cycle in range(1, 1 + max(each.cycle for each in treatments)):
            cohort = treated.solve(self.normal[:, [*range(OF_PATIENT), OF_PATIENT + cycle - 1]], start)
            for treatment in treatments:
                if treatment.cycle == cycle:
                    days = self.days_of[treatment]
                    result[treatment] = _read(cohort, days, days, kinds, intervals)
            line = Line.of(cohort.visible_at(looks), cohort.crease_at(looks), constants)
            chances = _find_chances_of_treatment(line, kinds, retreat, people.raters)
            days = _find_days(looks, chances, self.uniform[:, cycle], retreat.every)
            intervals = np.append(intervals, days[None], axis=0)
            start = cohort.carry(days)
        return result


def _find_longest_wait(retreat: Retreat) -> int:
    # Return how long patients are looked at after a treatment; there is a look at least on the earliest day.
    return max(LONGEST_WAIT, retreat.min_interval + 1)


def weigh_kinds(seen: Seen | None, kinds: list[Kind], count: int) -> Array:
    """Return the weight of each patient as each kind, shape (kinds, k); the weights of a patient add up to 1."""
    if seen is None or seen.kinds is None:
        return np.repeat(np.array([[kind.share] for kind in kinds]), count, axis=1)
    own: Array = (seen.kinds == np.arange(len(kinds))[:, None]).astype(float)
    return own


def _read(cohort: Cohort, times: Array, days: Array, kinds: Any, intervals: Array) -> Seen:
    return Seen(days, cohort.visible_at(times), cohort.crease_at(times), kinds, intervals)


def _find_doses(treatment: Treatment, population: Population, potency: float) -> Doses:
    product = find_product(treatment.product)
    visits = [
        Visit(day=day, product=product, units=units) for day, units in zip(treatment.days, treatment.units, strict=True)
    ]
    doses = Schedule(tuple(visits)).doses(population.parameters.spread)
    return doses._replace(units=doses.units * (potency / product.relative_potency))


def _list_numbers(population: Population, *, on_need: bool) -> tuple[Any, ...]:
    # Return the numbers that a course depends on. Treatments on need also depend on what raters see.
    if on_need:
        return (population,)
    names = ("omega_potency", "omega_light_chain", "omega_depot", "omega_visit", "correlation_potency_light_chain")
    constants = population.parameters.constants()._replace(q=0.0)
    return (constants, population.parameters.spread, *(population.value(name) for name in names))


def _find_chances_of_treatment(line: Line, kinds: npt.NDArray[np.intp], retreat: Retreat, raters: Raters) -> Array:
    # Return the chance that each patient has been treated again by each look, shape (looks, k).
    chances = np.empty(line.frown.shape)
    for place, kind in enumerate(raters.kinds()):
        own = kinds == place
        lines = Line(line.frown[:, own], line.rest[:, own])
        chances[:, own] = chance_seen_at(lines, retreat.grade, retreat.assessor, kind, raters)
    return chances


def _find_days(looks: Array, chances: Array, uniform: Array, every: float) -> Array:
    # Return the day on which each patient is treated again; `chances` has the shape (looks, k).
    treated = chances >= uniform
    after = treated.argmax(axis=0)
    before, patients = np.maximum(after - 1, 0), np.arange(len(uniform))
    low, high = chances[before, patients], chances[after, patients]
    part = (uniform - low) / np.where(high > low, high - low, 1.0)
    between = looks[before] + part * (looks[after] - looks[before]) + every / 2
    days = np.where(after == 0, looks[0], np.minimum(between, looks[-1]))
    result: Array = np.where(treated.any(axis=0), days, looks[-1])
    return result
