"""A treatment and the constants in words, for titles, legends and names of arms."""

from __future__ import annotations

from itertools import pairwise

from ..labels import name_dose
from ..parameters import Parameters
from .schedule import Schedule
from .visit import Visit


def name_treatment(schedule: Schedule) -> str:
    """Return a short name of a schedule: its first dose, product and number of visits.

    Examples
    --------
    >>> name_treatment(Schedule.every(84, visits=3, units=20))
    '20 U onabotulinumtoxinA, 3 visits'
    """
    first = schedule.visits[0]
    more = f", {len(schedule)} visits" if len(schedule) > 1 else ""
    return f"{name_dose(first.units, first.product.name)}{more}"


def describe_treatment(schedule: Schedule) -> str:
    """Return a schedule in words: visits, doses, products, interval, muscle and sites.

    Examples
    --------
    >>> describe_treatment(Schedule.once(units=20, sites=5))
    '20 U onabotulinumtoxinA, glabella, 5 sites'
    >>> describe_treatment(Schedule.every(90, visits=4, units=20))
    '4 visits of 20 U onabotulinumtoxinA every 90 days, glabella'
    >>> describe_treatment(Schedule.every(90, visits=2, units=20).touch_up(5))
    '3 visits of 5 to 20 U onabotulinumtoxinA, glabella'
    """
    visits = f"{len(schedule)} visits of " if len(schedule) > 1 else ""
    return f"{visits}{_describe_doses(schedule)}{_describe_interval(schedule)}, {_describe_place(schedule)}"


def describe_patient(schedule: Schedule, parameters: Parameters) -> str:
    """Return who is simulated: the typical patient, the treatment, and the constants that are not the default.

    Examples
    --------
    >>> describe_patient(Schedule.once(units=20), Parameters())
    'typical patient: 20 U onabotulinumtoxinA, glabella'
    >>> describe_patient(Schedule.once(units=20), Parameters(light_chain_half_life=60))
    'typical patient: 20 U onabotulinumtoxinA, glabella, light_chain_half_life 60 day'
    """
    return ", ".join([f"typical patient: {describe_treatment(schedule)}", *parameters.changes])


def name_patient(schedule: Schedule, parameters: Parameters) -> str:
    """Return the short name of a treatment with the constants that are not the default.

    Examples
    --------
    >>> name_patient(Schedule.once(units=20), Parameters.preset("serotype_E"))
    '20 U onabotulinumtoxinA, preset serotype_E'
    """
    return ", ".join([name_treatment(schedule), *parameters.changes])


def describe_visit(visit: Visit, parameters: Parameters) -> str:
    """Return the patient of one visit in words, without the visit's sites."""
    return describe_patient(Schedule((visit,)).evenly(), parameters)


def _describe_doses(schedule: Schedule) -> str:
    products = list(dict.fromkeys(visit.product.name for visit in schedule))
    if len(products) > 1:
        # Units of one product are not units of another.
        return " and ".join(products)
    units = sorted({visit.units for visit in schedule})
    doses = f"{units[0]:g}" if len(units) == 1 else f"{units[0]:g} to {units[-1]:g}"
    return f"{doses} U {products[0]}"


def _describe_interval(schedule: Schedule) -> str:
    intervals = [after.day - before.day for before, after in pairwise(schedule)]
    # The days of visits are multiples of the interval, so that their differences may differ by a rounding.
    if not intervals or max(intervals) - min(intervals) > 1e-6:
        return ""
    return f" every {intervals[0]:g} days"


def _describe_place(schedule: Schedule) -> str:
    numbers = {visit.sites for visit in schedule}
    muscle = schedule.visits[0].muscle.name.replace("_", " ")
    if len(numbers) > 1:
        return f"{muscle}, numbers of sites differ"
    sites = numbers.pop()
    return muscle if sites is None else f"{muscle}, {sites} {'site' if sites == 1 else 'sites'}"
