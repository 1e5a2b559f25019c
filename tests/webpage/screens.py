"""Pictures of the page at every size, light and dark, to look at: `python -m tests.webpage.screens FOLDER`."""

import sys
from pathlib import Path

from tests.browser import launch

from wearoff.webpage.writing import page

SIZES = [(360, 640), (390, 844), (768, 1024), (1366, 768), (1920, 1080), (2560, 1440)]
# As a clinic's table comes into the page.
HISTORY = "history=2026-01-12_20*2026-02-10_none*2026-04-20_moderate*2026-04-20_20*2026-05-18_mild*2026-08-10_gone"
VIEWS = {
    "see": "",
    "visits": f"part=visits&{HISTORY}",
    "constants": "part=constants&potency=0.07",
    "people": "part=people",
    "compared": "day=120&units=40&touch_up=10&keep=units%3D20",
}
WALLS = {name: f"wall=on&{VIEWS[name]}" for name in ("see", "visits", "constants", "people", "compared")}
SETTLED = 2500  # ms in which the patients of a view are computed
TALLEST = 6  # screens: a picture of a long part ends there


def main(folder: Path) -> None:
    """Write one PNG for each part, size, language and scheme: `part-lang-scheme-width.png`."""
    with launch() as browser:
        for lang in ("en", "de"):
            file = page(folder / f"page-{lang}.html", lang=lang)
            for scheme in ("light", "dark"):
                context = browser.new_context(color_scheme=scheme)
                tab = context.new_page()
                for name, address in VIEWS.items():
                    photograph(tab, f"{file.as_uri()}#{address}", SIZES, folder / f"{name}-{lang}-{scheme}")
                for name, address in WALLS.items():
                    photograph(tab, f"{file.as_uri()}#{address}", SIZES[-3:], folder / f"wall-{name}-{lang}-{scheme}")
                context.close()


def photograph(tab, address, sizes, stem):
    """Write the pictures of one address in several sizes."""
    tab.goto("about:blank")
    tab.goto(address)
    tab.wait_for_timeout(SETTLED)
    for width, height in sizes:
        tab.set_viewport_size({"width": width, "height": height})
        tab.wait_for_timeout(150)
        tall = min(tab.evaluate("document.documentElement.scrollHeight"), TALLEST * height)
        clip = {"x": 0, "y": 0, "width": width, "height": max(tall, height)}
        tab.screenshot(path=f"{stem}-{width}.png", full_page=True, clip=clip)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
