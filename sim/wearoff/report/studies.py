"""What is said and written of many patients: trials, comparisons, fits, sensitivities."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd

from ..evidence.comparison import Comparison
from ..evidence.fitting import Fit
from ..figures.style import render
from ..labels import words
from ..sensitivity import Elasticities, Indices
from ..trial.trial import PERCENTILES, Trial
from .json_output import json_file, records, table

Profiles = dict[str, tuple[float, float]]


def trial_summary(trial: Trial) -> dict[str, Any]:
    """Return what `wearoff trial --json` prints."""
    return {
        "patients": trial.patients,
        "responders": records(trial.responders),
        "landmarks": records(trial.landmarks),
        "bands": records(trial.bands),
    }


def trial_text(trial: Trial) -> str:
    """Return none or mild by the investigator, and the landmarks, arm by arm."""
    lines = [f"{trial.patients} patients in each arm", ""]
    seen = trial.responders
    chosen = seen[(seen["endpoint"] == "none_or_mild") & (seen["assessor"] == "investigator")]
    lines += [f"{words('none_or_mild')} by {words('investigator')} (%, and its Monte Carlo error)", f"{'day':>6}"]
    arms = list(dict.fromkeys(chosen["arm"]))
    lines[-1] += "".join(f"{arm:>28}" for arm in arms)
    for day, own in chosen.groupby("day"):
        rates = own.set_index("arm")
        shown = [f"{100 * rates.loc[arm, 'rate']:.1f} ({100 * rates.loc[arm, 'error']:.2f})" for arm in arms]
        lines.append(f"{day:>6g}" + "".join(f"{cell:>28}" for cell in shown))
    for arm, own in trial.landmarks.groupby("arm", sort=False):
        lines += ["", f"{arm}: percentiles", f"{'':<30}{'reached':>9}" + "".join(f"{each:>9}" for each in PERCENTILES)]
        for row in own.to_dict("records"):
            cells = "".join(
                f"{row[each]:>9.1f}" if row["landmark"] != "peak_effect" else f"{row[each]:>9.3f}"
                for each in PERCENTILES
            )
            lines.append(f"{words(row['landmark']):<30}{row['reached']:>9.1%}{cells}")
    return "\n".join(lines)


def trial_files(trial: Trial) -> dict[str, bytes]:
    """Return the files of a trial, name by name: tables, results and pictures."""
    files = {
        "responders.csv": table(trial.responders),
        "bands.csv": table(trial.bands),
        "landmarks.csv": table(trial.landmarks),
        "trial.json": json_file(trial_summary(trial)),
    }
    for kind in ("png", "svg"):
        files[f"bands.{kind}"] = render(trial.bands_figure(), kind)
        files[f"responders.{kind}"] = render(trial.plot_responders(), kind)
    return files


def comparison_summary(found: Comparison) -> dict[str, Any]:
    """Return what `wearoff compare --json` prints: every row, and the root-mean-square error of each endpoint."""
    return {
        "rows": records(found.rows),
        "rmse": {row["endpoint"]: row["rmse"] for row in records(found.rmse)},
        "rmse_of_rows": records(found.rmse),
    }


def comparison_files(found: Comparison) -> dict[str, bytes]:
    """Return the files of a comparison, name by name."""
    files = {
        "comparison.csv": table(found.rows),
        "rmse.csv": table(found.rmse),
        "comparison.json": json_file(comparison_summary(found)),
    }
    figure = {kind: found.figure() for kind in ("png", "svg")}
    return files | {f"comparison.{kind}": render(picture, kind) for kind, picture in figure.items()}


def fit_summary(found: Fit, profiles: Profiles) -> dict[str, Any]:
    """Return what `wearoff fit --json` prints."""
    return {
        "estimates": records(found.estimates),
        "profiles": {name: {"low": low, "high": high} for name, (low, high) in profiles.items()},
        "correlations": {str(name): row for name, row in found.correlations.to_dict("index").items()},
        "goodness": found.goodness,
        "not_identifiable": list(found.not_identifiable),
        "rows": records(found.rows),
    }


def fit_text(found: Fit, profiles: Profiles) -> str:
    """Return the report of a fit."""
    lines = [f"{'':<28}{'start':>10}{'estimate':>10}{'se (%)':>9}{'95 % interval':>24}"]
    for row in found.estimates.to_dict("records"):
        note = "  at the end of its plausible range" if row["at_bound"] else ""
        interval = f"{row['low']:.4g} to {row['high']:.4g}"
        lines.append(
            f"{row['name']:<28}{row['start']:>10.4g}{row['estimate']:>10.4g}{row['se_percent']:>9.2g}{interval:>24}{note}"
        )
    lines += [f"{name:<28}{'profile':>29}{f'{low:.4g} to {high:.4g}':>24}" for name, (low, high) in profiles.items()]
    shared = found.correlations.to_numpy()
    known = [pair for pair in itertools.combinations(range(len(shared)), 2) if np.isfinite(shared[pair])]
    pairs = sorted(known, key=lambda pair: -abs(shared[pair]))
    lines += ["", "largest correlations of the estimates"] if pairs else []
    lines += [
        f"  {shared[i, j]:+.2f}  {found.estimates['name'][i]}, {found.estimates['name'][j]}" for i, j in pairs[:5]
    ]
    deviance, chi2, dof, p = (found.goodness[key] for key in ("deviance", "chi2", "dof", "p"))
    tested = "" if pd.isna(p) else f", p = {p:.3g}"
    lines += ["", f"deviance {deviance:.1f}; chi-squared {chi2:.1f} on {dof:.0f} degrees of freedom{tested}"]
    lines += ["", *(found.not_identifiable or ("every number is identifiable",))]
    return "\n".join(lines)


def fit_files(found: Fit, profiles: Profiles) -> dict[str, bytes]:
    """Return the files of a fit, name by name."""
    files = {
        "estimates.csv": table(found.estimates),
        "rows.csv": table(found.rows),
        "fit.json": json_file(fit_summary(found, profiles)),
    }
    return files | {f"fit.{kind}": render(found.figure(), kind) for kind in ("png", "svg")}


def sensitivity_summary(single: Elasticities, joint: Indices) -> dict[str, Any]:
    """Return what `wearoff sensitivity --json` prints."""
    return {
        "quantity": single.quantity.name,
        "typical": single.typical,
        "elasticities": records(single.frame),
        "indices": records(joint.frame),
        "share_never_above": joint.share_never_above,
    }


def sensitivity_text(single: Elasticities, joint: Indices) -> str:
    """Return elasticities and Sobol indices, one table below the other."""
    lines = [f"{single.quantity.label}: {single.typical:.4g} with the constants unchanged", ""]
    lines += [f"{'one at a time':<26}{'elasticity':>12}{'at the low end':>18}{'at the high end':>18}"]
    for row in single.frame.to_dict("records"):
        ends = [f"{row[end]:.4g}" if np.isfinite(row[end]) else "not reached" for end in ("at_low", "at_high")]
        lines.append(f"{row['name']:<26}{row['elasticity']:>12.3f}{ends[0]:>18}{ends[1]:>18}")
    lines += ["", f"{'all together (Sobol)':<26}{'S1':>12}{'':>8}{'ST':>12}"]
    for row in joint.frame.to_dict("records"):
        lines.append(
            f"{row['name']:<26}{row['S1']:>12.3f} +- {row['S1_conf']:<5.3f}{row['ST']:>11.3f} +- {row['ST_conf']:<5.3f}"
        )
    if joint.share_never_above:
        lines += [
            "",
            f"in {joint.share_never_above:.1%} of the samples the effect never reaches the level: taken for day 0",
        ]
    return "\n".join(lines)


def sensitivity_files(single: Elasticities, joint: Indices) -> dict[str, bytes]:
    """Return the files of a sensitivity analysis, name by name."""
    files = {
        "elasticities.csv": table(single.frame),
        "indices.csv": table(joint.frame),
        "sensitivity.json": json_file(sensitivity_summary(single, joint)),
    }
    for kind in ("png", "svg"):
        files[f"tornado.{kind}"] = render(single.plot(), kind)
        files[f"indices.{kind}"] = render(joint.plot(), kind)
    return files
