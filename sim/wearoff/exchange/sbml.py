"""The whole model as SBML Level 3 Version 2: constants with their sources, zones as species, visits as events.

The constants have the names and units of `Parameters`. Initial assignments compute the symbols of the equations from
them, so that a constant can be changed in another program. Every column of `Timeline.frame` has its name in the file.
With injection sites the muscle has zones. Zone i then has its own ``depot_i`` to ``force_i``, and the names without a
number are means over the zones.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import tables
from ..checks import check_type, checked_arguments
from ..labels import COLUMNS
from ..model.equations import CHAIN, COMPARTMENTS, MODEL, STATES, Model
from ..parameters import Parameters
from ..treatment.muscles import zones
from ..treatment.schedule import Schedule
from ..treatment.visit import Visit
from .elements import (
    ONE,
    add_compartment,
    add_constant,
    add_derived_constant,
    add_event,
    add_reaction,
    add_species,
    add_state,
    add_unit,
    add_variable,
    describe,
    import_libsbml,
)
from .formulas import WHOLE, Formulas, derive_formulas, derive_uptake, express_symbol, symbol, write

if TYPE_CHECKING:
    import libsbml

LEVEL, VERSION = 3, 2

UNIT_IDS = {"day": "day", "U": "U", "1/(U day)": "per_U_day", "mm": "mm", "fraction": ONE, "1": ONE}

GIVEN_BY_USER = "given by the user"


class Zone(NamedTuple):
    """A zone of the muscle: the ending of its names, and the name of its share of the muscle."""

    ending: str = ""
    share: str = ""


@checked_arguments()
def to_sbml(schedule: Schedule, parameters: Parameters | None = None, *, model: Model | None = None) -> str:
    """Return the text of an SBML file with the model, its constants and its visits.

    Parameters
    ----------
    schedule : Schedule
        Every day of visits becomes an event.
    parameters : Parameters, optional
        The constants; default: ``Parameters()``.
    model : Model, optional
        With the user's own `force` or `uptake`, which must be written with arithmetic and powers.

    Returns
    -------
    str
        SBML Level 3 Version 2. Time in days, amounts in units of the first visit's product.

    Raises
    ------
    InputError
        python-libsbml or sympy is not installed; a constant is so small or so large that libsbml does not read it back;
        or a function of `model` is not a formula.

    Notes
    -----
    libsbml writes 15 digits of a number. Annotations have all digits, so that `read_case` returns exactly the same
    constants and visits.

    Examples
    --------
    >>> text = to_sbml(Schedule.every(90, visits=4, units=20))
    >>> text.count("<species "), text.count("<event ")
    (5, 4)
    """
    document = to_document(
        schedule, Parameters() if parameters is None else parameters, MODEL if model is None else model
    )
    return str(import_libsbml().writeSBMLToString(document))


def to_document(schedule: Schedule, parameters: Parameters, model: Model = MODEL) -> libsbml.SBMLDocument:
    """Return the model, its constants and its visits as a document of libsbml."""
    check_type(schedule, Schedule, "schedule")
    check_type(parameters, Parameters, "parameters")
    check_type(model, Model, "model")
    document = import_libsbml().SBMLDocument(LEVEL, VERSION)
    target = document.createModel()
    _describe_model(target, schedule, parameters, custom=model != MODEL)
    _add_products(target, schedule)
    _add_constants(target, schedule, parameters)
    first = _name_potency(schedule.visits[0].product.name)
    strip = _add_zones(target, schedule, parameters.spread)
    for zone in strip:
        formulas = derive_formulas(model, first, zone.ending)
        _add_chain(target, zone, formulas)
        _add_response(target, zone, formulas)
    _add_muscle(target, strip, formulas)
    _add_visits(target, schedule, strip, model)
    return document


def _describe_model(model: libsbml.Model, schedule: Schedule, parameters: Parameters, *, custom: bool) -> None:
    # Add the description and the origin of the model, its units, and its one compartment.
    model.setId("wearoff")
    model.setMetaId("wearoff")
    model.setName("effect of a botulinum-toxin treatment")
    first = schedule.visits[0].product.name
    description = (
        f"The effect of a botulinum-toxin treatment, written by wearoff {version('wearoff')}. Time in days; amounts in "
        f"units (U) of {first}, taken up. Every parameter has its source in its notes"
    )
    if custom:
        description += f". The force or the uptake is {GIVEN_BY_USER}"
    annotations = {"preset": parameters.origin}
    if schedule.start is not None:
        annotations["start"] = schedule.start.isoformat()
    if schedule.times:
        annotations["times"] = " ".join(map(repr, schedule.times))
    describe(model, description, **annotations)
    sbml = import_libsbml()
    for qualifier, address in (
        (sbml.BQM_IS_DERIVED_FROM, "https://identifiers.org/biomodels.db:BIOMD0000000178"),
        (sbml.BQM_IS_DESCRIBED_BY, "https://identifiers.org/doi:10.1007/s10928-008-9087-3"),
    ):
        term = sbml.CVTerm(sbml.MODEL_QUALIFIER)
        term.setModelQualifierType(qualifier)
        term.addResource(address)
        model.addCVTerm(term)
    # A unit of toxin is a number of things, not a mass.
    add_unit(model, "U", item=1)
    add_unit(model, "day", day=1)
    add_unit(model, "per_day", day=-1)
    add_unit(model, "per_U_day", item=-1, day=-1)
    add_unit(model, "mm", mm=1)
    model.setSubstanceUnits("U")
    model.setExtentUnits("U")
    model.setTimeUnits("day")
    add_compartment(model, "muscle")


def _add_products(model: libsbml.Model, schedule: Schedule) -> None:
    # Add the relative potency of each product.
    for product in dict.fromkeys(visit.product.name for visit in schedule):
        row = tables.column("products", "product")[product]
        meaning = f"units of onabotulinumtoxinA that one unit of {product} is taken for"
        source = f"{row['potency_kind']}: {row['potency_source']}"
        add_constant(model, _name_potency(product), float(row["relative_potency"]), ONE, meaning, source)


def _add_constants(model: libsbml.Model, schedule: Schedule, parameters: Parameters) -> None:
    # Add the constants under the user's names, and the symbols of the equations, which are computed from them.
    first = _name_potency(schedule.visits[0].product.name)
    # The constants are given for onabotulinumtoxinA, the amounts in units of the first product.
    formulas = {"potency": f"potency * {first}", "dose_at_half_uptake": f"dose_at_half_uptake / {first}"}
    for row in parameters.table().to_dict("records"):
        name, value, units = row["name"], row["value"], UNIT_IDS[row["unit"]]
        source = f"{row['kind']} ({row['status']}): {row['source']}"
        add_constant(model, name, value, units, row["meaning"], source, exact=repr(value))
        is_rate = name.endswith("_half_life")
        formula = formulas.get(name, write(express_symbol(name)))
        meaning = f"symbol of {name} in the equations"
        add_derived_constant(model, row["symbol"], formula, "per_day" if is_rate else units, meaning, f"made of {name}")


def _add_zones(model: libsbml.Model, schedule: Schedule, spread: float) -> list[Zone]:
    # Add and return the zones of the muscle. Each zone has a relative dose for each number of sites.
    numbers = list(dict.fromkeys(visit.sites for visit in schedule if visit.sites is not None))
    if not numbers:
        return [Zone()]
    row = tables.column("muscles", "muscle")[schedule.visits[0].muscle.name]
    length = float(row["length"])
    source = f"{row['length_kind']}: {row['length_source']}"
    add_constant(model, "muscle_length", length, "mm", f"length of the {row['muscle']}", source)
    strip = []
    for i, (place, weight) in enumerate(zip(*zones(length, spread), strict=True), 1):
        zone = Zone(f"_{i}", f"share_{i}")
        both = f"zone {i} and its mirror image"
        add_constant(
            model, f"place_{i}", place, "mm", f"{both}: distance from the muscle's end", "Gauss-Legendre point"
        )
        add_constant(model, zone.share, weight, ONE, f"{both}: share of the muscle", "Gauss-Legendre weight")
        for sites in numbers:
            # The sum of the sites' normal densities at this place, divided by the density of an even dose.
            shares = [f"{(site + 0.5) / sites!r}" for site in range(sites)]
            bells = (f"exp(-((place_{i} - {share} * muscle_length) / sigma)^2 / 2)" for share in shares)
            even = f"muscle_length / ({sites} * sigma * sqrt(2 * pi))"
            formula, meaning = f"{even} * ({' + '.join(bells)})", f"{both}: dose against that of an even one"
            add_derived_constant(
                model, _name_relative_dose(sites, zone), formula, ONE, meaning, "made of spread and muscle_length"
            )
        strip.append(zone)
    return strip


def _add_chain(model: libsbml.Model, zone: Zone, formulas: Formulas) -> None:
    # Add the compartments and the steps between them; the last step is the loss.
    for name in COMPARTMENTS:
        add_species(model, name + zone.ending, "muscle", COLUMNS[name].label)
    for step in CHAIN:
        target = step.target and step.target + zone.ending
        add_reaction(model, step.name + zone.ending, step.source + zone.ending, target, formulas.flows[step.name])


def _add_response(model: libsbml.Model, zone: Zone, formulas: Formulas) -> None:
    # Add the quantities that follow from the light chain in a zone: SNAP-25, the release and the force.
    add_state(model, f"snap25{zone.ending}", STATES["snap25"], formulas.slopes["snap25"], COLUMNS["snap25"].label)
    add_variable(model, f"release{zone.ending}", formulas.release, ONE, COLUMNS["release"].label)
    add_variable(model, f"force{zone.ending}", formulas.force, ONE, COLUMNS["force"].label)


def _add_muscle(model: libsbml.Model, strip: list[Zone], formulas: Formulas) -> None:
    # Add the quantities of the whole muscle.
    if strip[0].share:
        for name in (*COMPARTMENTS, "snap25", "release", "force"):
            mean = " + ".join(f"{zone.share} * {name}{zone.ending}" for zone in strip)
            units = "U" if name in COMPARTMENTS else ONE
            add_variable(model, name, mean, units, f"{name}, the mean over the muscle")
    for name in WHOLE:
        add_state(model, name, STATES[name], formulas.slopes[name], COLUMNS[name].label)
    add_variable(model, "depth", formulas.depth, ONE, COLUMNS["depth"].label)


def _add_visits(model: libsbml.Model, schedule: Schedule, strip: list[Zone], equations: Model) -> None:
    # Add a day and units for each visit. Visits of one day are one event, because their doses add up before uptake.
    first = schedule.visits[0].product.name
    days: dict[float, list[tuple[int, Visit]]] = {}
    for number, visit in enumerate(schedule, 1):
        annotations = {"exact": repr(visit.units), "product": visit.product.name, "muscle": visit.muscle.name}
        place = "evenly"
        if visit.sites is not None:
            annotations["sites"] = str(visit.sites)
            place = f"at {visit.sites} site(s)"
        day, exact_day = f"visit {number}: its day", repr(visit.day)
        units = f"visit {number}: units of {visit.product.name} in the {visit.muscle.name}, {place}"
        add_constant(model, f"day_{number}", visit.day, "day", day, GIVEN_BY_USER, exact=exact_day)
        add_constant(model, f"units_{number}", visit.units, "U", units, GIVEN_BY_USER, **annotations)
        days.setdefault(visit.day, []).append((number, visit))
    for together in days.values():
        depots = {}
        for zone in strip:
            dose = sum(_derive_dose(number, visit, zone, first) for number, visit in together)
            depot = f"{CHAIN[0].source}{zone.ending}"
            depots[depot] = write(symbol(depot) + derive_uptake(equations, _name_potency(first), dose))
        number = together[0][0]
        add_event(model, f"visit_{number}", f"time >= day_{number}", depots)


def _derive_dose(number: int, visit: Visit, zone: Zone, first: str) -> Any:
    # Return the local dose in units of the first product, as a formula of sympy.
    dose = symbol(f"units_{number}")
    if visit.product.name != first:
        dose = dose * symbol(_name_potency(visit.product.name)) / symbol(_name_potency(first))
    if visit.sites is not None:
        dose = dose * symbol(_name_relative_dose(visit.sites, zone))
    return dose


def _name_potency(product: str) -> str:
    return f"relative_potency_{product}"


def _name_relative_dose(sites: int, zone: Zone) -> str:
    return f"relative_dose_{sites}_sites{zone.ending}"
