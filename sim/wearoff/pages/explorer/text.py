"""What the page says beside its plots, as HTML; whatever comes from outside is escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping

import pandas as pd

from ...figures.effect import MARKS
from ...figures.style import BLACK
from ...labels import LANDMARKS
from ...labels import words as label_of
from .settings import Settings

# The marks of the plot beside their names.
_SIGNS = {"o": "●", "s": "■", "^": "▲", "D": "◆", "v": "▼"}
_MARK_OF = {
    name: f'<b style="color: {"inherit" if color == BLACK else color}">{_SIGNS[mark]}</b>'
    for name, (color, mark) in MARKS.items()
}


def error(problem: str) -> str:
    """Return what is wrong, as an alert."""
    return f'<div class="error" role="alert"><p>{html.escape(problem)}</p></div>'


def cautions(lines: Iterable[str]) -> str:
    """Return what is possible but unusual; nothing where nothing is."""
    said = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    return said and f'<div class="caution" role="status">{said}</div>'


def numbers(landmarks: pd.Series, explanations: Mapping[str, str]) -> str:
    """Return the landmarks as a list of terms, with the marks that they have in the plot."""
    cells = []
    for name, row in LANDMARKS.items():
        if name in explanations:
            shown = f'<dd class="none">not reached<small>{html.escape(explanations[name])}</small></dd>'
        else:
            value = f"{landmarks[name]:.3f}" if name == "peak_effect" else f"day {landmarks[name]:.1f}"
            shown = f'<dd id="{name}">{value}</dd>'
        mark, definition = _MARK_OF.get(name, ""), row.definition or "&nbsp;"
        cells.append(f"<div><dt>{mark}{row.label}<small>{definition}</small></dt>{shown}</div>")
    return f'<dl aria-live="polite">{"".join(cells)}</dl>'


def legend(settings: Settings, points: pd.DataFrame | None, dark: bool) -> str:
    """Return what the lines, areas and points of the plot mean; `points` is None where they are not asked for."""
    lines = ['<span class="curve"></span>one patient with these constants']
    if settings.bands:
        lines.append('<span class="band"></span>5th to 95th and 25th to 75th percentile, and median, of 256 patients')
    if points is not None:
        rated = f"{label_of('none_or_mild')} by {label_of('investigator')}"
        lines.append(f'<span class="share"></span>computed: share rated {rated}')
        sources = ", ".join(dict.fromkeys(points["source"]))
        found = (
            f"published: the same share ({html.escape(sources)})"
            if len(points)
            else "no such share is published for this dose"
        )
        lines.append(f'<span class="point">⬢</span>{found}')
    if (settings.bands or settings.observations) and settings.sites:
        lines.append("for many patients, the dose is taken as even")
    return f'<ul class="{"dark" if dark else "light"}">{"".join(f"<li>{line}</li>" for line in lines)}</ul>'


def links(link: str, dark: bool) -> str:
    """Return the links to this page, and to the same on the other ground."""
    other = "light" if dark else "dark"
    theme = ["theme=dark"] if dark else []
    same, switched = ("&".join(filter(None, [link, *more])) for more in (theme, [] if dark else ["theme=dark"]))
    return (
        f'<a id="same" href="?{html.escape(same)}">Link to these settings</a>'
        f'<a id="theme" href="?{html.escape(switched)}">{other.capitalize()} page</a>'
    )
