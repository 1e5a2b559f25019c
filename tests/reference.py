"""The equations of the model, solved by an independent stiff solver: LSODA of ODEPACK at 1e-12."""

import math
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.integrate import odeint

# Tight enough for columns whose largest value is small. With tighter tolerances LSODA makes no progress.
ATOL = [1e-14, 1e-14, 1e-14, 1e-14, 1e-14, 1e-15, 1e-17]

Array = npt.NDArray[np.float64]

COLUMNS = ("depot", "free", "bound", "endosome", "light_chain", "snap25", "release", "force", "visible")


def reference(constants: dict[str, float], doses: dict[float, float], times: Array) -> dict[str, Array]:
    """Solve for one patient, restarting at each dose.

    `constants` under the symbols of the mathematics; `doses` day -> units taken up, days ascending; `times` ascending.
    """
    c = constants
    half = c["A50"] ** c["h"]
    chain = [c[k] for k in ("k_depot", "k_binding", "k_endocytosis", "k_translocation", "k_light_chain")]

    def force(intact: float) -> float:
        intact = max(intact, 0.0)
        return float((1 + half) * intact ** c["h"] / (half + intact ** c["h"]))

    def weakness(cleaved: float) -> float:
        # 1 - F, written without a difference of numbers near 1, which would lose all digits of an effect of 1e-8.
        if cleaved >= 1:
            return 1.0
        power = c["h"] * math.log1p(-cleaved)
        return float(-math.expm1(power) * half / (half + math.exp(power)))

    def slope(_: float, state: Array) -> list[float]:
        y = state.tolist()  # floats of Python, which are quicker one by one
        flow = [k * amount for k, amount in zip(chain, y, strict=False)]
        cleaved, visible = y[5], y[6]
        return [
            -flow[0],
            *(into - out for into, out in pairwise(flow)),
            c["k_cleave"] * y[4] * (1 - cleaved) - c["k_snap25"] * cleaved,
            c["k_line"] * (weakness(cleaved) - visible),
        ]

    found = np.zeros((7, len(times)))
    state = np.zeros(7)
    stops = [*doses, max(times[-1], max(doses)) + 1.0]
    for (day, units), stop in zip(doses.items(), stops[1:], strict=True):
        state[0] += units
        asked = (times >= day) & (times < stop)
        points = np.union1d(times[asked], [day, stop])
        # A slope depends on its own value and the value before it: ml, mu. LSODA reports a failure as a warning, which
        # is an error here.
        rows = odeint(slope, state, points, tfirst=True, rtol=1e-12, atol=ATOL, ml=1, mu=0, mxstep=10**6)
        found[:, asked] = rows[np.searchsorted(points, times[asked])].T
        state = rows[-1]
    intact = 1 - found[5]
    columns = [*found[:5], intact, intact, np.array([force(s) for s in intact]), found[6]]
    return dict(zip(COLUMNS, columns, strict=True))
