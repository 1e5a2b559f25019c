"""What is released: one version in every place, every import declared. `make dist` tries it in an empty environment."""

import ast
import re
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

import wearoff

ROOT = Path(__file__).parents[1]
PACKAGE = Path(wearoff.__file__).parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# Distributions that are not called as their module is.
DISTRIBUTIONS = {"PIL": "pillow", "libsbml": "python-libsbml"}
# What only these folders and files import belongs to an extra, and all else to the base.
EXTRA_OF = {
    "exchange": "exchange",
    "trial/parquet.py": "parquet",
    "forecasts/inference_data.py": "arviz",
}


def test_what_is_installed_has_the_version_of_the_package():
    assert version("wearoff") == wearoff.__version__


@pytest.mark.parametrize(("file", "pattern"), [("CITATION.cff", r"^version: (\S+)$"), ("CHANGELOG.md", r"^## (\S+)")])
def test_the_citation_and_the_newest_change_have_it_too(file, pattern):
    assert re.search(pattern, (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)[1] == wearoff.__version__


def test_an_extra_that_an_error_names_can_be_installed():
    named = {
        extra
        for path in PACKAGE.rglob("*.py")
        for extra in re.findall(r'raise not_installed\(.*, "(\w+)"\)', path.read_text(encoding="utf-8"))
    }
    assert {"exchange", "parquet", "arviz"} <= named <= set(PROJECT["optional-dependencies"])


def imported(folder=""):
    """Return the distributions that the modules of a folder import, wherever in a module; "": outside of `EXTRA_OF`."""
    found = set()
    place = PACKAGE / folder
    for path in [place] if place.is_file() else place.rglob("*.py"):
        if not folder and any(path.is_relative_to(PACKAGE / each) for each in EXTRA_OF):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                found.add(node.module.partition(".")[0])
    outside = found - sys.stdlib_module_names - {"wearoff"}
    return {DISTRIBUTIONS.get(name, name.lower()) for name in outside}


def declared(requirements):
    """Return the names of distributions in lines such as "numpy>=2.0"."""
    return {re.match(r"[\w-]+", each)[0].lower() for each in requirements}


def test_the_base_declares_what_it_imports_and_nothing_else():
    assert imported() == declared(PROJECT["dependencies"])


@pytest.mark.parametrize("extra", sorted(set(EXTRA_OF.values())))
def test_an_extra_declares_what_its_modules_import_and_nothing_else(extra):
    used = set().union(*(imported(folder) for folder, each in EXTRA_OF.items() if each == extra))
    assert used - declared(PROJECT["dependencies"]) == declared(PROJECT["optional-dependencies"][extra])
