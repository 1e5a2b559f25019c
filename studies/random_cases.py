"""Random cases: constants from the whole plausible range, one to five visits of any product, some with sites."""

from __future__ import annotations

from typing import Any

import numpy as np

import wearoff as wo
from wearoff import tables

PRODUCTS = [row["product"] for row in tables.rows("products")]
MUSCLES = [row["muscle"] for row in tables.rows("muscles")]


def draw_case(number: int) -> tuple[wo.Schedule, wo.Parameters]:
    """Return one of the random cases: constants from the whole plausible range, one to five visits."""
    rng = np.random.default_rng(number)
    constants: dict[str, Any] = {}
    for row in tables.rows("parameters"):
        low, high = np.log(float(row["low"])), np.log(float(row["high"]))
        constants[row["name"]] = float(np.exp(rng.uniform(low, high)))
    if number % 5 == 0:
        constants["light_chain_half_life"] = np.inf
    if number % 5 == 1:
        constants["dose_at_half_uptake"] = np.inf
    days = np.sort(rng.integers(0, 300, rng.integers(1, 6)).astype(float))
    days[days > 250] += rng.uniform(size=(days > 250).sum())
    if number % 3 == 0:
        days[0] = 0.0
    if number % 3 == 1:  # two doses on one day
        days[-1] = days[0]
        days.sort()
    muscle = str(rng.choice(MUSCLES))
    # Every zone has equations of its own, which take time: only some cases have zones, and these are wide.
    sited = number % 20 == 7
    if sited:
        constants["spread"], muscle = 12.0, "crows_feet"
    plan = wo.Schedule(
        tuple(
            wo.Visit(
                day=day,
                units=float(rng.uniform(1, 100)),
                product=str(rng.choice(PRODUCTS)),
                muscle=muscle,
                sites=int(rng.integers(1, 6)) if sited and rng.random() < 0.7 else None,
            )
            for day in days
        )
    )
    return plan, wo.Parameters(**constants)
