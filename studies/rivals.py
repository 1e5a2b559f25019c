"""Rival explanations of the published rows, in one table: ``python -m studies.rivals [--write]``.

Each rival is fitted to the same rows, with the same priors of its numbers and of the typical patient's landmarks. A
model without skin has no line at rest, so that the rows of lines at rest are impossible to it: all rivals are compared
without these rows, and those that can with them.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from studies.defaults import FITTED, ROOT, begin, landmarks, to_markdown
from wearoff.evidence.likelihood import Problem
from wearoff.evidence.numbers import TRIAL_NUMBERS, change, find_number, transform
from wearoff.evidence.observations import published
from wearoff.evidence.prediction import Prediction, Setting
from wearoff.evidence.solution import Solution, solve
from wearoff.levels import HALF
from wearoff.patients.population import Population
from wearoff.simulation import simulate
from wearoff.treatment.schedule import Schedule
from wearoff.trial.arms import Arm
from wearoff.trial.running import run_trial

Array = npt.NDArray[np.float64]

PATIENTS, SEED = 256, 1
UNITS = 20.0
EVERY, VISITS = 120, 3
NEVER_HEALS = 36_525.0  # days
NO_CREASE = {"crease_share": 1e-6, "omega_crease_share": 0.0}
OF_SKIN = ("crease_half_life", "crease_share", "omega_crease_share")
TOGETHER = "correlation_potency_light_chain"
INERT = 1e-9  # potency of a toxin without effect


class Rival(NamedTuple):
    """A model: the numbers that are free, values of others, and the share of patients in whom toxin does nothing."""

    name: str
    free: tuple[str, ...]
    fixed: Mapping[str, float] = {}
    without_effect: float = 0.0
    has_crease: bool = True


def _leave_out(*names: str) -> tuple[str, ...]:
    return tuple(name for name in FITTED if name not in names)


RIVALS = (
    Rival("the skin", FITTED),
    Rival("the skin, potency and loss correlated", (*FITTED, TOGETHER)),
    Rival("a skin that does not heal", _leave_out("crease_half_life"), {"crease_half_life": NEVER_HEALS}),
    Rival("no skin", _leave_out(*OF_SKIN), NO_CREASE, has_crease=False),
    Rival("no skin, potency and loss correlated", (*_leave_out(*OF_SKIN), TOGETHER), NO_CREASE, has_crease=False),
    Rival("the skin, 5 % of patients without effect", FITTED, without_effect=0.05),
    Rival("the skin, 10 % of patients without effect", FITTED, without_effect=0.1),
)


class WithoutEffect(Problem):
    """The problem of a fit in which toxin does nothing in a share of the patients."""

    share = 0.0

    def evaluate(self, setting: Setting) -> tuple[Array, Prediction]:
        """Return the residuals of the mixture, and the prediction for those in whom toxin acts."""
        found = super().evaluate(setting)[1]
        inert = self.predictor.predict(change(setting, {"potency": INERT}))
        # Patients who were chosen because they responded are all of those in whom toxin acts.
        among = (self.rows["among"] != "").to_numpy()
        mixed = np.where(among, found.shares, (1 - self.share) * found.shares + self.share * inert.shares)
        return self.residuals(mixed, found.steps), found


def main() -> None:
    """Fit all rivals; print the table, or with ``--write`` put it into the docs."""
    with ProcessPoolExecutor(2) as pool:
        table = pd.DataFrame(list(pool.map(compare_rival, RIVALS)))
    text = f"{INTRODUCTION}\n\n{to_markdown(table)}\n\n{READING}\n"
    if "--write" in sys.argv[1:]:
        (ROOT / "docs" / "rivals.md").write_text(text, encoding="utf-8")
    else:
        print(text)


def compare_rival(rival: Rival) -> dict[str, Any]:
    """Return the row of a rival in the table."""
    rows = published()
    rows = rows[rows["used_for_fit"]]
    at_rest = rows["endpoint"] == "none_at_rest"
    problem, solution = fit_rival(rival, rows[~at_rest])
    record = {"model": rival.name, "free numbers": len(rival.free), "-2 log L": solution.criterion_of_rows}
    record |= {"with priors": solution.criterion}
    if rival.has_crease:
        problem, solution = fit_rival(rival, rows)
        record |= {"-2 log L, lines at rest too": solution.criterion_of_rows}
        record |= {"lines at rest too, with priors": solution.criterion}
    setting = problem.setting(solution.linear.x)
    correlation = f"{setting.population.value(TOGETHER):.2f}" if TOGETHER in rival.free else ""
    return record | {"correlation": correlation} | predict_repeats(setting.population)


def fit_rival(rival: Rival, rows: pd.DataFrame) -> tuple[Problem, Solution]:
    """Return the problem and the solution of a rival."""
    people = begin().replace(**rival.fixed)
    numbers = [find_number(name) for name in rival.free]
    others = tuple(number for number in numbers if number.name not in TRIAL_NUMBERS)
    of_trials = tuple(number for number in numbers if number.name in TRIAL_NUMBERS)
    kind = WithoutEffect if rival.without_effect else Problem
    start = Setting(people)
    problem = kind(rows.reset_index(drop=True), others, start, tuple(landmarks()), True, PATIENTS, SEED, None)
    if isinstance(problem, WithoutEffect):
        problem.share = rival.without_effect
    return problem, solve(problem, transform(others, start), of_trials)


def predict_repeats(people: Population) -> dict[str, str]:
    """Return what a population predicts for treatments every 120 days, in words."""
    schedule = Schedule.every(EVERY, visits=VISITS, units=UNITS)
    timeline = simulate(schedule, parameters=people.parameters, days=EVERY * (VISITS - 1) + 400)
    ends = timeline.intervals_above(HALF)[:, 1]
    later = f"{100 * ((ends[-1] - EVERY * (VISITS - 1)) / ends[0] - 1):.0f} %" if len(ends) == VISITS else "no gap"
    days = [30.0, EVERY * (VISITS - 1) + 30.0]
    responses = [("none_or_mild", "investigator"), ("none_at_rest", "investigator")]
    trial = run_trial(
        Arm(schedule), population=people, patients=2048, days=int(days[-1]), responses=responses, response_days=days
    )
    rates = trial.responders.pivot_table(index="endpoint", columns="day", values="rate")
    first, third = rates.loc["none_or_mild"].to_numpy(float)
    odds = rates.loc["none_at_rest"] / (1 - rates.loc["none_at_rest"]).clip(lower=1e-12)
    ratio = (odds.iloc[1] / odds.iloc[0]) ** (1 / (VISITS - 1))
    return {
        "later treatments last longer by": later,
        "none or mild, first and third treatment": f"{100 * first:.0f} and {100 * third:.0f} %",
        "odds ratio of no line at rest": f"{ratio:.2f}" if people.parameters.crease_share > 1e-3 else "no line at rest",
    }


INTRODUCTION = f"""# Rival explanations

Written by `python -m studies.rivals --write`. Each model is fitted to the same published rows that were read, with the
same priors. The criterion is minus twice the log likelihood, less a constant, and lower is better; "with priors" adds
the squares of the priors' residuals. Later treatments are those of {UNITS:g} U every {EVERY} days."""

READING = """A difference of 2 for each number more is what chance gives. A fit minimises weighted squares, with the
covariance of the rows from the round before. So it does not minimise the criterion itself, and a model that contains
another can come out worse: with correlated potency and loss by 13, at a correlation of 0.52. Without correlation the
same model has the value of the first row.

- Potency and loss need no correlation: with one the rows are not met better.
- A share of 5 % of patients without effect changes nothing, one of 10 % is worse.
- Without the rows of lines at rest, models with and without skin meet the rows alike. Models without skin have no line
  at rest, which contradicts the rows of lines at rest. A skin that does not heal meets these rows worse than one that
  does."""


if __name__ == "__main__":
    main()
