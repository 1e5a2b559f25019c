"""Mutation testing, with mutmut: ``python -m studies.mutants [--seed 1] [--again [TEXT ...]]``, or ``make mutants``.

A mutant is a copy of the package with one small fault: ``<`` is ``<=``, a number is one more, an argument is missing.
Tests that notice the fault kill the mutant. A sample of the mutants of each folder is drawn and tested, in a working
folder under `build/`. ``--again`` tests those that survived the last run, with the tests as they are now: all, or those
with one of the texts in their names.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from mutmut.mutation.file_mutation import create_mutations, mutate_file_contents
from mutmut.stats import status_by_exit_code
from mutmut.utils.format_utils import get_mutant_name
from scipy.stats import binomtest

from studies.defaults import ROOT, to_markdown

WORK = ROOT / "build" / "mutants"
STATS = "mutmut-stats.json"
MUTMUT = str(Path(sys.executable).with_name("mutmut"))
FOLDERS = ("model", "patients", "forecasts")
SAMPLE = 300  # of each folder
# The decorators of functions that mutmut changes.
PLAIN: tuple[set[str], ...] = (set(), {"staticmethod"}, {"classmethod"})
WORKERS = 2
COPIED = ("data", "docs", "studies", "tests")  # what tests read
TESTS = (
    *(f"{place}/{folder}" for place in ("src/wearoff", "tests") for folder in FOLDERS),
    "tests/evidence/test_courses.py",
    "tests/figures/test_forecast_figures.py",
    "tests/test_notebook.py",
    "tests/test_own_model.py",
    "tests/test_scanning.py",
    "tests/test_simulation.py",
    "tests/test_spacing.py",
    "tests/trial/test_following.py",
    "tests/trial/test_trial.py",
    "tests/trial/test_unseen_patients.py",
)
# mutmut knows `src` alone as the folder above the package. Each mutant is tested in a fork of a process that has
# collected the tests and run none, so that no result of the unchanged functions waits in a cache.
SETTINGS = f"""

[tool.mutmut]
source_paths = ["src"]
only_mutate = {[f"src/wearoff/{folder}/*" for folder in FOLDERS]}
also_copy = {list(COPIED)}
pytest_add_cli_args_test_selection = {list(TESTS)}
pytest_add_cli_args = ["-p", "studies.mutants", "-p", "no:nbmake", "-p", "no:xdist", "--hypothesis-profile=mutants"]
process_isolation = "forkserver"
timeout_multiplier = 2
timeout_constant = 10
"""


def main() -> None:
    """Draw the sample, test it and print the tables, and write one row a mutant into `build/mutants.csv`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--again", nargs="*", metavar="TEXT", help="test survivors of the last run alone")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    results = WORK.with_suffix(".csv")
    lay_out()
    if options.again is None:
        sample = pd.DataFrame(draw(options.seed), columns=["mutant", "folder", "module"]).set_index("mutant")
        names = list(sample.index)
    else:
        sample = pd.read_csv(results, index_col="mutant")
        survived = sample.index[sample["status"] != "killed"]
        names = [name for name in survived if not options.again or any(text in name for text in options.again)]
    run(names)
    statuses = read_statuses()
    sample.loc[names, "status"] = [statuses[name] for name in names]
    sample.to_csv(results)
    untouched = pd.DataFrame([count_unmutated(folder) for folder in FOLDERS])
    for table in (tabulate(sample, ["folder", "module"]), add_intervals(tabulate(sample, ["folder"])), untouched):
        print(to_markdown(table) + "\n")
    for name in sample.index[~is_killed(sample["status"])]:
        print(subprocess.run([MUTMUT, "show", name], cwd=WORK, check=True, capture_output=True, text=True).stdout)


