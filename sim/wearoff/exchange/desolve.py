"""The model as a script of R, which needs the package deSolve alone.

The equations are printed from `model.equations` by sympy, as those of SBML are. The script counts in units of
onabotulinumtoxinA, as the equations do, and returns the columns of `Timeline.frame` at its end.
"""

from __future__ import annotations

import math
import textwrap
from importlib.metadata import version
from typing import Any

from .. import tables
from ..checks import check_type, checked_arguments
from ..model.equations import COMPARTMENTS, MODEL, STATES, Constants, Model, depth
from ..parameters import Parameters
from ..simulation import choose_days
from ..treatment.schedule import Schedule
from .formulas import WHOLE, call_function, call_slope, express_symbol, import_sympy, symbol

LOCAL = tuple(name for name in STATES if name not in WHOLE)  # the states of each zone

TOLERANCE = 1e-10


@checked_arguments()
def to_r(schedule: Schedule, parameters: Parameters | None = None, *, model: Model | None = None) -> str:
    """Return a script of R with the model, its constants and its visits.

    It needs the package deSolve. It leaves the data frame ``effect``, which has the columns of `Timeline.frame`, on the
    days that `simulate` chooses. All constants and visits can be changed in the script.

    Parameters
    ----------
    schedule : Schedule
    parameters : Parameters, optional
        The constants; default: ``Parameters()``.
    model : Model, optional
        With the user's own `force` or `uptake`, which must be written with arithmetic and powers.

    Returns
    -------
    str
        The script, in UTF-8. Its solver's relative and absolute tolerances are 1e-10.

    Raises
    ------
    InputError
        sympy is not installed, or a function of `model` is not a formula.

    Examples
    --------
    >>> script = to_r(Schedule.every(90, visits=2, units=20))
    >>> for line in script.splitlines():
    ...     if line.startswith(("k_depot", "uptake")):
    ...         print(line)
    k_depot <- log(2)/depot_half_life
    uptake <- function(dose) dose/(1 + dose/U50)
    """
    check_type(schedule, Schedule, "schedule")
    parameters = check_type(Parameters() if parameters is None else parameters, Parameters, "parameters")
    model = check_type(MODEL if model is None else model, Model, "model")
    parts = [
        _print_head(),
        _print_constants(parameters),
        _print_visits(schedule),
        _print_muscle(schedule),
        _print_equations(model),
        _print_doses(),
        _print_solution(schedule),
    ]
    return "\n".join(line for part in parts for line in [*part, ""]).rstrip("\n") + "\n"


def _print_head() -> list[str]:
    return [
        f"# The effect of a botulinum-toxin treatment, written by wearoff {version('wearoff')}.",
        "# source() leaves the data frame `effect`: time in days, amounts of toxin in units (U) of the first visit's",
        "# product, and fractions. The row at the time of a visit is after the injection.",
        "",
        "library(deSolve)",
    ]


def _print_constants(parameters: Parameters) -> list[str]:
    lines = ["# The constants."]
    table = parameters.table().to_dict("records")
    for row in table:
        unit = "a number" if row["unit"] == "1" else row["unit"]
        source = f"{row['kind']} ({row['status']}): {row['source']}"
        lines += _comment(f"{row['meaning']}. {source[0].upper()}{source[1:]}")
        lines.append(f"{row['name']} <- {_print_number(row['value'])}  # {unit}")
    lines += ["", "# Their symbols in the equations; rates are per day."]
    lines += [f"{row['symbol']} <- {_write(express_symbol(row['name']))}" for row in table]
    return lines


def _print_visits(schedule: Schedule) -> list[str]:
    products = list(dict.fromkeys(visit.product for visit in schedule))
    lines = ["# Units of onabotulinumtoxinA that one unit of each product is taken for."]
    for product in products:
        row = tables.column("products", "product")[product.name]
        lines += _comment(f"{product.name}: {row['potency_kind']}: {row['potency_source']}")
    potencies = (f"{product.name} = {_print_number(product.relative_potency)}" for product in products)
    return [
        *lines,
        f"relative_potency <- c({', '.join(potencies)})",
        "",
        "# The visits: day, units of the product, and injection sites (NA: the dose is even along the muscle).",
        'visits <- read.csv(text = "',
        "time,amt,product,sites",
        *(
            f"{_print_number(visit.day)},{_print_number(visit.units)},{visit.product.name},{visit.sites or 'NA'}"
            for visit in schedule
        ),
        '")',
    ]


def _print_muscle(schedule: Schedule) -> list[str]:
    muscle = schedule.visits[0].muscle.name
    row = tables.column("muscles", "muscle")[muscle]
    lines = [
        *_comment(f"The {muscle}: a strip whose length is in mm. {row['length_kind']}: {row['length_source']}"),
        f"muscle_length <- {_print_number(float(row['length']))}",
    ]
    if all(visit.sites is None for visit in schedule):
        return [*lines, "# The dose is even: one zone stands for all of it.", "place <- 0", "share <- 1"]
    return [
        *lines,
        "# Its zones: the Gauss-Legendre points in half of the strip, and their shares of it. The other half is alike.",
        "half <- 4 + ceiling(8 * muscle_length / sigma)",
        "i <- seq_len(2 * half - 1)",
        "jacobi <- matrix(0, 2 * half, 2 * half)",
        "jacobi[cbind(i, i + 1)] <- jacobi[cbind(i + 1, i)] <- i / sqrt(4 * i^2 - 1)",
        "legendre <- eigen(jacobi, symmetric = TRUE)",
        "upper <- order(legendre$values)[seq_len(half)]",
        "place <- (legendre$values[upper] + 1) * muscle_length / 2",
        "share <- 2 * legendre$vectors[1, upper]^2",
    ]


