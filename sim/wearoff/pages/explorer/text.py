"""The text of the page beside its plots, as HTML; text from outside is escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping

import pandas as pd

from ...figures.effect import MARKS
from ...figures.style import BLACK
from ...labels import LANDMARKS, whole_day
from ...labels import words as label_of
from .settings import Settings

# The characters for the marks of the plot.
_SIGNS = {"o": "●", "s": "■", "^": "▲", "D": "◆", "v": "▼"}
_MARK_OF = {
    name: f'<b style="color: {"inherit" if color == BLACK else color}">{_SIGNS[mark]}</b>'
    for name, (color, mark) in MARKS.items()
}


def format_error(problem: str) -> str:
    """Return an error as an alert."""
    return f'<div class="error" role="alert"><p>{html.escape(problem)}</p></div>'


def format_cautions(lines: Iterable[str]) -> str:
    """Return the cautions, or an empty text."""
    paragraphs = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    return paragraphs and f'<div class="caution" role="status">{paragraphs}</div>'


def format_landmarks(landmarks: pd.Series, explanations: Mapping[str, str], ranges: Mapping[str, str]) -> str:
    """Return the landmarks as a list of terms, with their marks in the plot.

    `ranges` has the ranges of the middle half of patients, in words; empty if they are not shown.
    """
    terms = []
    for name, row in LANDMARKS.items():
        if name in explanations:
            cell = f'<dd class="none">not reached<small>{html.escape(explanations[name])}</small></dd>'
        else:
            value = f"{landmarks[name]:.2f}" if name == "peak_effect" else f"day {whole_day(landmarks[name])}"
            cell = f'<dd id="{name}">{value}</dd>'
        mark, definition = _MARK_OF.get(name, ""), row.definition or "&nbsp;"
        people = f"<small>middle half of patients: {ranges[name]}</small>" if name in ranges else ""
        terms.append(f"<div><dt>{mark}{row.label}<small>{definition}</small>{people}</dt>{cell}</div>")
    return f'<dl aria-live="polite">{"".join(terms)}</dl>'


def format_legend(settings: Settings, points: pd.DataFrame | None, dark: bool) -> str:
    """Return the meaning of lines, areas and points of the plot; `points` is None if they are not drawn."""
    lines = ['<span class="curve"></span>typical patient with these constants']
    if settings.bands:
        lines.append('<span class="band"></span>5th to 95th and 25th to 75th percentile, and median, of 256 patients')
    if points is not None:
        rated = f"{label_of('none_or_mild')} by {label_of('investigator')}"
        lines.append(f'<span class="share"></span>computed: share rated {rated}')
        sources = ", ".join(dict.fromkeys(points["source"]))
        published = (
            f"published: the same share ({html.escape(sources)})"
            if len(points)
            else "no such share is published for this dose"
        )
        lines.append(f'<span class="point">⬢</span>{published}')
    if (settings.bands or settings.observations) and settings.sites:
        lines.append("for many patients, the dose is taken as even")
    return f'<ul class="{"dark" if dark else "light"}">{"".join(f"<li>{line}</li>" for line in lines)}</ul>'


def format_links(link: str, dark: bool) -> str:
    """Return a link to the page with these settings, and a link to it in the other theme."""
    other = "light" if dark else "dark"
    with_dark = "&".join(filter(None, [link, "theme=dark"]))
    same, switched = (with_dark, link) if dark else (link, with_dark)
    return (
        f'<a id="same" href="?{html.escape(same)}">Link to these settings</a>'
        f'<a id="theme" href="?{html.escape(switched)}">{other.capitalize()} page</a>'
    )
