"""The same model in libroadrunner, which solves it with CVODE: the peer for speed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import antimony
import roadrunner

COLUMNS = ("depot", "free", "bound", "endosome", "light_chain", "snap25", "force", "visible")


def model(constants: dict[str, float], doses: dict[float, float]) -> Any:
    """Load the model with its constants, and with doses as events (day -> units taken up; day 0 at the start)."""
    roadrunner.Logger.setLevel(roadrunner.Logger.LOG_FATAL)
    text = Path(__file__).with_name("wearoff.ant").read_text(encoding="utf-8")
    lines = [f"  {name} = {value!r};" for name, value in {**constants, "depot": doses.get(0.0, 0.0)}.items()]
    lines += [f"  at (time >= {day!r}): depot = depot + {units!r};" for day, units in doses.items() if day > 0]
    antimony.clearPreviousLoads()
    if antimony.loadAntimonyString(text.replace("\nend", "\n" + "\n".join(lines) + "\nend")) < 0:
        raise RuntimeError(antimony.getLastError())
    runner = roadrunner.RoadRunner(antimony.getSBMLString(antimony.getMainModuleName()))
    runner.timeCourseSelections = ["time", *COLUMNS]
    return runner
