"""The model as Antimony, a text format in which people write models."""

from __future__ import annotations

from ..checks import checked_arguments
from ..errors import not_installed
from ..model.equations import Model
from ..parameters import Parameters
from ..treatment.schedule import Schedule
from .sbml import to_sbml


@checked_arguments()
def to_antimony(schedule: Schedule, parameters: Parameters | None = None, *, model: Model | None = None) -> str:
    """Return the model, its constants and its visits as Antimony text, with units and sources.

    Parameters
    ----------
    schedule : Schedule
    parameters : Parameters, optional
        The constants; default: ``Parameters()``.
    model : Model, optional
        With the user's own `force` or `uptake`; see `to_sbml`.

    Returns
    -------
    str
        The text that libAntimony makes from the SBML of `to_sbml`.

    Raises
    ------
    InputError
        antimony, python-libsbml or sympy is not installed; or `to_sbml` refuses the input.

    Examples
    --------
    >>> text = to_antimony(Schedule.once(units=20))
    >>> "snap25' = k_snap25*(1 dimensionless - snap25) - k_cleave*light_chain*snap25;" in text
    True
    """
    try:
        import antimony
    except ModuleNotFoundError:
        raise not_installed("Antimony", "antimony", "exchange") from None
    # The library keeps every model that it has read until it is cleared.
    antimony.clearPreviousLoads()
    if antimony.loadSBMLString(to_sbml(schedule, parameters, model=model)) < 0:
        raise RuntimeError(antimony.getLastError())
    return str(antimony.getAntimonyString(antimony.getMainModuleName()))
