"""What the site shows beside its pages: the page that runs the model, and the slides, each in one file."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import wearoff as wo


def write(docs: Path, site: Path) -> None:
    """Write `page.html` and `slides.html` into the folder of the site; the slides hold their pictures."""
    wo.page(site / "page.html")

    def embed(match: re.Match[str]) -> str:
        content = base64.b64encode((docs / match[1]).read_bytes()).decode()
        return f'src="data:image/png;base64,{content}"'

    slides = re.sub(r'src="(\w+\.png)"', embed, (docs / "slides.html").read_text(encoding="utf-8"))
    (site / "slides.html").write_text(slides, encoding="utf-8")
