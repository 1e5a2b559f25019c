"""The patients of a trial, solved and counted arm by arm, by one process or several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, TypeAlias

import pandas as pd

from ..checks import check_type, one_or_many
from ..errors import InputError, format_value
from ..model.equations import Model
from ..patients.population import Population
from ..treatment.schedule import Schedule
from .arms import Arm
from .blocks import ACCURACY, SEEN_BY, ArmPlan, Part, Response, empty_tally, plan_arm, split_blocks, tally_part
from .individuals import FollowPart, FollowPlan, empty_counts, follow_part
from .plans import Plan
from .policies import Attendance
from .responses import check_whole_days
from .sinks import Target, collecting
from .tally import Histogram, Tally

Progress: TypeAlias = Callable[[int], None]
Share: TypeAlias = Callable[[Callable[[Any], Any], list[Any]], Iterator[Any]]  # like `map`


class Design(NamedTuple):
    """What a trial does: all but the patients' constants, and checked.

    Parameters
    ----------
    arms : dict of str to Arm
        By their names.
    last : int
        The last day.
    look_every : int
        Days between visits.
    attendance : Attendance
    responses : tuple of Response
    targets : (bool or Path, bool or Path)
        Where the rows of patients and of visits go; see `sinks`.
    patients : int
        Number of patients in each arm.
    sampler : str
    seed : int
    model : Model
    seen_by : str
        The assessor who sees the end of a duration, where patients are counted together.
    missed : float
        The chance that a patient who is counted with the others misses a visit at which the end could be seen.
    """

    arms: dict[str, Arm]
    last: int
    look_every: int
    attendance: Attendance
    responses: tuple[Response, ...]
    targets: tuple[Target, Target]
    patients: int
    sampler: str
    seed: int
    model: Model
    seen_by: str = SEEN_BY
    missed: float = 0.0

    @property
    def counted_whole(self) -> list[str]:
        """The arms whose patients are solved and counted together: all have the planned treatments."""
        return [name for name in self.treated if not self.decides(name)]

    @property
    def followed(self) -> list[str]:
        """The arms whose patients are followed one by one; some only for their rows."""
        return [name for name in self.arms if self.decides(name) or self.targets != (False, False)]

    @property
    def treated(self) -> dict[str, Schedule]:
        """The planned treatments of the arms with toxin."""
        return {name: arm.schedule for name, arm in self.arms.items() if arm.schedule is not None}

    @property
    def work(self) -> int:
        """Number of patients to solve in all arms."""
        return self.patients * (len(self.counted_whole) + len(self.followed))

    def decides(self, name: str) -> bool:
        """Return whether the treatments of a patient of an arm depend on chance or on what is seen."""
        return name in self.treated and (self.arms[name].retreat is not None or self.attendance != Attendance())

    def plan_whole(self, name: str, people: Population) -> ArmPlan:
        """Return the plan of an arm whose patients are counted together."""
        return plan_arm(
            self.treated[name],
            people,
            self.last,
            self.look_every,
            self.responses,
            *self._drawn,
            self.model,
            self.seen_by,
            self.missed,
        )

    def plan_followed(self, name: str, people: Population) -> FollowPlan:
        """Return the plan of an arm whose patients are followed one by one."""
        plan = Plan.of(self.arms[name], people, self.attendance, self.look_every, self.last, ACCURACY, self.model)
        responses = check_whole_days(self.responses) if self.decides(name) else ()
        return FollowPlan(plan, responses, *self._drawn, *self.targets)

    @property
    def _drawn(self) -> tuple[int, str, int]:
        return self.patients, self.sampler, self.seed


class Counts(NamedTuple):
    """The patients of all arms, counted.

    Parameters
    ----------
    plans : dict of str to ArmPlan
        Of the arms whose patients are counted together.
    tallies : dict of str to Tally
        Of the arms with toxin.
    treatments : dict of str to Histogram
        Number of treatments, of the arms whose patients are followed one by one.
    rows : (pandas.DataFrame or None, pandas.DataFrame or None)
        Of individuals and of visits.
    """

    plans: dict[str, ArmPlan]
    tallies: dict[str, Tally]
    treatments: dict[str, Histogram]
    rows: tuple[pd.DataFrame | None, pd.DataFrame | None]


def name_arms(arms: Arm | Iterable[Arm]) -> dict[str, Arm]:
    """Return the arms by their names, or raise `InputError` if there is none or two have one name."""
    arm_of: dict[str, Arm] = {}
    for arm in one_or_many(arms, Arm, "arms"):
        check_type(arm, Arm, "arms")
        if arm.name in arm_of:
            problem = f"has {format_value(arm.name)} twice"
            raise InputError("arms", arm.name, "each name once, set with label=", problem=problem)
        arm_of[arm.name] = arm
    if not arm_of:
        raise InputError("arms", arms, "at least 1", problem="is empty")
    return arm_of


def count_patients(design: Design, people: Population, chunk: int, share: Share, progress: Progress) -> Counts:
    """Return the patients of a population in all arms, solved and counted.

    Parameters
    ----------
    design : Design
    people : Population
    chunk : int
        Number of patients that a process gets at a time.
    share : callable
        Like `map`; see `workers.sharing`.
    progress : callable
        Called with the number of patients done since its last call.
    """
    plans = {name: design.plan_whole(name, people) for name in design.counted_whole}
    follow_plans = {name: design.plan_followed(name, people) for name in design.followed}
    tallies = _count_whole(plans, chunk, share, progress)
    counts, rows = _follow(follow_plans, design.targets, chunk, share, progress)
    tallies |= {name: tally for name, (tally, _) in counts.items() if design.decides(name)}
    return Counts(plans, tallies, {name: treatments for name, (_, treatments) in counts.items()}, rows)


def _count_whole(plans: dict[str, ArmPlan], chunk: int, share: Share, progress: Progress) -> dict[str, Tally]:
    parts = [Part(name, plan, blocks) for name, plan in plans.items() for blocks in split_blocks(plan.patients, chunk)]
    totals = {name: empty_tally(plan) for name, plan in plans.items()}
    for _, (name, tally) in zip(parts, share(tally_part, parts), strict=True):
        totals[name].merge(tally)
        progress(int(tally.patients.sum()))
    return totals


def _follow(
    plans: dict[str, FollowPlan], targets: tuple[Target, Target], chunk: int, share: Share, progress: Progress
) -> tuple[dict[str, tuple[Tally, Histogram]], tuple[pd.DataFrame | None, pd.DataFrame | None]]:
    parts = [
        FollowPart(name, plan, blocks) for name, plan in plans.items() for blocks in split_blocks(plan.patients, chunk)
    ]
    counts = {name: empty_counts(plan) for name, plan in plans.items()}
    with collecting(targets) as sinks:
        for _, part in zip(parts, share(follow_part, parts), strict=True):
            tally, treatments = counts[part.arm]
            tally.merge(part.tally)
            treatments.merge(part.treatments)
            for (add, _), rows in zip(sinks, (part.individuals, part.visits), strict=True):
                add(rows)
            progress(int(part.tally.patients.sum()))
    individuals, visits = (pd.concat(kept, ignore_index=True) if kept else None for _, kept in sinks)
    return counts, (individuals, visits)
