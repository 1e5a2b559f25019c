"""How the effect of a botulinum-toxin treatment arrives, holds and wears off.

>>> import wearoff as wo
>>> timeline = wo.simulate(units=20)
>>> float(round(timeline.landmarks["peak_day"], 1))
7.6
"""

from typing import TYPE_CHECKING, Any

from . import plates, spacing
from .checks import InputError, UnusualWarning
from .parameters import Parameters, presets
from .simulation import simulate
from .timeline import Timeline
from .treatment.schedule import Schedule
from .treatment.visit import Visit

if TYPE_CHECKING:
    from . import exchange, study
    from .pages.explorer.view import explorer as explorer

__version__ = "0.1.0"

__all__ = [
    "InputError",
    "Parameters",
    "Schedule",
    "Timeline",
    "UnusualWarning",
    "Visit",
    "exchange",
    "plates",
    "presets",
    "simulate",
    "spacing",
    "study",
]


def __getattr__(name: str) -> Any:
    # Many patients take a sixth of the time of the import, and most uses have one: imported when first asked for.
    if name in ("study", "exchange"):
        import importlib

        return importlib.import_module(f".{name}", __name__)
    if name == "explorer":
        try:
            from .pages.explorer.view import explorer
        except ModuleNotFoundError:
            raise InputError('explorer needs panel; install it: pip install "wearoff[explore]"') from None
        return explorer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
