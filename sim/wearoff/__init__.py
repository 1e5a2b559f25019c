"""How the effect of a botulinum-toxin treatment arrives, holds and wears off.

>>> import wearoff as wo
>>> timeline = wo.simulate(units=20)
>>> float(round(timeline.landmarks["peak_day"], 1))
7.6
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .errors import InputError, UnusualWarning
from .version import __version__ as __version__

if TYPE_CHECKING:
    from . import exchange, plates, sensitivity, spacing
    from .evidence.comparison import Comparison, compare
    from .evidence.fitting import Fit
    from .evidence.likelihood import Prior
    from .evidence.observations import check_observations, published, read_observations
    from .fitting import fit
    from .forecasts.forecasting import Forecast, forecast
    from .forecasts.histories import Histories
    from .forecasts.history import History
    from .forecasts.next_date import NextDate
    from .forecasts.seen import Gone, Grade
    from .individuals.result import IndividualFit
    from .model.equations import Model
    from .outcomes import Outcome
    from .parameters import Parameters, presets
    from .patients.middle import middle_half
    from .patients.population import Population
    from .patients.uncertainty import Draws
    from .scanning import Scan, scan
    from .simulation import simulate
    from .timeline import Timeline
    from .treatment.schedule import Schedule
    from .treatment.visit import Visit
    from .trial.arms import Arm
    from .trial.policies import Attendance, Retreat
    from .trial.power import find_n, power
    from .trial.repeated import Power
    from .trial.running import run_trial
    from .trial.survival import Survival, estimate_survival
    from .trial.trial import Trial
    from .webpage.showing import explorer
    from .webpage.writing import page


__all__ = [
    "Arm",
    "Attendance",
    "Comparison",
    "Draws",
    "Fit",
    "Forecast",
    "Gone",
    "Grade",
    "Histories",
    "History",
    "IndividualFit",
    "InputError",
    "Model",
    "NextDate",
    "Outcome",
    "Parameters",
    "Population",
    "Power",
    "Prior",
    "Retreat",
    "Scan",
    "Schedule",
    "Survival",
    "Timeline",
    "Trial",
    "UnusualWarning",
    "Visit",
    "check_observations",
    "compare",
    "estimate_survival",
    "exchange",
    "explorer",
    "find_n",
    "fit",
    "forecast",
    "middle_half",
    "page",
    "plates",
    "power",
    "presets",
    "published",
    "read_observations",
    "run_trial",
    "scan",
    "sensitivity",
    "simulate",
    "spacing",
]

# Where each name is defined. A name is imported when it is first asked for: `wearoff --version` does not load numpy.
_MODULES = ("exchange", "plates", "sensitivity", "spacing")
_MODULE_OF = {
    "Model": "model.equations",
    "Parameters": "parameters",
    "presets": "parameters",
    "Outcome": "outcomes",
    "simulate": "simulation",
    "Scan": "scanning",
    "scan": "scanning",
    "Timeline": "timeline",
    "Schedule": "treatment.schedule",
    "Visit": "treatment.visit",
    "Population": "patients.population",
    "Draws": "patients.uncertainty",
    "middle_half": "patients.middle",
    "Arm": "trial.arms",
    "Attendance": "trial.policies",
    "Retreat": "trial.policies",
    "Trial": "trial.trial",
    "run_trial": "trial.running",
    "Power": "trial.repeated",
    "power": "trial.power",
    "find_n": "trial.power",
    "Survival": "trial.survival",
    "estimate_survival": "trial.survival",
    "published": "evidence.observations",
    "read_observations": "evidence.observations",
    "check_observations": "evidence.observations",
    "Comparison": "evidence.comparison",
    "compare": "evidence.comparison",
    "Fit": "evidence.fitting",
    "Prior": "evidence.likelihood",
    "fit": "fitting",
    "IndividualFit": "individuals.result",
    "Histories": "forecasts.histories",
    "History": "forecasts.history",
    "Grade": "forecasts.seen",
    "Gone": "forecasts.seen",
    "Forecast": "forecasts.forecasting",
    "NextDate": "forecasts.next_date",
    "forecast": "forecasts.forecasting",
    "explorer": "webpage.showing",
    "page": "webpage.writing",
}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f".{name}", __name__)
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f".{_MODULE_OF[name]}", __name__)
    value = globals()[name] = getattr(module, name)
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_MODULES, *_MODULE_OF])
