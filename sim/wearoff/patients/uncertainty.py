"""Several populations that are all possible: what a fit leaves open."""

from __future__ import annotations

import dataclasses

import pandas as pd

from .. import notebook
from ..checks import Limits, check_integer, check_type, checked_arguments, one_or_many
from ..errors import InputError
from .population import Population, names

REDRAWN = Limits("redrawn", 0, 10**12)


@checked_arguments()
@dataclasses.dataclass(frozen=True, kw_only=True)
class Draws:
    """Populations drawn from what data and priors leave open; `Fit.draws` makes them, and `run_trial` takes them.

    Parameters
    ----------
    populations : sequence of Population
        The draws, all equally probable.
    centre : Population
        The most probable population: of a fit, the one with the estimates.
    redrawn : int
        Number of draws that were outside the range that the fit searched, and were drawn again.

    Raises
    ------
    InputError
        There is no population, or one of them is something else.

    Examples
    --------
    >>> centre = Population()
    >>> draws = Draws(populations=[centre.replace(potency=0.1), centre.replace(potency=0.2)], centre=centre)
    >>> draws.names
    ('potency',)
    >>> draws.table
       draw  potency
    0     1      0.1
    1     2      0.2
    """

    populations: tuple[Population, ...] = dataclasses.field(repr=False)
    centre: Population
    redrawn: int = 0

    def __post_init__(self) -> None:
        populations = one_or_many(self.populations, Population, "populations")
        if not populations:
            raise InputError("populations", populations, "at least 1", problem="is empty")
        for each in populations:
            check_type(each, Population, "populations")
        check_type(self.centre, Population, "centre")
        object.__setattr__(self, "populations", populations)
        object.__setattr__(self, "redrawn", check_integer(self.redrawn, REDRAWN))

    def __len__(self) -> int:
        return len(self.populations)

    def _repr_html_(self) -> str:
        title = f"{len(self)} draws of a population; {self.redrawn} more were out of range"
        return notebook.show(title, notebook.format_table(self.table))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the numbers that differ between the draws."""
        return tuple(name for name in names() if len({each.value(name) for each in self.populations}) > 1)

    @property
    def table(self) -> pd.DataFrame:
        """``draw``, the number of the draw from 1, and a column for each number that differs."""
        values = {name: [each.value(name) for each in self.populations] for name in self.names}
        return pd.DataFrame({"draw": range(1, len(self) + 1), **values})
