"""The model of what happens in the muscle. It takes plain arrays and returns plain arrays.

Patients are the leading axes of every array, and times are the last axis. One patient has no leading axes.
"""

from typing import Any, TypeAlias

import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
Number: TypeAlias = Array | float