def lay_out() -> None:
    """Copy what mutmut needs into the working folder, and go there: mutmut reads its settings where it runs."""
    WORK.mkdir(parents=True, exist_ok=True)
    for name in ("sim", *COPIED):
        target = "src" if name == "sim" else name
        shutil.rmtree(WORK / target, ignore_errors=True)
        shutil.copytree(ROOT / name, WORK / target, ignore=shutil.ignore_patterns("__pycache__"))
        if name != "sim":  # mutmut copies these once more, and leaves what is there
            shutil.rmtree(WORK / "mutants" / name, ignore_errors=True)
    (WORK / "mutants" / STATS).unlink(missing_ok=True)  # a test that has changed may call other functions than before
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (WORK / "pyproject.toml").write_text(text + SETTINGS, encoding="utf-8")
    os.chdir(WORK)


def modules(folder: str) -> list[Path]:
    """Return the modules of a folder, below the working folder."""
    return sorted(Path("src", "wearoff", folder).glob("*.py"))


def draw(seed: int) -> Iterator[tuple[str, str, str]]:
    """Yield the name, the folder and the module of each mutant of the sample."""
    for folder in FOLDERS:
        names = [
            (get_mutant_name(path, name), folder, path.stem)
            for path in modules(folder)
            for name in mutate_file_contents(str(path), path.read_text(encoding="utf-8")).mutant_names
        ]
        chosen = np.random.default_rng(seed).choice(len(names), SAMPLE, replace=False)
        yield from (names[i] for i in sorted(chosen))


def run(names: list[str]) -> None:
    """Test mutants, at low priority."""
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = ["nice", "-n", "10", MUTMUT, "run", "--max-children", str(WORKERS), *names]
    subprocess.run(command, cwd=WORK, check=True, env=environment)


def read_statuses() -> dict[str, str]:
    """Return what became of each mutant."""
    files = [json.loads(file.read_text(encoding="utf-8")) for file in (WORK / "mutants").rglob("*.py.meta")]
    return {name: status_by_exit_code[code] for file in files for name, code in file["exit_code_by_key"].items()}


def is_killed(statuses: pd.Series[str]) -> pd.Series[bool]:
    """Return which mutants were noticed; one that makes the tests too slow is."""
    return statuses.isin(["killed", "timeout", "segfault"])


def tabulate(sample: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return the number of mutants, of killed ones (of these, by their time) and of survivors, and the score."""
    killed = is_killed(sample["status"])
    groups = sample.assign(killed=killed, too_slow=sample["status"] == "timeout", survived=~killed).groupby(by)
    table = groups[["killed", "too_slow", "survived"]].sum()
    table.insert(0, "mutants", groups.size())
    table["score"] = (table["killed"] / table["mutants"]).map("{:.0%}".format)
    return table.reset_index()


def add_intervals(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with the 95 % interval of Wilson of each score."""
    pairs = zip(table["killed"], table["mutants"], strict=True)
    limits = [binomtest(int(k), int(n)).proportion_ci(method="wilson") for k, n in pairs]
    return table.assign(interval=[f"{limit.low:.1%} to {limit.high:.1%}" for limit in limits])


def count_unmutated(folder: str) -> dict[str, Any]:
    """Return how much of a folder mutmut does not change: decorated functions, and code outside functions."""
    row = dict.fromkeys(("functions", "decorated", "mutants", "faults outside functions"), 0)
    for path in modules(folder):
        text = path.read_text(encoding="utf-8")
        functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
        decorators = [{ast.unparse(each) for each in node.decorator_list} for node in functions]
        mutants = len(mutate_file_contents(str(path), text).mutant_names)
        row["functions"] += len(functions)
        row["decorated"] += sum(names not in PLAIN for names in decorators)
        row["mutants"] += mutants
        row["faults outside functions"] += len(create_mutations(str(path), text)[1]) - mutants
    return {"folder": folder} | row


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Put the quickest tests first; pytest calls this, since `SETTINGS` names this module as a plugin."""
    # The examples in the docstrings, without those of the mutants, which are copies.
    items[:] = [item for item in items if "__mutmut_" not in item.name]
    if Path(STATS).exists():
        seconds = json.loads(Path(STATS).read_text(encoding="utf-8"))["duration_by_test"]
        items.sort(key=lambda item: seconds.get(item.nodeid, 0.0))


if __name__ == "__main__":
    main()
