"""One page of HTML that shows the files of several commands: every picture with its caption and its command."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from ..version import __version__

FOLDER = Path(__file__).parent
PICTURE, FILM, PAGE = ".png", ".mp4", ".html"
FORMATS = (".svg", ".pdf")  # of the same picture, for print


class Section(NamedTuple):
    """A command and its files.

    Parameters
    ----------
    title, words : str
        What the section is about, and one or two sentences.
    command : str
        The line that makes the files.
    files : sequence of str
        Their names, relative to the page.
    captions : mapping of str to str
        What each picture or film shows, by its name without folder and ending.
    printed : str
        What the command prints.
    """

    title: str
    words: str
    command: str
    files: Sequence[str]
    captions: Mapping[str, str]
    printed: str = ""


def write_gallery(title: str, words: str, sections: Iterable[Section]) -> str:
    """Return the page; it asks for nothing but the files beside it."""
    parts = {
        "title": html.escape(title),
        "words": html.escape(words),
        "version": html.escape(__version__),
        "style": (FOLDER / "gallery.css").read_text(encoding="utf-8").strip(),
        "sections": "\n".join(_write_section(each) for each in sections),
    }
    template = (FOLDER / "gallery.html").read_text(encoding="utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], template)


def _write_section(section: Section) -> str:
    files = [PurePosixPath(name) for name in section.files]
    order = list(section.captions)
    shown = [path for path in files if path.suffix in (PICTURE, FILM)]
    shown.sort(key=lambda path: order.index(path.stem))
    beside = {path: _find_formats(path, files) for path in shown}
    rest = [path for path in files if path not in shown and not any(path in others for others in beside.values())]
    pages = [path for path in rest if path.suffix == PAGE]
    tables = [path for path in rest if path not in pages]
    parts = [
        f"<h2>{html.escape(section.title)}</h2>",
        f"<p>{html.escape(section.words)}</p>",
        *(f"<p>{_link(path, 'Open the page', 'open')}</p>" for path in pages),
        f'<p class="command"><code>{html.escape(section.command)}</code></p>',
        *([_write_pictures(section, beside)] if shown else []),
        *([f"<ul>{''.join(f'<li>{_link(path)}</li>' for path in tables)}</ul>"] if tables else []),
        *([_write_printed(section)] if section.printed else []),
    ]
    return "\n".join(["<section>", *parts, "</section>"])


def _find_formats(picture: PurePosixPath, files: Sequence[PurePosixPath]) -> list[PurePosixPath]:
    return [path for path in files if path.suffix in FORMATS and path.with_suffix("") == picture.with_suffix("")]


def _write_pictures(section: Section, beside: Mapping[PurePosixPath, Sequence[PurePosixPath]]) -> str:
    figures = []
    for path, others in beside.items():
        caption = html.escape(section.captions[path.stem])
        address = html.escape(str(path))
        if path.suffix == FILM:
            shown = f'<video src="{address}" controls preload="auto" aria-label="{caption}"></video>'
        else:
            shown = f'<a href="{address}"><img src="{address}" alt="{caption}" loading="lazy"></a>'
        links = "".join(f"<li>{_link(other, other.suffix[1:].upper(), about=path.stem)}</li>" for other in others)
        formats = f"<ul>{links}</ul>" if links else ""
        figures.append(f"<figure>{shown}<figcaption>{caption}{formats}</figcaption></figure>")
    return "\n".join(['<div class="pictures">', *figures, "</div>"])


def _write_printed(section: Section) -> str:
    text = html.escape(section.printed)
    about = html.escape(f"what {section.command} prints")
    return f'<details><summary>What it prints</summary><pre tabindex="0" aria-label="{about}">{text}</pre></details>'


def _link(path: PurePosixPath, text: str = "", role: str = "", about: str = "") -> str:
    name = html.escape(text or path.name)
    extra = f' class="{role}"' if role else ""
    extra += f' aria-label="{html.escape(f"{about} as {text}")}"' if about else ""
    return f'<a href="{html.escape(str(path))}"{extra}>{name}</a>'
