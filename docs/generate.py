"""The parts of pages that are made from other files: tables of `data/`, the comparison, the commands, the notebooks."""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import sympy
import typer

import wearoff as wo
from wearoff import tables
from wearoff.cli.options import app
from wearoff.exchange.formulas import call_slope
from wearoff.figures.mechanism import name_moment
from wearoff.labels import COLUMNS, LANDMARK_DAYS, LANDMARKS, STEPS, whole_day
from wearoff.model.equations import STATES, Constants, depth, force, uptake
from wearoff.report.json_output import records

Rows = Iterable[Mapping[str, Any]]
MOMENTS = (1.0, 7.0, 120.0)  # days, as `wearoff plates` shows them


def write_all(docs: Path) -> None:
    """Write `docs/generated/` and `docs/notebooks/`; unchanged files are not written, so that their pages are kept."""
    (docs / "generated").mkdir(exist_ok=True)
    for name, plain in pages().items():
        text = link_pages(plain)
        path = docs / "generated" / f"{name}.md"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    (docs / "notebooks").mkdir(exist_ok=True)
    for notebook in (docs.parent / "notebooks").glob("*.ipynb"):
        shutil.copy2(notebook, docs / "notebooks")


def pages() -> dict[str, str]:
    """Return the generated parts by name."""
    comparison = wo.compare()
    return {
        "equations": equations(),
        "constants": constants(tables.rows("parameters"), ("name", "symbol", "value", "unit", "plausible", "kind")),
        "population": constants(tables.rows("population"), ("name", "value", "unit", "plausible", "kind")),
        "presets": table(tables.rows("presets"), ("preset", "parameter", "value", "unit", "kind", "source")),
        "products": products(),
        "labels": table(tables.rows("labels"), ("product", "muscle", "units", "sites", "source", "status")),
        "muscles": table(
            tables.rows("muscles"), ("muscle", "sides", "length", "length_unit", "length_kind", "length_source")
        ),
        "typical_patient": typical_patient(),
        "moments": moments(),
        "middle_half": middle_half(),
        "errors": table(
            records(comparison.rmse), ("endpoint", "unit", "rows", "rmse", "rmse_fitted", "rmse_predicted")
        ),
        "predicted": predicted(records(comparison.rows[comparison.rows["why_not"] == ""])),
        "not_predicted": not_predicted(records(comparison.rows[comparison.rows["why_not"] != ""])),
        "commands": commands(),
    }


