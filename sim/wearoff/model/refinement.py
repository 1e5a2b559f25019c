"""The limits of a refinement, and the error that is raised when a refinement reaches them."""

from __future__ import annotations

from ..errors import InputError

# The largest number of rounds of a refinement, and the largest number of intervals for each dose. At the promised
# accuracy the hardest possible constants take 4 rounds and 43 intervals a dose; plausible constants take 3 and 21.
ROUNDS, INTERVALS = 30, 500
# The largest number of steps for each dose in a cohort. The hardest possible constants take 325.
STEPS = 5000


def unresolved(quantity: str, tolerance: float) -> InputError:
    """Return the error for a quantity that cannot be resolved within a tolerance.

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
