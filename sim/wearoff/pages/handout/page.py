"""The hand-out as one page of HTML, with everything that it needs inside."""

from __future__ import annotations

import math
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ...checks import check_type
from ...errors import not_installed
from ...labels import LANDMARK_DAYS, LANDMARKS, words
from ...parameters import Parameters
from ...treatment.products import find_label
from .curves import Progress, all_curves, labelled_course, labelled_visit
from .figures import make_document
from .text import constants, durations, expected, sources

HERE = Path(__file__).parent


def _silent(done: int, total: int) -> None:
    pass


def make_handout(
    *,
    product: str = "onabotulinumtoxinA",
    muscle: str = "glabella",
    parameters: Parameters | None = None,
    progress: Progress = _silent,
) -> str:
    """Return the hand-out: sliders for units and interval, curves, landmarks, a word for patients and for students.

    Nothing in it is loaded from elsewhere. The curves of every position of the sliders are `simulate`'s, stored to
    within 1e-5.

    Parameters
    ----------
    product, muscle : str
        What is given, and where; a labelled dose must be known.
    parameters : Parameters
    progress : callable
        Called with the work done and all there is.

    Returns
    -------
    str
        A page of HTML.

    Raises
    ------
    InputError
        Product or muscle is not known, or no labelled dose of the one for the other; or Bokeh is not installed.
    """
    parameters = Parameters() if parameters is None else check_type(parameters, Parameters, "parameters")
    visit = labelled_visit(product, muscle)
    program, template = _bokeh()
    course = labelled_course(visit, parameters)
    shortest = visit.product.min_interval_days
    label = find_label(product, muscle)
    curves = all_curves(visit, parameters, progress)
    page: str = template.render(
        program=program,
        document=make_document(),
        curves=curves,
        visit=visit,
        muscle=words(muscle),
        sites=label and label.sites,
        shortest=shortest,
        left=float(course.at([shortest])["visible"].item()),
        expected=expected(course),
        landmarks={name: LANDMARKS[name] for name in LANDMARK_DAYS},
        half_lives=durations(parameters),
        release_at_half_force=parameters.release_at_half_force,
        dose_at_half_uptake=parameters.dose_at_half_uptake / visit.product.relative_potency,  # in units of this product
        saturates=math.isfinite(parameters.dose_at_half_uptake),
        fades=math.isfinite(parameters.light_chain_half_life),
        constants=constants(parameters),
        sources=sources(visit),
        weeks=math.ceil(shortest / 7),
        version=version("wearoff"),
    )
    return page


def _bokeh() -> tuple[str, Any]:
    # Imported by what uses it: it is optional, and slow to import. It brings the engine of the template.
    try:
        from bokeh.resources import Resources
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ImportError:
        raise not_installed("handout", "bokeh", "explore") from None
    # The plots alone: no widgets, no tables.
    program = "\n".join(Resources(mode="inline", components=["bokeh"]).js_raw)
    engine = Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined)
    # Bokeh's references are read in the order in which they are written.
    engine.policies["json.dumps_kwargs"] = {"sort_keys": False, "separators": (",", ":")}
    return program, engine.get_template("page.html")
