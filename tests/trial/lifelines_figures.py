"""Write what lifelines says of the survival of some patients; run by hand, in an environment of its own.

The tests compare `wearoff.estimate_survival` with these figures. They do not need lifelines, which asks for an older
pandas::

    python3.11 -m venv /tmp/lifelines && /tmp/lifelines/bin/pip install lifelines==0.30.3
    /tmp/lifelines/bin/python tests/trial/lifelines_figures.py

It writes two files into tests/data: survival_patients.csv, 310 patients in three arms who are seen every 28 days, and
survival_lifelines.json, the figures.
"""

import itertools
import json
from pathlib import Path

import numpy as np
import pandas as pd

DATA = Path(__file__).parents[1] / "data"
PATIENTS, FIGURES = DATA / "survival_patients.csv", DATA / "survival_lifelines.json"
# The patients of each arm, and the median of their days until the event.
ARMS = {"20 U": (110, 110), "40 U": (120, 130), "80 U": (80, 240)}
VISIT, LAST = 28, 252
# The fit of the hazard ratio goes on until nothing changes; by default its error is about 1e-8.
EXACT = {"precision": 1e-20, "r_precision": 0.0}


def make_patients():
    """Return ``arm, day, seen``: events of log-normal days, seen at the next visit; three in ten drop out."""
    rng = np.random.default_rng(1)
    tables = []
    for arm, (patients, median) in ARMS.items():
        event = VISIT * np.ceil(rng.lognormal(np.log(median), 0.45, patients) / VISIT)
        out = np.where(rng.random(patients) < 0.3, VISIT * rng.integers(0, LAST // VISIT, patients), LAST)
        tables.append(pd.DataFrame({"arm": arm, "day": np.minimum(event, out).astype(int), "seen": event <= out}))
    return pd.concat(tables)


def describe_arm(patients):
    """Return the figures of one arm."""
    from lifelines import KaplanMeierFitter
    from lifelines.utils import median_survival_times

    fitter = KaplanMeierFitter().fit(patients["day"], patients["seen"])
    limits = fitter.confidence_interval_
    low, high = median_survival_times(limits).iloc[0]
    return {
        "day": fitter.timeline.tolist(),
        "at_risk": fitter.event_table["at_risk"].tolist(),
        "events": fitter.event_table["observed"].tolist(),
        "censored": fitter.event_table["censored"].tolist(),
        "survival": fitter.survival_function_.iloc[:, 0].tolist(),
        "low": limits.iloc[:, 0].tolist(),
        "high": limits.iloc[:, 1].tolist(),
        "median": [fitter.median_survival_time_, low, high],
    }


def compare_arms(patients, arm, against):
    """Return the figures of a pair of arms."""
    from lifelines import CoxPHFitter
    from lifelines.statistics import logrank_test

    one, other = (patients[patients["arm"] == name] for name in (arm, against))
    test = logrank_test(one["day"], other["day"], one["seen"], other["seen"])
    rows = pd.concat([one, other]).assign(in_arm=lambda frame: 1.0 * (frame["arm"] == arm)).drop(columns="arm")
    cox = CoxPHFitter().fit(rows, "day", "seen", fit_options=EXACT)  # ties: Efron
    ratio = np.exp([cox.params_["in_arm"], *cox.confidence_intervals_.loc["in_arm"]])
    return {"statistic": test.test_statistic, "p": test.p_value, "hazard_ratio": ratio.tolist()}


def main():
    """Write both files."""
    patients = make_patients()
    patients.to_csv(PATIENTS, index=False)
    arms = {arm: describe_arm(table) for arm, table in patients.groupby("arm", sort=False)}
    pairs = [
        {"arm": arm, "against": against, **compare_arms(patients, arm, against)}
        for arm, against in itertools.combinations(arms, 2)
    ]
    FIGURES.write_text(json.dumps({"arms": arms, "pairs": pairs}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