def table(rows: Rows, columns: Sequence[str], headings: Mapping[str, str] | None = None) -> str:
    """Return rows as a table of Markdown; a column's heading is its name in words."""
    titles = [(headings or {}).get(column, column.replace("_", " ")) for column in columns]
    lines = [titles, ["---"] * len(columns), *([cell(row[column]) for column in columns] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def cell(value: Any) -> str:
    """Return a value for the cell of a table: names as code, long numbers with four digits, text unchanged."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.4g}"
    text = str(value).replace("|", r"\|")  # which would end the cell
    if re.fullmatch(r"\d\.\d{5,}", text):
        return f"{float(text):.4g}"
    return f"`{text}`" if re.fullmatch(r"\w+_\w+", text) else text


def link_pages(text: str) -> str:
    """Return a text in which the file of a page, such as docs/rivals.md, is a link to the page."""
    return re.sub(r"\bdocs/(\w+)\.md\b", r"[\1](\1.md)", text)


def span(low: str, high: str) -> str:
    """Return a range with blanks at which a line does not break."""
    return f"{low}&nbsp;to&nbsp;{high}"


def symbol(name: str) -> str:
    """Return a symbol such as k_depot, U50, h or sigma in TeX."""
    if name == "sigma":
        return r"$\sigma$"
    letter, below = name[0], name[1:].lstrip("_")
    return f"${letter}$" if not below else f"${letter}_{{\\text{{{below.replace('_', ' ')}}}}}$"


def equations() -> str:
    """Return the equations of the model as a table, made of the functions in `model/equations.py`."""
    names = {name: rf"\text{{{name.replace('_', ' ')}}}" for name in ("dose", *STEPS)}
    # Sympy sorts factors by name: constants come first.
    quantities = {name: sympy.Symbol(f"~{name}") for name in names}
    own = Constants(*map(sympy.Symbol, Constants._fields))
    latex_names = {quantities[name]: text for name, text in names.items()}
    latex_names |= {each: symbol(each.name).strip("$") for each in own}

    def latex(formula: Any) -> str:
        return f"${sympy.latex(formula, order='none', mul_symbol='dot', symbol_names=latex_names)}$"

    slopes, release = call_slope({name: quantities[name] for name in STATES}, own, lambda _: quantities["force"])
    rows = [
        {"name": name, "equation": f"$d\\,{names[name]}/dt =$ {latex(each)}", "start": f"{STATES[name]:g}"}
        for name, each in slopes.items()
    ]
    rows[0]["equation"] += ", plus the uptake at each visit"
    values = {
        "release": release,
        "force": force(quantities["release"], own),
        "depth": depth(quantities["visible"], quantities["crease"], own),
    }
    rows += [
        {"name": name, "equation": f"${names[name]} =$ {latex(each)}", "start": ""} for name, each in values.items()
    ]
    rows = [{**row, "name": f"`{row['name']}`", "meaning": COLUMNS[row["name"]].label} for row in rows]
    shown = table(rows, ("name", "equation", "start", "meaning"), {"start": "before any toxin"})
    return f"{shown}\nA visit adds the uptake of its dose to the depot:\n\n${latex(uptake(quantities['dose'], own))}$\n"


def constants(rows: Rows, columns: Sequence[str]) -> str:
    """Return numbers with unit, range and kind as a table, then the meaning and the source of each."""
    shown = [{**row, "plausible": span(f"{float(row['low']):g}", f"{float(row['high']):g}")} for row in rows]
    if "symbol" in columns:
        shown = [{**row, "symbol": symbol(row["symbol"])} for row in shown]
    meanings = [f"- `{row['name']}`: {row['meaning']}." for row in shown]
    names: dict[str, list[str]] = {}
    for row in shown:
        names.setdefault(row["source"], []).append(f"`{row['name']}`")
    sources = [f"- {', '.join(same)}: {source}." for source, same in names.items()]
    named = [{**row, "name": f"`{row['name']}`"} for row in shown]
    return "\n".join([table(named, columns), "What each is:\n", *meanings, "\nWhere each comes from:\n", *sources, ""])


def products() -> str:
    """Return the table of the products, and the source of each number."""
    rows = tables.rows("products")
    headings = {
        "brands": "brand names",
        "relative_potency": "one unit counts as",
        "potency_kind": "kind",
        "min_interval_days": "shortest interval (days)",
        "max_units_in_90_days": "most units in 90 days",
    }
    sources = [
        f"- {row['product']}: {row['potency_source']}; {row['limit_source']}; brand names: {row['brand_source']}."
        for row in rows
    ]
    shown = table(rows, ("product", "serotype", *headings), headings)
    return "\n".join([shown, "Where it comes from:\n", *sources, ""])


def typical_patient() -> str:
    """Return the landmarks of the typical patient beside the ranges that they must be in."""
    timeline = wo.simulate(units=20)
    found = {**timeline.landmarks, "effect_at_day_180": timeline.at([180])["visible"].iloc[0]}
    rows = [
        {**row, "range": span(row["low"], row["high"]), "model": f"{found[row['landmark']]:.3g}"}
        for row in tables.rows("typical_patient")
    ]
    return table(rows, ("landmark", "model", "range", "unit", "source", "status"), {"range": "must be"})


def moments() -> str:
    """Return what the typical patient has on the days of the plate."""
    frame = wo.simulate(units=20).at(MOMENTS)
    rows = [
        {
            "day": name_moment(row["time"]),
            "SNAP-25 cut": percent(1 - row["snap25"]),
            "light chain, of its amount on day 7": percent(row["light_chain"] / frame["light_chain"].iloc[1]),
            "force of the muscle": percent(row["force"]),
            "visible effect": percent(row["visible"]),
        }
        for row in frame.to_dict("records")
    ]
    return table(rows, list(rows[0]))


def middle_half() -> str:
    """Return the days of the landmarks: of the typical patient and of the middle half of patients."""
    typical = wo.simulate(units=20).landmarks
    rows = [
        {
            "landmark": LANDMARKS[row["landmark"]].label,
            "typical patient": f"day {whole_day(typical[row['landmark']])}",
            "middle half of patients": f"day {whole_day(row['p25'])} to {whole_day(row['p75'])}",
        }
        for row in wo.middle_half(wo.Schedule.once(units=20)).to_dict("records")
        if row["landmark"] in LANDMARK_DAYS
    ]
    return table(rows, list(rows[0]))


def percent(share: float) -> str:
    """Return a share as whole per cent."""
    return f"{100 * share:.0f} %"


def predicted(rows: Rows) -> str:
    """Return the predictions beside the published rows, a table for each source and treatment."""
    columns = ("response", "day", "n", "observed", "interval", "predicted", "error", "used_for_fit")
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        treatment = f"{row['units']:g} U of {row['product']}" if row["arm"] == "treated" else row["arm"]
        words = [row["endpoint"], "" if pd.isna(row["assessor"]) else row["assessor"]]
        shown = {
            "response": ", ".join(filter(None, words)).replace("_", " "),
            "observed": f"{row['observed']:.3g} {row['unit']}",
            "interval": "" if math.isnan(row["low"]) else span(f"{row['low']:.1f}", f"{row['high']:.1f}"),
            "predicted": f"{row['predicted']:.1f}",
            "error": f"{row['error']:+.1f}",
        }
        heading = (f"**{row['source']}** ({row['status']})", f"{treatment}, {row['muscle']}".replace("_", " "))
        groups.setdefault(heading, []).append({**row, **shown})
    headings = {"interval": "95 %", "used_for_fit": "fitted"}
    return "\n".join(f"{': '.join(heading)}\n\n{table(own, columns, headings)}" for heading, own in groups.items())


def not_predicted(rows: Rows) -> str:
    """Return the published rows without a prediction, and why."""
    reasons: dict[str, list[str]] = {}
    for row in rows:
        reasons.setdefault(row["source"], []).append(row["why_not"])
    return "".join(f"- {source}: {'; '.join(dict.fromkeys(why))}.\n" for source, why in reasons.items())


def commands() -> str:
    """Return every command with its description, example and options, as `--help` shows them."""
    return "\n".join(_commands(typer.main.get_command(app), "wearoff"))


def _commands(command: Any, name: str) -> Iterator[str]:
    if hasattr(command, "commands"):
        for each, inner in command.commands.items():
            yield from _commands(inner, f"{name} {each}")
        return
    context = typer.Context(command, info_name=name)
    options = [found for each in command.params if (found := each.get_help_record(context))]
    rows = [{"option": f"`{option}`", "meaning": meaning} for option, meaning in options]
    example = (command.epilog or "").removeprefix("Example: ")
    yield f"## {name}\n\n{command.help}\n\n```sh\n{example}\n```\n\n{table(rows, ('option', 'meaning'))}"
