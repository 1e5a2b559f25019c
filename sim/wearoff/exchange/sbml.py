"""The whole model as SBML Level 3 Version 2: constants with their sources, zones as species, visits as events.

The constants bear the names and units of `Parameters`, and initial assignments make the symbols of the mathematics of
them: who changes a constant in another program changes all that follows from it. Every column of `Timeline.frame` has
its name in the file. With injection sites the muscle has zones; these names are then means over the zones, and zone i
has its own ``depot_i`` to ``force_i``.
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
    compartment,
    constant,
    derived_constant,
    describe,
    event,
    library,
    reaction,
    species,
    state,
    unit,
    variable,
)
from .formulas import Formulas, derive_formulas, derive_uptake, symbol, write

if TYPE_CHECKING:
    import libsbml

LEVEL, VERSION = 3, 2

UNITS = {"day": "day", "U": "U", "1/(U day)": "per_U_day", "mm": "mm", "fraction": ONE, "1": ONE}

MEANINGS = {
    name: row.label if row.unit == "U" else f"{row.label}, {row.unit}"
    for name, row in COLUMNS.items()
    if name != "time"
}
USER = "given by the user"


class Zone(NamedTuple):
    """A zone of the muscle: what its names end in, and the name of its share of the muscle."""

    ending: str = ""
    share: str = ""


@checked_arguments()
def to_sbml(schedule: Schedule, parameters: Parameters | None = None, *, model: Model | None = None) -> str:
    """Return the model with its constants and its visits as the text of an SBML file.

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
        python-libsbml or sympy is not installed; a constant is too small or too large for what libsbml reads back; or a
        function of `model` is not a formula.

    Notes
    -----
    libsbml writes 15 digits of a number. All of them stand in annotations, so that `read_case` gives back the very
    same constants and visits.

    Examples
    --------
    >>> text = to_sbml(Schedule.every(90, visits=4, units=20))
    >>> text.count("<species "), text.count("<event ")
    (5, 4)
    """
    document = to_document(
        schedule, Parameters() if parameters is None else parameters, MODEL if model is None else model
    )
    return str(library().writeSBMLToString(document))


def to_document(schedule: Schedule, parameters: Parameters, model: Model = MODEL) -> libsbml.SBMLDocument:
    """Return the same as a document of libsbml."""
    check_type(schedule, Schedule, "schedule")
    check_type(parameters, Parameters, "parameters")
    check_type(model, Model, "model")
    document = library().SBMLDocument(LEVEL, VERSION)
    target = document.createModel()
    _frame(target, schedule, parameters, own=model != MODEL)
    _products(target, schedule)
    _constants(target, schedule, parameters)
    first = _potency(schedule.visits[0].product.name)
    strip = _zones(target, schedule, parameters.spread)
    for zone in strip:
        formulas = derive_formulas(model, first, zone.ending)
        _chain(target, zone, formulas)
        _response(target, zone, formulas)
    _muscle(target, strip, formulas)
    _visits(target, schedule, strip, model)
    return document


def _frame(model: libsbml.Model, schedule: Schedule, parameters: Parameters, *, own: bool) -> None:
    # What the model is and where it comes from, its units, and its one compartment.
    model.setId("wearoff")
    model.setMetaId("wearoff")
    model.setName("effect of a botulinum-toxin treatment")
    first = schedule.visits[0].product.name
    words = (
        f"The effect of a botulinum-toxin treatment, written by wearoff {version('wearoff')}. Time in days; amounts in "
        f"units (U) of {first}, taken up. Every parameter has its source in its notes"
    )
    if own:
        words += f". The force or the uptake is {USER}"
    given = {"preset": parameters.origin}
    if schedule.start is not None:
        given["start"] = schedule.start.isoformat()
    if schedule.times:
        given["times"] = " ".join(map(repr, schedule.times))
    describe(model, words, **given)
    sbml = library()
    for qualifier, address in (
        (sbml.BQM_IS_DERIVED_FROM, "https://identifiers.org/biomodels.db:BIOMD0000000178"),
        (sbml.BQM_IS_DESCRIBED_BY, "https://identifiers.org/doi:10.1007/s10928-008-9087-3"),
    ):
        term = sbml.CVTerm(sbml.MODEL_QUALIFIER)
        term.setModelQualifierType(qualifier)
        term.addResource(address)
        model.addCVTerm(term)
    # A unit of toxin is counted: it is no mass.
    unit(model, "U", item=1)
    unit(model, "day", day=1)
    unit(model, "per_day", day=-1)
    unit(model, "per_U_day", item=-1, day=-1)
    unit(model, "mm", mm=1)
    model.setSubstanceUnits("U")
    model.setExtentUnits("U")
    model.setTimeUnits("day")
    compartment(model, "muscle")


def _products(model: libsbml.Model, schedule: Schedule) -> None:
    # What the units of each product are taken for.
    for product in dict.fromkeys(visit.product.name for visit in schedule):
        row = tables.column("products", "product")[product]
        meaning = f"units of onabotulinumtoxinA that one unit of {product} is taken for"
        source = f"{row['potency_kind']}: {row['potency_source']}"
        constant(model, _potency(product), float(row["relative_potency"]), ONE, meaning, source)


def _constants(model: libsbml.Model, schedule: Schedule, parameters: Parameters) -> None:
    # The constants in the user's words, and the symbols of the mathematics made of them.
    first = _potency(schedule.visits[0].product.name)
    # The constants are given for onabotulinumtoxinA, the amounts in units of the first product.
    formulas = {"potency": f"potency * {first}", "dose_at_half_uptake": f"dose_at_half_uptake / {first}"}
    for row in parameters.table().to_dict("records"):
        word, value, units = row["name"], row["value"], UNITS[row["unit"]]
        source = f"{row['kind']} ({row['status']}): {row['source']}"
        constant(model, word, value, units, row["meaning"], source, exact=repr(value))
        rate = word.endswith("_half_life")
        formula = f"ln(2) / {word}" if rate else formulas.get(word, word)
        meaning = f"symbol of {word} in the equations"
        derived_constant(model, row["symbol"], formula, "per_day" if rate else units, meaning, f"made of {word}")


def _zones(model: libsbml.Model, schedule: Schedule, spread: float) -> list[Zone]:
    # The zones of the muscle, and the relative dose that each number of sites brings to each.
    numbers = list(dict.fromkeys(visit.sites for visit in schedule if visit.sites is not None))
    if not numbers:
        return [Zone()]
    row = tables.column("muscles", "muscle")[schedule.visits[0].muscle.name]
    length = float(row["length"])
    source = f"{row['length_kind']}: {row['length_source']}"
    constant(model, "muscle_length", length, "mm", f"length of the {row['muscle']}", source)
    found = []
    for i, (place, weight) in enumerate(zip(*zones(length, spread), strict=True), 1):
        zone = Zone(f"_{i}", f"share_{i}")
        both = f"zone {i} and its mirror image"
        constant(model, f"place_{i}", place, "mm", f"{both}: distance from the muscle's end", "Gauss-Legendre point")
        constant(model, zone.share, weight, ONE, f"{both}: share of the muscle", "Gauss-Legendre weight")
        for sites in numbers:
            # The sites' normal densities at this place, against the same dose laid out evenly.
            shares = [f"{(site + 0.5) / sites!r}" for site in range(sites)]
            bells = (f"exp(-((place_{i} - {share} * muscle_length) / sigma)^2 / 2)" for share in shares)
            even = f"muscle_length / ({sites} * sigma * sqrt(2 * pi))"
            formula, meaning = f"{even} * ({' + '.join(bells)})", f"{both}: dose against that of an even one"
            derived_constant(model, _relative(sites, zone), formula, ONE, meaning, "made of spread and muscle_length")
        found.append(zone)
    return found


def _chain(model: libsbml.Model, zone: Zone, formulas: Formulas) -> None:
    # The compartments and the steps between them; the last step is the loss.
    for name in COMPARTMENTS:
        species(model, name + zone.ending, "muscle", MEANINGS[name])
    for step in CHAIN:
        target = step.target and step.target + zone.ending
        reaction(model, step.name + zone.ending, step.source + zone.ending, target, formulas.flows[step.name])


def _response(model: libsbml.Model, zone: Zone, formulas: Formulas) -> None:
    # What follows the light chain in each zone: SNAP-25, the release and the force.
    state(model, f"snap25{zone.ending}", STATES["snap25"], formulas.slopes["snap25"], MEANINGS["snap25"])
    variable(model, f"release{zone.ending}", formulas.release, ONE, MEANINGS["release"])
    variable(model, f"force{zone.ending}", formulas.force, ONE, MEANINGS["force"])


def _muscle(model: libsbml.Model, strip: list[Zone], formulas: Formulas) -> None:
    # What is seen of the muscle as a whole.
    if strip[0].share:
        for name in (*COMPARTMENTS, "snap25", "release", "force"):
            mean = " + ".join(f"{zone.share} * {name}{zone.ending}" for zone in strip)
            units = "U" if name in COMPARTMENTS else ONE
            variable(model, name, mean, units, f"{name}, the mean over the muscle")
    state(model, "visible", STATES["visible"], formulas.slopes["visible"], MEANINGS["visible"])


def _visits(model: libsbml.Model, schedule: Schedule, strip: list[Zone], equations: Model) -> None:
    # A visit is a day and units; visits of one day are one event, since their doses add up before they are taken up.
    first = schedule.visits[0].product.name
    days: dict[float, list[tuple[int, Visit]]] = {}
    for number, visit in enumerate(schedule, 1):
        given = {"product": visit.product.name, "muscle": visit.muscle.name}
        what = f"visit {number}: units of {visit.product.name} in the {visit.muscle.name}"
        words = f"{what}, evenly"
        if visit.sites is not None:
            given["sites"] = str(visit.sites)
            words = (
                f"visit {number}: units of {visit.product.name} in the {visit.muscle.name}, at {visit.sites} site(s)"
            )
        constant(model, f"day_{number}", visit.day, "day", f"visit {number}: its day", USER, exact=repr(visit.day))
        constant(model, f"units_{number}", visit.units, "U", words, USER, exact=repr(visit.units), **given)
        days.setdefault(visit.day, []).append((number, visit))
    for together in days.values():
        depots = {}
        for zone in strip:
            dose = sum(_dose(number, visit, zone, first) for number, visit in together)
            depot = f"{CHAIN[0].source}{zone.ending}"
            depots[depot] = write(symbol(depot) + derive_uptake(equations, _potency(first), dose))
        number = together[0][0]
        event(model, f"visit_{number}", f"time >= day_{number}", depots)


def _dose(number: int, visit: Visit, zone: Zone, first: str) -> Any:
    # The local dose in units of the first product, as a formula of sympy.
    dose = symbol(f"units_{number}")
    if visit.product.name != first:
        dose = dose * symbol(_potency(visit.product.name)) / symbol(_potency(first))
    if visit.sites is not None:
        dose = dose * symbol(_relative(visit.sites, zone))
    return dose


def _potency(product: str) -> str:
    return f"relative_potency_{product}"


def _relative(sites: int, zone: Zone) -> str:
    return f"relative_dose_{sites}_sites{zone.ending}"
