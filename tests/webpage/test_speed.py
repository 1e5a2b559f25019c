"""The work of a move of a slider, in processor time of the page's thread: what else the machine does is not counted."""

import pytest
from benchmarks.webpage import MOVES, TIME

A_FRAME = 16.0  # ms


@pytest.mark.parametrize(("name", "part"), [("day", "see"), ("units", "see"), ("potency", "constants")])
def test_a_move_takes_less_than_a_frame(opened, name, part):
    tab = opened(f"#part={part}")
    session = tab.context.new_cdp_session(tab)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def spent():
        return {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}[
            "TaskDuration"
        ]

    tab.evaluate(TIME, [name, MOVES])
    before = spent()
    tab.evaluate(TIME, [name, MOVES])
    assert 1000 * (spent() - before) / MOVES < A_FRAME
