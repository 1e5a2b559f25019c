"""The texts of the page and of the plates: one table, a row for each text and a column for each language."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from .checks import check_name

TABLE = Path(__file__).with_name("texts.csv")


@cache
def languages() -> tuple[str, ...]:
    """Return the languages of the table, English first.

    Examples
    --------
    >>> languages()
    ('en', 'es', 'de', 'fr')
    """
    return tuple(name for name in _rows()[0] if name != "key")


def page_words(lang: str) -> dict[str, str]:
    """Return the texts of one language by their keys; an unknown language raises `InputError`.

    Examples
    --------
    >>> page_words("de")["part.see"]
    'Sehen'
    """
    check_name(lang, languages(), "lang")
    return {row["key"]: row[lang] for row in _rows()}


@cache
def _rows() -> tuple[dict[str, str], ...]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))
