"""How far apart visits should be: intervals compared, one recommended, the best dates, the latest next visit.

Everything is for one patient, a level of the visible effect to `keep`, and a horizon that begins with the first visit,
on day 0.
"""

from ..defaults import INTERVALS, TWO_YEARS
from .comparison import Comparison, compare
from .recommendation import NextVisit, Recommendation, next_visit, recommend

__all__ = [
    "INTERVALS",
    "TWO_YEARS",
    "Comparison",
    "NextVisit",
    "Recommendation",
    "compare",
    "next_visit",
    "recommend",
]
