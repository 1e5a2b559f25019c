"""Results as HTML for notebooks: a title, tables and a small curve, on a light or a dark background."""

from __future__ import annotations

import html
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from .labels import LANDMARKS, describe_landmark, head
from .outcomes import Outcome

ROWS = 30  # rows shown of a table; of a longer table, the first and the last rows

# The size of a curve and its margins, in pixels.
WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 420, 150, 34, 22, 8


def show(title: str, *parts: str) -> str:
    """Return a title and parts, made by the functions below, as one piece of HTML."""
    return f"<div><p><strong>{html.escape(title)}</strong></p>{''.join(parts)}</div>"


def format_paragraph(text: str) -> str:
    """Return a text as a paragraph of HTML."""
    return f"<p>{html.escape(text)}</p>"


def format_table(frame: pd.DataFrame) -> str:
    """Return a table as HTML, its numbers with four digits; an empty text if the table has no rows."""
    if frame.empty:
        return ""
    table: str = frame.to_html(
        index=False, border=0, max_rows=ROWS, na_rep="-", justify="inherit", float_format=lambda value: f"{value:.4g}"
    )
    return table


def format_in_words(frame: pd.DataFrame) -> str:
    """Return a table as HTML, its columns named in words, with their units."""
    return format_table(frame.rename(columns=head))


def format_landmarks(landmarks: pd.Series, ranges: Mapping[str, str]) -> str:
    """Return the landmarks of `Timeline.landmarks` as a table in HTML, each with its definition and its outcome.

    `ranges` has the ranges of the middle half of patients, in words; empty if there are none.
    """
    rows = {
        "landmark": [describe_landmark(name) for name in landmarks.index],
        "value": [f"{value:.3g}" if np.isfinite(value) else "" for value in landmarks],
        "unit": [LANDMARKS[name].unit for name in landmarks.index],
        "outcome": [Outcome.of(value).message for value in landmarks],
    }
    if ranges:
        rows["middle half of patients"] = [ranges.get(str(name), "") for name in landmarks.index]
    return format_table(pd.DataFrame(rows))


def draw_curve(days: npt.ArrayLike, visible: npt.ArrayLike) -> str:
    """Return the curve of the visible effect over the days as SVG, with a text for those who cannot see it.

    Everything is drawn in the colour of the text around it, so that it can be seen on a light or a dark background.
    """
    x, y = np.asarray(days, dtype=float), np.asarray(visible, dtype=float)
    from_left = LEFT + (WIDTH - LEFT - 10) * x / x[-1]
    from_top = TOP + (HEIGHT - TOP - BOTTOM) * (1 - y)
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(from_left, from_top, strict=True))
    floor = HEIGHT - BOTTOM
    words = f"Curve of the visible effect from day {x[0]:g} to day {x[-1]:g}; its largest value is {y.max():.2f}."
    text = 'fill="currentColor" font-size="12"'
    ticks = "".join(
        f'<text x="{LEFT - 6}" y="{height + 4:.0f}" text-anchor="end" {text}>{level:g}</text>'
        for level, height in ((0, floor), (0.5, (floor + TOP) / 2), (1, TOP))
    )
    return (
        f'<svg role="img" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'aria-label="{words}"><title>{words}</title>'
        f'<path d="M{LEFT},{TOP}V{floor}H{WIDTH - 10}" fill="none" stroke="currentColor" stroke-opacity="0.5"/>'
        f'<polyline points="{points}" fill="none" stroke="currentColor" stroke-width="2"/>{ticks}'
        f'<text x="{LEFT}" y="{HEIGHT - 5}" {text}>day {x[0]:g}</text>'
        f'<text x="{WIDTH - 10}" y="{HEIGHT - 5}" text-anchor="end" {text}>day {x[-1]:g}</text></svg>'
    )
