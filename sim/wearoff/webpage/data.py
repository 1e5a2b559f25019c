"""The data of the page: what the scripts need of the tables of `data/`, for one JSON text."""

from __future__ import annotations

import math
from typing import Any

from .. import tables
from ..acts import SETTLED
from ..evidence.observations import published, why_not
from ..figures.surprises import BACK, KEEPS
from ..levels import FULL, HALF, ONSET, WEAR_OFF
from ..model.equations import Constants
from ..patients.draws import draw
from ..patients.grades import BASELINES, ENDPOINTS, RATERS_OF, WORST, Raters, View
from ..patients.population import Population
from ..treatment.products import find_label, find_product
from ..version import __version__

PATIENTS, VISITS, SEED = 500, 8, 0
DIGITS = 3  # of a normal number: a thousandth of a standard deviation

TEXTS = ("unit", "kind", "status", "source", "meaning")
NUMBERS = ("value", "low", "high", "minimum", "maximum")
RATE_COLUMNS = (
    "source",
    "trial",
    "product",
    "units",
    "muscle",
    "arm",
    "endpoint",
    "assessor",
    "day",
    "value",
    "n",
    "status",
)


def page_data() -> dict[str, Any]:
    """Return the data of the page, ready for JSON; every number is from the tables of `data/`.

    Returns
    -------
    dict
        - ``version``: of the package.
        - ``constants``: one row for each constant except ``spread``, which has no effect on an even dose: ``name,
          symbol, value``, the plausible range ``low, high``, the possible range ``minimum, maximum`` (None: no limit),
          and ``unit, kind, status, source, meaning``. ``population`` has the same columns without ``symbol``.
        - ``levels``: of the visible effect, which define the landmarks.
        - ``surprises``: shares of the force of a muscle that shows nothing and of one that is back, and the days after
          which the skin has followed; the same as in the film.
        - ``products``: by name ``relative_potency, min_interval_days, limit_status, source`` and the labelled ``units``
          by muscle. ``muscles``: by name ``sides`` and ``length`` in mm.
        - ``raters``: ``kinds`` of patients with their shares; the ``errors`` of the raters of each assessor, in grades;
          ``views``, what decides on a response, for each endpoint and kind; the ``worst`` grade.
        - ``rates``: published responder rates after one treatment of a muscle, in per cent, with their day and source.
        - ``normals``: standard normal numbers of `PATIENTS` patients, as `Population.constants` takes them.

    Examples
    --------
    >>> data = page_data()
    >>> data["products"]["onabotulinumtoxinA"]["units"]["glabella"]
    20.0
    """
    numbers = draw(PATIENTS, SEED, VISITS).round(DIGITS)
    return {
        "version": __version__,
        "constants": [
            {"symbol": row["symbol"], **_read_row(row)}
            for row in tables.rows("parameters")
            if row["symbol"] in Constants._fields
        ],
        "population": [_read_row(row) for row in tables.rows("population")],
        "levels": {"onset": ONSET, "full_effect": FULL, "half_effect": HALF, "wear_off": WEAR_OFF},
        "surprises": {"keeps": KEEPS, "back": BACK, "settled": SETTLED},
        "products": {row["product"]: _read_product(row) for row in tables.rows("products")},
        "muscles": {
            row["muscle"]: {"sides": int(row["sides"]), "length": float(row["length"])}
            for row in tables.rows("muscles")
        },
        "raters": _read_raters(Population().raters),
        "rates": _read_rates(),
        "normals": numbers.tolist(),
    }


def _read_row(row: tables.Row) -> dict[str, Any]:
    numbers = {name: float(row[name]) for name in NUMBERS}
    finite = {name: value if math.isfinite(value) else None for name, value in numbers.items()}
    return {"name": row["name"], **finite, **{name: row[name] for name in TEXTS}}


def _read_product(row: tables.Row) -> dict[str, Any]:
    product = find_product(row["product"])
    labels = {muscle: find_label(product.name, muscle) for muscle in tables.column("muscles", "muscle")}
    return {
        "relative_potency": product.relative_potency,
        "min_interval_days": product.min_interval_days,
        "limit_status": product.limit_status,
        "source": row["potency_source"],
        "units": {muscle: label.units for muscle, label in labels.items() if label is not None},
    }


def _read_raters(raters: Raters) -> dict[str, Any]:
    kinds = list(raters.kinds())
    return {
        "kinds": [kind._asdict() for kind in kinds],
        "errors": {assessor: list(raters.errors(assessor)) for assessor in RATERS_OF},
        "views": {
            endpoint: [View.of(endpoint, kind, raters)._asdict() | {"share": kind.share} for kind in kinds]
            for endpoint in ENDPOINTS
        },
        "worst": WORST,
        "baselines": list(BASELINES),
    }


def _read_rates() -> list[dict[str, Any]]:
    rows = published()
    once = rows["endpoint"].isin(ENDPOINTS) & (rows["cycle"] == 1) & (rows["visit_days"] == "") & (rows["among"] == "")
    records = [row for row in rows[once].to_dict("records") if why_not(row) == ""]
    return [
        {name: None if isinstance(row[name], float) and math.isnan(row[name]) else row[name] for name in RATE_COLUMNS}
        for row in records
    ]
