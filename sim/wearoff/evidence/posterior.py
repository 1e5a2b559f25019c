"""What rows and priors say of the numbers of a fit together, intervals of it and draws from it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from ..errors import InputError
from ..patients.population import Population
from ..patients.uncertainty import Draws
from .deviations import locate
from .likelihood import Problem
from .marginals import Marginal, find_marginal
from .numbers import POTENCY, Number
from .solution import Solution, Spread, find_errors_of_deviations, find_standard_quantiles

Array = npt.NDArray[np.float64]

# The third number tells the generator of these draws from those of the patients.
STREAM = (0, 2)
MOST_TRIES = 1000  # for each draw, until it is inside the range that was searched


class Posterior(NamedTuple):
    """What rows and priors say of f numbers on the transformed scale.

    Each number has Student's t distribution around its estimate, and each deviation between patients its `Marginal`.
    The correlations are those of a normal distribution (Gaussian copula).

    Parameters
    ----------
    numbers : tuple of Number
        The numbers of the problem, then the deviations between trials.
    mean : ndarray, shape (f,)
        The estimates.
    covariance : ndarray, shape (f, f)
        Deviations between trials count as independent of each other and of the other numbers.
    errors : ndarray, shape (f,)
        The standard errors; infinite for a number that is not determined.
    low, high : ndarray, shape (f,)
        The range that was searched.
    flat : tuple of str
        The directions that are not determined, in words.
    freedom : float
        The degrees of freedom of the t distributions; infinite if they are normal.
    marginals : dict of int to Marginal
        Of the deviations between patients that are determined, by place.
    """

    numbers: tuple[Number, ...]
    mean: Array
    covariance: Array
    errors: Array
    low: Array
    high: Array
    flat: tuple[str, ...]
    freedom: float
    marginals: dict[int, Marginal]

    @classmethod
    def of(cls, problem: Problem, solution: Solution) -> Posterior:
        """Return the posterior of a solution."""
        of_trials = solution.of_trials
        spread = Spread.of(solution.information())
        of_deviations = find_errors_of_deviations(problem, solution)[0]
        fitted, count = len(problem.numbers), len(of_trials)
        covariance = np.zeros((fitted + count, fitted + count))
        covariance[:fitted, :fitted] = spread.covariance
        covariance[range(fitted, fitted + count), range(fitted, fitted + count)] = of_deviations**2
        middle, width = np.array([number.prior for number in of_trials]).reshape(-1, 2).T
        flat = [describe_direction([number.name for number in problem.numbers], each) for each in spread.flat]
        flat += [number.name for number, error in zip(of_trials, of_deviations, strict=True) if not np.isfinite(error)]
        marginals = {
            i: find_marginal(problem, solution, i)
            for i, number in enumerate(problem.numbers)
            if number.is_deviation and np.isfinite(spread.deviations[i])
        }
        return cls(
            (*problem.numbers, *of_trials),
            np.append(solution.linear.x, np.log(solution.deviations[locate(of_trials)])),
            covariance,
            np.append(spread.deviations, of_deviations),
            np.append(problem.low, middle - 4 * width),
            np.append(problem.high, middle + 4 * width),
            tuple(flat),
            solution.freedom,
            marginals,
        )

    def find_quantiles(self, shares: Array) -> Array:
        """Return the values below which some shares of each number's distribution are, shape (..., f) as `shares`.

        A number that is not determined has the ends of the range that was searched.
        """
        standard = find_standard_quantiles(self.freedom, shares)
        determined = np.isfinite(self.errors)
        ends = np.where(shares < 0.5, self.low, self.high)
        result: Array = np.where(determined, self.mean + standard * np.where(determined, self.errors, 0.0), ends)
        for i, marginal in self.marginals.items():
            result[..., i] = marginal.find_quantiles(shares[..., i])
        return result

    def draw(self, count: int, seed: int) -> tuple[Array, int]:
        """Return transformed numbers, shape (count, f), and how many more were out of range and drawn again.

        The first draws of a seed do not depend on their number.

        Raises
        ------
        InputError
            A direction is not determined, or next to no draw is inside the range that was searched.
        """
        if self.flat:
            problem = f"has directions that rows and priors do not determine: {'; '.join(self.flat)}"
            raise InputError("fit", self.flat, "ranges=True, or fewer numbers in free", problem=problem)
        values, vectors = np.linalg.eigh(self.covariance)
        root = vectors * np.sqrt(np.maximum(values, 0.0)) / np.where(self.errors > 0, self.errors, 1.0)[:, None]
        generator = np.random.default_rng([seed, *STREAM])
        inside, tried, kept = np.empty((0, len(self.mean))), 0, 0
        while kept < count:
            if tried >= MOST_TRIES * count:
                problem = f"has {kept} of {tried} draws inside the range that it searched"
                raise InputError("fit", kept, "estimates inside their ranges", problem=problem)
            normals = generator.standard_normal((count, len(self.mean))) @ root.T
            drawn = self.find_quantiles(ndtr(normals))
            valid = np.flatnonzero(((drawn >= self.low) & (drawn <= self.high)).all(axis=1))[: count - kept]
            inside = np.concatenate([inside, drawn[valid]])
            kept += len(valid)
            tried += int(valid[-1]) + 1 if kept == count else count
        return inside, tried - count


def describe_direction(names: list[str], direction: Array) -> str:
    """Return a direction in words: its larger parts, on the transformed scale.

    Examples
    --------
    >>> describe_direction(["potency", "spread"], np.array([0.8, -0.6]))
    '+0.80 potency -0.60 spread'
    """
    return " ".join(f"{x:+.2f} {name}" for name, x in zip(names, direction, strict=True) if abs(x) > 0.3)


def draw_populations(posterior: Posterior, centre: Population, count: int, seed: int) -> Draws:
    """Return populations whose fitted numbers are drawn; the others are those of `centre`.

    Raises
    ------
    InputError
        Only relative potencies were fitted, which are not of the population; or as for `Posterior.draw`.
    """
    own = [i for i, number in enumerate(posterior.numbers) if not number.name.startswith(POTENCY)]
    if not own:
        problem = "has relative potencies alone, which are not of the population"
        names = [number.name for number in posterior.numbers]
        raise InputError("free", names, "a number of the population", problem=problem)
    drawn, redrawn = posterior.draw(count, seed)
    values = [{posterior.numbers[i].name: posterior.numbers[i].back(row[i]) for i in own} for row in drawn]
    return Draws(populations=tuple(centre.replace(**each) for each in values), centre=centre, redrawn=redrawn)
