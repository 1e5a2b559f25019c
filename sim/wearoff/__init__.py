"""How the effect of a botulinum-toxin treatment arrives, holds and wears off.

>>> import wearoff as wo
>>> timeline = wo.simulate(units=20)
>>> float(round(timeline.landmarks["peak_day"], 1))
7.5
"""

from . import spacing
from .checks import InputError, UnusualWarning
from .parameters import Parameters, presets
from .simulation import simulate
from .timeline import Timeline
from .treatment.schedule import Schedule, Visit

__version__ = "0.1.0"

__all__ = [
    "InputError",
    "Parameters",
    "Schedule",
    "Timeline",
    "UnusualWarning",
    "Visit",
    "presets",
    "simulate",
    "spacing",
]
