"""The output for many patients and for the constants: trials, comparisons, fits, sensitivities."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from ..evidence.comparison import Comparison
from ..evidence.fitting import Fit
from ..figures.style import render_files
from ..labels import PERCENTILES, words
from ..provenance import describe_patients, write_note
from ..sensitivity import Elasticities, Indices
from ..trial.trial import Trial
from .json_output import add_result, records, table
from .text import align

Profiles = dict[str, tuple[float, float]]
Block = dict[str, Any]  # how a result was made; see `provenance.make_block`
UNLIKELY = 0.01  # a fit with a smaller p contradicts the model


def trial_summary(trial: Trial) -> dict[str, Any]:
    """Return the content of `wearoff trial --json`."""
    return {
        "patients": trial.patients,
        "responders": records(trial.responders),
        "landmarks": records(trial.landmarks),
        "treatments": records(trial.treatments),
        "bands": records(trial.bands),
    }


def trial_text(trial: Trial) -> str:
    """Return the rates of none or mild by the investigator, and the landmarks of each arm."""
    lines = [f"{trial.patients} patients in each arm", ""]
    rows = trial.responders
    chosen = rows[(rows["endpoint"] == "none_or_mild") & (rows["assessor"] == "investigator")]
    lines += [f"{words('none_or_mild')} by {words('investigator')} (%, and its Monte Carlo error)", f"{'day':>6}"]
    arms = list(dict.fromkeys(chosen["arm"]))
    width = 2 + max(26, *map(len, arms))
    lines[-1] += "".join(f"{arm:>{width}}" for arm in arms)
    for day, group in chosen.groupby("day"):
        rates = group.set_index("arm")
        cells = [f"{100 * rates.loc[arm, 'rate']:.1f} ({100 * rates.loc[arm, 'error']:.2f})" for arm in arms]
        lines.append(f"{day:>6g}" + "".join(f"{cell:>{width}}" for cell in cells))
    for arm, group in trial.landmarks.groupby("arm", sort=False):
        lines += ["", f"{arm}: percentiles", f"{'':<30}{'reached':>9}" + "".join(f"{name:>9}" for name in PERCENTILES)]
        for row in group.to_dict("records"):
            digits = 3 if row["landmark"] == "peak_effect" else 1
            values = "".join(f"{row[name]:>9.{digits}f}" for name in PERCENTILES)
            lines.append(f"{words(row['landmark']):<30}{row['reached']:>9.1%}{values}")
        counts = trial.treatments[trial.treatments["arm"] == arm]
        if (counts["mean"] > 1).any():
            lines += [f"{'':<30}{'mean':>9}" + "".join(f"{name:>9}" for name in PERCENTILES)]
        for row in counts[counts["mean"] > 1].to_dict("records"):
            values = "".join(f"{row[name]:>9g}" for name in PERCENTILES)
            lines.append(f"{'treatments before day ' + str(row['day']):<30}{row['mean']:>9.2f}{values}")
    return "\n".join(lines)


def trial_files(trial: Trial, provenance: Block) -> dict[str, bytes]:
    """Return the content of each file of a trial: tables, pictures and results."""
    note = write_note(provenance)
    files = {
        "responders.csv": table(trial.responders),
        "bands.csv": table(trial.bands),
        "landmarks.csv": table(trial.landmarks),
        "treatments.csv": table(trial.treatments),
    }
    files |= render_files(trial.bands_figure(), "bands", note)
    files |= render_files(trial.plot_responders(), "responders", note)
    return add_result(files, "trial.json", trial_summary(trial), provenance)


def comparison_summary(comparison: Comparison) -> dict[str, Any]:
    """Return the content of `wearoff compare --json`: rows, and the root-mean-square error of each endpoint."""
    return {
        "rows": records(comparison.rows),
        "rmse": {row["endpoint"]: row["rmse"] for row in records(comparison.rmse)},
        "rmse_of_rows": records(comparison.rmse),
    }


def comparison_files(comparison: Comparison, provenance: Block) -> dict[str, bytes]:
    """Return the content of each file of a comparison."""
    files = {"comparison.csv": table(comparison.rows), "rmse.csv": table(comparison.rmse)}
    files |= render_files(comparison.figure(), "comparison", write_note(provenance))
    return add_result(files, "comparison.json", comparison_summary(comparison), provenance)


def fit_summary(fit: Fit, profiles: Profiles) -> dict[str, Any]:
    """Return the content of `wearoff fit --json`."""
    return {
        "estimates": records(fit.estimates),
        "profiles": {name: {"low": low, "high": high} for name, (low, high) in profiles.items()},
        "correlations": {str(name): row for name, row in fit.correlations.to_dict("index").items()},
        "goodness": fit.goodness,
        "not_identifiable": list(fit.not_identifiable),
        "rows": records(fit.rows),
        "fitted": {**describe_patients(fit.population), "relative_potencies": fit.potencies},
    }


def fit_text(fit: Fit, profiles: Profiles) -> str:
    """Return the report of a fit."""
    lines = [_describe_goodness(fit), ""]
    cells: list[tuple[str, ...]] = [("", "prior 95 %", "rows alone", "estimate", "se", "95 % interval", "")]
    for row in fit.estimates.to_dict("records"):
        name = str(row["name"])
        alone = "nothing" if np.isinf(row["rows_se_percent"]) else f"{row['rows_se_percent']:.2g} %"
        ends = [f"{row[low]:.3g} to {row[high]:.3g}" for low, high in (("prior_low", "prior_high"), ("low", "high"))]
        note = "at the end of its range" if row["at_bound"] else ""
        cells.append((name, ends[0], alone, f"{row['estimate']:.4g}", f"{row['se_percent']:.2g} %", ends[1], note))
        if name in profiles:
            low, high = profiles[name]
            cells.append(("  profile", "", "", "", "", f"{low:.3g} to {high:.3g}", ""))
    lines += align(cells, "<>>>>><")
    lines += ["", "rows alone: the standard error without any prior; 95 % interval: from rows and priors"]
    correlations = fit.correlations.to_numpy()
    known = [pair for pair in itertools.combinations(range(len(correlations)), 2) if np.isfinite(correlations[pair])]
    pairs = sorted(known, key=lambda pair: -abs(correlations[pair]))
    lines += ["", "largest correlations of the estimates"] if pairs else []
    lines += [
        f"  {correlations[i, j]:+.2f}  {fit.estimates['name'][i]}, {fit.estimates['name'][j]}" for i, j in pairs[:5]
    ]
    lines += ["", *(fit.not_identifiable or ("rows and priors determine every number",))]
    return "\n".join(lines)


def _describe_goodness(fit: Fit) -> str:
    # Return how well the rows are fitted, in one sentence: it comes first, because it says what the rest is worth.
    chi2, dof, p = (fit.goodness[key] for key in ("chi2", "dof", "p"))
    if np.isnan(p):
        return f"{len(fit.rows)} rows and {len(fit.estimates)} numbers: the rows cannot contradict the model"
    verdict = "the rows contradict the model" if p < UNLIKELY else "the rows do not contradict the model"
    return f"{verdict}: chi-squared {chi2:.1f} on {dof:.3g} degrees of freedom, p = {p:.3g}"


def fit_files(fit: Fit, profiles: Profiles, provenance: Block) -> dict[str, bytes]:
    """Return the content of each file of a fit."""
    files = {"estimates.csv": table(fit.estimates), "rows.csv": table(fit.rows)}
    note = write_note(provenance)
    files |= render_files(fit.figure(), "fit", note)
    return add_result(files, "fit.json", fit_summary(fit, profiles), provenance)


def sensitivity_summary(alone: Elasticities, together: Indices) -> dict[str, Any]:
    """Return the content of `wearoff sensitivity --json`."""
    return {
        "quantity": alone.quantity.name,
        "typical": alone.typical,
        "elasticities": records(alone.frame),
        "indices": records(together.frame),
        "share_never_above": together.share_never_above,
    }


def sensitivity_text(alone: Elasticities, together: Indices) -> str:
    """Return a table of elasticities and, below it, a table of Sobol indices."""
    lines = [f"{alone.quantity.label}: {alone.typical:.4g} with the constants unchanged", ""]
    lines += [f"{'one at a time':<26}{'elasticity':>12}{'at the low end':>18}{'at the high end':>18}"]
    for row in alone.frame.to_dict("records"):
        ends = [f"{row[end]:.4g}" if np.isfinite(row[end]) else "not reached" for end in ("at_low", "at_high")]
        lines.append(f"{row['name']:<26}{row['elasticity']:>12.3f}{ends[0]:>18}{ends[1]:>18}")
    lines += ["", f"{'all together (Sobol)':<26}{'S1':>12}{'':>8}{'ST':>12}"]
    for row in together.frame.to_dict("records"):
        lines.append(
            f"{row['name']:<26}{row['S1']:>12.3f} +- {row['S1_conf']:<5.3f}{row['ST']:>11.3f} +- {row['ST_conf']:<5.3f}"
        )
    if together.share_never_above:
        lines += [
            "",
            f"in {together.share_never_above:.1%} of the samples the effect never reaches the level: taken for day 0",
        ]
    return "\n".join(lines)


def sensitivity_files(alone: Elasticities, together: Indices, provenance: Block) -> dict[str, bytes]:
    """Return the content of each file of a sensitivity analysis."""
    files, note = {"elasticities.csv": table(alone.frame), "indices.csv": table(together.frame)}, write_note(provenance)
    files |= render_files(alone.plot(), "tornado", note)
    files |= render_files(together.plot(), "indices", note)
    return add_result(files, "sensitivity.json", sensitivity_summary(alone, together), provenance)
