"""The page as one HTML file, which contains everything that it needs and asks for nothing."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from pathlib import Path

from ..checks import check_ending, check_path
from ..files import written_whole
from ..json_text import to_compact_json
from ..texts import page_words
from ..version import __version__
from .data import page_data
from .scripts import ENGINE, FOLDER

ENDINGS = (".html", ".htm")

# In the order in which they run. A part of the page is one file.
SCRIPTS = (
    *ENGINE,
    "core.js",
    "elements.js",
    "settings.js",
    "scales.js",
    "results.js",
    "middle.js",
    "places.js",
    "signs.js",
    "drawing.js",
    "curve.js",
    "legend.js",
    "steps.js",
    "numbers.js",
    "controls.js",
    "questions.js",
    "picture.js",
    "download.js",
    "coursesheet.js",
    "see.js",
    "dates.js",
    "history.js",
    "nextdate.js",
    "regular.js",
    "chart.js",
    "rows.js",
    "calendar.js",
    "answer.js",
    "historyviews.js",
    "historysheet.js",
    "visits.js",
    "crowd.js",
    "patients.js",
    "cascade.js",
    "constants.js",
    "leaflet.js",
    "shell.js",
)
STYLES = ("shell.css", "parts.css", "drawing.css", "visits.css", "wall.css", "print.css")


def page(path: str | Path, lang: str = "en") -> Path:
    """Write the page that runs the model in a browser, as one HTML file.

    The file needs no server and no network, and its content policy forbids every request. It shows the nerve ending,
    the muscle and the skin above the curve of the effect, the next date of one patient's visits, how far patients
    differ, and every constant with a slider.

    Parameters
    ----------
    path : str or Path
        The file to write, which ends in .html or .htm; its folder is made if it is missing.
    lang : str
        Language of the texts: en, es, de or fr.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        The language is not known, the name does not end in .html or .htm, or the file cannot be written.

    Examples
    --------
    >>> from pathlib import Path
    >>> import tempfile, wearoff as wo
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = wo.page(Path(folder) / "page.html", lang="de")
    ...     written.read_text(encoding="utf-8").splitlines()[1]
    '<html lang="de">'
    """
    path = check_path(path)
    check_ending(path, ENDINGS)
    text = page_text(lang)
    with written_whole(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return path


def page_text(lang: str = "en") -> str:
    """Return the HTML of the page; an unknown language raises `InputError`."""
    words = page_words(lang)
    scripts = [(FOLDER / name).read_text(encoding="utf-8") for name in SCRIPTS]
    style = "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in STYLES)
    parts = {
        "lang": lang,
        "policy": _policy(scripts, style),
        "version": __version__,
        "style": style,
        "data": _embed_json(page_data()),
        "words": _embed_json(words),
        "scripts": "\n".join(f"<script>{script}</script>" for script in scripts),
    }

    def fill(match: re.Match[str]) -> str:
        name = match[1]
        return html.escape(words[name[1:]]) if name.startswith("=") else parts[name]

    return re.sub(r"\{\{(=?[\w.]+)\}\}", fill, (FOLDER / "page.html").read_text(encoding="utf-8"))


def _policy(scripts: list[str], style: str) -> str:
    # The browser runs the scripts and the style of this file, known by their hashes, and makes no request.
    hashes = " ".join(_hash(script) for script in scripts)
    return (
        f"default-src 'none'; script-src {hashes}; style-src {_hash(style)}; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _embed_json(value: object) -> str:
    # "<" is escaped, so that no text can end the element that it stands in.
    return to_compact_json(value).replace("<", "\\u003c")
