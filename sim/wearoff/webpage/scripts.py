"""The scripts of the page that compute: the model and its solver, to be put into one HTML file."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
MODEL = "model.js"
# In the order in which a page needs them: each uses those before it.
ENGINE = (MODEL, "solver.js", "engine.js", "landmarks.js", "chances.js", "people.js", "posterior.js", "forecast.js")


def engine_script() -> str:
    """Return the text of one script that defines the global name ``wearoff``; see the first lines of `engine.js`."""
    return "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in ENGINE)
