"""Which constant matters: tornado diagrams and Sobol indices of a day or an effect."""

from .analysis import Elasticities, Indices, elasticities, indices, sobol_indices

__all__ = ["Elasticities", "Indices", "elasticities", "indices", "sobol_indices"]
