"""Where a refinement ends: how far it may go, and the error of one that was given up."""

from __future__ import annotations

from ..errors import InputError

# The largest number of rounds of a refinement, and of intervals after each dose. At the accuracy promised the hardest
# possible constants take 4 rounds and 43 intervals a dose, the plausible ones 3 and 21.
ROUNDS, INTERVALS = 30, 500
# The same of the steps of a cohort's cleaved fraction: the hardest take 325 a dose.
STEPS = 5000


def unresolved(quantity: str, tolerance: float) -> InputError:
    """Return the error of a refinement that was given up: of which quantity, and what it was to be resolved within.

    Examples
    --------
    >>> str(unresolved("the effect", 1e-30)).split(";")[0]
    'the effect cannot be resolved within 1.0e-30'
    """
    return InputError(
        quantity,
        problem=f"cannot be resolved within {tolerance:.1e}",
        allowed="a larger tolerance (accuracy), or constants nearer to their plausible ranges, which "
        "`wearoff parameters` prints",
    )
