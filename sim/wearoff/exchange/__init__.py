"""For other programs: the model as SBML and Antimony, and treatment and constants read back from files."""

from .antimony import to_antimony
from .reading import Case, read_case
from .sbml import to_sbml

__all__ = ["Case", "read_case", "to_antimony", "to_sbml"]
