"""Predictions beside the published observations, with their errors."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .. import notebook
from ..checks import Limits, check_integer, check_type, checked_arguments
from ..defaults import SEED
from ..figures.comparison import draw_comparison
from ..figures.style import AUTO
from ..model.equations import Model
from ..model.response import read_model
from ..patients.draws import draw, seed_of
from ..patients.population import Population
from ..trial.arms import Arm
from ..trial.trial import run_trial
from .observations import DAYS_OF, MEDIANS, intervals, published, refuse_incomplete, why_not
from .prediction import plan_treatments, predict

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PATIENTS = Limits("patients", 8, 1_000_000)
COPIED_COLUMNS = (
    "source",
    "product",
    "units",
    "muscle",
    "arm",
    "endpoint",
    "assessor",
    "day",
    "n",
    "status",
    "used_for_fit",
)


@dataclasses.dataclass(frozen=True, eq=False)
class Comparison:
    """Predictions beside observations.

    Parameters
    ----------
    population : Population
    rows : pandas.DataFrame
        One row an observation: ``source, product, units, muscle, arm, endpoint, assessor, day, n, status,
        used_for_fit``; ``observed, low, high`` (the 95 % binomial interval if n is known), ``predicted, error``
        (predicted less observed) in their ``unit``: per cent, or days for medians; ``why_not``: the reason why there is
        no prediction, or empty.
    rmse : pandas.DataFrame
        One row an endpoint: ``endpoint, unit, rows, rmse``, over the treated arms; ``rmse_fitted`` over the rows that
        were used for the fit, and ``rmse_predicted`` over the others.
    model : Model
    """

    population: Population
    rows: pd.DataFrame
    rmse: pd.DataFrame
    model: Model = dataclasses.field(repr=False)

    def _repr_html_(self) -> str:
        title = f"predictions beside {len(self.rows)} observations: root-mean-square errors"
        return notebook.show(title, notebook.format_table(self.rmse))

    def figure(self, *, title: str | None = AUTO) -> Figure:
        """Draw the predicted curves and the published points of the glabella, an Axes an endpoint and assessor.

        `title` is written over the figure; default: a description of the rows. None leaves it out.
        """
        drawn = self.rows[
            (self.rows["muscle"] == "glabella") & (self.rows["unit"] == "%") & (self.rows["why_not"] == "")
        ]
        pairs = list(dict.fromkeys(zip(drawn["endpoint"], drawn["assessor"], strict=True)))
        treated = drawn[drawn["arm"] == "treated"]
        arms = dict.fromkeys(zip(treated["units"], treated["product"], strict=True))
        curves = run_trial(
            [*(Arm(units=units, product=product) for units, product in arms), Arm.placebo()],
            population=self.population,
            patients=1024,
            days=180,
            responses=pairs,
            response_days=[*np.arange(0.0, 10.0, 0.5), *range(10, 181, 5)],
            rng=SEED,
            model=self.model,
        ).responders
        return draw_comparison(drawn, curves, shown=f"{len(drawn)} published responder rates, glabella", title=title)


@checked_arguments()
def compare(
    observations: pd.DataFrame | None = None,
    *,
    population: Population | None = None,
    patients: int = 4096,
    rng: np.random.Generator | int | None = SEED,
    model: Model | None = None,
) -> Comparison:
    """Return every observation with its prediction.

    Parameters
    ----------
    observations : pandas.DataFrame, optional
        A table from `read_observations`; default: `published`.
    population : Population, optional
    patients : int
        Number of virtual patients in each arm.
    rng : Generator or int, optional
        The seed, or a generator from which it is drawn. The default is a fixed seed, so that comparisons differ by the
        population alone.
    model : Model, optional
        A model with your own function for uptake or force; default: the built-in model.

    Returns
    -------
    Comparison

    Raises
    ------
    InputError
        The number of patients, the seed or the population is not possible, or the table is not complete.

    Examples
    --------
    >>> rows = published()
    >>> comparison = compare(rows[rows["source"].str.startswith("BOTOX")], patients=64)
    >>> set(comparison.rmse["unit"])
    {'%'}
    """
    people = Population() if population is None else check_type(population, Population, "population")
    observed = published() if observations is None else observations
    refuse_incomplete(observed)
    count = check_integer(patients, PATIENTS)
    reasons = [why_not(row) for row in observed.to_dict("records")]
    rows = observed[list(COPIED_COLUMNS)].assign(observed=observed["value"], unit=observed["unit"], why_not=reasons)
    covered = rows["why_not"] == ""
    predictable = observed[covered]
    model = read_model(model, people.parameters.constants())
    treated = plan_treatments(predictable, people, model)
    predicted = predict(predictable, people, draw(count, seed_of(rng)), treated).means
    rows["predicted"] = pd.Series(predicted, index=predictable.index)
    in_days = observed["endpoint"].isin(MEDIANS)
    factor = observed["unit"].map(DAYS_OF).where(in_days, 1.0)
    rows["observed"], rows["predicted"] = rows["observed"] * factor, rows["predicted"] * factor
    rows["unit"] = observed["unit"].where(~in_days, "day")
    response = covered & ~in_days
    low, high = intervals(observed["value"].where(response), observed["n"].where(response))
    rows = rows.assign(low=low, high=high, error=rows["predicted"] - rows["observed"])
    order = [*COPIED_COLUMNS, "observed", "low", "high", "predicted", "error", "unit", "why_not"]
    return Comparison(people, rows[order], _summarise_errors(rows[covered & (rows["arm"] == "treated")]), model)


def _summarise_errors(rows: pd.DataFrame) -> pd.DataFrame:
    def rmse(errors: pd.Series) -> float:
        return float(np.sqrt((errors**2).mean()))

    records = [
        {
            "endpoint": endpoint,
            "unit": unit,
            "rows": len(group),
            "rmse": rmse(group["error"]),
            "rmse_fitted": rmse(group["error"][group["used_for_fit"]]),
            "rmse_predicted": rmse(group["error"][~group["used_for_fit"]]),
        }
        for (endpoint, unit), group in rows.groupby(["endpoint", "unit"], sort=False)
    ]
    return pd.DataFrame(records)
