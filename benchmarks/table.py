"""The table of the figures, and its place in docs/speed.md."""

from __future__ import annotations

import contextlib
import os
import platform
import re
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from benchmarks.measure import Figure, Target

BEGIN, END = "<!-- what follows is written by make bench -->", "<!-- what make bench writes ends here -->"
LIBRARIES = ("numpy", "scipy", "pandas", "libroadrunner")
HEAD = """| work | against | target | before | measured | repeats | |
| --- | --- | --- | --- | --- | --- | --- |"""
SAME = "the same"  # the work of a row that has the work of the row above
MEASURED = "measured"  # the column that is "before" in the next table


def machine() -> str:
    """Return what the figures depend on: system, kind of processor, cores, versions; no name of a machine, no date."""
    libraries = [f"Python {platform.python_version()}"]
    for name in LIBRARIES:
        with contextlib.suppress(PackageNotFoundError):
            libraries.append(f"{name} {version(name)}")
    return f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores; {', '.join(libraries)}."


def render(figures: Sequence[Figure], facts: str, page: str = "") -> str:
    """Return the facts about the machine and the table in Markdown, with the medians of the table in `page` beside."""
    before = read_medians(page)
    rows, work = [], ""
    for each in figures:
        work = work if each.work == SAME else each.work
        old = before.get((work, _without_numbers(each.against)), "")
        target = each.target.words if each.target else ""
        rows.append(
            f"| {each.work} | {each.against} | {target} | {old} | {measured(each)} "
            f"| {len(each.values):,} | {verdict(each)} |"
        )
    return "\n".join([facts, "", HEAD, *rows])


def read_medians(page: str) -> dict[tuple[str, str], str]:
    """Return the median of each row of the table in a page, by its work and what it is compared with.

    The error of a solver in the second cell changes from run to run, and is not compared.
    """
    lines = [line.strip("|").split("|") for line in page.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line] for line in lines]
    medians: dict[tuple[str, str], str] = {}
    column, work = -1, ""
    for row in rows:
        if row[0] == "work":
            column = row.index(MEASURED) if MEASURED in row else -1
        elif 0 <= column < len(row) and not row[0].startswith("-"):
            work = work if row[0] == SAME else row[0]
            medians[work, _without_numbers(row[1])] = row[column].partition(" (")[0]
    return medians


def measured(figure: Figure) -> str:
    """Return the median of the repeats and, where there are several, their lowest and highest."""
    if not figure.values:
        return "not measured"
    unit = f" {figure.unit}".rstrip()
    if len(figure.values) == 1:
        return f"{_short(figure.values[0])}{unit}"
    return f"{_short(figure.median())}{unit} ({_short(min(figure.values))} to {_short(max(figure.values))})"


def verdict(figure: Figure) -> str:
    """Return whether the median meets the target and, if not, by how much, how often, and what takes the time."""
    target = figure.target
    if target is None or not figure.values:
        return ""
    middle = figure.median()
    if target.holds(middle):
        return "met"
    return f"**missed**: {_reason(figure, target, middle)}"


def replace(text: str, table: str) -> str:
    """Return `text` with the table between the two comments that mark its place."""
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise ValueError(f"docs/speed.md needs each of these lines once, in this order: {BEGIN} {END}")
    return f"{text[: text.index(BEGIN)]}{BEGIN}\n\n{table}\n\n{text[text.index(END) :]}"


def _without_numbers(text: str) -> str:
    return re.sub(r"\d+e-?\d+", "", text)


def _reason(figure: Figure, target: Target, middle: float) -> str:
    bound = target.least if middle < target.least else target.most
    miss = f"by {100 * abs(middle - bound) / bound:.0f} %" if bound else f"by {_short(abs(middle - bound))}"
    if len(figure.values) > 1:
        off = sum(not target.holds(value) for value in figure.values)
        miss += f", in {off} of {len(figure.values)} repeats"
    return f"{miss}; {target.cost}" if target.cost else miss


def _short(value: float) -> str:
    # Three digits, as many as a time repeats; whole numbers in full.
    return f"{value:,.0f}" if abs(value) >= 100 or value == round(value) else f"{value:.3g}"
