"""Which constants matter for a day or an effect: tornado diagrams and Sobol indices."""

from .one_at_a_time import Elasticities, elasticities
from .quantities import EffectOnDay, Landmark, read_quantity
from .sobol import sobol_indices
from .variance import Indices, indices

__all__ = [
    "EffectOnDay",
    "Elasticities",
    "Indices",
    "Landmark",
    "elasticities",
    "indices",
    "read_quantity",
    "sobol_indices",
]
