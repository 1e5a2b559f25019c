"""What is handed out: one version in every place. `make dist` builds it and tries it in an empty environment."""

import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

import wearoff

ROOT = Path(__file__).parents[1]


def test_what_is_installed_has_the_version_of_the_package():
    assert version("wearoff") == wearoff.__version__


@pytest.mark.parametrize(("file", "pattern"), [("CITATION.cff", r"^version: (\S+)$"), ("CHANGELOG.md", r"^## (\S+)")])
def test_the_citation_and_the_newest_change_have_it_too(file, pattern):
    assert re.search(pattern, (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)[1] == wearoff.__version__


def test_an_extra_that_an_error_names_can_be_installed():
    named = {
        extra
        for path in Path(wearoff.__file__).parent.rglob("*.py")
        for extra in re.findall(r"pip install \S*wearoff\[(\w+)\]", path.read_text(encoding="utf-8"))
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {"explore", "exchange"} <= named <= set(project["optional-dependencies"])
