"""How far apart visits should be: a comparison of intervals, a recommendation, the best dates, and the next visit.

Everything is for a typical patient, or for a population around this patient; for a level of the visible effect to
`keep`; and for a horizon. The horizon is a number of days from the first visit, on day 0.
"""

from ..defaults import INTERVALS, TWO_YEARS
from ..outcomes import Attainment
from .answers import Answer, Request
from .comparison import Comparison, compare
from .due import NextVisit, next_visit
from .recommendation import Recommendation, recommend

__all__ = [
    "INTERVALS",
    "TWO_YEARS",
    "Answer",
    "Attainment",
    "Comparison",
    "NextVisit",
    "Recommendation",
    "Request",
    "compare",
    "next_visit",
    "recommend",
]