def _print_equations(model: Model) -> list[str]:
    constants = Constants(*map(symbol, Constants._fields))
    states = {name: symbol(name) for name in STATES}
    slopes, release = call_slope(states, constants, lambda _: symbol("force_of_muscle"))
    functions = {
        "uptake": ("dose", call_function(model.uptake, "uptake", symbol("dose"), constants)),
        "release_of": ("snap25", release),
        "force_of": ("release", call_function(model.force, "force", symbol("release"), constants)),
        "depth_of": ("visible, crease", depth(symbol("visible"), symbol("crease"), constants)),
    }
    local = ", ".join(f'"{name}"' for name in LOCAL)
    return [
        "# The equations. An argument is a number, or has one value for each zone.",
        *(f"{name} <- function({arguments}) {_write(formula)}" for name, (arguments, formula) in functions.items()),
        "",
        "# The states: those of each zone, then those of the whole muscle.",
        f"local <- c({local})",
        "zones <- length(share)",
        "columns <- function(name) (match(name, local) - 1) * zones + seq_len(zones)",
        "",
        "slope <- function(time, y, unused) {",
        *(f'  {name} <- y[columns("{name}")]' for name in LOCAL),
        *(f"  {name} <- y[zones * length(local) + {i}]" for i, name in enumerate(WHOLE, 1)),
        "  force_of_muscle <- sum(share * force_of(release_of(snap25)))",
        "  list(c(",
        *(f"    {_write(slopes[name])}{'' if name == [*STATES][-1] else ','}" for name in STATES),
        "  ))",
        "}",
    ]


def _print_doses() -> list[str]:
    return [
        "# The dose of each zone, divided by an even dose.",
        "relative_dose <- function(sites) {",
        "  if (is.na(sites)) return(1)",
        "  at <- (seq_len(sites) - 0.5) / sites * muscle_length",
        '  bells <- exp(-(outer(place, at, "-") / sigma)^2 / 2)',
        "  muscle_length / (sites * sigma * sqrt(2 * pi)) * rowSums(bells)",
        "}",
        "",
        "# What each visit adds to the depot. Doses of one day add up before uptake.",
        "events <- do.call(rbind, lapply(unique(visits$time), function(day) {",
        "  dose <- numeric(zones)",
        "  for (i in which(visits$time == day)) {",
        "    units <- visits$amt[i] * relative_potency[[visits$product[i]]]",
        "    dose <- dose + units * relative_dose(visits$sites[i])",
        "  }",
        '  data.frame(var = paste0("depot", seq_len(zones)), time = day, value = uptake(dose), method = "add")',
        "}))",
    ]


def _print_solution(schedule: Schedule) -> list[str]:
    days, end = choose_days(schedule)
    listed = f"c({', '.join(map(_print_number, days))})" if schedule.times else f"0:{end:.0f}"
    starts, of_muscle = (", ".join(f"{STATES[name]:g}" for name in names) for names in (LOCAL, WHOLE))
    whole = ", ".join(f'"{name}"' for name in WHOLE)
    date = [] if schedule.start is None else [f'  date = as.Date("{schedule.start}") + floor(days),']
    return [
        "# The solution.",
        *textwrap.wrap(f"days <- {listed}", 100),
        f"start <- c(rep(c({starts}), each = zones), {of_muscle})",
        f"names(start) <- c(paste0(rep(local, each = zones), seq_len(zones)), {whole})",
        "times <- sort(unique(c(0, visits$time, days)))",
        "solution <- ode(",
        f'  start, times, slope, NULL, method = "lsoda", rtol = {TOLERANCE:g}, atol = {TOLERANCE:g},',
        "  maxsteps = 1e6, events = list(data = events)",
        ")",
        "# deSolve reports the depot before what is added at that time.",
        "after <- cbind(match(events$time, times), match(events$var, colnames(solution)))",
        "solution[after] <- solution[after] + events$value",
        "solution <- solution[match(days, times), -1, drop = FALSE]",
        "",
        "zones_of <- function(name) solution[, columns(name), drop = FALSE]",
        "mean_of <- function(values) drop(values %*% share)",
        "first <- relative_potency[[visits$product[1]]]",
        "effect <- data.frame(",
        "  time = days,",
        *date,
        *(f'  {name} = mean_of(zones_of("{name}")) / first,' for name in COMPARTMENTS),
        '  snap25 = mean_of(zones_of("snap25")),',
        '  release = mean_of(release_of(zones_of("snap25"))),',
        '  force = mean_of(force_of(release_of(zones_of("snap25")))),',
        *(f'  {name} = solution[, "{name}"],' for name in WHOLE),
        "  row.names = NULL",
        ")",
        "effect$depth <- depth_of(effect$visible, effect$crease)",
    ]


def _write(formula: Any) -> str:
    return str(import_sympy().rcode(formula, order="none", full_prec=False))


def _print_number(value: float) -> str:
    return "Inf" if math.isinf(value) else repr(float(value)).removesuffix(".0")


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, 116, initial_indent="# ", subsequent_indent="#   ")
