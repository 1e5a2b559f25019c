"""The whole model as SBML Level 3 Version 2: constants with their sources, zones as species, visits as events.

The constants bear the names and units of `Parameters`, and initial assignments make the symbols of the mathematics of
them: who changes a constant in another program changes all that follows from it. Every column of `Timeline.frame` has
its name in the file. With injection sites the muscle has zones; these names are then means over the zones, and zone i
has its own ``depot_i`` to ``force_i``.
"""

from __future__ import annotations

from importlib.metadata import version
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from .. import tables
from ..checks import check_type, checked_arguments
from ..parameters import Parameters
from ..treatment.muscles import zones
from ..treatment.schedule import Schedule
from ..treatment.visit import Visit
from .elements import ONE, compartment, constant, describe, event, library, reaction, species, state, unit, variable

if TYPE_CHECKING:
    import libsbml

LEVEL, VERSION = 3, 2

UNITS = {"day": "day", "U": "U", "1/(U day)": "per_U_day", "mm": "mm", "fraction": ONE, "1": ONE}

CHAIN = {
    "depot": "toxin in the injected depot",
    "free": "toxin free to bind",
    "bound": "toxin bound to the nerve ending",
    "endosome": "toxin in endosomes",
    "light_chain": "active light chain",
}
STEPS = {
    "liberation": "k_depot",
    "binding": "k_binding",
    "endocytosis": "k_endocytosis",
    "translocation": "k_translocation",
    "loss": "k_light_chain",
}
USER = "given by the user"


class Zone(NamedTuple):
    """A zone of the muscle: what its names end in, and the name of its share of the muscle."""

    ending: str = ""
    share: str = ""


@checked_arguments()
def to_sbml(schedule: Schedule, parameters: Parameters | None = None) -> str:
    """Return the model with its constants and its visits as the text of an SBML file.

    Parameters
    ----------
    schedule : Schedule
        Every day of visits becomes an event.
    parameters : Parameters, optional

    Returns
    -------
    str
        SBML Level 3 Version 2. Time in days, amounts in units of the first visit's product.

    Raises
    ------
    InputError
        python-libsbml is not installed, or a constant is too small or too large for what it reads back.

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
    constants = Parameters() if parameters is None else parameters
    return str(library().writeSBMLToString(to_document(schedule, constants)))


def to_document(schedule: Schedule, parameters: Parameters) -> libsbml.SBMLDocument:
    """Return the same as a document of libsbml."""
    check_type(schedule, Schedule, "schedule")
    check_type(parameters, Parameters, "parameters")
    document = library().SBMLDocument(LEVEL, VERSION)
    model = document.createModel()
    _frame(model, schedule, parameters)
    _products(model, schedule)
    _constants(model, schedule, parameters)
    strip = _zones(model, schedule, parameters.spread)
    for zone in strip:
        _chain(model, zone)
        _response(model, zone)
    _muscle(model, strip)
    _visits(model, schedule, strip)
    return document


def _frame(model: libsbml.Model, schedule: Schedule, parameters: Parameters) -> None:
    # What the model is and where it comes from, its units, and its one compartment.
    model.setId("wearoff")
    model.setMetaId("wearoff")
    model.setName("effect of a botulinum-toxin treatment")
    first = schedule.visits[0].product.name
    words = (
        f"The effect of a botulinum-toxin treatment, written by wearoff {version('wearoff')}. Time in days; amounts in "
        f"units (U) of {first}, taken up. Every parameter has its source in its notes"
    )
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
        formula = f"ln(2 dimensionless) / {word}" if rate else formulas.get(word, word)
        meaning = f"symbol of {word} in the equations"
        constant(model, row["symbol"], formula, "per_day" if rate else units, meaning, f"made of {word}")


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
            shares = [f"{(site + 0.5) / sites!r} dimensionless" for site in range(sites)]
            bells = (f"exp(-((place_{i} - {share} * muscle_length) / sigma)^2 / 2 dimensionless)" for share in shares)
            even = f"muscle_length / ({sites} dimensionless * sigma * sqrt(2 dimensionless * pi))"
            formula, meaning = f"{even} * ({' + '.join(bells)})", f"{both}: dose against that of an even one"
            constant(model, _relative(sites, zone), formula, ONE, meaning, "made of spread and muscle_length")
        found.append(zone)
    return found


def _chain(model: libsbml.Model, zone: Zone) -> None:
    # Four steps from the depot to the light chain, and its loss.
    for name, meaning in CHAIN.items():
        species(model, name + zone.ending, "muscle", meaning)
    for (step, rate), (before, after) in zip(STEPS.items(), pairwise((*CHAIN, None)), strict=True):
        amount = f"{before}{zone.ending}"
        reaction(model, step + zone.ending, amount, after and after + zone.ending, f"{rate} * {amount}")


def _response(model: libsbml.Model, zone: Zone) -> None:
    # SNAP-25, and the force that it leaves.
    intact, light_chain = f"snap25{zone.ending}", f"light_chain{zone.ending}"
    slope = f"k_snap25 * (1 dimensionless - {intact}) - k_cleave * {light_chain} * {intact}"
    state(model, intact, 1.0, slope, "intact SNAP-25 at the release sites, a fraction")
    force = f"(1 dimensionless + A50^h) * {intact}^h / (A50^h + {intact}^h)"
    variable(model, f"force{zone.ending}", force, ONE, "muscle force, a fraction of baseline")


def _muscle(model: libsbml.Model, strip: list[Zone]) -> None:
    # What is seen of the muscle as a whole.
    if strip[0].share:
        for name in (*CHAIN, "snap25", "force"):
            mean = " + ".join(f"{zone.share} * {name}{zone.ending}" for zone in strip)
            variable(model, name, mean, "U" if name in CHAIN else ONE, f"{name}, the mean over the muscle")
    variable(model, "release", "snap25", ONE, "acetylcholine release, a fraction of baseline")
    slope = "k_line * (1 dimensionless - force - visible)"
    state(model, "visible", 0.0, slope, "visible effect, the share of a full one")


def _visits(model: libsbml.Model, schedule: Schedule, strip: list[Zone]) -> None:
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
        doses = {zone: " + ".join(_dose(number, visit, zone, first) for number, visit in together) for zone in strip}
        # Divided so that there is no quotient of infinities where uptake does not saturate.
        depots = {
            f"depot{zone.ending}": f"depot{zone.ending} + ({dose}) / (1 dimensionless + ({dose}) / U50)"
            for zone, dose in doses.items()
        }
        number = together[0][0]
        event(model, f"visit_{number}", f"time >= day_{number}", depots)


def _dose(number: int, visit: Visit, zone: Zone, first: str) -> str:
    # The local dose in units of the first product.
    factors = [f"units_{number}"]
    if visit.product.name != first:
        factors.append(f"{_potency(visit.product.name)} / {_potency(first)}")
    if visit.sites is not None:
        factors.append(_relative(visit.sites, zone))
    return " * ".join(factors)


def _potency(product: str) -> str:
    return f"relative_potency_{product}"


def _relative(sites: int, zone: Zone) -> str:
    return f"relative_dose_{sites}_sites{zone.ending}"
