"""The predictions beside the published observations, with the error."""

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
KEPT = ("source", "product", "units", "muscle", "arm", "endpoint", "assessor", "day", "n", "status", "used_for_fit")


@dataclasses.dataclass(frozen=True, eq=False)
class Comparison:
    """Predictions beside observations.

    Parameters
    ----------
    population : Population
    rows : pandas.DataFrame
        One row an observation: ``source, product, units, muscle, arm, endpoint, assessor, day, n, status,
        used_for_fit``; ``observed, low, high`` (a 95 % binomial interval where n is known), ``predicted, error``
        (predicted less observed) in their ``unit``, per cent, or days for medians; ``why_not``: why there is no
        prediction.
    rmse : pandas.DataFrame
        One row an endpoint: ``endpoint, unit, rows, rmse``, over the treated arms; and ``rmse_fitted`` and
        ``rmse_predicted`` over the rows used for the fit and the others.
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
        """Draw the prediction through the published points of the glabella, an Axes an endpoint and assessor.

        `title` is written over the figure; default: what is shown. None leaves it out.
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
    """Put the prediction beside every observation.

    Parameters
    ----------
    observations : pandas.DataFrame, optional
        As of `published`, the default, or `read_observations`.
    population : Population, optional
    patients : int
        Virtual patients of each treatment.
    rng : Generator or int, optional
        Where the seed is drawn from; the same by default, so that comparisons differ by the population alone.
    model : Model, optional
        With functions of one's own for uptake or force; default: the built-in ones.

    Returns
    -------
    Comparison

    Raises
    ------
    InputError
        The number of patients, the seed or the population is not possible, or the table is not complete.

    Examples
    --------
    >>> found = compare(patients=64)
    >>> set(found.rmse["unit"]) == {"%", "day"}
    True
    """
    people = Population() if population is None else check_type(population, Population, "population")
    given = published() if observations is None else observations
    refuse_incomplete(given)
    count = check_integer(patients, PATIENTS)
    reasons = [why_not(row) for row in given.to_dict("records")]
    rows = given[list(KEPT)].assign(observed=given["value"], unit=given["unit"], why_not=reasons)
    covered = rows["why_not"] == ""
    asked = given[covered]
    pieces = read_model(model, people.parameters.constants())
    predicted = predict(asked, people, draw(count, seed_of(rng)), plan_treatments(asked, people, pieces)).means
    rows["predicted"] = pd.Series(predicted, index=asked.index)
    in_days = given["endpoint"].isin(MEDIANS)
    factor = given["unit"].map(DAYS_OF).where(in_days, 1.0)
    rows["observed"], rows["predicted"] = rows["observed"] * factor, rows["predicted"] * factor
    rows["unit"] = given["unit"].where(~in_days, "day")
    response = covered & ~in_days
    low, high = intervals(given["value"].where(response), given["n"].where(response))
    rows = rows.assign(low=low, high=high, error=rows["predicted"] - rows["observed"])
    order = [*KEPT, "observed", "low", "high", "predicted", "error", "unit", "why_not"]
    return Comparison(people, rows[order], _rmse(rows[covered & (rows["arm"] == "treated")]), pieces)


def _rmse(rows: pd.DataFrame) -> pd.DataFrame:
    def root(errors: pd.Series) -> float:
        return float(np.sqrt((errors**2).mean()))

    records = [
        {
            "endpoint": endpoint,
            "unit": unit,
            "rows": len(own),
            "rmse": root(own["error"]),
            "rmse_fitted": root(own["error"][own["used_for_fit"]]),
            "rmse_predicted": root(own["error"][~own["used_for_fit"]]),
        }
        for (endpoint, unit), own in rows.groupby(["endpoint", "unit"], sort=False)
    ]
    return pd.DataFrame(records)
