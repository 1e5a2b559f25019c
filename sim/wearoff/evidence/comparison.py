"""Predictions beside the published observations, with their errors."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .. import notebook
from ..checks import Limits, check_integer, check_type, checked_arguments
from ..defaults import SEED
from ..figures.comparison import draw_comparison
from ..figures.style import AUTO
from ..model.equations import Model
from ..model.response import read_model
from ..patients.draws import given_seed, seed_of
from ..patients.population import Population
from ..provenance import make_block, name_functions
from ..trial.arms import Arm
from ..trial.running import run_trial
from .observations import DAYS_OF, intervals, published, refuse_incomplete, why_not
from .prediction import Predictor, Setting

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PATIENTS = Limits("patients", 8, 1_000_000)
COPIED_COLUMNS = (
    "source",
    "trial",
    "product",
    "units",
    "muscle",
    "arm",
    "endpoint",
    "assessor",
    "day",
    "cycle",
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
        One row an observation: ``source, trial, product, units, muscle, arm, endpoint, assessor, day, cycle, n, status,
        used_for_fit``; ``own``: whether it is of your own table; ``observed, low, high`` (the 95 % binomial interval if
        n is known), ``predicted, error`` (predicted less observed) in their ``unit``: per cent, days for medians, or
        the unit of the row; ``why_not``: the reason why there is no prediction, or empty.
    rmse : pandas.DataFrame
        One row an endpoint: ``endpoint, unit, rows, rmse``, over the published treated arms; ``rmse_fitted`` over the
        rows that were used for the fit, and ``rmse_predicted`` over the others; ``rmse_own`` over your own rows.
    model : Model
    provenance : dict
        How the comparison was made: versions, arguments, seed, constants, population and your own observations.
    """

    population: Population
    rows: pd.DataFrame
    rmse: pd.DataFrame
    model: Model = dataclasses.field(repr=False)
    provenance: dict[str, Any] = dataclasses.field(repr=False)

    def _repr_html_(self) -> str:
        title = f"predictions beside {len(self.rows)} observations: root-mean-square errors"
        return notebook.show(title, notebook.format_table(self.rmse))

    def figure(self, *, title: str | None = AUTO) -> Figure:
        """Draw the predicted curves and the published points of the glabella, an Axes an endpoint and assessor.

        `title` is written over the figure; default: a description of the rows. None leaves it out.
        """
        drawn = self.rows[
            (self.rows["muscle"] == "glabella")
            & (self.rows["unit"] == "%")
            & (self.rows["why_not"] == "")
            & (self.rows["cycle"] == 1)
        ]
        pairs = list(dict.fromkeys(zip(drawn["endpoint"], drawn["assessor"], strict=True)))
        treated = drawn[drawn["arm"] == "treated"]
        arms = dict.fromkeys(zip(treated["units"], treated["product"], strict=True))
        # The curves go on for ten days after the last point.
        last = max(180, 10 + int(drawn["day"].max())) if len(drawn) else 180
        curves = run_trial(
            [*(Arm(units=units, product=product) for units, product in arms), Arm.placebo()],
            population=self.population,
            patients=1024,
            days=last,
            responses=pairs,
            response_days=[*np.arange(0.0, 10.0, 0.5), *range(10, last + 1, 5)],
            rng=SEED,
            model=self.model,
        ).responders
        return draw_comparison(drawn, curves, shown=f"{len(drawn)} published responder rates, glabella", title=title)


@checked_arguments()
def compare(
    observations: pd.DataFrame | None = None,
    *,
    own: pd.DataFrame | None = None,
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
    own : pandas.DataFrame, optional
        Your own observations from `read_observations`, to be predicted beside the others.
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
        The number of patients, the seed or the population is not possible, or a table is not complete.

    Notes
    -----
    Every trial is predicted as a median one: potency and leniency do not differ between trials.

    Examples
    --------
    >>> rows = published()
    >>> comparison = compare(rows[rows["source"].str.startswith("BOTOX")], patients=64)
    >>> set(comparison.rmse["unit"])
    {'%'}
    """
    people = Population() if population is None else check_type(population, Population, "population")
    tables = [published() if observations is None else observations, *([] if own is None else [own])]
    for table in tables:
        refuse_incomplete(table)
    observed = pd.concat([table.assign(own=i == 1) for i, table in enumerate(tables)], ignore_index=True)
    count, seed = check_integer(patients, PATIENTS), seed_of(rng)
    reasons = [why_not(row) for row in observed.to_dict("records")]
    rows = observed[list(COPIED_COLUMNS)].assign(own=observed["own"], unit=observed["unit"], why_not=reasons)
    predictable = observed[rows["why_not"] == ""]
    model = read_model(model, people.parameters.constants())
    predictor = Predictor(predictable, count, seed, model)
    predictor.plan(people)
    values = pd.Series(predictor.predict(Setting(people)).values, index=predictable.index)
    # Days and weeks are given in days.
    factor = observed["unit"].map(DAYS_OF).fillna(1.0)
    rows["observed"], rows["predicted"] = observed["value"] * factor, values * factor
    rows["unit"] = observed["unit"].where(~observed["unit"].isin(DAYS_OF), "day")
    rates = (rows["why_not"] == "") & (rows["unit"] == "%")
    low, high = intervals(observed["value"].where(rates), observed["n"].where(rates))
    rows = rows.assign(low=low, high=high, error=rows["predicted"] - rows["observed"])
    order = [*COPIED_COLUMNS, "own", "observed", "low", "high", "predicted", "error", "unit", "why_not"]
    treated = rows[(rows["why_not"] == "") & (rows["arm"] == "treated")]
    # The published rows are those of this version of the package.
    given = own if observations is None else observed
    arguments = {"patients": count, **name_functions(model)}
    block = make_block("compare", arguments, people, seed=given_seed(rng), sampler="sobol", observations=given)
    return Comparison(people, rows[order], _summarise_errors(treated), model, block)


def _summarise_errors(rows: pd.DataFrame) -> pd.DataFrame:
    def rmse(errors: pd.Series) -> float:
        return float(np.sqrt((errors**2).mean()))

    records = []
    for (endpoint, unit), group in rows.groupby(["endpoint", "unit"], sort=False):
        others = group[~group["own"]]
        errors, fitted = others["error"], others["used_for_fit"]
        record = {"endpoint": endpoint, "unit": unit, "rows": len(others), "rmse": rmse(errors)}
        record |= {"rmse_fitted": rmse(errors[fitted]), "rmse_predicted": rmse(errors[~fitted])}
        if rows["own"].any():
            record["rmse_own"] = rmse(group["error"][group["own"]])
        records.append(record)
    return pd.DataFrame(records)
