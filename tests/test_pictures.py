"""The pictures of README and docs are those that the commands make: compared pixel by pixel, in `make proof`.

The table in docs/releasing.md says which command makes which picture. The committed pictures are the baselines, so that
none of them is old and a change of a figure is seen by who makes them again. Pixels depend on the version of
matplotlib, and the proof runs with that of constraints.txt.
"""

import re
import shlex
from pathlib import Path

import pytest
from matplotlib.testing.compare import compare_images

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
ROWS = re.findall(
    r"^\| ([^|]+\.png`) \| `wearoff ([^`]+) --out DIR` \|$",
    (DOCS / "releasing.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)
# Root-mean-square of the differences, of 256 levels: a label that moves by a pixel gives more.
TOLERANCE = 1.0


def list_pictures(row):
    return re.findall(r"`([\w/]+\.png)`", row)


@pytest.mark.proof
@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
@pytest.mark.parametrize(("names", "command"), ROWS, ids=[command for _, command in ROWS])
def test_the_pictures_of_the_docs_are_those_that_the_command_makes(names, command, call, tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    status, _, problem = call(*shlex.split(command), "--out", tmp_path)
    assert status == 0, problem
    for name in list_pictures(names):
        assert compare_images(str(DOCS / name), str(tmp_path / name), TOLERANCE) is None, name


def test_each_picture_that_the_docs_show_is_made_by_something():
    shown = set()
    for page in [ROOT / "README.md", *DOCS.glob("*.md"), DOCS / "slides.html"]:
        shown |= set(re.findall(r"[(\"](?:docs/)?(\w+\.(?:png|gif))[)\"]", page.read_text(encoding="utf-8")))
    table = (DOCS / "releasing.md").read_text(encoding="utf-8").partition("| picture in `docs/` |")[2]
    assert shown <= set(re.findall(r"`(\w+\.(?:png|gif))`", table))
    assert len(shown) >= 12
