"""The hand-out as one HTML page that contains everything it needs."""

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

FOLDER = Path(__file__).parent


def _ignore(done: int, total: int) -> None:
    pass


def make_handout(
    *,
    product: str = "onabotulinumtoxinA",
    muscle: str = "glabella",
    parameters: Parameters | None = None,
    progress: Progress = _ignore,
) -> str:
    """Return the HTML of the hand-out: sliders for units and interval, curves, landmarks, text.

    The page loads nothing from elsewhere. For every position of the sliders it has the curve that `simulate` computes,
    with an error of at most 1e-5.

    Parameters
    ----------
    product, muscle : str
        Names of product and muscle; the product must have a labelled dose for the muscle.
    parameters : Parameters
    progress : callable
        Called with the work done and the whole work.

    Returns
    -------
    str
        A page of HTML.

    Raises
    ------
    InputError
        The product or the muscle is not known; the product has no labelled dose for the muscle; or Bokeh is not
        installed.
    """
    parameters = Parameters() if parameters is None else check_type(parameters, Parameters, "parameters")
    visit = labelled_visit(product, muscle)
    program, template = _load_bokeh()
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


def _load_bokeh() -> tuple[str, Any]:
    # Return the JavaScript of Bokeh and the template of the page. Bokeh is imported here, because it is optional and
    # slow to import. It brings jinja2, the engine of the template.
    try:
        from bokeh.resources import Resources
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ImportError:
        raise not_installed("handout", "bokeh", "explore") from None
    # The component for plots, without those for widgets and tables.
    program = "\n".join(Resources(mode="inline", components=["bokeh"]).js_raw)
    engine = Environment(loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined)
    # Keys are not sorted, because Bokeh reads its references in the order in which they are written.
    engine.policies["json.dumps_kwargs"] = {"sort_keys": False, "separators": (",", ":")}
    return program, engine.get_template("page.html")
