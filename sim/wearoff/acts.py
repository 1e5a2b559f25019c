"""The acts of the film: what happens at each moment, in a sentence, and which of the seven steps it is about."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from .figures.surprises import BACK, KEEPS, MUCH
from .levels import FULL, HALF, ONSET

NEW = 10  # frames after a later visit in which the film speaks of it
SHORTEST = 5  # frames: a shorter act is left out, since nobody can read its caption
SETTLED = 7.0  # days after which the skin has followed the muscle
UNSEEN = 0.05  # a visible effect that nobody sees


class Act(NamedTuple):
    """An act: the number of its step, and its caption."""

    step: int
    caption: str


ACTS = {
    "bind": Act(1, "Hours: toxin binds, goes in, and its light chains start to cut."),
    "uptake": Act(2, "Hours: toxin binds, goes in, and its light chains start to cut."),
    "translocation": Act(3, "Hours: toxin binds, goes in, and its light chains start to cut."),
    "cut": Act(4, "Hours: toxin binds, goes in, and its light chains start to cut."),
    "surprise 1": Act(4, "Surprise: much SNAP-25 is cut, and nothing shows."),
    "release": Act(5, "Days: little acetylcholine is released. The muscle begins to weaken."),
    "force": Act(6, "Days: the muscle loses its force, and the fold softens."),
    "soft": Act(7, "A week: the skin has followed the muscle. The effect is near its peak."),
    "hold": Act(4, "Weeks: new SNAP-25 is cut almost as soon as it is made."),
    "fade": Act(6, "Months: light chains are lost. SNAP-25 stays whole longer, and force returns."),
    "surprise 2": Act(6, "Surprise: little SNAP-25 is intact, and most of the force is back."),
    "gone": Act(7, "The fold is back. What still works is too little to show."),
    "weak": Act(5, "Release falls too little. The effect stays too small to see."),
    "again": Act(1, "The next visit: new toxin adds to what is left."),
}


def find_acts(table: pd.DataFrame, visits: Sequence[float], whole: float) -> list[Act]:
    """Return the act of each row.

    Parameters
    ----------
    table : pandas.DataFrame
        ``time`` (days) that rises, from the first visit on; ``depot``, ``light_chain`` (U); ``snap25``, ``force``,
        ``visible`` (fractions).
    visits : sequence of float
        The days of the visits.
    whole : float
        Uptake of the first dose (U).
    """
    time = table["time"].to_numpy()
    cycles = np.searchsorted(np.asarray(visits), time, side="right")
    names: list[str] = []
    for cycle in np.unique(cycles):
        names.extend(_name_cycle(table[cycles == cycle], visits[max(cycle - 1, 0)], whole, first=cycle <= 1))
    return [ACTS[name] for name in _drop_short(names)]


def _name_cycle(rows: pd.DataFrame, visit: float, whole: float, *, first: bool) -> npt.NDArray[np.str_]:
    # The acts from one visit to the next.
    column = {str(name): rows[name].to_numpy() for name in rows}
    since, visible, force, intact = column["time"] - visit, column["visible"], column["force"], column["snap25"]
    peak = visible.max()
    near = int(np.argmax(visible >= FULL * peak))
    coming = np.arange(len(rows)) < near
    taken = column["light_chain"] / whole
    choices = [
        (np.full(len(rows), not first) & (np.arange(len(rows)) < NEW), "again"),
        (coming & (force < HALF), "force"),
        (coming & (visible >= UNSEEN), "release"),
        (coming & (1 - intact >= MUCH), "surprise 1"),
        (coming & (intact < KEEPS), "cut"),
        (coming & (taken >= UNSEEN), "translocation"),
        (coming & (since > 0), "uptake"),
        (coming, "bind"),
        (np.full(len(rows), peak < ONSET), "weak"),
        (since < since[near] + SETTLED, "soft"),
        (visible >= HALF, "hold"),
        (visible < ONSET, "gone"),
        ((force >= BACK) & (intact <= MUCH), "surprise 2"),
    ]
    return np.select([where for where, _ in choices], [name for _, name in choices], "fade")


def _drop_short(names: Sequence[str]) -> list[str]:
    # An act that is too short, after the first ones, becomes a part of the act before.
    kept: list[str] = []
    for name, run in itertools.groupby(names, key=str):
        frames = len(list(run))
        short = kept and frames < SHORTEST and ACTS[name].caption != ACTS[kept[-1]].caption
        kept += [kept[-1] if short else name] * frames
    return kept


def write_webvtt(acts: Sequence[Act], frames_a_second: float) -> str:
    """Return the captions as WebVTT: a cue for each run of frames with the same caption."""
    cues = ["WEBVTT"]
    begin = 0
    for frame in range(1, len(acts) + 1):
        if frame == len(acts) or acts[frame].caption != acts[begin].caption:
            times = (_write_time(each / frames_a_second) for each in (begin, frame))
            cues.append(f"{' --> '.join(times)}\n{acts[begin].caption}")
            begin = frame
    return "\n\n".join(cues) + "\n"


def _write_time(seconds: float) -> str:
    minutes, rest = divmod(round(1000 * seconds), 60_000)
    return f"{minutes:02d}:{rest // 1000:02d}.{rest % 1000:03d}"
