"""Virtual patients who have visits at an interval or on need: in how many a level is kept, how long, at what cost."""

from __future__ import annotations

import datetime
import math
from typing import Any, NamedTuple, Self

import numpy as np

from ..checks import check_integer, check_type
from ..defaults import SEED
from ..errors import InputError
from ..labels import PERCENTILES, SHARES
from ..model import Array
from ..model.carried import Carried
from ..model.equations import Model
from ..parameters import Parameters
from ..patients.draws import OF_PATIENT, REPLICATES, draw, monte_carlo_error
from ..patients.few import PATIENTS, SAMPLE, plan_few
from ..patients.population import Population
from ..patients.treated import Treated
from ..provenance import make_block, name_functions
from ..times import YEAR
from ..treatment.description import name_treatment
from ..treatment.schedule import Schedule
from .followed import FAINT, Followed, OnDays, OnNeed, Policy, choose_times, find_past_peak
from .patient import Patient

AT_ONCE = 2048  # patients who are followed at the same time, a limit on memory
LOWEST = tuple(f"lowest_{name}" for name in PERCENTILES)  # columns: percentiles of the lowest effect


class People(NamedTuple):
    """Virtual patients who have the same visit again and again; the dose counts as even along the muscle.

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
    def around(cls, patient: Patient, population: Population, patients: int | None) -> Self:
        """Return patients of a population, whose typical patient is `patient`; default: `SAMPLE` patients."""
        count = check_integer(SAMPLE if patients is None else patients, PATIENTS)
        once = Schedule((patient.visit,)).evenly()
        return cls(patient, plan_few(once, population, float(patient.horizon), patient.model), count)

    def follow(self, policy: Policy, *, losers: bool = True) -> Followed:
        """Return what each patient has had at the end of the horizon.

        Parameters
        ----------
        policy : OnDays or OnNeed
        losers : bool
            Whether patients who have lost the level are followed to the end; else only up to the visit before which
            they lose it.
        """
        parts = self._draw(policy.count_visits(self.patient.horizon))
        followed = [self._follow(part, policy, losers=losers) for part in parts]
        return Followed(*(np.concatenate(values) for values in zip(*followed, strict=True)))

    def _follow(self, normals: Array, policy: Policy, *, losers: bool) -> Followed:
        # Patients go on from visit to visit, so that memory does not grow with the number of visits.
        keep, result = self.patient.keep, Followed.begin(len(normals))
        going, start, visit = np.arange(len(normals)), None, 0
        while len(going):
            some = result.select(going)
            left = self.patient.horizon - some.last_visit
            times = choose_times(min(policy.find_latest(visit), left.max()))
            columns = [*range(OF_PATIENT), OF_PATIENT + visit]
            cohort = self.treated.solve(normals[going][:, columns], start)
            effect = cohort.visible_at(times)
            waits = policy.find_waits(visit, times, effect)
            ends = np.minimum(waits, left)
            some = some.go_on(times, effect, ends, keep)
            result.update(going, some)
            again = (waits < left) & (losers | (some.lowest >= keep))
            start = Carried(*(values[again] for values in cohort.carry(ends)))
            going, visit = going[again], visit + 1
            result.last_visit[going] += waits[again]
        return result

    def find_loss_after_one(self) -> Array:
        """Return the day on which each patient loses the level after a single visit, shape (k,).

        It is 0 for a patient without any effect, and inf for one who keeps the level over the horizon.
        """
        times, days = choose_times(float(self.patient.horizon)), []
        for normals in self._draw(1):
            effect = self.treated.solve(normals).visible_at(times)
            lost = find_past_peak(effect) & (effect[1:] < self.patient.keep)
            first = np.where(lost.any(axis=0), times[1:][lost.argmax(axis=0)], np.inf)
            days.append(np.where(effect.max(axis=0) > FAINT, first, 0.0))
        return np.concatenate(days)

    def keeps(self, interval: float, share: float) -> bool:
        """Return whether visits at an interval keep the level in at least a share of the patients."""
        followed = self.follow(OnDays(tuple(self.patient.even_days(interval))), losers=False)
        return bool(self.kept(followed).sum() >= self.count(share))

    def count(self, share: float) -> int:
        """Return the least number of patients that is at least a share of them."""
        # 0.56 of 100 patients are 56 patients, though the product of the two floats is a little more.
        return math.ceil(share * self.patients * (1 - 1e-12))

    def kept(self, followed: Followed) -> Array:
        """Return for each patient 1 if the level is kept, else 0; shape (k,).

        It is kept if the effect is never below it between the first peak and the end of the horizon. In a patient who
        never reaches the level it is not kept.
        """
        return np.where(followed.lowest_after_peak >= self.patient.keep, 1.0, 0.0)

    def summarize(self, followed: Followed, price: float | None = None) -> dict[str, float]:
        """Return what `Comparison.people` has of a policy: shares, percentiles of the lowest effect, and the cost.

        Parameters
        ----------
        followed : Followed
            All patients, followed to the end of the horizon.
        price : float, optional
            The price of a unit; without it there is no cost.
        """
        kept, horizon = self.kept(followed), self.patient.horizon
        means = np.array([kept[place::REPLICATES].mean() for place in range(min(REPLICATES, len(kept)))])
        covered, visits = float(followed.days_above.mean()), float(followed.visits.mean())
        lowest = np.quantile(followed.lowest_after_peak, SHARES)
        return {
            "share_of_patients": float(kept.mean()),
            "share_error": float(monte_carlo_error(means)),
            "share_of_patient_days": covered / horizon,
            **dict(zip(LOWEST, map(float, lowest), strict=True)),
            **self.patient.find_cost(visits, covered, price),
        }

    def compare_interval(self, interval: float, price: float | None = None) -> dict[str, float]:
        """Return the row of an interval in `Comparison.people`."""
        followed = self.follow(OnDays(tuple(self.patient.even_days(interval))))
        return {"interval": interval} | self._make_row(followed, YEAR / interval, price)

    def compare_on_need(self, price: float | None = None) -> dict[str, float]:
        """Return the row of treatment on need in `Comparison.people`."""
        followed = self.follow(OnNeed(self.patient.keep, math.ceil(self.patient.visit.product.min_interval_days)))
        returned = followed.visits > 1
        years = np.where(returned, followed.last_visit, YEAR) / YEAR
        a_year = float(((followed.visits - 1) / years).mean())
        interval = YEAR / a_year if a_year else math.inf
        return {"interval": interval} | self._make_row(followed, a_year, price)

    def _make_row(self, followed: Followed, a_year: float, price: float | None) -> dict[str, float]:
        visits = {"visits": float(followed.visits.mean())}
        return self.summarize(followed, price) | visits | self.patient.count_a_year(a_year)

    def _draw(self, visits: int) -> list[Array]:
        # Return the standard normal numbers of the patients, in parts.
        normals = draw(self.patients, SEED, visits)
        return [normals[first : first + AT_ONCE] for first in range(0, self.patients, AT_ONCE)]


def choose_patients(
    keep: float,
    horizon: int,
    parameters: Parameters | None,
    population: Population | None,
    patients: int | None,
    start: datetime.date | str | None,
    visit: dict[str, Any],
    model: Model | None,
) -> tuple[Patient, People | None]:
    """Return the typical patient for a user's arguments, and the patients of the population if there is one."""
    if population is None:
        if patients is not None:
            raise InputError("patients", patients, "a population beside it", problem="is given without a population")
        return Patient.from_arguments(keep, horizon, parameters, start, visit, model), None
    if parameters is not None:
        allowed = "one of the two, since a population has the parameters of its typical patient"
        raise InputError("parameters and population", allowed=allowed, problem="are both given")
    typical = check_type(population, Population, "population").parameters
    patient = Patient.from_arguments(keep, horizon, typical, start, visit, model)
    return patient, People.around(patient, population, patients)


def describe_call(command: str, arguments: dict[str, Any], patient: Patient, people: People | None) -> dict[str, Any]:
    """Return how a result was made; `arguments` are those of the command alone, after checks."""
    once = patient.on([0.0])
    options = {"keep": patient.keep, "horizon": patient.horizon, **arguments, **name_functions(patient.model)}
    arms = {name_treatment(once): once}
    if people is None:
        return make_block(command, options, patient.parameters, arms=arms)
    options["patients"] = people.patients
    return make_block(command, options, people.treated.population, arms=arms, seed=SEED, sampler="sobol")
