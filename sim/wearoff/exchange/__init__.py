"""For other programs: the model as SBML and as Antimony, and files from which treatment and constants are read.

>>> from wearoff import Schedule, exchange
>>> exchange.to_sbml(Schedule.once(units=20)).splitlines()[1]
'<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2">'
"""

from .antimony import to_antimony
from .reading import Case, read_case
from .sbml import to_sbml

__all__ = ["Case", "read_case", "to_antimony", "to_sbml"]
