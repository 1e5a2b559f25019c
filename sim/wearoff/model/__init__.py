"""What happens in the muscle: plain arrays in, plain arrays out.

Patients are the leading axes of every array and times the last; one patient has no leading axes.
"""

from typing import Any, TypeAlias

import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
Number: TypeAlias = Array | float
