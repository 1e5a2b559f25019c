"""The page shown at once: in a cell of a notebook, or in a browser."""

from __future__ import annotations

import html
import tempfile
import webbrowser
from contextlib import suppress
from pathlib import Path

from ..texts import page_words
from .writing import page, page_text

HEIGHT = 900  # pixels in a notebook: the drawing and the curve below it, in a window of usual size


class Explorer:
    """The page in a notebook, which shows it as the value of a cell; `explorer` makes it."""

    def __init__(self, lang: str = "en") -> None:
        self.lang = lang
        self._title = page_words(lang)["title"]

    def _repr_html_(self) -> str:
        # The page keeps its own policy and its own style in the frame; a frame without an address asks for nothing.
        return (
            f'<iframe title="{html.escape(self._title)}" srcdoc="{html.escape(page_text(self.lang))}" '
            f'style="width: 100%; height: {HEIGHT}px; border: 0"></iframe>'
        )

    def __repr__(self) -> str:
        return (
            f"explorer(lang={self.lang!r}): a notebook shows the page here; elsewhere write it with "
            "wearoff.page('page.html'), or run `wearoff explore`"
        )


def explorer(lang: str = "en") -> Explorer:
    """Return the page for a cell of a notebook, where it can be moved at once.

    It is the page of `page`, and it needs no server and no network either.

    Parameters
    ----------
    lang : str
        Language of the texts: en, es, de or fr.

    Returns
    -------
    Explorer
        A notebook shows it as the page; elsewhere it says how to open the page.

    Raises
    ------
    InputError
        The language is not known.

    Examples
    --------
    >>> import wearoff as wo
    >>> wo.explorer(lang="de")
    explorer(lang='de'): a notebook shows the page here; elsewhere write it with wearoff.page('page.html'), or run
    `wearoff explore`
    """
    return Explorer(lang)


def write_temporary(lang: str = "en") -> Path:
    """Write the page to a new folder for temporary files, and return its file; an unknown language is refused before.

    The file stays, because a browser may open it later.
    """
    page_words(lang)
    folder = Path(tempfile.mkdtemp(prefix="wearoff-"))
    try:
        return page(folder / "page.html", lang)
    except BaseException:
        with suppress(OSError):
            folder.rmdir()
        raise


def open_in_browser(path: Path) -> bool:
    """Open a file in the user's browser, and return whether there is one."""
    return webbrowser.open(path.resolve().as_uri())
