"""For other programs: the model in their formats, and files from which treatment and constants are read.

The formats are SBML, Antimony, a script of R, a COMBINE archive and a PEtab problem.

>>> from wearoff import Schedule, exchange
>>> exchange.to_sbml(Schedule.once(units=20)).splitlines()[1]
'<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2">'
"""

from .antimony import to_antimony
from .archive import to_archive
from .desolve import to_r
from .petab import to_petab
from .reading import Case, read_case
from .sbml import to_sbml

__all__ = ["Case", "read_case", "to_antimony", "to_archive", "to_petab", "to_r", "to_sbml"]
