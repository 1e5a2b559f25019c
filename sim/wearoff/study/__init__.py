"""Many patients: populations, virtual trials, the published observations, fits to them, and what matters most.

>>> from wearoff import study
>>> trial = study.run_trial([study.Arm.treated(units=20), study.Arm.placebo()], patients=1000, rng=1)
>>> sorted(trial.responders)
['arm', 'assessor', 'day', 'endpoint', 'error', 'rate']
"""

from . import sensitivity
from .arms import Arm
from .calibration import Fit, fit
from .comparison import Comparison, compare
from .likelihood import Held
from .observations import check_observations, published, read_observations
from .population import Population
from .trial import Trial, run_trial

__all__ = [
    "Arm",
    "Comparison",
    "Fit",
    "Held",
    "Population",
    "Trial",
    "check_observations",
    "compare",
    "fit",
    "published",
    "read_observations",
    "run_trial",
    "sensitivity",
]
