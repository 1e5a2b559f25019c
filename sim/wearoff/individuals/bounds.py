"""The upper end of the interval of an omega whose estimate is the least that a fit tries.

The likelihood is flat there, so that it has no standard error. The upper end is that of a profile: the omega is raised
step by step, the other numbers are fitted again with draws that are made anew, until the likelihood falls too far.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from ..labels import CONFIDENCE
from .solution import FIRST_ROUNDS, ROUNDS, Problem, Solution, evaluate_all, maximise

Array = npt.NDArray[np.float64]

STEPS = (0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 1.2, 1.6)


def find_upper_end(problem: Problem, solution: Solution, place: int) -> float:
    """Return the omega from which on twice the logarithm of the likelihood is too much below its largest value.

    Parameters
    ----------
    problem : Problem
    solution : Solution
    place : int
        Of the omega among the numbers.

    Returns
    -------
    float
        The end of the 95 % interval; the largest step if the likelihood does not fall far enough.
    """
    number, allowed = problem.numbers.free[place], float(ndtri((1 + CONFIDENCE) / 2)) ** 2
    best = evaluate_all(problem, solution.likelihood, solution.x)[0]
    x, likelihood = solution.x.copy(), solution.likelihood
    before, fallen = number.back(x[place]), 0.0
    turn = FIRST_ROUNDS + ROUNDS + len(STEPS) * 2 * place
    for step in STEPS:
        x[place] = number.to(step)
        for all_draws in (False, True):
            turn += 1
            likelihood = problem.sample(x, turn, likelihood, all_draws=all_draws)
        x, _ = maximise(problem, likelihood, x, fixed=place)
        now = 2 * (best - evaluate_all(problem, likelihood, x)[0])
        if now >= allowed:
            # Near 0 the likelihood depends on the square.
            part = (allowed - fallen) / (now - fallen)
            return float(np.sqrt(before**2 + part * (step**2 - before**2)))
        before, fallen = step, max(now, 0.0)
    return STEPS[-1]
