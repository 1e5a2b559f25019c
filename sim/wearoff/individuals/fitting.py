"""Fits to patients one by one: the numbers of a population that make their grades most likely.

The likelihood of a patient is the integral over the people of the population: over potency, loss of the light chain,
release from the depot, crease share, and the doses' factors. Weighted draws compute it, and stay the same while the
numbers change, so that it is smooth. The estimates are those of maximum likelihood, unless the plausible ranges count
as priors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from ..checks import Limits, check_integer, check_type, checked_arguments, one_or_many
from ..defaults import SEED
from ..errors import InputError, warn
from ..forecasts.histories import Histories
from ..forecasts.looks import REPEATED, describe_repeats
from ..model.equations import Model
from ..model.response import read_model
from ..patients.draws import REPLICATES, given_seed, seed_of
from ..patients.population import Population
from ..provenance import make_block, name_functions
from .effects import read_effects
from .estimates import (
    measure_goodness,
    tabulate_correlations,
    tabulate_estimates,
    tabulate_patients,
    tabulate_shrinkage,
)
from .looks import Terms, read_looks
from .numbers import ERRORS, Numbers
from .result import IndividualFit
from .solution import ROUNDS, SETTLED, Problem, solve

ALWAYS_FREE = ("potency", "light_chain_half_life", "omega_potency", "omega_light_chain")
DRAWS = Limits("draws", 256, 2**20)
# Fewer effective draws of a patient, or a larger Monte Carlo error (in standard errors), do not give an answer that can
# be trusted.
FEWEST, LARGEST_ERROR = 50.0, 0.25


@checked_arguments()
def fit_patients(
    data: Histories,
    free: str | Sequence[str] | None = None,
    *,
    effects: Mapping[str, str | Sequence[str]] | None = None,
    population: Population | None = None,
    ranges: bool = False,
    draws: int = 4096,
    rng: np.random.Generator | int | None = SEED,
    progress: Callable[[int], None] | None = None,
    model: Model | None = None,
) -> IndividualFit:
    """Return a fit of chosen numbers to patients; the arguments are those of `wearoff.fit`."""
    check_type(data, Histories, "data")
    people = Population() if population is None else check_type(population, Population, "population")
    model = read_model(model, people.parameters.constants())
    count, seed = check_integer(draws, DRAWS), seed_of(rng)
    if count % REPLICATES:
        raise InputError("draws", count, f"a multiple of {REPLICATES}")
    _warn_of_repeats(data)
    seen = _leave_out(data)
    looks = read_looks(seen, people)
    names = list(one_or_many(free, str, "free")) if free is not None else _choose_free(looks.rater)
    numbers = Numbers.of(names, read_effects(effects, seen.covariates), seen, people)
    terms = Terms.of(seen, list(people.raters.kinds()))
    problem = Problem(numbers, looks, terms, count, seed, check_type(ranges, bool, "ranges"), model, progress)
    solution = solve(problem, numbers.transform({}))
    arguments = {
        "free": [number.name for number in numbers.free],
        "effects": [effect.name for effect in numbers.effects],
        "ranges": ranges,
        "draws": count,
        **name_functions(model),
    }
    result = IndividualFit(
        solution.point.population,
        tabulate_estimates(problem, solution),
        tabulate_correlations(solution),
        {effect.covariate: effect.reference for effect in numbers.effects},
        tabulate_patients(solution, list(seen)),
        tabulate_shrinkage(solution),
        measure_goodness(solution),
        make_block("fit", arguments, people, seed=given_seed(rng), sampler="sobol"),
        seen,
        solution,
    )
    _warn_of_errors(result)
    return result


def _choose_free(rater: npt.NDArray[np.int64]) -> list[str]:
    # Without names: potency and loss of the light chain, how patients differ in them, and the errors of the raters.
    return [*ALWAYS_FREE, *(name for place, name in enumerate(ERRORS) if place in rater)]


def _leave_out(data: Histories) -> Histories:
    # Return the patients of whom something was seen.
    seen = {patient: history for patient, history in data.items() if history.seen}
    if not seen:
        raise InputError("data", allowed="at least 1 patient of whom something was seen", problem="has no grade")
    if len(seen) == len(data):
        return data
    warn(f"nothing was seen of {len(data) - len(seen)} of {len(data)} patients, who are left out")
    return Histories(seen, data.covariates.loc[list(seen)])


def _warn_of_repeats(data: Histories) -> None:
    # An ID may be a name, so that a patient is named by a place.
    repeats = [(place, text) for place, text in enumerate(map(describe_repeats, data.values()), 1) if text]
    if repeats:
        (place, text), count = repeats[0], len(repeats) - 1
        more = f", and {count} more {'patients have' if count > 1 else 'patient has'} such looks" if count else ""
        warn(f"patient {place} of {len(data)} has {text}{more}: {REPEATED}")


def _warn_of_errors(result: IndividualFit) -> None:
    solution, least = result.solution, result.goodness["least_effective"]
    error = float(result.estimates["monte_carlo"].max())
    if solution.moved > SETTLED:
        warn(f"the fit has not settled after {ROUNDS} rounds; free fewer numbers, or ask for more draws")
    elif least < FEWEST or error > LARGEST_ERROR:
        warn(
            f"the fit cannot be trusted: a patient has {least:.0f} effective draws, and an estimate has a Monte Carlo "
            f"error of {error:.2f} standard errors; ask for more draws"
        )
