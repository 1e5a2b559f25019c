"""An independent solver of the equations: LSODA of ODEPACK at 1e-13 on a right-hand side made of `equations.slope`.

Small effects are differences of numbers near 1, the force for one. So that they keep their digits, the variables are
others: the share of SNAP-25 that is cleaved, the share of the force that is lost and the share of the crease that is
healed, all 0 without toxin. Sympy makes their slopes of the equations.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy
from scipy.integrate import odeint

from wearoff.model.equations import COMPARTMENTS, MODEL, STATES, Constants, Model, depth, slope

# Tight enough for columns whose largest value is small; tighter ones keep LSODA from moving.
ATOL = [*[1e-14] * len(COMPARTMENTS), 1e-15, 1e-20, 1e-20, 1e-20]

Array = npt.NDArray[np.float64]

COLUMNS = (*COMPARTMENTS, "snap25", "release", "force", "visible", "crease", "depth")


@cache
def right_hand_side(model: Model) -> tuple[Callable[..., list[float]], Callable[..., Array]]:
    """Return functions of numbers: the slopes of amounts, cleaved, lost, visible and healed; and the release."""
    constants = Constants(*sympy.symbols(Constants._fields))
    variables = sympy.symbols([*COMPARTMENTS, "cleaved", "lost", "visible", "healed"])
    *amounts, cleaved, lost, visible, healed = variables
    releases = []

    def force(release: Any, _: Constants) -> Any:
        releases.append(release)
        return 1 - lost

    states = [*amounts, 1 - cleaved, visible, 1 - healed]
    equations = dict(zip(STATES, slope(0, states, constants, force), strict=True))
    of_visible, of_cleaved, of_healed = equations.pop("visible"), -equations.pop("snap25"), -equations.pop("crease")
    # lost = 1 - force(release); its slope by the chain rule, factored, since there is no difference in it then.
    release = sympy.Symbol("release")
    steepness = sympy.factor(sympy.diff(sympy.nsimplify(model.force(release, constants), rational=True), release))
    of_lost = -steepness.subs(release, releases[0]) * sympy.diff(releases[0], cleaved) * of_cleaved
    slopes = [*equations.values(), of_cleaved, of_lost, of_visible, of_healed]
    arguments = [variables, constants]
    return sympy.lambdify(arguments, slopes, "math", cse=True), sympy.lambdify(arguments, releases[0], "numpy")


def reference(constants: Constants, doses: dict[float, float], times: Array, model: Model = MODEL) -> dict[str, Array]:
    """Solve for one patient, restarting at each dose.

    `constants` are numbers; `doses` day -> units injected, days ascending; `times` ascending.
    """
    slopes, release = right_hand_side(model)

    def numbers(_: float, variables: Array) -> list[float]:
        found: list[float] = slopes(variables.tolist(), constants)  # floats of Python, which are quicker one by one
        return found

    found = np.zeros((len(ATOL), len(times)))
    state = np.zeros(len(ATOL))
    stops = [*doses, max(times[-1], max(doses)) + 1.0]
    for (day, units), stop in zip(doses.items(), stops[1:], strict=True):
        state[0] += model.uptake(units, constants)
        asked = (times >= day) & (times < stop)
        points = np.union1d(times[asked], [day, stop])
        # A slope depends on its own variable and on the two before: ml, mu.
        # A failure is a warning, which is an error here.
        rows = odeint(numbers, state, points, tfirst=True, rtol=1e-13, atol=ATOL, ml=2, mu=0, mxstep=10**6)
        found[:, asked] = rows[np.searchsorted(points, times[asked])].T
        state = rows[-1]
    *amounts, cleaved, lost, visible, healed = found
    line = [visible, 1 - healed, depth(visible, 1 - healed, constants)]
    columns = [*amounts, 1 - cleaved, release(found, constants), 1 - lost, *line]
    return dict(zip(COLUMNS, columns, strict=True))
